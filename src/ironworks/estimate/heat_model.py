"""The statistical model behind the filter: a slow level and a mean-reverting heat, seen through taps and sampling.

For targets i (silicon, temperature, ...) and a sample taken at time t:

    y_i(t) = level_i(t) + heat_i(t) + tap_i(t) + noise_i

    level   random walk, covariance `level_rate` per second      the practice: burden, coke, season
    heat    Ornstein-Uhlenbeck with one time constant for all    the furnace's heat: rises and falls within hours and
            targets and stationary covariance `heat`             moves silicon and temperature together
    tap     Ornstein-Uhlenbeck with TAP_TIME and covariance      what neighbouring samples share beyond the furnace:
            `tap`                                                the taphole, the position along the tap, the ladle
    noise   covariance `noise` between samples of one ladle      what one sample has alone

Shapes: D targets, state of 3 D: levels, heats, taps. SI throughout. What it leaves out: inputs (coal, moisture,
...), which the learned model takes, and changes of the noise from tap to tap.
Source of the structure: autocorrelations of published plant data show one part of 2-4 h, one of several days, and a
nugget.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TAP_TIME = 0.4 * 3600.0
"""Time over which samples share what is not the furnace's heat, s: a part of a tap, which lasts 1.5-3 h (choice)."""

COMPONENTS = 3

STUDENT_FREEDOM = 5.0
"""Degrees of freedom of the noise, in the weights of outliers: a plant's samples have heavy tails (choice, robust
filtering)."""

WILD_DEVIATIONS, WILD_STREAK = 12.0, 4
"""Beyond so many standard deviations it takes that many in a row: a swapped unit or a slip of the pen may come
twice."""

STREAK_DEVIATIONS, STREAK = 3.0, 2
"""A sample this many standard deviations off, twice in a row and to the same side, is a change and no outlier."""

LASTING = 0.5
"""Two samples in a row lie hours apart: what they share may last or pass (choice: half and half)."""


@dataclass(frozen=True, slots=True)
class HeatModel:
    """Parameters, SI: `centre` (D,) where a filter without samples starts; covariances (D, D); `reversion_time` in s.

    `freedom`: of the Student distribution by which outliers are weighed; infinity makes it the plain Kalman filter.
    `lasting`: share of a sudden change that is taken for one of the level, the rest for heat that passes.
    `identified_on` counts the samples that they were identified on; 0: defaults scaled to the first samples.
    """

    centre: Array
    heat: Array
    tap: Array
    level_rate: Array
    noise: Array
    reversion_time: float
    identified_on: int = 0
    freedom: float = STUDENT_FREEDOM
    lasting: float = LASTING

    @property
    def targets(self) -> int:
        """D."""
        return len(self.centre)


@dataclass(frozen=True, slots=True)
class State:
    """Mean (3 D,) and covariance (3 D, 3 D) at a time; `streak` counts surprising samples in a row by target,
    signed."""

    time: float
    mean: Array
    covariance: Array
    streak: tuple[int, ...]


def begin(model: HeatModel, time: float) -> State:
    """Nothing known but the centre: the level as uncertain as five times the total spread."""
    count = model.targets
    mean, covariance = np.zeros(COMPONENTS * count), np.zeros((COMPONENTS * count, COMPONENTS * count))
    mean[:count] = model.centre
    levels, heats, taps = _parts(count)
    covariance[levels, levels] = 25.0 * np.diag(np.diag(model.heat) + np.diag(model.tap) + np.diag(model.noise))
    covariance[heats, heats] = model.heat
    covariance[taps, taps] = model.tap
    return State(time, mean, covariance, (0,) * count)


def advance(model: HeatModel, state: State, time: float) -> State:
    """The state at a later time without new samples."""
    span = max(0.0, time - state.time)
    if span == 0.0:
        return state
    levels, heats, taps = _parts(model.targets)
    heat_kept, tap_kept = math.exp(-span / model.reversion_time), math.exp(-span / TAP_TIME)
    factor = np.ones(COMPONENTS * model.targets)
    factor[heats], factor[taps] = heat_kept, tap_kept
    covariance = state.covariance * factor[:, None] * factor
    covariance[levels, levels] += model.level_rate * span
    covariance[heats, heats] += model.heat * (1.0 - heat_kept * heat_kept)
    covariance[taps, taps] += model.tap * (1.0 - tap_kept * tap_kept)
    return State(time, state.mean * factor, covariance, state.streak)


def _parts(count: int) -> tuple[slice, slice, slice]:
    return slice(0, count), slice(count, 2 * count), slice(2 * count, 3 * count)


def update(model: HeatModel, state: State, values: Array) -> State:
    """The state after a sampling event: `values` (D,), NaN where that target was not sampled.

    An outlier is down-weighted as under Student's distribution, so that its pull fades the farther out it lies.
    Two in a row on the same side are taken for a change of the furnace: the state is made uncertain enough to follow.
    """
    count = model.targets
    present = np.flatnonzero(np.isfinite(values))
    covariance = state.covariance
    innovation = values[present] - state.mean.reshape(COMPONENTS, count).sum(axis=0)[present]
    spread = np.sqrt(_observed(covariance, count, present)[1].diagonal() + model.noise.diagonal()[present])
    surprise = innovation / spread
    streak = _streak(state.streak, present, surprise)
    weight = np.minimum(1.0, (1.0 + 1.0 / model.freedom) / (1.0 + surprise * surprise / model.freedom))
    for position, target in enumerate(present):
        needed = STREAK if abs(surprise[position]) <= WILD_DEVIATIONS else WILD_STREAK
        if abs(streak[target]) >= needed and math.isfinite(model.freedom):
            covariance = _widened(model, covariance, int(target), innovation[position])
            weight[position] = 1.0
    gain_rows, observed = _observed(covariance, count, present)
    scale = np.sqrt(1.0 / weight)
    total = observed + model.noise[np.ix_(present, present)] * scale[:, None] * scale
    gain = np.linalg.solve(total, gain_rows.T).T
    covariance = covariance - gain @ gain_rows.T
    return State(state.time, state.mean + gain @ innovation, 0.5 * (covariance + covariance.T), streak)


def _observed(covariance: Array, count: int, present: NDArray[np.intp]) -> tuple[Array, Array]:
    """Covariance of the state with the underlying values of the targets present, and of those with one another."""
    rows = covariance.reshape(-1, COMPONENTS, count).sum(axis=1)[:, present]
    return rows, rows.reshape(COMPONENTS, count, len(present)).sum(axis=0)[present]


def _streak(old: tuple[int, ...], present: NDArray[np.intp], surprise: Array) -> tuple[int, ...]:
    """Surprising samples in a row, by target: positive above, negative below, 0 when the last one was ordinary."""
    streak = list(old)
    for target, value in zip(present, surprise):
        side = int(np.sign(value)) if abs(value) > STREAK_DEVIATIONS else 0
        streak[target] = side if side * old[target] <= 0 else old[target] + side
    return tuple(streak)


def _widened(model: HeatModel, covariance: Array, target: int, innovation: float) -> Array:
    """More uncertainty of level and heat of one target, together as large as the surprise itself."""
    widened = covariance.copy()
    for index, share in ((target, model.lasting), (model.targets + target, 1.0 - model.lasting)):
        widened[index, index] += share * innovation * innovation
    return widened
