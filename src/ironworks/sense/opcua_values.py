"""From an OPC UA data value to a sample: SI, quality with its reason, source time and arrival."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import re
from datetime import UTC, datetime

from asyncua import ua

from ironworks.core.clock import Clock
from ironworks.core.dictionary import Tag
from ironworks.core.sample import Quality, Sample, join_reasons

AHEAD_TOLERANCE_S = 5.0
"""A source clock may be ahead of ours by this much beyond our clock's own resolution: what NTP keeps in a plant network
even while a time server is away for days (drift of some 20 ppm)."""

_SEVERITIES = {
    0: (Quality.GOOD, ""),
    1: (Quality.UNCERTAIN, "Uncertain"),
    2: (Quality.BAD, "Bad"),
    3: (Quality.BAD, "Bad"),
}
_CODE = 0xFFFF0000  # the lower half holds information bits, no part of the code's name
_NAMES: dict[int, str] = {}


def quality_of(status: ua.StatusCode | None) -> tuple[Quality, str]:
    """Quality and reason word of a status code: BadSensorFailure is (BAD, 'sensor_failure'). None counts as Good."""
    value = status.value if status is not None else 0
    quality, prefix = _SEVERITIES[value >> 30]
    if quality == Quality.GOOD:
        return quality, ""
    if not _NAMES:
        _NAMES.update({code: name for name, code in vars(ua.StatusCodes).items() if isinstance(code, int)})
    name = _NAMES.get(value & _CODE, f"{prefix}_{value:08x}")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removeprefix(prefix)).lower()
    return quality, words.strip("_") or prefix.lower()


def waits_for_first_value(value: ua.DataValue) -> bool:
    """Whether the server says that there has been no value yet: nothing has arrived, so there is no sample."""
    return value.StatusCode is not None and value.StatusCode.value == ua.StatusCodes.BadWaitingForInitialData


def to_sample(tag: Tag, value: ua.DataValue, clock: Clock) -> Sample:
    """The sample that a data value stands for.

    Arrival is our clock's time, or the source time where that is a little later (its clock is not exactly ours). A
    source time far ahead of ours makes the value UNCERTAIN (`clock_ahead`), and so does none at all
    (`no_source_time`): its age cannot be judged.
    """
    now = clock.now()
    quality, reason = quality_of(value.StatusCode)
    number, trouble = _number(value)
    reason = join_reasons(reason, trouble)
    arrival = now
    if value.SourceTimestamp is None:
        source, quality, reason = now, min(quality, Quality.UNCERTAIN), join_reasons(reason, "no_source_time")
    else:
        source = _seconds(value.SourceTimestamp)
        if source > now + 2.0 * clock.resolution + AHEAD_TOLERANCE_S:
            quality, reason = min(quality, Quality.UNCERTAIN), join_reasons(reason, "clock_ahead")
        else:
            arrival = max(now, source)
    si = None if number is None else tag.unit.to_si(number)
    return Sample(tag.name, si, quality, source, arrival, reason)


def _number(value: ua.DataValue) -> tuple[float | None, str]:
    raw = value.Value.Value if value.Value is not None else None
    if raw is None:
        return None, "" if value.StatusCode is not None and not value.StatusCode.is_good() else "no_value"
    if isinstance(raw, bool | int | float):
        return float(raw), ""
    return None, "not_a_number"


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
