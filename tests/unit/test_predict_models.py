"""The single models: baselines by hand, the state-space forecast against simulation, the learned part, the weights."""

import math
from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from forecast_kit import BLAST, CYCLE, DAY, HOUR, SILICON, TAGS, TEMPERATURE, Images, furnace
from ironworks import predict
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import Scored
from ironworks.core.image import ProcessImage
from ironworks.core.sample import Quality, Sample
from ironworks.estimate import JointFilter
from ironworks.predict.baselines import MeanOfDay, Persistence
from ironworks.predict.combination import Combination
from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Point, Question
from ironworks.predict.residual import FOREST, as_arrays
from ironworks.predict.watch import Watch

NOTHING = StateEstimate(0.0, {}, Health.STARTING)


def view_of(samples: list[tuple[float, float]], now: float):
    arrived = tuple(Sample(SILICON, value, Quality.GOOD, time, time + 1800.0) for time, value in samples)
    return Watch((SILICON,), (2.0 * HOUR,)).look(ProcessImage(now, {}, arrived), NOTHING)


def test_persistence_takes_the_newest_sample_and_the_mean_of_the_last_window() -> None:
    view = view_of([(0.0, 1.0), (4.0 * HOUR, 2.0), (6.0 * HOUR, 4.0), (5.5 * HOUR, 3.0)], 7.0 * HOUR)
    sample, mean = (Question(SILICON, 2.0 * HOUR, scored) for scored in (Scored.SAMPLE, Scored.MEAN))
    points = Persistence().points(view, (sample, mean))
    assert points[sample].mean == 4.0
    assert points[mean].mean == 3.5


def test_the_mean_of_the_day_takes_24_hours_and_no_more() -> None:
    view = view_of([(0.0, 100.0), (4.0 * HOUR, 2.0), (20.0 * HOUR, 4.0)], 25.0 * HOUR)
    question = Question(SILICON, 2.0 * HOUR, Scored.SAMPLE)
    assert MeanOfDay().points(view, (question,))[question].mean == 3.0


def beliefs() -> StateEstimate:
    held = {
        SILICON: Belief(5.0, 0.5), f"{SILICON}.level": Belief(4.0, 0.4), f"{SILICON}.heat": Belief(1.0, 0.6),
        f"{SILICON}.reversion_time": Belief(3.0 * HOUR, 0.0), f"{SILICON}.heat_spread": Belief(1.2, 0.0),
        f"{SILICON}.level_drift": Belief(0.3 / math.sqrt(HOUR), 0.0), f"{SILICON}.sampling_noise": Belief(0.7, 0.0),
    }  # fmt: skip
    return StateEstimate(0.0, held, Health.GOOD)


@pytest.mark.parametrize("horizon", [1.0 * HOUR, 2.0 * HOUR, 8.0 * HOUR])
def test_the_state_space_forecast_equals_simulation(horizon: float) -> None:
    random, count, step = np.random.default_rng(1), 40000, 300.0
    shared = 0.5 * (0.5**2 - 0.4**2 - 0.6**2)
    level, heat = random.multivariate_normal([4.0, 1.0], [[0.16, shared], [shared, 0.36]], count).T
    kept, total = math.exp(-step / (3.0 * HOUR)), np.zeros(count)
    steps = round(horizon / step)
    for _ in range(steps):
        before = level + heat
        level = level + random.normal(0.0, 0.3 * math.sqrt(step / HOUR), count)
        heat = heat * kept + random.normal(0.0, 1.2 * math.sqrt(1.0 - kept * kept), count)
        total += 0.5 * (before + level + heat)
    single = level + heat + random.normal(0.0, 0.7, count)
    mean = total / steps + random.normal(0.0, 0.7 / math.sqrt(horizon / 1800.0), count)
    for scored, drawn in ((Scored.SAMPLE, single), (Scored.MEAN, mean)):
        point = kalman_point(beliefs(), Question(SILICON, horizon, scored), 1800.0)
        assert point is not None
        assert point.mean == pytest.approx(drawn.mean(), abs=0.02)
        assert point.sd == pytest.approx(drawn.std(), rel=0.02)


def test_the_trees_as_arrays_say_what_lightgbm_says() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(800, 12))
    goal = np.where(rows[:, 3] > 0.2, 1.0, -1.0) * rows[:, 5] + random.normal(0.0, 0.3, 800)
    booster = lightgbm.train(FOREST, lightgbm.Dataset(rows, goal, params={"verbosity": -1}), 40)
    forest = as_arrays(booster)
    fresh = random.normal(size=(200, 12))
    assert [forest.predict(row) for row in fresh] == pytest.approx(
        np.asarray(booster.predict(fresh)).tolist(), abs=1e-12
    )


