"""Parameters of the furnace, read from the `[furnace.*]` tables of a works' `parameters.toml`."""

import math
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
from ironworks.core.located_toml import LocatedToml

Vector = Any  # tuple of floats as read, JAX array once a furnace holds it


class FurnaceParameters(NamedTuple):
    """All parameters of one furnace; the annotation is the unit in which the file must give the value.

    What each means, its source and its range stand in the file, one table a parameter. A pytree: may be traced,
    differentiated and mapped over like the state.
    """

    # geometry
    hearth_diameter: Annotated[float, "m"]
    belly_diameter: Annotated[float, "m"]
    throat_diameter: Annotated[float, "m"]
    bosh_height: Annotated[float, "m"]
    belly_height: Annotated[float, "m"]
    stack_height: Annotated[float, "m"]
    throat_height: Annotated[float, "m"]
    tuyere_to_bosh: Annotated[float, "m"]
    tuyere_above_tap_hole: Annotated[float, "m"]
    tuyere_count: Annotated[float, "1"]
    tuyere_diameter: Annotated[float, "m"]
    stock_line: Annotated[float, "m"]
    # charging: the chute of the bell-less top and the works' own charging pattern
    chute_length: Annotated[float, "m"]
    chute_height: Annotated[float, "m"]
    chute_rotation: Annotated[float, "rad/s"]
    chute_friction: Annotated[float, "1"]
    chute_entry_speed: Annotated[float, "m/s"]
    chute_least_angle: Annotated[float, "deg"]
    chute_largest_angle: Annotated[float, "deg"]
    ring_spread: Annotated[float, "m"]
    repose_exchange: Annotated[float, "1"]
    ore_roll_share: Annotated[float, "1"]
    coke_roll_share: Annotated[float, "1"]
    chute_angles: Annotated[Vector, "deg", 11]
    reference_ore_rounds: Annotated[Vector, "1", 11]
    reference_coke_rounds: Annotated[Vector, "1", 11]
    active_volume: Annotated[float, "m3"]
    deadman_base_share: Annotated[float, "1"]
    annulus_area_share: Annotated[Vector, "1", 3]
    # burden
    ore_bulk_density: Annotated[float, "kg/m3"]
    coke_bulk_density: Annotated[float, "kg/m3"]
    softening_shrinkage: Annotated[float, "1"]
    ore_particle_radius: Annotated[float, "m"]
    ore_surface: Annotated[float, "m2/m3"]
    coke_dust_share: Annotated[float, "1"]
    ore_dust_share: Annotated[float, "1"]
    dryer_time: Annotated[float, "s"]
    calcination_time: Annotated[float, "s"]
    # kinetics
    reduction_factor: Annotated[Vector, "1", 3]
    softening_closure: Annotated[float, "1"]
    gas_film_coefficient: Annotated[float, "m/s"]
    gasification_rate: Annotated[float, "1/s"]
    gasification_film_rate: Annotated[float, "1/s"]
    shift_onset: Annotated[float, "K"]
    char_gasification_rate: Annotated[float, "1/s"]
    melting_temperature: Annotated[float, "K"]
    melting_width: Annotated[float, "K"]
    melting_time: Annotated[float, "s"]
    slag_wustite_share: Annotated[float, "1"]
    sulphur_gas_share: Annotated[float, "1"]
    # heat transfer
    heat_transfer_ore: Annotated[float, "W/m3/K"]
    heat_transfer_coke: Annotated[float, "W/m3/K"]
    heat_transfer_liquid: Annotated[float, "W/m3/K"]
    # pressure drop
    ore_voidage: Annotated[float, "1"]
    ore_diameter: Annotated[float, "m"]
    coke_voidage: Annotated[float, "1"]
    coke_diameter: Annotated[float, "m"]
    cohesive_resistance: Annotated[float, "1"]
    gas_split_exponent: Annotated[float, "1"]
    lateral_mixing: Annotated[float, "1"]
    gas_bypass_share: Annotated[float, "1"]
    gas_mixing_coke: Annotated[float, "1/m"]
    gas_mixing_shaft: Annotated[float, "1/m"]
    gas_split_time: Annotated[float, "s"]
    burden_friction_share: Annotated[float, "1"]
    hanging_lift_ratio: Annotated[float, "1"]
    # raceway
    blast_leak_share: Annotated[float, "1"]
    coal_carbon: Annotated[float, "1"]
    coal_hydrogen: Annotated[float, "1"]
    coal_oxygen: Annotated[float, "1"]
    coal_nitrogen: Annotated[float, "1"]
    coal_ash: Annotated[float, "1"]
    coal_moisture: Annotated[float, "1"]
    coal_sulphur: Annotated[float, "1"]
    coal_formation_enthalpy: Annotated[float, "J/kg"]
    coal_temperature: Annotated[float, "K"]
    coal_burnout: Annotated[float, "1"]
    blower_pressure: Annotated[float, "Pa"]
    least_blast_volume: Annotated[float, "Nm3/s"]
    blast_lag: Annotated[Vector, "s", 5]
    # ash, mass fractions SiO2, Al2O3, CaO, MgO
    coke_ash_analysis: Annotated[Vector, "1", 4]
    coal_ash_analysis: Annotated[Vector, "1", 4]
    # hearth
    hearth_voidage: Annotated[float, "1"]
    metal_density: Annotated[float, "kg/m3"]
    slag_density: Annotated[float, "kg/m3"]
    sump_metal: Annotated[float, "kg"]
    hearth_coke_diameter: Annotated[float, "m"]
    hearth_metal_time: Annotated[float, "s"]
    hearth_mixing_time: Annotated[float, "s"]
    deadman_heat_capacity: Annotated[float, "J/K"]
    deadman_conductance: Annotated[float, "W/K"]
    hearth_heat_transfer: Annotated[float, "W/K"]
    hearth_still_share: Annotated[float, "1"]
    hearth_reference_flow: Annotated[float, "kg/s"]
    hearth_outside_temperature: Annotated[float, "K"]
    silicon_time: Annotated[float, "s"]
    silicon_approach: Annotated[float, "1"]
    silicon_carbon_monoxide_pressure: Annotated[float, "atm"]
    silicon_drip_height: Annotated[float, "m"]
    silicon_ash_slope: Annotated[float, "1"]
    carbon_approach: Annotated[float, "1"]
    sulphur_time: Annotated[float, "s"]
    sulphur_approach: Annotated[float, "1"]
    # alkali
    alkali_slag_share: Annotated[float, "1"]
    alkali_top_share: Annotated[float, "1"]
    alkali_reference_load: Annotated[float, "%"]
    # taps
    tap_hole_length: Annotated[float, "m"]
    tap_hole_friction: Annotated[float, "1"]
    tap_hole_wear: Annotated[float, "m/s"]
    tap_gap: Annotated[float, "s"]
    tap_longest: Annotated[float, "s"]
    tap_shortest: Annotated[float, "s"]
    tap_empty_level: Annotated[float, "m"]
    runner_cooling: Annotated[float, "K"]
    runner_time: Annotated[float, "s"]
    # wall, per zone
    wall_loss_share: Annotated[Vector, "1", 3]
    wall_area: Annotated[Vector, "m2", 6]
    wall_inner_coefficient: Annotated[Vector, "W/m2/K", 6]
    wall_still_share: Annotated[float, "1"]
    wall_refractory_resistance: Annotated[Vector, "m2 K/W", 6]
    wall_heat_capacity: Annotated[Vector, "J/m2/K", 6]
    stave_coefficient: Annotated[float, "W/m2/K"]
    stave_heat_capacity: Annotated[float, "J/m2/K"]
    water_temperature: Annotated[float, "K"]
    accretion_conductivity: Annotated[float, "W/m/K"]
    accretion_liquidus: Annotated[float, "K"]
    accretion_density: Annotated[float, "kg/m3"]
    accretion_latent_heat: Annotated[float, "J/kg"]
    accretion_wear: Annotated[float, "m/s"]
    accretion_thickest: Annotated[float, "m"]
    tuyere_heat_transfer: Annotated[float, "W/K"]
    # reference operation
    reference_blast_volume: Annotated[float, "Nm3/s"]
    reference_oxygen_flow: Annotated[float, "Nm3/s"]
    reference_blast_temperature: Annotated[float, "K"]
    reference_blast_moisture: Annotated[float, "kg/Nm3"]
    reference_coal_injection_rate: Annotated[float, "kg/s"]
    reference_top_pressure: Annotated[float, "Pa"]
    reference_coke_base: Annotated[float, "kg"]
    reference_ore_base: Annotated[float, "kg"]
    reference_limestone_base: Annotated[float, "kg"]
    reference_burden_pattern_ore: Annotated[Vector, "1", 3]
    reference_burden_pattern_coke: Annotated[Vector, "1", 3]
    reference_coke_moisture: Annotated[float, "1"]
    reference_coke_ash: Annotated[float, "1"]
    reference_coke_sulphur: Annotated[float, "1"]
    reference_coke_csr: Annotated[float, "%"]
    reference_coke_cri: Annotated[float, "%"]
    reference_coke_alkali: Annotated[float, "1"]
    reference_ore_moisture: Annotated[float, "1"]
    reference_ore_iron: Annotated[float, "1"]
    reference_ore_ferrous_oxide: Annotated[float, "1"]
    reference_ore_lime: Annotated[float, "1"]
    reference_ore_silica: Annotated[float, "1"]
    reference_ore_alumina: Annotated[float, "1"]
    reference_ore_magnesia: Annotated[float, "1"]
    reference_ore_manganese_oxide: Annotated[float, "1"]
    reference_ore_titania: Annotated[float, "1"]
    reference_ore_alkali: Annotated[float, "1"]
    reference_ore_phosphorus: Annotated[float, "1"]
    reference_ore_sulphur: Annotated[float, "1"]
    reference_ore_fines: Annotated[float, "1"]
    reference_drill_diameter: Annotated[float, "m"]


