"""Velocity and kinetic energy of the blast at the tuyere nose, and the nozzle's pressure loss."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import ATMOSPHERE, ZERO_CELSIUS


def blast_velocity(flow: ArrayLike, temperature: ArrayLike, pressure: ArrayLike, area: ArrayLike) -> Array:
    """Velocity, m/s: flow [Nm3/s] of wet blast, temperature [K], pressure [Pa abs], total tuyere area [m2]."""
    return jnp.asarray(flow) * (jnp.asarray(temperature) / ZERO_CELSIUS) * (ATMOSPHERE / jnp.asarray(pressure)) / area


def kinetic_energy(mass_flow: ArrayLike, velocity: ArrayLike, tuyeres: ArrayLike) -> Array:
    """Kinetic energy of the blast per tuyere, W: mass_flow of all tuyeres [kg/s], velocity [m/s]."""
    return 0.5 * jnp.asarray(mass_flow) / tuyeres * jnp.asarray(velocity) ** 2


def nozzle_loss(mass_flow: ArrayLike, velocity: ArrayLike, area: ArrayLike, recovery: ArrayLike = 0.5) -> Array:
    """Pressure loss from hot-blast main to bed, Pa: the dynamic head 1/2 rho v^2 less the share recovered [-]."""
    return 0.5 * jnp.asarray(mass_flow) * jnp.asarray(velocity) / area * (1.0 - jnp.asarray(recovery))
