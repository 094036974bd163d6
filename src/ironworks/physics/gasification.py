"""Gasification of coke by CO2 and steam, and the water-gas shift."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

ACTIVATION_TEMPERATURE = 30190.0  # K, E/R of the Muchi rate law (251 kJ/mol)
REFERENCE_TEMPERATURE = 1273.0  # K, temperature at which the reference rate is given
STEAM_FACTOR = 3.0  # -, rate with H2O over rate with CO2 (design value; published 2-5)
SHIFT_SLOPE = 0.02  # 1/K, steepness of the onset of the shift's catalysis on iron
SHIFT_LENGTH = 0.5  # m of bed in which the shift goes 1 - 1/e of the way to equilibrium at the onset (design value)


def carbon_dioxide_rate(
    temperature: ArrayLike, reference_rate: ArrayLike, reactivity: ArrayLike, film_rate: ArrayLike
) -> Array:
    """Rate constant of C + CO2 = 2 CO, m3 gas per m3 coke bed and second; any shape.

    reference_rate [1/s] at 1273 K and CRI 24; reactivity = CRI/24 [-]; film_rate [1/s] limits it at high T.
    """
    chemical = (
        jnp.asarray(reference_rate)
        * reactivity
        * jnp.exp(-ACTIVATION_TEMPERATURE * (1.0 / jnp.asarray(temperature) - 1.0 / REFERENCE_TEMPERATURE))
    )
    return 1.0 / (1.0 / jnp.maximum(chemical, 1e-30) + 1.0 / jnp.asarray(film_rate))


def shift_units(temperature: ArrayLike, onset: ArrayLike, length: ArrayLike) -> Array:
    """Units of transfer [-] of the shift in `length` [m] of bed: exp(-units) of the way to equilibrium is left.

    `onset` [K] of catalysis by iron, a sharp rise about it. Any shape.
    """
    return jnp.exp(jnp.clip(SHIFT_SLOPE * (jnp.asarray(temperature) - onset), -50.0, 5.0)) * length / SHIFT_LENGTH


def shift_extent(
    carbon_monoxide: Array, steam: Array, carbon_dioxide: Array, hydrogen: Array, constant: Array
) -> Array:
    """Extent, in the unit of the amounts, that brings CO + H2O = CO2 + H2 to equilibrium (exact root).

    Root of (CO-x)(H2O-x)K = (CO2+x)(H2+x), in the form that stays good where K passes through 1.
    """
    a = constant - 1.0
    b = constant * (carbon_monoxide + steam) + carbon_dioxide + hydrogen
    c = constant * carbon_monoxide * steam - carbon_dioxide * hydrogen
    return 2.0 * c / (b + jnp.sqrt(jnp.maximum(b * b - 4.0 * a * c, 0.0)))
