"""The hand-shake with a remote controller: remote values, enables, one heart-beat.

A set point follows its remote value only while its enable is 1, the heart-beat has changed within the last three
periods (plus an allowance) and the plant's protection is quiet. When one of these ends, the enables are dropped, must
be set anew, and the shift operator goes on from the set point then in force: no bump.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ironworks.core.dictionary import REMOTE_ROLES, Role, TagDictionary
from ironworks.core.errors import CallError, nearest
from ironworks.plant.settings import Settings

LARGEST_COUNT = 4294967295.0  # OPC UA UInt32


@dataclass(frozen=True, slots=True)
class RemoteState:
    """By set point: remote `value` (SI), `enable` and `active`; the heart-beat's count and when it last changed."""

    value: Mapping[str, float]
    enable: Mapping[str, bool]
    active: Mapping[str, bool]
    count: float
    beat_at: float
    enabled_at: float


class Remote:
    """The plant's side of the hand-shake."""

    def __init__(self, settings: Settings, tags: TagDictionary) -> None:
        self.setpoints = tuple(tag.belongs_to for tag in tags.with_role(Role.REMOTE_VALUE))
        self._tags = {tag.name: tag for tag in tags if tag.role in REMOTE_ROLES}
        self._range = {s: (settings[f"remote.{s}.low"], settings[f"remote.{s}.high"]) for s in self.setpoints}
        self._step = {s: settings[f"remote.{s}.max_step"] for s in self.setpoints}
        self._units = {s: tags[s].unit for s in self.setpoints}
        periods = settings["remote.missed_periods"] * settings["remote.heartbeat_period"]
        self.watchdog = periods + settings["remote.allowance"]

    def start(self, in_force: Mapping[str, float]) -> RemoteState:
        """Nothing enabled; the remote values are the set points in force. No heart-beat was ever seen."""
        off = dict.fromkeys(self.setpoints, False)
        values = {setpoint: in_force[setpoint] for setpoint in self.setpoints}
        return RemoteState(values, off, off, 0.0, -math.inf, -math.inf)

    def write(
        self, state: RemoteState, tag: str, value: float, in_force: Mapping[str, float], time: float
    ) -> RemoteState:
        """Take one write, or refuse it with a CallError that says why; a refused write changes nothing."""
        if tag not in self._tags:
            remedy = nearest(tag, self._tags)
            raise CallError(
                f"'{tag}' cannot be written", "the plant", "a remote value, enable or the heart-beat", remedy
            )
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise CallError(f"'{tag}' cannot be {value!r}", "the plant", "a finite number")
        role, setpoint = self._tags[tag].role, self._tags[tag].belongs_to
        if role == Role.HEARTBEAT:
            return self._beat(state, float(value), time)
        if role == Role.REMOTE_ENABLE:
            return self._enable(state, setpoint, float(value), in_force, time)
        self._check_range(setpoint, value)
        if state.enable[setpoint]:
            self._check_step(setpoint, value, in_force[setpoint])
        return replace(state, value={**state.value, setpoint: float(value)})

    def alive(self, state: RemoteState, time: float) -> bool:
        """Whether the heart-beat has changed within the watchdog's time."""
        return time - state.beat_at <= self.watchdog

    def follow(self, state: RemoteState, time: float, alarm: bool) -> RemoteState:
        """What is remote at `time`: active where enabled and alive; an alarm or a dead heart-beat drops the enables."""
        waited = time - max(state.beat_at, state.enabled_at) > self.watchdog
        if any(state.enable.values()) and (alarm or waited):
            off = dict.fromkeys(self.setpoints, False)
            return replace(state, enable=off, active=off)
        alive = self.alive(state, time)
        active = {s: state.enable[s] and alive and not alarm for s in self.setpoints}
        return state if active == state.active else replace(state, active=active)

    def _beat(self, state: RemoteState, value: float, time: float) -> RemoteState:
        if value != int(value) or not 0.0 <= value <= LARGEST_COUNT:
            raise CallError(
                f"the heart-beat cannot be {value!r}", "the plant", f"a whole number 0 .. {LARGEST_COUNT:.0f}"
            )
        return state if value == state.count else replace(state, count=value, beat_at=time)

    def _enable(
        self, state: RemoteState, setpoint: str, value: float, in_force: Mapping[str, float], time: float
    ) -> RemoteState:
        if value not in (0.0, 1.0):
            raise CallError(f"the remote enable of '{setpoint}' cannot be {value!r}", "the plant", "0 or 1")
        on = value == 1.0
        if on and not state.enable[setpoint]:
            self._check_step(setpoint, state.value[setpoint], in_force[setpoint])
        active = {**state.active, setpoint: state.active[setpoint] and on}
        enabled_at = time if on and not state.enable[setpoint] else state.enabled_at
        return replace(state, enable={**state.enable, setpoint: on}, active=active, enabled_at=enabled_at)

    def _check_range(self, setpoint: str, value: float) -> None:
        low, high = self._range[setpoint]
        if not low <= value <= high:
            unit = self._units[setpoint]
            shown = [f"{unit.from_si(number):g}" for number in (value, low, high)]
            raise CallError(
                f"remote value {shown[0]} {unit.symbol} of '{setpoint}' refused", "the plant",
                f"{shown[1]} .. {shown[2]} {unit.symbol}", "stay in the plant's own range",
            )  # fmt: skip

    def _check_step(self, setpoint: str, value: float, in_force: float) -> None:
        if abs(value - in_force) > self._step[setpoint] * (1.0 + 1e-9):
            unit = self._units[setpoint]
            shown = [f"{unit.from_si(number):g}" for number in (value, in_force, self._step[setpoint])]
            raise CallError(
                f"remote value {shown[0]} {unit.symbol} of '{setpoint}' refused", "the plant",
                f"at most {shown[2]} from the {shown[1]} {unit.symbol} in force", "move in smaller steps",
            )  # fmt: skip


def to_tree(state: RemoteState) -> dict[str, Any]:
    """The state as a tree for `snapshot.pack`."""
    return asdict(state)


def from_tree(tree: dict[str, Any]) -> RemoteState:
    """The state from such a tree."""
    return RemoteState(**tree)
