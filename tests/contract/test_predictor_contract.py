"""What every predictor must keep: rising quantiles, determinism, honest silence, bands, survival without tags."""

from collections.abc import Callable

import pytest

from forecast_kit import BLAST, CYCLE, DAY, HOUR, SILICON, TAGS, TEMPERATURE, Images, furnace
from ironworks import predict
from ironworks.core.estimate import Health, StateEstimate
from ironworks.core.forecast import LEVELS, MEASURED, Forecast, Scored
from ironworks.core.image import ProcessImage
from ironworks.core.ports import Predictor
from ironworks.estimate import JointFilter
from ironworks.predict.baselines import MeanOfDay, Persistence
from ironworks.predict.calibrated import CalibratedPredictor
from ironworks.predict.kalman import KalmanForecast
from ironworks.predict.learned import Learned
from ironworks.predict.sequence import SequenceForecast

TARGETS, HORIZONS = (SILICON, TEMPERATURE), (2.0 * HOUR, 8.0 * HOUR)

MODELS: dict[str, Callable[[], Predictor]] = {
    "persistence": lambda: CalibratedPredictor(Persistence(), TARGETS, HORIZONS),
    "mean_24h": lambda: CalibratedPredictor(MeanOfDay(), TARGETS, HORIZONS),
    "kalman": lambda: CalibratedPredictor(KalmanForecast(), TARGETS, HORIZONS),
    "learned": lambda: CalibratedPredictor(Learned([BLAST]), TARGETS, HORIZONS),
    "sequence": lambda: CalibratedPredictor(SequenceForecast(), TARGETS, HORIZONS),
    "combination": lambda: predict.build(TAGS, TARGETS, HORIZONS),
}


def run(model: str, images: list[ProcessImage]) -> list[tuple[Forecast, ...]]:
    """All forecasts of one model over these images, the estimator beside it as live."""
    estimator, predictor = JointFilter(TARGETS), MODELS[model]()
    return [predictor.step(image, estimator.step(image)) for image in images]


@pytest.fixture(scope="module")
def six_days() -> list[ProcessImage]:
    return Images(furnace(6.0, 1)).until(6.0 * DAY)


@pytest.fixture(scope="module", params=list(MODELS))
def model(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def made(model: str, six_days: list[ProcessImage]) -> list[tuple[Forecast, ...]]:
    return run(model, six_days)


def test_every_question_is_answered_with_rising_quantiles(
    model: str, made: list[tuple[Forecast, ...]], six_days: list[ProcessImage]
) -> None:
    last = [forecast for forecast in made[-1] if forecast.model == model]
    asked = {(target, horizon, scored) for target in TARGETS for horizon in HORIZONS
             for scored in (Scored if model == predict.HEADLINE else MEASURED)}  # fmt: skip
    assert {(f.target, f.horizon, f.scored) for f in last} == asked
    for image, forecasts in zip(six_days, made):
        for forecast in forecasts:
            assert forecast.levels == LEVELS
            assert forecast.made_at == image.time
            assert forecast.at(0.05) < forecast.median < forecast.at(0.95)


def test_the_headline_says_why_and_how_much_is_scatter(model: str, made: list[tuple[Forecast, ...]]) -> None:
    for forecast in made[-1]:
        if forecast.model != predict.HEADLINE:
            assert (forecast.drivers, forecast.noise_share) == ((), None)
            continue
        drivers = dict(forecast.drivers)
        assert {"heat_now", "other"} <= set(drivers)
        assert list(drivers.values()) == sorted(drivers.values(), key=lambda value: -abs(value))
        if forecast.scored in MEASURED:
            assert forecast.noise_share is not None
            assert 0.0 < forecast.noise_share <= 1.0


def test_forecasts_lie_where_the_furnace_is(model: str, made: list[tuple[Forecast, ...]]) -> None:
    for forecast in made[-1]:
        low, high = (0.0025, 0.0065) if forecast.target == SILICON else (1745.0, 1800.0)
        assert low < forecast.median < high


def test_bands_are_the_models_own_at_first_and_rest_on_errors_later(
    model: str, made: list[tuple[Forecast, ...]]
) -> None:
    first = next(forecasts for forecasts in made if forecasts)
    assert {forecast.calibrated_on for forecast in first} == {0}
    sample = next(f for f in made[-1] if f.scored == Scored.SAMPLE and f.horizon == HORIZONS[0] and f.model == model)
    assert sample.calibrated_on >= 40


def test_the_same_images_give_the_same_forecasts(
    model: str, six_days: list[ProcessImage], made: list[tuple[Forecast, ...]]
) -> None:
    assert run(model, six_days) == made


def test_nothing_seen_gives_nothing(model: str) -> None:
    estimate = StateEstimate(CYCLE, {}, Health.STARTING)
    assert MODELS[model]().step(ProcessImage(CYCLE, {}), estimate) == ()


def test_a_missing_target_and_missing_inputs_are_survived(model: str) -> None:
    samples = [sample for sample in furnace(2.0, 2) if sample.tag == SILICON]
    last = run(model, Images(samples).until(2.0 * DAY))[-1]
    assert {forecast.target for forecast in last} == {SILICON}


def test_a_long_silence_is_survived(model: str) -> None:
    samples = furnace(5.0, 3)
    spoken = [sample for sample in samples if not 1.5 * DAY < sample.arrival_time < 4.5 * DAY]
    images = Images(spoken).until(5.0 * DAY)
    made = run(model, images)
    assert {forecast.target for forecast in made[-1]} == set(TARGETS)
    quiet = made[round(4.4 * DAY / CYCLE)]
    assert not [forecast for forecast in quiet if forecast.model == "mean_24h"]


def test_the_suite_refuses_an_unknown_tag() -> None:
    with pytest.raises(Exception, match="did you mean 'hot_metal_silicon'"):
        predict.build(TAGS, ["hot_metal_silicium"], HORIZONS)
