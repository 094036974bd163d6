"""A toy plant and helpers for the tests of server, link, source and sink. Not the furnace: signals are sine waves."""

import asyncio
import json
import math
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from asyncua.server.address_space import AttributeValue, NodeData
from asyncua.server.internal_server import InternalServer

from ironworks.core.decision import Allowed, Command, Move, Solved
from ironworks.core.dictionary import Role
from ironworks.core.errors import CallError
from ironworks.core.mode import Mode
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import Works
from ironworks.plant.server import PlantServer

START = 1_700_000_000.0
LAB_PERIOD = 600.0


class ToyPlant:
    """core.ports.Plant: every tag has a slow sine wave in its range; set points follow enabled remote values.

    `spoil` maps tags to (quality, reason) that their samples get. Laboratory tags have a sample every 600 s, numbered
    by its value's place in the wave, known `delay` later.
    """

    def __init__(self, works: Works, start: float = START) -> None:
        self.works, self.time = works, start
        self.remote = {t.name: t.low for t in works.tags.with_role(Role.REMOTE_VALUE)}
        self.remote |= {t.name: 0.0 for t in works.tags.with_role(Role.REMOTE_ENABLE, Role.HEARTBEAT)}
        self.in_force = {t.name: t.low + 0.25 * (t.high - t.low) for t in works.tags.with_role(Role.SETPOINT)}
        self.spoil: dict[str, tuple[Quality, str]] = {}
        self.stuck: set[str] = set()  # set points that never follow
        self.ceiling: dict[str, float] = {}  # the plant's own limits, tighter than the tag's range
        self.laboratory_only = False
        self.writes: list[tuple[str, float]] = []

    def advance(self, seconds: float) -> list[Sample]:
        """Samples whose arrival lies in (time, time + seconds]."""
        begin, end = self.time, self.time + seconds
        self.time = end
        for tag in self.works.tags.with_role(Role.REMOTE_ENABLE):
            if self.remote[tag.name] == 1.0 and tag.belongs_to not in self.stuck:
                self.in_force[tag.belongs_to] = self.remote[
                    self.works.tags.remote(tag.belongs_to, Role.REMOTE_VALUE).name
                ]
        samples = []
        for tag in self.works.tags:
            laboratory = tag.role == Role.LABORATORY
            if self.laboratory_only and not laboratory:
                continue
            period, delay = (LAB_PERIOD, max(tag.delay, 60.0)) if laboratory else (tag.period, 0.0)
            first = math.floor((begin - delay) / period) + 1
            for number in range(first, math.floor((end - delay) / period) + 1):
                moment = number * period
                samples.append(self._sample(tag, moment, moment + delay))
        return sorted(samples, key=lambda sample: sample.arrival_time)

    def _sample(self, tag, moment: float, arrival: float) -> Sample:
        if tag.name in self.in_force:
            value = self.in_force[tag.name]
        elif tag.name in self.remote:
            value = self.remote[tag.name]
        else:
            value = tag.low + (tag.high - tag.low) * (0.5 + 0.4 * math.sin(moment / 5000.0 + len(tag.name)))
        if tag.name not in self.spoil:
            return Sample(tag.name, value, Quality.GOOD, moment, arrival)
        quality, reason = self.spoil[tag.name]
        return Sample(tag.name, None if quality == Quality.BAD else value, quality, moment, arrival, reason)

    def write(self, tag: str, value: float) -> None:
        """Remote tags only, in range."""
        if tag not in self.remote:
            raise CallError(f"'{tag}' cannot be written")
        if not self.works.tags[tag].low <= value <= self.works.tags[tag].high:
            raise CallError(f"'{tag}' cannot be {value}")
        if value > self.ceiling.get(tag, math.inf):
            raise CallError(f"'{tag}' may not exceed {self.ceiling[tag]}")
        self.remote[tag] = value
        self.writes.append((tag, value))

    def snapshot(self) -> bytes:
        """All that changes."""
        return json.dumps([self.time, self.remote, self.in_force]).encode()

    def restore(self, state: bytes) -> None:
        """Go on from there."""
        self.time, self.remote, self.in_force = json.loads(state)


_standard_nodes: dict = {}


async def _load_standard_nodes(self, shelf_file=None) -> None:
    """OPC UA's own 5000 nodes, filled in once per test process (1.5 s) and copied for every further server."""
    if not _standard_nodes:
        await _fill(self, shelf_file)
        _standard_nodes.update(_copied(self.aspace._nodes))
    self.aspace._nodes = _copied(_standard_nodes)


def _copied(nodes: dict) -> dict:
    copies = {}
    for node_id, node in nodes.items():
        copies[node_id] = copy = NodeData(node_id)
        copy.references, copy.call = list(node.references), node.call
        copy.attributes = {name: AttributeValue(attribute.value) for name, attribute in node.attributes.items()}
    return copies


_fill = InternalServer.load_standard_address_space
InternalServer.load_standard_address_space = _load_standard_nodes


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def running(server: PlantServer, resume: bool = True):
    """A server that runs as long as the block."""
    stop = asyncio.Event()
    await server.start(resume)
    task = asyncio.create_task(server.run(stop))
    try:
        yield server
    finally:
        stop.set()
        try:
            await task
        finally:
            await server.stop()


def make_server(works: Works, folder: Path, speed: float = 600.0, port: int | None = None, plant=None) -> PlantServer:
    """A server of a toy plant on a free port."""
    endpoint = f"opc.tcp://127.0.0.1:{port or free_port()}/ironworks/"
    return PlantServer(plant or ToyPlant(works), works, folder, endpoint, speed)


async def until(true: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float, what: str) -> float:
    """Wait at most so many wall seconds until it is true; the time it took."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        answer = true()
        if await answer if not isinstance(answer, bool) else answer:
            return time.perf_counter() - start
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def command(setpoint: str, value: float, current: float, now: float) -> Command:
    """A command as the chain makes one."""
    move = Move(setpoint, value, current, Solved("test", 0.0, 1), now, "test")
    return Command.from_verdict(Allowed(move, value, now), Mode.AUTO, now)


class Relay:
    """A wire between client and server that can be cut silently (nothing passes, nobody is told) and mended."""

    def __init__(self, port: int) -> None:
        self._to, self.port, self.cut = port, free_port(), False
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_):
        self.hang_up()
        for task in self._tasks:
            task.cancel()
        if self._server is not None:
            self._server.close()

    def hang_up(self) -> None:
        """Close every connection."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, there_writer]
        for source, target in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._pump(source, target))
            self._tasks.add(task)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                if not self.cut:
                    target.write(data)
                    await target.drain()
        except OSError:
            pass
        finally:
            target.close()


async def _serve_alone(works: Works, folder: Path, port: int, speed: float) -> None:
    from ironworks.plant.server import serve_plant

    endpoint = f"opc.tcp://127.0.0.1:{port}/ironworks/"
    await serve_plant(
        ToyPlant(works), works, folder, endpoint=endpoint, speed=speed, ready=lambda s: print("ready", flush=True)
    )


if __name__ == "__main__":  # python opcua_kit.py WORKS STATE PORT SPEED: a server that a test can kill
    import sys

    from ironworks.core.works import load_works

    asyncio.run(_serve_alone(load_works(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
