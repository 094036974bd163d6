"""The joint filter: against dense regression, with late samples, outliers, steps, and with tags missing."""

import math

import numpy as np
import pytest

from ironworks.core.estimate import Belief, Health
from ironworks.core.image import ProcessImage
from ironworks.core.sample import Quality, Sample
from ironworks.estimate import JointFilter
from ironworks.estimate.fixed_lag import LAG, filtered
from ironworks.estimate.heat_model import TAP_TIME, HeatModel
from ironworks.estimate.identification import default_model, identify

SILICON, TEMPERATURE = "hot_metal_silicon", "hot_metal_temperature"
DAY = 86400.0


def plain_model() -> HeatModel:
    """Silicon as a fraction and temperature in K, of the size that plants report, without outlier weights."""
    heat = np.array([[6.4e-7, 5e-3], [5e-3, 100.0]])
    level = np.array([[4e-7, 0.0], [0.0, 40.0]]) / DAY
    tap = np.array([[1e-7, 4e-4], [4e-4, 9.0]])
    noise = np.array([[4e-7, 1e-3], [1e-3, 80.0]])
    return HeatModel(np.array([0.0045, 1770.0]), heat, tap, level, noise, 3.0 * 3600.0, freedom=math.inf)


def irregular(seed: int, events: int) -> list[tuple[float, int, float]]:
    """Sampling events at random times; each target missing from a third of them."""
    random = np.random.default_rng(seed)
    times = np.cumsum(random.exponential(1800.0, events))
    rows = []
    for time in times:
        for target, value in ((0, random.normal(0.0045, 0.001)), (1, random.normal(1770.0, 14.0))):
            if random.random() < 0.67:
                rows.append((float(time), target, float(value)))
    return rows


def dense(model: HeatModel, rows: list[tuple[float, int, float]], at: float) -> tuple[np.ndarray, np.ndarray]:
    """Level + heat + tap of both targets at a time, conditioned on all rows at once: Gaussian process regression."""
    start, count = min(row[0] for row in rows), model.targets
    unknown = 25.0 * np.diag(np.diag(model.heat) + np.diag(model.tap) + np.diag(model.noise))

    def covariance(a: float, i: int, b: float, j: int) -> float:
        walked = model.level_rate[i, j] * (min(a, b) - start) + unknown[i, j]
        apart = abs(a - b)
        return (
            walked
            + model.heat[i, j] * math.exp(-apart / model.reversion_time)
            + model.tap[i, j] * math.exp(-apart / TAP_TIME)
        )

    inside = np.array(
        [[covariance(a, i, b, j) + (model.noise[i, j] if a == b else 0.0) for b, j, _ in rows] for a, i, _ in rows]
    )
    across = np.array([[covariance(at, k, b, j) for b, j, _ in rows] for k in range(count)])
    prior = np.array([[covariance(at, k, at, m) for m in range(count)] for k in range(count)])
    values = np.array([v - model.centre[j] for _, j, v in rows])
    scale = np.sqrt(np.diag(inside))
    inverse = np.linalg.inv(inside / np.outer(scale, scale)) / np.outer(scale, scale)
    return model.centre + across @ inverse @ values, prior - across @ inverse @ across.T


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_filter_equals_dense_regression(seed: int) -> None:
    model, rows = plain_model(), irregular(seed, 40)
    at = rows[-1][0] + 5400.0
    state = filtered(model, rows).state_at(at)
    mean, covariance = dense(model, rows, at)
    sums = np.kron(np.ones((1, 3)), np.eye(2))
    assert sums @ state.mean == pytest.approx(mean, rel=1e-9)
    assert sums @ state.covariance @ sums.T == pytest.approx(covariance, rel=1e-7)


def test_the_order_of_arrival_makes_no_difference() -> None:
    model, rows = plain_model(), irregular(4, 30)
    order = np.random.default_rng(5).permutation(len(rows) - 1) + 1
    late = filtered(model, rows[:1])
    for index in order:
        late.add([rows[int(index)]])
    there, here = late.state_at(rows[-1][0]), filtered(model, rows).state_at(rows[-1][0])
    assert np.array_equal(there.mean, here.mean)
    assert np.array_equal(there.covariance, here.covariance)


