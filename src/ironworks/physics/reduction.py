"""Indirect reduction of ore: unreacted shrinking core with three interfaces (Takahashi et al., Trans. ISIJ 26
(1986) 765, constants as quoted by Yu, Shao, Zou, Saxen, Processes 9 (2021) 2134).

Hematite, magnetite, wustite and iron lie in shells; CO and H2 act in parallel, each through a network of its own.
Wustite is Fe0.947O: the step from magnetite ends, and the step to iron begins, at 1.056 O per Fe.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics.constants import GAS_CONSTANT, WUSTITE_OXYGEN
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
# kmol O per kmol Fe, and kmol Fe that one kmol of O frees, by step.
OXYGEN_PER_IRON = (1.5, 4.0 / 3.0, WUSTITE_OXYGEN)
IRON_PER_OXYGEN = (6.0, 1.0 / (4.0 / 3.0 - WUSTITE_OXYGEN), 1.0 / WUSTITE_OXYGEN)
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


class Network(NamedTuple):
    """Conductances of a particle's three interfaces, m/s per unit of outer surface; order hematite, magnetite, wustite.

    Molar rate of interface j [kmol O/m2/s] = gas_j C - oxidised_j (C + C_ox), where C is the concentration of the
    reducing gas in the bulk and C_ox that of its oxide.
    """

    gas: tuple[Array, Array, Array]
    oxidised: tuple[Array, Array, Array]


def network(
    gas: tuple[Interface, Interface, Interface],
    radii: tuple[Array, Array, Array],
    constants: tuple[Array, Array, Array],
    temperature: Array,
    particle_radius: ArrayLike,
    film_coefficient: ArrayLike,
    factor: ArrayLike,
) -> Network:
    """The three interfaces, the product layers between them and the gas film as one network of resistances.

    What one interface takes up the gas must carry through the layers outside it, where it is missing to the others:
    the interfaces are coupled. radii: interface radii [-]; constants: equilibrium constants K_j; temperature [K];
    particle_radius [m]; film_coefficient [m/s]; factor (3,): on the rate and diffusivity of each step.
    The rates are the nodal solution of that network (the published determinants of Takahashi et al.).
    """
    x1, x2, x3 = radii
    f = jnp.asarray(factor)
    a1, a2, a3 = (
        1.0 / (f[j] * x * x * chemical_rate(step, temperature) * (1.0 + 1.0 / k))
        for j, (step, x, k) in enumerate(zip(gas, radii, constants, strict=True))
    )
    d1, d2, d3 = (f[j] * layer_diffusivity(step, temperature) for j, step in enumerate(gas))
    b1 = (x2 - x1) * particle_radius / (d1 * x1 * x2)
    b2 = (x3 - x2) * particle_radius / (d2 * x2 * x3)
    b3 = (1.0 - x3) * particle_radius / (d3 * x3)
    outer = b3 + 1.0 / jnp.asarray(film_coefficient)
    inner = a1 + b1  # the way of interface 1 from the node at interface 2
    w = inner * (a3 * (a2 + b2 + outer) + (a2 + b2) * outer) + a2 * (a3 * (b2 + outer) + b2 * outer)
    m11 = (a3 * (a2 + b2 + outer) + (a2 + b2) * outer) / w
    m12 = -(a3 * (b2 + outer) + b2 * outer) / w
    m13 = -a2 * outer / w
    m22 = ((inner + b2) * (a3 + outer) + a3 * outer) / w
    m23 = -inner * outer / w
    m33 = (inner * (a2 + b2 + outer) + a2 * (b2 + outer)) / w
    r1, r2, r3 = (1.0 / (1.0 + k) for k in constants)
    return Network(
        (m11 + m12 + m13, m12 + m22 + m23, m13 + m23 + m33),
        (m11 * r1 + m12 * r2 + m13 * r3, m12 * r1 + m22 * r2 + m23 * r3, m13 * r1 + m23 * r2 + m33 * r3),
    )