def read_furnace_parameters(path: Path) -> FurnaceParameters:
    """Read the `[furnace.*]` tables of `path`; all faults are reported at once in one `ConfigurationError`."""
    unreadable: list[Fault] = []
    tables = LocatedToml.read(path, unreadable).content.get("furnace", {})
    refuse(unreadable)
    hints = get_type_hints(FurnaceParameters, include_extras=True)
    faults = [f"[furnace.{name}] is not a parameter, {nearest(name, hints)}" for name in tables if name not in hints]
    values: dict[str, Any] = {}
    for name, hint in hints.items():
        _, unit, *size = get_args(hint)
        fault, values[name] = _entry(name, tables.get(name), unit, size[0] if size else 0)
        faults += [fault] if fault else []
    faults = faults or _shares(values)
    if faults:
        raise ConfigurationError(
            "; ".join(faults), str(path), "value, unit and source for every furnace parameter", "correct these entries"
        )
    return FurnaceParameters(**values)


def _entry(name: str, entry: Any, unit: str, size: int) -> tuple[str, Any]:
    """(fault or "", value) of one table."""
    where = f"[furnace.{name}]"
    if not isinstance(entry, dict):
        return f"{where} is missing", None
    missing = [key for key in ("value", "unit", "source", "low", "high") if key not in entry]
    if missing:
        return f"{where} lacks {', '.join(missing)}", None
    if entry["unit"] != unit:
        return f"{where} has the unit {entry['unit']!r}, expected {unit!r}", None
    value = entry["value"] if size else [entry["value"]]
    if not isinstance(value, list) or (size and len(value) != size):
        return f"{where} needs a list of {size} numbers", None
    if any(isinstance(x, bool) or not isinstance(x, int | float) or not math.isfinite(x) for x in value):
        return f"{where} is not a finite number", None
    if any(not entry["low"] <= x <= entry["high"] for x in value):
        return f"{where} = {entry['value']} is outside low {entry['low']} ... high {entry['high']}", None
    return "", tuple(float(x) for x in value) if size else float(value[0])


def _shares(values: dict[str, Any]) -> list[str]:
    """Faults between entries: annulus shares and pattern weights."""
    shares = values["annulus_area_share"]
    faults = [] if abs(sum(shares) - 1.0) < 1e-9 else ["[furnace.annulus_area_share] does not add up to 1"]
    for name in ("reference_burden_pattern_ore", "reference_burden_pattern_coke"):
        mean = sum(s * w for s, w in zip(shares, values[name], strict=True))
        faults += [] if abs(mean - 1.0) < 1e-6 else [f"[furnace.{name}] has the area-weighted mean {mean:.6f}, not 1"]
    low, high = values["chute_least_angle"], values["chute_largest_angle"]
    if any(not low <= angle <= high for angle in values["chute_angles"]):
        faults.append(f"[furnace.chute_angles] leaves the chute's range {low:g} ... {high:g} deg")
    for name in ("reference_ore_rounds", "reference_coke_rounds"):
        faults += [] if sum(values[name]) > 0.0 else [f"[furnace.{name}] has no round"]
    return faults
