"""Many drawn furnaces on tape, in processes of their own. What is on tape already is not run again."""

import multiprocessing
import queue
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from ironworks.commands.train_across.record import record_tape
from ironworks.core.errors import IronworksError
from ironworks.physics import backend
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace.sampler import draw
from ironworks.plant.replays import seed_of

PAUSE = 0.2  # s between two looks at what the processes have done

Progress = Callable[[float], None]
"""Is told the days done since it was told last."""


class Job(NamedTuple):
    """One furnace: the file of its tape, the seed of its draw and of its luck, and for how many days."""

    file: Path
    seed: int
    days: float


def record_farm(
    folder: Path, furnaces: int, days: float, seed: int, workers: int, progress: Progress
) -> tuple[list[Path], list[str]]:
    """The tapes in order of the furnaces, and what went wrong with those that are missing. Every furnace is drawn from
    a seed of its own, in the process that runs it: more furnaces begin with the same."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [Job(folder / f"{seed}-{number:03d}-{days:g}d.npz", seed_of(seed, "across", number), days)
            for number in range(furnaces)]  # fmt: skip
    missing = [job for job in jobs if not job.file.exists()]
    progress(days * (len(jobs) - len(missing)))
    failures = _run_all(missing, min(workers, max(1, len(missing))), progress)
    return [job.file for job in jobs if job.file.exists()], failures


def _run_all(jobs: list[Job], workers: int, progress: Progress) -> list[str]:
    if workers <= 1:
        return [failure for job in jobs if (failure := _record(job, progress))]
    context = multiprocessing.get_context("spawn")  # a forked copy of a process that runs JAX may hang
    with context.Manager() as manager, ProcessPoolExecutor(workers, context) as pool:
        said = manager.Queue()
        futures = [pool.submit(_queued, job, said) for job in jobs]
        _follow(futures, said, progress)
        return [failure for future in futures if (failure := future.result())]


def _queued(job: Job, said: Any) -> str:
    return _record(job, said.put)


def _record(job: Job, progress: Progress) -> str:
    """Draw, run and record one; what went wrong, or an empty string."""
    backend.configure()
    try:
        furnace = draw(1, job.seed).furnaces[0]
        with tempfile.TemporaryDirectory(prefix="ironworks-tape-") as scratch:
            works = Path(scratch) / furnace.name
            write_drawn(works, furnace)
            record_tape(works, job.seed, job.days, progress).save(job.file)
    except (IronworksError, ArithmeticError) as failure:
        return f"{job.file.name}: {failure}"
    return ""


def _follow(futures: list[Future[str]], said: Any, progress: Progress) -> None:
    while not all(future.done() for future in futures):
        try:
            progress(said.get(timeout=PAUSE))
        except queue.Empty:
            continue
