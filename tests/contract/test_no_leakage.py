"""Nothing later leaks in: data cut at the forecast's time give the same forecast, to the last bit, for every model."""

import os
from pathlib import Path

import pytest

from forecast_kit import BLAST, DAY, HOUR, SILICON, TAGS, TEMPERATURE, Images, furnace
from inside_kit import CYCLE, USUAL, ColumnFurnace
from ironworks import predict
from ironworks.backtest.mapping import read_mapping
from ironworks.backtest.read import read_samples
from ironworks.backtest.walk import walk
from ironworks.core.forecast import Forecast
from ironworks.core.sample import Sample
from ironworks.estimate import JointFilter
from ironworks.estimate.together import build

MEASURED = os.environ.get("IRONWORKS_DATA", "")
WORKS = Path(__file__).parents[2] / "works"


def forecasts_at(samples: list[Sample], cut: float) -> tuple[Forecast, ...]:
    estimator = JointFilter((SILICON, TEMPERATURE))
    predictor = predict.build(TAGS, (SILICON, TEMPERATURE), (2.0 * HOUR,), [BLAST])
    made: tuple[Forecast, ...] = ()
    for image in Images(samples).until(cut):
        made = predictor.step(image, estimator.step(image))
    return made


@pytest.mark.parametrize("cut", [1.0 * DAY, 6.8 * DAY])
def test_the_future_of_a_synthetic_furnace_changes_nothing(cut: float) -> None:
    samples = furnace(7.0, 5, blast_effect=0.5)
    whole = forecasts_at(samples, cut)
    # a sample taken before the cut but known only after it must not count; beyond the cut the world is another one
    known = [sample for sample in samples if sample.arrival_time <= cut]
    other = [sample for sample in furnace(7.0, 6) if sample.arrival_time > cut]
    assert {forecast.model for forecast in whole} == set(predict.MODELS)
    assert forecasts_at(known, cut) == whole
    assert forecasts_at(known + other, cut) == whole
    medians = {(f.model, f.target, f.scored): f.median for f in whole}
    learns = any(medians["learned", *key] != value for (model, *key), value in medians.items() if model == "kalman")
    assert learns == (cut > 6.0 * DAY)  # the second cut lies where the learned model has something to say


def test_the_future_of_the_inside_changes_nothing(demo_works) -> None:
    """The same images up to the cut give the same forecasts, whatever comes after it: a move, or nothing more."""
    targets, cut = (SILICON, TEMPERATURE), round(12.0 * HOUR / CYCLE)

    def forecasts(cycles: int, coal: float) -> list[tuple[Forecast, ...]]:
        plant = ColumnFurnace(seed=3)
        estimator = build(demo_works.tags, [targets])
        predictor = predict.build(demo_works.tags, targets, (2.0 * HOUR,))
        made = []
        for cycle in range(cycles):
            if cycle == cut:
                plant.given = USUAL._replace(coal=coal)
            image = plant.cycle()
            made.append(predictor.step(image, estimator.step(image)))
        return made

    short, long = forecasts(cut, 0.0), forecasts(cut + 12, 10.0)
    assert {forecast.model for forecast in short[-1]} == set(predict.MODELS)
    assert short == long[:cut]


def test_the_test_would_notice_a_leak() -> None:
    samples, cut = furnace(2.0, 7), 1.5 * DAY
    early = [
        Sample(s.tag, s.value, s.quality, s.source_time, s.source_time) if s.tag == SILICON else s for s in samples
    ]
    leaking = sorted(early, key=lambda sample: sample.arrival_time)
    assert forecasts_at(leaking, cut) != forecasts_at(samples, cut)


@pytest.mark.skipif(not MEASURED, reason="IRONWORKS_DATA names no folder with measured plant data")
@pytest.mark.parametrize(
    ("furnace_name", "target"),
    [("furnace_a", SILICON), ("furnace_b", TEMPERATURE), ("furnace_c", "top_gas_temperature")],
)
def test_the_future_of_a_measured_furnace_changes_nothing(furnace_name: str, target: str) -> None:
    mapping = read_mapping(WORKS / furnace_name / "mapping.toml")
    samples = read_samples(Path(MEASURED) / f"{furnace_name}.parquet", mapping)
    start = samples[0].arrival_time
    short = [sample for sample in samples if sample.arrival_time < start + 12.0 * DAY]
    cut = start + 10.0 * DAY
    whole = {cycle.image.time: cycle.forecasts for cycle in walk(short, mapping, target, 2.0 * HOUR)}
    known = [sample for sample in short if sample.arrival_time <= cut]
    cut_off = {cycle.image.time: cycle.forecasts for cycle in walk(known, mapping, target, 2.0 * HOUR)}
    checked = [time for time in cut_off if time <= cut]
    assert len(checked) > 1000
    assert all(cut_off[time] == whole[time] for time in checked)
    assert {forecast.model for forecast in cut_off[checked[-1]]} == set(predict.MODELS)
