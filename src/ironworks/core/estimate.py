"""What we believe of the furnace now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Health(StrEnum):
    """Whether an estimate may be relied on."""

    GOOD = "good"
    DEGRADED = "degraded"  # it runs on fewer measurements than it would like; `reasons` says which
    STARTING = "starting"  # too little has been seen yet
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Belief:
    """Mean and standard deviation of one quantity, SI."""

    mean: float
    sd: float


INSIDE_LACKS, INSIDE_HOLDS = "no estimate of the inside without ", "the inside goes by the last "
"""Reasons of the estimate of the inside begin so; behind them stand names of tags, joined by a comma."""
INSIDE_LOST = "the estimate of the inside was lost, it begins anew"


def ahead(target: str, seconds: float) -> str:
    """The name of the belief in what `target` will be in so many seconds if the inputs stay as they are."""
    return f"{target}.ahead.{seconds:.0f}"


@dataclass(frozen=True, slots=True)
class StateEstimate:
    """Beliefs by name (a tag's name for the underlying value of that tag) at a time, with health and reasons."""

    time: float
    beliefs: Mapping[str, Belief]
    health: Health
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "beliefs", MappingProxyType(dict(self.beliefs)))
