"""Heat through the wall, zone by zone: accretion, refractory, stave, water."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import REFERENCE_TEMPERATURE
from ironworks.plant.furnace.column import Geometry, Layers, softened
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Cells, Wall

CONTACT = 0.001  # m2 K/W between refractory and stave
SMALL = 1e-9


class WallFlow(NamedTuple):
    """Heat flows, W."""

    cells: Array  # (A, N) taken from the burden
    zone: Array  # (Z,) from the burden to the wall
    water: Array  # (Z,) from the staves to the water
    beside: Array  # (Z,) K of the burden beside the wall, 298 K where a zone has none


def wall_flow(p: FurnaceParameters, g: Geometry, u: FurnaceInputs, cells: Cells, lay: Layers, wall: Wall) -> WallFlow:
    """Heat from the burden beside the wall; scales with the cell's volume, so that refining cells changes nothing."""
    area = jnp.asarray(p.wall_area)
    coefficient = jnp.asarray(u.wall_heat_factor) / (
        1.0 / jnp.asarray(p.wall_inner_coefficient)
        + wall.accretion / p.accretion_conductivity
        + 0.5 * jnp.asarray(p.wall_refractory_resistance)
    )
    # Per m3 of the annulus whose share of the loss it is; radial dispersion draws part of it from the middle.
    per_volume = coefficient * area / g.zone_volume
    volume = lay.used * (lay.ore_volume + lay.coke_volume)
    heat = per_volume[lay.zone] * volume * (cells.temperature - wall.refractory_temperature[lay.zone])
    heat = heat * (jnp.asarray(p.wall_loss_share) / jnp.asarray(p.annulus_area_share))[:, None]
    zones = jnp.sum(heat * (lay.zone == jnp.arange(area.shape[0])[:, None, None]), axis=(1, 2))
    water = area * p.stave_coefficient * (wall.stave_temperature - p.water_temperature)
    near = volume[-1] * (lay.zone[-1] == jnp.arange(area.shape[0])[:, None])
    filled = jnp.sum(near, axis=1)
    beside = jnp.sum(near * cells.temperature[-1], axis=1) / jnp.maximum(filled, SMALL)
    return WallFlow(heat, zones, water, jnp.where(filled > SMALL, beside, REFERENCE_TEMPERATURE))


def advance_wall(
    p: FurnaceParameters, wall: Wall, flow: WallFlow, below: tuple[Array, Array], gas_share: Array, dt: float
) -> Wall:
    """Wall after dt. below: heat (W) that hearth and tuyere zones get from pool and raceway.

    Melt freezes on where the hot face is colder than its liquidus and melts off where it is hotter (Stefan's
    condition), and the gas of the wall annulus wears it: so the loss of the hot zones follows the heat beside them
    within the hour. Where nothing melts no accretion grows.
    """
    area = jnp.asarray(p.wall_area)
    entering = flow.zone.at[0].add(below[0]).at[1].add(below[1])
    through = (
        area
        * (wall.refractory_temperature - wall.stave_temperature)
        / (0.5 * jnp.asarray(p.wall_refractory_resistance) + CONTACT)
    )
    refractory = wall.refractory_temperature + dt * (entering - through) / (area * jnp.asarray(p.wall_heat_capacity))
    stave = wall.stave_temperature + dt * (through - flow.water) / (area * p.stave_heat_capacity)
    inner = jnp.asarray(p.wall_inner_coefficient)
    face = flow.beside - flow.zone / (area * inner)
    freezing = softened(flow.beside) * inner * (p.accretion_liquidus - face) / (p.accretion_density * p.accretion_latent_heat)
    worn = p.accretion_wear * (gas_share[-1] / p.annulus_area_share[-1]) ** 3
    accretion = jnp.clip(wall.accretion + dt * (freezing - worn), 0.0, p.accretion_thickest)
    return Wall(accretion, refractory, stave)
