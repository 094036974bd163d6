"""What all models share: the samples that have arrived, and which past forecasts can now be judged by them.

Only what images showed goes in, so nothing later can come out.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Scored
from ironworks.core.image import ProcessImage

KEPT = 4 * 86400.0
"""Samples are kept this long at least, s, and longer where a horizon asks for it."""
LONGEST_WAIT = 6 * 3600.0
"""A mean is judged at the latest this long after its window, s: a laboratory that takes longer is not waited for."""
LONGEST_STEP = 1800.0
"""A sample judges the last forecast before it only if that was made this near to the sample's time less the
horizon, s."""
READING_INTERVAL, JUDGED_SPACING = 300.0, 1200.0
"""A target whose samples usually come closer than the first, s, is read by an instrument. Neighbouring readings say the
same: one in the second judges, so that errors are counted over weeks and not over hours."""


class SampleHistory:
    """The usable samples of one target by source time, SI."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.values: list[float] = []
        self.delays: list[float] = []
        self._interval: float | None = None  # known until a sample comes or goes

    def add(self, time: float, value: float, delay: float) -> None:
        """A sample in its place by source time; `delay` is how long after it arrived."""
        index = bisect.bisect_right(self.times, time)
        self.times.insert(index, time)
        self.values.insert(index, value)
        self.delays.insert(index, delay)
        self._interval = None

    def between(self, after: float, until: float) -> list[float]:
        """Values with after < source time <= until."""
        return self.within(after, until)[1]

    def within(self, after: float, until: float) -> tuple[list[float], list[float]]:
        """Times and values with after < source time <= until."""
        inside = slice(bisect.bisect_right(self.times, after), bisect.bisect_right(self.times, until))
        return self.times[inside], self.values[inside]

    def interval(self) -> float:
        """Usual time between samples, s: the median of the last 20 intervals; NaN with fewer than 3 samples."""
        if self._interval is None:
            steps = sorted(b - a for a, b in pairwise(self.times[-21:]))
            self._interval = steps[len(steps) // 2] if len(steps) >= 2 else math.nan
        return self._interval

    @property
    def of_instrument(self) -> bool:
        """Whether an instrument reads it, rather than a hand taking samples."""
        return self.interval() < READING_INTERVAL

    def longest_delay(self) -> float:
        """The longest delay of the last 50 samples, at most LONGEST_WAIT, s."""
        return min(LONGEST_WAIT, max(self.delays[-50:], default=0.0))

    def forget(self, before: float) -> None:
        """Drop samples taken before that time."""
        count = bisect.bisect_left(self.times, before)
        if count:
            del self.times[:count], self.values[:count], self.delays[:count]
            self._interval = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A past forecast that can now be judged: made when, of what, and what was measured (SI)."""

    target: str
    horizon: float
    scored: Scored
    made_at: float
    truth: float


@dataclass(frozen=True, slots=True)
class View:
    """One cycle as the models see it."""

    image: ProcessImage
    estimate: StateEstimate
    histories: dict[str, SampleHistory]
    settled: tuple[Settled, ...]

    @property
    def time(self) -> float:
        """The image's time."""
        return self.image.time


@dataclass(slots=True)
class Watch:
    """Turns images into views; the same images give the same views, to the last bit."""

    targets: Sequence[str]
    horizons: Sequence[float]
    _histories: dict[str, SampleHistory] = field(init=False)
    _cycles: list[float] = field(init=False, default_factory=list)
    _unjudged: dict[tuple[str, float], int] = field(init=False, default_factory=dict)
    _judged_by: dict[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._histories = {target: SampleHistory() for target in self.targets}

    def look(self, image: ProcessImage, estimate: StateEstimate) -> View:
        """The view of this image."""
        settled: list[Settled] = []
        for sample in image.arrivals:
            history = self._histories.get(sample.tag)
            if history is not None and sample.usable and sample.value is not None:
                time = min(sample.source_time, image.time)
                history.add(time, sample.value, image.time - time)
                settled += self._by_sample(sample.tag, time, sample.value)
        settled += self._by_mean(image.time)
        self._cycles.append(image.time)
        self._forget(image.time)
        return View(image, estimate, self._histories, tuple(settled))

    def _by_sample(self, target: str, time: float, value: float) -> list[Settled]:
        """The forecast of each horizon that this sample judges: the last one made at or before its time less the
        horizon."""
        near = abs(time - self._judged_by.get(target, -math.inf)) < JUDGED_SPACING
        if near and self._histories[target].of_instrument:
            return []
        self._judged_by[target] = time
        found = []
        for horizon in self.horizons:
            index = bisect.bisect_right(self._cycles, time - horizon) - 1
            if index >= 0 and time - horizon - self._cycles[index] <= LONGEST_STEP:
                found.append(Settled(target, horizon, Scored.SAMPLE, self._cycles[index], value))
        return found

    def _by_mean(self, now: float) -> list[Settled]:
        """Forecasts of means whose window has passed and whose samples must have arrived."""
        found = []
        for target, history in self._histories.items():
            wait = history.longest_delay()
            for horizon in self.horizons:
                index = self._unjudged.get((target, horizon), 0)
                while index < len(self._cycles) and self._cycles[index] + horizon + wait <= now:
                    made_at = self._cycles[index]
                    inside = history.between(made_at, made_at + horizon)
                    if inside:
                        found.append(Settled(target, horizon, Scored.MEAN, made_at, math.fsum(inside) / len(inside)))
                    index += 1
                self._unjudged[target, horizon] = index
        return found

    def _forget(self, now: float) -> None:
        before = now - KEPT - 2.0 * max(self.horizons)
        count = bisect.bisect_left(self._cycles, before)
        if count >= 100:
            del self._cycles[:count]
            for key, index in self._unjudged.items():
                self._unjudged[key] = max(0, index - count)
            for history in self._histories.values():
                history.forget(before)