def test_a_late_sample_counts_at_the_time_when_it_was_taken() -> None:
    model = plain_model()
    window = filtered(model, [(0.0, 0, 0.0045), (7200.0, 0, 0.0045)])
    before = window.state_at(7200.0).mean[0]
    window.add([(5400.0, 0, 0.0060)])
    half_way = window.state_at(7200.0).mean.reshape(3, 2).sum(axis=0)[0] - before
    assert 0.0 < half_way < 0.0015


def test_a_sample_from_before_the_window_is_left_out_and_counted() -> None:
    model = plain_model()
    window = filtered(model, [(0.0, 0, 0.0045)])
    window.add([(2.0 * LAG, 0, 0.0045), (2.0 * LAG + 60.0, 0, 0.0045)])
    window.add([(4.0 * LAG, 0, 0.0045)])
    assert window.add([(100.0, 0, 0.0045)]) == 1


def synthetic(days: float, seed: int, model: HeatModel) -> list[tuple[float, int, float]]:
    """Samples drawn from the model itself, both targets in every event."""
    random = np.random.default_rng(seed)
    time, level, rows = 0.0, model.centre.copy(), []
    heat, tap = (random.multivariate_normal(np.zeros(2), part) for part in (model.heat, model.tap))
    while time < days * DAY:
        step = float(random.exponential(2400.0))
        time += step
        level = level + random.multivariate_normal(np.zeros(2), model.level_rate * step)
        for kept, part, state in (
            (math.exp(-step / model.reversion_time), model.heat, heat),
            (math.exp(-step / TAP_TIME), model.tap, tap),
        ):
            state *= kept
            state += random.multivariate_normal(np.zeros(2), part * (1.0 - kept * kept))
        value = level + heat + tap + random.multivariate_normal(np.zeros(2), model.noise)
        rows += [(time, 0, float(value[0])), (time, 1, float(value[1]))]
    return rows


def test_identification_finds_the_parameters_that_made_the_samples() -> None:
    model, rows = plain_model(), synthetic(40.0, 7, plain_model())
    times, targets, values = (
        np.array([r[0] for r in rows]),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows]),
    )
    start = default_model([values[targets == index] for index in (0, 1)])
    found = identify(times, targets, values, 2, start)
    assert found.identified_on > 1000
    assert found.reversion_time == pytest.approx(model.reversion_time, rel=0.5)
    for index in (0, 1):
        assert found.heat[index, index] == pytest.approx(model.heat[index, index], rel=0.4)
        beside = found.noise[index, index] + found.tap[index, index]
        assert beside == pytest.approx(model.noise[index, index] + model.tap[index, index], rel=0.25)
    correlation = found.heat[0, 1] / math.sqrt(found.heat[0, 0] * found.heat[1, 1])
    assert correlation == pytest.approx(0.625, abs=0.2)


def images(
    rows: list[tuple[float, str, float]], cycle: float = 600.0, until: float | None = None
) -> list[ProcessImage]:
    """One image a cycle with the samples that arrived meanwhile, all of them half an hour after they were taken."""
    end = until if until is not None else max(row[0] for row in rows) + 1800.0
    made, waiting = [], sorted(rows)
    for number in range(1, math.ceil(end / cycle) + 1):
        now = number * cycle
        arrived = [row for row in waiting if row[0] + 1800.0 <= now]
        waiting = waiting[len(arrived) :]
        samples = tuple(Sample(tag, value, Quality.GOOD, time, time + 1800.0) for time, tag, value in arrived)
        made.append(ProcessImage(now, {}, samples))
    return made


def named(rows: list[tuple[float, int, float]]) -> list[tuple[float, str, float]]:
    return [(time, (SILICON, TEMPERATURE)[target], value) for time, target, value in rows]


def test_health_goes_from_starting_to_good_to_degraded() -> None:
    rows = named(synthetic(2.0, 8, plain_model()))
    estimator = JointFilter((SILICON, TEMPERATURE))
    estimates = [estimator.step(image) for image in images(rows, until=4.0 * DAY)]
    assert estimates[0].health == Health.STARTING
    assert not estimates[0].beliefs
    assert Health.GOOD in {estimate.health for estimate in estimates}
    assert estimates[-1].health == Health.DEGRADED
    assert any("no usable sample for" in reason and reason.startswith(SILICON) for reason in estimates[-1].reasons)


