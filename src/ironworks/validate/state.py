"""What validation remembers of a tag: small frozen states, one a check, and what a check answers."""

import math
from typing import NamedTuple

from ironworks.core.sample import Quality, Sample


class Finding(NamedTuple):
    """What a check found amiss: the best quality that the value may still have, and the reason word."""

    quality: Quality
    reason: str


class RateState(NamedTuple):
    """Last accepted value and, after a jump, the new value that waits for confirmation (`agreeing`: values so far)."""

    value: float
    time: float
    next_value: float = 0.0
    next_time: float = 0.0
    agreeing: int = 0


class FrozenState(NamedTuple):
    """The value, since when it has stood without a gap, and when it was last seen (source times, s)."""

    value: float
    since: float
    seen: float


class LevelState(NamedTuple):
    """The last accepted values, oldest first, and the source time of the newest: where the tag has been lately."""

    values: tuple[float, ...] = ()
    time: float = -math.inf


class TagState(NamedTuple):
    """All that is remembered of one tag.

    `newest` is the judged sample that the image shows; `newest_time` the newest credible source time; `identities` tell
    duplicates; `duplicates` counts those dropped.
    """

    newest: Sample | None = None
    newest_time: float = -math.inf
    identities: tuple[tuple[float, float | None, int], ...] = ()
    rate: RateState | None = None
    frozen: FrozenState | None = None
    level: LevelState = LevelState()
    duplicates: int = 0
