"""Days of a works in files: what stands in them, that they repeat, that truth and measurement stay apart."""

import json
import math

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ironworks.cli import app
from ironworks.commands.simulation_files import SimulationFiles
from ironworks.core.dictionary import Role
from ironworks.core.errors import CallError
from ironworks.plant.furnace.freezing import Outcome
from ironworks.plant.process import SCALARS
from ironworks.plant.simulation import TRUTH_UNITS, simulate, truth_unit, whole_pieces
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess

HOURS_5 = 5.0 / 24.0


class FreezingProcess(SketchProcess):
    """Runs cold after an hour."""

    def advance(self, inputs, seconds):
        truth = super().advance(inputs, seconds)
        if self.s["time"] > 3600.0:
            truth["hot_metal_temperature"] = 1400.0
        return truth


def write(works, folder, process, seed=5):
    """Outcome, and the paths of the two files."""
    plant = SimulatedWorks(works, seed, 1.7e9, process=process)
    files = folder / "m.parquet", folder / "m.truth.parquet"
    ending = None
    with SimulationFiles(*files, works.tags, {"works": works.name, "seed": str(seed)}) as recording:
        for piece in simulate(plant, HOURS_5):
            recording.add(piece)
            ending = piece.ending
        assert ending is not None
        recording.close(ending.outcome.value, ending.message, plant.time)
    return ending, *files


@pytest.fixture(scope="module")
def written(demo_works, tmp_path_factory):
    return write(demo_works, tmp_path_factory.mktemp("simulation"), SketchProcess(demo_works.folder))


def test_every_sample_of_the_plant_stands_in_the_file_in_field_units(demo_works, written):
    _, measured, _ = written
    frame = pl.read_parquet(measured)
    assert frame.columns == ["tag", "value", "quality", "source_time", "arrival_time", "reason"]
    plant = SimulatedWorks(demo_works, 5, 1.7e9, process=SketchProcess(demo_works.folder))
    samples = plant.advance(HOURS_5 * 86400.0)
    assert frame["tag"].cast(pl.String).to_list() == [s.tag for s in samples]
    field = [None if s.value is None else demo_works.tags[s.tag].unit.from_si(s.value) for s in samples]
    assert [x is None for x in field] == frame["value"].is_null().to_list()
    np.testing.assert_allclose(
        frame["value"].fill_null(0.0).to_numpy(), [0.0 if x is None else x for x in field], rtol=1e-12, atol=1e-12
    )
    assert frame["reason"].cast(pl.String).to_list() == [s.reason for s in samples]
    arrival = frame["arrival_time"].dt.epoch("us").to_numpy() / 1e6
    np.testing.assert_allclose(arrival, [s.arrival_time for s in samples], atol=1e-6)
    assert (frame["arrival_time"] >= frame["source_time"]).all()


def test_the_truth_stands_on_a_regular_grid_and_nowhere_in_the_measured_file(written):
    _, measured, truth = written
    frame = pl.read_parquet(truth)
    assert set(np.diff(frame["time"].dt.epoch("s").to_numpy())) == {60}
    assert len(frame) == 300
    assert 1000.0 < frame["hot_metal_temperature"].mean() < 1700.0  # degC
    assert frame["actual_blast_volume"][0] > 5000.0  # Nm3/min
    names = set(pl.read_parquet(measured)["tag"].cast(pl.String).unique())
    hidden = {c for c in frame.columns if c.startswith(("disturbance_", "actual_")) or c.endswith("_wet")}
    assert len(hidden) > 20
    assert not names & hidden


def test_metadata_say_units_seed_and_outcome(demo_works, written):
    for file, content in zip(written[1:], ("measured", "truth")):
        metadata = {k.decode(): v.decode() for k, v in pq.read_metadata(file).metadata.items()}
        assert metadata["content"] == content
        assert metadata["seed"] == "5"
        assert metadata["outcome"] == "completed"
        units = json.loads(metadata["units"])
        assert units["hot_metal_temperature"] == "degC"
        columns = (
            set(pl.read_parquet_schema(file)) - {"time"} if content == "truth" else {t.name for t in demo_works.tags}
        )
        assert set(units) == columns


