"""What the bench forecasts, how far ahead, and what counts as a hit."""

from collections.abc import Sequence
from dataclasses import dataclass

from ironworks.core.dictionary import Role, TagDictionary
from ironworks.core.units import Unit

HOUR = 3600.0
HORIZONS = (1.0 * HOUR, 2.0 * HOUR, 4.0 * HOUR, 8.0 * HOUR)
"""s; 8 h is a shift, and as long as a burden takes from the stock line to the tuyeres."""
SAMPLE, TAP_MEAN, TAP_MEAN_TRUTH, TRUTH = "sample", "tap_mean", "tap_mean_truth", "truth"
WAYS = (SAMPLE, TAP_MEAN, TRUTH, TAP_MEAN_TRUTH)

BANDS = {
    "hot_metal_temperature": (5.0, 10.0, 15.0),  # degC
    "hot_metal_silicon": (0.03, 0.05, 0.1),  # %
    "hot_metal_sulphur": (0.002, 0.005, 0.01),  # %
    "slag_basicity": (0.02, 0.04, 0.06),
    "gas_utilisation": (0.3, 0.5, 1.0),  # %
    "pressure_drop": (2.0, 5.0, 10.0),  # kPa
}  # fmt: skip
"""Errors that count as hits, in the field's unit. Temperature and silicon: the bands that plants report; the others:
about a half, one and two of their standard deviations at a well-run furnace (choice)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target: its place in the vectors of truth, whether it is sampled cast by cast, unit and hit bands (field)."""

    name: str
    index: int
    by_cast: bool
    unit: Unit
    bands: tuple[float, ...]


def targets_of(tags: TagDictionary, wanted: Sequence[str] = tuple(BANDS)) -> tuple[Target, ...]:
    """Those of the bench's targets that the works has."""
    return tuple(
        Target(name, index, tags[name].role == Role.LABORATORY, tags[name].unit, BANDS[name])
        for index, name in enumerate(name for name in wanted if name in tags)
    )
