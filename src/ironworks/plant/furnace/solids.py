"""Enthalpy of the burden in a cell, and its temperature."""

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics.constants import (
    M_AL2O3,
    M_CACO3,
    M_CAO,
    M_MGO,
    M_P2O5,
    M_SIO2,
    REFERENCE_TEMPERATURE,
)
from ironworks.physics.slag import ASH_HEAT_CAPACITY, GANGUE_HEAT_CAPACITY
from ironworks.plant.furnace.column import gangue_mass
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Cells


def ash_oxides(analysis: tuple[float, ...]) -> tuple[float, float, float, float]:
    """kmol of (CaO, SiO2, Al2O3, MgO) per kg of ash from mass fractions (SiO2, Al2O3, CaO, MgO)."""
    silica, alumina, lime, magnesia = analysis
    return lime / M_CAO, silica / M_SIO2, alumina / M_AL2O3, magnesia / M_MGO


def ash_formation(analysis: tuple[float, ...]) -> float:
    """Enthalpy of formation of ash, J/kg."""
    lime, silica, alumina, magnesia = ash_oxides(analysis)
    return lime * h.FORMATION_CAO + silica * h.FORMATION_SIO2 + alumina * h.FORMATION_AL2O3 + magnesia * h.FORMATION_MGO


def gangue_formation(cells: Cells) -> Array:
    """Enthalpy of formation of the gangue without phosphorus and limestone, J."""
    return (
        cells.lime * h.FORMATION_CAO
        + cells.silica * h.FORMATION_SIO2
        + cells.alumina * h.FORMATION_AL2O3
        + cells.magnesia * h.FORMATION_MGO
        + cells.manganese_oxide * h.FORMATION_MNO
        + cells.titania * h.FORMATION_TIO2
        + cells.alkali * h.FORMATION_K2O
    )


def enthalpy_coefficients(p: FurnaceParameters, cells: Cells) -> tuple[Array, Array, Array, Array]:
    """Coefficients (a, b, c, d) of the cells' enthalpy a + bT + cT^2 + d/T, J."""
    a, b, c, d = h.mixture(
        (cells.hematite, cells.magnetite, cells.wustite, cells.iron, cells.carbon),
        (h.HEMATITE_PER_IRON, h.MAGNETITE_PER_IRON, h.WUSTITE_PER_IRON, h.IRON, h.CARBON),
    )
    formation = (
        gangue_formation(cells)
        + cells.phosphorus * (0.5 * h.FORMATION_P2O5)
        + cells.limestone * h.FORMATION_CACO3
        + cells.ash * ash_formation(p.coke_ash_analysis)
        + cells.moisture * h.LIQUID_WATER_FORMATION
    )
    capacity = (
        GANGUE_HEAT_CAPACITY * (gangue_mass(cells) + cells.phosphorus * (0.5 * M_P2O5) + cells.limestone * M_CACO3)
        + ASH_HEAT_CAPACITY * cells.ash
        + h.LIQUID_WATER_HEAT_CAPACITY * cells.moisture
    )
    return a + formation - capacity * REFERENCE_TEMPERATURE, b + capacity, c, d


def temperatures(p: FurnaceParameters, cells: Cells, steps: int = 2) -> Array:
    """Temperature of the cells, K, from their enthalpy by Newton steps from the last temperature; 298 K when empty."""
    a, b, c, d = enthalpy_coefficients(p, cells)
    empty = b <= 0.0
    # The guess of an empty cell is made good too: a NaN that `where` hides would still spoil a gradient.
    guess = jnp.where(empty, REFERENCE_TEMPERATURE, cells.temperature)
    solved = h.solve_temperature((a, jnp.where(empty, 1.0, b), c, d), cells.enthalpy, guess, steps)
    return jnp.where(empty, REFERENCE_TEMPERATURE, solved)
