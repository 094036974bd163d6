"""What every Sink promises, asked of the one over OPC UA and the one in process."""

import asyncio

import pytest
import pytest_asyncio

from ironworks.act import DirectSink, OpcUaSink
from ironworks.core.clock import SimulatedClock
from ironworks.core.decision import WriteStatus
from ironworks.core.dictionary import REMOTE_ROLES
from ironworks.core.errors import CallError
from ironworks.core.ports import LinkState, Sink
from ironworks.link.direct import DirectLink
from ironworks.link.opcua import OpcUaLink
from opcua_kit import START, ToyPlant, command, make_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETPOINT = "coal_injection_rate_setpoint"
VALUE, ENABLE = "coal_injection_rate_remote_value", "coal_injection_rate_remote_enable"


class Direct:
    def __init__(self, works):
        self.plant, self.clock = ToyPlant(works), SimulatedClock(START)
        self.link = DirectLink(self.plant, self.clock)
        self.sink = DirectSink(works, self.link)

    async def open(self):
        self.link.state = LinkState.CONNECTED

    async def close(self):
        self.link.state = LinkState.CLOSED


class OverOpcUa:
    def __init__(self, works, server):
        self.server, self.plant, self.clock = server, server.plant, SimulatedClock(server.plant.time)
        self.link = OpcUaLink(server.credentials_file())
        self.sink = OpcUaSink(works, self.link, self.clock, read_back_plant_s=60.0, read_back_wall_s=0.5)
        self._ticking = None

    async def open(self):
        await self.link.open()
        self._ticking = asyncio.create_task(self._tick())

    async def _tick(self):
        while True:
            self.clock.advance(10.0)
            await self.server.tick(10.0)
            await asyncio.sleep(0.02)

    async def close(self):
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        await self.link.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(demo_works, tmp_path_factory):
    server = make_server(demo_works, tmp_path_factory.mktemp("sink"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(params=["direct", "opcua"], loop_scope="module")
async def world(request, demo_works, server):
    world = Direct(demo_works) if request.param == "direct" else OverOpcUa(demo_works, server)
    world.plant.ceiling, world.plant.stuck = {}, set()
    world.plant.writes.clear()
    await world.open()
    yield world
    await world.close()


def wanted(world, works, part=0.4):
    """A command to that part of the coal set point's range."""
    tag = works.tags[SETPOINT]
    value = tag.low + part * (tag.high - tag.low)
    return command(SETPOINT, value, world.plant.in_force[SETPOINT], world.clock.now())


async def test_a_write_is_enabled_after_its_value_and_read_back_in_si(world, demo_works):
    assert isinstance(world.sink, Sink)
    order = wanted(world, demo_works)
    receipt = await world.sink.write(order)
    assert (receipt.status, receipt.command) == (WriteStatus.CONFIRMED, order)
    assert receipt.read_back == pytest.approx(order.value, rel=1e-9)
    assert receipt.written_at <= world.clock.now()
    assert world.plant.in_force[SETPOINT] == pytest.approx(order.value, rel=1e-9)
    assert [name for name, _ in world.plant.writes] == [VALUE, ENABLE]


async def test_a_set_point_that_does_not_follow_is_a_mismatch_with_both_values(world, demo_works):
    world.plant.stuck.add(SETPOINT)
    standing = world.plant.in_force[SETPOINT]
    receipt = await world.sink.write(wanted(world, demo_works, 0.7))
    assert receipt.status == WriteStatus.MISMATCH
    assert receipt.read_back == pytest.approx(standing, rel=1e-9)
    assert "70" in receipt.message
    assert "t/h" in receipt.message


async def test_what_the_plant_refuses_changes_nothing_and_is_not_enabled(world, demo_works):
    await world.sink.release(SETPOINT)
    world.plant.writes.clear()
    world.plant.ceiling[VALUE] = demo_works.tags[VALUE].high * 0.5
    standing = dict(world.plant.remote)
    receipt = await world.sink.write(wanted(world, demo_works, 0.9))
    assert receipt.status == WriteStatus.REFUSED_BY_PLANT
    assert receipt.read_back is None
    assert VALUE in receipt.message
    assert world.plant.remote == standing
    assert world.plant.writes == []


async def test_release_and_heartbeat_reach_the_plant(world, demo_works):
    await world.sink.write(wanted(world, demo_works, 0.5))
    assert await world.sink.release(SETPOINT) is True
    assert world.plant.remote[ENABLE] == 0.0
    assert await world.sink.heartbeat(41) is True
    assert world.plant.remote["remote_heartbeat"] == 41.0
    assert await world.sink.heartbeat(2**32 + 7) is True
    assert world.plant.remote["remote_heartbeat"] == 7.0


async def test_a_link_that_is_down_is_an_outcome(world, demo_works):
    await world.close()
    receipt = await world.sink.write(wanted(world, demo_works))
    assert receipt.status == WriteStatus.LINK_DOWN
    assert await world.sink.release(SETPOINT) is False
    assert await world.sink.heartbeat(1) is False
    assert world.plant.writes == []


async def test_only_set_points_with_remote_tags_can_be_written(world, demo_works):
    for name in ("blast_volume_setpoint", "hot_blast_pressure", "no_such_tag"):
        with pytest.raises(CallError, match="cannot be written"):
            await world.sink.write(command(name, 1.0, 1.0, 0.0))
    await world.sink.write(wanted(world, demo_works))
    assert all(demo_works.tags[name].role in REMOTE_ROLES for name, _ in world.plant.writes)
