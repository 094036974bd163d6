"""The link breaks in the ways links break; the source comes back by itself and loses no laboratory sample."""

import asyncio
import signal
import sys
from pathlib import Path
from urllib.parse import urlparse

import pytest
import pytest_asyncio

import opcua_kit
from ironworks.act import OpcUaSink
from ironworks.core.clock import AcceleratedClock
from ironworks.core.decision import WriteStatus
from ironworks.core.dictionary import Role
from ironworks.core.ports import LinkState
from ironworks.core.sample import Sample
from ironworks.link.opcua import LinkSettings, OpcUaLink
from ironworks.plant.server import identity
from ironworks.sense import OpcUaSource
from opcua_kit import Relay, ToyPlant, command, free_port, make_server, running, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEED = 600.0
QUICK = LinkSettings(request=2.0, connect=5.0, probe=1.0, retry_first=0.1, retry_most=0.5)


async def connected(works, link, bound=100_000):
    """A source on an open link, with a clock that follows the plant's."""
    await link.open()
    reading = await link.read_clock()
    clock = AcceleratedClock(reading.time, reading.speed)
    source = OpcUaSource(works, link, clock, bound=bound)
    await source.open()
    return source, clock


async def collect(source, samples: list[Sample], seconds: float) -> list[Sample]:
    """What comes within so many wall seconds; also appended to `samples`."""
    fresh = []
    for _ in range(max(1, round(seconds / 0.1))):
        await asyncio.sleep(0.1)
        fresh += await source.drain()
    samples += fresh
    return fresh


def laboratory(works, samples):
    return [(s.tag, s.source_time) for s in samples if works.tags[s.tag].role == Role.LABORATORY]


def expected_laboratory(works, begin, end):
    """Every laboratory sample that becomes known in (begin, end]."""
    return laboratory(works, ToyPlant(works, begin).advance(end - begin))


async def test_a_server_that_stops_and_starts_again(demo_works, tmp_path):
    """The ordinary outage. Nothing comes meanwhile, the state says so, and afterwards all resumes without help."""
    server = make_server(demo_works, tmp_path, SPEED)
    port = urlparse(server.endpoint).port
    samples: list[Sample] = []
    async with running(server):
        link = OpcUaLink(server.credentials_file(), settings=QUICK)
        source, clock = await connected(demo_works, link)
        await collect(source, samples, 1.5)
        before = clock.now()
        begin = min(s.arrival_time for s in samples)
    await until(lambda: source.link == LinkState.RECONNECTING, 5.0, "the loss is seen")
    await collect(source, samples, 0.3)  # what was under way
    assert await collect(source, samples, 1.0) == []
    assert any("no connection" in fault or "lost" in fault for fault in source.faults)
    receipt = await OpcUaSink(demo_works, link, clock).write(command("blast_moisture_setpoint", 0.02, 0.01, before))
    assert receipt.status == WriteStatus.LINK_DOWN
    again = make_server(demo_works, tmp_path, SPEED, port)
    async with running(again):
        took = await until(lambda: source.link == LinkState.CONNECTED, 10.0, "connected again")
        assert took < 5.0
        fresh = await collect(source, samples, 2.0)
        assert {s.tag for s in fresh} >= {
            t.name for t in demo_works.tags if t.period <= 60.0 and t.role != Role.LABORATORY
        }
        assert source.faults == ()
        assert max(s.source_time for s in fresh) > before
        # the furnace ran on while its server was away: its clock has not fallen behind ours
        assert abs(again.plant.time - clock.now()) < 3.0 * clock.resolution
        await source.close()
    got = laboratory(demo_works, samples)
    assert len(got) == len(set(got)), "a sample came twice"
    end = max(s.arrival_time for s in samples) - 2.0 * clock.resolution
    missed = [key for key in expected_laboratory(demo_works, begin, end) if key not in set(got)]
    assert missed == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(demo_works, tmp_path_factory):
    server = make_server(demo_works, tmp_path_factory.mktemp("cut"), SPEED)
    async with running(server):
        yield server


