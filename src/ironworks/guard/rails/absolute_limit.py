"""Absolute limits of limits.toml."""

from ironworks.core.decision import GuardAction
from ironworks.guard.question import ROUNDING, Question, refused, tightened, towards

KIND = "absolute_limit"


def absolute_limit(question: Question) -> tuple[GuardAction, ...]:
    """Clip towards the current value. A current value outside the limits may only move inwards."""
    move, limits = question.move, question.limits
    if move is None:
        return ()
    if limits is None:
        return (refused(KIND, f"no limits are known of {move.setpoint}", move.value),)
    slack = ROUNDING * (limits.high - limits.low)
    low, high = limits.low - slack, limits.high + slack
    if low <= move.value <= high:
        return ()
    span = f"{question.shown(limits.low)} .. {question.shown(limits.high)}"
    allowed = towards(move.current, move.value, limits.low, limits.high)
    if allowed == move.current:
        return (refused(KIND, f"{question.shown(move.value)} is outside {span}", move.value),)
    if allowed == move.value:
        return ()
    return (tightened(KIND, f"{question.shown(move.value)} is outside {span}", move.value, allowed),)
