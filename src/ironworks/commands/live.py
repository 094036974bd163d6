"""The chain of a works, live: link, clock, record, stages and page opened in order, and closed in reverse."""

import asyncio
import contextlib
import math
import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from ironworks.act.opcua import OpcUaSink
from ironworks.commands.addresses import free_port
from ironworks.commands.history import HISTORY_FILE, read_history
from ironworks.commands.models import registry_of
from ironworks.commands.options import RunOptions
from ironworks.commands.scores import score_run
from ironworks.core.clock import AcceleratedClock, Clock, WallClock, iso
from ironworks.core.errors import LinkError
from ironworks.core.security import write_private
from ironworks.core.works import Works
from ironworks.link.opcua import OpcUaLink
from ironworks.record import SqliteReader, SqliteRecord
from ironworks.runtime.chain import Chain
from ironworks.runtime.desk import Desk
from ironworks.runtime.past import import_history, remember
from ironworks.runtime.service import Service
from ironworks.runtime.summary import Summary, summarise
from ironworks.runtime.wiring import wire_chain
from ironworks.sense.opcua import OpcUaSource
from ironworks.show.api import create_app
from ironworks.show.server import page_server


async def run_chain(
    works: Works,
    options: RunOptions,
    folder: Path,
    credentials: Path,
    endpoint: str | None,
    console: Console,
    progress: Callable[[str], None],
) -> Summary:
    """Run the chain against the server at `endpoint` until it is stopped or its time is over."""
    async with contextlib.AsyncExitStack() as stack:
        link = OpcUaLink(credentials, endpoint)
        await link.open()
        stack.push_async_callback(link.close)
        clock = await _clock(works, link)
        record = SqliteRecord(folder / "record")
        stack.callback(record.close)
        for warning in record.warnings:
            console.print(warning, style="bold red", markup=False)
        since = {tag: sample.source_time for tag, sample in record.latest().items()}
        source, sink = OpcUaSource(works, link, clock, since), OpcUaSink(works, link, clock)
        registry = registry_of(folder)
        chain = wire_chain(works, clock, source, sink, record, registry.network(registry.champion))
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


async def _clock(works: Works, link: OpcUaLink) -> Clock:
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
    summary = summarise(record, chain.works, start, end, wall, service)
    summary.scores = score_run(record, chain.works, start, end)
    headline = [row["n"] for row in summary.scores if row["model"] == chain.predictor.name]
    summary.forecasts_scored = sum(headline)
    return summary
