"""The FMU: its description is valid, it runs in another tool, and it is the same furnace."""

import importlib
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ironworks.cli import app
from ironworks.core.units import UNITS
from ironworks.core.works import load_works
from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.process import settled_state

from .conftest import WORKS

fmpy = pytest.importorskip("fmpy", reason="FMPy, the tool that runs the FMU here, is not installed")
pytest.importorskip("pythonfmu", reason="the extra 'fmi' is not installed")
fmu_module = importlib.import_module("ironworks.plant.fmu")
INPUTS, OUTPUTS = fmu_module.INPUTS, fmu_module.OUTPUTS

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of FMPy
    pytest.mark.skipif(sys.platform != "linux", reason="the native library is tried on Linux x86-64"),
]
STEP, STEPS = 600.0, 6
LONGEST = 240.0  # s of wall time for the other process, which compiles the furnace anew where no cache has it
SETTINGS = {"coal_injection_rate": 70.0, "blast_moisture": 15.0}
MASTER = """
import json, sys
import fmpy
from fmpy.fmi2 import FMU2Slave

file, settings, outputs, step, steps = json.loads(sys.argv[1])
folder = fmpy.extract(file)
description = fmpy.read_model_description(folder)
reference = {v.name: v.valueReference for v in description.modelVariables}
slave = FMU2Slave(guid=description.guid, unzipDirectory=folder, instanceName="furnace",
                  modelIdentifier=description.coSimulation.modelIdentifier)
slave.instantiate()
slave.setupExperiment(startTime=0.0)
slave.enterInitializationMode()
slave.setReal([reference[name] for name in settings], list(settings.values()))
slave.exitInitializationMode()
rows, frozen = [], []
for i in range(steps):
    slave.doStep(i * step, step)
    rows.append(slave.getReal([reference[name] for name in outputs]))
    frozen += slave.getBoolean([reference["frozen"]])
refused = []
for name, value, size in (("coal_injection_rate", -5.0, step), ("coal_injection_rate", 70.0, 45.0)):
    slave.setReal([reference[name]], [value])
    try:
        slave.doStep(steps * step, size)
        refused.append("taken")
    except Exception as error:
        refused.append(str(error))
slave.terminate()
slave.freeInstance()
print("RESULT" + json.dumps([rows, frozen, refused]))
"""


@pytest.fixture(scope="module")
def fmu(tmp_path_factory):
    file = tmp_path_factory.mktemp("fmu") / "furnace.fmu"
    result = CliRunner().invoke(app, ["export-fmu", "--works", str(WORKS), "--out", str(file)])
    assert result.exit_code == 0, result.output
    return str(file)


@pytest.fixture(scope="module")
def run(fmu):
    """(outputs of every step, whether frozen, what became of two steps that must be refused), from another process."""
    task = json.dumps([fmu, SETTINGS, list(OUTPUTS), STEP, STEPS])
    command = [sys.executable, "-c", MASTER, task]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.split("RESULT")[1])


def test_the_description_names_every_variable_with_its_unit(fmu):
    description = fmpy.read_model_description(fmu, validate=True)
    assert description.fmiVersion == "2.0"
    assert not description.coSimulation.canBeInstantiatedOnlyOncePerProcess
    found = {v.name: v for v in description.modelVariables}
    for names, causality in ((INPUTS, "input"), (OUTPUTS, "output")):
        assert {n: found[n].unit for n in names} == names
        assert {found[n].causality for n in names} == {causality}
    bases = {unit.name: unit.baseUnit for unit in description.unitDefinitions}
    for symbol in {*INPUTS.values(), *OUTPUTS.values()}:
        unit = UNITS[symbol]
        assert bases[symbol].factor == pytest.approx(unit.factor)
        assert bases[symbol].offset == pytest.approx(unit.offset)


def test_a_works_built_on_another_one_travels_with_its_own_numbers(tmp_path):
    works = load_works(str(WORKS.parent / "bf1800"))
    description = fmpy.read_model_description(str(fmu_module.export_fmu(works, tmp_path / "small.fmu")), validate=True)
    start = {v.name: v.start for v in description.modelVariables}
    for folder, same in ((works.folder, True), (WORKS, False)):
        reference = float(Furnace.of_works(folder).reference_inputs().blast_volume)
        assert (float(start["blast_volume"]) == pytest.approx(UNITS["Nm3/min"].from_si(reference))) is same


def test_it_is_the_same_furnace(run, furnace, inputs):
    rows, frozen, _ = run
    changed = inputs._replace(**{name: UNITS[INPUTS[name]].to_si(value) for name, value in SETTINGS.items()})
    state = settled_state(load_works(str(WORKS)), furnace.parameters)
    assert len(rows) == STEPS
    for row in rows:
        state, outputs = furnace.advance(state, changed, STEP)
        for value, (name, symbol) in zip(row, OUTPUTS.items(), strict=True):
            expected = UNITS[symbol].from_si(float(getattr(outputs, name)))
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), name
    assert not any(frozen)


def test_what_the_furnace_refuses_fails_the_step(run):
    negative_coal, odd_step = run[2]
    assert "discard" in negative_coal
    assert "discard" in odd_step


def test_the_command_refuses_another_ending(tmp_path):
    result = CliRunner().invoke(app, ["export-fmu", "--works", str(WORKS), "--out", str(tmp_path / "a.zip")])
    assert result.exit_code == 2
    assert "NAME.fmu" in result.output
