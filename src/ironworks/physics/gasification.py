"""Gasification of coke by CO2 and steam, and the water-gas shift."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

ACTIVATION_TEMPERATURE = 30190.0  # K, E/R of the Muchi rate law (251 kJ/mol)
REFERENCE_TEMPERATURE = 1273.0  # K, temperature at which the reference rate is given
STEAM_FACTOR = 3.0  # -, rate with H2O over rate with CO2 (design value; published 2-5)
SHIFT_SLOPE = 0.02  # 1/K, steepness of the onset of the shift's catalysis on iron


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


def shift_approach(temperature: ArrayLike, onset: ArrayLike) -> Array:
    """Share [0-1] of the way to shift equilibrium that gas goes in one cell; `onset` [K], sharp rise about it."""
    return 1.0 - jnp.exp(-jnp.exp(jnp.clip(SHIFT_SLOPE * (jnp.asarray(temperature) - onset), -50.0, 5.0)))


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
