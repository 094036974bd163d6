"""Pairs every forecast with what came of it, in all ways of scoring, while the furnace runs.

A row waits until all that may be said about it is there, the late sample and the replays; then it is added to the sums
and forgotten. A row counts when every model made that forecast.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ironworks.backtest.forecast_bench.casts import Cast, CastBook
from ironworks.backtest.forecast_bench.ceiling import Ensemble
from ironworks.backtest.forecast_bench.tally import Band, Key, Tallies, Tally
from ironworks.backtest.forecast_bench.targets import HOUR, SAMPLE, TAP_MEAN, TAP_MEAN_TRUTH, TRUTH, Target
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.sample import Sample

Array = NDArray[np.float64]

LATEST_SAMPLE = 2.0 * HOUR
"""After the end of a cast its samples have arrived; the laboratory takes up to 90 min."""
LONGEST_CAST = 4.0 * HOUR
MINUTE, WEEK = 60.0, 7.0 * 86400.0
CEILING = "ceiling"


class Row(NamedTuple):
    """One forecast to be judged: `value` SI came of it, over these times (plant s)."""

    target: int
    horizon: float
    scored: str
    made_at: float
    value: float
    times: tuple[float, ...]


class Wanted(NamedTuple):
    """Replays that are wanted: from `origin` on (plant s, a cycle), this long (s)."""

    origin: float
    seconds: float


Said = dict[tuple[str, float, Scored], dict[str, Band]]


@dataclass(slots=True)
class Judge:
    """Judges one furnace. `score_from`: plant s, earlier forecasts are not scored; `cycle`: s between forecasts;
    `models`: those that must have spoken; `every`: one cast in so many is replayed. Results: `tallies`; those of the
    `headline` by week since `score_from`, `weeks`; and `scatter`, samples less truth (SI) by target."""

    targets: Sequence[Target]
    horizons: Sequence[float]
    models: Sequence[str]
    score_from: float
    cycle: float
    every: int = 1
    headline: str = ""
    tallies: Tallies = field(default_factory=dict)
    weeks: dict[int, Tallies] = field(default_factory=dict)
    scatter: dict[str, list[float]] = field(default_factory=dict)
    casts: int = 0
    _book: CastBook = field(default_factory=CastBook)
    _said: dict[float, Said] = field(default_factory=dict)
    _rows: dict[float, list[Row]] = field(default_factory=dict)
    _samples: list[tuple[int, float, float]] = field(default_factory=list)
    _truth: dict[float, Array] = field(default_factory=dict)
    _ensembles: dict[float, list[Ensemble]] = field(default_factory=dict)
    _scored_at: dict[int, float] = field(default_factory=dict)

    def minute(self, time: float, truth: Array, flows: NDArray[np.bool_], cast: float, iron: bool) -> None:
        """What was true at a minute: see `CastBook.look`."""
        self._book.look(time, truth, flows, cast, iron)
        self._truth[time] = truth
        self._truth.pop(time - LATEST_SAMPLE, None)
        if abs(time / self.cycle - round(time / self.cycle)) * self.cycle < 1.0:
            for target in self.targets:
                if flows[target.index]:
                    self._note(target, TRUTH, time, float(truth[target.index]), (time,))

    def said(self, made: Iterable[Forecast], time: float) -> None:
        """The forecasts of a cycle."""
        if time < self.score_from:
            return
        kept = self._said[time] = {}
        for forecast in made:
            band = Band(forecast.at(LEVELS[0]), forecast.median, forecast.at(LEVELS[-1]))
            kept.setdefault((forecast.target, forecast.horizon, forecast.scored), {})[forecast.model] = band

    def arrived(self, samples: Iterable[Sample]) -> None:
        """Validated samples, as they became known."""
        by_name = {target.name: target for target in self.targets}
        for sample in samples:
            target = by_name.get(sample.tag)
            if target is None or not sample.usable or sample.value is None:
                continue
            time, value = sample.source_time, sample.value
            if target.by_cast:
                self._samples.append((target.index, time, value))
                if time in self._truth:
                    self.scatter.setdefault(target.name, []).append(value - float(self._truth[time][target.index]))
            elif time - self._scored_at.get(target.index, -math.inf) < self.cycle:
                continue  # an instrument reads every minute: one reading a cycle says it all
            self._scored_at[target.index] = time
            self._note(target, SAMPLE, time, value, (time,))

    def close_casts(self, now: float, last: bool = False) -> list[Wanted]:
        """Note what came of the casts whose samples are all there (of all casts at the `last` call); the replays that
        are wanted of them."""
        wanted = []
        for cast in self._book.take(math.inf if last else now - LATEST_SAMPLE):
            self._close(cast)
            turn, off = divmod(self.casts, self.every)
            self.casts += 1
            origin = self._made_at(cast.middle, self.horizons[turn % len(self.horizons)])
            if not off and origin >= self.score_from and cast.end - cast.begin <= LONGEST_CAST:
                wanted.append(Wanted(origin, cast.end - origin))
        self._samples = [one for one in self._samples if one[1] > now - LATEST_SAMPLE - 2.0 * LONGEST_CAST]
        return wanted

    def replayed(self, origin: float, ensemble: Ensemble) -> None:
        """The replays of that moment."""
        self._ensembles.setdefault(origin, []).append(ensemble)

    @property
    def keep(self) -> float:
        """How long a moment may still be wanted for replays, s."""
        return max(self.horizons) + LONGEST_CAST + LATEST_SAMPLE + self.cycle

    def judge(self, now: float) -> None:
        """Add the rows to the sums that nothing can be added to any more; all of them if `now` is infinite."""
        for made_at in sorted(at for at in {*self._said, *self._rows} if at < now - self.keep):
            said = self._said.pop(made_at, {})
            ensembles = self._ensembles.pop(made_at, [])
            for row in self._rows.pop(made_at, []):
                self._score(row, said, ensembles)

    def _close(self, cast: Cast) -> None:
        minutes = tuple(np.arange(cast.begin, cast.end + 1.0, MINUTE).tolist())
        for target in self.targets:
            if not target.by_cast:
                continue
            taken = [(time, value) for index, time, value in self._samples
                     if index == target.index and cast.begin <= time <= cast.end]  # fmt: skip
            if taken:
                value = math.fsum(value for _, value in taken) / len(taken)
                self._note(target, TAP_MEAN, cast.middle, value, tuple(time for time, _ in taken))
            truth = float(cast.truth[target.index])
            if math.isfinite(truth):
                self._note(target, TAP_MEAN_TRUTH, cast.middle, truth, minutes)

    def _made_at(self, time: float, horizon: float) -> float:
        """The last cycle at or before a time less the horizon."""
        return math.floor((time - horizon) / self.cycle + 1e-9) * self.cycle

    def _note(self, target: Target, scored: str, time: float, value: float, times: tuple[float, ...]) -> None:
        for horizon in self.horizons:
            made_at = self._made_at(time, horizon)
            if made_at >= self.score_from:
                row = Row(target.index, horizon, scored, made_at, value, times)
                self._rows.setdefault(made_at, []).append(row)

    def _score(self, row: Row, said: Said, ensembles: Sequence[Ensemble]) -> None:
        target = self.targets[row.target]
        bands = said.get((target.name, row.horizon, Scored(row.scored)), {})
        if not all(model in bands for model in self.models):
            return
        for model in self.models:
            self._add(target, row, model, bands[model], False)
        of_samples = row.scored in (SAMPLE, TAP_MEAN)
        for ensemble in ensembles:
            found = ensemble.forecast(row.target, np.array(row.times), of_samples)
            if found is not None:
                for model in self.models:
                    self._add(target, row, model, bands[model], True)
                self._add(target, row, CEILING, found[0], True, found[1])
                return

    def _add(self, target: Target, row: Row, model: str, band: Band, paired: bool, shrink: float = 1.0) -> None:
        key = Key(target.name, row.horizon, row.scored, model, paired)
        limits = np.array([target.unit.difference_to_si(band) for band in target.bands])
        self.tallies.setdefault(key, Tally.empty(len(limits))).add(band, row.value, limits, shrink)
        if model == self.headline and not paired:
            week = self.weeks.setdefault(int((row.made_at - self.score_from) // WEEK), {})
            week.setdefault(key, Tally.empty(len(limits))).add(band, row.value, limits)
