"""A value as it is shown: in the field's unit, with its age and quality judged by our own clock at serving time."""

import math
from typing import TypedDict

from ironworks.core.clock import Clock
from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample, join_reasons

STALE_PERIODS = 3.0
"""A value is stale once it is older than this many periods: the rule of the validation."""

CLOCK_TOLERANCE_S = 60.0
"""Seconds (or three resolutions of the clock) by which a source may be ahead of us, as in the validation."""

POLL_S = 1.0
"""Wall seconds between two looks of the page at the record."""

SIGNIFICANT_DIGITS = 7
"""Digits that travel to the page: finer than any instrument of a works, short enough for the wire."""


class ShownValue(TypedDict):
    """One tag as shown. `value` in the field's unit, None when missing; times are plant times in s."""

    value: float | None
    quality: str  # good | uncertain | bad | missing
    stale: bool
    reason: str
    source_time: float | None
    arrival_time: float | None
    age_s: float | None


def page_resolution(clock: Clock) -> float:
    """The shortest plant time in s that the page can tell apart: that of the clock, or of its own looks at the record.

    They differ only where plant time is made to run faster than the wall.
    """
    return max(clock.resolution, POLL_S * clock.speed) if math.isfinite(clock.speed) else clock.resolution


def stale_after(tag: Tag, resolution: float) -> float:
    """Age in s from which a value of this tag is stale, for a clock that can tell `resolution` seconds apart.

    Laboratory samples are minutes apart in any case, so the resolution does not lengthen their allowance.
    """
    period = tag.period if tag.role == Role.LABORATORY else max(tag.period, resolution)
    return STALE_PERIODS * period + tag.delay


def shown(tag: Tag, sample: Sample | None, now: float, resolution: float) -> ShownValue:
    """The newest sample of a tag as the operator sees it at plant time `now`; quality is only ever lowered here."""
    if sample is None:
        return ShownValue(
            value=None, quality="missing", stale=False, reason="never_arrived", source_time=None, arrival_time=None,
            age_s=None,
        )  # fmt: skip
    age = now - sample.source_time
    stale = now - min(sample.source_time, sample.arrival_time) > stale_after(tag, resolution)
    ahead = -age > max(CLOCK_TOLERANCE_S, STALE_PERIODS * resolution)
    quality = Quality.BAD if stale else min(sample.quality, Quality.UNCERTAIN) if ahead else sample.quality
    reason = join_reasons(sample.reason, "stale" if stale else "", "clock_ahead" if ahead else "")
    return ShownValue(
        value=None if sample.value is None else field_value(tag, sample.value),
        quality="missing" if sample.value is None else quality.name.lower(),
        stale=stale,
        reason=reason,
        source_time=sample.source_time,
        arrival_time=sample.arrival_time,
        age_s=round(age, 1),
    )


def field_value(tag: Tag, value: float) -> float:
    """An SI value in the unit of the field."""
    return short(tag.unit.from_si(value))


def field_difference(tag: Tag, difference: float) -> float:
    """A difference in SI in the unit of the field."""
    return short(tag.unit.difference_from_si(difference))


def short(value: float) -> float:
    """The value with as many digits as travel to the page."""
    if value == 0.0 or not math.isfinite(value):
        return 0.0 if value == 0.0 else math.nan
    return round(value, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value))))
