"""Outputs read from a state and the flows of its last step."""

import jax.numpy as jnp
from jax import Array

from ironworks.physics import flame_temperature, tuyere
from ironworks.physics.constants import (
    M_AL2O3,
    M_C,
    M_CAO,
    M_FEO,
    M_MGO,
    M_MNO,
    M_S,
    M_SIO2,
    MOLAR_VOLUME_NORMAL,
)
from ironworks.physics.reduction import OXYGEN_PER_IRON
from ironworks.plant.furnace import descent, hearth, taps
from ironworks.plant.furnace.column import Geometry, layers
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.model import Flows
from ironworks.plant.furnace.outputs import FurnaceOutputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import FurnaceState

PERMEABILITY_EXPONENT = 1.7  # K = (p_b^2 - p_t^2)/V^1.7, field practice
SHAFT_TAPS = (0.0, 0.25, 0.5, 0.75)  # levels of the shaft pressure taps over the stack height, from the belly up
COHESIVE_TOP, COHESIVE_BOTTOM = 1473.0, 1683.0  # K
SMALL = 1e-9


def report(
    p: FurnaceParameters, g: Geometry, before: FurnaceState, s: FurnaceState, u: FurnaceInputs, f: Flows
) -> FurnaceOutputs:
    """True values after the step `before` -> `s` with flows `f`."""
    return FurnaceOutputs(
        **_metal(p, g, s, f), **_top_gas(s, f), **_blast(p, u, before, s, f), **_burden(p, g, before, s, f),
        **_rates(s, f), **_walls_and_taps(p, g, s, f), **_profiles(p, g, s),
    )  # fmt: skip


def _metal(p: FurnaceParameters, g: Geometry, s: FurnaceState, f: Flows) -> dict[str, Array]:
    now = hearth.contents(s.hearth)
    metal, slag = hearth.metal_mass(now.metal), hearth.slag_mass(now.slag)
    dripping = hearth.metal_mass(f.arriving.flow.metal)
    tapped = hearth.metal_mass(f.tapped.metal)
    cold = p.runner_cooling * jnp.exp(-s.taps.time_in_cast / p.runner_time) * (tapped > 0.0)
    masses = dict(zip(hearth.METAL, hearth.METAL_MASS, strict=True))
    shares = {
        f"hot_metal_{name}": getattr(s.hearth, name) * masses[name] / metal for name in hearth.METAL if name != "iron"
    }
    oxides = {
        "slag_lime": s.hearth.lime * M_CAO, "slag_silica": s.hearth.silica * M_SIO2,
        "slag_alumina": s.hearth.alumina * M_AL2O3, "slag_magnesia": s.hearth.magnesia * M_MGO,
        "slag_ferrous_oxide": s.hearth.ferrous_oxide * M_FEO, "slag_manganese_oxide": s.hearth.manganese_oxide * M_MNO,
        "slag_sulphur": s.hearth.slag_sulphur * M_S,
    }  # fmt: skip
    return (
        shares
        | {name: mass / slag for name, mass in oxides.items()}
        | {
            "production_rate": jnp.sum(dripping),
            "tapped_metal_rate": tapped,
            "tapped_slag_rate": hearth.slag_mass(f.tapped.slag),
            "slag_rate": hearth.slag_mass(jnp.sum(f.arriving.flow.slag, axis=1)),
            "hot_metal_temperature": s.hearth.temperature,
            "hot_metal_temperature_tapped": s.hearth.temperature - cold,
            "hot_metal_temperature_drip": jnp.sum(dripping * f.arriving.temperature)
            / jnp.maximum(jnp.sum(dripping), SMALL),
            "slag_basicity": oxides["slag_lime"] / oxides["slag_silica"],
        }
    )


def _top_gas(s: FurnaceState, f: Flows) -> dict[str, Array]:
    annulus = f.sweep.gas[:5, :, -1]
    mixed = jnp.sum(annulus, axis=1)
    flow = jnp.sum(mixed)
    co, co2, h2, h2o, n2 = mixed
    temperature = f.sweep.temperature[:, -1]
    hydrogen_in = jnp.sum(f.raceway.hydrogen)
    return {
        "top_gas_carbon_monoxide": co / flow,
        "top_gas_carbon_dioxide": co2 / flow,
        "top_gas_hydrogen": h2 / flow,
        "top_gas_nitrogen": n2 / flow,
        "top_gas_steam": h2o / flow,
        "top_gas_temperature": jnp.sum(jnp.sum(annulus, axis=0) * temperature) / flow,
        "top_gas_temperature_annulus": temperature,
        "top_gas_flow": flow * MOLAR_VOLUME_NORMAL,
        "gas_utilisation": co2 / (co + co2),
        "gas_utilisation_annulus": annulus[1] / (annulus[0] + annulus[1]),
        "hydrogen_utilisation": 1.0 - h2 / jnp.maximum(hydrogen_in, SMALL),
        "gas_share": s.gas_share,
    }


