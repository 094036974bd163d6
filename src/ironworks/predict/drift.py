"""Drift watch: whether a forecast still errs as it says it does, and whether the inputs lie where they used to.

Errors are judged in units of the band's own standard deviation, and of forecasts whose horizons do not overlap, so that
one is nearly independent of the next. Two signs:

    one-sided errors   tabular CUSUM, S = max(0, S + z - 1/2), a sign from S > 5 (Page 1954; Montgomery, Introduction to
                       Statistical Quality Control: of sound errors one false sign in 465, of a shift by one standard
                       deviation a sign after 10)
    a band too narrow  15 or more of the last 60 outside of the 90 % band: chance does that in 7 of 10,000 windows

The inputs: the mean of half a day against the half days of two weeks, by their median and median deviation, so that a
shift stays told until half of the two weeks are new. It tells a furnace that is run in another way, or an instrument
that reads otherwise; both ask for a look before the model is believed.
"""

import math
from collections import deque
from collections.abc import Iterable
from statistics import median

from ironworks.core.image import ProcessImage

SLACK, LIMIT = 0.5, 5.0
MOST_ERROR = 3.0
"""A wild measurement counts as so many standard deviations."""
JUDGED, MOST_MISSES = 60, 14
BLOCK, BLOCKS, FEWEST_BLOCKS = 43200.0, 28, 14
"""Length of a mean of an input, s; so many are remembered, and watched by from so many on."""
SHIFT = 6.0
"""Standard deviations off the two weeks' median that count as a shift; of sound half days one in many thousand."""
DEVIATION = 1.4826
"""Standard deviations in a median deviation, of normal values."""
LEAST_SPREAD = 0.005
"""Of the mean's size: an input that stands still has at least this spread (choice: half of a usual move)."""
ERRS_LOW, ERRS_HIGH, NARROW, SHIFTED = "errs_low", "errs_high", "band_too_narrow", "shifted:"


class ErrorWatch:
    """The errors of one model at one question."""

    def __init__(self, horizon: float) -> None:
        self._horizon, self._last = horizon, -math.inf
        self._above = self._below = 0.0
        self._missed: deque[bool] = deque(maxlen=JUDGED)

    def learn(self, made_at: float, truth: float, median: float, low: float, high: float, sd: float) -> None:
        """A judged forecast: its median, the ends of its 90 % band and the band's standard deviation (SI)."""
        if made_at - self._last < self._horizon or not sd > 0.0:
            return
        self._last = made_at
        error = min(max((truth - median) / sd, -MOST_ERROR), MOST_ERROR)
        self._above = min(max(0.0, self._above + error - SLACK), 2.0 * LIMIT)
        self._below = min(max(0.0, self._below - error - SLACK), 2.0 * LIMIT)
        self._missed.append(not low <= truth <= high)

    @property
    def signs(self) -> tuple[str, ...]:
        """`errs_low` where what is measured lies above the forecasts, `errs_high` where below; `band_too_narrow`."""
        found = {
            ERRS_LOW: self._above > LIMIT, ERRS_HIGH: self._below > LIMIT, NARROW: sum(self._missed) > MOST_MISSES,
        }  # fmt: skip
        return tuple(name for name, told in found.items() if told)


class InputWatch:
    """The process inputs of a works."""

    def __init__(self, tags: Iterable[str]) -> None:
        self._inputs = {tag: _Input() for tag in tags}

    def step(self, image: ProcessImage) -> None:
        """Note the usable values of a cycle."""
        for tag, one in self._inputs.items():
            value = image.usable(tag)
            if value is not None:
                one.add(image.time, value)

    @property
    def signs(self) -> tuple[str, ...]:
        """`shifted:<tag>` for every input whose day lies far from its two weeks."""
        return tuple(SHIFTED + tag for tag, one in self._inputs.items() if one.shifted)


class _Input:
    """Half-day means of one tag."""

    def __init__(self) -> None:
        self._means: deque[float] = deque(maxlen=BLOCKS)
        self._block, self._sum, self._count = -1, 0.0, 0
        self.shifted = False

    def add(self, time: float, value: float) -> None:
        block = math.floor(time / BLOCK)
        if block != self._block and self._count:
            self._end(self._sum / self._count)
            self._sum, self._count = 0.0, 0
        self._block = block
        self._sum += value
        self._count += 1

    def _end(self, mean: float) -> None:
        if len(self._means) >= FEWEST_BLOCKS:
            middle = median(self._means)
            spread = DEVIATION * median(abs(one - middle) for one in self._means)
            self.shifted = abs(mean - middle) > SHIFT * max(spread, LEAST_SPREAD * abs(middle))
        self._means.append(mean)
