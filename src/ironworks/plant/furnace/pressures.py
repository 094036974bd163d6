"""The blast on its way in, the pressures of the bed, and how the gas parts between the annuli."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import packed_bed, tuyere
from ironworks.physics.constants import (
    GAS_CONSTANT,
    M_CO,
    M_CO2,
    M_H2,
    M_H2O,
    M_N2,
    M_O2,
    MOLAR_VOLUME_NORMAL,
    OXYGEN_IN_AIR,
)
from ironworks.physics.powers import power
from ironworks.physics.running import sum_to_end
from ironworks.plant.furnace import descent
from ironworks.plant.furnace.column import Layers
from ironworks.plant.furnace.gas import Sweep
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.liquids import Drip
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.pool import Levels
from ironworks.plant.furnace.raceway import Raceway
from ironworks.plant.furnace.state import Blast, FurnaceState

LEAST_ROOM = 1e4  # Pa that the blower has over the top pressure at the least
M_AIR = OXYGEN_IN_AIR * M_O2 + (1.0 - OXYGEN_IN_AIR) * M_N2
GAS_MASS = (M_CO, M_CO2, M_H2, M_H2O, M_N2)
COHESIVE_START, COHESIVE_START_WIDTH = 1500.0, 35.0  # K
COHESIVE_END, COHESIVE_END_WIDTH = 1720.0, 25.0  # K
HOLD_UP = 0.05 / 4.0e3**0.6  # voidage taken by liquids per (W/K/m2 of liquid flow)^0.6; 0.05 at a heavy flow
LEAST_DRIP = 1e-15  # W/K, nothing: a power of zero has no gradient, and moves the voidage by 1e-14
MOST_HOLD_UP = 0.06  # -
FINES_VOIDAGE = 0.4  # voidage lost per mass fraction of fines over the reference
STRENGTH_VOIDAGE = 0.0015  # coke voidage lost per % CSR under the reference
LEVEL_PRESSURE = 4.0e3  # Pa per m of liquid over the level where it reaches the raceways
LEVEL_FREE = 2.5  # m, liquid level over the tap hole that does not disturb the gas yet


class Pressures(NamedTuple):
    """Bed pressures."""

    cell: Array  # (A, N) Pa absolute in the middle of each cell
    drop: Array  # (A,) Pa from raceway to top
    bed: Array  # () Pa, mean drop by gas share
    nose: Array  # () Pa absolute at the tuyeres
    main: Array  # () Pa absolute, hot-blast main
    velocity: Array  # () m/s at the tuyeres
    mass_flow: Array  # () kg/s wet blast
    cell_drop: Array  # (A, N) Pa


def lag_blast(p: FurnaceParameters, u: FurnaceInputs, s: FurnaceState, dt: float) -> Blast:
    """Actual blast after dt: exact first-order lags toward the set-points. The blower holds no more than its pressure:
    where the bed would ask for more it gives the flow (as the square root of the drop) that its pressure drives."""
    blast = s.blast
    flowing, dry = _blown(p, blast)
    area = _tuyere_area(p)
    speed = tuyere.blast_velocity(_wet(blast, dry), blast.blast_temperature, s.nose_pressure, area)
    mass = M_AIR / MOLAR_VOLUME_NORMAL * flowing + M_O2 / MOLAR_VOLUME_NORMAL * blast.oxygen_flow
    drop = s.nose_pressure + tuyere.nozzle_loss(mass, speed, area) - u.top_pressure
    room = jnp.maximum(p.blower_pressure - u.top_pressure, LEAST_ROOM)
    wanted = Blast(
        jnp.minimum(u.blast_volume, flowing * jnp.sqrt(room / jnp.maximum(drop, 1.0))), jnp.asarray(u.oxygen_flow),
        jnp.asarray(u.blast_temperature), jnp.asarray(u.blast_moisture), jnp.asarray(u.coal_injection_rate),
    )  # fmt: skip
    moved = [
        old + (new - old) * -jnp.expm1(-dt / lag) for old, new, lag in zip(blast, wanted, p.blast_lag, strict=True)
    ]
    return Blast(*moved)


def _blown(p: FurnaceParameters, blast: Blast) -> tuple[Array, Array]:
    """(air, dry blast) Nm3/s that the quasi-steady gas sees."""
    air = jnp.maximum(blast.blast_volume, p.least_blast_volume)
    return air, air + blast.oxygen_flow


def _wet(blast: Blast, dry: Array) -> Array:
    """Nm3/s of blast with its moisture."""
    return dry * (1.0 + blast.blast_moisture * MOLAR_VOLUME_NORMAL / M_H2O)


def _tuyere_area(p: FurnaceParameters) -> Array:
    """m2 of all tuyeres."""
    return p.tuyere_count * jnp.pi / 4.0 * jnp.asarray(p.tuyere_diameter) ** 2


def bed_pressures(
    p: FurnaceParameters, u: FurnaceInputs, s: FurnaceState, f_gas: Sweep, lay: Layers, drip: Drip,
    raceway: Raceway, level: Levels,
) -> Pressures:  # fmt: skip
    """Ergun over ore and coke layers of every cell, the cohesive zone and the liquid hold-up included."""
    cells = s.cells
    gas = [one[:, 1:] for one in f_gas.gas[:5]]
    flow = sum(gas[1:], gas[0])
    mass = sum((molar * one for molar, one in zip(GAS_MASS[1:], gas[1:], strict=True)), GAS_MASS[0] * gas[0])
    temperature = f_gas.temperature[:, 1:]
    velocity = flow * GAS_CONSTANT * temperature / cells.pressure / lay.area
    density = mass / (velocity * lay.area)
    viscosity = packed_bed.gas_viscosity(temperature)
    cohesive = 1.0 / (1.0 + jnp.exp(-(cells.temperature - COHESIVE_START) / COHESIVE_START_WIDTH))
    cohesive = cohesive / (1.0 + jnp.exp((cells.temperature - COHESIVE_END) / COHESIVE_END_WIDTH))
    held = jnp.minimum(HOLD_UP * power(jnp.maximum(drip.capacity, LEAST_DRIP) / lay.area, 0.6), MOST_HOLD_UP)
    ore_voidage = p.ore_voidage - FINES_VOIDAGE * (cells.fines - p.reference_ore_fines)
    coke_voidage = p.coke_voidage - STRENGTH_VOIDAGE * (p.reference_coke_csr - cells.strength) - held
    ore = packed_bed.ergun_gradient(velocity, density, viscosity, jnp.clip(ore_voidage, 0.2, 0.5), p.ore_diameter)
    coke = packed_bed.ergun_gradient(velocity, density, viscosity, jnp.clip(coke_voidage, 0.2, 0.6), p.coke_diameter)
    ore_length, coke_length = lay.ore_volume / lay.area, lay.coke_volume / lay.area
    drop = lay.used * (ore * ore_length * (1.0 + p.cohesive_resistance * cohesive) + coke * coke_length)
    drop = drop * descent.resistance(s.descent)
    above = sum_to_end(drop)
    total = above[:, 0]
    bed = jnp.sum(s.gas_share * total) + LEVEL_PRESSURE * jnp.maximum(jnp.mean(level.slag) - LEVEL_FREE, 0.0)
    nose = u.top_pressure + bed
    blast = s.blast
    _, dry = _blown(p, blast)
    tuyere_area = _tuyere_area(p)
    speed = tuyere.blast_velocity(_wet(blast, dry), blast.blast_temperature, nose, tuyere_area)
    carried = raceway.oxygen_in * M_O2 + raceway.nitrogen_in * M_N2 + blast.blast_moisture * dry
    main = nose + tuyere.nozzle_loss(carried, speed, tuyere_area)
    return Pressures(u.top_pressure + above - 0.5 * drop, total, bed, nose, main, speed, carried, drop)


def split_gas(p: FurnaceParameters, u: FurnaceInputs, share: Array, drop: Array, dt: float) -> Array:
    """Gas shares after dt: all annuli lie between the same two pressures, so flow follows resistance, with a lag.

    Gas crosses between annuli at every level, so that a local blockage moves less gas than columns side by side
    would; `lateral_mixing` draws the split toward the area shares.
    """
    resistance = jnp.maximum(drop, 1.0) / share**p.gas_split_exponent
    free = resistance ** (-1.0 / p.gas_split_exponent)
    even = jnp.asarray(p.annulus_area_share)
    wanted = (free / jnp.sum(free)) ** (1.0 - p.lateral_mixing) * even**p.lateral_mixing
    wanted = jnp.asarray(u.gas_split_disturbance) * wanted
    moved = share + (wanted / jnp.sum(wanted) - share) * -jnp.expm1(-dt / p.gas_split_time)
    moved = jnp.clip(moved, 0.02, 0.95)
    return moved / jnp.sum(moved)
