"""How numbers are read off a course: on courses whose right answer is known."""

import numpy as np
import pytest

from ironworks.plant.validation import statistics, steps
from ironworks.plant.validation.bench import INTERVAL, Course
from ironworks.plant.validation.equivalents import NUDGE, Change, Trial, corrections, slopes
from ironworks.plant.validation.readings import HOUR, per_tonne, slope, smoothed, time_to_share
from ironworks.plant.validation.scenario_targets import outcome_of

TIME = INTERVAL * np.arange(1.0, 433.0)
MIDDLE = TIME - 0.5 * INTERVAL


def course(**mean):
    return Course(TIME, {name: np.stack(values, axis=1) for name, values in mean.items()}, None, [])


def test_rates_do_not_see_the_charges():
    coke, metal = 15e3 * np.floor(TIME / 391.0), 44.0 * TIME
    made = course(coke_charged=[coke], coal_injected=[7.0 * TIME], metal_produced=[metal])
    assert slope(made, "coke_charged", 0, 24 * HOUR, 48 * HOUR) == pytest.approx(15e3 / 391.0, rel=1e-3)
    assert per_tonne(made, 0, 48 * HOUR) == pytest.approx((15e3 / 391.0 / 44e-3, 7.0 / 44e-3), rel=1e-3)


def test_smoothing_takes_a_ripple_out_and_keeps_the_level():
    ripple = 5.0 * np.sin(2 * np.pi * TIME / HOUR)
    assert np.abs(smoothed(3.0 + ripple, INTERVAL)[6:-6] - 3.0).max() < 1e-9


def test_time_to_63_per_cent_of_a_lag_with_dead_time():
    response = -20.0 * (1.0 - np.exp(-np.maximum(MIDDLE / HOUR - 6.0, 0.0) / 5.0))
    assert time_to_share(MIDDLE / HOUR, response, -20.0) == pytest.approx(11.0, abs=0.2)
    assert time_to_share(MIDDLE / HOUR, response, -20.0, 0.05) == pytest.approx(6.26, abs=0.2)
    assert np.isinf(time_to_share(MIDDLE / HOUR, response, 20.0))


def lag(gain, hours, dead=0.0):
    return gain * -np.expm1(-np.maximum(MIDDLE / HOUR - dead, 0.0) / hours)


@pytest.fixture
def textbook():
    """Steps that answer as field practice says: every row must be met."""
    zero = np.zeros_like(TIME)
    coal = lag(28.0, 6.0, 0.3) - lag(6.0, 1.0)
    stop = -55.0 * np.exp(-(((MIDDLE / HOUR - 5.0) / 3.0) ** 2)) + 20.0 * np.exp(-(((MIDDLE / HOUR - 14.0) / 4.0) ** 2))
    chill = -150.0 * np.exp(-(((MIDDLE / HOUR - 20.0) / 18.0) ** 2))
    blast = lag(9.0, 1.5) - lag(2.5, 20.0)
    oxygen = lag(2.0, 0.3) - lag(12.0, 5.0)
    heat = [zero, coal, lag(-11.0, 3.0), blast, oxygen, lag(30.0, 4.5, 6.0), stop, chill]
    flame = [zero, zero - 16.0, zero - 22.0, zero + 21.0, zero + 10.0, zero, zero, zero]
    iron = 110.0 + np.stack([zero, zero, zero, zero, lag(1.9, 1.4), zero, zero, zero])
    coal_rate, coke_rate = np.full(8, 165.0), np.full(8, 325.0)
    coal_rate[1] += 9.8
    coke_rate[5], coal_rate[5] = 331.5, 171.0
    made = 0.110 * TIME
    total = course(
        hot_metal_temperature=heat, flame_temperature=flame, production_rate=list(iron),
        metal_produced=[1e3 * made] * 8, coke_charged=[made * rate for rate in coke_rate],
        coal_injected=[made * rate for rate in coal_rate],
    )  # fmt: skip
    names = ("coal", "moisture", "blast_temperature", "oxygen", "coke", "stop", "no_coal")
    dip = (total["hot_metal_temperature"][:, 1] - total["hot_metal_temperature"][:, 0])[:36]  # six hours
    return steps.Steps(total, {name: i for i, name in enumerate(names, 1)}, dip)


def rows_of(found):
    parts = (steps.coal, steps.moisture, steps.blast_temperature, steps.oxygen, steps.coke, steps.events)
    rows = [row for part in parts for row in part(found)]
    return {row.what: row.low <= row.value <= row.high for row in rows}


def test_a_textbook_furnace_meets_every_row(textbook):
    assert [what for what, ok in rows_of(textbook).items() if not ok] == []


