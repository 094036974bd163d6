"""Reseeding keeps the present and changes the luck to come; replays; sampling of a chosen quality."""

import math

import numpy as np
import pytest

from ironworks.core.errors import CallError
from ironworks.core.works import find_works, load_works
from ironworks.plant.drawn_works import plan_of
from ironworks.plant.furnace.calibrate import Aims, Operation
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.furnace.sampler import DrawnFurnace
from ironworks.plant.furnace.surroundings import Overrides
from ironworks.plant.replays import Replayer, seed_of
from ironworks.plant.runner import Runner
from ironworks.plant.sampling_quality import sampled, scaled_to, total_noise
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess

TARGETS = ("hot_metal_temperature", "hot_metal_silicon", "slag_basicity", "pressure_drop")
HOUR = 3600.0


def sketch(seed: int = 4, publish: bool = True) -> SimulatedWorks:
    works = load_works("demo")
    return SimulatedWorks(works, seed, process=SketchProcess(works.folder), publish=publish)


def course(plant: SimulatedWorks, minutes: int) -> np.ndarray:
    runner, rows = Runner(plant, TARGETS), []
    for _ in range(minutes):
        plant.advance(60.0)
        look = runner.look(plant)
        rows.append((look.time, *look.truth.tolist(), *look.expected.tolist()))
    return np.array(rows)


def test_reseeding_keeps_the_present_and_changes_what_comes() -> None:
    plant = sketch()
    plant.advance(6.0 * HOUR)
    now, hidden = plant.snapshot(), plant.hidden_disturbances
    original = course(plant, 240)
    plant.restore(now)
    plant.reseed(99)
    assert plant.snapshot() == now
    assert plant.hidden_disturbances == hidden
    other = course(plant, 240)
    plant.restore(now)
    plant.reseed(99)
    again = course(plant, 240)
    np.testing.assert_array_equal(again, other)
    assert not np.array_equal(other, original, equal_nan=True)
    # the slow disturbances set out from where they were
    assert other[0, 2] == pytest.approx(original[0, 2], rel=0.05)
    plant.restore(now)
    plant.reseed(4)
    np.testing.assert_array_equal(course(plant, 240), original)  # its own seed gives its own luck again


def test_a_works_that_publishes_nothing_runs_just_the_same() -> None:
    loud, quiet = sketch(), sketch(publish=False)
    np.testing.assert_array_equal(course(loud, 300), course(quiet, 300))
    samples = quiet.advance(4.0 * HOUR)
    assert {sample.tag.split("_")[0] for sample in samples} <= {"hot", "slag", "coke", "sinter", "coal"}
    assert quiet.setpoints == (loud.advance(4.0 * HOUR), loud.setpoints)[1]


def test_replays_are_other_luck_from_one_present_and_repeat() -> None:
    plant = sketch()
    plant.advance(12.0 * HOUR)
    replayer = Replayer(sketch(publish=False), TARGETS, 4, 1)
    now = plant.snapshot()
    first = replayer.run(now, 2.0 * HOUR)
    second = replayer.run(now, 2.0 * HOUR)
    assert first.truth.shape == (4, 120, len(TARGETS))
    np.testing.assert_array_equal(first.truth, second.truth)
    np.testing.assert_array_equal(first.expected, second.expected)
    assert first.time[0] == plant.time + 60.0
    spread = first.expected[:, :, 0].std(axis=0)
    assert spread[0] < spread[-1]
    assert len({tuple(one) for one in first.expected[:, -1, :].tolist()}) == 4


def test_seeds_are_pure_functions_of_their_words() -> None:
    assert seed_of(1, "replay", 600.0, 0) == seed_of(1, "replay", 600.0, 0)
    assert len({seed_of(1, "replay", 600.0, number) for number in range(100)}) == 100
    assert 0 <= seed_of("x") < 2**56


@pytest.mark.parametrize(("quality", "heat", "silicon"), [("good", 4.0, 0.03e-2), ("rough", 12.0, 0.066e-2)])
def test_the_scatter_of_a_sample_about_the_truth_is_what_was_chosen(quality, heat, silicon, tmp_path) -> None:
    """Measured on the samples of a works, as the laboratory takes them."""
    from ironworks.core.layers import works_folders
    from ironworks.plant.works_folder import write_works

    base = find_works("demo")
    p = read_furnace_parameters(base / "parameters.toml")
    operation = Operation(*[0.5] * len(Operation._fields))
    aims = Aims(1778.15, 111.0, 0.004)
    furnace = sampled(DrawnFurnace(1, 1, p, aims, operation, "good", {}, Overrides({}, {})), quality)
    assert total_noise(quality) == pytest.approx({"temperature": heat, "silicon": silicon})
    folder = tmp_path / "one"
    write_works(folder, plan_of(furnace), works_folders("demo")[0], p._replace(tuyere_count=p.tuyere_count), "demo")
    works = load_works(str(folder))
    plant = SimulatedWorks(works, 5, process=SketchProcess(works.folder))
    runner, truth, found = Runner(plant, TARGETS[:2]), {}, {name: [] for name in TARGETS[:2]}
    for _ in range(8 * 1440):
        for sample in plant.advance(60.0):
            if sample.tag in found and sample.value is not None and sample.source_time in truth:
                found[sample.tag].append(sample.value - truth[sample.source_time][TARGETS.index(sample.tag)])
        truth[plant.time] = runner.look(plant).truth
    dips = np.array(found["hot_metal_temperature"])
    robust = 1.4826 * float(np.median(np.abs(dips - np.median(dips))))
    assert robust == pytest.approx(heat, rel=0.12)
    assert float(np.std(found["hot_metal_silicon"])) == pytest.approx(silicon, rel=0.12)


def test_parts_keep_their_proportion() -> None:
    parts = scaled_to(4.0, 4.0, 3.0, 2.0)
    assert math.hypot(*parts) == pytest.approx(4.0)
    assert parts[0] / parts[1] == pytest.approx(4.0 / 3.0)


def test_an_unknown_quality_or_target_is_refused() -> None:
    with pytest.raises(CallError, match="did you mean 'rough'"):
        total_noise("ruogh")
    with pytest.raises(CallError, match="hot_metal_silicon"):
        Runner(sketch(), ["hot_metal_silikon"])
