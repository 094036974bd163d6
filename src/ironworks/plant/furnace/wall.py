"""Heat through the wall, zone by zone: accretion, refractory, stave, water."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.plant.furnace.column import Geometry, Layers
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Cells, Wall

CONTACT = 0.001  # m2 K/W between refractory and stave


class WallFlow(NamedTuple):
    """Heat flows, W."""

    cells: Array  # (A, N) taken from the burden
    zone: Array  # (Z,) from the burden to the wall
    water: Array  # (Z,) from the staves to the water


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
    return WallFlow(heat, zones, water)


def advance_wall(
    p: FurnaceParameters, wall: Wall, flow: WallFlow, below: tuple[Array, Array], gas_share: Array, dt: float
) -> Wall:
    """Wall after dt. below: heat (W) that hearth and tuyere zones get from pool and raceway.

    Accretion relaxes toward a thickness that falls with the gas share of the wall annulus: much gas wears it off.
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
    wanted = jnp.asarray(p.accretion_reference) * (p.annulus_area_share[-1] / gas_share[-1]) ** 3
    accretion = wall.accretion + dt / p.accretion_time * (wanted - wall.accretion)
    return Wall(accretion, refractory, stave)
