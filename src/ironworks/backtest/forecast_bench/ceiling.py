"""The ceiling: what a forecaster would reach who knew the plant's whole state and its model, and nothing of the luck
to come.

K replays from a moment are draws from that forecaster's distribution, and the true course is one draw more. The point
is their mean. Its own error makes the variance of the error larger by s^2/K, where s^2 is the variance of the replays;
errors are shrunk by sqrt(v / (v + s^2/K)), v the variance of what is scored, so that hits and RMSE are those of
infinitely many replays. The 90 % band is Student's prediction interval, which for few draws is what a quantile of many
would be; its coverage is counted on errors as they are.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ironworks.backtest.forecast_bench.tally import Band

Array = NDArray[np.float64]
NEAREST, HALF_MINUTE = 90.0, 30.0
"""A moment further than this beyond the last minute of the replays is not in them, s."""
FEWEST = 3
"""Replays that show a value, for a spread."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Replays from one moment. time (M,); truth, expected (K, M, T): the underlying value, and the mean of what a
    sample would read; white (T,): the standard deviation that a sample has besides."""

    time: Array
    truth: Array
    expected: Array
    white: Array

    def rows(self, times: Array) -> NDArray[np.intp] | None:
        """Which minutes these times are; None if one of them lies beyond the replays.

        What lies before them, of a cast that runs already, is known to who knows the state: the first minute stands for
        it.
        """
        if not len(times) or not len(self.time) or times.max() > self.time[-1] + NEAREST:
            return None
        return np.clip(np.searchsorted(self.time, times - HALF_MINUTE), 0, len(self.time) - 1)

    def forecast(self, target: int, times: Array, samples: bool) -> tuple[Band, float] | None:
        """Of the mean over these times, of samples if `samples` and of the truth if not; with the factor on its error.

        None where the replays do not reach or fewer than three of them show a value."""
        rows = self.rows(times)
        if rows is None:
            return None
        members = (self.expected if samples else self.truth)[:, rows, target].mean(axis=1)
        members = members[np.isfinite(members)]
        if len(members) < FEWEST:
            return None
        own = float(members.var(ddof=1))
        white = float(self.white[target]) ** 2 / len(times) if samples else 0.0
        return band_of(members, own, white)


def band_of(members: Array, own: float, white: float) -> tuple[Band, float]:
    """Point, prediction interval and factor, from the members, their variance and that of the noise on top."""
    count, point = len(members), float(members.mean())
    variance = own * (1.0 + 1.0 / count) + white
    if variance <= 0.0:
        return Band(point, point, point), 1.0
    freedom = (count - 1.0) * (variance / (own * (1.0 + 1.0 / count))) ** 2 if own > 0.0 else 1e6  # Satterthwaite
    reach = float(stdtrit(min(freedom, 1e6), 0.95)) * math.sqrt(variance)
    return Band(point - reach, point, point + reach), math.sqrt((own + white) / variance)
