"""Bands from past errors: what a model has missed by is the best measure of what it will miss by.

For one model and one question the errors of past forecasts, in units of the standard deviation that the model
itself gave, are kept; their quantiles, times the present standard deviation, make the band. Each side of the 90 %
band also follows its own hits: after a miss it aims a little farther out, after a hit a very little nearer (adaptive
conformal inference, Gibbs & Candès 2021), so that the coverage holds when the furnace changes. Until there are
enough errors the band is the model's own.
"""

import bisect
import math
from collections import deque

from scipy.special import ndtri

from ironworks.core.forecast import LEVELS, Scored
from ironworks.predict.points import Point

FEWEST_ERRORS = 40
"""Errors before the band rests on them."""
FEWEST_SPANS = 4.0
"""Horizons over which the errors must spread before the band rests on them: those of one horizon err together."""
MOST_ERRORS = 600
"""Errors kept: two to four weeks of hot metal samples."""
LEARNING_RATE = 0.004
"""Step of the adaptive tail level per judged forecast; 600 forecasts can move a tail by no more than a few percent."""
TAIL_RANGE = (0.005, 0.15)
WILD = 2.0
"""An error counts as no farther out than so many times the band."""
MEAN_SPACING = 1800.0
"""Means of overlapping windows err alike: only one forecast in half an hour is counted, s."""


class ConformalBand:
    """The band of one model for one question."""

    def __init__(self, scored: Scored, horizon: float) -> None:
        self._spacing = MEAN_SPACING if scored == Scored.MEAN else 0.0
        self._ordered: list[float] = []
        self._recent: deque[float] = deque()
        self._tails = [LEVELS[0], 1.0 - LEVELS[-1]]
        self._first, self._last = math.inf, -math.inf
        self._fewest_span = FEWEST_SPANS * horizon
        self._offsets = _risen([float(ndtri(level)) for level in LEVELS])

    @property
    def errors(self) -> int:
        """How many past errors the band rests on; 0 while it is the model's own."""
        enough = len(self._recent) >= FEWEST_ERRORS and self._last - self._first >= self._fewest_span
        return len(self._recent) if enough else 0

    def learn(self, made_at: float, point: Point, truth: float) -> None:
        """One past forecast with what was measured."""
        if made_at - self._last < self._spacing:
            return
        self._first, self._last = min(self._first, made_at), made_at
        error = self._drawn_in((truth - point.mean) / point.sd)
        if self.errors:
            low, high = self._quantile(self._tails[0]), self._quantile(1.0 - self._tails[1])
            for side, missed, target in ((0, error < low, LEVELS[0]), (1, error > high, 1.0 - LEVELS[-1])):
                moved = self._tails[side] + LEARNING_RATE * (target - float(missed))
                self._tails[side] = min(max(moved, TAIL_RANGE[0]), TAIL_RANGE[1])
        self._recent.append(error)
        bisect.insort(self._ordered, error)
        if len(self._recent) > MOST_ERRORS:
            del self._ordered[bisect.bisect_left(self._ordered, self._recent.popleft())]
        if self.errors:
            levels = (self._tails[0], LEVELS[1], 0.5, LEVELS[3], 1.0 - self._tails[1])
            self._offsets = _risen([self._quantile(level) for level in levels])

    def quantiles(self, point: Point) -> tuple[float, ...]:
        """Quantiles at core.forecast.LEVELS; the middle one is the point itself, and they rise."""
        mean, sd = point.mean, point.sd
        return tuple([mean + sd * offset for offset in self._offsets])

    def _drawn_in(self, error: float) -> float:
        """An error counts as no farther out than twice the band, so that a wild measurement does not widen it much."""
        low = WILD * min(self._offsets[0], -1.0)
        high = WILD * max(self._offsets[-1], 1.0)
        return min(max(error, low), high)

    def _quantile(self, level: float) -> float:
        """The quantile of the kept errors with the correction for a finite number (a new error counts among them)."""
        count = len(self._ordered)
        position = min(max(level * (count + 1) - 1.0, 0.0), count - 1.0)
        lower = math.floor(position)
        upper = min(lower + 1, count - 1)
        share = position - lower
        return self._ordered[lower] * (1.0 - share) + self._ordered[upper] * share


def _risen(offsets: list[float]) -> tuple[float, ...]:
    """Offsets from the point that rise, with none for the point itself: a biased model keeps its point in its band."""
    below, above = [min(0.0, offset) for offset in offsets[:2]], [max(0.0, offset) for offset in offsets[3:]]
    return (min(below), below[1], 0.0, above[0], max(above))
