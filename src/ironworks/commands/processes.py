"""Many jobs, each in a process of its own, that tell how far they are."""

import multiprocessing
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

PAUSE = 0.2  # s between two looks at what the processes have done

Job = TypeVar("Job")
Result = TypeVar("Result")

Tell = Callable[[float], None]
"""Is told how much was done since it was told last."""


def run_jobs(work: Callable[[Job, Tell], Result], jobs: Sequence[Job], processes: int, progress: Tell) -> list[Result]:
    """Results in the order of the jobs, whatever the order in which they end. `work` is a function of a module, so
    that another process finds it; with one process it runs in this one."""
    if processes <= 1:
        return [work(job, progress) for job in jobs]
    context = multiprocessing.get_context("spawn")  # a forked copy of a process that runs JAX may hang
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        said = manager.Queue()
        futures = [pool.submit(_queued, work, job, said) for job in jobs]
        while not all(future.done() for future in futures):
            try:
                progress(said.get(timeout=PAUSE))
            except queue.Empty:
                continue
        return [future.result() for future in futures]


def _queued(work: Callable[[Any, Tell], Any], job: Any, said: Any) -> Any:
    return work(job, said.put)