async def test_a_wire_that_is_cut_silently(demo_works, server):
    """Nobody closes anything: only our own probing can tell. The server's history fills what was missed."""
    async with Relay(urlparse(server.endpoint).port) as relay:
        link = OpcUaLink(server.credentials_file(), f"opc.tcp://127.0.0.1:{relay.port}/ironworks/", QUICK)
        source, clock = await connected(demo_works, link)
        samples: list[Sample] = []
        await collect(source, samples, 1.0)
        begin = clock.now()
        relay.cut = True
        await until(lambda: source.link == LinkState.RECONNECTING, 8.0, "the silence is noticed")
        await collect(source, samples, 1.0)
        relay.hang_up()
        relay.cut = False
        await until(lambda: source.link == LinkState.CONNECTED, 10.0, "connected again")
        await collect(source, samples, 1.5)
        await source.close()
    got = laboratory(demo_works, samples)
    assert len(got) == len(set(got))
    assert set(expected_laboratory(demo_works, begin, clock.now() - 2.0 * clock.resolution)) <= set(got)


async def test_a_client_that_was_away_gets_what_it_missed_from_the_last_time_it_knew(demo_works, server):
    """A chain that was killed and started again asks the server's history from its record's last time on."""
    link = OpcUaLink(server.credentials_file(), settings=QUICK)
    await link.open()
    reading = await link.read_clock()
    await link.close()
    await asyncio.sleep(1.5)
    since = {t.name: reading.time - t.delay - 60.0 for t in demo_works.tags.with_role(Role.LABORATORY)}
    source = OpcUaSource(demo_works, link, AcceleratedClock(reading.time, reading.speed), since=since)
    await source.open()
    got = laboratory(demo_works, await source.drain())
    end = server.plant.time
    await source.close()
    assert set(expected_laboratory(demo_works, reading.time, end - SPEED)) <= set(got)
    assert len(got) == len(set(got))


async def test_a_full_queue_drops_old_fast_samples_counts_them_and_keeps_the_laboratory(demo_works, server):
    link = OpcUaLink(server.credentials_file(), settings=QUICK)
    source, clock = await connected(demo_works, link, bound=50)
    begin = clock.now()
    await asyncio.sleep(2.5)
    samples = await source.drain()
    await source.close()
    fast = [s for s in samples if demo_works.tags[s.tag].role not in (Role.LABORATORY, Role.EVENT)]
    assert len(fast) == 50
    assert any("dropped" in fault for fault in source.faults)
    end = clock.now() - 3.0 * clock.resolution
    assert set(expected_laboratory(demo_works, begin, end)) <= set(laboratory(demo_works, samples))


async def test_a_server_that_is_killed_goes_on_from_its_last_saved_state(demo_works, tmp_path):
    """kill -9 in another process: the state file stays whole, the new server continues the furnace."""
    port = free_port()
    arguments = [str(demo_works.folder), str(tmp_path), str(port), str(SPEED)]

    async def start():
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(opcua_kit.__file__)), *arguments, stdout=asyncio.subprocess.PIPE
        )
        assert (await asyncio.wait_for(process.stdout.readline(), 60.0)).strip() == b"ready"
        return process

    first = await start()
    link = OpcUaLink(identity.credentials_file(tmp_path, "controller"), settings=QUICK)
    source, clock = await connected(demo_works, link)
    await collect(source, [], 1.0)
    await until(lambda: (tmp_path / "state.zip").exists(), 20.0, "a state is saved")
    at_kill = clock.now()
    first.send_signal(signal.SIGKILL)
    await first.wait()
    await until(lambda: source.link == LinkState.RECONNECTING, 5.0, "the loss is seen")
    await collect(source, [], 0.3)
    second = await start()
    try:
        await until(lambda: source.link == LinkState.CONNECTED, 10.0, "connected again")
        fresh = await collect(source, [], 2.0)
        assert max(s.source_time for s in fresh) > at_kill
        reading = await link.read_clock()
        assert abs(reading.time - clock.now()) < 3.0 * clock.resolution
        assert source.faults == ()
    finally:
        await source.close()
        second.terminate()
        assert await asyncio.wait_for(second.wait(), 20.0) == 0, "a clean stop on SIGTERM"


async def test_a_subscription_that_falls_silent_is_made_anew(demo_works, server):
    """The server answers, but publishes nothing any more: seen with real controllers after a restart of a part."""
    link = OpcUaLink(server.credentials_file(), settings=QUICK)
    source, _ = await connected(demo_works, link)
    for subscription in list(server._server.iserver.subscription_service.subscriptions.values()):
        await subscription.stop()
    source._last_publish -= 60.0
    await until(lambda: link.outages == 1, 5.0, "the silence is noticed")
    await until(lambda: source.link == LinkState.CONNECTED, 5.0, "connected again")
    await source.drain()
    assert len(await collect(source, [], 1.5)) > 100
    await source.close()
