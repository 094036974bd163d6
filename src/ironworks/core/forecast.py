"""What we expect, and how sure we are."""

import math
from dataclasses import dataclass
from enum import StrEnum
from operator import le

from ironworks.core.errors import CallError


class Scored(StrEnum):
    """What a forecast is a forecast of, and so what it is scored against."""

    SAMPLE = "sample"  # the single measured sample nearest to the horizon
    MEAN = "mean"  # the mean of the measured samples from now to the horizon
    TAP_MEAN = "tap_mean"  # the mean of the measured samples of the cast whose middle is at the horizon
    TRUTH = "truth"  # the underlying value at the horizon, without a sample's scatter: known of simulated works only
    TAP_MEAN_TRUTH = "tap_mean_truth"  # its mean over the cast whose middle is at the horizon


MEASURED = (Scored.SAMPLE, Scored.MEAN)
"""What a plant's own samples judge as they come in, so that models learn and calibrate their bands on it."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles of one target at one horizon, made at one time by one model.

    `levels` and `quantiles` (SI) are of equal length and rise together; `median` is the point forecast.
    `calibrated_on` counts the past errors that the band rests on: 0 means that the band is the model's own.

    The headline says besides why and how far to believe it. `drivers`: by how much (SI, signed) each of these moves the
    median away from the target's present level, the largest first; a tag's name, or `heat_now` (the furnace's heat of
    today), `inside` (what the twin says beyond that), `samples`, `tap_hole`, `other` (all the rest); they add up to
    median less level. `noise_share`: the share of the expected squared error that is the scatter of the measurement,
    0 ... 1, which no forecast can lower. `doubts`: what lies outside of what the models have learned from; none when
    there is nothing. `drift`: signs that the model
    does not fit as it did: `errs_low`, `errs_high`, `band_too_narrow`, `shifted:<tag>` (see `predict.drift`).
    """

    target: str
    made_at: float
    horizon: float
    scored: Scored
    model: str
    levels: tuple[float, ...]
    quantiles: tuple[float, ...]
    calibrated_on: int = 0
    drivers: tuple[tuple[str, float], ...] = ()
    noise_share: float | None = None
    doubts: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rising = all(map(le, self.quantiles, self.quantiles[1:]))
        if len(self.levels) != len(self.quantiles) or not rising or not all(map(math.isfinite, self.quantiles)):
            raise CallError(
                f"forecast of {self.target} by {self.model} has levels {self.levels} and quantiles {self.quantiles}",
                expected="as many finite quantiles as levels, not falling",
            )

    @property
    def valid_at(self) -> float:
        """Plant time of the horizon, s."""
        return self.made_at + self.horizon

    def at(self, level: float) -> float:
        """The quantile of that level (it must be one of `levels`)."""
        return self.quantiles[self.levels.index(level)]

    @property
    def median(self) -> float:
        """The point forecast."""
        return self.at(0.5)


LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The levels that every model gives: the 90 % and the 50 % band and the median."""

NORMAL_90 = 2.0 * 1.6449
"""Width of the 90 % band of a normal distribution, in standard deviations."""
