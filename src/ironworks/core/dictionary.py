"""The tag dictionary: `tags.csv` of a works, read once, with every fault named by line."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ironworks.core.errors import CallError, nearest
from ironworks.core.faults import Fault
from ironworks.core.units import UNITS, Unit


class Role(StrEnum):
    """What a tag is to the chain."""

    MEASUREMENT = "measurement"
    LABORATORY = "laboratory"  # irregular samples, known only `delay` after they were taken
    CALCULATED = "calculated"  # calculated by the plant's own level 1 or 2
    EVENT = "event"
    STATUS = "status"
    SETPOINT = "setpoint"  # the set point in force in the plant
    REMOTE_VALUE = "remote_value"  # what we write
    REMOTE_ENABLE = "remote_enable"  # whether the plant should follow what we write
    HEARTBEAT = "heartbeat"


REMOTE_ROLES = frozenset({Role.REMOTE_VALUE, Role.REMOTE_ENABLE, Role.HEARTBEAT})
"""The only roles that are ever written."""

COLUMNS = (
    *("name", "label_en", "label_zh", "unit", "low", "high", "period_s", "delay_s", "role", "group", "source"),
    *("max_rate_per_min", "frozen_after_s", "belongs_to"),
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One row of tags.csv, converted to SI.

    `low`, `high`: range within which a value is possible, SI. `period`: expected time between values, s. `delay`: from
    taking a sample to knowing it, s. `max_rate`: largest credible change per second, SI (None: not judged).
    `frozen_after`: time without any change after which the instrument counts as frozen, s (None: may stand still).
    `source`: its address (an OPC UA node id). `belongs_to`: the tag that a set point or a remote tag belongs to ("" if
    none).
    """

    name: str
    label_en: str
    label_zh: str
    unit: Unit
    low: float
    high: float
    period: float
    delay: float
    role: Role
    group: str
    source: str
    max_rate: float | None = None
    frozen_after: float | None = None
    belongs_to: str = ""


@dataclass(frozen=True, slots=True)
class TagDictionary:
    """Tags by name."""

    tags: Mapping[str, Tag]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", MappingProxyType(dict(self.tags)))

    def __getitem__(self, name: str) -> Tag:
        if name not in self.tags:
            raise CallError(f"unknown tag '{name}'", expected="a tag of tags.csv", remedy=nearest(name, self.tags))
        return self.tags[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tags

    def __iter__(self):
        return iter(self.tags.values())

    def __len__(self) -> int:
        return len(self.tags)

    def with_role(self, *roles: Role) -> tuple[Tag, ...]:
        """The tags of these roles, in the order of the file."""
        return tuple(tag for tag in self if tag.role in roles)

    def remote(self, setpoint: str, role: Role) -> Tag:
        """The remote value or remote enable tag of a set point."""
        for tag in self:
            if tag.role == role and tag.belongs_to == setpoint:
                return tag
        raise CallError(
            f"set point '{setpoint}' has no tag of role {role}",
            expected="a row with belongs_to",
            remedy="add it to tags.csv",
        )


Place = tuple[str, int]
"""File and line."""


def read_tags(text: str, file: str = "tags.csv") -> tuple[TagDictionary, list[Fault]]:
    """Every tag that can be read, and every fault of the file."""
    return read_tag_layers([(text, file)])


def read_tag_layers(files: Sequence[tuple[str, str]]) -> tuple[TagDictionary, list[Fault]]:
    """Tags of (text, file) one over the other, the uppermost first: a row stands for the row of that name below it."""
    tags: dict[str, Tag] = {}
    places: dict[str, Place] = {}
    faults: list[Fault] = []
    for text, file in reversed(files):
        rows = csv.DictReader(io.StringIO(text))
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or [])]
        if missing:
            what = f"missing columns {', '.join(missing)}"
            return TagDictionary({}), [Fault(file, 1, what, f"the columns {','.join(COLUMNS)}", "")]
        for row in rows:
            line = rows.line_num
            tag, row_faults = _read_row(row, file, line)
            faults += row_faults
            if tag is None:
                continue
            if tag.name in tags and places[tag.name][0] == file:
                what = f"tag '{tag.name}' stands twice"
                faults.append(Fault(file, line, what, "each name once", "rename or remove one"))
            tags[tag.name], places[tag.name] = tag, (file, line)
    faults += _source_faults(tags, places) + _reference_faults(tags, places)
    if not tags and not faults:
        faults.append(Fault(files[0][1], 1, "no tags", "at least one row", ""))
    return TagDictionary(tags), faults


