"""What the sequence model looks at, each in a unit of its own that means the same at every furnace.

A flow is seen as a share of its own slow mean, a temperature or a content as a difference from it, both in steps that
are large for a day at a well-run furnace: 1 stands for a move that a shift would talk about. So a furnace of 1,800 m3
and one of 5,000 m3 look alike, and what a model has learned at the one it can use at the other.
"""

from typing import NamedTuple

from ironworks.core.estimate import StateEstimate
from ironworks.core.image import ProcessImage


class Quantity(NamedTuple):
    """The value of one tag, or the ratio of two (SI), or a belief of the estimate; a move by `step` counts one,
    `relative` to the slow mean or not."""

    tags: tuple[str, ...]
    step: float
    relative: bool
    believed: bool = False

    def read(self, image: ProcessImage, estimate: StateEstimate) -> float | None:
        """Its value; None when missing."""
        if self.believed:
            belief = estimate.beliefs.get(self.tags[0])
            return belief.mean if belief is not None else None
        first = image.usable(self.tags[0])
        if len(self.tags) == 1 or first is None:
            return first
        second = image.usable(self.tags[1])
        return first / second if second is not None and second > 0.0 else None


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
    Quantity(("coke_charge_mass", "ore_charge_mass"), 0.01, True),
    Quantity(("coke_base_setpoint", "ore_base_setpoint"), 0.01, True),
    Quantity(("coal_injection_rate", "production_rate"), 0.03, True),
    Quantity(("casts.heat",), 10.0, False, believed=True),
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
)  # fmt: skip
"""Steps: about one standard deviation of a day's operation (choice, from the field's usual figures)."""
