"""What a works is, once read: limits, targets, modes, tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ironworks.core.dictionary import TagDictionary
from ironworks.core.mode import Mode


@dataclass(frozen=True, slots=True)
class SetpointLimits:
    """Limits of one set point, SI: range, largest step of a move and within an hour, least time between moves in s.

    `floor_tag`: the tag below whose value the plant cannot follow, if there is one: blast moisture cannot fall below
    the humidity of the day, because steam only adds.
    """

    low: float
    high: float
    max_step: float
    max_rate_per_h: float
    min_interval: float
    source: str
    owner: str
    floor_tag: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a quantity should be and the range in which it is good, SI; `hits`: errors of a forecast that count as hits,
    in the field's unit."""

    value: float
    low: float
    high: float
    source: str
    owner: str
    hits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ModeRule:
    """Mode of a set point at the very first start, its ceiling, and the tags without which it falls to ADVISORY."""

    first_start: Mode
    ceiling: Mode
    critical: tuple[str, ...]
    signed_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Works:
    """A works, read. `time_zone` is the IANA name of the zone that its people live by; times are shown in it."""

    folder: Path
    name: str
    title_en: str
    title_zh: str
    kind: str
    endpoint: str
    cycle: float
    tags: TagDictionary
    limits: Mapping[str, SetpointLimits]
    targets: Mapping[str, Target]
    modes: Mapping[str, ModeRule]
    time_zone: str = "UTC"

    @property
    def simulated(self) -> bool:
        """Whether this works is a simulation of ours."""
        return self.kind == "simulated"
