"""Swapped unit: a value that makes no sense as given, but does in another unit of the same dimension.

Seen after a gateway or a PLC was changed: kelvin for degC, fractions for per cent, kg/s for t/h, absolute for gauge
pressure. Two signs: the value is out of range and in range after conversion; or it jumped, within its range, to just
what the last level reads in the other unit. The second stays BAD until the value leaves that place or comes back.
"""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality
from ironworks.core.units import UNITS, Unit
from ironworks.validate.state import Finding, LevelState

LEVEL_VALUES = 9
"""Accepted values that say where a tag has been: enough for a median and a spread, few enough to follow."""

CLOSE = 0.02
"""How close to the last level, as a share of its field value, a converted value must come: hardly ever by chance."""

FACTOR = 10.0
"""Factor between two units from which on the level's own scatter is allowed for: no plant steps by it and stays."""

JUMP = 0.05
"""Share of the range below which a change is no jump worth a suspicion."""

NEAR = 0.1
"""Share of the range within which a converted out-of-range value must lie of the last level."""

INSIDE = 0.05
"""Share of the range by which, while no level is known, a value must be out of it and a converted value within."""


class Other(NamedTuple):
    """Another unit that the number might be in: the true SI value would be `gain * value + offset`."""

    symbol: str
    gain: float
    offset: float


def others(tag: Tag) -> tuple[Other, ...]:
    """All units that a value of this tag could have been delivered in by mistake."""
    given = tag.unit
    if tag.role in (Role.EVENT, Role.STATUS, Role.HEARTBEAT, Role.REMOTE_ENABLE) or given.si_symbol == "-":
        return ()
    pure = Unit("fraction" if given.si_symbol == "1" else given.si_symbol, given.si_symbol, 1.0)
    found: dict[tuple[float, float], Other] = {}
    for unit in [*UNITS.values(), pure]:
        gain = unit.factor / given.factor
        offset = unit.offset - given.offset * gain
        if unit.si_symbol == given.si_symbol and not (abs(gain - 1.0) < 1e-9 and abs(offset) < 1e-9):
            found.setdefault((gain, offset), Other(unit.symbol, gain, offset))
    return tuple(found.values())


def judge_outside(tag: Tag, candidates: Sequence[Other], level: LevelState, value: float) -> Finding | None:
    """For a value (SI) out of range: the unit in which it would be right."""
    span = tag.high - tag.low
    middle = median(level.values) if level.values else 0.5 * (tag.low + tag.high)
    if not level.values and max(tag.low - value, value - tag.high) < INSIDE * span:
        return None  # just over the bound, and nothing known: it may as well be true
    reach = NEAR * span if level.values else (0.5 - INSIDE) * span
    fitting = []
    for other in candidates:
        meant = other.gain * value + other.offset
        if tag.low <= meant <= tag.high and abs(meant - middle) <= reach and _of_its_size(other, meant, middle, level):
            fitting.append((abs(meant - middle), other.symbol))
    return _suspect(min(fitting)[1]) if fitting else None


def judge_inside(tag: Tag, candidates: Sequence[Other], level: LevelState, value: float) -> Finding | None:
    """For a value (SI) within range: the unit in which the last level reads just so.

    A level next to the zero of the field's scale (a furnace off blast, top pressure 0 kPa gauge) says nothing: zero
    times any factor is zero. Nor does one without any scatter: coarse signals (a pressure in whole bars) hit all.
    Offsets and small factors lie within what a plant does in a day, so they must be hit closely; large factors may
    miss by the scatter of the level.
    """
    values, least = level.values, JUMP * (tag.high - tag.low)
    if len(values) < 3 or not candidates or abs(value - values[-1]) <= least:
        return None
    middle, spread = median(values), max(values) - min(values)
    size, jump = abs(middle - tag.unit.offset), abs(value - middle)
    if size < least or spread == 0.0 or jump <= max(5.0 * spread, least):
        return None
    fitting = []
    for other in candidates:
        miss = abs(other.gain * value + other.offset - middle)
        scatter = spread if other.offset == 0.0 and not 1.0 / FACTOR < other.gain < FACTOR else 0.0
        if miss <= max(scatter, CLOSE * size):
            fitting.append((miss, other.symbol))
    return _suspect(min(fitting)[1]) if fitting else None


def remember(level: LevelState, value: float, time: float) -> LevelState:
    """The level after one more accepted value."""
    return LevelState((*level.values[1 - LEVEL_VALUES :], value), time)


def _of_its_size(other: Other, meant: float, middle: float, level: LevelState) -> bool:
    """A factor may not make something out of next to nothing: within a factor 2 of the level, where one is known."""
    if other.offset != 0.0 or not level.values:
        return True
    return abs(meant) > 0.0 and 0.5 <= abs(middle / meant) <= 2.0


def _suspect(symbol: str) -> Finding:
    return Finding(Quality.BAD, f"unit_suspect:{symbol}")
