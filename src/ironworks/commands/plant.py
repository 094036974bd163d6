"""`ironworks plant serve`: the simulated works behind its OPC UA server."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ironworks.commands.history import thinned, write_history
from ironworks.core.clock import WallClock, iso, parse_iso
from ironworks.core.errors import CallError
from ironworks.core.sample import Sample
from ironworks.core.works import Works, load_works
from ironworks.plant.server import PlantServer, serve_plant
from ironworks.plant.works import SimulatedWorks

HISTORY_FILE = "history.parquet"
"""In the plant's state folder: what it measured before the first start."""


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
    say = _json_progress if options.ready_json else lambda text: console.print(text, highlight=False)
    say("the furnace: compiling, and settling if this is its first start")
    plant = make_plant(works, options, folder, say)
    asyncio.run(
        serve_plant(
            plant, works, folder, endpoint=options.endpoint or None, speed=options.speed,
            ready=lambda server: _tell_ready(server, options, console),
        )
    )  # fmt: skip


def make_plant(works: Works, options: ServeOptions, folder: Path, say: Callable[[str], None]) -> SimulatedWorks:
    """The works at its start time, with the history before it if this is its first start."""
    start = parse_iso(options.start) if options.start else WallClock().now()
    first_start = not (folder / "state.zip").exists()
    if not first_start or options.history <= 0.0:
        return SimulatedWorks(works, options.seed, start)
    plant = SimulatedWorks(works, options.seed, start - options.history)
    write_history(operate(plant, works, options.history, say), _made(folder) / HISTORY_FILE)
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


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
