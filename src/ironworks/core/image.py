"""The frozen process image of one cycle: what was known, at that moment, and no later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ironworks.core.sample import Quality, Sample


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest value of a tag as the image holds it: the judged sample, and its age by our own clock.

    `age` is the image's time less the source time, in s. Missing stays missing: `value` is None and `reason` says why.
    """

    sample: Sample
    age: float

    @property
    def value(self) -> float | None:
        """The value in SI, whatever its quality; None when missing."""
        return self.sample.value

    @property
    def quality(self) -> Quality:
        """Quality after validation."""
        return self.sample.quality

    @property
    def reason(self) -> str:
        """Why the quality is not GOOD."""
        return self.sample.reason

    @property
    def usable(self) -> bool:
        """Whether the value may be calculated with."""
        return self.sample.usable


@dataclass(frozen=True, slots=True)
class ProcessImage:
    """What one cycle sees.

    `readings`: the newest reading of every tag of the works that ever arrived (a tag that never did is absent).
    `arrivals`: every validated sample that arrived since the last image, in order of arrival: what filters step on.
    """

    time: float
    readings: Mapping[str, Reading]
    arrivals: tuple[Sample, ...] = ()
    faults: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "readings", MappingProxyType(dict(self.readings)))

    def usable(self, tag: str) -> float | None:
        """The value of a tag if it is good and fresh, else None."""
        reading = self.readings.get(tag)
        return reading.value if reading is not None and reading.usable else None

    def why_not(self, tag: str) -> str:
        """Why `usable(tag)` is None; an empty string when it is not."""
        reading = self.readings.get(tag)
        if reading is None:
            return "never_arrived"
        return "" if reading.usable else (reading.reason or "not_good")
