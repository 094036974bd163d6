"""Outputs read from a state and the flows of its last step."""

import jax.numpy as jnp
from jax import Array

from ironworks.physics import flame_temperature, tuyere
from ironworks.physics import slag as slag_physics
from ironworks.physics.constants import M_C, M_K2O, MOLAR_VOLUME_NORMAL
from ironworks.physics.reduction import OXYGEN_PER_IRON
from ironworks.plant.furnace import descent, hearth, taps
from ironworks.plant.furnace import pool as pools
from ironworks.plant.furnace.column import Geometry
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
        **_metal(p, s, f), **_top_gas(s, f), **_blast(p, u, before, s, f), **_burden(p, g, before, s, f),
        **_rates(p, u, s, f), **_alkali(u, s, f), **_walls_and_taps(p, g, s, f), **_profiles(before, f),
    )  # fmt: skip


def _metal(p: FurnaceParameters, s: FurnaceState, f: Flows) -> dict[str, Array]:
    pool = s.hearth
    now, running = hearth.contents(pool), f.running.flow
    dripping, tapped = hearth.metal_mass(f.arriving.flow.metal), hearth.metal_mass(running.metal)
    tapped_slag = hearth.slag_mass(running.slag)
    side = taps.side_in_use(s.taps)
    metal_weight, slag_weight = _weights(tapped, side), _weights(tapped_slag, side)
    at_hole = hearth.Flow(now.metal @ metal_weight, now.slag @ slag_weight)
    metal, slag = _contents(hearth.Flow(jnp.sum(now.metal, axis=1), jnp.sum(now.slag, axis=1)))
    tapped_metal, tapped_oxides = _contents(at_hole)
    cold = p.runner_cooling * jnp.exp(-s.taps.time_in_cast / p.runner_time) * (jnp.sum(tapped) > 0.0)
    temperature = pools.mean_temperature(pool)
    melt = slag_physics.Oxides(*(jnp.sum(one) for one in pools.oxides(pool)))
    return (
        {f"hot_metal_{name}": x for name, x in metal.items()}
        | {f"tapped_metal_{name}": x for name, x in tapped_metal.items()}
        | {f"slag_{name}": x for name, x in slag.items()}
        | {f"tapped_slag_{name}": x for name, x in tapped_oxides.items()}
        | {
            "production_rate": jnp.sum(dripping),
            "tapped_metal_rate": jnp.sum(tapped),
            "tapped_slag_rate": jnp.sum(tapped_slag),
            "slag_rate": jnp.sum(hearth.slag_mass(f.arriving.flow.slag)),
            "hot_metal_temperature": temperature,
            "hot_metal_temperature_side": pool.temperature,
            "hot_metal_temperature_tapped": jnp.sum(metal_weight * pool.temperature) - cold,
            "hot_metal_temperature_drip": jnp.sum(dripping * f.arriving.temperature)
            / jnp.maximum(jnp.sum(dripping), SMALL),
            "slag_basicity": slag["lime"] / slag["silica"],
            "slag_viscosity": slag_physics.viscosity(temperature, melt),
            "slag_liquidus": slag_physics.liquidus(melt),
            "deadman_temperature": pool.deadman_temperature,
        }
    )


def _weights(tapped: Array, side: Array) -> Array:
    """(2,) parts of the sides in what runs out, `tapped` (2,) kg/s; the side in use when nothing does."""
    whole = jnp.sum(tapped)
    return jnp.where(whole > 0.0, tapped / jnp.maximum(whole, SMALL), side)


def _contents(liquids: hearth.Flow) -> tuple[dict[str, Array], dict[str, Array]]:
    """Mass fractions of hot metal without iron, and of slag, from amounts (7,) and (9,)."""
    found = []
    for names, masses, amounts in (
        (hearth.METAL, hearth.METAL_MASS, liquids.metal), (hearth.SLAG, hearth.SLAG_MASS, liquids.slag),
    ):  # fmt: skip
        kilograms = amounts * jnp.asarray(masses)
        found.append(dict(zip((n.removeprefix("slag_") for n in names), kilograms / jnp.sum(kilograms), strict=True)))
    metal, slag = found
    del metal["iron"]
    return metal, slag


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


def _rates(p: FurnaceParameters, u: FurnaceInputs, s: FurnaceState, f: Flows) -> dict[str, Array]:
    m = s.smoothed
    char = M_C * jnp.sum(f.sweep.gas[5], axis=0)  # kg/s at each level, the last is the top
    coke_dust, ore_dust = p.coke_dust_share * m.coke, p.ore_dust_share * m.ore
    dust = coke_dust + ore_dust + char[-1]
    coke_carbon = (1.0 - u.coke_ash - u.coke_sulphur) * coke_dust
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
        "char_made": char[0],
        "char_gasified": char[0] - char[-1],
        "char_lost": char[-1],
        "dust_rate": dust,
        "dust_carbon": (coke_carbon + char[-1]) / jnp.maximum(dust, SMALL),
    }


def _alkali(u: FurnaceInputs, s: FurnaceState, f: Flows) -> dict[str, Array]:
    vapour = M_K2O * f.arriving.vapour
    return {
        "alkali_charged": s.smoothed.ore * u.ore_alkali + s.smoothed.coke * u.coke_alkali,
        "alkali_vapour": jnp.sum(vapour),
        "alkali_lost": jnp.sum((1.0 - jnp.sum(f.condensing, axis=1)) * vapour),
        "alkali_load": M_K2O * jnp.sum(s.cells.alkali),
    }


def _walls_and_taps(p: FurnaceParameters, g: Geometry, s: FurnaceState, f: Flows) -> dict[str, Array]:
    level = pools.levels(p, g.hearth_area, s.hearth)
    side = taps.side_in_use(s.taps)
    hole = s.taps.following.astype(jnp.int32)
    return {
        "heat_loss": f.wall.water,
        "stave_temperature": s.wall.stave_temperature,
        "accretion_thickness": s.wall.accretion,
        "iron_mass": jnp.sum(level.iron_mass),
        "slag_mass": jnp.sum(level.slag_mass),
        "iron_level": jnp.sum(side * level.iron),
        "slag_level": jnp.sum(side * level.slag),
        "slag_level_side": level.slag,
        "tap_open": s.taps.open,
        "tap_hole": s.taps.following,
        "tap_diameter": s.taps.diameter[hole],
        "cast_count": s.taps.cast_count,
        "time_in_cast": s.taps.time_in_cast,
    }


def _profiles(before: FurnaceState, f: Flows) -> dict[str, Array]:
    """Of the burden as the step found it, for which the gas was marched: merging and charging then move the slots."""
    cells, lay = before.cells, f.lay
    co, co2, h2, h2o = f.sweep.gas[:4, :, 1:]
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
        "profile_gas_temperature": f.sweep.temperature[:, 1:],
        "profile_gas_utilisation": co2 / jnp.maximum(co + co2, SMALL),
        "profile_hydrogen_utilisation": h2o / jnp.maximum(h2 + h2o, SMALL),
        "profile_pressure": f.pressures.cell,
        "profile_oxygen": oxygen * lay.used,
        "profile_used": lay.used,
    }
