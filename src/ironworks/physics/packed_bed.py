"""Flow through a packed bed: pressure drop of gas, permeability for slow liquids."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.powers import power

CARMAN_KOZENY = 150.0  # -, Ergun 1952
BURKE_PLUMMER = 1.75  # -, Ergun 1952


def gas_viscosity(temperature: ArrayLike) -> Array:
    """Viscosity of furnace gas, Pa s, at `temperature` [K]: 4.45e-7 T^0.66 (fit for CO/N2/CO2 mixtures)."""
    return 4.45e-7 * power(temperature, 0.66)


def ergun_gradient(
    velocity: ArrayLike, density: ArrayLike, viscosity: ArrayLike, voidage: ArrayLike, diameter: ArrayLike
) -> Array:
    """Pressure gradient, Pa/m (Ergun 1952): superficial velocity [m/s], gas density [kg/m3], viscosity [Pa s],
    voidage [-], shape-corrected particle diameter [m]; any shape. Valid for Re 1-3000, voidage 0.3-0.5.
    """
    u, e, d = jnp.asarray(velocity), jnp.asarray(voidage), jnp.asarray(diameter)
    solid = 1.0 - e
    viscous = CARMAN_KOZENY * viscosity * solid * solid / (e**3 * d * d) * u
    inertial = BURKE_PLUMMER * density * solid / (e**3 * d) * u * u
    return jnp.asarray(viscous + inertial)


def permeability(voidage: ArrayLike, diameter: ArrayLike) -> Array:
    """Permeability, m2, for slow flow that fills the voids: the laminar term of Ergun (1952); Re below about 10."""
    e, d = jnp.asarray(voidage), jnp.asarray(diameter)
    return e**3 * d * d / (CARMAN_KOZENY * (1.0 - e) ** 2)
