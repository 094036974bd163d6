"""Casts as the truth shows them: from the opening of a tap hole until iron stops running."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST_MINUTES = 20.0
"""A cast shorter than this is a hole that was closed again at once, and no tap."""


@dataclass(slots=True)
class Cast:
    """One cast: begin and end (plant s), and the mean truth by target (T,), SI, over the minutes in which it ran; NaN
    where it never did."""

    number: float
    begin: float
    end: float
    total: Array
    minutes: Array

    @property
    def middle(self) -> float:
        """Plant s."""
        return 0.5 * (self.begin + self.end)

    @property
    def truth(self) -> Array:
        """Mean truth by target."""
        return np.where(self.minutes > 0.0, self.total / np.maximum(self.minutes, 1.0), math.nan)


@dataclass(slots=True)
class CastBook:
    """Follows the casts minute by minute. `ended`: those over and not yet taken."""

    ended: list[Cast] = field(default_factory=list)
    _now: Cast | None = None

    def look(self, time: float, truth: Array, flows: NDArray[np.bool_], number: float, iron: bool) -> None:
        """A minute: truth and flows (T,) as the plant gives them, the casts begun so far, whether iron runs."""
        if self._now is not None and (not iron or number != self._now.number):
            if self._now.end - self._now.begin >= FEWEST_MINUTES * 60.0:
                self.ended.append(self._now)
            self._now = None
        if not iron:
            return
        if self._now is None:
            self._now = Cast(number, time, time, np.zeros(len(truth)), np.zeros(len(truth)))
        self._now.end = time
        self._now.total = self._now.total + np.where(flows, truth, 0.0)
        self._now.minutes = self._now.minutes + flows

    def take(self, before: float) -> list[Cast]:
        """The casts that ended before that time, once each."""
        taken = [cast for cast in self.ended if cast.end < before]
        self.ended = [cast for cast in self.ended if cast.end >= before]
        return taken
