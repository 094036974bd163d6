"""Clocks: the plant's against ours, one value against the one before, and our own against itself."""

import math
from collections.abc import Iterable
from statistics import median

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample
from ironworks.validate.state import Finding

TOLERANCE_S = 60.0
"""Difference between two clocks that are kept by NTP, with ample margin, s."""

CLOCK_AHEAD = Finding(Quality.UNCERTAIN, "clock_ahead")
LATE = Finding(Quality.UNCERTAIN, "late")
NO_TIME = Finding(Quality.BAD, "no_time")


def tolerance(resolution: float) -> float:
    """Seconds by which a source may be ahead of us before that counts as a wrong clock."""
    return max(TOLERANCE_S, 3.0 * resolution)


def ahead(sample: Sample, now: float, resolution: float) -> Finding | None:
    """A time stamp from the future."""
    latest = max(sample.source_time, sample.arrival_time)
    return CLOCK_AHEAD if latest > now + tolerance(resolution) else None


def late(tag: Tag, sample: Sample, newest_time: float) -> Finding | None:
    """A value older than one already seen. Laboratories often report out of order; instruments do not."""
    return LATE if tag.role != Role.LABORATORY and sample.source_time < newest_time else None


def with_times(sample: Sample, now: float) -> tuple[Sample, Finding | None]:
    """A sample whose time stamps are not numbers cannot be placed: it gets our time, and may not be used."""
    if math.isfinite(sample.source_time) and math.isfinite(sample.arrival_time):
        return sample, None
    arrival = sample.arrival_time if math.isfinite(sample.arrival_time) else now
    source = sample.source_time if math.isfinite(sample.source_time) else arrival
    return Sample(sample.tag, sample.value, sample.quality, source, arrival, sample.reason), NO_TIME


def jumped(before: float | None, now: float, longest: float, resolution: float) -> bool:
    """Whether our own clock went back, or leapt ahead by more than `longest` seconds since `before`."""
    if before is None:
        return False
    return now < before - resolution or now > before + max(longest, 10.0 * resolution)


def behind(tags: Iterable[tuple[Tag, Sample]], resolution: float) -> bool:
    """Whether the plant's clock runs behind ours: half of the values that came are old already when they arrive."""
    lags = [sample.arrival_time - sample.source_time - tag.delay for tag, sample in tags if tag.role != Role.LABORATORY]
    return len(lags) >= 5 and median(lags) > tolerance(resolution)
