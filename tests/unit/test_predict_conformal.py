"""Calibrated bands: their coverage on data of known noise, and what they are before there are errors to go by."""

import math

import numpy as np
import pytest

from forecast_kit import DAY, HOUR, SILICON, TAGS, TEMPERATURE, Images, furnace
from ironworks import predict
from ironworks.core.forecast import LEVELS, Scored
from ironworks.estimate import JointFilter
from ironworks.predict.conformal import FEWEST_ERRORS, ConformalBand
from ironworks.predict.points import Point


def test_before_there_are_enough_errors_the_band_is_the_models_own() -> None:
    band = ConformalBand(Scored.SAMPLE, 2 * HOUR)
    for number in range(FEWEST_ERRORS - 1):
        band.learn(600.0 * number, Point(0.0, 1.0), 50.0)
    assert band.errors == 0
    assert band.quantiles(Point(10.0, 2.0)) == pytest.approx((6.71029, 8.65102, 10.0, 11.34898, 13.28971), abs=1e-5)


def test_errors_of_one_horizon_are_one_error() -> None:
    """A day of eight-hour means has seen three eight hours, however many forecasts of them were made."""
    band = ConformalBand(Scored.MEAN, 8 * HOUR)
    for number in range(2 * 24):
        band.learn(1800.0 * number, Point(0.0, 1.0), 0.1)
    assert band.errors == 0
    assert band.quantiles(Point(0.0, 1.0))[0] == pytest.approx(-1.64485, abs=1e-5)


@pytest.mark.parametrize("wrong_by", [0.3, 1.0, 4.0])
def test_a_model_that_misjudges_its_spread_is_corrected(wrong_by: float) -> None:
    random, band, hits = np.random.default_rng(1), ConformalBand(Scored.SAMPLE, 2 * HOUR), []
    for number in range(4000):
        truth, point = float(random.normal(0.0, 1.0)), Point(0.0, wrong_by)
        quantiles = band.quantiles(point)
        if number > 600:
            hits.append(quantiles[0] <= truth <= quantiles[-1])
        band.learn(600.0 * number, point, truth)
    assert np.mean(hits) == pytest.approx(0.90, abs=0.02)


def test_coverage_holds_through_a_change_of_noise() -> None:
    random, band, hits = np.random.default_rng(2), ConformalBand(Scored.SAMPLE, 2 * HOUR), []
    for number in range(4000):
        truth = float(random.normal(0.0, 1.0 if number < 2000 else 2.0))
        quantiles = band.quantiles(Point(0.0, 1.0))
        hits.append(quantiles[0] <= truth <= quantiles[-1])
        band.learn(600.0 * number, Point(0.0, 1.0), truth)
    assert np.mean(hits[2600:]) == pytest.approx(0.90, abs=0.03)


def test_the_band_is_lopsided_where_errors_are() -> None:
    random, band = np.random.default_rng(3), ConformalBand(Scored.SAMPLE, 2 * HOUR)
    for number in range(600):
        band.learn(600.0 * number, Point(0.0, 1.0), float(random.exponential(1.0)))
    low, _, middle, _, high = band.quantiles(Point(0.0, 1.0))
    assert (low, middle) == (0.0, 0.0)
    assert high == pytest.approx(math.log(20.0), rel=0.2)


def test_one_monstrous_error_does_not_blow_up_the_band() -> None:
    random, band = np.random.default_rng(4), ConformalBand(Scored.SAMPLE, 2 * HOUR)
    for number in range(300):
        band.learn(600.0 * number, Point(0.0, 1.0), 1e6 if number == 150 else float(random.normal()))
    assert band.quantiles(Point(0.0, 1.0))[-1] < 3.0


def test_overlapping_means_count_once_in_half_an_hour() -> None:
    band = ConformalBand(Scored.MEAN, 2 * HOUR)
    for number in range(3 * FEWEST_ERRORS):
        band.learn(600.0 * number, Point(0.0, 1.0), 0.0)
    assert band.errors == FEWEST_ERRORS


def test_the_whole_chain_covers_ninety_per_cent_on_a_furnace_of_known_noise() -> None:
    images = Images(furnace(16.0, 9)).until(16.0 * DAY)
    estimator = JointFilter((SILICON, TEMPERATURE))
    predictor = predict.build(TAGS, (TEMPERATURE,), (2.0 * HOUR,))
    truths = {s.source_time: s.value for image in images for s in image.arrivals if s.tag == TEMPERATURE}
    made = [predictor.step(image, estimator.step(image)) for image in images]
    start, hits = images[0].time, []
    for time, truth in truths.items():
        index = math.floor((time - 2.0 * HOUR - start) / 600.0)
        if time > 4.0 * DAY:
            best = next(f for f in made[index] if f.model == predict.HEADLINE and f.scored == Scored.SAMPLE)
            assert best.levels == LEVELS
            hits.append(best.at(0.05) <= truth <= best.at(0.95))
    assert len(hits) > 400
    assert np.mean(hits) == pytest.approx(0.90, abs=0.04)
