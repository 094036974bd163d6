"""Tap holes: opening and plugging, wear, and how fast metal and slag run out."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import ATMOSPHERE, GRAVITY
from ironworks.plant.furnace.hearth import Flow, contents
from ironworks.plant.furnace.inputs import TAP_HOLES, FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.pool import Levels, slag_conductivity
from ironworks.plant.furnace.state import Hearth, Taps

METAL_LAYER = 0.30  # m of metal over the hole below which slag is drawn along (interface tilted by the flow)
SLAG_LAYER = 0.20  # m of slag over the hole below which gas begins to blow
SLAG_WEAR = 2.0  # extra wear by slag over wear by metal
SECOND_HOLE = 2  # holes 0 and 2 lie opposite each other and are used in turn; 1 and 3 rest
SIDES = (0, 0, 1, 1)  # side of the hearth at which each hole lies
FREE_RADIUS = 1.5  # m about the inner end of the hole where the flow has washed the coke loose; design value
LEAST_DEPTH_SQUARED = 1e-6  # m2, nothing: a root of zero has no gradient


class Outflow(NamedTuple):
    """What the open holes let out of each side."""

    flow: Flow  # kmol/s (7, 2), (9, 2)
    metal_share: Array  # (2,) by volume, of what an open hole gives
    depth: Array  # (2,) m of liquid at the hole: less than in the side, for the slag's surface falls toward it


def outflow(
    p: FurnaceParameters, taps: Taps, pool: Hearth, level: Levels, viscosity: Array, blast_pressure: Array
) -> Outflow:
    """Bernoulli's flow with friction through each hole; metal first, then slag with it, then slag.

    Slag that flows through the coke toward a hole on the wall lowers its surface there (Dupuit's steady flow to a well,
    half of the plane): H^2 - h^2 = 2 Q ln(R/r) / (pi K), with K the coke's hydraulic conductivity for slag of this
    viscosity (2,) [Pa s]. So gas blows with slag still in the hearth, and the more the stiffer the slag is. Where the
    slag at the hole is less than SLAG_LAYER deep only h / SLAG_LAYER of what the hole could pass is slag, and h follows
    from both together: a hole that is starved for one step and flooded in the next would chatter.
    """
    metal_share = jnp.clip(level.iron / METAL_LAYER, 0.0, 1.0)
    density = metal_share * p.metal_density + (1.0 - metal_share) * p.slag_density
    head = jnp.maximum(blast_pressure - ATMOSPHERE, 0.0) / density + GRAVITY * jnp.maximum(level.slag, 0.0)
    at = jnp.asarray(SIDES)
    friction = 1.0 + p.tap_hole_friction * p.tap_hole_length / jnp.maximum(taps.diameter, 0.01)
    holes = taps.open * jnp.sqrt(2.0 * head[at] / friction) * jnp.pi / 4.0 * taps.diameter**2
    volume = jnp.stack([jnp.sum(jnp.where(at == side, holes, 0.0)) for side in (0, 1)])
    drawn = 2.0 * (1.0 - metal_share) * volume * jnp.log(0.5 * p.hearth_diameter / FREE_RADIUS)
    drawn = drawn / (jnp.pi * slag_conductivity(p, viscosity))
    slag_depth = _slag_at_hole(level.slag_depth, drawn)
    slag_share = (1.0 - metal_share) * jnp.clip(slag_depth / SLAG_LAYER, 0.0, 1.0)
    now = contents(pool)
    metal_rate = volume * metal_share * p.metal_density / jnp.maximum(level.iron_mass, 1.0)
    slag_rate = volume * slag_share * p.slag_density / jnp.maximum(level.slag_mass, 1.0)
    flow = Flow(now.metal * metal_rate, now.slag * slag_rate)
    return Outflow(flow, metal_share, jnp.maximum(level.iron, 0.0) + slag_depth)


def _slag_at_hole(depth: Array, drawn: Array) -> Array:
    """Depth h of slag at the hole, m, of `depth` H in the side; drawn: H^2 - h^2, m2, with all slag that can pass."""
    full = depth**2 - drawn
    linear = drawn / SLAG_LAYER
    starved = 0.5 * (jnp.sqrt(linear**2 + 4.0 * jnp.maximum(depth**2, LEAST_DEPTH_SQUARED)) - linear)
    return jnp.where(full > SLAG_LAYER**2, jnp.sqrt(jnp.maximum(full, LEAST_DEPTH_SQUARED)), starved)


def side_in_use(taps: Taps) -> Array:
    """(2,) 1 for the side of the hole open, or next to be opened."""
    return jnp.take(jnp.eye(2)[jnp.asarray(SIDES)], taps.following.astype(jnp.int32), axis=0)


def advance_taps(p: FurnaceParameters, u: FurnaceInputs, taps: Taps, running: Outflow, dt: float) -> Taps:
    """Holes after dt: the automatic schedule opens the next hole after the gap and plugs it when gas blows, or the
    flags of the inputs decide."""
    at = jnp.asarray(SIDES)
    any_open = jnp.max(taps.open)
    time_in_cast = any_open * (taps.time_in_cast + dt)
    time_closed = (1.0 - any_open) * (taps.time_closed + dt)
    depth = jnp.min(jnp.where(taps.open > 0.5, running.depth[at], jnp.inf))
    empty = (depth < p.tap_empty_level) & (time_in_cast > p.tap_shortest)
    plug = (any_open > 0.0) & (empty | (time_in_cast > p.tap_longest))
    drill = (any_open == 0.0) & (time_closed >= p.tap_gap)
    hole = (jnp.arange(TAP_HOLES) == taps.following).astype(taps.open.dtype)
    automatic = jnp.where(plug, 0.0, jnp.where(drill, hole, taps.open))
    open_now = jnp.where(jnp.asarray(u.tap_automatic) > 0.5, automatic, jnp.asarray(u.tap_open))
    fresh = (open_now > 0.5) & (taps.open < 0.5)
    worn = taps.diameter + dt * p.tap_hole_wear * (1.0 + SLAG_WEAR * (1.0 - running.metal_share[at])) * taps.open
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