def _source_faults(tags: Mapping[str, Tag], places: Mapping[str, Place]) -> list[Fault]:
    """Two tags must not share an address."""
    faults, sources = [], {}
    for tag in tags.values():
        if tag.source in sources:
            what = f"source '{tag.source}' already belongs to '{sources[tag.source]}'"
            faults.append(Fault(*places[tag.name], what, "one tag a source", ""))
        sources[tag.source] = tag.name
    return faults


def _read_row(row: dict[str, str | None], file: str, line: int) -> tuple[Tag | None, list[Fault]]:
    faults: list[Fault] = []
    cells = {key: (value or "").strip() for key, value in row.items() if key is not None}

    def fault(what: str, expected: str, remedy: str = "") -> None:
        faults.append(Fault(file, line, f"{cells.get('name') or 'row'}: {what}", expected, remedy))

    def number(column: str, optional: bool = False) -> float | None:
        if optional and cells[column] == "":
            return None
        try:
            value = float(cells[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            fault(f"{column} is '{cells[column]}'", "a finite number")
            return None
        return value

    if None in row:
        fault("more cells than columns", f"{len(COLUMNS)} cells", "is there a comma in a label? put it in quotes")
    for column in ("name", "label_en", "label_zh", "source"):
        if not cells[column]:
            fault(f"{column} is empty", "a text")
    if cells["name"] and not (cells["name"].isidentifier() and cells["name"] == cells["name"].lower()):
        fault("name is not a plain word", "lower-case words joined by _")
    unit, role = UNITS.get(cells["unit"]), cells["role"]
    if unit is None:
        fault(f"unknown unit '{cells['unit']}'", "a unit of ironworks.core.units", nearest(cells["unit"], UNITS))
    if role not in set(Role):
        fault(f"unknown role '{role}'", "a role", nearest(role, list(Role)))
    low, high, period, delay = number("low"), number("high"), number("period_s"), number("delay_s")
    rate, frozen = number("max_rate_per_min", True), number("frozen_after_s", True)
    if low is not None and high is not None and low >= high:
        fault(f"low {low:g} is not below high {high:g}", "low < high")
    if period is not None and period <= 0:
        fault(f"period_s is {period:g}", "a positive number")
    if delay is not None and delay < 0:
        fault(f"delay_s is {delay:g}", "0 or more")
    for column, value in (("max_rate_per_min", rate), ("frozen_after_s", frozen)):
        if value is not None and value <= 0:
            fault(f"{column} is {value:g}", "a positive number or nothing")
    if faults or unit is None or low is None or high is None or period is None or delay is None:
        return None, faults
    max_rate = None if rate is None else unit.difference_to_si(rate) / 60.0
    tag = Tag(
        cells["name"], cells["label_en"], cells["label_zh"], unit, unit.to_si(low), unit.to_si(high), period, delay,
        Role(role), cells["group"], cells["source"], max_rate, frozen, cells["belongs_to"],
    )  # fmt: skip
    return tag, faults


def _reference_faults(tags: Mapping[str, Tag], places: Mapping[str, Place]) -> list[Fault]:
    """Set points and remote tags must belong to a tag that exists."""
    faults = []
    for tag in tags.values():
        file, line = places[tag.name]
        if tag.role in (Role.SETPOINT, Role.REMOTE_VALUE, Role.REMOTE_ENABLE) and not tag.belongs_to:
            faults.append(
                Fault(file, line, f"{tag.name}: belongs_to is empty", f"the tag that this {tag.role} belongs to", "")
            )
        elif tag.belongs_to and tag.belongs_to not in tags:
            faults.append(
                Fault(
                    file,
                    line,
                    f"{tag.name}: belongs_to names unknown tag '{tag.belongs_to}'",
                    "a tag",
                    nearest(tag.belongs_to, tags),
                )
            )
        elif tag.role in (Role.REMOTE_VALUE, Role.REMOTE_ENABLE) and tags[tag.belongs_to].role != Role.SETPOINT:
            faults.append(
                Fault(
                    file,
                    line,
                    f"{tag.name}: belongs_to '{tag.belongs_to}', which is no set point",
                    "a tag of role setpoint",
                    "",
                )
            )
    return faults
