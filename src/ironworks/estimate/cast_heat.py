"""The heat of the iron, from dips and from the pyrometers over the runners, with the cast taken out of them.

What is measured in a runner is not yet the furnace. A cold runner takes heat from the first iron of a cast, the tap
holes of a hearth are not equally warm for days, and a pyrometer reads off by what its glass and the slag let it. So

    measured = heat + hole - cooling (cold - usual cold) + pyrometer + error,    cold = exp(-time in cast / RUNNER_TIME)

with heat the temperature of the hearth's iron as the usual dip shows it, which tends towards what drips into it:

    d heat / dt = (dripping - heat) / HEARTH_TIME,    dripping = level + an Ornstein-Uhlenbeck process

One Kalman filter follows all of it. Beliefs, by name (K):

    casts.heat               of the hearth's iron now, as the usual dip shows it
    casts.dripping           of what drips into it
    casts.level              slow part
    casts.runner_cooling     by which the first iron of a cast is colder
    casts.hole.<k>           by which the iron of tap hole k differs, of holes that have run
    hot_metal_temperature.measuring_noise     standard deviation of a dip about the iron that runs; it has none itself

A works without states of its tap holes has its dips filtered as they are. Runner: FURNACE_MODEL's field practice, 25 K
and 25 min; spreads and times are design values.
"""

import math
from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.image import ProcessImage

Array = NDArray[np.float64]

TEMPERATURE = "hot_metal_temperature"
HOLES = 4
OPEN = tuple(f"tap_hole_{hole}_open" for hole in range(1, HOLES + 1))
RUNNERS = tuple(f"runner_temperature_{hole}" for hole in range(1, HOLES + 1))
CAST_TIME = "cast_time"

RUNNER_TIME = 1500.0  # s
HEARTH_TIME = 1.3 * 3600.0  # s
DRIP_TIME, DRIP_SPREAD = 5.0 * 3600.0, 14.0  # s, K
LEVEL_DRIFT = 8.0  # K in a day
HOLE_TIME, HOLE_SPREAD = 24.0 * 3600.0, 6.0  # s, K
PYROMETER_TIME, PYROMETER_SPREAD = 72.0 * 3600.0, 8.0  # s, K
USUAL, USUAL_SPREAD = 1773.15, 40.0  # K
COOLING, COOLING_SPREAD = 18.0, 8.0  # K
USUAL_COLD, COLD_MEMORY = 0.3, 100.0  # 1; dips
DIP, PYROMETER = "dip", "pyrometer"
NOISE = {DIP: 5.0, PYROMETER: 4.0}  # K, of a dip and of a cycle's mean, until they are known better
LEAST_NOISE, NOISE_MEMORY = 2.0, 60.0  # K; readings
GATE = 3.0  # standard deviations: what lies beyond counts less
LATEST = 2.0 * 3600.0  # s: an older dip is no news
LONGEST_GAP = 86400.0  # s without an image, after which the filter begins anew
OPENED_WITHIN, REOPENED = 60.0, 600.0  # s: to which the time in the cast is known; no cast is as short
FEWEST = 3  # readings before anything is believed

LEVEL, DRIPPING, HEAT, COOLED = range(4)
STATES = 4 + 2 * HOLES


class Corrected(NamedTuple):
    """One reading without runner, hole and pyrometer: what it says of the hearth. kind: of NOISE."""

    time: float
    kind: str
    value: float


class _Measured(NamedTuple):
    """time: source; hole: index, and cold; None where they are not known."""

    time: float
    kind: str
    value: float
    hole: int | None
    cold: float | None


