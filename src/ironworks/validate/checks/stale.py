"""Stale: a value that has not been renewed in time, by our own clock, since in an outage nothing is delivered."""

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample
from ironworks.validate.state import Finding

PERIODS = 3.0
"""Periods without a new value after which it counts as stale: two may be lost by chance, not three."""

STALE = Finding(Quality.BAD, "stale")


def allowance(tag: Tag, resolution: float) -> float:
    """The age in s up to which a value of this tag is fresh.

    A value cannot be fresher than the clock's resolution (s); laboratory samples are minutes apart in any case.
    """
    period = tag.period if tag.role == Role.LABORATORY else max(tag.period, resolution)
    return PERIODS * period + tag.delay


def judge(tag: Tag, sample: Sample, now: float, resolution: float) -> Finding | None:
    """Too old by its source time or, when the plant's clock runs ahead of ours, by its arrival."""
    age = now - min(sample.source_time, sample.arrival_time)
    return STALE if age > allowance(tag, resolution) else None