def test_units_of_the_truth_are_those_of_the_tags(demo_works):
    assert set(SCALARS) <= set(TRUTH_UNITS)
    shared = [tag for tag in demo_works.tags if tag.name in TRUTH_UNITS and tag.role != Role.SETPOINT]
    assert len(shared) > 15
    assert {tag.name: tag.unit.symbol for tag in shared} == {tag.name: TRUTH_UNITS[tag.name] for tag in shared}
    assert truth_unit("shaft_pressure_2") == "kPa(g)"
    assert truth_unit("top_gas_flow_wet") == "Nm3/min"
    assert truth_unit("disturbance_coke_ash") == "SI"


def test_a_furnace_that_freezes_ends_the_run_and_keeps_the_record(demo_works, tmp_path):
    ending, measured, truth = write(demo_works, tmp_path, FreezingProcess(demo_works.folder))
    assert ending.outcome == Outcome.FROZEN
    assert ending.time == 4200.0
    assert len(pl.read_parquet(truth)) == 70
    assert pq.read_metadata(measured).metadata[b"outcome"] == b"frozen"
    assert b"solid below" in pq.read_metadata(truth).metadata[b"message"]


def test_a_defect_leaves_no_files(demo_works, tmp_path):
    files = tmp_path / "a.parquet", tmp_path / "a.truth.parquet"
    plant = SimulatedWorks(demo_works, 1, process=SketchProcess(demo_works.folder))

    def broken():
        with SimulationFiles(*files, demo_works.tags, {}) as recording:
            recording.add(next(simulate(plant, 1.0)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("days", [0.0, -1.0, 0.001, 1e6, math.nan])
def test_days_are_checked(days):
    with pytest.raises(CallError, match="days"):
        whole_pieces(days)


def test_an_unknown_scenario_is_refused_before_the_run(tmp_path):
    result = CliRunner().invoke(
        app, ["simulate", "--days", "1", "--scenario", "no such thing", "--out", str(tmp_path / "a.parquet")]
    )
    assert result.exit_code == 2
    assert "no scenario 'no such thing'" in result.output
    assert not list(tmp_path.iterdir())


def test_a_scenario_changes_the_course_from_when_it_begins(demo_works):
    rows = []
    for options in ({}, {"scenario": "coal_trip_short", "scenario_at": 3600.0}):
        plant = SimulatedWorks(demo_works, 5, 1.7e9, process=SketchProcess(demo_works.folder), **options)
        rows.append([row for piece in simulate(plant, 3.0 / 24.0) for row in piece.truth])
    differ = [a != b for a, b in zip(*rows, strict=True)]
    assert not any(differ[:60])
    assert any(differ[60:])


def test_the_command_repeats_byte_for_byte(demo_works, tmp_path):
    arguments = ["simulate", "--days", "0.05555555555", "--seed", "7", "--works", str(demo_works.folder), "--out"]
    for name in ("a", "b"):
        result = CliRunner().invoke(app, [*arguments, str(tmp_path / f"{name}.parquet")])
        assert result.exit_code == 0, result.output
    for kind in ("parquet", "truth.parquet"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    result = CliRunner().invoke(app, [*arguments[:4], "8", *arguments[5:], str(tmp_path / "c.parquet")])
    assert (tmp_path / "a.parquet").read_bytes() != (tmp_path / "c.parquet").read_bytes()


@pytest.mark.parametrize("out", ["a.csv", "no/such/folder/a.parquet"])
def test_the_command_refuses_a_place_it_cannot_write(tmp_path, out):
    result = CliRunner().invoke(app, ["simulate", "--days", "1", "--out", str(tmp_path / out)])
    assert result.exit_code == 2
    assert "--out" in result.output
