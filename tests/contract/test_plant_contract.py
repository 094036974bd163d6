"""The simulated works keeps the contract of `core.ports.Plant`, on a sketch of a furnace."""

import itertools
import math

import pytest

from ironworks.core.dictionary import Role
from ironworks.core.errors import CallError
from ironworks.core.ports import Plant
from ironworks.core.sample import Quality
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess, names_of_truth

START = 1.79e9
DAY = 86400.0


def make(demo_works, seed=5, **options) -> SimulatedWorks:
    return SimulatedWorks(demo_works, seed, START, process=SketchProcess(demo_works.folder), **options)


@pytest.fixture(scope="module")
def day(demo_works):
    """A day and a half of samples, fetched in uneven pieces."""
    plant = make(demo_works)
    batches = [plant.advance(seconds) for seconds in (0.0, 7.0, 53.0, 600.0, 1234.5, 1.5 * DAY - 1894.5)]
    return plant, batches


def test_is_a_plant(demo_works):
    assert isinstance(make(demo_works), Plant)


def test_sketch_gives_what_the_furnace_gives(demo_works):
    sketch = SketchProcess(demo_works.folder)
    assert set(sketch.advance(sketch.reference, 60.0)) == names_of_truth()


def test_every_tag_is_delivered_and_no_other(day, demo_works):
    _, batches = day
    assert {sample.tag for batch in batches for sample in batch} == set(demo_works.tags.tags)


def test_time_is_what_was_asked(day):
    plant, batches = day
    assert plant.time == pytest.approx(START + 1.5 * DAY)
    assert batches[0] == []
    assert batches[1] == []
    assert len(batches[2]) > 100


def test_arrival_is_never_before_source_and_within_its_batch(day):
    _, batches = day
    edge = START
    for seconds, batch in zip((0.0, 7.0, 53.0, 600.0, 1234.5, 1.5 * DAY - 1894.5), batches):
        arrivals = [sample.arrival_time for sample in batch]
        assert arrivals == sorted(arrivals)
        assert all(sample.arrival_time >= sample.source_time > START for sample in batch)
        assert all(edge < arrival <= edge + seconds + 1e-6 for arrival in arrivals)
        edge += seconds


def test_laboratory_values_come_after_their_delay(day, demo_works):
    _, batches = day
    delays = {"hot_metal_temperature": (40, 80), "hot_metal_silicon": (900, 2400), "slag_basicity": (2700, 5400)}
    for tag, (low, high) in delays.items():
        found = [s.arrival_time - s.source_time for batch in batches for s in batch if s.tag == tag]
        assert found
        assert all(low - 1e-6 <= delay <= high + 1e-6 for delay in found)
    assert {t.name for t in demo_works.tags.with_role(Role.LABORATORY)} >= set(delays)


def test_gas_analysis_is_delayed_by_its_sample_line(day):
    _, batches = day
    gas = [s for batch in batches for s in batch if s.tag in ("top_gas_carbon_monoxide", "gas_utilisation")]
    assert gas
    assert all(s.arrival_time - s.source_time == 180.0 for s in gas)


def test_values_are_si_and_within_the_range_of_their_tag(day, demo_works):
    _, batches = day
    outside = {
        (s.tag, s.value)
        for batch in batches
        for s in batch
        if s.value is not None and not demo_works.tags[s.tag].low <= s.value <= demo_works.tags[s.tag].high
    }
    # Level 1 calculates from raw readings, so that a spike of one may carry its result out of range; nothing else may.
    assert all(demo_works.tags[tag].role == Role.CALCULATED for tag, _ in outside)
    assert len(outside) < 20
    newest = {s.tag: s for batch in batches for s in batch if s.value is not None}
    assert newest["blast_temperature"].value == pytest.approx(1493.0, abs=60.0)  # K
    assert newest["blast_volume"].value == pytest.approx(108.3, rel=0.05)  # Nm3/s
    assert newest["top_pressure"].value == pytest.approx(338e3, rel=0.03)  # Pa
    assert newest["gas_utilisation"].value == pytest.approx(0.5, abs=0.02)
    assert newest["coke_rate"].value == pytest.approx(0.32, rel=0.3)  # kg/kg


