"""Indirect reduction of ore: unreacted shrinking core with three interfaces (Takahashi et al., Trans. ISIJ 26
(1986) 765, constants as quoted by Yu, Shao, Zou, Saxen, Processes 9 (2021) 2134).

The three interfaces are taken as *uncoupled*: each sees the gas film, the product layers outside it and its own
chemical resistance, but not the gas consumed by the others. This overstates the rate while hematite, magnetite
and wustite stand side by side (upper shaft), where the equilibrium and not the rate decides.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import GAS_CONSTANT
from ironworks.physics.powers import power


class Interface(NamedTuple):
    """Constants of one interface: k = exp(a - E/RT)/100 m/s, D = exp(b - c/T) 1e-4 m2/s."""

    chemical_log: float
    chemical_energy: float  # J/kmol
    diffusion_log: float
    diffusion_temperature: float  # K


# Order: hematite, magnetite, wustite.
CARBON_MONOXIDE = (
    Interface(3.16, 50.2e6, 8.76, 14100.0),
    Interface(2.09, 40.0e6, 2.77, 7200.0),
    Interface(5.42, 61.4e6, 5.09, 8800.0),
)
HYDROGEN = (
    Interface(4.49, 33.4e6, 3.43, 4200.0),
    Interface(6.70, 58.2e6, 5.64, 6800.0),
    Interface(6.97, 57.1e6, 4.77, 5900.0),
)
SMALLEST_RADIUS = 0.05  # of the radius; a core this small holds 1e-4 of the iron and no longer limits anything


def chemical_rate(interface: Interface, temperature: ArrayLike) -> Array:
    """Rate constant of one interface, m/s, at `temperature` [K]; any shape."""
    return (
        jnp.exp(interface.chemical_log - interface.chemical_energy / (GAS_CONSTANT * jnp.asarray(temperature))) / 100.0
    )


def layer_diffusivity(interface: Interface, temperature: ArrayLike) -> Array:
    """Diffusivity in the product layer of one interface, m2/s, at `temperature` [K]; any shape."""
    return jnp.exp(interface.diffusion_log - interface.diffusion_temperature / jnp.asarray(temperature)) * 1.0e-4


def interface_radii(hematite: ArrayLike, magnetite: ArrayLike, wustite: ArrayLike) -> tuple[Array, Array, Array]:
    """Radii of the three interfaces over the particle radius, from the iron fractions [-] still in each oxide."""
    h, m, w = jnp.asarray(hematite), jnp.asarray(magnetite), jnp.asarray(wustite)

    def radius(fraction: Array) -> Array:
        return power(jnp.clip(fraction, SMALLEST_RADIUS**3, 1.0), 1.0 / 3.0)

    return radius(h), radius(h + m), radius(h + m + w)


def resistances(
    gas: tuple[Interface, Interface, Interface],
    radii: tuple[Array, Array, Array],
    constants: tuple[Array, Array, Array],
    temperature: Array,
    particle_radius: ArrayLike,
    film_coefficient: ArrayLike,
) -> tuple[Array, Array, Array]:
    """Total resistance of each interface, s/m, per unit of outer particle surface.

    radii: interface radii [-]; constants: equilibrium constants K_j; temperature [K]; particle_radius [m];
    film_coefficient [m/s]. Molar rate of step j = surface x (C_gas - C_gas,eq,j) / resistance_j.
    """
    x1, x2, x3 = radii
    a1, a2, a3 = (
        1.0 / (x * x * chemical_rate(step, temperature) * (1.0 + 1.0 / k))
        for step, x, k in zip(gas, radii, constants, strict=True)
    )
    d1, d2, d3 = (layer_diffusivity(step, temperature) for step in gas)
    b1 = (x2 - x1) * particle_radius / (d1 * x1 * x2)
    b2 = (x3 - x2) * particle_radius / (d2 * x2 * x3)
    b3 = (1.0 - x3) * particle_radius / (d3 * x3)
    film = 1.0 / jnp.asarray(film_coefficient)
    return film + b3 + b2 + b1 + a1, film + b3 + b2 + a2, film + b3 + a3
