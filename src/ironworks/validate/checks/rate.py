"""Rate: a change faster than the quantity can change. One spike is set aside; a real step is taken once it persists."""

import math

from ironworks.core.dictionary import Tag
from ironworks.core.sample import Quality
from ironworks.validate.state import Finding, RateState

PERSISTENCE = 3
"""Values in a row that must agree on a new level before a jump counts as real: no single or double spike does."""

TOO_FAST = Finding(Quality.UNCERTAIN, "too_fast")


def judge(tag: Tag, state: RateState | None, value: float, time: float) -> tuple[Finding | None, RateState | None]:
    """Judge a value (SI) that passed the other checks; `time` is its source time in s, later than the last accepted.

    The change is compared with what is possible since the last accepted value, over at least one period, so that noise
    between values in quick succession is not taken for speed. While a value is in doubt, the time that counts is
    bounded: waiting must not make a wild signal credible.
    """
    if tag.max_rate is None:
        return None, None
    longest = PERSISTENCE * tag.period if state is not None and state.agreeing else math.inf
    if state is None or _possible(tag, value - state.value, min(time - state.time, longest)):
        return None, RateState(value, time)
    agrees = state.agreeing > 0 and _possible(tag, value - state.next_value, time - state.next_time)
    count = state.agreeing + 1 if agrees else 1
    if count >= PERSISTENCE:
        return None, RateState(value, time)
    return TOO_FAST, RateState(state.value, state.time, value, time, count)


def _possible(tag: Tag, change: float, seconds: float) -> bool:
    assert tag.max_rate is not None
    return abs(change) <= tag.max_rate * max(seconds, tag.period)
