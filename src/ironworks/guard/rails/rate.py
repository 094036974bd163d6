"""How far and how often a set point may be moved: max_step, max_rate_per_h and min_interval of limits.toml."""

from ironworks.core.decision import GuardAction, Move, Receipt, WriteStatus
from ironworks.core.works import SetpointLimits
from ironworks.guard.question import ROUNDING, Question, refused, tightened, towards

KIND = "rate"
HOUR = 3600.0


def rate(question: Question) -> tuple[GuardAction, ...]:
    """Clip towards the current value by the largest step and by what the last hour leaves; refuse if it is too soon.

    A write counts unless the plant refused it: one that was not confirmed may have arrived. A write in the future of
    the image (a clock that jumped back) counts as just made. Writing the value in force is no move.
    """
    move, limits = question.move, question.limits
    if move is None or limits is None or move.value == move.current:
        return ()
    written = [
        receipt
        for receipt in question.recent
        if receipt.command.setpoint == move.setpoint and receipt.status != WriteStatus.REFUSED_BY_PLANT
    ]
    return (
        *_interval(question, move, limits, written),
        *_step(question, move, limits),
        *_hour(question, move, limits, written),
    )


def _interval(
    question: Question, move: Move, limits: SetpointLimits, written: list[Receipt]
) -> tuple[GuardAction, ...]:
    times = [receipt.written_at for receipt in written if receipt.command.value != receipt.command.verdict.move.current]
    if not times or question.image.time - max(times) >= limits.min_interval:
        return ()
    ago = (question.image.time - max(times)) / 60.0
    reason = f"moved {ago:.0f} min ago; at least {limits.min_interval / 60.0:g} min between moves"
    return (refused(KIND, reason, move.value),)


def _step(question: Question, move: Move, limits: SetpointLimits) -> tuple[GuardAction, ...]:
    reach = limits.max_step
    if abs(move.value - move.current) <= reach * (1.0 + ROUNDING):
        return ()
    reason = (
        f"a move of {question.shown_difference(move.value - move.current)}; at most {question.shown_difference(reach)}"
    )
    return _clipped(reason, move, move.current - reach, move.current + reach)


def _hour(question: Question, move: Move, limits: SetpointLimits, written: list[Receipt]) -> tuple[GuardAction, ...]:
    values = [move.current]
    for receipt in written:
        if receipt.written_at > question.image.time - HOUR:
            values += [receipt.command.value, receipt.command.verdict.move.current]
    low, high = max(values) - limits.max_rate_per_h, min(values) + limits.max_rate_per_h
    slack = ROUNDING * limits.max_rate_per_h
    if low - slack <= move.value <= high + slack:
        return ()
    reason = f"more than {question.shown_difference(limits.max_rate_per_h)} within an hour"
    return _clipped(reason, move, low, high)


def _clipped(reason: str, move: Move, low: float, high: float) -> tuple[GuardAction, ...]:
    allowed = towards(move.current, move.value, low, high)
    if allowed == move.value:
        return ()
    if allowed == move.current:
        return (refused(KIND, reason, move.value),)
    return (tightened(KIND, reason, move.value, allowed),)