class CastHeat:
    """Implements core.ports.Estimator. `corrected`: this cycle's readings, for whoever steps after it."""

    def __init__(self) -> None:
        self.corrected: tuple[Corrected, ...] = ()
        self._time = -math.inf
        self._begin()

    def _begin(self) -> None:
        self._mean, self._covariance = _start()
        self._variance = {kind: noise**2 for kind, noise in NOISE.items()}
        self._opened: deque[tuple[float, int]] = deque(maxlen=4 * HOLES)  # since when which hole runs
        self._running: set[int] = set()
        self._seen = 0
        self._usual_cold = USUAL_COLD
        self._holes: set[int] = set()

    def step(self, image: ProcessImage) -> StateEstimate:
        """The estimate at the image's time."""
        span = max(image.time - self._time, 0.0)
        if LONGEST_GAP < span < math.inf or not np.all(np.isfinite(self._covariance)):
            self._begin()
        elif span < math.inf:
            self._predict(span)
        self._time = image.time
        self._look_at_holes(image)
        self.corrected = tuple(self._take(one) for one in self._measured(image))
        if self._seen < FEWEST:
            return StateEstimate(image.time, {}, Health.STARTING, ())
        return StateEstimate(image.time, self._beliefs(), Health.GOOD, ())

    def _look_at_holes(self, image: ProcessImage) -> None:
        """Note the holes that have been opened; the time in the cast says when, to the minute, and that a hole was
        closed and opened again between two images."""
        running = {hole for hole, tag in enumerate(OPEN) if (image.usable(tag) or 0.0) > 0.5}
        ran = image.usable(CAST_TIME)
        for hole in running:
            anew = hole not in self._running or (ran is not None and image.time - ran > self._opened[-1][0] + REOPENED)
            if anew:
                self._opened.append((image.time - (ran or 0.0), hole))
        self._running = running

    def _measured(self, image: ProcessImage) -> Iterable[_Measured]:
        """Dips one by one, pyrometers as the mean of the cycle."""
        by_runner: dict[int, list[tuple[float, float]]] = {}
        for sample in image.arrivals:
            if not sample.usable or sample.value is None:
                continue
            time = min(sample.source_time, image.time)
            if sample.tag == TEMPERATURE and image.time - time < LATEST:
                hole = self._hole_at(time)
                yield _Measured(time, DIP, sample.value, hole, self._cold(time))
            elif sample.tag in RUNNERS:
                by_runner.setdefault(RUNNERS.index(sample.tag), []).append((time, sample.value))
        for hole, readings in by_runner.items():
            colds = [cold for time, _ in readings if (cold := self._cold(time)) is not None]
            cold = float(np.mean(colds)) if colds else None
            time, value = np.mean(readings, axis=0).tolist()
            yield _Measured(time, PYROMETER, value, hole, cold)

    def _hole_at(self, time: float) -> int | None:
        return next((hole for since, hole in reversed(self._opened) if since <= time + OPENED_WITHIN), None)

    def _cold(self, time: float) -> float | None:
        since = next((since for since, _ in reversed(self._opened) if since <= time + OPENED_WITHIN), None)
        return None if since is None else math.exp(-max(time - since, 0.0) / RUNNER_TIME)

    def _predict(self, seconds: float) -> None:
        move, spread = _transition(round(seconds))
        self._mean = move @ self._mean
        self._covariance = move @ self._covariance @ move.T + spread

    def _take(self, one: _Measured) -> Corrected:
        """Correct the state by one reading; it counts less the more it surprises."""
        row = np.zeros(STATES)
        row[HEAT] = 1.0
        if one.cold is not None:
            if one.kind == DIP:
                self._usual_cold += (one.cold - self._usual_cold) / COLD_MEMORY
            row[COOLED] = self._usual_cold - one.cold
        if one.hole is not None:
            self._holes.add(one.hole)
            row[4 + one.hole] = 1.0
            row[4 + HOLES + one.hole] = float(one.kind == PYROMETER)
        late = DRIP_SPREAD * (self._time - one.time) / HEARTH_TIME
        off, known = one.value - float(row @ self._mean), self._covariance @ row
        variance = float(row @ known) + late**2
        noise = self._learn(one.kind, off, variance)
        noise *= max(1.0, off * off / (GATE**2 * (variance + noise)))
        gain = known / (variance + noise)
        self._mean = self._mean + gain * off
        self._covariance = self._covariance - np.outer(gain, known)
        self._seen += 1
        others = float(row @ self._mean) - float(self._mean[HEAT])
        return Corrected(one.time, one.kind, one.value - others)

    def _learn(self, kind: str, off: float, spread: float) -> float:
        """The variance of a reading, learnt from what is left of its surprises."""
        known = self._variance[kind]
        surprise = min(off * off, GATE**2 * (known + spread))
        self._variance[kind] = max(known + (surprise - spread - known) / NOISE_MEMORY, LEAST_NOISE**2)
        return self._variance[kind]

    def _beliefs(self) -> dict[str, Belief]:
        named = {"casts.heat": HEAT, "casts.dripping": DRIPPING, "casts.level": LEVEL, "casts.runner_cooling": COOLED}
        named |= {f"casts.hole.{hole + 1}": 4 + hole for hole in sorted(self._holes)}
        spread = np.sqrt(np.maximum(self._covariance.diagonal(), 0.0))
        found = {name: Belief(float(self._mean[at]), float(spread[at])) for name, at in named.items()}
        if self._holes:
            found[f"{TEMPERATURE}.measuring_noise"] = Belief(math.sqrt(self._variance[DIP]), 0.0)
        return found


def _start() -> tuple[Array, Array]:
    mean = np.zeros(STATES)
    mean[[LEVEL, DRIPPING, HEAT]], mean[COOLED] = USUAL, COOLING
    own = np.full(STATES, HOLE_SPREAD**2)
    own[4 + HOLES :] = PYROMETER_SPREAD**2
    own[[LEVEL, DRIPPING, HEAT]] = 0.0, DRIP_SPREAD**2, 0.25 * DRIP_SPREAD**2
    own[COOLED] = COOLING_SPREAD**2
    covariance = np.diag(own)
    covariance[: HEAT + 1, : HEAT + 1] += USUAL_SPREAD**2
    return mean, covariance


@lru_cache(maxsize=64)
def _transition(seconds: int) -> tuple[Array, Array]:
    """What becomes of the state in so many seconds, and the covariance that it gains (Van Loan, IEEE Trans. Autom.
    Control 23 (1978) 395)."""
    rate, gained = np.zeros((STATES, STATES)), np.zeros((STATES, STATES))
    rate[DRIPPING, [LEVEL, DRIPPING]] = 1.0 / DRIP_TIME, -1.0 / DRIP_TIME
    rate[HEAT, [DRIPPING, HEAT]] = 1.0 / HEARTH_TIME, -1.0 / HEARTH_TIME
    gained[LEVEL, LEVEL] = LEVEL_DRIFT**2 / 86400.0
    gained[DRIPPING, DRIPPING] = 2.0 * DRIP_SPREAD**2 / DRIP_TIME
    for first, time, spread in ((4, HOLE_TIME, HOLE_SPREAD), (4 + HOLES, PYROMETER_TIME, PYROMETER_SPREAD)):
        at = np.arange(first, first + HOLES)
        rate[at, at], gained[at, at] = -1.0 / time, 2.0 * spread**2 / time
    both = np.asarray(expm(np.block([[-rate, gained], [np.zeros_like(rate), rate.T]]) * seconds), dtype=np.float64)
    move = both[STATES:, STATES:].T
    return move, move @ both[:STATES, STATES:]
