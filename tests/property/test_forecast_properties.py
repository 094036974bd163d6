"""No single sample, whatever it says, moves a forecast by more than its band."""

from copy import deepcopy
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_kit import DAY, HOUR, SILICON, TAGS, TEMPERATURE, Images, furnace
from ironworks import predict
from ironworks.core.forecast import Forecast
from ironworks.core.sample import Quality, Sample
from ironworks.estimate import JointFilter

START, END = 2.5 * DAY, 3.0 * DAY


@cache
def until_start() -> tuple[list[Sample], JointFilter, predict.Suite]:
    """The samples, and stages that have seen what arrived until START."""
    samples = [sample for sample in furnace(3.0, 21) if sample.arrival_time <= END]
    estimator, predictor = (
        JointFilter((SILICON, TEMPERATURE)),
        predict.build(TAGS, (SILICON, TEMPERATURE), (2.0 * HOUR,)),
    )
    for image in Images(samples).until(START):
        predictor.step(image, estimator.step(image))
    return samples, estimator, predictor


def last(extra: tuple[Sample, ...]) -> tuple[Forecast, ...]:
    """The forecasts at END with extra samples, which must arrive after START."""
    samples, *stages = until_start()
    estimator, predictor = deepcopy(stages)
    made: tuple[Forecast, ...] = ()
    for image in Images(sorted([*samples, *extra], key=lambda s: s.arrival_time)).until(END):
        if image.time > START:
            made = predictor.step(image, estimator.step(image))
    return made


quiet = cache(lambda: last(()))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    value=st.one_of(st.floats(-1e6, 1e6), st.floats(0.0, 0.04), st.sampled_from([3.9, 390.0, 0.45])),
    before_end=st.floats(0.0, 10.0 * HOUR),
)
def test_an_outlier_moves_no_forecast_beyond_its_band(value: float, before_end: float) -> None:
    taken = END - 1800.0 - before_end
    found = {
        (f.model, f.target, f.scored): f for f in last((Sample(SILICON, value, Quality.GOOD, taken, taken + 1800.0),))
    }
    for forecast in quiet():
        if forecast.model in ("kalman", "learned", "sequence", "combination"):
            other = found[forecast.model, forecast.target, forecast.scored]
            assert forecast.at(0.05) < other.median < forecast.at(0.95)
            assert other.at(0.95) - other.at(0.05) < 2.0 * (forecast.at(0.95) - forecast.at(0.05))
