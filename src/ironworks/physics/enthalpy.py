"""Molar enthalpies of gases and solids, formation at 298.15 K included, so that heats of reaction come out
of the energy balance by themselves.

`h(T) = a + b T + c T^2 + d / T` in J/mol, fitted to the NASA polynomials over 300-2600 K (solids 300-2000 K);
largest error of the fit 0.1-2 kJ/mol (Fe solid). Wustite is the measured phase Fe0.947O with h_f(298 K) = -266.3 kJ
per mole of oxygen, hence -281.2 kJ per mole of iron. Iron above 1809 K is the solid's curve continued; the heat of
fusion belongs to `metal.liquid_iron_enthalpy`.
"""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import WUSTITE_OXYGEN

# (a, b, c, d) in J/mol, J/mol/K, J/mol/K2, J K/mol. Source: fit to NASA polynomials (McBride et al. 2002).
CARBON_MONOXIDE = (-122321.3, 31.57928, 1.218296e-3, 7.54686e5)
CARBON_DIOXIDE = (-417302.7, 52.73505, 2.076285e-3, 2.49922e6)
HYDROGEN = (-7415.096, 26.35157, 1.938969e-3, -1.814192e5)
WATER_VAPOUR = (-254579.4, 33.49006, 4.568171e-3, 8.12249e5)
NITROGEN = (-11268.5, 30.80981, 1.333983e-3, 6.613314e5)
OXYGEN = (-12275.19, 33.01672, 1.255504e-3, 7.380265e5)
CARBON = (-12324.3, 21.23322, 1.095928e-3, 1.844442e6)
HEMATITE_PER_IRON = (-453111.3, 91.70057, -5.881391e-3, 4.097386e6)
MAGNETITE_PER_IRON = (-408531.0, 86.61238, -6.091298e-3, 2.759776e6)
WUSTITE_PER_IRON = (
    WUSTITE_OXYGEN * -283897.2, WUSTITE_OXYGEN * 51.81527, WUSTITE_OXYGEN * 3.994259e-3, WUSTITE_OXYGEN * 5.583559e5,
)  # fmt: skip
IRON = (-32701.73, 56.68386, -4.180629e-3, 5.177783e6)

LIQUID_WATER_FORMATION = -285.83e6  # J/kmol at 298.15 K (NIST)
LIQUID_WATER_HEAT_CAPACITY = 75.3e3  # J/kmol/K (NIST)
# Formation at 298.15 K, J/kmol (NIST-JANAF); sensible heat of slag formers goes by mass, see `slag`.
FORMATION_CAO = -635.1e6
FORMATION_SIO2 = -910.7e6
FORMATION_AL2O3 = -1675.7e6
FORMATION_MGO = -601.6e6
FORMATION_MNO = -385.2e6
FORMATION_FEO = WUSTITE_OXYGEN * -266.3e6  # per kmol Fe, as wustite; in slag likewise: a tenth of its iron is ferric
FORMATION_TIO2 = -944.0e6
FORMATION_K2O = -363.2e6
FORMATION_P2O5 = -1505.0e6
FORMATION_CACO3 = -1206.9e6

Coefficients = tuple[float, float, float, float]


def enthalpy(species: Coefficients, temperature: ArrayLike) -> Array:
    """Molar enthalpy, J/kmol, of one species at `temperature` [K]; any shape. Valid 300-2600 K."""
    a, b, c, d = species
    t = jnp.asarray(temperature)
    return 1000.0 * (a + t * (b + c * t) + d / t)


def heat_capacity(species: Coefficients, temperature: ArrayLike) -> Array:
    """Molar heat capacity dh/dT, J/kmol/K, of one species at `temperature` [K]; any shape."""
    _, b, c, d = species
    t = jnp.asarray(temperature)
    return 1000.0 * (b + 2.0 * c * t - d / (t * t))


def mixture(amounts: tuple[ArrayLike, ...], species: tuple[Coefficients, ...]) -> tuple[Array, Array, Array, Array]:
    """Coefficients of a mixture's total enthalpy, J: amounts [kmol] (or kmol/s, then W) of each species.

    Summing coefficients first makes the enthalpy of a mixture as cheap as that of one species.
    """
    sums = []
    for k in range(4):
        total = 0.0
        for amount, one in zip(amounts, species, strict=True):
            total = total + jnp.asarray(amount) * (1000.0 * one[k])
        sums.append(total)
    return (sums[0], sums[1], sums[2], sums[3])


def total(coefficients: tuple[ArrayLike, ...], temperature: ArrayLike) -> Array:
    """Total enthalpy, J, from the coefficients of `mixture` at `temperature` [K]."""
    a, b, c, d = (jnp.asarray(one) for one in coefficients)
    t = jnp.asarray(temperature)
    return a + t * (b + c * t) + d / t


def solve_temperature(coefficients: tuple[Array, ...], target: ArrayLike, guess: ArrayLike, steps: int = 3) -> Array:
    """Temperature, K, at which `total` equals `target` [J], by Newton steps from `guess`, held in 250-3500 K.

    From a guess within 200 K three steps leave less than 1e-3 K.
    """
    a, b, c, d = coefficients
    t = jnp.asarray(guess)
    for _ in range(steps):
        slope = b + 2.0 * c * t - d / (t * t)
        t = jnp.clip(t - (a + t * (b + c * t) + d / t - target) / slope, 250.0, 3500.0)
    return t