def test_a_furnace_without_inverse_response_is_told(textbook):
    textbook.course.mean["hot_metal_temperature"][:, 1] = lag(22.0, 6.0)
    textbook = textbook._replace(dip=lag(22.0, 6.0)[:36])
    missed = [what for what, ok in rows_of(textbook).items() if not ok]
    assert "coal +1 kg/s: inverse response, depth" in missed


def test_a_furnace_that_is_twice_too_sensitive_is_told(textbook):
    textbook.course.mean["hot_metal_temperature"][:, 5] = lag(75.0, 4.5, 6.0)
    missed = [what for what, ok in rows_of(textbook).items() if not ok]
    assert missed == ["coke base +2 %: heat per coke", "coke base +2 %: heat per extra fuel"]


def test_coke_that_answers_too_early_is_told(textbook):
    textbook.course.mean["hot_metal_temperature"][:, 5] = lag(30.0, 9.0, 2.0)
    assert not rows_of(textbook)["coke base +2 %: dead time, to 5 % of the final value"]


def test_equivalents_of_a_linear_furnace_are_found_in_one_step():
    """Knobs coke c and coal k (relative): heat = 1500 c + 700 k + effect, coal/t = 165 (1 + k) + 30 c, coke/t alike."""
    wanted = [Change(name, None) for name in ("untouched", "coke", "coal")]  # pyright: ignore
    wanted += [Change("blast", None), Change("silicon", None, silicon=1e-3), Change("more", None, coal=10.0)]  # pyright: ignore
    knobs = np.array([[0, 0], [NUDGE, 0], [0, NUDGE], [-0.02, 0], [0.01, 0], [0, 0.05]], dtype=float)
    effect = np.array([0.0, 0.0, 0.0, 40.0, 0.0, 0.0])

    def trial(at):
        heat = at @ (1500.0, 700.0) + effect
        return Trial(325.0 + at @ (300.0, -20.0), 165.0 + at @ (30.0, 160.0), heat, 0.004 + 8e-5 * heat)

    step = corrections(trial(knobs), wanted)
    assert np.all(step[:3] == 0.0)
    found = trial(knobs + step)
    assert found.heat[3] == pytest.approx(0.0, abs=1e-6)
    assert found.silicon[4] == pytest.approx(0.005, abs=1e-9)
    assert found.coal[3:] - 165.0 == pytest.approx([0.0, 0.0, 10.0], abs=1e-6)
    before = trial(knobs)
    assert before.coke + step @ slopes(before.coke) == pytest.approx(found.coke, abs=1e-6)


@pytest.mark.parametrize(
    ("finite", "metal", "away", "share", "outcome"),
    [
        (True, 1780.0, -12.0, 0.99, "recovered"),
        (True, 1400.0, -380.0, 0.95, "frozen"),
        (True, 1700.0, -80.0, 0.3, "frozen"),
        (True, 1700.0, -80.0, 0.95, "neither recovered nor frozen"),
        (False, 1780.0, 0.0, 1.0, "not finite"),
    ],
)
def test_outcomes(finite, metal, away, share, outcome):
    assert outcome_of(finite, metal, away, share) == outcome


def test_statistics_of_a_known_process():
    """First-order process with a time constant of 4 h, sampled at random times with white noise on top."""
    rng = np.random.default_rng(5)
    step, count = 600.0, 40000
    keep = np.exp(-step / (4 * HOUR))
    values = np.empty(count)
    values[0] = 0.0
    noise = rng.normal(size=count) * np.sqrt(1 - keep**2)
    for i in range(1, count):
        values[i] = keep * values[i - 1] + noise[i]
    times = step * np.arange(count)
    grid = statistics.gridded(times, values, 1800.0, (0.0, times[-1]))
    assert statistics.correlation(grid, grid, 8) == pytest.approx(np.exp(-1.0), abs=0.07)
    assert statistics.correlation(grid, -grid, 0) == pytest.approx(-1.0)
    assert np.isnan(statistics.gridded(times[:3], values[:3], 1800.0, (0.0, 7200.0))[-1])


def test_persistence_uses_only_what_had_arrived():
    """Samples every half hour that arrive after one: two hours ahead, the newest known was taken three hours before."""
    taken = 1800.0 * np.arange(100.0)
    value = 0.0004 * np.arange(100.0)  # 0.04 % a sample: six samples make 0.24 %
    known = np.stack([taken, taken + HOUR, value], axis=1)
    assert statistics.persistence(known) == 0.0
    assert statistics.persistence(known, within=0.00241) == 100.0
