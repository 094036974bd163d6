"""From a sample to an OPC UA data value: field unit, status code, source time; and back for writes."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import math
from datetime import UTC, datetime

from asyncua import ua

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample

GOOD = ua.StatusCode(ua.StatusCodes.Good)

ALIASES = {
    "not_finite": "SensorFailure",
    "probe_failed": "SensorFailure",
    "instrument_dropout": "NoCommunication",
    "tap_hole_closed": "OutOfService",
    "no_charge_yet": "NoData",
    "window_filling": "NoData",
    "out_of_range": "EngineeringUnitsExceeded",
    "frozen": "LastUsableValue",
    "calibration": "SensorCalibration",
}
"""Reasons of our instruments that have another name among OPC UA's status codes (part 4, table of status codes)."""

_VARIANT_TYPES = {Role.REMOTE_ENABLE: ua.VariantType.Boolean, Role.HEARTBEAT: ua.VariantType.UInt32}


def variant_type(tag: Tag) -> ua.VariantType:
    """The data type of a tag's node: a controller's usual ones."""
    return _VARIANT_TYPES.get(tag.role, ua.VariantType.Double)


def status_code(quality: Quality, reason: str) -> ua.StatusCode:
    """The status code that says the most of a quality and its reasons; plain Bad or Uncertain when none fits."""
    if quality == Quality.GOOD:
        return GOOD
    severity = "Bad" if quality == Quality.BAD else "Uncertain"
    for word in reason.split(";"):
        for name in (ALIASES.get(word, ""), "".join(part.capitalize() for part in word.split("_"))):
            code = getattr(ua.StatusCodes, severity + name, None) if name else None
            if code is not None:
                return ua.StatusCode(code)
    return ua.StatusCode(getattr(ua.StatusCodes, severity))


def to_datetime(plant_time: float) -> datetime:
    """A plant time as OPC UA's DateTime."""
    return datetime.fromtimestamp(plant_time, UTC)


def data_value(sample: Sample, tag: Tag) -> ua.DataValue:
    """A sample as the node of its tag shows it. A missing value is null with a Bad status."""
    kind = variant_type(tag)
    if sample.value is None:
        variant = ua.Variant(None, ua.VariantType.Null)
    elif kind == ua.VariantType.Double:
        variant = ua.Variant(tag.unit.from_si(sample.value), kind)
    elif kind == ua.VariantType.Boolean:
        variant = ua.Variant(sample.value >= 0.5, kind)
    else:
        variant = ua.Variant(min(max(round(tag.unit.from_si(sample.value)), 0), 2**32 - 1), kind)
    return ua.DataValue(
        variant, status_code(sample.quality, sample.reason), to_datetime(sample.source_time),
        to_datetime(sample.arrival_time),
    )  # fmt: skip


def written_value(value: ua.DataValue, tag: Tag) -> float:
    """The SI value that a client wants to write.

    Raises ua.UaStatusCodeError with BadTypeMismatch for anything but one finite number of a fitting type, and with
    BadOutOfRange for a number outside the tag's range.
    """
    variant = value.Value
    kind = variant_type(tag)
    number = variant.Value if variant is not None else None
    if isinstance(number, bool) is not (kind == ua.VariantType.Boolean) or not isinstance(number, int | float):
        raise ua.UaStatusCodeError(ua.StatusCodes.BadTypeMismatch)
    if kind == ua.VariantType.UInt32 and not isinstance(number, int):
        raise ua.UaStatusCodeError(ua.StatusCodes.BadTypeMismatch)
    if not math.isfinite(number):
        raise ua.UaStatusCodeError(ua.StatusCodes.BadTypeMismatch)
    si = tag.unit.to_si(float(number))
    slack = 1e-9 * (tag.high - tag.low)  # rounding of the unit conversion, nothing else
    if not tag.low - slack <= si <= tag.high + slack:
        raise ua.UaStatusCodeError(ua.StatusCodes.BadOutOfRange)
    return min(max(si, tag.low), tag.high)
