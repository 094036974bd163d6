"""A mapping file: which columns of a plant's data file are which of our tags, in which unit, known when.

[source]
time_column = "assay_time"      column with the time of each row
time_zone = "UTC"               zone of times without one (IANA name)
cycle_s = 600                   how often forecasts are made
laboratory_delay_s = 1800       from taking a sample to knowing it; a tag's own delay_s goes before
process_lag_s = 0               from a row's time to knowing its process values
record_period_s = 3600          optional: process values are the record of the clock hour (or other period) in which the
                                row's time falls, so they are known at its end, plus the lag

[tags.hot_metal_silicon]
column = "SI"
unit = "%"
role = "laboratory"             or "measurement"
low = 0.0                       possible range, in that unit
high = 3.0
period_s = 1500                 expected time between values
missing_values = [0.0]          optional: numbers that stand for "not measured"
frozen_after_s = 14400          optional: time without change after which the instrument counts as frozen
hits = [0.03, 0.05, 0.1]        optional: bands of the hit rates, in that unit
input = false                   optional: not to be used by the learned model
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
from ironworks.core.located_toml import LocatedToml
from ironworks.core.units import UNITS

ROLES = (Role.LABORATORY.value, Role.MEASUREMENT.value)
SOURCE_KEYS = {"time_column", "time_zone", "cycle_s", "laboratory_delay_s", "process_lag_s", "record_period_s"}
TAG_KEYS = {
    "column", "unit", "role", "low", "high", "period_s", "delay_s", "missing_values", "frozen_after_s", "hits", "input",
}  # fmt: skip
DEFAULT_LABORATORY_DELAY = 1800.0
"""s; what the sampling, the way to the laboratory and the analysis take together (plants report 20-60 min)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its tag (ranges in SI, `source` the column's name), and how to read it."""

    tag: Tag
    missing_values: tuple[float, ...]
    hits: tuple[float, ...]
    is_input: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping without faults. Times in s."""

    file: Path
    time_column: str
    time_zone: str
    cycle: float
    record_period: float
    columns: dict[str, Column]

    @property
    def tags(self) -> TagDictionary:
        """The columns as a tag dictionary."""
        return TagDictionary({name: column.tag for name, column in self.columns.items()})

    def column(self, target: str) -> Column:
        """The column of a tag; ConfigurationError with the nearest name if the mapping has none."""
        if target not in self.columns:
            raise ConfigurationError(
                f"the mapping has no tag '{target}'",
                str(self.file),
                "a tag of the mapping",
                nearest(target, self.columns),
            )
        return self.columns[target]


def read_mapping(file: Path) -> Mapping:
    """The mapping, or a ConfigurationError that shows all its faults with their lines."""
    if not file.is_file():
        raise ConfigurationError("no such mapping", str(file), "a TOML file", "see works/furnace_a/mapping.toml")
    faults: list[Fault] = []
    toml = LocatedToml.read(file, faults)
    refuse(faults)
    source = toml.table("source")
    faults += _strangers(toml, ("source",), source, SOURCE_KEYS)
    delay, lag, period = (
        toml.number(("source",), key, faults, above=0.0) if key in source else default
        for key, default in (
            ("laboratory_delay_s", DEFAULT_LABORATORY_DELAY), ("process_lag_s", 0.0), ("record_period_s", 0.0)
        )
    )  # fmt: skip
    cycle = toml.number(("source",), "cycle_s", faults, above=1.0)
    time_column, zone = toml.text(("source",), "time_column", faults), toml.text(("source",), "time_zone", faults)
    if zone and zone not in available_timezones() | {"UTC"}:
        faults.append(
            toml.fault(
                ("source",),
                "time_zone",
                f"unknown time zone '{zone}'",
                "an IANA name",
                nearest(zone, available_timezones()),
            )
        )
    columns: dict[str, Column] = {}
    for name in toml.table("tags"):
        column = _column(toml, name, {"laboratory": delay, "measurement": lag}, faults)
        if column is not None:
            columns[name] = column
    if not toml.table("tags"):
        faults.append(Fault(str(file), 1, "no tags", "at least one table [tags.NAME]", ""))
    refuse(faults)
    return Mapping(file, time_column, zone, cycle, period, columns)


def _strangers(toml: LocatedToml, path: tuple[str, ...], table: dict[str, Any], known: set[str]) -> list[Fault]:
    """Keys that mean nothing here: usually a slip of the pen, which must not pass in silence."""
    return [
        toml.fault(path, key, f"unknown key '{key}'", "a key of a mapping", nearest(key, known))
        for key in table
        if key not in known
    ]


def _column(toml: LocatedToml, name: str, delays: dict[str, float], faults: list[Fault]) -> Column | None:
    path, before = ("tags", name), len(faults)
    table = toml.table(*path)
    faults += _strangers(toml, path, table, TAG_KEYS)
    if not (name.isidentifier() and name == name.lower()):
        faults.append(toml.fault(path, "", f"name '{name}' is not a plain word", "lower-case words joined by _", ""))
    column, symbol, role = (toml.text(path, key, faults) for key in ("column", "unit", "role"))
    low, high = toml.number(path, "low", faults), toml.number(path, "high", faults)
    period = toml.number(path, "period_s", faults, above=1.0)
    frozen = toml.number(path, "frozen_after_s", faults, above=1.0) if "frozen_after_s" in table else None
    delay = toml.number(path, "delay_s", faults, above=0.0) if "delay_s" in table else delays.get(role, 0.0)
    missing, hits = (_numbers(toml, path, key, faults) for key in ("missing_values", "hits"))
    if symbol and symbol not in UNITS:
        faults.append(
            toml.fault(
                path, "unit", f"unknown unit '{symbol}'", "a unit of ironworks.core.units", nearest(symbol, UNITS)
            )
        )
    if role and role not in ROLES:
        faults.append(toml.fault(path, "role", f"unknown role '{role}'", " or ".join(ROLES), nearest(role, ROLES)))
    if low >= high and len(faults) == before:
        faults.append(toml.fault(path, "low", f"low {low:g} is not below high {high:g}", "low < high", ""))
    if not isinstance(table.get("input", True), bool):
        faults.append(toml.fault(path, "input", f"input is {table['input']!r}", "true or false", ""))
    if len(faults) > before:
        return None
    unit = UNITS[symbol]
    tag = Tag(
        name, column, column, unit, unit.to_si(low), unit.to_si(high), period, delay, Role(role), "", column, None,
        frozen
    )  # fmt: skip
    return Column(tag, missing, hits, table.get("input", True))


def _numbers(toml: LocatedToml, path: tuple[str, ...], key: str, faults: list[Fault]) -> tuple[float, ...]:
    values = toml.table(*path).get(key, [])
    if not isinstance(values, list) or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        faults.append(toml.fault(path, key, f"{key} is {values!r}", "a list of numbers", "for instance [0.05, 0.1]"))
        return ()
    return tuple(float(value) for value in values)
