"""Frozen: a value that comes again and again without any change, longer than its instrument ever stands still."""

from ironworks.core.dictionary import Tag
from ironworks.core.sample import Quality
from ironworks.validate.state import Finding, FrozenState

FROZEN = Finding(Quality.UNCERTAIN, "frozen")


def judge(
    tag: Tag, state: FrozenState | None, value: float, time: float, longest_gap: float
) -> tuple[Finding | None, FrozenState | None]:
    """Judge a value (SI) with its source time in s.

    Only values that keep coming are evidence: after a gap of more than `longest_gap` seconds the count begins anew.
    """
    if tag.frozen_after is None:
        return None, None
    if state is None or value != state.value or time - state.seen > longest_gap:
        return None, FrozenState(value, time, time)
    finding = FROZEN if time - state.since > tag.frozen_after else None
    return finding, FrozenState(value, state.since, max(time, state.seen))
