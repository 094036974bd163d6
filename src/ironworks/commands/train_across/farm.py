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
from ironworks.plant.furnace.sampler import draw
from ironworks.plant.replays import seed_of
from ironworks.plant.works import SimulatedWorks

START = "2024-01-01T00:00:00Z"


class Job(NamedTuple):
    """One furnace: the file of its tape, the seed of its draw and of its luck, and for how many days."""

    file: Path
    seed: int
    days: float


def record_farm(
    folder: Path, furnaces: int, days: float, seed: int, workers: int, progress: Tell
) -> tuple[list[Path], list[str]]:
    """The tapes in order of the furnaces, and what went wrong with those that are missing. Every furnace is drawn from
    a seed of its own, in the process that runs it: more furnaces begin with the same."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [Job(folder / f"{seed}-{number:03d}-{days:g}d.npz", seed_of(seed, "across", number), days)
            for number in range(furnaces)]  # fmt: skip
    missing = [job for job in jobs if not job.file.exists()]
    progress(days * (len(jobs) - len(missing)))
    failures = [failure for failure in run_jobs(_record, missing, min(workers, len(missing)), progress) if failure]
    return [job.file for job in jobs if job.file.exists()], failures


def _record(job: Job, progress: Tell) -> str:
    """Draw, run and record one; what went wrong, or an empty string."""
    backend.configure()
    try:
        furnace = draw(1, job.seed).furnaces[0]
        with tempfile.TemporaryDirectory(prefix="ironworks-tape-") as scratch:
            folder = Path(scratch) / furnace.name
            write_drawn(folder, furnace)
            plant = SimulatedWorks(load_works(str(folder)), job.seed, parse_iso(START))
            record_tape(plant, job.days, progress).save(job.file)
    except (IronworksError, ArithmeticError) as failure:
        return f"{job.file.name}: {failure}"
    return ""
