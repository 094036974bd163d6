"""Champion and challengers: what is kept, who forecasts, who may, and the way back."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from forecast_kit import DAY, HOUR, SILICON, TEMPERATURE, Images, furnace
from ironworks.backtest.duel import FEWEST_DAYS, Duel, Errors, duel
from ironworks.cli import app
from ironworks.core.errors import CallError, ConfigurationError, DataError
from ironworks.core.ports import CycleRecord
from ironworks.predict.registry import SHIPPED, Registry
from ironworks.predict.sequence.model import shipped
from ironworks.record import SqliteRecord

NOW = 1.79e9


@pytest.fixture
def other(tmp_path):
    """A file of weights that are not the shipped ones: all answers three spreads too high."""
    network = shipped()
    means = np.arange(network.b3.shape[1]) < network.b3.shape[1] // 2
    file = tmp_path / "other.npz"
    replace(network, b3=network.b3 + 3.0 * means).save(file)
    return file


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "state" / "models")


def test_a_works_begins_with_the_shipped_model(registry):
    assert registry.champion == SHIPPED
    assert registry.network(SHIPPED) is shipped()
    assert not registry.folder.exists()


def test_promotion_and_the_way_back_survive_a_restart(registry, other):
    assert registry.add(other, "trained in March", NOW) == "v1"
    registry.promote("v1", "it won", NOW + 1.0)
    again = Registry(registry.folder)
    assert again.champion == "v1"
    assert np.array_equal(again.network("v1").w1, registry.network("v1").w1)
    assert again.rollback("the shift did not like it", NOW + 2.0) == SHIPPED
    assert Registry(registry.folder).champion == SHIPPED
    assert [change.reason for change in again.changes] == ["it won", "the shift did not like it"]


def test_what_is_refused(registry, other, tmp_path):
    with pytest.raises(CallError, match="no earlier champion"):
        registry.rollback("", NOW)
    with pytest.raises(CallError, match="no such file"):
        registry.add(tmp_path / "absent.npz", "", NOW)
    (tmp_path / "text.npz").write_text("not weights")
    with pytest.raises(ConfigurationError, match="holds no weights"):
        registry.add(tmp_path / "text.npz", "", NOW)
    registry.add(other, "", NOW)
    with pytest.raises(CallError, match="here as 'v1' already"):
        registry.add(other, "", NOW)
    with pytest.raises(CallError, match="no model version 'v7'"):
        registry.promote("v7", "", NOW)
    assert Registry(registry.folder).names == (SHIPPED, "v1")


def test_weights_that_were_changed_are_not_used_and_can_be_left(registry, other):
    registry.add(other, "", NOW)
    registry.promote("v1", "it won", NOW)
    file = registry.folder / "v1.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"v1\.npz"):
        Registry(registry.folder).network("v1")
    assert Registry(registry.folder).rollback("damaged", NOW) == SHIPPED


def test_a_damaged_registry_is_told(registry, other):
    registry.add(other, "", NOW)
    (registry.folder / "registry.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        Registry(registry.folder)


@pytest.fixture(scope="module")
def images():
    return Images(furnace(24.0, 3, blast_effect=0.4), cycle=0.5 * HOUR).until(24.0 * DAY)


def test_the_better_one_wins_and_the_worse_does_not(images, other, registry):
    registry.add(other, "", NOW)
    good, bad = shipped(), registry.network("v1")
    targets, horizons = (SILICON, TEMPERATURE), (2 * HOUR,)
    won = duel(images, bad, good, targets, horizons)
    assert won.won
    assert won.days >= FEWEST_DAYS
    assert {row.target for row in won.rows} == set(targets)
    lost = duel(images, good, bad, targets, horizons)
    assert not lost.won
    assert lost.gain < 0.0
    same = duel(images, good, good, targets, horizons)
    assert same.gain == 0.0
    assert "not clear of chance" in same.verdict


def test_a_gain_on_one_target_does_not_pay_for_the_other():
    rows = (Errors(SILICON, 2 * HOUR, 300, 1.0, 0.5), Errors(TEMPERATURE, 2 * HOUR, 300, 1.0, 1.05))
    assert "more on hot_metal_temperature" in Duel(rows, 10, 0.3, 0.01).verdict
    assert "days could be judged" in Duel(rows, 3, 0.3, 0.01).verdict


def test_the_commands(images, other, tmp_path, monkeypatch):
    """On a record of eight days a model that is no better is refused; one that has won forecasts, and can be left."""
    state = tmp_path / "var"
    (state / "record").mkdir(parents=True)
    record = SqliteRecord(state / "record")
    for number, image in enumerate(images[: 8 * 48], 1):
        record.cycle(CycleRecord(number, image, None, (), (), (), (), ()))
    record.close()

    def call(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["models", *arguments, "--state", str(state)])
        assert result.exit_code == code, result.output
        return " ".join(result.output.split())

    assert "v1" in call("add", str(other), "--origin", "a trial")
    assert "not clear of chance" in call("promote", "v1", code=2)
    assert "does not win" in call("promote", "v1", "--dry")
    won = Duel((Errors(SILICON, 2 * HOUR, 300, 1.0, 0.9),), 10, 0.19, 0.01)
    monkeypatch.setattr("ironworks.commands.models.duel", lambda *given: won)
    assert "the challenger wins" in call("promote", "v1")
    told = json.loads(CliRunner().invoke(app, ["models", "list", "--state", str(state), "--json"]).stdout)
    assert told["champion"] == "v1"
    assert told["changes"][0]["reason"] == "19.0% +-1.0% less squared error over 10 days"
    assert "the champion is shipped" in call("rollback")
    assert "a trial" in call("list")
