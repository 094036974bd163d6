"""Forecasts of what lies under the samples, from those of single samples: the truth, and the mean of a cast.

A sample is the underlying value plus a scatter of its own, which nobody can foresee. So the point stays, and the
variance of the band is that of a sample less the scatter that is not asked about:

    truth                  var(sample) - noise^2
    tap mean               var(sample) (1 - own (1 - 1/n))      n: samples of a cast
    truth of a tap mean    var(sample) (1 - own)                own: share of its variance that a sample has alone

`own` is learned from the casts that have been: by how much less than its samples the mean of a cast has been missed by
one and the same forecast. More than the furnace's heat is common to the samples of a cast: the tap hole, the runner,
the hand that dips. Before there are casts to go by, the noise counts: that of measuring where the estimate knows it
(`measuring_noise`), else all that the filter takes for scatter. What is measured wrong all the time, as by an analyser
that reads high, is in none of the bands: nothing shows it.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ironworks.core.forecast import LEVELS, NORMAL_90, Forecast, Scored
from ironworks.core.image import ProcessImage
from ironworks.predict.watch import LONGEST_STEP, View

CAST_TIME, REOPENED = "cast_time", 600.0
"""The tag that counts the time in a cast, and by how much its beginning must differ to be another's, s."""
USUAL_CAST, LONGEST_CAST = 2.0 * 3600.0, 4.0 * 3600.0
"""How long iron runs in a cast, s, where the works does not tell: 1.5-3 h (field)."""
ALL_THERE = 7.0 * 3600.0
"""After the beginning of a cast, s: by then it has ended and the laboratory has answered."""
NARROWEST = 0.3
"""Of a sample's band: where nearly all of it is scatter, the difference of two estimates is not to be trusted."""
FIRST_CASTS, HALF_LIFE = 15.0, 150.0
"""Casts that the noise counts for, and casts after which a cast counts half."""
WILD = 3.0
"""A sample counts as missed by no more than so many standard deviations."""


class Cast(NamedTuple):
    """When iron ran, s."""

    begin: float
    end: float


class CastClock:
    """Tells when the samples of a cast are all there. Where the works has no time in the cast, two hours are one."""

    def __init__(self) -> None:
        self._begins: deque[float] = deque()

    def step(self, image: ProcessImage) -> list[Cast]:
        """The casts that have become complete with this image."""
        ran = image.usable(CAST_TIME)
        begin = image.time // USUAL_CAST * USUAL_CAST if ran is None else image.time - ran
        if not self._begins or begin > self._begins[-1] + REOPENED:
            self._begins.append(begin)
        found: list[Cast] = []
        while len(self._begins) > 1 and self._begins[0] < image.time - ALL_THERE:
            begin = self._begins.popleft()
            found.append(Cast(begin, min(self._begins[0], begin + LONGEST_CAST)))
        return found


class Underlying:
    """What lies under the forecasts of one model. Every cycle `learn`, then `forecasts`."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, float], deque[tuple[float, float, float]]] = defaultdict(deque)
        self._shares: dict[tuple[str, float], _OwnShare] = defaultdict(_OwnShare)

    def learn(self, view: View, casts: Iterable[Cast]) -> None:
        """Casts that are complete: how their means have been missed."""
        for cast in casts:
            for (target, horizon), made in self._made.items():
                times, values = view.histories[target].within(cast.begin, cast.end)
                if not times:
                    continue
                at = math.fsum(times) / len(times) - horizon
                while len(made) > 1 and made[1][0] <= at:
                    made.popleft()
                time, point, sd = made[0]
                if 0.0 <= at - time <= LONGEST_STEP:
                    missed = [min(max((value - point) / sd, -WILD), WILD) for value in values]
                    self._shares[target, horizon].add(missed)

    def forecasts(self, view: View, made: Iterable[Forecast]) -> tuple[Forecast, ...]:
        """The truth for every forecast of a sample among `made`; where samples are taken of casts, the tap mean and its
        truth too. None of a target whose scatter the estimate does not know."""
        found: list[Forecast] = []
        for forecast in made:
            target, beliefs = forecast.target, view.estimate.beliefs
            noise = beliefs.get(f"{target}.sampling_noise")
            sd = (forecast.at(LEVELS[-1]) - forecast.at(LEVELS[0])) / NORMAL_90
            if forecast.scored != Scored.SAMPLE or noise is None or sd <= 0.0:
                continue
            scatter = (min(noise.mean, beliefs.get(f"{target}.measuring_noise", noise).mean) / sd) ** 2
            found.append(_narrowed(forecast, Scored.TRUTH, 1.0 - scatter))
            if not view.histories[target].of_instrument:
                self._note(forecast, sd)
                own, several = self._shares[target, forecast.horizon].now(min(1.0, scatter))
                found.append(_narrowed(forecast, Scored.TAP_MEAN, 1.0 - own * several))
                found.append(_narrowed(forecast, Scored.TAP_MEAN_TRUTH, 1.0 - own))
        return tuple(found)

    def _note(self, forecast: Forecast, sd: float) -> None:
        made = self._made[forecast.target, forecast.horizon]
        made.append((forecast.made_at, forecast.median, sd))
        while made[0][0] < forecast.made_at - forecast.horizon - ALL_THERE - LONGEST_CAST:
            made.popleft()


class _OwnShare:
    """The share of a sample's variance that it has alone, from casts of several samples."""

    def __init__(self) -> None:
        self._casts, self._several, self._whole, self._own = 0.0, 0.0, 0.0, 0.0  # discounted sums

    def add(self, missed: Sequence[float]) -> None:
        """A cast by its samples: by how much one forecast missed each of them."""
        count, kept = len(missed), 0.5 ** (1.0 / HALF_LIFE)
        several = 1.0 - 1.0 / count
        square = math.fsum(one * one for one in missed) / count
        self._casts, self._several = kept * self._casts + 1.0, kept * self._several + several
        self._whole = kept * self._whole + several * square
        self._own = kept * self._own + square - (math.fsum(missed) / count) ** 2

    def now(self, noise: float) -> tuple[float, float]:
        """The share, and the usual 1 - 1/n. `noise`: the share that counts as long as there are few casts."""
        own = (FIRST_CASTS * noise + self._own) / (FIRST_CASTS + self._whole)
        return min(own, 1.0), self._several / self._casts if self._casts > 0.0 else 0.0


def _narrowed(forecast: Forecast, scored: Scored, share: float) -> Forecast:
    """The same forecast with that share of its band's variance."""
    factor, point = max(math.sqrt(max(share, 0.0)), NARROWEST), forecast.median
    quantiles = tuple([point + factor * (quantile - point) for quantile in forecast.quantiles])
    return Forecast(
        forecast.target, forecast.made_at, forecast.horizon, scored, forecast.model, forecast.levels, quantiles,
        forecast.calibrated_on, forecast.drivers, None, forecast.doubts, forecast.drift,
    )  # fmt: skip
