"""What validation may never do, whatever comes."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.sample import Quality, Sample
from ironworks.core.units import unit
from ironworks.validate import Validator

T0 = 1_790_000_000.0


def _tag(name: str, symbol: str, low: float, high: float, period: float, role: Role, rate, frozen) -> Tag:
    u = unit(symbol)
    return Tag(name, name, name, u, u.to_si(low), u.to_si(high), period, 5.0, role, "g", name, rate, frozen)


TAGS = TagDictionary(
    {
        tag.name: tag
        for tag in (
            _tag("flow", "t/h", 0, 120, 10.0, Role.MEASUREMENT, 0.3, 60.0),
            _tag("temperature", "degC", 0, 400, 60.0, Role.MEASUREMENT, 2.0, None),
            _tag("silicon", "%", 0, 4, 1800.0, Role.LABORATORY, None, None),
            *(_tag(f"stock_level_{i}", "m", -1, 12, 10.0, Role.MEASUREMENT, None, 100.0) for i in (1, 2, 3)),
        )
    }
)

values = st.none() | st.sampled_from([0.0, 0.005, 5.0, 16.0, 60.0, 333.0, 606.15, 1e9]) | st.floats(-50.0, 700.0)


@st.composite
def samples(draw) -> Sample:
    """A sample that may be anything: odd values, odd qualities, odd times."""
    at = T0 + draw(st.integers(-40, 400)) * 5.0
    return Sample(
        draw(st.sampled_from(sorted(TAGS.tags))),
        draw(values),
        draw(st.sampled_from(list(Quality))),
        at,
        at + draw(st.sampled_from([0.0, 1.0, 300.0])),
        draw(st.sampled_from(["", "sensor_failure"])),
    )


batches = st.lists(samples(), max_size=40)


def run(given_samples: list[Sample]) -> tuple[list[Sample], Validator]:
    """Judge every sample at its arrival."""
    validator = Validator(TAGS, 1.0)
    judged = []
    for sample in given_samples:
        judged += validator.judge([sample], max(sample.arrival_time, T0))
    return judged, validator


@given(batches)
def test_quality_never_rises_and_nothing_else_changes(batch):
    validator = Validator(TAGS, 1.0)
    for sample in batch:
        for judged in validator.judge([sample], sample.arrival_time):
            assert judged.quality <= sample.quality
            assert (judged.tag, judged.value) == (sample.tag, sample.value)
            assert (judged.source_time, judged.arrival_time) == (sample.source_time, sample.arrival_time)
            assert judged.reason.startswith(sample.reason)
            assert judged.quality == Quality.GOOD or judged.reason or sample.quality < Quality.GOOD
    before = {name: state.newest.quality for name, state in validator._states.items() if state.newest}
    for name, reading in validator.image(T0 + 3000.0).readings.items():
        assert reading.quality <= before[name]


@given(batches, st.sampled_from([math.nan, math.inf, -math.inf]), st.sampled_from(sorted(TAGS.tags)))
def test_what_is_no_number_never_passes(batch, bad, name):
    _, validator = run(batch)
    at = T0 + 3000.0
    validator.judge([Sample(name, bad, Quality.GOOD, at, at)], at)
    passed = validator.image(at).usable(name)
    if TAGS[name].role == Role.LABORATORY:  # a failed probe does not replace the sample before it, while that is fresh
        assert passed is None or passed in [sample.value for sample in batch if sample.tag == name]
    else:
        assert passed is None


@st.composite
def with_bad_among(draw):
    """Samples in order of arrival, and the same with more samples of BAD quality among them."""
    good = sorted(draw(batches), key=lambda sample: sample.arrival_time)
    bad = [s.judged(Quality.BAD, "sensor_failure") for s in draw(st.lists(samples(), min_size=1, max_size=15))]
    return good, sorted([*good, *bad], key=lambda sample: sample.arrival_time)


@settings(max_examples=200)
@given(with_bad_among(), st.sampled_from([0.0, 20.0, 1000.0]))
def test_more_bad_data_never_makes_a_better_image(both, wait):
    fewer, more = both
    end = max(sample.arrival_time for sample in more) + wait
    image, worse = run(fewer)[1].image(end), run(more)[1].image(end)
    for name in TAGS.tags:
        if worse.usable(name) is not None:
            assert image.usable(name) == worse.usable(name)


@given(batches, st.randoms(use_true_random=False))
def test_the_order_among_tags_does_not_matter(batch, order: random.Random):
    queues: dict[str, list[Sample]] = {}
    for sample in batch:
        queues.setdefault(sample.tag, []).append(sample)
    shuffled = []
    while queues:
        name = order.choice(sorted(queues))
        shuffled.append(queues[name].pop(0))
        if not queues[name]:
            del queues[name]
    now = T0 + 2500.0
    images = []
    for these in (batch, shuffled):
        validator = Validator(TAGS, 1.0)
        validator.judge(these, now)
        images.append(validator.image(now))
    assert images[0].readings == images[1].readings
    assert images[0].faults == images[1].faults
    assert sorted(images[0].arrivals, key=repr) == sorted(images[1].arrivals, key=repr)


@given(batches, st.lists(st.floats(1.0, 500.0), min_size=1, max_size=10))
def test_a_gap_stays_a_gap(batch, steps):
    """Images of an outage hold no arrivals, no reading changes its value, and what went stale stays stale."""
    _, validator = run(batch)
    now = T0 + 3000.0
    before = validator.image(now)
    for step in steps:
        now += step
        image = validator.image(now)
        assert image.arrivals == ()
        assert image.readings.keys() == before.readings.keys()
        for name, reading in image.readings.items():
            assert reading.value == before.readings[name].value
            assert reading.age == now - reading.sample.source_time
            if "stale" in before.readings[name].reason:
                assert "stale" in reading.reason
        before = image


@given(batches)
def test_a_snapshot_in_between_changes_nothing(batch):
    _, straight = run(batch)
    half = len(batch) // 2
    _, first = run(batch[:half])
    second = Validator(TAGS, 1.0)
    second.restore(first.snapshot())
    for sample in batch[half:]:
        second.judge([sample], max(sample.arrival_time, T0))
    assert second.image(T0 + 3000.0) == straight.image(T0 + 3000.0)
