"""`ironworks run`: the whole chain for one works, with its page.

This file holds what is needed before the simulated works, a process of its own, can start; the chain itself, which
takes as long to import as the works takes to start, is in `live.py` and is imported meanwhile.
"""

import asyncio
import contextlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ironworks.commands.addresses import free_endpoint
from ironworks.commands.options import RunOptions
from ironworks.commands.plant_process import PlantProcess
from ironworks.core.errors import ConfigurationError
from ironworks.core.works import Works, load_works

if TYPE_CHECKING:
    from ironworks.runtime.summary import Summary

TRIAL_START = "2026-01-05T00:00:00Z"
"""Plant time at which a run without a page begins, so that it repeats."""


def run_works(options: RunOptions, console: Console) -> "Summary":
    """Run until stopped, or for the plant time asked for; the summary of what happened."""
    works = load_works(options.works)
    if not works.simulated and options.credentials is None:
        raise ConfigurationError(
            f"works '{works.name}' needs credentials", str(works.folder), "--credentials FILE",
            "docs/connect.md describes the file",
        )  # fmt: skip
    folder = options.state or _state_folder(works, options.page)
    folder.mkdir(parents=True, exist_ok=True)
    with console.status("starting", spinner="line") as status:
        return asyncio.run(_run(works, options, folder, console, lambda text: _progress(status, console, text)))


def _progress(status, console: Console, text: str) -> None:
    status.update(text) if console.is_terminal else console.print(text, highlight=False)


def _state_folder(works: Works, page: bool) -> Path:
    """A works with a page goes on where it stopped; a run without one is a trial of its own."""
    if page:
        return Path("var") / works.name
    runs = Path("var") / "runs"
    taken = {path.name for path in runs.glob(f"{works.name}-*")}
    return next(runs / name for n in range(1, len(taken) + 2) if (name := f"{works.name}-{n:03d}") not in taken)


async def _run(
    works: Works, options: RunOptions, folder: Path, console: Console, progress: Callable[[str], None]
) -> "Summary":
    """Start the works, if it is a simulated one that nobody serves, and import the chain meanwhile; then run it."""
    async with contextlib.AsyncExitStack() as stack:
        importing = asyncio.to_thread(importlib.import_module, "ironworks.commands.live")
        if options.credentials is not None:
            live, credentials, endpoint = await importing, options.credentials, options.endpoint or None
        else:
            plant = PlantProcess(_plant_arguments(works, options, folder), folder / "plant.log")
            stack.push_async_callback(plant.stop)
            live, ready = await asyncio.gather(importing, plant.start(progress))
            credentials, endpoint = ready.credentials, ready.endpoint
        return await live.run_chain(works, options, folder, credentials, endpoint, console, progress)


def _plant_arguments(works: Works, options: RunOptions, folder: Path) -> list[str]:
    arguments = [
        "--works", str(works.folder), "--speed", f"{options.speed:g}", "--seed", str(options.seed),
        "--state", str(folder / "plant"), "--endpoint", options.endpoint or free_endpoint(works.endpoint),
        "--history", f"{options.history:g}s" if options.history else "0",
    ]  # fmt: skip
    return arguments if options.page else [*arguments, "--start", TRIAL_START]
