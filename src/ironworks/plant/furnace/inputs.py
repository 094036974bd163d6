"""What is done to the furnace: set-points, charged materials and disturbances, all SI."""

from typing import Any, NamedTuple

import numpy as np

from ironworks.core.errors import CallError
from ironworks.physics.constants import M_FE, M_FE2O3, M_FEO
from ironworks.plant.furnace.parameters import FurnaceParameters

ANNULI = 3
TAP_HOLES = 4
ZONES = 6
Value = Any  # a float, a numpy or a JAX array: all compute alike
WEIGHT_TOLERANCE = 1e-6


class FurnaceInputs(NamedTuple):
    """Inputs held over a step. Every field is a float64 scalar, but the vectors said below.

    Blast: flows at normal conditions. `blast_volume` is dry air without the added oxygen; `blast_moisture` is
    water per Nm3 of dry blast (air + oxygen). `burden_pattern_ore/coke` are weights per annulus (centre, middle,
    wall) with area-weighted mean 1. Burden analyses are mass fractions of the dry material.
    """

    blast_volume: Value  # Nm3/s dry air
    oxygen_flow: Value  # Nm3/s
    blast_temperature: Value  # K
    blast_moisture: Value  # kg/Nm3
    coal_injection_rate: Value  # kg/s
    top_pressure: Value  # Pa absolute
    coke_base: Value  # kg dry coke per charge
    ore_base: Value  # kg dry ore per charge
    limestone_base: Value  # kg raw limestone (CaCO3) per charge
    burden_pattern_ore: Value  # (3,) -
    burden_pattern_coke: Value  # (3,) -
    coke_weighing_factor: Value  # - delivered / set
    ore_weighing_factor: Value  # - delivered / set
    coke_moisture: Value  # kg water per kg dry coke
    coke_ash: Value  # -
    coke_sulphur: Value  # -
    coke_csr: Value  # % coke strength after reaction
    coke_cri: Value  # % coke reactivity index
    coke_alkali: Value  # - K2O with Na2O as K2O, part of the ash
    ore_moisture: Value  # kg water per kg dry ore
    ore_iron: Value  # - total iron
    ore_ferrous_oxide: Value  # - FeO
    ore_lime: Value  # - CaO
    ore_silica: Value  # - SiO2
    ore_alumina: Value  # - Al2O3
    ore_magnesia: Value  # - MgO
    ore_manganese_oxide: Value  # - MnO
    ore_titania: Value  # - TiO2
    ore_alkali: Value  # - K2O with Na2O as K2O
    ore_phosphorus: Value  # - P
    ore_sulphur: Value  # - S
    ore_reducibility: Value  # - factor on the reduction rate, 1 = reference
    ore_fines: Value  # - below 5 mm, 0.05 = reference; acts on permeability
    tap_automatic: Value  # 1 = the furnace's own cast schedule, 0 = tap_open decides
    tap_open: Value  # (4,) 1 = tap hole open (used when tap_automatic is 0)
    drill_diameter: Value  # m
    drip_side_share: (
        Value  # - share of the liquids that drips into side 0 of the hearth (tap holes 0 and 1), 0.5 = even
    )
    drip_side_temperature: Value  # K that side 0 gets its liquids hotter than side 1
    gas_split_disturbance: Value  # (3,) factor on the gas share of each annulus, 1 = none
    wall_heat_factor: Value  # (6,) factor on the heat transfer of each wall zone, 1 = none
    leak_water: Value  # kg/s water from a leaking tuyere into the raceway
    blast_leak: Value  # - share of the measured blast lost before the tuyeres, besides the furnace's usual leakage
    gas_bypass: Value  # - share of CO and H2 that passes by the ore, over the furnace's own; may be negative
    channelling: Value  # (3,) share of the gas that passes each cell of lumpy burden untouched, 0 = none
    hanging: Value  # (3,) share of each annulus' descent blocked by an arch, 0 = free; over 0.5 a void grows
    accretion_fall: Value  # (6,) 1/s share of the zone's accretion that falls per second
    fallen_burden: Value  # (6,) kg/s ore that falls from the wall in that zone to the cells over the tuyeres

    @staticmethod
    def reference(parameters: FurnaceParameters) -> "FurnaceInputs":
        """Inputs of the reference operation named in the parameters; no disturbance."""
        p = parameters
        values = {name: np.float64(getattr(p, f"reference_{name}")) for name in REFERENCE_SCALARS}
        return FurnaceInputs(
            **values,
            burden_pattern_ore=np.asarray(p.reference_burden_pattern_ore, dtype=np.float64),
            burden_pattern_coke=np.asarray(p.reference_burden_pattern_coke, dtype=np.float64),
            coke_weighing_factor=np.float64(1.0),
            ore_weighing_factor=np.float64(1.0),
            ore_reducibility=np.float64(1.0),
            tap_automatic=np.float64(1.0),
            tap_open=np.zeros(TAP_HOLES),
            drip_side_share=np.float64(0.5),
            drip_side_temperature=np.float64(0.0),
            gas_split_disturbance=np.ones(ANNULI),
            wall_heat_factor=np.ones(ZONES),
            leak_water=np.float64(0.0),
            blast_leak=np.float64(0.0),
            gas_bypass=np.float64(0.0),
            channelling=np.zeros(ANNULI),
            hanging=np.zeros(ANNULI),
            accretion_fall=np.zeros(ZONES),
            fallen_burden=np.zeros(ZONES),
        )


