"""Heat through the wall, zone by zone: accretion, refractory, stave, water; how it ebbs with the blast."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import REFERENCE_TEMPERATURE
from ironworks.plant.furnace.column import Geometry, Layers, all_zones, at_zone, in_zones, softened
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Blast, Cells, Wall

BARE_SHARE = 0.75  # of a zone's staves laid bare when all its accretion falls; heat load then 2-3 times, field 2-5
SKULL_TIME = 4.0 * 3600.0  # s until a new skull covers what was laid bare; field: 4-24 h
CONTACT = 0.001  # m2 K/W between refractory and stave
SMALL = 1e-9
CONVECTION_EXPONENT = 0.8  # of heat transfer in flow, turbulent


class WallFlow(NamedTuple):
    """Heat flows, W."""

    cells: Array  # (A, N) taken from the burden
    zone: Array  # (Z,) from the burden to the lining
    bare: Array  # (Z,) from the burden to bare staves
    water: Array  # (Z,) from the staves to the water
    beside: Array  # (Z,) K of the burden beside the wall, 298 K where a zone has none
    inner: Array  # (Z,) W/m2/K between burden and hot face


def convection(p: FurnaceParameters, blast: Blast) -> Array:
    """Heat transfer to walls and tuyere coolers over that at the reference blast (), 1 there.

    It is the gas's and that of the liquids that run with it; off blast radiation and conduction of the bed remain.
    """
    flow = jnp.maximum(blast.blast_volume, p.least_blast_volume) / p.reference_blast_volume
    return p.wall_still_share + (1.0 - p.wall_still_share) * flow**CONVECTION_EXPONENT


def wall_flow(
    p: FurnaceParameters, g: Geometry, u: FurnaceInputs, blast: Blast, cells: Cells, lay: Layers, wall: Wall
) -> WallFlow:
    """Heat from the burden beside the wall; scales with the cell's volume, so that refining cells changes nothing."""
    area = jnp.asarray(p.wall_area)
    inner = convection(p, blast) * jnp.asarray(p.wall_inner_coefficient)
    covered = 1.0 / inner + wall.accretion / p.accretion_conductivity + 0.5 * jnp.asarray(p.wall_refractory_resistance)
    # Per m3 of the annulus whose share of the loss it is; radial dispersion draws part of it from the middle.
    per_volume = jnp.asarray(u.wall_heat_factor) * area / g.zone_volume
    lining, staves = per_volume * (1.0 - wall.bare) / covered, per_volume * wall.bare * inner
    volume = lay.used * (lay.ore_volume + lay.coke_volume)
    volume = volume * (jnp.asarray(p.wall_loss_share) / jnp.asarray(p.annulus_area_share))[:, None]
    zone = lay.zone
    to_lining = at_zone(lining, zone) * volume * (cells.temperature - at_zone(wall.refractory_temperature, zone))
    to_staves = at_zone(staves, zone) * volume * (cells.temperature - at_zone(wall.stave_temperature, zone))
    here = in_zones(zone)
    water = area * p.stave_coefficient * (wall.stave_temperature - p.water_temperature)
    near = volume[-1] * here[:, -1]
    filled = all_zones(jnp.sum(near, axis=1))
    beside = all_zones(jnp.sum(near * cells.temperature[-1], axis=1)) / jnp.maximum(filled, SMALL)
    return WallFlow(
        to_lining + to_staves,
        all_zones(jnp.sum(to_lining * here, axis=(1, 2))),
        all_zones(jnp.sum(to_staves * here, axis=(1, 2))),
        water,
        jnp.where(filled > SMALL, beside, REFERENCE_TEMPERATURE),
        inner,
    )


def advance_wall(
    p: FurnaceParameters, u: FurnaceInputs, wall: Wall, flow: WallFlow, below: tuple[Array, Array], gas_share: Array,
    dt: float,
) -> Wall:  # fmt: skip
    """Wall after dt. below: heat (W) that hearth and tuyere zones get from pool and raceway.

    Melt freezes on where the hot face is colder than its liquidus and melts off where it is hotter (Stefan's
    condition), and the gas of the wall annulus wears it: so the loss of the hot zones follows the heat beside them
    within the hour. Where nothing melts no accretion grows. What falls lays staves bare until a new skull covers them.
    """
    area = jnp.asarray(p.wall_area)
    entering = flow.zone.at[0].add(below[0]).at[1].add(below[1])
    through = (
        area
        * (wall.refractory_temperature - wall.stave_temperature)
        / (0.5 * jnp.asarray(p.wall_refractory_resistance) + CONTACT)
    )
    refractory = wall.refractory_temperature + dt * (entering - through) / (area * jnp.asarray(p.wall_heat_capacity))
    stave = wall.stave_temperature + dt * (through + flow.bare - flow.water) / (area * p.stave_heat_capacity)
    face = flow.beside - flow.zone / (area * flow.inner * (1.0 - wall.bare))
    latent = p.accretion_density * p.accretion_latent_heat
    freezing = softened(flow.beside) * flow.inner * (p.accretion_liquidus - face) / latent
    worn = p.accretion_wear * (gas_share[-1] / p.annulus_area_share[-1]) ** 3
    accretion = jnp.clip(wall.accretion + dt * (freezing - worn), 0.0, p.accretion_thickest)
    falling = -jnp.expm1(-dt * jnp.asarray(u.accretion_fall))
    bare = wall.bare * jnp.exp(-dt / SKULL_TIME)
    bare = bare + falling * (BARE_SHARE - jnp.minimum(bare, BARE_SHARE))
    return Wall(accretion * (1.0 - falling), bare, refractory, stave)
