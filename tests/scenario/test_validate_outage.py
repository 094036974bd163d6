"""A plant that falls silent: by our own clock every value turns stale within three of its periods, and comes back."""

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample
from ironworks.validate import Validator

T0 = 1_790_000_000.0
OUTAGE_S = 60.0


def middle(tag: Tag, count: int) -> float:
    """A credible value that moves a little."""
    return tag.low + (tag.high - tag.low) * (0.5 + 1e-4 * (count % 7))


def serve(validator: Validator, tags: list[Tag], start: float, seconds: float) -> None:
    """A plant that sends every value once a period, judged every 10 s."""
    for step in range(int(seconds // 10) + 1):
        now = start + 10.0 * step
        due = [tag for tag in tags if now % tag.period == 0]
        validator.judge([Sample(t.name, middle(t, step), Quality.GOOD, now, now) for t in due], now)


def test_a_minute_without_a_plant(demo_works):
    tags = [tag for tag in demo_works.tags if tag.period <= 60.0 and tag.role != Role.LABORATORY]
    fast = [tag for tag in tags if tag.period == 10.0]
    assert len(tags) > 100
    assert len(fast) > 15
    validator = Validator(demo_works.tags, 1.0)
    start = T0 - T0 % 60.0
    serve(validator, tags, start, 600.0)
    end = start + 600.0
    assert all(validator.image(end).usable(tag.name) is not None for tag in tags)
    for second in range(1, int(OUTAGE_S) + 1):
        image = validator.image(end + second)
        for tag in tags:
            stale = second > 3.0 * tag.period + tag.delay
            assert (image.usable(tag.name) is None) is stale
            assert image.why_not(tag.name) == ("stale" if stale else "")
        assert image.arrivals == ()
    assert "silent" in image.faults
    assert all(image.usable(tag.name) is None for tag in fast)
    serve(validator, tags, end + OUTAGE_S, 0.0)
    image = validator.image(end + OUTAGE_S)
    assert "silent" not in image.faults
    assert all(image.usable(tag.name) is not None for tag in tags)


def test_an_outage_at_speed_is_judged_by_the_clock_s_resolution(demo_works):
    """At 600 times real time values come in batches 300 plant seconds apart: fresh within 900 s, stale after."""
    tag = demo_works.tags["blast_volume"]
    validator = Validator(demo_works.tags, 300.0)
    validator.judge([Sample(tag.name, middle(tag, 0), Quality.GOOD, T0, T0)], T0)
    assert validator.image(T0 + 900.0).usable(tag.name) is not None
    assert validator.image(T0 + 901.0).why_not(tag.name) == "stale"
