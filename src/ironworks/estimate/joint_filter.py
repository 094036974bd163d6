"""The estimator: a joint filter of hot metal samples (or of any slowly sampled tags) that learns its own parameters.

Beliefs, by name, for every target that has been seen at least three times (SI):

    <target>                  the underlying value now, without sampling noise
    <target>.level            its slow part
    <target>.heat             its mean-reverting part; level + heat = underlying
    <target>.reversion_time   s, the heat's time constant          these four are parameters: sd 0
    <target>.heat_spread      stationary standard deviation of the heat
    <target>.level_drift      standard deviation that the level gains in one second; it grows with the root of time
    <target>.sampling_noise   standard deviation of a single sample around the underlying value
    <target>.measuring_noise  that of one reading of an instrument, by how it differs from the next

so that a forecast at any horizon can be made from the estimate alone, and again from the record.
"""

import bisect
import math
import statistics
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.image import ProcessImage
from ironworks.core.sample import Sample
from ironworks.estimate.fixed_lag import FixedLagFilter, filtered
from ironworks.estimate.heat_model import Array, HeatModel, State
from ironworks.estimate.identification import default_model, identify

MOST_REMEMBERED = 6000
"""Samples kept for identification."""
FIRST_IDENTIFICATION = 60
"""Samples before the parameters are identified for the first time; until then they are defaults scaled to the
samples."""
IDENTIFICATION_INTERVAL = 7 * 86400.0
"""Time between identifications, s: parameters describe a practice, which changes over weeks."""
GROWTH = 1.5
"""While the number of samples is small, parameters are also identified whenever it has grown by this factor."""
ENOUGH_SAMPLES = 12
"""Samples of a target before its estimate counts as more than starting."""
MOST_PER_IMAGE = 24
"""Samples of one target taken from one image, the newest."""
READING_TIME, READINGS = 600.0, 4
"""So many values of one target within that time, s, are readings of an instrument. They count as one sample, their
median: what they share is the furnace, and a window of identification reaches over days and not over hours."""
IDENTIFIED_EVERY = 3
"""One in so many of these medians counts for identification: a block of them reaches over two days then, and shows how
the level drifts."""
LASTING_OF_READINGS = 0.0
"""Share of a sudden change in the readings of an instrument that is taken for one of the level: twenty minutes of a
stop, a slip or a channel say nothing of the days to come."""
QUIET_FACTOR, QUIET_AT_LEAST = 6.0, 2.0 * 3600.0
"""A target is missed after so many of its usual intervals without a sample, but not before two hours."""
SPANS, STEP_TO_SD = 72, 1.4826 / math.sqrt(2.0)
"""Spans of readings, half a day, over which their scatter is averaged; and the standard deviation of readings by the
median step from one to the next."""

_Row = tuple[float, int, float]


