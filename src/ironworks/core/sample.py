"""A measured value as it travels: value, quality, and two times."""

import math
from dataclasses import dataclass, replace
from enum import IntEnum


class Quality(IntEnum):
    """How far a value may be trusted, in the sense of OPC UA's severity: higher is better."""

    BAD = 0
    UNCERTAIN = 1
    GOOD = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one tag, in SI.

    `source_time` is when the instrument or the laboratory's sampler took it, `arrival_time` when we could first know
    it: it may be used only from then on. `value` is None when there is none, and then the quality is BAD; a value
    that is not finite cannot be held. `reason` says why the quality is not GOOD: words joined by ';'.
    """

    tag: str
    value: float | None
    quality: Quality
    source_time: float
    arrival_time: float
    reason: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            object.__setattr__(self, "value", None)
            object.__setattr__(self, "reason", join_reasons(self.reason, "not_finite"))
        if self.value is None:
            object.__setattr__(self, "quality", Quality.BAD)

    @property
    def usable(self) -> bool:
        """A value of good quality."""
        return self.value is not None and self.quality == Quality.GOOD

    def judged(self, quality: Quality, reason: str) -> "Sample":
        """The same value with its quality lowered to at most `quality`, for that reason; quality never rises."""
        return replace(self, quality=min(self.quality, quality), reason=join_reasons(self.reason, reason))


def join_reasons(*reasons: str) -> str:
    """Reasons joined by ';', each once, in the order of their first appearance."""
    words = [word for reason in reasons for word in reason.split(";") if word]
    return ";".join(dict.fromkeys(words))
