"""Named scenarios: things that happen to a works, as pure functions of the time since they began.

A scenario says what is different, never what the furnace does about it. Its numbers stand in `scenarios.toml` with unit
and source. The same scenarios, of random size and length, are everyday events: [event] in `disturbances.toml`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError, ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
from ironworks.core.located_toml import LocatedToml
from ironworks.core.units import unit
from ironworks.plant.furnace.inputs import SHAPES, FurnaceInputs

Value = float | NDArray[np.float64]
FILE = Path(__file__).with_name("scenarios.toml")
MINUTE, HOUR = 60.0, 3600.0
SECTORS = 8  # of the coal injection
ORDERS = ("order.blast_share", "order.extra_coke", "order.ore_share")
SINGLE = (*ORDERS, "coal.trip", "tap.late")
FAMILIES = ("furnace", "disturbance", "instrument", "order", "coal", "tap")


@dataclass(frozen=True, slots=True)
class Effect:
    """What is different now, by target: sums of all that is added, products of all factors. SI."""

    add: Mapping[str, Value] = field(default_factory=dict)
    factor: Mapping[str, Value] = field(default_factory=dict)

    def added(self, target: str) -> Value:
        """What is added to a target; 0 when nothing is."""
        return self.add.get(target, 0.0)

    def multiplied(self, target: str) -> Value:
        """What a target is multiplied by; 1 when by nothing."""
        return self.factor.get(target, 1.0)

    def on(self, target: str, value: Any) -> Any:
        """The value of a target with the effect."""
        if target not in self.add and target not in self.factor:
            return value
        return value * self.multiplied(target) + self.added(target)

    def __or__(self, other: "Effect") -> "Effect":
        """Both together."""
        if not other:
            return self
        if not self:
            return other
        add, factor = dict(self.add), dict(self.factor)
        for target, value in other.add.items():
            add[target] = add[target] + value if target in add else value
        for target, value in other.factor.items():
            factor[target] = factor[target] * value if target in factor else value
        return Effect(add, factor)

    def __bool__(self) -> bool:
        return bool(self.add or self.factor)


NONE = Effect()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a scenario changes. `begins`, `ends`, ramps and `decay` in s after the scenario's start."""

    target: str
    how: str
    value: Value
    begins: float
    ends: float
    rise: float
    fall: float
    decay: float
    source: str

    def weight(self, time: float, stretch: float) -> float:
        """How much of the change acts at `time` after the start, 0-1; `stretch` lengthens all times."""
        since, left = time / stretch - self.begins, self.ends - time / stretch
        if since < 0.0 or left <= 0.0:
            return 0.0
        up = min(since / self.rise, 1.0) if self.rise > 0.0 else 1.0
        down = min(left / self.fall, 1.0) if self.fall > 0.0 else 1.0
        return min(up, down) * math.exp(-since / self.decay)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A thing that happens: texts in both languages, how often it is met (`when`), and its changes."""

    name: str
    english: str
    chinese: str
    when: str
    changes: tuple[Change, ...]

    @property
    def duration(self) -> float:
        """Time after which nothing acts any more, s."""
        return max(change.ends for change in self.changes)

    @property
    def source(self) -> str:
        """Where its sizes come from."""
        return "; ".join(dict.fromkeys(change.source for change in self.changes))

    def effect(self, time: float, size: float = 1.0, stretch: float = 1.0) -> Effect:
        """What it changes `time` s after its start. size: scales every departure; stretch: every time."""
        effect = NONE
        for change in self.changes:
            weight = size * change.weight(time, stretch)
            if weight == 0.0:
                continue
            if change.how == "add":
                effect |= Effect({change.target: change.value * weight}, {})
            else:
                effect |= Effect({}, {change.target: np.maximum(1.0 + (change.value - 1.0) * weight, 0.0)})
        return effect


def scenario(name: str) -> Scenario:
    """The scenario of that name; CallError with the nearest name for any other."""
    if name not in SCENARIOS:
        raise CallError(f"no scenario '{name}'", expected=", ".join(SCENARIOS), remedy=nearest(name, SCENARIOS))
    return SCENARIOS[name]


def read_scenarios(file: Path) -> Mapping[str, Scenario]:
    """All scenarios of a file, or a ConfigurationError with all its faults."""
    faults: list[Fault] = []
    toml = LocatedToml.read(file, faults)
    refuse(faults)
    found, wrong = {}, []
    for name, table in toml.content.items():
        try:
            found[name] = _scenario(name, table)
        except (KeyError, TypeError, ValueError) as fault:
            wrong.append(f"[{name}] {fault}")
    if wrong:
        raise ConfigurationError("; ".join(wrong), str(file), "texts and [[NAME.change]] tables", "see the file's head")
    return MappingProxyType(found)


def _scenario(name: str, table: Mapping[str, Any]) -> Scenario:
    changes = tuple(_change(entry) for entry in table["change"])
    return Scenario(name, table["english"], table["chinese"], table["when"], changes)


def _change(entry: Mapping[str, Any]) -> Change:
    target, how = entry["target"], entry["how"]
    if how not in ("add", "factor"):
        raise ValueError(f"{target}: how is '{how}', expected 'add' or 'factor'")
    symbol = unit(entry["unit"], target)
    raw = entry["value"]
    value = np.array([symbol.to_si(x) for x in raw]) if isinstance(raw, list) else symbol.to_si(raw)
    if np.shape(value) != _shape(target):
        raise ValueError(f"{target} has the shape {np.shape(value)}, expected {_shape(target)}")
    begins, ends = (MINUTE * x for x in entry["minutes"])
    if not 0.0 <= begins < ends:
        raise ValueError(f"{target}: minutes {entry['minutes']} do not rise from 0 on")
    decay = HOUR * entry["decay"] if "decay" in entry else math.inf
    return Change(
        target, how, value, begins, ends, MINUTE * entry.get("rise", 0.0), MINUTE * entry.get("fall", 0.0), decay,
        entry["source"],
    )  # fmt: skip


def _shape(target: str) -> tuple[int, ...]:
    """Shape of a target's value; ValueError for a target that nothing listens to."""
    family, _, name = target.partition(".")
    if family == "furnace" and name in FurnaceInputs._fields:
        return (SHAPES[name],) if name in SHAPES else ()
    if target == "coal.lances_plugged":
        return (SECTORS,)
    if target in SINGLE or (family in ("disturbance", "instrument") and name):
        return ()
    raise ValueError(f"nothing listens to '{target}', expected one of {', '.join(FAMILIES)} with a known name")


SCENARIOS: Mapping[str, Scenario] = read_scenarios(FILE)
"""All scenarios by name."""
