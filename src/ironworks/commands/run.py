"""`ironworks run`: the whole chain for one works, with its page."""

import asyncio
import contextlib
import math
import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ironworks.act.opcua import OpcUaSink
from ironworks.commands.addresses import free_endpoint, free_port
from ironworks.commands.history import import_history, read_history
from ironworks.commands.plant import HISTORY_FILE
from ironworks.commands.plant_process import PlantProcess
from ironworks.commands.scores import score_run
from ironworks.core.clock import AcceleratedClock, Clock, WallClock, iso
from ironworks.core.errors import ConfigurationError, LinkError
from ironworks.core.security import write_private
from ironworks.core.works import Works, load_works
from ironworks.link.opcua import OpcUaLink
from ironworks.record import SqliteReader, SqliteRecord
from ironworks.runtime.chain import Chain
from ironworks.runtime.desk import Desk
from ironworks.runtime.service import Service
from ironworks.runtime.summary import Summary, summarise
from ironworks.runtime.wiring import remember, wire_chain
from ironworks.sense.opcua import OpcUaSource
from ironworks.show.api import create_app
from ironworks.show.server import page_server

TRIAL_START = "2026-01-05T00:00:00Z"
"""Plant time at which a run without a page begins, so that it repeats."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says."""

    works: str
    speed: float
    duration: float | None
    page: bool
    host: str
    port: int
    state: Path | None
    seed: int
    history: float
    endpoint: str
    credentials: Path | None


def run_works(options: RunOptions, console: Console) -> Summary:
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
) -> Summary:
    async with contextlib.AsyncExitStack() as stack:
        link = await _open_link(works, options, folder, stack, progress)
        clock = await _clock(works, link, options)
        record = SqliteRecord(folder / "record")
        stack.callback(record.close)
        for warning in record.warnings:
            console.print(warning, style="bold red", markup=False)
        since = {tag: sample.source_time for tag, sample in record.latest().items()}
        source, sink = OpcUaSource(works, link, clock, since), OpcUaSink(works, link, clock)
        chain = wire_chain(works, clock, source, sink, record)
        await asyncio.to_thread(_learn_the_past, chain, record, folder, progress)
        await source.open()
        stack.push_async_callback(source.close)
        service = Service(chain)
        _stop_on_signals(service, stack)
        if options.page:
            await _open_page(chain, options, folder, stack, console)
        console.print(
            f"{works.title_en}: plant time {iso(clock.now())}, {clock.speed:g} times real time", highlight=False
        )
        return await _serve(service, record, options, progress)


async def _open_link(
    works: Works, options: RunOptions, folder: Path, stack: contextlib.AsyncExitStack, progress: Callable[[str], None]
) -> OpcUaLink:
    """The link to the works; a simulated works that nobody serves yet is started as a process of its own."""
    if options.credentials is not None:
        link = OpcUaLink(options.credentials, options.endpoint or None)
    else:
        arguments = [
            "--works", str(works.folder), "--speed", f"{options.speed:g}", "--seed", str(options.seed),
            "--state", str(folder / "plant"), "--endpoint", options.endpoint or free_endpoint(works.endpoint),
            "--history", f"{options.history:g}s" if options.history else "0",
        ]  # fmt: skip
        if not options.page:
            arguments += ["--start", TRIAL_START]
        plant = PlantProcess(arguments, folder / "plant.log")
        stack.push_async_callback(plant.stop)
        ready = await plant.start(progress)
        link = OpcUaLink(ready.credentials, ready.endpoint)
    await link.open()
    stack.push_async_callback(link.close)
    return link


async def _clock(works: Works, link: OpcUaLink, options: RunOptions) -> Clock:
    """The wall's clock for a real works; for a simulated one a clock that follows the one its server shows."""
    if not works.simulated:
        return WallClock()
    reading = await link.read_clock()
    if reading is None:
        raise LinkError("the simulated works shows no clock", link.endpoint, "the nodes Clock.Time and Clock.Speed")
    return AcceleratedClock(reading.time, reading.speed)


def _learn_the_past(chain: Chain, record: SqliteRecord, folder: Path, progress: Callable[[str], None]) -> None:
    """What the record holds; at a first start, what the works' historian holds."""
    history = folder / "plant" / HISTORY_FILE
    if record.counts().get("samples", 0) == 0 and history.exists():
        import_history(chain, read_history(history), progress)
    else:
        remember(chain, record, progress)


def _stop_on_signals(service: Service, stack: contextlib.AsyncExitStack) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
        stack.callback(loop.remove_signal_handler, number)


async def _open_page(
    chain: Chain, options: RunOptions, folder: Path, stack: contextlib.AsyncExitStack, console: Console
) -> None:
    token = _token(folder / "token")
    reader = SqliteReader(folder / "record")
    stack.callback(reader.close)
    port = free_port(options.host, options.port)
    hosts = {options.host, "localhost", "127.0.0.1"}
    headline = chain.predictor.name
    app = create_app(reader, chain.works, chain.clock, Desk(chain), token, headline=headline, hosts=hosts)
    server = page_server(app, options.host, port)
    serving = asyncio.create_task(server.serve())

    async def close() -> None:
        server.should_exit = True
        await serving

    stack.push_async_callback(close)
    while not server.started:
        if serving.done():
            serving.result()
            raise LinkError("the page cannot be served", f"{options.host}:{port}", "a free port", "give another --port")
        await asyncio.sleep(0.02)
    console.print(f"the page: http://{options.host}:{port}/    to climb a mode it asks for the token: {token}")


def _token(file: Path) -> str:
    """The secret that climbing a mode needs: made at the first start, readable by its owner only."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(9).encode())
    return file.read_text().strip()


async def _serve(
    service: Service, record: SqliteRecord, options: RunOptions, progress: Callable[[str], None]
) -> Summary:
    chain = service.chain
    start, started = chain.clock.now(), time.perf_counter()
    service.on_cycle = lambda cycle: progress(f"cycle {cycle.number} at plant time {iso(cycle.image.time)}")
    until = start + options.duration if options.duration is not None else math.inf
    await service.run(until, first_number=record.last_cycle() + 1)
    wall = time.perf_counter() - started
    end = chain.clock.now()
    summary = summarise(record, chain.works, start, end, wall, service.late)
    summary.forecasts_scored = score_run(record, chain.works, start, end)
    return summary
