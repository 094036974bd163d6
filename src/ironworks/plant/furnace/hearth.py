"""Metal and slag: their amounts, mass and enthalpy, and the silicon toward which metal tends.

What happens to them on the way down: `dripping`; in the hearth: `pool`.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics import metal, slag
from ironworks.physics.constants import (
    M_AL2O3,
    M_C,
    M_CAO,
    M_FE,
    M_FEO,
    M_K2O,
    M_MGO,
    M_MN,
    M_MNO,
    M_P,
    M_S,
    M_SI,
    M_SIO2,
    M_TI,
    M_TIO2,
)
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import Hearth

METAL = ("iron", "carbon", "silicon", "manganese", "phosphorus", "sulphur", "titanium")
METAL_MASS = (M_FE, M_C, M_SI, M_MN, M_P, M_S, M_TI)
METAL_ENTHALPY = (
    metal.IRON, metal.CARBON, metal.SILICON, metal.MANGANESE, metal.PHOSPHORUS, metal.SULPHUR, metal.TITANIUM,
)  # fmt: skip
SLAG = (
    "lime", "silica", "alumina", "magnesia", "manganese_oxide", "ferrous_oxide", "slag_sulphur", "titania", "alkali",
)  # fmt: skip
SLAG_MASS = (M_CAO, M_SIO2, M_AL2O3, M_MGO, M_MNO, M_FEO, M_S, M_TIO2, M_K2O)
SLAG_FORMATION = (
    h.FORMATION_CAO, h.FORMATION_SIO2, h.FORMATION_AL2O3, h.FORMATION_MGO, h.FORMATION_MNO, h.FORMATION_FEO, 0.0,
    h.FORMATION_TIO2, h.FORMATION_K2O,
)  # fmt: skip
REFERENCE_ASH_SILICA = 20e-3  # kg coke ash SiO2 per kg hot metal at which the silicon is as calibrated
CONTACT_RANGE = (0.2, 4.0)  # of the reference height: silicon never comes from nowhere nor without end
MOST_SILICA = 0.3  # share of the silica that may be reduced: the slag never runs dry


class Flow(NamedTuple):
    """A flow of metal and slag: amounts kmol/s in the order of METAL and SLAG, any trailing shape."""

    metal: Array  # (7, ...)
    slag: Array  # (9, ...)


class Tapping(NamedTuple):
    """What reaches the hearth from the bottom cells, (A,) unless said."""

    flow: Flow  # (7, A), (9, A)
    temperature: Array  # K
    enthalpy: Array  # W
    carbon: Array  # kmol/s C of the coke to metal and to reduction of silica, manganese oxide and titania
    carbon_monoxide: Array  # kmol/s from these reductions
    reaction_heat: Array  # W that carburisation and these reductions take from the coke, CO at `temperature`
    sulphur_to_gas: Array  # () kmol/s
    vapour: Array  # kmol/s K2O of alkali that evaporates
    vapour_heat: Array  # W that it takes along, formation included


def metal_mass(amounts: Array) -> Array:
    """kg (or kg/s) of metal from amounts (7, ...)."""
    return jnp.tensordot(jnp.asarray(METAL_MASS), amounts, axes=1)


def slag_mass(amounts: Array) -> Array:
    """kg (or kg/s) of slag from amounts (9, ...)."""
    return jnp.tensordot(jnp.asarray(SLAG_MASS), amounts, axes=1)


def flow_coefficients(flow: Flow) -> tuple[Array, Array]:
    """(enthalpy at 1773.15 K [J], heat capacity [J/K]) of metal and slag together."""
    constants = jnp.asarray(METAL_ENTHALPY)
    mass = slag_mass(flow.slag)
    at = jnp.tensordot(constants[:, 0], flow.metal, axes=1) + jnp.tensordot(
        jnp.asarray(SLAG_FORMATION), flow.slag, axes=1
    )
    capacity = jnp.tensordot(constants[:, 1], flow.metal, axes=1) + slag.SLAG_HEAT_CAPACITY * mass
    return at + mass * slag.SLAG_HEAT_CONTENT, capacity


def flow_enthalpy(flow: Flow, temperature: Array) -> Array:
    """Enthalpy, J or W, of metal and slag at `temperature` [K]."""
    at, capacity = flow_coefficients(flow)
    return at + capacity * (temperature - metal.REFERENCE)


def basicity(lime: Array, silica: Array) -> Array:
    """CaO / SiO2 by mass, from amounts."""
    return lime * M_CAO / jnp.maximum(silica * M_SIO2, 1e-9)


def silicon_target(
    p: FurnaceParameters, temperature: Array, lime: Array, silica: Array, ash_silica: Array, height: Array
) -> Array:
    """Silicon, mass fraction, toward which metal tends: a part of the equilibrium with slag of this basicity.

    ash_silica: coke ash silica burnt at the tuyeres, kg per kg hot metal; it evaporates as SiO and adds silicon.
    height: m that the metal drips through that gas; it takes up silicon in proportion.
    """
    activity = slag.silica_activity(jnp.clip(basicity(lime, silica), 0.7, 1.6))
    limited = jnp.clip(temperature, 1500.0, 1950.0)
    # The approach stands inside, so that the activity coefficient is that of the silicon the metal really has:
    # outside, it would be that of the full equilibrium (above 2 %) and flatten the rise with temperature by a third.
    ash = 1.0 + p.silicon_ash_slope * (jnp.clip(ash_silica / REFERENCE_ASH_SILICA, 0.0, 3.0) - 1.0)
    contact = jnp.clip(height / p.silicon_drip_height, *CONTACT_RANGE)
    reached = p.silicon_approach * contact * ash * activity
    return metal.silicon_equilibrium(limited, p.silicon_carbon_monoxide_pressure, reached, 4.8) / 100.0


def metal_of(pool: Hearth) -> Array:
    """The pool's metal (7, 2), kmol, in the order of METAL."""
    return jnp.stack([getattr(pool, name) for name in METAL])


def contents(pool: Hearth) -> Flow:
    """The pool's amounts, kmol, in the order of METAL and SLAG."""
    return Flow(metal_of(pool), jnp.stack([getattr(pool, name) for name in SLAG]))