def test_each_tag_comes_at_its_own_period(day, demo_works):
    _, batches = day
    for name, period in (("blast_volume", 60.0), ("stave_temperature_bosh_1", 60.0), ("coke_rate", 600.0)):
        times = [s.source_time for batch in batches for s in batch if s.tag == name]
        assert {round(b - a) for a, b in itertools.pairwise(times)} == {period}, name


def test_missing_is_missing_with_a_reason(day):
    _, batches = day
    every = [sample for batch in batches for sample in batch]
    missing = [sample for sample in every if sample.value is None]
    assert missing
    assert all(sample.quality == Quality.BAD and sample.reason for sample in missing)
    assert all(s.value is None and s.reason == "tap_hole_closed" for s in every if s.tag == "runner_temperature_3")
    runner = [s for s in every if s.tag == "runner_temperature_1"]
    gate = {s.source_time: s.value for s in every if s.tag == "tap_hole_1_open"}
    assert all((s.value is None) or gate[s.source_time] == 1.0 for s in runner)
    assert any(s.value is not None for s in runner)


def test_no_hot_metal_is_sampled_while_no_iron_runs(day):
    _, batches = day
    every = [sample for batch in batches for sample in batch]
    gate = {s.source_time: s.value for s in every if s.tag == "tap_hole_1_open"}
    sampled = [s for s in every if s.tag == "hot_metal_silicon"]
    assert len(sampled) > 30
    assert all(gate[s.source_time] == 1.0 for s in sampled)


def test_one_seed_repeats_and_another_does_not(demo_works):
    first, same, other = (make(demo_works, seed).advance(0.5 * DAY) for seed in (5, 5, 6))
    assert first == same
    assert first != other


def test_pieces_make_no_difference(demo_works):
    whole, pieces = make(demo_works), make(demo_works)
    fetched = [sample for _ in range(72) for sample in pieces.advance(600.0)]
    assert whole.advance(72 * 600.0) == fetched


def test_snapshot_goes_on_bit_for_bit(demo_works):
    plant = make(demo_works)
    plant.advance(0.4 * DAY)
    plant.write("remote_heartbeat", 1.0)
    plant.write("blast_moisture_remote_enable", 1.0)
    state = plant.snapshot()
    expected = plant.advance(0.6 * DAY)
    other = make(demo_works)
    other.restore(state)
    assert other.snapshot() == state
    assert other.advance(0.6 * DAY) == expected


@pytest.mark.parametrize("bad", [b"", b"not json", b'{"format": "x"}', b"[1, 2]"])
def test_a_broken_snapshot_is_refused_and_changes_nothing(demo_works, bad):
    plant = make(demo_works)
    plant.advance(600.0)
    before = plant.snapshot()
    with pytest.raises(CallError, match="snapshot"):
        plant.restore(bad)
    assert plant.snapshot() == before


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
def test_time_only_goes_forward(demo_works, seconds):
    with pytest.raises(CallError, match="cannot advance"):
        make(demo_works).advance(seconds)


@pytest.mark.parametrize("name", ["blast_moisture_setpoint", "hot_metal_temperature", "plant_alarm", "no_such_tag"])
def test_only_remote_tags_are_written(demo_works, name):
    with pytest.raises(CallError, match="cannot be written"):
        make(demo_works).write(name, 0.01)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("blast_moisture_remote_value", math.nan), ("blast_moisture_remote_value", 12.0),  # g/Nm3 sent as if SI
        ("coal_injection_rate_remote_value", 66.0), ("coal_injection_rate_remote_value", -1.0),
        ("blast_moisture_remote_enable", 0.5), ("remote_heartbeat", 1.5), ("remote_heartbeat", -1.0),
        ("coal_injection_rate_remote_value", "18"), ("coal_injection_rate_remote_value", None),
    ],
)  # fmt: skip
def test_impossible_values_are_refused_and_change_nothing(demo_works, name, value):
    plant = make(demo_works)
    plant.advance(600.0)
    before = plant.snapshot()
    with pytest.raises(CallError):
        plant.write(name, value)
    assert plant.snapshot() == before


def test_an_unknown_disturbance_is_refused(demo_works):
    with pytest.raises(CallError, match="ambient_humidity"):
        make(demo_works, without=["ambient_humidty"])
