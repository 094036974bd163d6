"""Two equal furnaces: nothing set is no difference, signs of the first hour, freezing, the command."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from ironworks.cli import app
from ironworks.commands.whatif import sparkline
from ironworks.core.errors import CallError
from ironworks.plant.furnace.freezing import Outcome
from ironworks.plant.whatif import UNITS_OF, what_if

from .conftest import WORKS


@pytest.fixture(scope="module")
def ask(furnace, settled):
    return lambda *settings, hours=1.0: what_if(furnace, settled, list(settings), hours)


def test_equal_furnaces_do_not_differ(ask):
    answer = ask("coal_injection_rate=+0kg/s")
    assert all(set(values) == {0.0} for values in answer.deviation.values())


def test_coal_cools_the_flame_and_costs_fuel_at_once(ask):
    answer = ask("coal_injection_rate=+1kg/s", hours=2.0)
    assert list(answer.deviation) == list(UNITS_OF)
    assert answer.time_h == (1.0, 2.0)
    assert all(x < -5.0 for x in answer.deviation["flame_temperature"])
    # 1 kg/s over about 110 kg/s of hot metal is 9 kg/tHM; production falls a little besides
    assert 7.0 < np.mean(answer.deviation["fuel_rate"]) < 14.0
    assert answer.deviation["hot_metal_temperature"][0] < answer.deviation["hot_metal_temperature"][1]


def test_means_do_not_ripple(ask):
    """The reference is steady: the hourly means of pressure drop and production stay within a few per cent."""
    answer = ask("blast_moisture=+0g/Nm3", hours=6.0)
    for name in ("pressure_drop", "production", "top_gas_temperature"):
        values = np.array(answer.base[name])
        assert np.std(values) < 0.02 * np.mean(values)


def test_a_furnace_without_fuel_freezes_and_keeps_its_course(ask):
    answer = ask("coal_injection_rate=0kg/s", "blast_moisture=60g/Nm3", "blast_temperature=900degC", hours=72.0)
    assert answer.ending.outcome == Outcome.FROZEN
    assert "with the settings at" in answer.ending.message
    assert 2 < len(answer.time_h) < 72
    assert answer.time_h[-1] * 3600.0 == pytest.approx(answer.ending.time)
    assert all(len(values) == len(answer.time_h) for values in answer.deviation.values())
    assert all(np.isfinite(values).all() for values in answer.deviation.values())


@pytest.mark.parametrize("hours", [0.0, -1.0, 1.7, 1e9, float("nan")])
def test_hours_are_checked(furnace, settled, hours):
    with pytest.raises(CallError, match="hours"):
        what_if(furnace, settled, ["coke_base=+1%"], hours)


def test_a_window_is_whole_steps(furnace, settled):
    with pytest.raises(CallError, match="window"):
        what_if(furnace, settled, ["coke_base=+1%"], 1.0, window=1.5 * furnace.dt)


def test_the_command_prints_json_and_the_picture(tmp_path):
    picture = tmp_path / "what.png"
    arguments = ["whatif", "--set", "coke_base=+1%", "--hours", "1", "--works", str(WORKS), "--plot", str(picture)]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert list(content["deviation"]) == list(UNITS_OF)
    assert all(len(values) == len(content["time_h"]) == 1 for values in content["deviation"].values())
    assert content["units"]["fuel_rate"] == "kg/tHM"
    assert content["settings"][0]["name"] == "coke_base"
    assert content["outcome"] == "completed"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_command_refuses_in_one_message():
    result = CliRunner().invoke(app, ["whatif", "--set", "coal_injection_rate=-100kg/s", "--works", str(WORKS)])
    assert result.exit_code == 2
    assert "a sign means a difference" in result.output


def test_a_sparkline_spans_its_range():
    assert sparkline((0.0, 0.5, 1.0), 0.0, 1.0) == "▁▅█"
    assert sparkline((1.0, 1.0), 1.0, 1.0) == "▁▁"
