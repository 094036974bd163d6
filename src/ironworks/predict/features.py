"""What the learned model looks at: the filter's state, lagged samples, and how process values have moved.

All of it dimensionless: samples in units of the target's own spread, process values in units of their own.
Process values pass through exponential means of 1, 4 and 12 h, each against the mean of 48 h, so that a
slow change of practice is no feature but a recent move is. A value that is missing holds the means where they were.
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from ironworks.core.image import ProcessImage
from ironworks.predict.watch import SampleHistory, View

Array = NDArray[np.float64]

FAST = np.array([1.0, 4.0, 12.0]) * 3600.0
"""Time constants of the exponential means, s: within the hour, the furnace's heat, a burden's descent."""
SLOW = 48.0 * 3600.0
MOST_DEVIATIONS = 5.0
"""Features are held within this many deviations, so that a defect of an instrument cannot run away with a forecast."""
LONGEST_STEP = 6.0 * 3600.0
RECENT = 900.0
"""A reading that comes later than this after it was taken, s, is no part of the mean of now."""


def recent_means(image: ProcessImage, tags: Collection[str]) -> dict[str, float]:
    """The usable ones of these tags, SI: each the mean of what was read since the last image, for one reading of an
    instrument errs more than ten; where nothing new came, the newest value."""
    known = {tag: value for tag in tags if (value := image.usable(tag)) is not None}
    read: dict[str, list[float]] = {}
    for sample in image.arrivals:
        fresh = sample.usable and sample.source_time > image.time - RECENT
        if sample.value is not None and fresh and sample.tag in known:
            read.setdefault(sample.tag, []).append(sample.value)
    return known | {tag: math.fsum(values) / len(values) for tag, values in read.items()}


class ProcessMeans:
    """Exponential means of process values, stepped once a cycle. Holds `len(inputs)` columns."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self._inputs = tuple(inputs)
        self._fast = np.zeros((len(FAST), len(inputs)))
        self._slow, self._variance = np.zeros(len(inputs)), np.zeros(len(inputs))
        self._seen, self._time = np.zeros(len(inputs), dtype=bool), -math.inf

    def step(self, image: ProcessImage) -> None:
        """Take the image's usable values."""
        if not self._inputs:
            return
        known = recent_means(image, self._inputs)
        values = np.array([known.get(tag, math.nan) for tag in self._inputs])
        present = np.isfinite(values)
        span = min(LONGEST_STEP, image.time - self._time) if math.isfinite(self._time) else 0.0
        self._time = image.time
        new = present & ~self._seen
        self._fast[:, new], self._slow[new] = values[new], values[new]
        self._seen |= present
        held = np.where(present, values, self._slow)
        follow = np.where(present, 1.0 - np.exp(-span / FAST)[:, None], 0.0)
        self._fast += follow * (held - self._fast)
        slowly = np.where(present, 1.0 - math.exp(-span / SLOW), 0.0)
        step = held - self._slow
        limit = MOST_DEVIATIONS * np.sqrt(self._variance)
        step = np.where((limit > 0.0) & self._seen, np.clip(step, -limit * 2.0, limit * 2.0), step)
        self._variance = (1.0 - slowly) * (self._variance + slowly * step * step)
        self._slow += slowly * step

    def features(self) -> Array:
        """Deviations of the fast means from the slow one, (3 len(inputs),); 0 where nothing has been seen."""
        spread = np.sqrt(self._variance)
        sound = self._seen & (spread > 1e-9 * np.abs(self._slow) + 1e-300)
        deviation = np.where(sound, (self._fast - self._slow) / np.where(sound, spread, 1.0), 0.0)
        return np.clip(deviation, -MOST_DEVIATIONS, MOST_DEVIATIONS).ravel()


def target_features(view: View, target: str) -> Array:
    """The state of the filter and the lagged samples of one target, (9,); zeros where the estimate has no belief."""
    beliefs, history = view.estimate.beliefs, view.histories[target]
    if f"{target}.reversion_time" not in beliefs or not history.times:
        return np.zeros(9)
    level, heat = beliefs[f"{target}.level"].mean, beliefs[f"{target}.heat"].mean
    unit = math.hypot(beliefs[f"{target}.heat_spread"].mean, beliefs[f"{target}.sampling_noise"].mean)
    last = history.values[-3:]
    since = [_mean_since(history, view.time, hours, level) - level for hours in (4.0, 12.0, 24.0, 72.0)]
    raw = [
        heat, beliefs[target].sd, last[-1] - level - heat, math.fsum(last) / len(last) - level, *since,
        unit * math.log1p((view.time - history.times[-1]) / 3600.0),
    ]  # fmt: skip
    return np.clip(np.array(raw) / unit, -MOST_DEVIATIONS, MOST_DEVIATIONS)


def _mean_since(history: SampleHistory, now: float, hours: float, otherwise: float) -> float:
    inside = history.between(now - hours * 3600.0, now)
    return math.fsum(inside) / len(inside) if inside else otherwise
