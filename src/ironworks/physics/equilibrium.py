"""Equilibrium constants of the furnace's reactions as functions of temperature [K]; any shape.

**The FeO trap.** JANAF's stoichiometric FeO(s) gives pCO2/pCO = 0.20 over wustite and iron at 1200 K where 0.46
is measured; it would cap the gas utilisation at the wustite point at 17 %. R2 and R3 are therefore fits to
measured equilibria (Nietrost 2012). The hydrogen analogues are `K_i(CO) / K_shift` and nothing else: independent
fits are inconsistent and let the gas run in a loop CO -> H2 -> CO for ever.
"""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

LN10 = 2.302585092994046


def hematite_carbon_monoxide(temperature: ArrayLike) -> Array:
    """R1, 3 Fe2O3 + CO = 2 Fe3O4 + CO2: pCO2/pCO. Fit to NASA polynomials, 600-1500 K."""
    return jnp.exp(6.024 + 5403.0 / jnp.asarray(temperature))


def magnetite_carbon_monoxide(temperature: ArrayLike) -> Array:
    """R2, Fe3O4 + CO = 3 FeO + CO2: pCO2/pCO. Nietrost 2012; wustite is stable above 848 K only."""
    return jnp.exp(LN10 * (2.17 - 1834.0 / jnp.asarray(temperature)))


def wustite_carbon_monoxide(temperature: ArrayLike) -> Array:
    """R3, FeO + CO = Fe + CO2: pCO2/pCO. Nietrost 2012, 848-1650 K."""
    return jnp.exp(LN10 * (914.0 / jnp.asarray(temperature) - 1.097))


def water_gas_shift(temperature: ArrayLike) -> Array:
    """R9, CO + H2O = CO2 + H2. Fit to NASA polynomials, 600-2000 K."""
    return jnp.exp(-3.633 + 4002.0 / jnp.asarray(temperature))


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
    """R7, C + CO2 = 2 CO: pCO^2/pCO2 in atm. Fit to NASA polynomials, 800-2000 K."""
    return jnp.exp(20.882 - 20322.0 / jnp.asarray(temperature))


def steam_gasification(temperature: ArrayLike) -> Array:
    """R8, C + H2O = CO + H2: pCO pH2/pH2O in atm. Fit to NASA polynomials, 800-2000 K."""
    return jnp.exp(17.249 - 16320.0 / jnp.asarray(temperature))


def calcination(temperature: ArrayLike) -> Array:
    """R11, CaCO3 = CaO + CO2: pCO2 in atm. Fit to NASA polynomials, 900-1300 K."""
    return jnp.exp(17.529 - 20437.0 / jnp.asarray(temperature))


def silicon_monoxide(temperature: ArrayLike) -> Array:
    """R12, SiO2 + C = SiO + CO: pSiO pCO in atm2. Fit to NASA polynomials, 1700-2300 K."""
    return jnp.exp(38.743 - 78495.0 / jnp.asarray(temperature))


def slag_silicon(temperature: ArrayLike) -> Array:
    """R13, (SiO2) + 2 C = [Si] 1 % + 2 CO: a_Si pCO^2 / a_SiO2 in atm2, 1650-1900 K."""
    return jnp.exp(LN10 * (19.873 - 29947.0 / jnp.asarray(temperature)))
