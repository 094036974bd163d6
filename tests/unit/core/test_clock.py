"""The one clock."""

import asyncio

import pytest

from ironworks.core.clock import AcceleratedClock, ReplayClock, SimulatedClock, WallClock, iso, parse_iso
from ironworks.core.errors import CallError


async def test_an_accelerated_clock_runs_faster_than_the_wall():
    clock = AcceleratedClock(1000.0, 3600.0)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await clock.sleep(720.0)
    assert clock.now() >= 1720.0
    assert 0.15 < loop.time() - started < 2.0


def test_an_accelerated_clock_never_goes_back():
    clock = AcceleratedClock(1000.0, 60.0)
    before = clock.now()
    clock.synchronise(200.0)
    assert clock.now() >= before
    clock.synchronise(9000.0)
    assert 9000.0 <= clock.now() < 9060.0


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_is_positive(speed):
    with pytest.raises(CallError, match="positive"):
        AcceleratedClock(0.0, speed)


async def test_simulated_time_moves_only_when_told_or_slept_on():
    clock = SimulatedClock(10.0)
    clock.advance(5.0)
    await clock.sleep_until(12.0)
    assert clock.now() == 15.0
    await clock.sleep(5.0)
    assert clock.now() == 20.0
    with pytest.raises(CallError):
        clock.advance(-1.0)


def test_a_replay_ends():
    clock = ReplayClock(0.0, 10.0)
    assert not clock.finished
    clock.advance(10.0)
    assert clock.finished


def test_iso_times_there_and_back():
    assert parse_iso(iso(1_700_000_000.0)) == 1_700_000_000.0
    assert parse_iso("2023-11-14T23:13:20+01:00") == 1_700_000_000.0
    assert WallClock().now() > 1_700_000_000.0
