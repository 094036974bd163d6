"""The mode ladder, per setpoint. Falling is always allowed and automatic; climbing needs a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ironworks.core.errors import CallError, nearest


class Mode(IntEnum):
    """OFF: not calculated. SHADOW: calculated and recorded. ADVISORY: shown to the operator. AUTO: written."""

    OFF = 0
    SHADOW = 1
    ADVISORY = 2
    AUTO = 3


@dataclass(frozen=True, slots=True)
class ModeChange:
    """One step on the ladder: who (a person, or the name of the rule that let it fall), when, why."""

    setpoint: str
    old: Mode
    new: Mode
    time: float
    by: str
    reason: str


@dataclass(slots=True)
class ModeLadder:
    """The modes in force. `changes` holds every step since it was made, for the record to take."""

    modes: dict[str, Mode]
    ceilings: Mapping[str, Mode] = field(default_factory=dict)
    changes: list[ModeChange] = field(default_factory=list)

    def __getitem__(self, setpoint: str) -> Mode:
        return self.modes[setpoint]

    def lower(self, setpoint: str, to: Mode, time: float, by: str, reason: str) -> None:
        """Fall to `to` if the mode stands higher; needs nobody's permission."""
        self._known(setpoint)
        if self.modes[setpoint] > to:
            self._change(setpoint, to, time, by, reason)

    def climb(self, setpoint: str, to: Mode, time: float, person: str, reason: str) -> None:
        """Rise to `to`: a named person with a reason, and not above the ceiling of the works' modes.toml."""
        self._known(setpoint)
        if not person.strip() or not reason.strip():
            raise CallError(
                f"mode of '{setpoint}' cannot rise to {to.name}",
                expected="the name of a person and a reason",
                remedy="give both",
            )
        ceiling = self.ceilings.get(setpoint, Mode.AUTO)
        if to > ceiling:
            raise CallError(
                f"mode of '{setpoint}' cannot rise to {to.name}",
                expected=f"at most {ceiling.name}",
                remedy="the ceiling stands in modes.toml of the works",
            )
        if self.modes[setpoint] != to:
            self._change(setpoint, to, time, person, reason)

    def restart(self, time: float) -> None:
        """After a restart nothing stands above ADVISORY."""
        for setpoint in self.modes:
            self.lower(setpoint, Mode.ADVISORY, time, "restart", "restarted")

    def _known(self, setpoint: str) -> None:
        if setpoint not in self.modes:
            raise CallError(f"no mode for setpoint '{setpoint}'", remedy=nearest(setpoint, self.modes))

    def _change(self, setpoint: str, to: Mode, time: float, by: str, reason: str) -> None:
        self.changes.append(ModeChange(setpoint, self.modes[setpoint], to, time, by, reason))
        self.modes[setpoint] = to