def test_it_works_with_silicon_alone_and_says_what_is_missing() -> None:
    rows = [row for row in named(synthetic(4.0, 9, plain_model())) if row[1] == SILICON]
    estimator = JointFilter((SILICON, TEMPERATURE))
    estimate = [estimator.step(image) for image in images(rows)][-1]
    assert SILICON in estimate.beliefs
    assert TEMPERATURE not in estimate.beliefs
    assert estimate.health == Health.DEGRADED
    assert f"{TEMPERATURE}: never_arrived" in estimate.reasons


def test_the_other_target_sharpens_the_belief() -> None:
    rows = synthetic(6.0, 10, plain_model())
    end = rows[-1][0]
    both = filtered(plain_model(), rows).state_at(end)
    alone = filtered(plain_model(), [row for row in rows if row[1] == 0]).state_at(end)
    of_silicon = np.kron(np.ones(3), np.array([1.0, 0.0]))
    sharper, plain = (of_silicon @ state.covariance @ of_silicon for state in (both, alone))
    assert sharper < 0.985 * plain


@pytest.mark.parametrize("times", [1, 3])
def test_wild_values_move_the_belief_by_less_than_its_band(times: int) -> None:
    rows = named(synthetic(6.0, 11, plain_model()))
    end = rows[-1][0]
    wild = [(end + 60.0 * number, SILICON, 3.9) for number in range(1, times + 1)]
    clean, struck = (JointFilter((SILICON, TEMPERATURE)) for _ in range(2))
    expected = [clean.step(image) for image in images(rows, until=end + 3600.0)][-1].beliefs
    found = [struck.step(image) for image in images(rows + wild, until=end + 3600.0)][-1].beliefs
    for tag in (SILICON, TEMPERATURE):
        assert abs(found[tag].mean - expected[tag].mean) < 1.645 * expected[tag].sd


def test_a_step_of_the_furnace_is_followed_within_three_samples() -> None:
    rows = named(synthetic(6.0, 12, plain_model()))
    end, level = rows[-1][0], 0.0045 + 6.0 * 0.0012
    step = [(end + 1800.0 * number, SILICON, level) for number in range(1, 4)]
    estimator = JointFilter((SILICON, TEMPERATURE))
    belief = [estimator.step(image) for image in images(rows + step)][-1].beliefs[SILICON]
    before = 0.0045
    assert belief.mean - before > 0.5 * (level - before)


def read_by_an_instrument(days: float, stopped: float = 0.0) -> dict[str, Belief]:
    """What is believed of a pressure that wanders by 5 about 150 and is read every minute; `stopped`: the last minutes,
    in which it is 30."""
    random, estimator = np.random.default_rng(12), JointFilter(("pressure_drop",))
    wave, believed, kept, cycles = 0.0, {}, math.exp(-600.0 / 10800.0), round(144 * days)
    for cycle in range(1, cycles):
        wave = wave * kept + random.normal(0.0, 5.0 * math.sqrt(1.0 - kept * kept))
        times = [600.0 * cycle - 60.0 * minute for minute in reversed(range(10))]
        middle = 30.0 if (cycles - cycle) * 10.0 <= stopped else 150.0 + wave
        arrived = tuple(Sample("pressure_drop", middle + random.normal(0.0, 3.0), Quality.GOOD, t, t) for t in times)
        believed = dict(estimator.step(ProcessImage(600.0 * cycle, {}, arrived)).beliefs)
    return believed


def test_readings_of_an_instrument_count_as_one_and_their_scatter_is_told() -> None:
    last = read_by_an_instrument(6.0)
    assert last["pressure_drop.measuring_noise"].mean == pytest.approx(3.0, rel=0.1)
    assert last["pressure_drop.sampling_noise"].mean < 1.8  # that of a median of ten, 1.2, and a little more
    assert last["pressure_drop.heat_spread"].mean == pytest.approx(5.0, rel=0.3)
    assert last["pressure_drop.reversion_time"].mean == pytest.approx(3.0 * 3600.0, rel=0.4)


def test_a_stop_of_an_hour_is_followed_and_says_nothing_of_the_days_to_come() -> None:
    before, stopped = read_by_an_instrument(6.0), read_by_an_instrument(6.0, stopped=60.0)
    assert stopped["pressure_drop"].mean < 60.0
    level = "pressure_drop.level"
    assert abs(stopped[level].mean - before[level].mean) < 3.0 * before[level].sd
