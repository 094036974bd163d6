"""The bench from end to end on a sketch of a furnace: it scores, repeats, looks at nothing later, and reports a furnace
that cannot run as what it is."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from ironworks import predict
from ironworks.backtest.forecast_bench.targets import HORIZONS
from ironworks.commands.forecast_bench import bench, one_furnace
from ironworks.commands.forecast_bench.bench import Outcome
from ironworks.commands.forecast_bench.one_furnace import FurnaceResult, FurnaceRun, run_furnace
from ironworks.commands.forecast_bench.options import BenchOptions
from ironworks.core.clock import parse_iso
from ironworks.core.forecast import Forecast, Scored
from ironworks.core.works import load_works
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess

SHORT = BenchOptions(furnaces=1, days=0.9, warm_up=0.2 * 86400.0, replays=4, every=3, workers=1)
START = parse_iso(one_furnace.START)


def sketch(seed: int = 4, publish: bool = True) -> SimulatedWorks:
    works = load_works("demo")
    return SimulatedWorks(works, seed, START, process=SketchProcess(works.folder), publish=publish)


@pytest.fixture(scope="module")
def finished() -> tuple[FurnaceRun, list[tuple[Forecast, ...]]]:
    made: list[tuple[Forecast, ...]] = []
    run = FurnaceRun(sketch(), sketch(publish=False), 4, SHORT, lambda _, image, said: made.append(said))
    ending = run.run()
    assert ending.outcome == "completed"
    return run, made


def outcome_of(run: FurnaceRun) -> Outcome:
    judge = run.judge
    result = FurnaceResult(
        "sketch", 0, 4, "completed", "", 0.9, judge.tallies, (), judge.scatter, judge.casts, run.moments
    )
    return Outcome(SHORT, (result,), 0, judge.tallies, run.targets, 1.0)


def test_every_way_target_horizon_and_model_is_scored(finished) -> None:
    content = json.loads(json.dumps(outcome_of(finished[0]).to_json(), allow_nan=False))
    rows = content["rows"]
    names = {"persistence", "mean_24h", "headline", "combination", "ceiling", "kalman", "learned", "twin", "sequence"}
    ways = {(row["target"], row["scored"], row["horizon_s"]) for row in rows if row["model"] == "headline"}
    for target in ("hot_metal_temperature", "hot_metal_silicon"):
        assert {way for name, way, _ in ways if name == target} == {"sample", "truth", "tap_mean", "tap_mean_truth"}
    assert {horizon for *_, horizon in ways} == set(HORIZONS)
    assert {row["model"] for row in rows if row["horizon_s"] == 3600.0} == names
    assert {name for name, way, _ in ways if way == "truth"} >= {"pressure_drop", "gas_utilisation"}
    assert finished[0].moments >= 2
    paired = {(r["target"], r["horizon_s"], r["scored"], r["model"]): r["n"] for r in content["paired"]}
    assert all(n == paired[(*key[:3], "ceiling")] for key, n in paired.items())
    assert content["sampling_noise"]["hot_metal_silicon"]["n"] > 15
    for row in rows:
        twin = (
            next(r for r in rows if {**r, "model": ""} == {**row, "model": ""}) if row["model"] == "headline" else row
        )
        assert twin["rmse"] == row["rmse"]


def test_the_future_and_the_replays_change_no_forecast(finished) -> None:
    """After ten hours the world is another one, and nobody replays anything."""
    whole, cut, made = finished[1], 60, []
    plant = sketch()

    def observe(run, image, said) -> None:
        made.append(said)
        if len(made) == cut:
            run.plant.reseed(77)

    FurnaceRun(plant, None, 4, dataclasses.replace(SHORT, days=0.5, replays=0), observe).run()
    assert made[:cut] == whole[:cut]
    assert made[cut + 11] != whole[cut + 11]
    assert {forecast.scored for forecast in made[cut]} == set(Scored)
    assert {forecast.model for forecast in made[cut]} == set(predict.MODELS)


def test_the_same_seed_gives_the_same_scores() -> None:
    brief = dataclasses.replace(SHORT, days=0.4, warm_up=0.05 * 86400.0, every=1)
    first, again = (FurnaceRun(sketch(), sketch(publish=False), 4, brief) for _ in range(2))
    first.run()
    again.run()
    assert first.moments == again.moments > 0
    assert set(first.judge.tallies) == set(again.judge.tallies)
    for key, tally in first.judge.tallies.items():
        other = again.judge.tallies[key]
        assert (tally.n, tally.square, tally.width) == (other.n, other.square, other.width)
        np.testing.assert_array_equal(tally.hits, other.hits)


def test_a_furnace_that_cannot_be_set_up_is_an_outcome(tmp_path: Path) -> None:
    result = run_furnace(tmp_path / "nothing", 3, SHORT, lambda days: None)
    assert (result.outcome, result.number, result.tallies) == ("not_run", 3, {})
    assert "nothing" in result.message
    console = Console(record=True, width=160, file=open("/dev/null", "w"))  # noqa: SIM115
    bench.show(Outcome(SHORT, (result,), 0, {}, (), 1.0), console)
    assert "could not be set up" in console.export_text()
    assert json.dumps(Outcome(SHORT, (result,), 0, {}, (), 1.0).to_json(), allow_nan=False)


def test_a_furnace_that_freezes_is_scored_until_then() -> None:
    class Chilled(SketchProcess):
        def advance(self, inputs, seconds):
            truth = super().advance(inputs, seconds)
            if self.s["time"] > 0.3 * 86400.0:
                truth["hot_metal_temperature"] = truth["hot_metal_temperature_tapped"] = 1400.0
            return truth

    works = load_works("demo")
    plant = SimulatedWorks(works, 4, START, process=Chilled(works.folder))
    run = FurnaceRun(plant, None, 4, dataclasses.replace(SHORT, replays=0))
    ending = run.run()
    assert ending.outcome == "frozen"
    assert ending.time == pytest.approx(0.3 * 86400.0, abs=1200.0)
    assert run.judge.tallies