def _blast(p: FurnaceParameters, u: FurnaceInputs, before: FurnaceState, s: FurnaceState, f: Flows) -> dict[str, Array]:
    b, r = s.blast, f.raceway
    air = jnp.maximum(b.blast_volume, p.least_blast_volume)
    dry = air + b.oxygen_flow
    bosh = MOLAR_VOLUME_NORMAL * jnp.sum(r.carbon_monoxide + r.hydrogen + r.nitrogen)
    main, top = f.pressures.main, u.top_pressure + before.descent.pressure_rise
    return {
        "hot_blast_pressure": main,
        "top_pressure": top,
        "pressure_drop": main - top,
        "bed_pressure_drop": f.pressures.bed,
        "flame_temperature": jnp.sum(s.gas_share * r.flame_temperature),
        "flame_temperature_plant": flame_temperature.plant_formula(
            b.blast_temperature, 1000.0 * b.oxygen_flow / air, b.blast_moisture, b.coal_injection_rate / dry
        ),
        "bosh_gas_volume": bosh,
        "bosh_gas_volume_plant": flame_temperature.bosh_gas_volume(
            air, b.oxygen_flow, b.blast_moisture * dry, b.coal_injection_rate, p.coal_hydrogen
        ),
        "tuyere_velocity": f.pressures.velocity,
        "tuyere_kinetic_energy": tuyere.kinetic_energy(f.pressures.mass_flow, f.pressures.velocity, p.tuyere_count),
        "permeability_index": ((main / 1e3) ** 2 - (top / 1e3) ** 2) / (60.0 * bosh) ** PERMEABILITY_EXPONENT,
    }


def _burden(p: FurnaceParameters, g: Geometry, before: FurnaceState, s: FurnaceState, f: Flows) -> dict[str, Array]:
    volume = jnp.sum(f.lay.ore_volume + f.lay.coke_volume) + jnp.sum(before.descent.void)
    upper = g.height[-1]
    belly = g.zone_bounds[1]
    levels = belly + jnp.asarray(SHAFT_TAPS) * (upper - belly)
    height, pressure = f.lay.height[-1], f.pressures.cell[-1]
    inside = height[None, :] <= levels[:, None]
    at = jnp.sum(inside, axis=1)
    return {
        "shaft_pressure": pressure[jnp.clip(at - 1, 0, pressure.shape[0] - 1)],
        "lift_ratio": descent.lift(p, before.cells, f.lay, f.pressures.drop).annulus,
        "hanging_share": s.descent.hung,
        "void_volume": s.descent.void,
        "slip_count": s.descent.slips,
        "stock_level": p.stock_line + (p.active_volume - volume) / g.throat_area,
        "charge_count": s.charge_count,
        "residence_time": jnp.sum(s.gas_share * (s.time - s.cells.charged_at[:, 0])),
    }


def _rates(s: FurnaceState, f: Flows) -> dict[str, Array]:
    m = s.smoothed
    metal = jnp.maximum(m.production, SMALL)
    return {
        "charge_rate": m.charges,
        "coke_charged": s.totals.coke,
        "ore_charged": s.totals.ore,
        "coal_injected": s.totals.coal,
        "metal_produced": s.totals.metal,
        "metal_tapped": s.totals.metal_tapped,
        "slag_tapped": s.totals.slag_tapped,
        "coke_rate": m.coke / metal,
        "coal_rate": m.coal / metal,
        "fuel_rate": (m.coke + m.coal) / metal,
        "direct_reduction": m.direct_carbon / jnp.maximum(m.iron, SMALL),
        "carbon_gasified": f.gasified * M_C,
    }


def _walls_and_taps(p: FurnaceParameters, g: Geometry, s: FurnaceState, f: Flows) -> dict[str, Array]:
    level = taps.levels(p, g.hearth_area, s.hearth)
    hole = s.taps.following.astype(jnp.int32)
    return {
        "heat_loss": f.wall.water,
        "stave_temperature": s.wall.stave_temperature,
        "accretion_thickness": s.wall.accretion,
        "iron_mass": level.iron_mass,
        "slag_mass": level.slag_mass,
        "iron_level": level.iron,
        "slag_level": level.slag,
        "tap_open": s.taps.open,
        "tap_hole": s.taps.following,
        "tap_diameter": s.taps.diameter[hole],
        "cast_count": s.taps.cast_count,
        "time_in_cast": s.taps.time_in_cast,
    }


def _profiles(p: FurnaceParameters, g: Geometry, s: FurnaceState) -> dict[str, Array]:
    cells = s.cells
    lay = layers(p, g, cells, s.active)
    iron = jnp.maximum(cells.hematite + cells.magnetite + cells.wustite + cells.iron, SMALL)
    oxides = (cells.hematite, cells.magnetite, cells.wustite)
    oxygen = sum(o * n for o, n in zip(OXYGEN_PER_IRON, oxides, strict=True)) / iron
    hot = lay.used > 0.0

    def top_of(limit: float) -> Array:
        return jnp.max(jnp.where(hot & (cells.temperature >= limit), lay.height, 0.0), axis=1)

    middle = jnp.argmin(jnp.where(hot[1], jnp.abs(oxygen[1] - 1.0), jnp.inf))
    return {
        "cohesive_zone_bottom": top_of(COHESIVE_BOTTOM),
        "cohesive_zone_top": top_of(COHESIVE_TOP),
        "reserve_temperature": cells.temperature[1, middle],
        "profile_height": lay.height,
        "profile_solid_temperature": cells.temperature,
        "profile_gas_temperature": cells.gas_temperature,
        "profile_oxygen": oxygen * lay.used,
        "profile_used": lay.used,
    }
