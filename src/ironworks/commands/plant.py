"""`ironworks plant serve`: the simulated works behind its OPC UA server."""

import asyncio
import fcntl
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console

from ironworks.commands.history import HISTORY_FILE, thinned, write_history
from ironworks.core.clock import WallClock, iso, parse_iso
from ironworks.core.errors import CallError, LinkError
from ironworks.core.sample import Sample
from ironworks.core.works import Works, load_works
from ironworks.plant.server import PlantServer, serve_plant
from ironworks.plant.works import SimulatedWorks, sampling_step_for

LOCK_TRIES, LOCK_PAUSE_S = 60, 0.25
"""A server whose parent was killed needs some seconds to save its furnace and let go of the folder."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line says."""

    works: str
    speed: float
    seed: int
    start: str
    history: float
    state: Path | None
    endpoint: str
    ready_json: bool


def serve_works(options: ServeOptions, console: Console) -> None:
    """Serve until stopped."""
    works = load_works(options.works)
    if not works.simulated:
        raise CallError(f"works '{works.name}' is not simulated", expected='kind = "simulated" in works.toml')
    folder = options.state or Path("var") / works.name / "plant"
    folder.mkdir(parents=True, exist_ok=True)
    say = _json_progress if options.ready_json else lambda text: console.print(text, highlight=False)
    with hold_folder(folder):
        say("the furnace: compiling, and settling if this is its first start")
        plant = make_plant(works, options, folder, say)
        asyncio.run(_serve(plant, works, folder, options, console))


async def _serve(plant: SimulatedWorks, works: Works, folder: Path, options: ServeOptions, console: Console) -> None:
    stop = asyncio.Event()
    watching = asyncio.create_task(_stop_with_parent(stop)) if options.ready_json else None
    await serve_plant(
        plant, works, folder, endpoint=options.endpoint or None, speed=options.speed, stop=stop,
        ready=lambda server: _tell_ready(server, options, console),
    )  # fmt: skip
    if watching is not None:
        watching.cancel()


async def _stop_with_parent(stop: asyncio.Event) -> None:
    """A plant that was started by `ironworks run` ends when that process does, however it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    stop.set()


def make_plant(works: Works, options: ServeOptions, folder: Path, say: Callable[[str], None]) -> SimulatedWorks:
    """The works at its start time, with the history before it if this is its first start."""
    start = parse_iso(options.start) if options.start else WallClock().now()
    plant = SimulatedWorks(works, options.seed, start, sampling_step=sampling_step_for(options.speed))
    first_start = not (folder / "state.zip").exists()
    if first_start and options.history > 0.0:
        before = SimulatedWorks(works, options.seed, start - options.history)  # coarser in time, so quicker
        write_history(operate(before, works, options.history, say), folder / HISTORY_FILE)
        plant.restore(before.snapshot())
    return plant


def operate(plant: SimulatedWorks, works: Works, seconds: float, say: Callable[[str], None]) -> list[Sample]:
    """Let the plant's own operator run it, and keep what a historian keeps."""
    kept: list[Sample] = []
    cycles = round(seconds / works.cycle)
    for number in range(cycles):
        kept += thinned(plant.advance(works.cycle), works)
        if number % 72 == 0:
            say(f"the furnace: operating by its own shift, {iso(plant.time)}, hour {number * works.cycle / 3600:.0f}")
    return kept


def hold_folder(folder: Path) -> IO[str]:
    """Hold the state folder for one server at a time; LinkError if another keeps it. Held until the file is closed."""
    lock = (folder / "lock").open("w")
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
    lock.close()
    raise LinkError(
        "another server uses this state folder",
        str(folder),
        "one server a folder",
        "stop the other, or give another --state",
    )


def _json_progress(text: str) -> None:
    sys.stdout.write(json.dumps({"progress": text}) + "\n")
    sys.stdout.flush()


def _tell_ready(server: PlantServer, options: ServeOptions, console: Console) -> None:
    credentials = server.credentials_file().resolve()
    if options.ready_json:
        told = {
            "ready": server.endpoint, "credentials": str(credentials), "plant_time": server.plant.time,
            "speed": options.speed,
        }  # fmt: skip
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        return
    console.print(f"serving {server.works.title_en} at {server.endpoint}, {options.speed:g} times real time")
    console.print(f"plant time {iso(server.plant.time)}; credentials for the chain: {credentials}", soft_wrap=True)
