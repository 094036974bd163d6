"""Forecasts of what lies under the samples, from those of single samples: the truth itself, and the mean of a cast.

A sample is the underlying value plus a scatter of its own, which nobody can foresee and which the filter knows the size
of. So the point stays, and the variance of the band is that of a sample less the scatter:

    truth       var(sample) - noise^2
    tap mean    var(sample) - noise^2 (1 - 1/n)      n: samples that a cast is expected to have

It holds for every model, since the scatter of a sample to come is independent of every forecast of it. Of the filter's
scatter a part is true, if nobody foresees it: a cold runner at the beginning of a cast. Where the estimate knows the
noise of measuring alone (`measuring_noise`), the truth's band is less by that only. What it leaves out: that
neighbouring samples share a part of the scatter (the tap), so that the band of a tap mean is a little narrow.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import LEVELS, NORMAL_90, Forecast, Scored

CAST_TIME = 2.0 * 3600.0
"""How long iron runs in a cast, s: 1.5-3 h (field)."""
NARROWEST = 0.3
"""Of a sample's band: where nearly all of it is scatter, the difference of two estimates is not to be trusted."""


def underlying(
    made: Iterable[Forecast], estimate: StateEstimate, intervals: Mapping[str, float]
) -> tuple[Forecast, ...]:
    """A forecast of the truth and one of the tap mean for every forecast of a sample among `made`.

    `intervals`: usual time between samples by target, s; a target without one counts a single sample a cast. Where the
    estimate does not know the scatter of a target there is none. The point is the sample's median.
    """
    found: list[Forecast] = []
    for forecast in made:
        noise = estimate.beliefs.get(f"{forecast.target}.sampling_noise")
        if forecast.scored != Scored.SAMPLE or noise is None:
            continue
        interval = intervals.get(forecast.target, math.nan)
        expected = max(1.0, CAST_TIME / interval) if interval > 0.0 else 1.0
        measuring = estimate.beliefs.get(f"{forecast.target}.measuring_noise", noise)
        found.append(_narrowed(forecast, Scored.TRUTH, min(measuring.mean, noise.mean)))
        found.append(_narrowed(forecast, Scored.TAP_MEAN, noise.mean * math.sqrt(1.0 - 1.0 / expected)))
    return tuple(found)


def _narrowed(forecast: Forecast, scored: Scored, scatter: float) -> Forecast:
    """The same forecast with that much less scatter in its band."""
    sd = (forecast.at(LEVELS[-1]) - forecast.at(LEVELS[0])) / NORMAL_90
    left = math.sqrt(max(0.0, 1.0 - (scatter / sd) ** 2)) if sd > 0.0 else 1.0
    share, point = max(left, NARROWEST), forecast.median
    quantiles = tuple(point + share * (quantile - point) for quantile in forecast.quantiles)
    return replace(forecast, scored=scored, quantiles=quantiles, noise_share=None)
