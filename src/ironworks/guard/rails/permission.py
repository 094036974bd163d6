"""Whether anything may be written at all: mode, plant protection, link; and a hold is never written."""

from ironworks.core.decision import GuardAction
from ironworks.core.mode import Mode
from ironworks.guard.question import PLANT_ALARM, Question, refused

KIND = "permission"
HOLD = "hold"
"""First word of the reason of a hold: nothing to write, and no error."""
LINK_FAULT = "link"
"""First word of an image's faults when the link to the plant is down (`link_down`)."""


def permission(question: Question) -> tuple[GuardAction, ...]:
    """Refuse a hold, a mode below AUTO, an acting or unknown plant protection, and a link that is down.

    A move that is refused for its mode alone has this one action, so that the page can show it as advice.
    """
    move = question.move
    if move is None:
        return (refused(KIND, f"{HOLD}: {question.proposal.reason}"),)
    reasons = [
        *([f"mode {question.mode.name}: only AUTO is written"] if question.mode != Mode.AUTO else []),
        *_protection(question),
        *(["the link to the plant is down"] if link_down(question.image.faults) else []),
    ]
    return tuple(refused(KIND, reason, move.value) for reason in reasons)


def link_down(faults: tuple[str, ...]) -> bool:
    """Whether the faults of an image say that the link is down."""
    return any(fault.startswith(LINK_FAULT) for fault in faults)


def _protection(question: Question) -> list[str]:
    if PLANT_ALARM not in question.works.tags:
        return []
    alarm = question.image.usable(PLANT_ALARM)
    if alarm is None:
        return [f"{PLANT_ALARM} is not known: {question.image.why_not(PLANT_ALARM)}"]
    return ["the plant's own protection is acting"] if alarm != 0.0 else []
