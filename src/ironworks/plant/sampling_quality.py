"""A drawn furnace with its hot metal sampled well or roughly, whatever it drew for itself.

What is chosen is the total: the standard deviation of a single sample about the truth of the furnace model. Three parts
make it up, error of sampling and analysis, scatter within a cast, and what sets whole casts apart, and they keep the
proportions that they have in the base works. Dips that fail (one in a hundred reads 25-70 K too low) are faults and
come on top: to find them is the chain's business.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from ironworks.core.errors import CallError, nearest
from ironworks.core.layers import works_folders
from ironworks.plant.furnace.distributions import read_distributions
from ironworks.plant.furnace.sampler import BASE, DrawnFurnace
from ironworks.plant.furnace.surroundings import Overrides
from ironworks.plant.laboratory import SILICON_PER_KELVIN
from ironworks.plant.settings import Settings

QUALITIES = ("good", "rough")
NOISE = {"temperature": "temperature_noise", "silicon": "silicon_noise"}
"""The laws of `sampler.toml` that hold the standard deviation of good and of rough sampling."""


def total_noise(quality: str) -> dict[str, float]:
    """Standard deviation of a sample about the truth, K and 1, by quantity; CallError for another quality."""
    if quality not in QUALITIES:
        raise CallError(f"no instrumentation '{quality}'", expected=" or ".join(QUALITIES),
                        remedy=nearest(quality, QUALITIES))  # fmt: skip
    d = read_distributions()
    return {quantity: d.law(law)[QUALITIES.index(quality)] for quantity, law in NOISE.items()}


def sampled(furnace: DrawnFurnace, quality: str) -> DrawnFurnace:
    """The same furnace with that sampling of its hot metal."""
    base = works_folders(BASE)[0]
    noise, total = Settings.load(base / "instruments.toml"), total_noise(quality)
    scatter = Settings.load(base / "disturbances.toml")
    written = noise["sample.temperature_noise"], noise["sample.silicon_noise"]
    heat = scaled_to(
        total["temperature"], written[0], scatter["slow.cast_scatter_temperature.sd"],
        scatter["cast.offset_temperature"],
    )  # fmt: skip
    # a share of the temperature's scatter shows in silicon as well, and is part of its total
    common = noise["sample.silicon_temperature_share"] * heat[1] * SILICON_PER_KELVIN
    rest = math.sqrt(max(total["silicon"] ** 2 - common**2, 0.0))
    silicon = scaled_to(
        rest, written[1], scatter["slow.cast_scatter_silicon.sd"], scatter["cast.offset_silicon"]
    )  # fmt: skip
    values: Mapping[tuple[str, str], float | tuple[float, ...]] = {
        **furnace.overrides.values,
        ("instruments.toml", "sample.temperature_noise"): heat[0],
        ("disturbances.toml", "slow.cast_scatter_temperature.sd"): heat[1],
        ("disturbances.toml", "cast.offset_temperature"): heat[2],
        ("instruments.toml", "sample.silicon_noise"): silicon[0],
        ("disturbances.toml", "slow.cast_scatter_silicon.sd"): silicon[1],
        ("disturbances.toml", "cast.offset_silicon"): silicon[2],
    }
    return replace(furnace, quality=quality, overrides=Overrides(values, furnace.overrides.factors))


def scaled_to(total: float, *parts: float) -> tuple[float, ...]:
    """Independent standard deviations, scaled alike so that together they make `total`."""
    factor = total / math.sqrt(sum(part**2 for part in parts))
    return tuple(part * factor for part in parts)
