"""What lies under the samples: bands of the truth, of a tap mean and of its truth; which cast a sample is of."""

import math
from itertools import pairwise

import numpy as np
import pytest

from forecast_kit import CYCLE, DAY, HOUR, TAGS, TEMPERATURE, Images, furnace
from ironworks import predict
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, NORMAL_90, Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.estimate import JointFilter
from ironworks.predict.suite import HEADLINE
from ironworks.predict.underlying import ALL_THERE, CAST_TIME, LONGEST_CAST, Cast, CastClock, Underlying
from ironworks.predict.watch import Watch

SD, NOISE = 5.0, 4.0


def knows(**noise: float) -> StateEstimate:
    return StateEstimate(0.0, {f"{TEMPERATURE}.{name}": Belief(sd, 0.0) for name, sd in noise.items()}, Health.GOOD)


def said(made_at: float) -> list[Forecast]:
    """Forecasts of a normal sample of mean 1700 and that sd."""
    half = 1.6449 * SD
    quantiles = (1700.0 - half, 1697.0, 1700.0, 1703.0, 1700.0 + half)
    return [Forecast(TEMPERATURE, made_at, 2.0 * HOUR, scored, "m", LEVELS, quantiles) for scored in Scored]


def spread(forecast: Forecast) -> float:
    return (forecast.at(0.95) - forecast.at(0.05)) / NORMAL_90


def watched(samples: list[tuple[float, float]], estimate: StateEstimate, days: float):
    """Views of every cycle; samples (time, value) arrive at once."""
    watch, waiting = Watch((TEMPERATURE,), (2.0 * HOUR,)), sorted(samples)
    for number in range(1, int(days * DAY / CYCLE) + 1):
        now = number * CYCLE
        arrived = [row for row in waiting if row[0] <= now]
        waiting = waiting[len(arrived) :]
        image = ProcessImage(now, {}, tuple(Sample(TEMPERATURE, v, Quality.GOOD, t, t) for t, v in arrived))
        yield watch.look(image, estimate)


def test_without_casts_the_bands_are_a_sample_s_less_the_noise() -> None:
    samples = [(1800.0 * number, 1700.0) for number in range(1, 9)]
    (view,) = list(watched(samples, knows(sampling_noise=NOISE), 4.0 * HOUR / DAY))[-1:]
    truth, tap, tap_truth = Underlying().forecasts(view, said(view.time))
    assert (truth.scored, tap.scored, tap_truth.scored) == (Scored.TRUTH, Scored.TAP_MEAN, Scored.TAP_MEAN_TRUTH)
    assert truth.median == tap.median == tap_truth.median == 1700.0
    assert spread(truth) == pytest.approx(3.0, rel=1e-3)
    assert spread(tap) == pytest.approx(SD, rel=1e-3)  # it is not known yet how many samples a cast has
    assert spread(tap_truth) == pytest.approx(3.0, rel=1e-3)


def test_the_noise_of_measuring_goes_before_what_the_filter_takes_for_scatter() -> None:
    (view,) = list(watched([(600.0, 1700.0)], knows(sampling_noise=NOISE, measuring_noise=3.0), CYCLE / DAY))
    assert spread(Underlying().forecasts(view, said(view.time))[0]) == pytest.approx(4.0, rel=1e-3)


def test_a_target_of_unknown_scatter_has_none() -> None:
    (view,) = list(watched([(600.0, 1700.0)], StateEstimate(0.0, {}, Health.STARTING), CYCLE / DAY))
    assert Underlying().forecasts(view, said(view.time)) == ()


@pytest.mark.parametrize("alike", [0.0, 3.0, 5.0])
def test_what_a_cast_has_in_common_is_learned_from_casts(alike: float) -> None:
    """Four samples a cast, sd 5, of which `alike` is the same for the whole cast; the noise that is believed is wrong
    on purpose, and after 480 casts still counts for a fifteenth."""
    random, clock, beneath = np.random.default_rng(3), CastClock(), Underlying()
    own, samples, last = math.sqrt(SD**2 - alike**2), [], ()
    for cast in range(40 * 12):
        common = random.normal(0.0, alike)
        for time in (0.3, 0.7, 1.1, 1.5):
            samples.append(((2.0 * cast + time) * HOUR, 1700.0 + common + random.normal(0.0, own)))
    for view in watched(samples, knows(sampling_noise=1.0), 40.0):
        beneath.learn(view, clock.step(view.image))
        last = beneath.forecasts(view, said(view.time))
    _, tap, tap_truth = last
    assert spread(tap) == pytest.approx(math.sqrt(alike**2 + own**2 / 4.0), rel=0.15)
    assert spread(tap_truth) == pytest.approx(max(alike, 0.3 * SD), rel=0.15)  # not narrower than 0.3 of a sample's


def test_casts_are_those_of_the_works_and_are_given_out_when_all_is_there() -> None:
    clock, found = CastClock(), []
    for number in range(1, 200):
        now = number * CYCLE
        ran = now % (3.0 * HOUR)
        reading = Reading(Sample(CAST_TIME, ran, Quality.GOOD, now, now), 0.0)
        for cast in clock.step(ProcessImage(now, {CAST_TIME: reading})):
            found.append(cast)
            assert now - cast.begin > ALL_THERE
    assert found[:2] == [Cast(0.0, 3.0 * HOUR), Cast(3.0 * HOUR, 6.0 * HOUR)]
    assert all(later.begin == cast.end for cast, later in pairwise(found))


def test_a_stop_between_casts_belongs_to_none() -> None:
    clock, found = CastClock(), []
    for now in (HOUR, 12.0 * HOUR, 30.0 * HOUR):
        reading = Reading(Sample(CAST_TIME, 0.0, Quality.GOOD, now, now), 0.0)
        found += clock.step(ProcessImage(now, {CAST_TIME: reading}))
    assert found == [Cast(HOUR, HOUR + LONGEST_CAST), Cast(12.0 * HOUR, 12.0 * HOUR + LONGEST_CAST)]


def test_the_suite_says_it_of_its_headline() -> None:
    suite, estimator = predict.build(TAGS, (TEMPERATURE,), (2.0 * HOUR,)), JointFilter((TEMPERATURE,))
    made = [suite.step(image, estimator.step(image)) for image in Images(furnace(1.0, 5)).until(DAY)][-1]
    beneath = {one.scored for one in made if one.scored in (Scored.TRUTH, Scored.TAP_MEAN, Scored.TAP_MEAN_TRUTH)}
    assert len(beneath) == 3
    assert {one.model for one in made if one.scored in beneath} == {HEADLINE}
    assert made[-1].model == HEADLINE
