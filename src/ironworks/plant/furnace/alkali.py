"""Alkali that goes round: vapour from the tuyeres condenses on burden of 1,100-1,300 K and comes down with it again.

The vapour of a step is put on the cells of its annulus in that window in the same step (gas is quasi-steady); a part
leaves with the top gas, more of it where the window is gone. So the load of the burden between window and tuyeres
builds up within a day. Left out: cyanides and carbonates as such, sodium apart from potassium, uptake by the
lining, weakening of coke and swelling of ore by alkali.
"""

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import M_C, M_K2O
from ironworks.plant.furnace.column import Layers
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Cells

COLDEST, HOTTEST, EDGE = 1100.0, 1300.0, 20.0  # K, window of condensation and the width of its edges; field value
LEAST_WINDOW = 1.0  # m3 of burden: a smaller window catches only part of the vapour
CATALYSIS = 3.0  # rise of the gasification rate per % K2O on coke, relative to clean coke; design value
HIGHEST_LOAD = 10.0  # % K2O on coke beyond which the rate does not rise further


def condensing(p: FurnaceParameters, cells: Cells, lay: Layers) -> Array:
    """Share (A, N) of the vapour of an annulus that each of its cells takes up; the rest leaves with the top gas."""
    warm = 1.0 / (1.0 + jnp.exp(-(cells.temperature - COLDEST) / EDGE))
    cool = 1.0 / (1.0 + jnp.exp(jnp.clip((cells.temperature - HOTTEST) / EDGE, -50.0, 50.0)))
    place = lay.used * warm * cool * (lay.ore_volume + lay.coke_volume)
    return (1.0 - p.alkali_top_share) * place / (LEAST_WINDOW + jnp.sum(place, axis=1, keepdims=True))


def load(cells: Cells) -> Array:
    """Alkali of each cell, K2O in % of its coke, (A, N)."""
    coke = M_C * cells.carbon + cells.ash
    return jnp.clip(100.0 * M_K2O * cells.alkali / jnp.maximum(coke, 1.0), 0.0, HIGHEST_LOAD)


def catalysis(p: FurnaceParameters, cells: Cells) -> Array:
    """Factor (A, N) on the gasification of coke: 1 at the load of the reference, for which the rate is calibrated."""
    return (1.0 + CATALYSIS * load(cells)) / (1.0 + CATALYSIS * p.alkali_reference_load)
