"""The two sides of the hearth: what drips in, flows across, is tapped, reacts and cools, and the packed coke between.

Metal and slag of a side are mixed ideally. Between the sides levels even out through the coke bed, metal in a minute
or two, slag as slowly as its viscosity lets it; besides, both change places with a time constant. The packed coke
(deadman) is a store of heat of its own. Its renewal, carburisation of metal in the hearth, and the skull on the wall
are left out.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics import metal, packed_bed, slag
from ironworks.physics.constants import GRAVITY, M_C, M_SI
from ironworks.plant.furnace.hearth import (
    METAL,
    MOST_SILICA,
    REFERENCE_ASH_SILICA,
    SLAG,
    Flow,
    Tapping,
    contents,
    flow_coefficients,
    flow_enthalpy,
    metal_mass,
    silicon_target,
    slag_mass,
)
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Hearth

BRIDGE = 2.36  # width over length of the path between two half circles: their chord over the way between centroids
LEAST_DEPTH = 0.1  # m of slag that always connects the sides
MOST_CROSSING = 0.4  # share of a side's liquid that one step may move
CONVECTION_EXPONENT = 0.8  # of heat transfer in flow, turbulent
SMALL = 1e-6


class Levels(NamedTuple):
    """Levels over the tap holes, m, and masses, kg, of the sides (2,)."""

    iron: Array
    slag: Array  # surface of the slag
    iron_mass: Array
    slag_mass: Array

    @property
    def slag_depth(self) -> Array:
        """m of slag over the metal, or over the hole where metal stands lower."""
        return self.slag - jnp.maximum(self.iron, 0.0)


class PoolStep(NamedTuple):
    """Result of a step of the hearth; scalars but the state."""

    hearth: Hearth
    carbon_monoxide: Array  # kmol/s from silica reduced in the pools (negative when silicon burns)
    monoxide_heat: Array  # W that it carries
    carbon: Array  # kmol/s C that this takes from slot 0
    loss: Array  # W through the hearth wall and bottom


def levels(p: FurnaceParameters, hearth_area: Array, pool: Hearth) -> Levels:
    """Liquid levels in the voids of the coke bed; the metal of the sump lies below the holes."""
    now = contents(pool)
    iron_mass, slag_kg = metal_mass(now.metal), slag_mass(now.slag)
    bed = 0.5 * hearth_area * p.hearth_voidage
    iron = (iron_mass - 0.5 * jnp.asarray(p.sump_metal)) / (p.metal_density * bed)
    return Levels(iron, jnp.maximum(iron, 0.0) + slag_kg / (p.slag_density * bed), iron_mass, slag_kg)


def oxides(pool: Hearth) -> slag.Oxides:
    """Oxides of the slag of each side."""
    return slag.Oxides(*(getattr(pool, name) for name in slag.Oxides._fields))


def slag_conductivity(p: FurnaceParameters, viscosity: Array) -> Array:
    """Hydraulic conductivity of the hearth's coke for slag, m/s: Darcy's law with the laminar term of Ergun."""
    permeability = packed_bed.permeability(jnp.asarray(p.hearth_voidage), jnp.asarray(p.hearth_coke_diameter))
    return permeability * p.slag_density * GRAVITY / viscosity


def sides(p: FurnaceParameters, u: FurnaceInputs, arriving: Tapping) -> tuple[Flow, Array]:
    """(amounts kmol/s, enthalpy W) that drip into each side, last axis 2. The sides together get what arrives."""
    first = jnp.asarray(u.drip_side_share)
    share = jnp.stack([first, 1.0 - first])
    whole = Flow(jnp.sum(arriving.flow.metal, axis=1), jnp.sum(arriving.flow.slag, axis=1))
    _, capacity = flow_coefficients(whole)
    warmer = capacity * first * (1.0 - first) * u.drip_side_temperature
    heat = share * jnp.sum(arriving.enthalpy) + jnp.stack([warmer, -warmer])
    return Flow(whole.metal[:, None] * share, whole.slag[:, None] * share), heat


def crossing(
    p: FurnaceParameters, hearth_area: Array, pool: Hearth, level: Levels, viscosity: Array, dt: float
) -> tuple[Flow, Array]:
    """(amounts kmol/s, heat W) that side 0 gives to side 1, net.

    Metal moves until its head is equal (slag weighs on it), slag until its surface is; both are exact relaxations. On
    top equal masses change places, so that a difference of contents decays with `hearth_mixing_time`.
    """
    bed = 0.5 * hearth_area * p.hearth_voidage
    depth = level.slag_depth
    conductivity = slag_conductivity(p, jnp.mean(viscosity))
    slag_time = 0.5 * bed / (conductivity * jnp.maximum(jnp.mean(depth), LEAST_DEPTH) * BRIDGE)
    head = level.iron + depth * p.slag_density / p.metal_density
    metal_flow = 0.5 * bed * p.metal_density * (head[0] - head[1]) * -jnp.expm1(-dt / p.hearth_metal_time) / dt
    slag_flow = 0.5 * bed * p.slag_density * (level.slag[0] - level.slag[1]) * -jnp.expm1(-dt / slag_time) / dt
    metal_share = _given(metal_flow, level.iron_mass, p.hearth_mixing_time, dt)
    slag_share = _given(slag_flow, level.slag_mass, p.hearth_mixing_time, dt)
    now = contents(pool)
    given = Flow(now.metal * metal_share, now.slag * slag_share)
    heat = flow_enthalpy(given, pool.temperature)
    return Flow(given.metal[:, 0] - given.metal[:, 1], given.slag[:, 0] - given.slag[:, 1]), heat[0] - heat[1]


def _given(net: Array, mass: Array, mixing_time: Array | float, dt: float) -> Array:
    """Share (2,) of its liquid that each side gives per second, from the net flow from 0 to 1 [kg/s] and mixing."""
    both = jnp.maximum(mass, 1.0)
    exchanged = 1.0 / (jnp.asarray(mixing_time) * jnp.sum(1.0 / both))
    flow = jnp.stack([jnp.maximum(net, 0.0), jnp.maximum(-net, 0.0)]) + exchanged
    return jnp.minimum(flow / both, MOST_CROSSING / dt)


def wall_loss(p: FurnaceParameters, pool: Hearth, dripping: Array, tapped: Array) -> Array:
    """W (2,) through wall and bottom of each side. dripping, tapped (2,) kg/s of metal.

    Metal that flows renews the layer at the wall; a still pool keeps natural convection only. Behind the layer iron has
    frozen on, so that less heat from the liquid means a thicker skull and not a hotter wall.
    """
    moving = jnp.maximum((dripping + tapped) / p.hearth_reference_flow, SMALL) ** CONVECTION_EXPONENT
    transfer = 0.5 * p.hearth_heat_transfer * (p.hearth_still_share + (1.0 - p.hearth_still_share) * moving)
    return transfer * (pool.temperature - p.hearth_outside_temperature)


def pool_reactions(p: FurnaceParameters, pool: Hearth) -> tuple[Array, Array]:
    """(silicon reduced, sulphur moved to slag), kmol/s (2,), by relaxation toward slag-metal equilibrium."""
    now = contents(pool)
    mass, slag_kg = jnp.maximum(metal_mass(now.metal), 1.0), slag_mass(now.slag)
    ash, height = jnp.asarray(REFERENCE_ASH_SILICA), jnp.asarray(p.silicon_drip_height)
    target = silicon_target(p, pool.temperature, pool.lime, pool.silica, ash, height)
    silicon = (target * mass / M_SI - pool.silicon) / p.silicon_time
    silicon = jnp.clip(silicon, -pool.silicon / p.silicon_time, MOST_SILICA * pool.silica / p.silicon_time)
    optical = slag.optical_basicity(pool.lime, pool.silica, pool.alumina, pool.magnesia)
    carbon = 100.0 * M_C * pool.carbon / mass
    percent_silicon = 100.0 * M_SI * pool.silicon / mass
    partition = p.sulphur_approach * slag.sulphur_partition(
        jnp.clip(pool.temperature, 1500.0, 1950.0), optical, carbon, percent_silicon, p.silicon_carbon_monoxide_pressure
    )
    total = pool.sulphur + pool.slag_sulphur
    in_metal = total / (1.0 + partition * slag_kg / mass)
    return silicon, (pool.sulphur - in_metal) / p.sulphur_time


def advance_pool(
    p: FurnaceParameters,
    u: FurnaceInputs,
    pool: Hearth,
    arriving: Tapping,
    tapped: Flow,
    across: tuple[Flow, Array],
    coke_temperature: Array,
    dt: float,
) -> PoolStep:
    """Hearth after dt: what drips in, what is tapped of each side (kmol/s, last axis 2), what crosses, reactions, heat.

    coke_temperature () K of the coke that reduces silica in the pools.
    """
    silicon, sulphur = pool_reactions(p, pool)
    zero = jnp.zeros_like(silicon)
    metal_changes = dict.fromkeys(METAL, zero) | {"silicon": silicon, "sulphur": -sulphur}
    slag_changes = dict.fromkeys(SLAG, zero) | {"silica": -silicon, "slag_sulphur": sulphur}
    into, heat_in = sides(p, u, arriving)
    toward = jnp.asarray([-1.0, 1.0])
    over, over_heat = across
    before = contents(pool)
    metal_now = before.metal + dt * (
        into.metal + jnp.stack(list(metal_changes.values())) - tapped.metal + over.metal[:, None] * toward
    )
    slag_now = before.slag + dt * (
        into.slag + jnp.stack(list(slag_changes.values())) - tapped.slag + over.slag[:, None] * toward
    )
    loss = wall_loss(p, pool, metal_mass(into.metal), metal_mass(tapped.metal))
    to_coke = 0.5 * p.deadman_conductance * (pool.temperature - pool.deadman_temperature)
    monoxide_heat = 2.0 * silicon * h.enthalpy(h.CARBON_MONOXIDE, pool.temperature)
    heat = heat_in + over_heat * toward - flow_enthalpy(tapped, pool.temperature) - loss - to_coke
    heat = heat + 2.0 * silicon * h.enthalpy(h.CARBON, coke_temperature) - monoxide_heat
    enthalpy = pool.enthalpy + dt * heat
    at, capacity = flow_coefficients(Flow(metal_now, slag_now))
    after = Hearth(
        **dict(zip(METAL + SLAG, [*metal_now, *slag_now], strict=True)),
        enthalpy=enthalpy,
        temperature=metal.REFERENCE + (enthalpy - at) / capacity,
        deadman_temperature=pool.deadman_temperature + dt * jnp.sum(to_coke) / p.deadman_heat_capacity,
    )
    reduced = 2.0 * jnp.sum(silicon)
    return PoolStep(after, reduced, jnp.sum(monoxide_heat), reduced, jnp.sum(loss))


def mean_temperature(pool: Hearth) -> Array:
    """Temperature of the metal of both sides together, K."""
    mass = metal_mass(contents(pool).metal)
    return jnp.sum(mass * pool.temperature) / jnp.sum(mass)
