"""Critical tags must be good, and the move must start where the plant stands."""

import math

from ironworks.core.decision import GuardAction, Move
from ironworks.core.sample import Quality
from ironworks.guard.question import ROUNDING, Question, refused

KIND = "quality"


def quality(question: Question) -> tuple[GuardAction, ...]:
    """Refuse when a critical tag has no value, is not GOOD or lies outside its tag's range, or the read-back differs.

    A tag that never arrived is for the freshness rail to say.
    """
    move = question.move
    if move is None:
        return ()
    reasons = [reason for tag in question.critical if (reason := not_good(question, tag))]
    reasons += [reason for reason in (_elsewhere(question, move),) if reason]
    return tuple(refused(KIND, reason, move.value) for reason in reasons)


def not_good(question: Question, tag: str) -> str:
    """Why a tag's reading is not good; an empty string when it is, or when there is none."""
    reading = question.image.readings.get(tag)
    if reading is None:
        return ""
    if reading.value is None:
        return f"{tag} has no value ({reading.reason or 'missing'})"
    if reading.quality != Quality.GOOD:
        return f"{tag} is {reading.quality.name.lower()} ({reading.reason or 'no reason given'})"
    if tag in question.works.tags:
        known = question.works.tags[tag]
        if not known.low <= reading.value <= known.high:
            return f"{tag} is {known.unit.from_si(reading.value):.4g} {known.unit.symbol}, outside its range"
    return ""


def _elsewhere(question: Question, move: Move) -> str:
    """Guards tighten from where the plant stands: a move that starts elsewhere cannot be judged."""
    read_back = question.image.usable(move.setpoint)
    if read_back is None or math.isclose(read_back, move.current, rel_tol=ROUNDING, abs_tol=1e-12):
        return ""
    return f"the move starts at {question.shown(move.current)}, the plant reads {question.shown(read_back)}"
