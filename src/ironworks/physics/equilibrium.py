"""Equilibrium constants of the furnace's reactions as functions of temperature [K]; any shape.

**The FeO trap.** JANAF's stoichiometric FeO(s) gives pCO2/pCO = 0.20 over wustite and iron at 1200 K where 0.46
is measured; it would cap the gas utilisation at the wustite point at 17 %. R2 and R3 are therefore fits to
measured equilibria (Nietrost 2012). The hydrogen analogues are `K_i(CO) / K_shift` and nothing else: independent
fits are inconsistent and let the gas run in a loop CO -> H2 -> CO for ever. For the same reason the shift is the
quotient of the two gasifications of carbon, R8 / R7.

The other constants are `exp(a + b/T + c T + d T2 + e/T2)` through the Gibbs energies of the NASA polynomials (seven
coefficients; McBride, Gordon, Reno, NASA TM-4513, 1993; the oxides in it are JANAF's, CaCO3 is Barin's and is carried
on above 1200 K). **Pressures are in bar**, the standard pressure of those polynomials; a constant with one more
molecule of gas on the right is 1.3 % smaller in atm. "Largest error" is that of the fit against the polynomials in the
range stated. Outside the range the functions stay positive and finite from 250 to 3500 K and are an extrapolation.
"""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

LN10 = 2.302585092994046
BAR = 1.0e5  # Pa, unit of pressure of the constants

Fit = tuple[float, float, float, float, float]
# a [-], b [K], c [1/K], d [1/K2], e [K2]; fitted to the least largest error.
_HEMATITE_LOW: Fit = (-17.059301, 13371.975, 0.025606087, -9.6318671e-06, -844672.54)
_HEMATITE_HIGH: Fit = (-7.7471931, 18756.164, 0.0062814333, -1.0932746e-06, -4750203.1)
_NEEL_POINT = 960.0  # K: hematite loses its magnetic order; the slope of ln K changes there
_SOLUTION_LOSS: Fit = (22.699992, -21399.625, -8.9489665e-04, 8.6065492e-08, 74981.494)
_STEAM: Fit = (17.663041, -16812.170, -7.0461401e-05, -2.6898565e-08, 175012.19)
_CALCINATION: Fit = (22.817297, -23929.156, -0.0028791221, 4.1185279e-07, 677012.93)
_SILICON_MONOXIDE: Fit = (43.001873, -81091.749, -0.0014396985, 8.7305859e-08, -1651178.9)


def _quotient(above: Fit, below: Fit) -> Fit:
    """Coefficients of the quotient of two constants."""
    a, b, c, d, e = (one - other for one, other in zip(above, below, strict=True))
    return a, b, c, d, e


_SHIFT = _quotient(_STEAM, _SOLUTION_LOSS)


def _constant(fit: Fit, temperature: ArrayLike) -> Array:
    """exp(a + b/T + c T + d T2 + e/T2)."""
    a, b, c, d, e = fit
    t = jnp.asarray(temperature)
    inverse = 1.0 / t
    return jnp.exp(a + inverse * (b + inverse * e) + t * (c + t * d))


def hematite_carbon_monoxide(temperature: ArrayLike) -> Array:
    """R1, 3 Fe2O3 + CO = 2 Fe3O4 + CO2: pCO2/pCO. 600-1700 K, largest error 0.04 %; a kink at 960 K."""
    t = jnp.asarray(temperature)
    return jnp.where(t < _NEEL_POINT, _constant(_HEMATITE_LOW, t), _constant(_HEMATITE_HIGH, t))


def magnetite_carbon_monoxide(temperature: ArrayLike) -> Array:
    """R2, Fe3O4 + CO = 3 FeO + CO2: pCO2/pCO. Nietrost 2012; wustite is stable above 848 K only."""
    return jnp.exp(LN10 * (2.17 - 1834.0 / jnp.asarray(temperature)))


def wustite_carbon_monoxide(temperature: ArrayLike) -> Array:
    """R3, FeO + CO = Fe + CO2: pCO2/pCO. Nietrost 2012, 848-1650 K."""
    return jnp.exp(LN10 * (914.0 / jnp.asarray(temperature) - 1.097))


def water_gas_shift(temperature: ArrayLike) -> Array:
    """R9, CO + H2O = CO2 + H2, equal to R8 / R7. 500-2300 K, largest error 0.15 %."""
    return _constant(_SHIFT, temperature)


def hematite_hydrogen(temperature: ArrayLike) -> Array:
    """R4, hematite with H2: pH2O/pH2 = K(CO) / K(shift)."""
    return hematite_carbon_monoxide(temperature) / water_gas_shift(temperature)


def magnetite_hydrogen(temperature: ArrayLike) -> Array:
    """R5, magnetite with H2: pH2O/pH2 = K(CO) / K(shift)."""
    return magnetite_carbon_monoxide(temperature) / water_gas_shift(temperature)


def wustite_hydrogen(temperature: ArrayLike) -> Array:
    """R6, wustite with H2: pH2O/pH2 = K(CO) / K(shift)."""
    return wustite_carbon_monoxide(temperature) / water_gas_shift(temperature)


def solution_loss(temperature: ArrayLike) -> Array:
    """R7, C + CO2 = 2 CO: pCO^2/pCO2 in bar. 500-2300 K, largest error 0.08 %."""
    return _constant(_SOLUTION_LOSS, temperature)


def steam_gasification(temperature: ArrayLike) -> Array:
    """R8, C + H2O = CO + H2: pCO pH2/pH2O in bar. 500-2300 K, largest error 0.06 %."""
    return _constant(_STEAM, temperature)


def calcination(temperature: ArrayLike) -> Array:
    """R11, CaCO3 = CaO + CO2: pCO2 in bar. 800-1400 K, largest error 0.02 %."""
    return _constant(_CALCINATION, temperature)


def silicon_monoxide(temperature: ArrayLike) -> Array:
    """R12, SiO2 (liquid or glass) + C = SiO + CO: pSiO pCO in bar2. 1700-2400 K, largest error 0.01 %."""
    return _constant(_SILICON_MONOXIDE, temperature)


def slag_silicon(temperature: ArrayLike) -> Array:
    """R13, (SiO2) + 2 C = [Si] 1 % + 2 CO: a_Si pCO^2 / a_SiO2 in atm2, 1650-1900 K."""
    return jnp.exp(LN10 * (19.873 - 29947.0 / jnp.asarray(temperature)))
