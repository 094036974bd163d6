"""Slag and gangue: enthalpy, basicity, silica activity, sulphur capacity and partition, manganese recovery."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import (
    M_AL2O3,
    M_CAO,
    M_MGO,
    M_SIO2,
    REFERENCE_TEMPERATURE,
    ZERO_CELSIUS,
)
from ironworks.physics.equilibrium import LN10

GANGUE_HEAT_CAPACITY = 1050.0  # J/kg/K, mean 298-1600 K (design value of published balances)
ASH_HEAT_CAPACITY = 1100.0  # J/kg/K, coke and coal ash
SLAG_HEAT_CONTENT = 1.80e6  # J/kg at 1773 K over 298 K (published plant energy balance; 1.78 in a second one)
SLAG_HEAT_CAPACITY = 1350.0  # J/kg/K, liquid
SLAG_REFERENCE = 1773.15  # K
OPTICAL_BASICITY = (1.0, 0.48, 0.605, 0.78)  # CaO, SiO2, Al2O3, MgO (Sosinsky & Sommerville 1986)


def gangue_heat(temperature: ArrayLike) -> Array:
    """Sensible heat of gangue, J/kg over 298 K, at `temperature` [K]."""
    return GANGUE_HEAT_CAPACITY * (jnp.asarray(temperature) - REFERENCE_TEMPERATURE)


def slag_heat(temperature: ArrayLike) -> Array:
    """Heat content of liquid slag, J/kg over 298 K, fusion included, at `temperature` [K]; 1600-1900 K."""
    return SLAG_HEAT_CONTENT + SLAG_HEAT_CAPACITY * (jnp.asarray(temperature) - SLAG_REFERENCE)


def silica_activity(basicity: ArrayLike) -> Array:
    """Activity of SiO2 in blast-furnace slag from CaO/SiO2 [-]: 0.06 at B2 1.20, a third per 0.25 B2.

    Exponential through published activity charts at 12 % Al2O3, 8 % MgO; B2 0.9-1.4.
    """
    return 0.06 * jnp.exp(-4.0 * (jnp.asarray(basicity) - 1.20))


def optical_basicity(lime: ArrayLike, silica: ArrayLike, alumina: ArrayLike, magnesia: ArrayLike) -> Array:
    """Optical basicity [-] from amounts [kmol] of CaO, SiO2, Al2O3, MgO, weighted by their oxygen."""
    oxygen = [jnp.asarray(lime), 2.0 * jnp.asarray(silica), 3.0 * jnp.asarray(alumina), jnp.asarray(magnesia)]
    weighted = sum(n * w for n, w in zip(oxygen, OPTICAL_BASICITY, strict=True))
    return weighted / jnp.maximum(oxygen[0] + oxygen[1] + oxygen[2] + oxygen[3], 1e-12)


def sulphur_partition(
    temperature: ArrayLike, optical: ArrayLike, carbon: ArrayLike, silicon: ArrayLike, pressure_co: ArrayLike
) -> Array:
    """Sulphur partition (%S)/[%S] at equilibrium (Sosinsky & Sommerville, Met. Trans. B 17 (1986) 331).

    temperature [K], optical basicity [-], carbon and silicon [%], pressure of CO [atm]; any shape.
    """
    t, basicity = jnp.asarray(temperature), jnp.asarray(optical)
    log_capacity = (22690.0 - 54640.0 * basicity) / t + 43.6 * basicity - 25.2
    log_activity = 0.11 * jnp.asarray(carbon) + 0.063 * jnp.asarray(silicon)
    log_oxygen = jnp.log(jnp.asarray(pressure_co)) / LN10 - (1168.0 / t + 2.07) - CARBON_ACTIVITY_LOG
    return jnp.exp(LN10 * (-935.0 / t + 1.375 + log_capacity + log_activity - log_oxygen))


CARBON_ACTIVITY_LOG = (
    1.386  # log10 of the Henrian activity of carbon at saturation: gives a_O 1.66e-4 at 1500 degC, 2 atm
)


def manganese_recovery(temperature: ArrayLike) -> Array:
    """Share of manganese that ends in the metal [-]: 0.65 at 1500 degC, +0.05 per 20 K, held in 0.3-0.9."""
    return jnp.clip(0.65 + 0.0025 * (jnp.asarray(temperature) - 1500.0 - ZERO_CELSIUS), 0.3, 0.9)


def mass(lime: ArrayLike, silica: ArrayLike, alumina: ArrayLike, magnesia: ArrayLike) -> Array:
    """Mass, kg, of the four main slag formers from their amounts [kmol]."""
    return (
        M_CAO * jnp.asarray(lime)
        + M_SIO2 * jnp.asarray(silica)
        + M_AL2O3 * jnp.asarray(alumina)
        + M_MGO * jnp.asarray(magnesia)
    )
