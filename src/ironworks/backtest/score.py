"""Forecasts against what was measured, in both ways, all models on the same rows.

sample   every measured sample once, by the forecast made at the last cycle at or before its time less the horizon
mean     at every cycle, the mean of the samples of the next horizon, if there was any

A row counts when every model made that forecast, and when it lies at or after `score_from`: the sample's own time
for the first, the time of the forecast for the second.
"""

import bisect
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ironworks.backtest.walk import Cycle
from ironworks.core.forecast import LEVELS, MEASURED, Forecast, Scored
from ironworks.core.units import Unit


@dataclass(slots=True)
class Ledger:
    """What a walk leaves behind for scoring: forecasts by way of scoring and time, and the measured samples."""

    target: str
    forecasts: dict[Scored, dict[float, dict[str, Forecast]]] = field(default_factory=lambda: {s: {} for s in MEASURED})
    samples: list[tuple[float, float]] = field(default_factory=list)

    def note(self, cycle: Cycle, keep_from: float) -> None:
        """Keep this cycle's samples, and its forecasts if it lies at or after `keep_from`."""
        for sample in cycle.image.arrivals:
            if sample.tag == self.target and sample.usable and sample.value is not None:
                bisect.insort(self.samples, (sample.source_time, sample.value))
        if cycle.image.time >= keep_from:
            for forecast in cycle.forecasts:
                if forecast.target == self.target and forecast.scored in self.forecasts:
                    self.forecasts[forecast.scored].setdefault(forecast.made_at, {})[forecast.model] = forecast


@dataclass(frozen=True, slots=True)
class Row:
    """One forecast of every model and what was measured (SI)."""

    made_at: float
    truth: float
    forecasts: dict[str, Forecast]


def rows(ledger: Ledger, scored: Scored, models: Sequence[str], horizon: float, score_from: float) -> list[Row]:
    """The rows that every model can be scored on."""
    made = ledger.forecasts[scored]
    pairs = (
        _by_sample(ledger, made, horizon, score_from)
        if scored == Scored.SAMPLE
        else _by_mean(ledger, made, horizon, score_from)
    )
    return [Row(at, truth, made[at]) for at, truth in pairs if all(model in made[at] for model in models)]


def _by_sample(ledger: Ledger, made: Iterable[float], horizon: float, score_from: float) -> list[tuple[float, float]]:
    cycles, pairs = sorted(made), []
    longest = min((b - a for a, b in pairwise(cycles)), default=0.0)
    for time, value in ledger.samples:
        index = bisect.bisect_right(cycles, time - horizon) - 1
        if time >= score_from and index >= 0 and time - horizon - cycles[index] < longest:
            pairs.append((cycles[index], value))
    return pairs


def _by_mean(ledger: Ledger, made: Iterable[float], horizon: float, score_from: float) -> list[tuple[float, float]]:
    times, pairs = [time for time, _ in ledger.samples], []
    newest = times[-1] if times else -math.inf
    for at in sorted(made):
        inside = slice(bisect.bisect_right(times, at), bisect.bisect_right(times, at + horizon))
        values = [value for _, value in ledger.samples[inside]]
        if at >= score_from and values and at + horizon <= newest:
            pairs.append((at, math.fsum(values) / len(values)))
    return pairs


@dataclass(frozen=True, slots=True)
class Score:
    """One model's figures for one way of scoring, in the field's unit; NaN when there are no rows.

    `bias` is forecast less measurement; `hits` the share of forecasts within each band; `width90` the mean width of
    the band.
    """

    model: str
    scored: Scored
    n: int
    rmse: float
    mae: float
    bias: float
    hits: dict[float, float]
    coverage90: float
    width90: float


def score(model: str, scored: Scored, found: Sequence[Row], unit: Unit, bands: Sequence[float]) -> Score:
    """Figures of one model on these rows."""
    if not found:
        nothing = dict.fromkeys(bands, math.nan)
        return Score(model, scored, 0, math.nan, math.nan, math.nan, nothing, math.nan, math.nan)
    forecasts = [row.forecasts[model] for row in found]
    truth = np.array([row.truth for row in found])
    error = np.array([unit.difference_from_si(f.median - t) for f, t in zip(forecasts, truth.tolist())])
    low, high = (np.array([forecast.at(level) for forecast in forecasts]) for level in (LEVELS[0], LEVELS[-1]))
    covered = (low <= truth) & (truth <= high)
    hits = {band: float(np.mean(np.abs(error) <= band * (1.0 + 1e-9))) for band in bands}
    return Score(
        model, scored, len(found), float(np.sqrt(np.mean(error**2))), float(np.mean(np.abs(error))),
        float(np.mean(error)), hits, float(np.mean(covered)), float(np.mean(high - low)) / unit.factor,
    )  # fmt: skip


def default_bands(found: Sequence[Row], unit: Unit) -> tuple[float, ...]:
    """A quarter, a half and one standard deviation of what was measured, to two digits, where the mapping names no
    bands."""
    if len(found) < 2:
        return ()
    sd = unit.difference_from_si(float(np.std([row.truth for row in found])))
    return tuple(dict.fromkeys(float(f"{share * sd:.2g}") for share in (0.25, 0.5, 1.0) if sd > 0.0))
