"""What a model says before its band is calibrated: a mean and a standard deviation for one question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ironworks.core.forecast import Scored
from ironworks.predict.watch import View


class Question(NamedTuple):
    """What is asked: which target, how far ahead (s), and scored against what."""

    target: str
    horizon: float
    scored: Scored


@dataclass(frozen=True, slots=True)
class Point:
    """Mean and standard deviation (both SI) of what will be measured. `drivers`: what moves the mean away from the
    target's level, by name, SI, as far as the model can say; `doubts`: what it has not learned; `informed`: the share
    of what the model goes by that this works has."""

    mean: float
    sd: float
    drivers: Mapping[str, float] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    informed: float = 1.0


class PointModel(Protocol):
    """A model without its band. Sees every view once, in order of time; answers what it can."""

    @property
    def name(self) -> str:
        """The model's name in tables."""
        ...

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers at the view's time; a question that cannot be answered yet is absent."""
        ...
