"""The question that every rail answers, and the words of its answer."""

from dataclasses import dataclass

from ironworks.core.decision import GuardAction, GuardEffect, Move, Proposal, Receipt
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode
from ironworks.core.works import SetpointLimits, Works
from ironworks.guard.rules import GuardRules

ROUNDING = 1e-9
"""Share of a limit by which a value may pass it: rounding of unit conversions, not tolerance (design value)."""


PLANT_ALARM = "plant_alarm"
"""Tag: 1 while the plant's own protection acts."""


@dataclass(frozen=True, slots=True)
class Question:
    """May this proposal be written? `resolution`: shortest plant time, s, that the clock's world can tell apart."""

    proposal: Proposal
    image: ProcessImage
    mode: Mode
    recent: tuple[Receipt, ...]
    works: Works
    rules: GuardRules
    resolution: float = 1.0

    @property
    def move(self) -> Move | None:
        """The move, if it is one. A rail that judges values or inputs has nothing to say to a hold."""
        return self.proposal if isinstance(self.proposal, Move) else None

    @property
    def limits(self) -> SetpointLimits | None:
        """Limits of the set point; None when the works has none."""
        return self.works.limits.get(self.proposal.setpoint)

    @property
    def critical(self) -> tuple[str, ...]:
        """The tags without which the set point is not written.

        Those of modes.toml, its own read-back, and the plant's protection where the works has that tag.
        """
        rule = self.works.modes.get(self.proposal.setpoint)
        named = rule.critical if rule is not None else ()
        protection = (PLANT_ALARM,) if PLANT_ALARM in self.works.tags else ()
        return tuple(dict.fromkeys((*named, self.proposal.setpoint, *protection)))

    def shown(self, value: float) -> str:
        """An SI value of the set point in its field unit."""
        if self.proposal.setpoint not in self.works.tags:
            return f"{value:g}"
        unit = self.works.tags[self.proposal.setpoint].unit
        return f"{unit.from_si(value):.4g} {unit.symbol}"

    def shown_difference(self, value: float) -> str:
        """An SI difference of the set point in its field unit; the set point must be a tag (limits are of tags
        only).
        """
        unit = self.works.tags[self.proposal.setpoint].unit
        return f"{unit.difference_from_si(value):.4g} {unit.symbol}"


def refused(kind: str, reason: str, before: float | None = None) -> GuardAction:
    """A refusal."""
    return GuardAction(kind, GuardEffect.REFUSED, reason, before, None)


def tightened(kind: str, reason: str, before: float, after: float) -> GuardAction:
    """A tightening."""
    return GuardAction(kind, GuardEffect.TIGHTENED, reason, before, after)


def towards(current: float, value: float, low: float, high: float) -> float:
    """The value nearest to the proposed one, on the way from `current`, that lies in low .. high or nearer to it.

    From inside, the way ends at the bound. From outside, every point of the way in is nearer than `current`, and the
    way ends at the far bound; a way further out ends at `current`, as does every way when the range is empty.
    """
    if low > high or value == current:
        return current
    if value > current:
        return max(current, min(value, high))
    return min(current, max(value, low))
