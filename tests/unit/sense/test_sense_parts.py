"""The parts of sense and act without sockets."""

import pytest
from asyncua import ua

from ironworks.act.opcua import in_type
from ironworks.act.remote import Remote
from ironworks.core.clock import SimulatedClock
from ironworks.core.errors import CallError, DataError
from ironworks.core.sample import Quality, Sample
from ironworks.sense import ReplaySource
from ironworks.sense.queue import SampleQueue


def sample(tag, number):
    return Sample(tag, float(number), Quality.GOOD, float(number), float(number))


def test_a_full_queue_drops_the_oldest_fast_sample_and_never_a_precious_one():
    queue = SampleQueue(["silicon"], bound=3)
    for number in range(10):
        queue.put(sample("silicon" if number % 2 else "pressure", number))
    assert [(s.tag, s.value) for s in queue.take()] == [
        ("silicon", 1.0), ("silicon", 3.0), ("pressure", 4.0), ("silicon", 5.0),
        ("pressure", 6.0), ("silicon", 7.0), ("pressure", 8.0), ("silicon", 9.0),
    ]  # fmt: skip
    assert queue.dropped == 2
    assert queue.take() == []


async def test_replay_gives_each_sample_at_its_arrival_and_refuses_disorder():
    clock = SimulatedClock(0.0)
    late = Sample("silicon", 1.0, Quality.GOOD, 0.0, 1800.0)
    source = ReplaySource([sample("a", 1), late, sample("a", 1801)], clock)
    await source.open()
    clock.advance(1799.0)
    assert [s.tag for s in await source.drain()] == ["a"]
    clock.advance(1.0)
    assert await source.drain() == [late]
    clock.advance(10.0)
    assert len(await source.drain()) == 1
    assert source.finished
    broken = ReplaySource([late, sample("a", 1)], clock)
    await broken.open()
    with pytest.raises(DataError, match="before its predecessor"):
        await broken.drain()


def test_a_number_is_written_in_the_nodes_own_type_or_not_at_all():
    assert in_type(1.0, ua.VariantType.Boolean).Value is True
    assert in_type(0.5, ua.VariantType.Boolean) is None
    assert in_type(300.0, ua.VariantType.Byte) is None
    assert in_type(41.0, ua.VariantType.UInt32).Value == 41
    assert in_type(40.25, ua.VariantType.Float).Value == 40.25
    assert in_type(-1.0, ua.VariantType.UInt16) is None


def test_the_allow_list_holds_remote_tags_only(demo_works):
    remote = Remote(demo_works)
    assert set(remote.setpoints) == {"blast_moisture_setpoint", "coal_injection_rate_setpoint"}
    with pytest.raises(CallError, match="did you mean 'blast_moisture_setpoint'"):
        remote["blast_moisture"]
