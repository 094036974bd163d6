"""What the sequence model sees at a cycle: the filter's state, the samples around it, the tap holes, and the memory.

All of it dimensionless. The heat of the iron is told in `UNITS`, the same at every furnace, and everything else in the
steps of `quantities`: so one move of the blast is worth so many kelvin, however restless the furnace is.
"""

import math
from collections.abc import Mapping

import numpy as np

from ironworks.core.estimate import Belief, StateEstimate
from ironworks.predict.features import MOST_DEVIATIONS, target_features
from ironworks.predict.sequence.gamma_memory import TAPS, Array, GammaMemory
from ironworks.predict.sequence.quantities import CASTS, QUANTITIES
from ironworks.predict.watch import View

TARGETS = ("hot_metal_temperature", "hot_metal_silicon")
USUAL = {"hot_metal_temperature": 1773.15, "hot_metal_silicon": 0.004}
UNITS = {"hot_metal_temperature": 15.0, "hot_metal_silicon": 0.001}
"""Where a target usually lies, and in what it is told: about its spread at a furnace (SI, field)."""
OWN = 9 + 3
OF_CASTS = 9
TAP_HOLES = ("tap_hole_1_open", "tap_hole_2_open", "tap_hole_3_open", "tap_hole_4_open")
SEEN = frozenset({*TARGETS, *TAP_HOLES, *(tag for one in QUANTITIES for tag in one.looks_at)})
"""All tags that are looked at."""
WIDTH = len(TARGETS) * OWN + OF_CASTS + TAPS * len(QUANTITIES)
SAMPLES = "samples"
DRIVERS = (
    *(SAMPLES for _ in range(len(TARGETS) * OWN)), *(CASTS for _ in range(OF_CASTS)),
    *(one.driver for _ in range(TAPS) for one in QUANTITIES),
)  # fmt: skip
"""By feature, the name of the driver that it counts for."""
LONGEST_CAST = 4.0 * 3600.0


def spread_of(estimate: StateEstimate, target: str) -> float | None:
    """The target's spread at this furnace, SI: of its heat and of one sample together; None without beliefs."""
    beliefs = estimate.beliefs
    if f"{target}.reversion_time" not in beliefs:
        return None
    spread = math.hypot(beliefs[f"{target}.heat_spread"].mean, beliefs[f"{target}.sampling_noise"].mean)
    return spread if spread > 0.0 else None


class SequenceFeatures:
    """Steps once a cycle; `step` gives the row (WIDTH,)."""

    def __init__(self) -> None:
        self._memory = GammaMemory(QUANTITIES)
        self._casts = _Casts()

    @property
    def seen(self) -> float:
        """The share of the quantities that this works has shown."""
        return self._memory.seen

    def step(self, view: View) -> Array:
        """The row of this view."""
        self._memory.step(view.image, view.estimate)
        parts: list[Array] = []
        for target in TARGETS:
            spread = spread_of(view.estimate, target) if target in view.histories else None
            if spread is None:
                parts.append(np.zeros(OWN))
                continue
            beliefs, unit = view.estimate.beliefs, UNITS[target]
            own = [
                (beliefs[f"{target}.level"].mean - USUAL[target]) / unit / 3.0, math.log(spread / unit),
                math.log(beliefs[f"{target}.reversion_time"].mean / 10800.0),
            ]  # fmt: skip
            parts += [target_features(view, target) * (spread / unit), np.clip(own, -3.0, 3.0)]
        return np.concatenate([*parts, self._casts.step(view), self._memory.features().ravel()])


class _Casts:
    """What is known of the iron's heat with the cast taken out of it, beside what the filter of the samples knows, and
    by how much the holes that run and ran before differ: the two sides of a hearth are not equally warm for days."""

    def __init__(self) -> None:
        self._open: list[tuple[float, str]] = []  # since when which hole runs

    def step(self, view: View) -> Array:
        """(OF_CASTS,): the hearth and what drips into it, against the filter; the hole that runs and the one before it,
        which is often the next; how long it has run, whether one runs; and what of the holes is still to come, as
        products. Zeros without temperatures."""
        running = [name for name in TAP_HOLES if (view.image.usable(name) or 0.0) > 0.5]
        for name in running:
            if not self._open or self._open[-1][1] != name:
                self._open.append((view.time, name))
        del self._open[:-2]
        beliefs, target = view.estimate.beliefs, TARGETS[0]
        spread = spread_of(view.estimate, target) if target in view.histories else None
        if spread is None or "casts.heat" not in beliefs:
            return np.zeros(OF_CASTS)
        heat, filtered = beliefs["casts.heat"].mean, beliefs[target].mean
        hearth = [heat - filtered, beliefs["casts.dripping"].mean - heat]
        holes = [_difference(beliefs, name) for _, name in self._open]
        here, before = holes[-1] if holes else 0.0, holes[0] if holes else 0.0
        ran = min(view.time - self._open[-1][0], LONGEST_CAST) / LONGEST_CAST if self._open else 0.0
        runs = float(bool(running))
        told = np.array([*hearth, here, before, here * ran, before * ran, (before - here) * runs])
        most = MOST_DEVIATIONS * spread
        return np.array([*np.clip(told, -most, most) / UNITS[target], ran, runs])


def _difference(beliefs: Mapping[str, Belief], name: str) -> float:
    """K by which the iron of this tap hole differs, as far as known."""
    belief = beliefs.get(f"casts.hole.{name.split('_')[2]}")
    return belief.mean if belief is not None else 0.0
