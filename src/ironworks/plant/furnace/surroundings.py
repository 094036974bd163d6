"""What surrounds a drawn furnace: sizes of its disturbances, its instruments' noise, its operator's habits.

All are entries of the base works' files, by file and dotted name, with value in SI and source; a factor keeps the
value of the base and multiplies it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ironworks.plant.furnace.calibrate import Aims
from ironworks.plant.furnace.distributions import Distributions
from ironworks.plant.furnace.parameters import FurnaceParameters

SOURCE = "drawn from sampler.toml"
BURDEN = ("coke_*", "ore_*", "sinter_*", "coal_ash", "coal_volatile")
BLAST = ("blast_*", "oxygen_flow", "coal_flow", "top_pressure")
GAS = ("gas_split_*", "gas_bypass*", "wall_heat")


@dataclass(frozen=True, slots=True)
class Overrides:
    """`values`: (file, name) -> SI value; `factors`: (file, pattern of names) -> factor on the base's value."""

    values: Mapping[tuple[str, str], float | tuple[float, ...]]
    factors: Mapping[tuple[str, str], float]


def surroundings(d: Distributions, x: Mapping[str, float], quality: str, aims: Aims, p: FurnaceParameters) -> Overrides:
    """The entries for these draws."""
    rough = quality == "rough"
    values: dict[tuple[str, str], float | tuple[float, ...]] = {
        ("instruments.toml", "sample.temperature_noise"): d.law("temperature_noise")[rough],
        ("instruments.toml", "sample.silicon_noise"): d.law("silicon_noise")[rough],
        ("instruments.toml", "sample.gap_mean"): x["sample_gap"],
        ("disturbances.toml", "mean.ambient_humidity"): p.reference_blast_moisture - x["ambient_humidity"],
        ("operator.toml", "fast.dead_band"): x["operator_dead_band"],
        ("operator.toml", "fast.memory"): x["operator_memory"],
        ("operator.toml", "aim.hot_metal_temperature"): aims.hot_metal_temperature + x["operator_bias"],
    }
    factors: dict[tuple[str, str], float] = {}
    for names, factor in ((BURDEN, "burden"), (BLAST, "blast"), (GAS, "gas")):
        factors |= {("disturbances.toml", f"slow.{name}.sd"): x[f"disturbance_{factor}"] for name in names}
    for loop in ("fast", "slow"):
        factors["operator.toml", f"{loop}.interval"] = x["operator_interval"]
    for step in ("fast.coal_step", "fast.moisture_step", "fast.moisture_largest_step", "slow.coke_step"):
        factors["operator.toml", step] = x["operator_step"]
    for effect in ("fast.coal_effect", "fast.moisture_effect", "slow.coke_effect"):
        factors["operator.toml", effect] = x["operator_gain"]
    return Overrides(values, factors)