REFERENCE_SCALARS = (
    "blast_volume", "oxygen_flow", "blast_temperature", "blast_moisture", "coal_injection_rate", "top_pressure",
    "coke_base", "ore_base", "limestone_base", "coke_moisture", "coke_ash", "coke_sulphur", "coke_csr", "coke_cri",
    "coke_alkali",
    "ore_moisture", "ore_iron", "ore_ferrous_oxide", "ore_lime", "ore_silica", "ore_alumina", "ore_magnesia",
    "ore_manganese_oxide", "ore_titania", "ore_alkali", "ore_phosphorus", "ore_sulphur", "ore_fines", "drill_diameter",
)  # fmt: skip

# Limits of what the model can take (not of what a furnace should do): low, high, unit. Zero blast is a stoppage;
# the model then keeps the least flow it can march (see `FurnaceParameters.least_blast_volume`).
VALID = {
    "blast_volume": (0.0, 200.0, "Nm3/s"),
    "oxygen_flow": (0.0, 30.0, "Nm3/s"),
    "blast_temperature": (300.0, 1700.0, "K"),
    "blast_moisture": (0.0, 0.1, "kg/Nm3"),
    "coal_injection_rate": (0.0, 40.0, "kg/s"),
    "top_pressure": (1.0e5, 5.0e5, "Pa"),
    "coke_base": (1.0e3, 6.0e4, "kg"),
    "ore_base": (0.0, 3.0e5, "kg"),
    "limestone_base": (0.0, 2.0e4, "kg"),
    "burden_pattern_ore": (0.2, 3.0, "-"),
    "burden_pattern_coke": (0.2, 3.0, "-"),
    "coke_weighing_factor": (0.5, 1.5, "-"),
    "ore_weighing_factor": (0.5, 1.5, "-"),
    "coke_moisture": (0.0, 0.3, "-"),
    "coke_ash": (0.0, 0.3, "-"),
    "coke_sulphur": (0.0, 0.05, "-"),
    "coke_csr": (20.0, 90.0, "%"),
    "coke_cri": (5.0, 60.0, "%"),
    "coke_alkali": (0.0, 0.02, "-"),
    "ore_moisture": (0.0, 0.3, "-"),
    "ore_iron": (0.2, 0.72, "-"),
    "ore_ferrous_oxide": (0.0, 0.31, "-"),
    "ore_lime": (0.0, 0.4, "-"),
    "ore_silica": (0.0, 0.4, "-"),
    "ore_alumina": (0.0, 0.2, "-"),
    "ore_magnesia": (0.0, 0.2, "-"),
    "ore_manganese_oxide": (0.0, 0.2, "-"),
    "ore_titania": (0.0, 0.1, "-"),
    "ore_alkali": (0.0, 0.02, "-"),
    "ore_phosphorus": (0.0, 0.01, "-"),
    "ore_sulphur": (0.0, 0.02, "-"),
    "ore_reducibility": (0.1, 10.0, "-"),
    "ore_fines": (0.0, 0.3, "-"),
    "tap_automatic": (0.0, 1.0, "-"),
    "tap_open": (0.0, 1.0, "-"),
    "drill_diameter": (0.02, 0.15, "m"),
    "drip_side_share": (0.1, 0.9, "-"),
    "drip_side_temperature": (-150.0, 150.0, "K"),
    "gas_split_disturbance": (0.1, 10.0, "-"),
    "wall_heat_factor": (0.0, 20.0, "-"),
    "leak_water": (0.0, 10.0, "kg/s"),
    "blast_leak": (0.0, 0.3, "-"),
    "gas_bypass": (-0.3, 0.5, "-"),
    "channelling": (0.0, 0.95, "-"),
    "hanging": (0.0, 1.0, "-"),
    "accretion_fall": (0.0, 1.0, "1/s"),
    "fallen_burden": (0.0, 2.0e3, "kg/s"),
}
SHAPES = {
    "burden_pattern_ore": ANNULI, "burden_pattern_coke": ANNULI, "gas_split_disturbance": ANNULI,
    "tap_open": TAP_HOLES, "wall_heat_factor": ZONES, "channelling": ANNULI, "hanging": ANNULI,
    "accretion_fall": ZONES, "fallen_burden": ZONES,
}  # fmt: skip


