"""A sketch of a furnace, for tests of what surrounds the real one: quick, and it breathes in the right directions."""

import math
from typing import Any

import numpy as np

from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.process import ACTUAL, SCALARS, VECTORS

CAST_S, GAP_S = 7200.0, 900.0
PLAIN = {
    "production_rate": 111.0, "hot_metal_carbon": 0.047, "hot_metal_manganese": 0.003, "hot_metal_phosphorus": 0.0009,
    "hot_metal_sulphur": 0.00025, "slag_lime": 0.41, "slag_silica": 0.34, "slag_alumina": 0.14, "slag_magnesia": 0.08,
    "slag_ferrous_oxide": 0.004, "slag_manganese_oxide": 0.004, "slag_sulphur": 0.009, "slag_basicity": 1.2,
    "top_gas_carbon_monoxide": 0.22, "top_gas_carbon_dioxide": 0.22, "top_gas_hydrogen": 0.035,
    "top_gas_nitrogen": 0.475, "top_gas_steam": 0.05, "top_gas_temperature": 430.0, "top_gas_flow": 170.0,
    "gas_utilisation": 0.5, "pressure_drop": 165e3, "flame_temperature": 2480.0, "stock_level": 1.5,
    "coke_rate": 0.32, "fuel_rate": 0.49, "iron_mass": 4e5, "slag_level": 1.0,
}  # fmt: skip
PLAIN |= {
    f"tapped_{name}": x
    for name, x in PLAIN.items()
    if name.startswith("slag_") and name[5:] not in ("basicity", "level")
}
PLAIN |= {
    f"tapped_metal_{name}": PLAIN[f"hot_metal_{name}"] for name in ("carbon", "manganese", "phosphorus", "sulphur")
}


class SketchProcess:
    """Heat with a long memory of coke and coal and a short one of moisture; casts of two hours with gaps of 15 min."""

    def __init__(self, folder) -> None:
        self.reference = FurnaceInputs.reference(read_furnace_parameters(folder / "parameters.toml"))
        self.truth: dict[str, Any] = {}
        start = {f"blast_{name}": float(getattr(self.reference, name)) for name in ACTUAL}
        self.s = {"time": 0.0, "heat": 0.0, "quick": 0.0, "charges": 0.0, "tapped": 0.0, "casts": 0.0, **start}
        self.s |= {"in_cast": 0.0, "closed": GAP_S, "open": 0.0, "slag": 0.0, "coal": 0.0}

    def advance(self, inputs: FurnaceInputs, seconds: float) -> dict[str, Any]:
        s, r = self.s, self.reference
        s["time"] += seconds
        for name in ACTUAL:
            key = f"blast_{name}"
            s[key] += (float(getattr(inputs, name)) - s[key]) * -math.expm1(-seconds / 120.0)
        fuel = 18.0 * 3.6 * (s["blast_coal_injection_rate"] - r.coal_injection_rate)
        fuel += 400.0 * (inputs.coke_base * inputs.coke_weighing_factor / r.coke_base - 1.0)
        s["heat"] += (fuel - s["heat"]) * -math.expm1(-seconds / 36000.0)
        s["quick"] += (-2e3 * (s["blast_blast_moisture"] - r.blast_moisture) - s["quick"]) * -math.expm1(
            -seconds / 7200
        )
        s["charges"] += seconds / 800.0
        s["coal"] += seconds * s["blast_coal_injection_rate"]
        self._tap(inputs, seconds)
        temperature = 1778.0 + s["heat"] + s["quick"]
        self.truth = {
            **PLAIN, "hot_metal_temperature": temperature, "hot_metal_temperature_tapped": temperature - 5.0,
            "hot_metal_silicon": max(0.004 + 1e-4 * (temperature - 1778.0), 0.0005),
            "tapped_metal_silicon": max(0.004 + 1e-4 * (temperature - 1778.0), 0.0005),
            "hot_blast_pressure": float(inputs.top_pressure) + 165e3, "top_pressure": float(inputs.top_pressure),
            "tapped_metal_rate": 125.0 * s["open"], "tapped_slag_rate": 35.0 * s["open"] * (s["in_cast"] > 1800.0),
            "charge_count": math.floor(2.0 * s["charges"]) / 2.0, "coke_charged": 0.0, "ore_charged": 0.0,
            "coal_injected": s["coal"], "metal_produced": 111.0 * s["time"], "metal_tapped": s["tapped"],
            "slag_tapped": s["slag"], "cast_count": s["casts"], "time_in_cast": s["in_cast"],
            "top_gas_temperature_annulus": np.array([800.0, 410.0, 400.0]),
            "shaft_pressure": np.array([430e3, 410e3, 380e3, 355e3]), "heat_loss": np.full(6, 6e6),
            "stave_temperature": np.full(6, 370.0), "tap_open": np.array([s["open"], 0.0, 0.0, 0.0]),
            "hearth_refractory_temperature": 1100.0, **{f"actual_{name}": s[f"blast_{name}"] for name in ACTUAL},
        }  # fmt: skip
        return self.truth

    def _tap(self, inputs: FurnaceInputs, seconds: float) -> None:
        s = self.s
        if s["open"]:
            s["in_cast"] += seconds
            s["tapped"] += 125.0 * seconds
            s["slag"] += 35.0 * seconds
            if s["in_cast"] >= CAST_S:
                s["open"], s["in_cast"], s["closed"] = 0.0, 0.0, 0.0
        else:
            s["closed"] += seconds
            if s["closed"] >= GAP_S and float(inputs.tap_automatic) > 0.5:
                s["open"], s["casts"] = 1.0, s["casts"] + 1.0

    def snapshot(self) -> dict[str, Any]:
        return {"s": dict(self.s), "truth": dict(self.truth)}

    def restore(self, tree: dict[str, Any]) -> None:
        self.s, self.truth = dict(tree["s"]), tree["truth"]


def names_of_truth() -> set[str]:
    """All that the works may ask of a furnace."""
    return {*SCALARS, *VECTORS, *(f"actual_{name}" for name in ACTUAL), "hearth_refractory_temperature"}
