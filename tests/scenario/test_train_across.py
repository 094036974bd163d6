"""Training across furnaces: tapes that hold what was seen and what was true, rows without a look ahead, a fit that
finds what is there."""

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ironworks.commands.train_across import TrainOptions, farm
from ironworks.commands.train_across.command import judged
from ironworks.commands.train_across.fit import FitOptions, fit
from ironworks.commands.train_across.record import record_tape
from ironworks.commands.train_across.rows import Rows, rows_of
from ironworks.commands.train_across.tape import Tape
from ironworks.core.errors import CallError
from ironworks.core.works import load_works
from ironworks.plant.works import SimulatedWorks
from ironworks.predict.sequence.features import DRIVERS, WIDTH
from ironworks.predict.sequence.questions import ASKED
from plant_kit import SketchProcess

START = 1735689600.0
TEMPERATURE = "hot_metal_temperature"


@pytest.fixture(scope="module")
def tape() -> Tape:
    works = load_works("demo")
    return record_tape(SimulatedWorks(works, 4, START, process=SketchProcess(works.folder)), 1.0)


def test_a_tape_holds_a_minute_of_truth_for_every_minute_and_an_image_for_every_cycle(tape: Tape) -> None:
    assert tape.values.shape == (144, len(tape.tags))
    assert tape.truth.shape == tape.flows.shape == (1440, len(tape.targets))
    assert np.all(tape.sample_time <= tape.time[tape.sample_cycle])
    images = list(tape.images())
    assert [image.time for image in images] == tape.time.tolist()
    assert sum(len(image.arrivals) for image in images) == len(tape.sample_value)
    assert images[-1].usable("coal_injection_rate") is not None
    assert images[-1].usable("hearth_temperature_1") is None  # nothing looks at it


def test_it_comes_back_from_its_file(tape: Tape, tmp_path: Path) -> None:
    tape.save(tmp_path / "one.npz")
    again = Tape.load(tmp_path / "one.npz")
    np.testing.assert_array_equal(again.values, tape.values)
    assert [str(name) for name in again.tags] == [str(name) for name in tape.tags]
    assert [file.name for file in tmp_path.iterdir()] == ["one.npz"]


def test_a_row_is_made_of_the_past_alone(tape: Tape) -> None:
    whole = rows_of(tape)
    half = 100
    early = tape.sample_cycle < half
    cut = Tape(
        tape.time[:half], tape.tags, tape.values[:half], tape.sample_cycle[early], tape.sample_tag[early],
        tape.sample_time[early], tape.sample_value[early], tape.targets, tape.minute, tape.truth, tape.flows,
    )  # fmt: skip
    known = rows_of(cut)
    assert 0 < len(known.features) < len(whole.features)
    np.testing.assert_array_equal(known.features, whole.features[: len(known.features)])
    np.testing.assert_array_equal(known.wanted, whole.wanted[: len(known.wanted)])


def test_what_is_wanted_is_the_truth_at_the_horizon(tape: Tape) -> None:
    rows = rows_of(tape)
    late = np.isnan(rows.wanted[-1])
    assert [question for question, gone in zip(ASKED, late) if not gone] == []  # the tape ends before
    assert np.isfinite(rows.wanted).any(axis=0).all()


def furnaces(count: int, effect: float, seed: int) -> list[Rows]:
    """Rows in which the residual follows the present flame temperature, and scatters besides."""
    numbers, flame = np.random.default_rng(seed), DRIVERS.index("flame_temperature")
    found = []
    for _ in range(count):
        features = numbers.normal(size=(1000, WIDTH))
        wanted = effect * features[:, flame : flame + 1] + 0.5 * numbers.normal(size=(1000, len(ASKED)))
        found.append(Rows(features, wanted))
    return found


# for a few thousand rows that are independent: blurred as strongly as those of a furnace are, they would teach less;
# nor do half of them miss their tags, as in the usual fit, which shrinks what is learned from one tag alone
QUICK = FitOptions(members=2, hidden=48, epochs=20, batch=64, step=0.01, noise=0.1, furnace_noise=0.0, sparse_share=0.1)
USUAL = FitOptions(members=2, epochs=20)


@pytest.mark.parametrize(("effect", "options", "least", "most"), [(1.0, QUICK, 0.4, 0.6), (0.0, USUAL, -0.03, 0.005)])
def test_a_fit_finds_what_is_there_and_nothing_where_there_is_nothing(
    effect: float, options: FitOptions, least: float, most: float
) -> None:
    network = fit(furnaces(6, effect, 1), 1, options, lambda text: None)
    for row in judged(network, furnaces(2, effect, 2)):
        assert least < 1.0 - row["sequence_rmse"] / row["kalman_rmse"] < most
        assert row["coverage90"] == pytest.approx(0.9, abs=0.05)
        assert math.isfinite(row["sequence_rmse"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"held_out": 0}, "held out"),
        ({"held_out": 5}, "held out"),
        ({"days": 0.5}, "days"),
        ({"workers": 0}, "workers"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(change: dict, says: str, tmp_path: Path) -> None:
    given = {
        "furnaces": 5,
        "days": 2.0,
        "held_out": 1,
        "seed": 1,
        "tapes": tmp_path,
        "out": tmp_path / "w",
        "workers": 1,
    }
    with pytest.raises(CallError, match=says):
        TrainOptions(**(given | change)).check()


def test_a_farm_runs_what_is_not_on_tape_and_one_failure_loses_no_other(
    tape: Tape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[int, int]] = []
    recorded: list[Path] = []

    def draw(count: int, seed: int) -> SimpleNamespace:
        drawn.append((count, seed))
        return SimpleNamespace(furnaces=tuple(f"{seed}-{number}" for number in range(count)))

    def record_one(file: Path, furnace: str, days: float, progress: Callable[[float], None]) -> str:
        if file.name.startswith("5-009"):
            return f"{file.name}: frozen before it began"
        tape.save(file)
        recorded.append(file)
        return ""

    monkeypatch.setattr(farm, "draw", draw)
    monkeypatch.setattr(farm, "_record_one", record_one)
    tape.save(tmp_path / "5-001-1d.npz")
    files, failures = farm.record_farm(tmp_path, 10, 1.0, 5, 1, lambda days: None)
    assert [count for count, _ in drawn] == [farm.GROUP, 2]
    assert [file.name[:5] for file in files] == [f"5-{n:03d}" for n in range(9)]
    assert failures == ["5-009-1d.npz: frozen before it began"]
    assert tmp_path / "5-001-1d.npz" not in recorded

    again = drawn.copy()
    farm.record_farm(tmp_path, 10, 1.0, 5, 1, lambda days: None)
    assert drawn == [*again, again[1]]  # only the group that is not whole, from the same seed