class JointFilter:
    """Implements core.ports.Estimator for these targets. A target may be missing altogether."""

    def __init__(self, targets: Sequence[str]) -> None:
        self._targets = tuple(targets)
        self._index = {tag: index for index, tag in enumerate(self._targets)}
        self._past: list[_Row] = []
        self._counts = [0] * len(self._targets)
        self._newest = [-math.inf] * len(self._targets)
        self._intervals = [0.0] * len(self._targets)
        self._reading_noise = [deque[float](maxlen=SPANS) for _ in self._targets]
        self._window: FixedLagFilter | None = None
        self._identified_at, self._identified_count = -math.inf, 0

    def step(self, image: ProcessImage) -> StateEstimate:
        """The estimate at the image's time."""
        new = self._take(image.arrivals, image.time)
        if new:
            self._learn(new, image.time)
        if self._window is None:
            return StateEstimate(image.time, {}, Health.STARTING, ("no usable sample of any target yet",))
        state = self._window.state_at(image.time)
        if not (np.all(np.isfinite(state.mean)) and np.all(np.isfinite(state.covariance))):
            return self._failed(image.time)
        health, reasons = self._health(image)
        return StateEstimate(image.time, self._beliefs(self._window.model, state), health, reasons)

    def _take(self, arrivals: Iterable[Sample], now: float) -> list[_Row]:
        """The usable samples of our targets, in order of source time. A source time ahead of our clock counts as
        now."""
        taken: list[_Row] = []
        index = self._index
        for sample in arrivals:
            if sample.tag in index and sample.usable and sample.value is not None:
                taken.append((min(sample.source_time, now), index[sample.tag], sample.value))
        if len(taken) < READINGS:
            return sorted(taken)
        kept = [
            self._drawn_together([row for row in taken if row[1] == one])[-MOST_PER_IMAGE:] for one in index.values()
        ]
        return sorted(row for rows in kept for row in rows)

    def _drawn_together(self, samples: list[_Row]) -> list[_Row]:
        """The samples of one target, those of an instrument drawn together; learns how its readings scatter."""
        spans: dict[int, list[_Row]] = {}
        for sample in sorted(samples):
            spans.setdefault(math.ceil(sample[0] / READING_TIME), []).append(sample)
        found: list[_Row] = []
        for span in spans.values():
            if len(span) < READINGS:
                found += span
                continue
            time, target, _ = span[-1]
            found.append((time, target, statistics.median(value for _, _, value in span)))
            steps = statistics.median(abs(later[2] - one[2]) for one, later in pairwise(span))
            self._reading_noise[target].append(steps * STEP_TO_SD)
        return found

    def _learn(self, new: list[_Row], now: float) -> None:
        for row in new:
            bisect.insort(self._past, row)
            self._counts[row[1]] += 1
            self._newest[row[1]] = max(self._newest[row[1]], row[0])
        del self._past[:-MOST_REMEMBERED]
        self._intervals = [self._interval(index) for index in range(len(self._targets))]
        if len(self._past) < FIRST_IDENTIFICATION:
            self._window = filtered(self._default(), self._past)
            return
        assert self._window is not None or len(new) >= FIRST_IDENTIFICATION
        if self._window is None:
            self._window = filtered(self._default(), self._past)
        else:
            self._window.add(new)
        if self._due(now):
            self._identify(now)

    def _due(self, now: float) -> bool:
        grown = sum(self._counts) >= GROWTH * self._identified_count
        return now - self._identified_at >= IDENTIFICATION_INTERVAL or (grown and sum(self._counts) < 1000)

    def _identify(self, now: float) -> None:
        assert self._window is not None
        rows = self._past[::-IDENTIFIED_EVERY][::-1] if self._of_instruments else self._past
        times = np.array([row[0] for row in rows])
        targets = np.array([row[1] for row in rows], dtype=np.intp)
        values = np.array([row[2] for row in rows])
        start = self._window.model if self._window.model.identified_on else self._default()
        self._window.adopt(self._suited(identify(times, targets, values, len(self._targets), start)))
        self._identified_at, self._identified_count = now, sum(self._counts)

    @property
    def _of_instruments(self) -> bool:
        """Whether all that was seen of the targets are readings of instruments."""
        return all(bool(noise) for noise, count in zip(self._reading_noise, self._counts) if count)

    def _default(self) -> HeatModel:
        return self._suited(default_model(self._values()))

    def _suited(self, model: HeatModel) -> HeatModel:
        return replace(model, lasting=LASTING_OF_READINGS) if self._of_instruments else model

    def _values(self) -> list[Array]:
        return [np.array([v for _, target, v in self._past if target == index]) for index in range(len(self._targets))]

    def _beliefs(self, model: HeatModel, state: State) -> dict[str, Belief]:
        beliefs: dict[str, Belief] = {}
        count = len(self._targets)
        for index, tag in enumerate(self._targets):
            if self._counts[index] < 3:
                continue
            level, heat = state.mean[index], state.mean[count + index]
            level_variance, heat_variance = (
                state.covariance[index, index],
                state.covariance[count + index, count + index],
            )
            both = level_variance + heat_variance + 2.0 * state.covariance[index, count + index]
            beliefs[tag] = Belief(float(level + heat), _root(both))
            beliefs[f"{tag}.level"] = Belief(float(level), _root(level_variance))
            beliefs[f"{tag}.heat"] = Belief(float(heat), _root(heat_variance))
            beliefs[f"{tag}.reversion_time"] = Belief(model.reversion_time, 0.0)
            beliefs[f"{tag}.heat_spread"] = Belief(_root(model.heat[index, index]), 0.0)
            beliefs[f"{tag}.level_drift"] = Belief(_root(model.level_rate[index, index]), 0.0)
            if self._reading_noise[index]:
                beliefs[f"{tag}.measuring_noise"] = Belief(statistics.fmean(self._reading_noise[index]), 0.0)
            beliefs[f"{tag}.sampling_noise"] = Belief(_root(model.noise[index, index] + model.tap[index, index]), 0.0)
        return beliefs

    def _health(self, image: ProcessImage) -> tuple[Health, tuple[str, ...]]:
        reasons, starting = [], True
        for index, tag in enumerate(self._targets):
            if self._counts[index] == 0:
                reasons.append(f"{tag}: {image.why_not(tag) or 'no usable sample yet'}")
                continue
            starting = starting and self._counts[index] < ENOUGH_SAMPLES
            quiet = image.time - self._newest[index]
            if quiet > max(QUIET_AT_LEAST, QUIET_FACTOR * self._intervals[index]):
                reasons.append(f"{tag}: no usable sample for {quiet / 3600.0:.1f} h")
        if starting:
            return Health.STARTING, (*reasons, f"fewer than {ENOUGH_SAMPLES} samples of every target")
        return (Health.DEGRADED if reasons else Health.GOOD), tuple(reasons)

    def _interval(self, index: int) -> float:
        """Usual time between samples of one target: the median of its last 20 intervals, s."""
        times: list[float] = []
        for time, target, _ in reversed(self._past):
            if target == index:
                times.append(time)
                if len(times) > 20:
                    break
        return float(np.median(-np.diff(times))) if len(times) > 1 else 0.0

    def _failed(self, time: float) -> StateEstimate:
        """Numerical trouble: the window is begun anew from the samples at hand, and nothing is believed meanwhile."""
        self._window = filtered(self._default(), self._past[-FIRST_IDENTIFICATION:])
        return StateEstimate(time, {}, Health.FAILED, ("the filter's numbers were not finite; it has begun anew",))


def _root(variance: float) -> float:
    return math.sqrt(max(0.0, float(variance)))