def skill(blast_effect: float, seed: int) -> tuple[float, float, float]:
    """Root mean squared errors of filter, learned model and combination for temperature on the second half."""
    days = 24.0
    images = Images(furnace(days, seed, blast_effect)).until(days * DAY)
    estimator = JointFilter((SILICON, TEMPERATURE))
    predictor = predict.build(TAGS, (TEMPERATURE,), (2.0 * HOUR,), [BLAST])
    truths = sorted({(s.source_time, s.value) for image in images for s in image.arrivals if s.tag == TEMPERATURE})
    made = [predictor.step(image, estimator.step(image)) for image in images]
    errors: dict[str, list[float]] = {}
    for time, truth in truths:
        if time > 0.5 * days * DAY:
            for forecast in made[math.floor((time - 2.0 * HOUR) / CYCLE) - 1]:
                if forecast.scored == Scored.SAMPLE:
                    errors.setdefault(forecast.model, []).append((forecast.median - truth) ** 2)
    return tuple(math.sqrt(np.mean(errors[model])) for model in ("kalman", "learned", "combination"))  # type: ignore


def test_the_learned_model_finds_what_drives_the_furnace() -> None:
    kalman, learned, combination = skill(0.6, 3)
    assert learned < 0.95 * kalman
    assert combination < 0.97 * kalman


def test_the_learned_model_does_no_harm_where_there_is_nothing_to_learn() -> None:
    kalman, learned, combination = skill(0.0, 4)
    assert learned < 1.01 * kalman
    assert combination < 1.01 * kalman


def test_default_inputs_are_found_by_name() -> None:
    assert predict.build(TAGS, (TEMPERATURE,), (2.0 * HOUR,)).inputs == (BLAST,)


def test_neighbouring_readings_of_an_instrument_judge_once() -> None:
    watch, judged = Watch((BLAST,), (2.0 * HOUR,)), []
    for cycle in range(1, 61):
        times = [600.0 * cycle - 60.0 * minute for minute in reversed(range(10))]
        arrived = tuple(Sample(BLAST, 1400.0, Quality.GOOD, time, time) for time in times)
        view = watch.look(ProcessImage(600.0 * cycle, {}, arrived), NOTHING)
        judged += [one for one in view.settled if one.scored == Scored.SAMPLE]
    assert view.histories[BLAST].of_instrument
    made_at = [one.made_at for one in judged]
    assert made_at == [1200.0 * number for number in range(1, 24)]  # one in 20 min of the 8 h that can be judged


def test_a_model_that_misses_what_it_goes_by_weighs_little_at_first() -> None:
    question = Question(TEMPERATURE, 2.0 * HOUR, Scored.SAMPLE)
    kalman, whole = Point(1770.0, 9.0), Point(1775.0, 7.0)
    weights = {
        share: Combination().weights(question, {"kalman": kalman, "sequence": replace(whole, informed=share)})
        for share in (1.0, 0.2, 0.0)
    }
    assert weights[1.0]["sequence"] > 0.9
    assert weights[0.0]["sequence"] == pytest.approx(0.5)
    assert weights[0.0]["sequence"] < weights[0.2]["sequence"] < weights[1.0]["sequence"]


def test_who_only_repeats_the_filter_is_not_heard_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    suite, heard = predict.build(TAGS, (BLAST, TEMPERATURE), (2.0 * HOUR,)), {}
    see = Combination.see
    monkeypatch.setattr(Combination, "see", lambda self, view, points, *more: heard.update(points) or see(
        self, view, points, *more))  # fmt: skip
    estimators = [JointFilter((BLAST,)), JointFilter((TEMPERATURE,))]
    for cycle in range(1, 40):
        now = 600.0 * cycle
        arrived = [Sample(BLAST, 1400.0 + cycle % 3, Quality.GOOD, now - 60.0 * m, now) for m in reversed(range(10))]
        arrived.append(Sample(TEMPERATURE, 1770.0 + cycle % 5, Quality.GOOD, now, now))
        image = ProcessImage(now, {}, tuple(arrived))
        said = [estimator.step(image) for estimator in estimators]
        beliefs = {name: belief for one in said for name, belief in one.beliefs.items()}
        suite.step(image, StateEstimate(now, beliefs, Health.GOOD))
    targets = {name: {question.target for question in answers} for name, answers in heard.items()}
    assert targets["kalman"] == {BLAST, TEMPERATURE}
    assert targets["sequence"] == {TEMPERATURE}
    assert targets["twin"] == set()
