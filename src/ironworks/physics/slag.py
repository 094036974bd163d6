"""Slag and gangue: enthalpy, basicity, silica activity, sulphur capacity and partition, liquidus, viscosity, and the
shares of manganese, titanium and alkali that slag keeps or gives away."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import (
    M_AL2O3,
    M_CAO,
    M_FEO,
    M_K2O,
    M_MGO,
    M_MNO,
    M_SIO2,
    M_TIO2,
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


class Oxides(NamedTuple):
    """Amounts of a slag's oxides, kmol or mole fractions, any shape."""

    lime: ArrayLike
    silica: ArrayLike
    alumina: ArrayLike
    magnesia: ArrayLike
    manganese_oxide: ArrayLike
    ferrous_oxide: ArrayLike
    titania: ArrayLike
    alkali: ArrayLike  # K2O, sodium counted as potassium


OXIDE_MASS = (M_CAO, M_SIO2, M_AL2O3, M_MGO, M_MNO, M_FEO, M_TIO2, M_K2O)  # kg/kmol in the order of Oxides
SOLID_RANGE = 150.0  # K under the liquidus over which slag of blast furnaces goes solid; design value
MOST_CRYSTALS = 0.5  # volume share: the law of suspensions ends below close packing, and such slag does not run


def liquidus(oxides: Oxides) -> Array:
    """Temperature, K, above which slag holds no crystals.

    A smooth surface of our own through liquidus diagrams of CaO-SiO2-Al2O3-MgO as remembered (Osborn, DeVries, Gee,
    Kraner, Trans. AIME 200 (1954) 33): 1,400-1,450 degC for CaO/SiO2 1.1-1.25, Al2O3 10-16 %, MgO 6-9 %; higher with
    basicity (dicalcium silicate, merwinite), alumina (melilite, spinel) and much magnesia (periclase), lower with FeO,
    MnO, TiO2 and alkali. Not a published formula; expect errors of 25 K for CaO/SiO2 0.9-1.4, Al2O3 8-20 %,
    MgO 3-14 %. Held within 1,573-1,973 K.
    """
    lime, silica, alumina, magnesia, manganese, ferrous, titania, alkali = _mass_percent(oxides)
    basicity = lime / jnp.maximum(silica, 1e-6)
    celsius = 1430.0 + 190.0 * (basicity - 1.2) + 600.0 * ((basicity - 1.1) ** 2 - 0.01)
    celsius += 4.0 * (alumina - 13.0) + 1.0 * (magnesia - 8.0) + 1.5 * ((magnesia - 7.0) ** 2 - 1.0)
    celsius -= 3.0 * (ferrous + manganese) + 4.0 * titania + 8.0 * alkali
    return jnp.clip(celsius, 1300.0, 1700.0) + ZERO_CELSIUS


def viscosity(temperature: ArrayLike, oxides: Oxides) -> Array:
    """Viscosity of slag, Pa s, at `temperature` [K]; any shape.

    Liquid slag: Urbain, Steel Research 58 (1987) 111, in the form of Mills (Southern African Pyrometallurgy 2011):
    Weymann's law A T exp(1000 B/T) with -ln A = 0.29 B + 11.57 (dPa s), B a cubic in the mole fraction of silica whose
    coefficients follow from the modifiers' share of modifiers and alumina, with own coefficients for CaO, MgO and MnO,
    weighted by their amounts (alkali counts as CaO, FeO as MnO). 30 % is the error usually given. Slags with silica
    0.2-0.6 by mole, 1,600-2,000 K; temperatures are held in 1,400-2,200 K.
    Below the liquidus crystals stiffen it, (1 - 1.35 f)^-2.5 (Roscoe 1952), f rising linearly over `SOLID_RANGE`.
    """
    t = jnp.clip(jnp.asarray(temperature), 1400.0, 2200.0)
    x = [jnp.asarray(one) for one in oxides]
    total = jnp.maximum(sum(x[1:], x[0]), 1e-12)
    lime, silica, alumina, magnesia, manganese, ferrous, titania, alkali = (one / total for one in x)
    norm = 1.0 + titania
    glass = silica / norm
    modifier = lime + magnesia + manganese + ferrous + alkali + 2.0 * titania
    a = modifier / jnp.maximum(modifier + alumina, 1e-12)
    like_lime, like_manganese = lime + alkali, manganese + ferrous
    weighted = sum(
        n * sum(glass**i * (c[0] + a * (c[1] + a * c[2])) for i, c in enumerate(cubic))
        for n, cubic in zip((like_lime, magnesia, like_manganese), (URBAIN_CAO, URBAIN_MGO, URBAIN_MNO), strict=True)
    )
    b = weighted / jnp.maximum(like_lime + magnesia + like_manganese, 1e-12)
    liquid = 0.1 * t * jnp.exp(1000.0 * b / t - 0.29 * b - 11.57)  # dPa s to Pa s
    crystals = jnp.clip((liquidus(oxides) - t) / SOLID_RANGE, 0.0, MOST_CRYSTALS)
    return liquid * (1.0 - 1.35 * crystals) ** -2.5


# Coefficients of a cubic in the mole fraction of silica, each a quadratic in the modifiers' share (Urbain 1987).
URBAIN_CAO = ((13.2, 41.5, -45.0), (30.5, -117.2, 130.0), (-40.4, 232.1, -298.6), (60.8, -156.4, 213.6))
URBAIN_MGO = ((13.2, 15.9, -18.6), (30.5, -54.1, 33.0), (-40.4, 138.0, -112.0), (60.8, -99.8, 97.6))
URBAIN_MNO = ((13.2, 20.0, -25.6), (30.5, 26.0, -56.0), (-40.4, -110.3, 186.2), (60.8, 64.3, -104.6))


def _mass_percent(oxides: Oxides) -> list[Array]:
    masses = [jnp.asarray(n) * m for n, m in zip(oxides, OXIDE_MASS, strict=True)]
    total = jnp.maximum(sum(masses[1:], masses[0]), 1e-12)
    return [100.0 * one / total for one in masses]


def titanium_recovery(temperature: ArrayLike) -> Array:
    """Share of titanium that ends in the metal [-]: 0.37 at 1500 degC, +0.05 per 20 K, held in 0.05-0.8.

    35-40 % in published balances; the slope is a design value, that of manganese.
    """
    return jnp.clip(0.37 + 0.0025 * (jnp.asarray(temperature) - 1500.0 - ZERO_CELSIUS), 0.05, 0.8)


def alkali_kept(temperature: ArrayLike, basicity: ArrayLike, share: ArrayLike) -> Array:
    """Share of the alkali reaching the tuyeres that slag keeps [-]; the rest evaporates. `share`: that at 1500 degC and
    CaO/SiO2 1.2. Hot and basic slag keeps less: a tenth of it per 20 K and per 0.05 of CaO/SiO2 (design values; plants
    wash out alkali with an acid, cool slag). Held in 0.02-0.98.
    """
    colder = (1500.0 + ZERO_CELSIUS - jnp.asarray(temperature)) / 20.0
    sourer = (1.2 - jnp.asarray(basicity)) / 0.05
    return jnp.clip(share * jnp.exp(jnp.clip(0.1 * (colder + sourer), -5.0, 5.0)), 0.02, 0.98)
