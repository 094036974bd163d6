"""Tap holes: opening and plugging, wear, and how fast metal and slag run out."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import ATMOSPHERE, GRAVITY
from ironworks.plant.furnace.hearth import Flow, contents, metal_mass, slag_mass
from ironworks.plant.furnace.inputs import TAP_HOLES, FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Hearth, Taps

METAL_LAYER = 0.30  # m of metal over the hole below which slag is drawn along (interface tilted by the flow)
SLAG_LAYER = 0.20  # m of slag over the hole below which gas begins to blow
SLAG_WEAR = 2.0  # extra wear by slag over wear by metal
SECOND_HOLE = 2  # holes 0 and 2 lie opposite each other and are used in turn; 1 and 3 rest


class Levels(NamedTuple):
    """Levels over the tap hole, m, and the masses, kg."""

    iron: Array
    slag: Array  # surface of the slag
    iron_mass: Array
    slag_mass: Array


def levels(p: FurnaceParameters, hearth_area: Array, pool: Hearth) -> Levels:
    """Liquid levels in the voids of the coke bed; the metal of the sump lies below the hole."""
    now = contents(pool)
    iron_mass, slag = metal_mass(now.metal), slag_mass(now.slag)
    bed = hearth_area * p.hearth_voidage
    iron = (iron_mass - p.sump_metal) / (p.metal_density * bed)
    return Levels(iron, jnp.maximum(iron, 0.0) + slag / (p.slag_density * bed), iron_mass, slag)


def outflow(p: FurnaceParameters, taps: Taps, pool: Hearth, level: Levels, blast_pressure: Array) -> tuple[Flow, Array]:
    """(metal and slag through all open holes [kmol/s], share of metal by volume [-])."""
    metal_share = jnp.clip(level.iron / METAL_LAYER, 0.0, 1.0)
    slag_share = (1.0 - metal_share) * jnp.clip((level.slag - jnp.maximum(level.iron, 0.0)) / SLAG_LAYER, 0.0, 1.0)
    density = metal_share * p.metal_density + (1.0 - metal_share) * p.slag_density
    head = jnp.maximum(blast_pressure - ATMOSPHERE, 0.0) / density + GRAVITY * jnp.maximum(level.slag, 0.0)
    friction = 1.0 + p.tap_hole_friction * p.tap_hole_length / jnp.maximum(taps.diameter, 0.01)
    volume = jnp.sum(taps.open * jnp.sqrt(2.0 * head / friction) * jnp.pi / 4.0 * taps.diameter**2)
    now = contents(pool)
    metal_rate = volume * metal_share * p.metal_density / jnp.maximum(level.iron_mass, 1.0)
    slag_rate = volume * slag_share * p.slag_density / jnp.maximum(level.slag_mass, 1.0)
    return Flow(now.metal * metal_rate, now.slag * slag_rate), metal_share


def advance_taps(
    p: FurnaceParameters, u: FurnaceInputs, taps: Taps, level: Levels, metal_share: Array, dt: float
) -> Taps:
    """Holes after dt: the automatic schedule opens the next hole after the gap and plugs it when gas blows, or the
    flags of the inputs decide."""
    any_open = jnp.max(taps.open)
    time_in_cast = any_open * (taps.time_in_cast + dt)
    time_closed = (1.0 - any_open) * (taps.time_closed + dt)
    empty = (level.slag < p.tap_empty_level) & (time_in_cast > p.tap_shortest)
    plug = (any_open > 0.0) & (empty | (time_in_cast > p.tap_longest))
    drill = (any_open == 0.0) & (time_closed >= p.tap_gap)
    hole = (jnp.arange(TAP_HOLES) == taps.following).astype(taps.open.dtype)
    automatic = jnp.where(plug, 0.0, jnp.where(drill, hole, taps.open))
    open_now = jnp.where(jnp.asarray(u.tap_automatic) > 0.5, automatic, jnp.asarray(u.tap_open))
    fresh = (open_now > 0.5) & (taps.open < 0.5)
    worn = taps.diameter + dt * p.tap_hole_wear * (1.0 + SLAG_WEAR * (1.0 - metal_share)) * taps.open
    ended = (any_open > 0.0) & (jnp.max(open_now) == 0.0)
    started = (any_open == 0.0) & (jnp.max(open_now) > 0.0)
    return Taps(
        open=open_now,
        diameter=jnp.where(fresh, u.drill_diameter, worn),
        following=jnp.where(ended, SECOND_HOLE - taps.following, taps.following),
        time_in_cast=jnp.where(ended, 0.0, time_in_cast),
        time_closed=jnp.where(started, 0.0, time_closed),
        cast_count=taps.cast_count + started,
    )
