"""Tags that are wrong, values that are none, clocks that disagree: one bad tag stops no other."""

import asyncio
import dataclasses

import pytest
import pytest_asyncio
from asyncua import ua

from ironworks.core.clock import AcceleratedClock, SimulatedClock
from ironworks.core.dictionary import Role, TagDictionary
from ironworks.core.sample import Quality
from ironworks.link.opcua import OpcUaLink
from ironworks.plant.server.values import to_datetime
from ironworks.sense import OpcUaSource
from opcua_kit import START, ToyPlant, make_server, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(demo_works, tmp_path_factory):
    server = make_server(demo_works, tmp_path_factory.mktemp("bad"))
    await server.start()
    await server.tick(600.0)
    yield server
    await server.stop()


def with_sources(works, **sources):
    """The same works with some tags at other addresses."""
    tags = {t.name: dataclasses.replace(t, source=sources.get(t.name, t.source)) for t in works.tags}
    return dataclasses.replace(works, tags=TagDictionary(tags))


async def fetched(source, tag):
    """The newest sample of a tag, waited for."""
    found = {}

    async def there():
        for sample in await source.drain():
            found[sample.tag] = sample
        return tag in found

    await until(there, 3.0, f"a sample of {tag}")
    return found[tag]


async def test_an_unknown_node_is_named_once_with_the_nearest_one_and_the_others_go_on(server, demo_works, caplog):
    works = with_sources(demo_works, top_pressure="ns=2;s=BF1.Top.Presure", blast_moisture="no node id at all")
    source = OpcUaSource(works, OpcUaLink(server.credentials_file()), SimulatedClock(server.plant.time))
    await source.open()
    faults = [fault for fault in source.faults if fault.startswith("top_pressure:")]
    assert len(faults) == 1
    assert "did you mean 'ns=2;s=BF1.Top.Pressure'?" in faults[0]
    assert any(fault.startswith("blast_moisture:") for fault in source.faults)
    assert len(source.faults) == 2
    await asyncio.sleep(0.5)
    came = {sample.tag for sample in await source.drain()}
    await source.close()
    assert came == {tag.name for tag in works.tags} - {"top_pressure", "blast_moisture"} - waiting(server, works)


def waiting(server, works):
    """Tags that have had no sample yet."""
    return {tag.name for tag in works.tags} - set(server._latest)


async def test_values_that_are_none_and_times_that_cannot_be(server, demo_works):
    """Written to the node past our own server code, as a strange server would show them."""
    clock = SimulatedClock(server.plant.time)
    source = OpcUaSource(demo_works, OpcUaLink(server.credentials_file()), clock)
    await source.open()
    tag = demo_works.tags["top_pressure"]
    node, now = ua.NodeId.from_string(tag.source), server.plant.time
    good = tag.unit.from_si(0.5 * (tag.low + tag.high))
    cases = [
        (ua.DataValue(ua.Variant(float("nan")), SourceTimestamp=to_datetime(now)), Quality.BAD, "not_finite", False),
        (ua.DataValue(ua.Variant(good)), Quality.UNCERTAIN, "no_source_time", True),
        (
            ua.DataValue(ua.Variant(good), SourceTimestamp=to_datetime(now + 7200.0)),
            Quality.UNCERTAIN,
            "clock_ahead",
            True,
        ),
        (ua.DataValue(ua.Variant(good), SourceTimestamp=to_datetime(now + 2.0)), Quality.GOOD, "", True),
        (
            ua.DataValue(
                ua.Variant(good), ua.StatusCode(ua.StatusCodes.UncertainLastUsableValue), to_datetime(now + 3.0)
            ),
            Quality.UNCERTAIN,
            "last_usable_value",
            True,
        ),
    ]
    for value, quality, reason, has_value in cases:
        await source.drain()
        await server._server.iserver.write_attribute_value(node, value)
        sample = await fetched(source, "top_pressure")
        assert (sample.quality, sample.reason) == (quality, reason)
        assert (sample.value is not None) == has_value
        if reason == "clock_ahead":
            assert sample.arrival_time == now, "it arrived now, whatever its clock says"
        else:
            assert sample.arrival_time >= sample.source_time
    await source.close()


async def test_the_clock_follows_the_plants_clock(server, demo_works):
    clock = AcceleratedClock(START, 1.0)
    source = OpcUaSource(demo_works, OpcUaLink(server.credentials_file()), clock)
    await source.open()
    assert server.plant.time - START >= 600.0
    await until(lambda: abs(clock.now() - server.plant.time) < 5.0, 3.0, "the clock follows")
    await source.close()


async def test_what_a_client_sees_of_a_tag(server, demo_works):
    """Field unit, its name, both labels, range: what an engineer looks for when he browses."""
    link = OpcUaLink(server.credentials_file("viewer"))
    await link.open()
    prefix = "BF1.Coal.Rate"
    tag = next(t for t in demo_works.tags if t.source == f"ns=2;s={prefix}")
    value, unit, span = await link.read(
        [ua.NodeId(text, 2) for text in (prefix, f"{prefix}.EngineeringUnits", f"{prefix}.EURange")]
    )
    (description,) = await link.read([ua.NodeId(prefix, 2)], ua.AttributeIds.Description)
    await link.close()
    sample = server._latest[tag.name]
    assert value.Value.Value == pytest.approx(sample.value * 3.6)  # kg/s to t/h
    assert value.SourceTimestamp.timestamp() == sample.source_time
    assert (unit.Value.Value.DisplayName.Text, unit.Value.Value.UnitId) == ("t/h", 4534584)  # "E18" of UNECE rec. 20
    assert (span.Value.Value.Low, span.Value.Value.High) == (0.0, pytest.approx(120.0))
    assert description.Value.Value.Text == "Coal injection rate / 喷煤量"


async def test_a_long_history_comes_whole_and_once(server, demo_works):
    """A night's laboratory samples, the last of which the new subscription shows as well."""
    begin = server.plant.time
    server.plant.laboratory_only = True
    await server.tick(16.0 * 3600.0)
    server.plant.laboratory_only = False
    laboratory = {tag.name for tag in demo_works.tags.with_role(Role.LABORATORY)}
    since = {name: begin - demo_works.tags[name].delay - 1200.0 for name in laboratory}
    clock = SimulatedClock(server.plant.time)
    link = OpcUaLink(server.credentials_file())
    source = OpcUaSource(demo_works, link, clock, since=since)
    await source.open()
    await asyncio.sleep(0.6)
    got = [(s.tag, s.source_time) for s in await source.drain() if s.tag in laboratory]
    await source.close()
    night = ToyPlant(demo_works, begin)
    night.laboratory_only = True
    assert {(s.tag, s.source_time) for s in night.advance(16.0 * 3600.0)} <= set(got)
    assert len(got) == len(set(got))
