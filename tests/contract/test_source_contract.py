"""What every Source promises, asked of the one over OPC UA, the one in process and the one that replays."""

import asyncio
import itertools

import pytest
import pytest_asyncio

from ironworks.core.clock import ReplayClock, SimulatedClock
from ironworks.core.dictionary import Role
from ironworks.core.ports import LinkState, Source
from ironworks.core.sample import Quality, Sample
from ironworks.link.direct import DirectLink
from ironworks.link.opcua import OpcUaLink
from ironworks.sense import DirectSource, OpcUaSource, ReplaySource
from opcua_kit import START, ToyPlant, make_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEP, STEPS = 600.0, 6
SPOILT = {
    "top_pressure": (Quality.BAD, "sensor_failure"),
    "blast_moisture": (Quality.UNCERTAIN, "sensor_not_accurate"),
}


class Direct:
    def __init__(self, works):
        self.plant, self.clock = ToyPlant(works), SimulatedClock(START)
        self.source = DirectSource(DirectLink(self.plant, self.clock))

    async def advance(self, seconds):
        self.clock.advance(seconds)


class Replay:
    def __init__(self, works):
        self.plant, self.clock = ToyPlant(works), ReplayClock(START, START + STEP * STEPS)
        self.plant.spoil |= SPOILT
        self.source = ReplaySource(self.plant.advance(STEP * STEPS), self.clock)

    async def advance(self, seconds):
        self.clock.advance(seconds)


class OverOpcUa:
    def __init__(self, works, server):
        self.server, self.plant, self.clock = server, server.plant, SimulatedClock(server.plant.time)
        self.source = OpcUaSource(works, OpcUaLink(server.credentials_file()), self.clock)

    async def advance(self, seconds):
        self.clock.advance(seconds)
        await self.server.tick(seconds)
        await asyncio.sleep(0.4)  # more than one publishing interval


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(demo_works, tmp_path_factory):
    server = make_server(demo_works, tmp_path_factory.mktemp("source"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(params=["direct", "replay", "opcua"], scope="module", loop_scope="module")
async def world(request, demo_works, server):
    kinds = {"direct": Direct, "replay": Replay, "opcua": lambda works: OverOpcUa(works, server)}
    world = kinds[request.param](demo_works)
    world.plant.spoil |= SPOILT
    yield world
    await world.source.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hour(world) -> tuple[list[Sample], float, float]:
    """All samples of an hour, drained every step, its begin and end; what stood there before is left out."""
    assert isinstance(world.source, Source)
    assert world.source.link == LinkState.CLOSED
    assert await world.source.drain() == []
    await world.source.open()
    assert world.source.link == LinkState.CONNECTED
    await world.advance(0.0)
    await world.source.drain()
    begin, found = world.clock.now(), []
    for _ in range(STEPS):
        await world.advance(STEP)
        found += await world.source.drain()
        assert all(sample.arrival_time <= world.clock.now() for sample in found)
    return found, begin, world.clock.now()


async def test_every_laboratory_sample_comes_once_with_its_value_and_both_times(hour, demo_works):
    found, begin, end = hour
    truth = [
        s for s in ToyPlant(demo_works, begin).advance(end - begin) if demo_works.tags[s.tag].role == Role.LABORATORY
    ]
    got = [s for s in found if demo_works.tags[s.tag].role == Role.LABORATORY]

    def key(sample):
        return (sample.tag, sample.source_time)

    assert sorted(map(key, got)) == sorted(map(key, truth))
    values = {key(sample): sample.value for sample in got}
    for sample in truth:
        assert values[key(sample)] == pytest.approx(sample.value, rel=1e-12, abs=1e-12)
    assert all(sample.arrival_time >= sample.source_time for sample in got)


async def test_every_tag_comes_in_si_and_in_order_of_arrival(hour, demo_works):
    found, _, _ = hour
    assert {sample.tag for sample in found} == {tag.name for tag in demo_works.tags}
    assert all(a.arrival_time <= b.arrival_time for a, b in itertools.pairwise(found))
    for sample in found:
        tag = demo_works.tags[sample.tag]
        if sample.value is not None:
            assert tag.low <= sample.value <= tag.high, sample


async def test_quality_and_reason_travel_and_a_bad_value_is_none(hour):
    found, _, _ = hour
    bad = [sample for sample in found if sample.tag == "top_pressure"]
    uncertain = [sample for sample in found if sample.tag == "blast_moisture"]
    assert bad
    assert uncertain
    assert all((s.value, s.quality, s.reason) == (None, Quality.BAD, "sensor_failure") for s in bad)
    assert all((s.quality, s.reason) == (Quality.UNCERTAIN, "sensor_not_accurate") and s.value for s in uncertain)


async def test_an_unchanged_value_with_a_new_time_is_news(hour):
    """A set point stands still for hours; its age must not."""
    found, _, _ = hour
    same = [sample for sample in found if sample.tag == "blast_moisture_setpoint"]
    assert len({sample.value for sample in same}) == 1
    assert len({sample.source_time for sample in same}) >= STEPS


async def test_after_close_nothing_more_comes(world, hour):
    await world.source.close()
    assert world.source.link == LinkState.CLOSED
    await world.advance(0.0)
    assert await world.source.drain() == []
