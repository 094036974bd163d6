"""What the sequence model sees at a cycle: the filter's state, the samples around it, the tap holes, and the memory.

All of it dimensionless. The heat of the iron is told in units of the target's own spread at this furnace (heat and
scatter together), everything else in the steps of `quantities`.
"""

import math
from collections.abc import Sequence

import numpy as np

from ironworks.core.estimate import StateEstimate
from ironworks.predict.features import target_features
from ironworks.predict.sequence.gamma_memory import TAPS, Array, GammaMemory
from ironworks.predict.sequence.quantities import QUANTITIES
from ironworks.predict.watch import View

TARGETS = ("hot_metal_temperature", "hot_metal_silicon")
SCALES = {"hot_metal_temperature": (1773.15, 15.0), "hot_metal_silicon": (0.004, 0.001)}
"""Where a target usually lies and how far from there furnaces differ (SI, field): the level and the spread in these."""
OWN = 9 + 3
HOLES = 7
TAP_HOLES = ("tap_hole_1_open", "tap_hole_2_open", "tap_hole_3_open", "tap_hole_4_open")
SEEN = frozenset({*TARGETS, *TAP_HOLES, *(tag for one in QUANTITIES for tag in one.tags)})
"""All tags that are looked at."""
WIDTH = len(TARGETS) * OWN + HOLES + TAPS * len(QUANTITIES)
SAMPLES, HOLE = "samples", "tap_hole"
DRIVERS = (
    *(SAMPLES for _ in range(len(TARGETS) * OWN)), *(HOLE for _ in range(HOLES)),
    *(one.tags[0].removesuffix("_setpoint") for _ in range(TAPS) for one in QUANTITIES),
)  # fmt: skip
"""By feature, the name of the driver that it counts for: a set point together with what it sets."""
LONGEST_CAST = 4.0 * 3600.0


def unit_of(estimate: StateEstimate, target: str) -> float | None:
    """The target's spread at this furnace, SI: of its heat and of one sample together; None without beliefs."""
    beliefs = estimate.beliefs
    if f"{target}.reversion_time" not in beliefs:
        return None
    unit = math.hypot(beliefs[f"{target}.heat_spread"].mean, beliefs[f"{target}.sampling_noise"].mean)
    return unit if unit > 0.0 else None


class SequenceFeatures:
    """Steps once a cycle; `step` gives the row (WIDTH,)."""

    def __init__(self) -> None:
        self._memory = GammaMemory(QUANTITIES)
        self._holes = _Holes()

    def step(self, view: View) -> Array:
        """The row of this view."""
        self._memory.step(view.image)
        self._holes.step(view)
        parts: list[Array] = []
        for target in TARGETS:
            unit = unit_of(view.estimate, target) if target in view.histories else None
            if unit is None:
                parts.append(np.zeros(OWN))
                continue
            beliefs, (middle, spread) = view.estimate.beliefs, SCALES[target]
            own = [
                (beliefs[f"{target}.level"].mean - middle) / spread / 3.0, math.log(unit / spread),
                math.log(beliefs[f"{target}.reversion_time"].mean / 10800.0),
            ]  # fmt: skip
            parts += [target_features(view, target), np.clip(own, -3.0, 3.0)]
        return np.concatenate([*parts, self._holes.features(view), self._memory.features().ravel()])


class _Holes:
    """By how much the iron of each tap hole differs: the two sides of a hearth are not equally warm for days."""

    def __init__(self) -> None:
        self._open: list[tuple[float, str]] = []  # since when which hole runs
        self._offset: dict[str, float] = {}
        self._count: dict[str, int] = {}

    def step(self, view: View) -> None:
        for name in _open_holes(view):
            if not self._open or self._open[-1][1] != name:
                self._open.append((view.time, name))
        del self._open[:-8]
        target = TARGETS[0]
        unit = unit_of(view.estimate, target) if target in view.histories else None
        if unit is None:
            return
        level = view.estimate.beliefs[f"{target}.level"].mean
        for sample in view.image.arrivals:
            if sample.tag == target and sample.usable and sample.value is not None:
                hole = self._at(sample.source_time)
                if hole is not None:
                    self._learn(hole, min(max((sample.value - level) / unit, -4.0), 4.0))

    def _learn(self, hole: str, deviation: float) -> None:
        count = self._count[hole] = min(self._count.get(hole, 0) + 1, 12)
        self._offset[hole] = self._offset.get(hole, 0.0) + (deviation - self._offset.get(hole, 0.0)) / (count + 1)

    def _at(self, time: float) -> str | None:
        names = [name for since, name in self._open if since <= time + 600.0]
        return names[-1] if names else None

    def features(self, view: View) -> Array:
        """(HOLES,): offset of the hole that runs and of the one before it, which is often the next; how long it has
        run, whether one runs; and what of the offsets is still to come, as products."""
        if not self._open:
            return np.zeros(HOLES)
        since, name = self._open[-1]
        before = self._open[-2][1] if len(self._open) > 1 else name
        ran = min(view.time - since, LONGEST_CAST) / LONGEST_CAST
        runs = float(bool(_open_holes(view)))
        here, there = self._offset.get(name, 0.0), self._offset.get(before, 0.0)
        return np.array([here, there, ran, runs, here * ran, there * ran, (there - here) * runs])


def _open_holes(view: View) -> Sequence[str]:
    return [name for name in TAP_HOLES if (view.image.usable(name) or 0.0) > 0.5]