def check(inputs: FurnaceInputs, parameters: FurnaceParameters, leading: tuple[int, ...] = ()) -> None:
    """Refuse inputs the model cannot take, all faults in one message.

    leading: extra leading axes (number of steps) when the inputs are a sequence. Raises `CallError`.
    """
    faults = []
    for name, value in inputs._asdict().items():
        array = np.asarray(value, dtype=np.float64)
        shape = leading + ((SHAPES[name],) if name in SHAPES else ())
        low, high, unit = VALID[name]
        if array.shape != shape:
            faults.append(f"{name} has shape {array.shape}, expected {shape}")
        elif not np.all(np.isfinite(array)):
            faults.append(f"{name} is not finite")
        elif array.min() < low or array.max() > high:
            faults.append(f"{name} = {array.min():g}..{array.max():g} {unit} is outside {low:g}..{high:g} {unit}")
    if not faults:
        faults = _relations(inputs, parameters)
    if faults:
        raise CallError(
            "; ".join(faults), "FurnaceInputs", "values in the ranges of ironworks.plant.furnace.inputs.VALID",
            "correct these fields, or start from FurnaceInputs.reference(parameters)",
        )  # fmt: skip


def _relations(inputs: FurnaceInputs, parameters: FurnaceParameters) -> list[str]:
    """Faults that show only between fields."""
    faults = []
    shares = np.asarray(parameters.annulus_area_share)
    for name in ("burden_pattern_ore", "burden_pattern_coke"):
        mean = np.asarray(getattr(inputs, name)) @ shares
        if np.max(np.abs(mean - 1.0)) > WEIGHT_TOLERANCE:
            faults.append(f"{name} has the area-weighted mean {np.ravel(mean)[0]:.6f}, expected 1")
    ferric = np.asarray(inputs.ore_iron) - np.asarray(inputs.ore_ferrous_oxide) * (M_FE / M_FEO)
    oxides = ferric * (M_FE2O3 / (2.0 * M_FE)) + sum(
        np.asarray(getattr(inputs, name))
        for name in (
            "ore_ferrous_oxide",
            "ore_lime",
            "ore_silica",
            "ore_alumina",
            "ore_magnesia",
            "ore_manganese_oxide",
            "ore_titania",
            "ore_alkali",
        )
    )
    if np.any(ferric < 2.0 * np.asarray(inputs.ore_ferrous_oxide) * (M_FE / M_FEO)):
        faults.append("ore_ferrous_oxide needs more iron than ore_iron leaves for magnetite")
    if np.any(np.asarray(inputs.coke_alkali) > np.asarray(inputs.coke_ash)):
        faults.append("coke_alkali is more than coke_ash, of which it is a part")
    if np.any(oxides > 1.005):
        faults.append(f"the ore's oxides add up to {np.max(oxides):.4f}, expected at most 1")
    return faults
