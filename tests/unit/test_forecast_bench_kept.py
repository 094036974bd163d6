"""Results of single furnaces that are kept: a bench goes on where it was broken off, and mixes nothing."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from ironworks.backtest.forecast_bench.tally import Band, Key, Tally
from ironworks.commands.forecast_bench import bench, kept
from ironworks.commands.forecast_bench.kept import Keeper
from ironworks.commands.forecast_bench.one_furnace import FurnaceResult
from ironworks.commands.forecast_bench.options import BenchOptions
from ironworks.core.errors import DataError

OPTIONS = BenchOptions(furnaces=3, days=4.0, seed=5, replays=0, workers=1)
KEY = Key("hot_metal_temperature", 3600.0, "truth", "combination", False)


def result(number: int) -> FurnaceResult:
    tally = Tally.empty(2)
    tally.add(Band(1700.1, 1704.7, 1709.3), 1700.0 + number / 3.0, np.array([5.0, 10.0]))
    return FurnaceResult(
        f"drawn-{number}", number, 7 + number, "completed", "", 4.0, {KEY: tally}, ({KEY: tally},),
        {"hot_metal_temperature": [0.1, -1.0 / 3.0]}, 30, 2, {"plant": 1.5}, 0.7,
    )  # fmt: skip


def test_what_is_kept_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    keeper = Keeper.of(dataclasses.replace(OPTIONS, keep=tmp_path / "new"))
    assert keeper.results() == {}
    keeper.save(result(3))
    back, was = keeper.results()[3], result(3)
    assert dataclasses.replace(back, tallies={}, weeks=()) == dataclasses.replace(was, tallies={}, weeks=())
    for found, wanted in [(back.tallies, was.tallies), (back.weeks[0], was.weeks[0])]:
        assert set(found) == {KEY}
        assert str(found[KEY]) == str(wanted[KEY])
        np.testing.assert_array_equal(found[KEY].hits, wanted[KEY].hits)


def test_more_furnaces_and_other_workers_go_on_with_what_is_kept(tmp_path: Path) -> None:
    Keeper.of(dataclasses.replace(OPTIONS, keep=tmp_path)).save(result(1))
    more = dataclasses.replace(OPTIONS, furnaces=9, workers=4, keep=tmp_path)
    assert set(Keeper.of(more).results()) == {1}


@pytest.mark.parametrize("change", [{"days": 5.0}, {"seed": 6}, {"instrumentation": "rough"}, {"replays": 8}])
def test_results_of_other_options_are_refused(tmp_path: Path, change: dict) -> None:
    Keeper.of(dataclasses.replace(OPTIONS, keep=tmp_path)).save(result(1))
    with pytest.raises(DataError, match=next(iter(change))) as refused:
        Keeper.of(dataclasses.replace(OPTIONS, keep=tmp_path, **change)).results()
    assert "folder of its own" in str(refused.value)


def test_results_of_other_code_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = dataclasses.replace(OPTIONS, keep=tmp_path)
    Keeper.of(options).save(result(1))
    monkeypatch.setattr(kept, "_code", lambda: "0123")
    with pytest.raises(DataError, match="other code"):
        Keeper.of(options).results()


@pytest.mark.parametrize("content", ["", "{", "{}", '{"made_by": {}, "result": {"tallies": [], "weeks": []}}'])
def test_a_file_that_is_no_result_is_named(tmp_path: Path, content: str) -> None:
    keeper = Keeper.of(dataclasses.replace(OPTIONS, keep=tmp_path))
    (tmp_path / "furnace-0001.json").write_text(content)
    with pytest.raises(DataError, match=r"furnace-0001\.json"):
        keeper.results()


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = Keeper.of(OPTIONS)
    keeper.save(result(1))
    assert keeper.results() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_bench_broken_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three furnaces, the third of which breaks it off the first time: the other two are not run again."""
    ran: list[int] = []
    power = SimpleNamespace(fails=True)

    def run(folder: Path, number: int, options: BenchOptions, progress: object) -> FurnaceResult:
        if number == 12 and power.fails:
            raise KeyboardInterrupt
        ran.append(number)
        return result(number)

    drawn = [SimpleNamespace(name=f"drawn-{number}", number=number) for number in (4, 7, 12)]
    monkeypatch.setattr(bench, "draw", lambda count, seed: SimpleNamespace(furnaces=drawn, rejected={}))
    monkeypatch.setattr(bench, "sampled", lambda furnace, quality: furnace)
    monkeypatch.setattr(bench, "write_drawn", lambda folder, furnace: None)
    monkeypatch.setattr(bench, "run_furnace", run)
    options = dataclasses.replace(OPTIONS, keep=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        bench.run_bench(options, Console(quiet=True))
    power.fails = False
    outcome = bench.run_bench(options, Console(quiet=True))
    assert ran == [4, 7, 12]
    assert [one.number for one in outcome.furnaces] == [4, 7, 12]
    assert outcome.tallies[KEY].n == 3
