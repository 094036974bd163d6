"""Many drawn furnaces on tape, in processes of their own. What is on tape already is not run again."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from ironworks.commands.processes import Tell, run_jobs
from ironworks.commands.train_across.record import record_tape
from ironworks.core.clock import parse_iso
from ironworks.core.errors import IronworksError
from ironworks.core.works import load_works
from ironworks.physics import backend
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace.sampler import DrawnFurnace, draw
from ironworks.plant.replays import seed_of
from ironworks.plant.works import SimulatedWorks

START = "2024-01-01T00:00:00Z"
GROUP = 8
"""Furnaces drawn together, from a seed of the group: one calibration serves several at once."""


class Job(NamedTuple):
    """A group of furnaces: the files of their tapes in the order of the draw, its seed, and the days of each."""

    files: tuple[Path, ...]
    seed: int
    days: float


def record_farm(
    folder: Path, furnaces: int, days: float, seed: int, workers: int, progress: Tell
) -> tuple[list[Path], list[str]]:
    """The tapes in order of the furnaces, and what went wrong with those that are missing. Groups are drawn in the
    processes that run them, each from a seed of its own: more furnaces begin with the same."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{seed}-{number:03d}-{days:g}d.npz" for number in range(furnaces)]
    jobs = [Job(tuple(files[first : first + GROUP]), seed_of(seed, "across", first), days)
            for first in range(0, furnaces, GROUP)]  # fmt: skip
    progress(days * sum(file.exists() for file in files))
    missing = [job for job in jobs if not all(file.exists() for file in job.files)]
    failures = run_jobs(_record, missing, min(workers, len(missing)), progress)
    return [file for file in files if file.exists()], [failure for found in failures for failure in found]


def _record(job: Job, progress: Tell) -> list[str]:
    """Draw the group, run and record what is not on tape; what went wrong."""
    backend.configure()
    try:
        furnaces = draw(len(job.files), job.seed).furnaces
    except IronworksError as failure:
        return [f"{file.name}: {failure}" for file in job.files if not file.exists()]
    wanted = [(file, furnace) for file, furnace in zip(job.files, furnaces, strict=True) if not file.exists()]
    return [failure for file, furnace in wanted if (failure := _record_one(file, furnace, job.days, progress))]


def _record_one(file: Path, furnace: DrawnFurnace, days: float, progress: Tell) -> str:
    """What went wrong, or an empty string."""
    try:
        with tempfile.TemporaryDirectory(prefix="ironworks-tape-") as scratch:
            folder = Path(scratch) / furnace.name
            write_drawn(folder, furnace)
            luck = seed_of(furnace.seed, "luck", furnace.number)
            plant = SimulatedWorks(load_works(str(folder)), luck, parse_iso(START))
            record_tape(plant, days, progress).save(file)
    except (IronworksError, ArithmeticError) as failure:
        return f"{file.name}: {failure}"
    return ""
