"""A memory of the last half day: two cascades of leaky integrators behind every quantity, a quick and a slow one.

    tap 0 = deviation of the present value from the slow mean
    d(tap k)/dt = (tap k-1 - tap k) / stage,   k = 1 ... n,   for each of CASCADES = (n, stage)

Tap k sees the past through a gamma density with mean k stage, so that the taps together tell what moved from when it
moved: a coal step of now, of this shift and of the last are different to look at. Source: de Vries and Principe, The
gamma model - a new neural model for temporal processing, Neural Networks 5 (1992) 565-576.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ironworks.core.estimate import StateEstimate
from ironworks.core.image import ProcessImage
from ironworks.predict.features import recent_means
from ironworks.predict.sequence.quantities import Quantity

Array = NDArray[np.float64]

CASCADES = ((3, 0.5 * 3600.0), (6, 1.5 * 3600.0))
"""The quick one resolves a cast, the slow one reaches back some 9 h in the mean and 15 h at the edge: a burden's
descent and the furnace's heat."""
TAPS = 1 + sum(count for count, _ in CASCADES)
SLOW = 36.0 * 3600.0
"""Time constant of the slow mean, s: the practice of the last days."""
QUIET = 600.0
LONGEST_STEP = 6.0 * 3600.0
MOST = 6.0
"""Deviations are held within so many steps: a defect of an instrument cannot run away with a forecast."""


class GammaMemory:
    """The memory of Q quantities. One that is missing stays where it was; one never seen reads zero."""

    def __init__(self, quantities: Sequence[Quantity]) -> None:
        count = len(quantities)
        self._quantities = tuple(quantities)
        self._tags = frozenset(tag for one in quantities for tag in one.looks_at)
        self._step = np.array([one.step for one in quantities])
        self._relative = np.array([one.relative for one in quantities], dtype=bool)
        self._slow, self._seen, self._age = np.zeros(count), np.zeros(count, dtype=bool), np.zeros(count)
        self._taps = np.zeros((TAPS, count))
        self._time = -math.inf

    def step(self, image: ProcessImage, estimate: StateEstimate) -> None:
        """Take what the image and the estimate say."""
        known = recent_means(image, self._tags)
        read = [one.read(known, estimate) for one in self._quantities]
        values = np.array([math.nan if value is None else value for value in read])
        span = min(LONGEST_STEP, image.time - self._time) if math.isfinite(self._time) else 0.0
        self._time = image.time
        present = np.isfinite(values)
        new = present & ~self._seen
        self._slow[new] = values[new]
        self._seen |= present
        self._age += np.where(present, span, 0.0)
        # while little has been seen the slow mean is the plain one
        follow = span / np.maximum(np.minimum(self._age, SLOW), max(span, QUIET))
        self._slow += np.where(present, np.minimum(follow, 1.0) * (np.where(present, values, 0.0) - self._slow), 0.0)
        unit = np.where(self._relative, np.maximum(np.abs(self._slow), 1e-12), 1.0) * self._step
        deviation = (np.where(present, values, self._slow) - self._slow) / unit
        self._taps[0] = np.where(present, np.clip(deviation, -MOST, MOST), self._taps[0])
        self._cascade(span)

    def _cascade(self, span: float) -> None:
        """Short Euler steps: a cycle is short beside a stage."""
        if span <= 0.0:
            return
        start = 1
        for count, stage in CASCADES:
            parts = max(1, math.ceil(span / (0.34 * stage)))
            share = span / parts / stage
            for _ in range(parts):
                before = np.vstack([self._taps[:1], self._taps[start : start + count - 1]])
                self._taps[start : start + count] += share * (before - self._taps[start : start + count])
            start += count

    @property
    def seen(self) -> float:
        """The share of the quantities that have ever been seen."""
        return float(np.mean(self._seen))

    def features(self) -> Array:
        """(TAPS, Q), in the quantities' own steps."""
        return self._taps.copy()
