"""Where the burden stands: volumes of the cells, their height, the cross-section and the wall zone there."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import M_AL2O3, M_C, M_CACO3, M_CAO, M_FE2O3, M_K2O, M_MGO, M_MNO, M_SIO2, M_TIO2
from ironworks.physics.running import sum_from_start
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Cells

TABLE = 128  # intervals of the table height(volume fraction); error of height below 2 cm
FINE = 1024  # points of the quadrature behind the table
BURDEN_ZONES = (2, 3, 4, 5)  # wall zones beside burden: bosh, belly, lower and upper stack; 0 hearth, 1 tuyeres
SOFTENING_MIDDLE = 1550.0  # K, ore layer has lost half of its softening shrinkage
SOFTENING_WIDTH = 40.0  # K


class Geometry(NamedTuple):
    """Derived once from the parameters: tables over the fraction of burden volume, tuyeres = 0, stock line = 1."""

    height: Array  # (TABLE+1,) m above the tuyeres
    area: Array  # (TABLE+1,) m2 of active burden
    zone_bounds: Array  # (3,) m: top of bosh, belly, lower stack
    zone_volume: Array  # (6,) m3 of active burden beside each wall zone (1 where there is none)
    throat_area: Array  # m2
    hearth_area: Array  # m2


class Layers(NamedTuple):
    """Geometry of the cells now, all (A, N)."""

    ore_volume: Array  # m3
    coke_volume: Array  # m3
    height: Array  # m above tuyeres, middle of the cell
    area: Array  # m2 of the annulus there
    used: Array  # 1 where a cell is
    zone: Array  # index of the wall zone


def column_geometry(p: FurnaceParameters) -> Geometry:
    """Tables of the furnace profile less the deadman, a cone that stands on the hearth and narrows upward: only the
    ring about it sinks into the raceways. Its height follows from the volumes."""
    knots = jnp.cumsum(
        jnp.stack([jnp.asarray(x) for x in (0.0, p.tuyere_to_bosh, p.bosh_height, p.belly_height, p.stack_height)])
    )
    top = knots[4] + p.throat_height - p.stock_line
    diameters = jnp.stack([p.hearth_diameter, p.hearth_diameter, p.belly_diameter, p.belly_diameter, p.throat_diameter])
    z = jnp.linspace(0.0, 1.0, FINE + 1) * top
    area = jnp.pi / 4.0 * jnp.interp(z, knots, diameters) ** 2
    base = p.deadman_base_share * area[0]
    cone = 3.0 * jnp.maximum(jnp.trapezoid(area, z) - p.active_volume, 1.0) / base  # m, its height
    area = area - base * jnp.maximum(1.0 - z / cone, 0.0) ** 2
    volume = jnp.concatenate([jnp.zeros(1), jnp.cumsum(0.5 * (area[1:] + area[:-1]) * (z[1] - z[0]))])
    share = p.active_volume / volume[-1]  # about 1: what the table's coarseness leaves
    height = jnp.interp(jnp.linspace(0.0, 1.0, TABLE + 1) * volume[-1], volume, z)
    bounds = jnp.stack([knots[2], knots[3], knots[3] + p.stack_height / 2.0])
    at = jnp.concatenate([jnp.zeros(1), jnp.interp(bounds, z, volume), volume[-1:]]) * share
    return Geometry(
        height=height,
        area=jnp.interp(height, z, area) * share,
        zone_bounds=bounds,
        zone_volume=jnp.concatenate([jnp.ones(2), jnp.diff(at)]),
        throat_area=jnp.pi / 4.0 * jnp.asarray(p.throat_diameter) ** 2,
        hearth_area=jnp.pi / 4.0 * jnp.asarray(p.hearth_diameter) ** 2,
    )


def solid_volumes(p: FurnaceParameters, cells: Cells) -> tuple[Array, Array]:
    """Bulk volumes (ore, coke) of the cells, m3. Ore keeps its volume as it loses oxygen, and shrinks on softening."""
    iron = cells.hematite + cells.magnetite + cells.wustite + cells.iron
    ore_mass = M_FE2O3 / 2.0 * iron + gangue_mass(cells) + M_CACO3 * cells.limestone
    ore = ore_mass / p.ore_bulk_density * (1.0 - p.softening_shrinkage * softened(cells.temperature))
    return ore, (M_C * cells.carbon + cells.ash) / p.coke_bulk_density


def softened(temperature: Array) -> Array:
    """Degree of softening of the ore [0-1] at `temperature` [K]: begins about 1475 K, complete about 1675 K."""
    return 1.0 / (1.0 + jnp.exp(-(temperature - SOFTENING_MIDDLE) / SOFTENING_WIDTH))


def gangue_mass(cells: Cells) -> Array:
    """Mass of gangue, alkali included, kg, (A, N)."""
    return (
        M_CAO * cells.lime
        + M_SIO2 * cells.silica
        + M_AL2O3 * cells.alumina
        + M_MGO * cells.magnesia
        + M_MNO * cells.manganese_oxide
        + M_TIO2 * cells.titania
        + M_K2O * cells.alkali
    )


def layers(p: FurnaceParameters, g: Geometry, cells: Cells, active: Array) -> Layers:
    """Volumes, heights, cross-sections and wall zones of all cells."""
    ore, coke = solid_volumes(p, cells)
    volume = ore + coke
    shares = jnp.asarray(p.annulus_area_share)[:, None]
    fraction = (sum_from_start(volume) - 0.5 * volume) / (p.active_volume * shares)
    x = jnp.clip(fraction, 0.0, 1.0) * TABLE
    i = jnp.minimum(x.astype(jnp.int32), TABLE - 1)
    rest = x - i
    height = g.height[i] + rest * (g.height[i + 1] - g.height[i])
    area = g.area[i] + rest * (g.area[i + 1] - g.area[i])
    used = (jnp.arange(volume.shape[1])[None, :] < active[:, None]).astype(volume.dtype)
    zone = BURDEN_ZONES[0] + jnp.sum(height[..., None] > g.zone_bounds, axis=-1)
    return Layers(ore, coke, height, area * shares, used, zone)


def at_zone(values: Array, zone: Array) -> Array:
    """Of values (Z,) by wall zone that of each cell's zone (A, N). A choice: a gather would go cell by cell."""
    found = values[BURDEN_ZONES[-1]]
    for i in reversed(BURDEN_ZONES[:-1]):
        found = jnp.where(zone == i, values[i], found)
    return found


def in_zones(zone: Array) -> Array:
    """1 where a cell lies in a zone of BURDEN_ZONES, (4, ...)."""
    numbers = jnp.asarray(BURDEN_ZONES).reshape((-1,) + (1,) * zone.ndim)
    return (zone == numbers).astype(jnp.float64)


def all_zones(values: Array) -> Array:
    """Values (Z,) of all wall zones from those of BURDEN_ZONES; 0 where no burden is."""
    return jnp.concatenate([jnp.zeros(BURDEN_ZONES[0], values.dtype), values])
