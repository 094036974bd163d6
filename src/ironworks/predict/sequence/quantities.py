"""What the sequence model looks at, each in a unit of its own that means the same at every furnace.

A flow is seen as a share of its own slow mean, a temperature or a content as a difference from it, both in steps that
are large for a day at a well-run furnace: 1 stands for a move that a shift would talk about. So a furnace of 1,800 m3
and one of 5,000 m3 look alike, and what a model has learned at the one it can use at the other.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from ironworks.core.estimate import StateEstimate


class Quantity(NamedTuple):
    """One tag, or the mean of several of a kind, or its ratio to another, `by` (SI); or a belief of the estimate. A
    move by `step` counts one, `relative` to the slow mean or not. named: the driver that it counts for, where that is
    not its tag."""

    tags: tuple[str, ...]
    step: float
    relative: bool
    by: str = ""
    believed: bool = False
    named: str = ""

    @property
    def driver(self) -> str:
        """The name under which its part in a forecast is shown: a set point's is that of what it sets."""
        return self.named or self.tags[0].removesuffix("_setpoint")

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The tags that it needs."""
        return () if self.believed else (*self.tags, self.by) if self.by else self.tags

    def read(self, known: Mapping[str, float], estimate: StateEstimate) -> float | None:
        """Its value from those of tags (SI); None when a tag of it is missing, for a mean of fewer would jump."""
        if self.believed:
            belief = estimate.beliefs.get(self.tags[0])
            return belief.mean if belief is not None else None
        there = [known[tag] for tag in self.looks_at if tag in known]
        if len(there) < len(self.looks_at):
            return None
        if not self.by:
            return math.fsum(there) / len(there)
        *above, below = there
        return math.fsum(above) / len(above) / below if below > 0.0 else None


CASTS = "casts"
"""The driver of all that belongs to the tap holes."""
RING = tuple(tuple(f"shaft_pressure_{level}_{side}" for side in range(1, 5)) for level in range(1, 5))
"""Pressures around the shaft, level by level: they tell at which height the pressure is lost."""
QUANTITIES = (
    Quantity(("blast_volume",), 0.02, True),
    Quantity(("oxygen_flow",), 0.03, True),
    Quantity(("blast_temperature",), 10.0, False),
    Quantity(("blast_moisture",), 0.002, False),
    Quantity(("coal_injection_rate",), 0.03, True),
    Quantity(("blast_moisture_setpoint",), 0.002, False),
    Quantity(("coal_injection_rate_setpoint",), 0.03, True),
    Quantity(("flame_temperature",), 20.0, False),
    Quantity(("pressure_drop",), 0.04, True),
    Quantity(("gas_utilisation",), 0.006, False),
    Quantity(("top_gas_temperature",), 15.0, False),
    Quantity(("top_gas_carbon_monoxide",), 0.005, False),
    Quantity(("top_gas_carbon_dioxide",), 0.005, False),
    Quantity(("top_gas_hydrogen",), 0.002, False),
    Quantity(("top_gas_nitrogen",), 0.005, False),
    Quantity(("cross_probe_temperature_1",), 60.0, False),
    Quantity(("cross_probe_temperature_5",), 20.0, False),
    Quantity(("heat_load_bosh",), 0.1, True),
    Quantity(("heat_load_belly",), 0.1, True),
    Quantity(("heat_load_lower_stack",), 0.1, True),
    Quantity(("heat_load_total",), 0.05, True),
    Quantity(("charge_rate",), 0.04, True),
    Quantity(("production_rate",), 0.04, True),
    Quantity(("coke_moisture",), 0.005, False),
    Quantity(("coke_charge_mass",), 0.01, True, by="ore_charge_mass"),
    Quantity(("coke_base_setpoint",), 0.01, True, by="ore_base_setpoint"),
    Quantity(("coal_injection_rate",), 0.03, True, by="production_rate"),
    Quantity(("casts.heat",), 10.0, False, believed=True, named=CASTS),
    Quantity(("slag_basicity",), 0.02, False),
    Quantity(("hot_metal_carbon",), 0.0005, False),
    Quantity(("hot_metal_manganese",), 0.0003, False),
    Quantity(("hot_metal_sulphur",), 0.00005, False),
    Quantity(("cross_probe_temperature_3",), 30.0, False),
    Quantity(("coke_ash",), 0.0025, False),
    Quantity(("coke_strength_after_reaction",), 0.012, False),
    Quantity(("coke_reactivity",), 0.008, False),
    Quantity(("sinter_iron",), 0.003, False),
    Quantity(("sinter_iron_oxide",), 0.0045, False),
    Quantity(("sinter_basicity",), 0.04, False),
    Quantity(("sinter_fines",), 0.008, False),
    Quantity(("coal_ash",), 0.003, False),
    Quantity(("coal_volatile",), 0.008, False),
    Quantity(("heat_load_tuyere",), 0.1, True),
    Quantity(("heat_load_upper_stack",), 0.1, True),
    *(Quantity(level, 0.012, True, named="pressure_drop") for level in RING),
    Quantity(("iron_tapping_rate",), 0.2, True, named=CASTS),
    Quantity(("slag_tapping_rate",), 0.2, True, named=CASTS),
    Quantity(("cross_probe_temperature_2",), 40.0, False),
    Quantity(("cross_probe_temperature_4",), 20.0, False),
)  # fmt: skip
"""Steps: about one standard deviation of a day's operation (choice, from the field's usual figures)."""
