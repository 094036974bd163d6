"""Dripping metal and slag: amounts add up on the way down, the temperature relaxes toward each cell's burden."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.metal import REFERENCE
from ironworks.physics.running import sum_to_end
from ironworks.physics.sweep import sweep
from ironworks.plant.furnace.column import Layers
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.rates import Melting, slope_effect, slope_within
from ironworks.plant.furnace.state import Cells


class Drip(NamedTuple):
    """Liquid flow under each cell."""

    enthalpy_in: Array  # (A, N) W entering each cell from above
    enthalpy_out: Array  # (A, N) W leaving each cell below
    temperature: Array  # (A, N) K leaving each cell
    capacity: Array  # (A, N) W/K heat capacity flow, a measure of the liquid flow


def descend(p: FurnaceParameters, cells: Cells, lay: Layers, melting: Melting) -> Drip:
    """March the liquids down; a cell without liquid passes its own burden temperature."""
    heat = sum_to_end(melting.enthalpy)
    capacity = sum_to_end(melting.capacity)
    flowing = jnp.maximum(capacity, 1e-9)
    above = jnp.concatenate([capacity[:, 1:], jnp.zeros_like(capacity[:, :1])], axis=1)
    volume = lay.ore_volume + lay.coke_volume
    units = p.heat_transfer_liquid * volume / flowing
    passed = jnp.exp(-units)
    kept = above / flowing * passed
    t = cells.temperature
    # Downward: at the bottom of a cell the burden is as much hotter than its mean as it is colder at the top.
    lift = -slope_within(t, lay.used) * slope_effect(units, passed)

    def cell(entering: Array, x: tuple[Array, Array, Array]) -> tuple[Array, Array]:
        solid, keep, more = x
        leaving = solid + keep * (entering - solid) + more
        return leaving, leaving

    _, leaving = sweep(cell, t[:, -1], (t, kept, lift), reverse=True)
    out = heat + capacity * (leaving - REFERENCE)
    entering = jnp.concatenate([out[:, 1:], jnp.zeros_like(out[:, :1])], axis=1)
    return Drip(entering, out, leaving, capacity)
