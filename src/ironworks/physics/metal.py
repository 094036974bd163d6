"""Hot metal: enthalpy, carbon saturation, silicon at equilibrium with slag."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import ZERO_CELSIUS
from ironworks.physics.equilibrium import LN10, slag_silicon

REFERENCE = 1773.15  # K, where the heat contents below are given
# Enthalpy of components of liquid metal against the elements at 298 K: (J/kmol at 1773 K, J/kmol/K).
# Iron: NIST solid to 1773 K plus fusion 13.8 kJ/mol; 850 J/kg/K. Together about 1370 MJ/t hot metal at 1500 degC
# (published plant energy balance 1378). Carbon: graphite heat content plus 10 kJ/mol of solution.
IRON = (71.4e6, 47.5e3)
CARBON = (39.8e6, 25.0e3)
SILICON = (-41.0e6, 27.0e3)  # heat content and fusion 90, solution -131 kJ/mol
MANGANESE = (60.0e6, 46.0e3)
PHOSPHORUS = (-50.0e6, 20.0e3)
SULPHUR = (0.0, 0.0)  # carried with the elements only
TITANIUM = (21.0e6, 36.0e3)  # heat content and fusion 62 (NIST), solution -41 kJ/mol (Sigworth & Elliott 1974)


def component_enthalpy(component: tuple[float, float], temperature: ArrayLike) -> Array:
    """Enthalpy, J/kmol, of one component of liquid metal at `temperature` [K], linear about 1773 K."""
    return component[0] + component[1] * (jnp.asarray(temperature) - REFERENCE)


def carbon_saturation(
    temperature: ArrayLike,
    silicon: ArrayLike,
    manganese: ArrayLike,
    phosphorus: ArrayLike,
    sulphur: ArrayLike,
    titanium: ArrayLike = 0.0,
) -> Array:
    """Carbon of saturated hot metal, %, from temperature [K] and contents [%] (regression of published textbook).

    1.34 + 2.45e-3 T_C - 0.35 P + 0.17 Ti - 0.54 S + 0.04 Mn - 0.30 Si.
    """
    celsius = jnp.asarray(temperature) - ZERO_CELSIUS
    return (
        1.34
        + 2.45e-3 * celsius
        - 0.35 * jnp.asarray(phosphorus)
        + 0.17 * jnp.asarray(titanium)
        - 0.54 * jnp.asarray(sulphur)
        + 0.04 * jnp.asarray(manganese)
        - 0.30 * jnp.asarray(silicon)
    )


def silicon_equilibrium(
    temperature: ArrayLike, pressure_carbon_monoxide: ArrayLike, activity_silica: ArrayLike, carbon: ArrayLike
) -> Array:
    """Silicon, %, of carbon-saturated metal at equilibrium with slag and CO (R13); any shape.

    temperature [K]; pressure_carbon_monoxide [atm]; activity_silica [-]; carbon [%]. Solves
    Si f_Si pCO^2 = K a_SiO2 with log f_Si = 0.11 Si + 0.18 C by five Newton steps in log Si.
    """
    ratio = slag_silicon(temperature) * activity_silica / jnp.asarray(pressure_carbon_monoxide) ** 2
    target = jnp.log(ratio) - LN10 * 0.18 * jnp.asarray(carbon)
    x = jnp.minimum(target, 1.0)
    for _ in range(5):
        silicon = jnp.exp(x)
        x = x - (x + LN10 * 0.11 * silicon - target) / (1.0 + LN10 * 0.11 * silicon)
    return jnp.exp(x)
