"""Drift watch: silent while errors are sound, prompt when they are not."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_kit import BLAST, DAY, HOUR, SILICON, TAGS, Images, furnace
from ironworks import predict
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.estimate import JointFilter
from ironworks.predict.drift import BLOCK, BLOCKS, ERRS_HIGH, ERRS_LOW, NARROW, ErrorWatch, InputWatch

HORIZON = 2 * HOUR


def told(watch: ErrorWatch, errors, band: float = 1.6449) -> list[tuple[str, ...]]:
    """The signs after each error, of a forecast of 0 with that band and a standard deviation of 1."""
    signs = []
    for number, error in enumerate(errors):
        watch.learn(number * HORIZON, error, 0.0, -band, band, 1.0)
        signs.append(watch.signs)
    return signs


def first(signs: list[tuple[str, ...]], name: str) -> int:
    return next((number for number, one in enumerate(signs, 1) if name in one), len(signs) + 1)


def test_sound_errors_are_told_as_rarely_as_published() -> None:
    """Two-sided CUSUM with a slack of 1/2 and a limit of 5: one false sign in 465 (Montgomery)."""
    random = np.random.default_rng(1)
    lengths = []
    for _ in range(150):
        signs = told(ErrorWatch(HORIZON), random.normal(size=2500))
        lengths.append(min(first(signs, ERRS_LOW), first(signs, ERRS_HIGH)))
    assert np.mean(lengths) == pytest.approx(465.0, rel=0.2)


@pytest.mark.parametrize(("shift", "sign", "other"), [(1.0, ERRS_LOW, ERRS_HIGH), (-1.0, ERRS_HIGH, ERRS_LOW)])
def test_errors_to_one_side_are_told_within_a_day(shift: float, sign: str, other: str) -> None:
    """Of a shift by one standard deviation a sign after 10.4 errors on average (Montgomery)."""
    random = np.random.default_rng(2)
    lengths = []
    for _ in range(200):
        signs = told(ErrorWatch(HORIZON), random.normal(shift, 1.0, 100))
        lengths.append(first(signs, sign))
        assert not any(other in one for one in signs)
    assert np.mean(lengths) == pytest.approx(10.4, rel=0.15)


def test_a_shift_that_ends_is_told_no_longer() -> None:
    random = np.random.default_rng(3)
    signs = told(ErrorWatch(HORIZON), np.concatenate([np.full(20, 2.0), random.normal(0.0, 0.3, 40)]))
    assert ERRS_LOW in signs[19]
    assert ERRS_LOW not in signs[-1]


def test_a_band_too_narrow_is_told_and_a_sound_one_is_not() -> None:
    random = np.random.default_rng(4)
    errors = random.normal(size=3000)
    sound, narrow = told(ErrorWatch(HORIZON), errors), told(ErrorWatch(HORIZON), errors, band=1.0)
    assert np.mean([NARROW in one for one in sound]) < 0.01
    assert first(narrow, NARROW) <= 100


def test_a_wild_measurement_alone_is_no_drift() -> None:
    assert told(ErrorWatch(HORIZON), [0.0, 0.0, 1e6, 0.0])[-1] == ()


def test_forecasts_of_one_horizon_count_once() -> None:
    watch = ErrorWatch(HORIZON)
    for number in range(12):
        watch.learn(600.0 * number, 3.0, 0.0, -1.6, 1.6, 1.0)
    assert watch.signs == ()


def image(time: float, value: float) -> ProcessImage:
    return ProcessImage(
        time, {"blast_moisture": Reading(Sample("blast_moisture", value, Quality.GOOD, time, time), 0.0)}
    )


def test_an_input_that_moved_is_told_for_a_week() -> None:
    random, watch, signs = np.random.default_rng(5), InputWatch(["blast_moisture", "top_pressure"]), []
    for number in range(round(40 * DAY / 3600.0)):
        time = number * 3600.0
        mean = 0.012 if time < 20 * DAY else 0.018
        watch.step(image(time, float(random.normal(mean, 0.001))))
        signs.append(watch.signs)
    by_day = [any(signs[24 * day : 24 * day + 24]) for day in range(40)]
    assert not any(by_day[:20])
    assert all(by_day[21:26])
    assert not any(by_day[20 + round(BLOCKS * BLOCK / DAY) :])
    assert {sign for one in signs for sign in one} == {"shifted:blast_moisture"}


def test_the_headline_says_that_an_input_has_moved() -> None:
    """The blast's thermometer reads 150 K more from the ninth day on."""
    moved = 9 * DAY
    samples = [
        replace(one, value=one.value + 150.0) if one.tag == BLAST and one.source_time > moved else one
        for one in furnace(11.0, 6)
    ]
    predictor, estimator, seen = predict.build(TAGS, (SILICON,), (HORIZON,)), JointFilter((SILICON,)), []
    for one in Images(samples).until(11 * DAY):
        made = predictor.step(one, estimator.step(one))
        assert all(not forecast.drift for forecast in made if forecast.model != predict.HEADLINE)
        signs = {sign for forecast in made if forecast.model == predict.HEADLINE for sign in forecast.drift}
        seen.append((one.time, "shifted:blast_temperature" in signs))
    assert not any(told for time, told in seen if time <= moved)
    assert all(told for time, told in seen if time > moved + DAY)
