"""Metal and slag: their amounts and enthalpy, and the reactions on the way down through the coke.

Silicon, manganese, titanium and carbon enter the metal as it drips (the coke along its way pays heat and carbon), and
a part of the alkali evaporates. What happens in the hearth: `pool`.
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
from ironworks.plant.furnace.solids import ash_oxides
from ironworks.plant.furnace.state import Cells, Hearth

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
MOST_CARBON = 0.2  # share of a cell's carbon that one step may take into metal
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


def silicon_target(
    p: FurnaceParameters, temperature: Array, lime: Array, silica: Array, ash_silica: Array, height: Array
) -> Array:
    """Silicon, mass fraction, toward which metal tends: a part of the equilibrium with slag of this basicity.

    ash_silica: coke ash silica burnt at the tuyeres, kg per kg hot metal; it evaporates as SiO and adds silicon.
    height: m that the metal drips through that gas; it takes up silicon in proportion.
    """
    basicity = lime * M_CAO / jnp.maximum(silica * M_SIO2, 1e-9)
    activity = slag.silica_activity(jnp.clip(basicity, 0.7, 1.6))
    limited = jnp.clip(temperature, 1500.0, 1950.0)
    # The approach stands inside, so that the activity coefficient is that of the silicon the metal really has:
    # outside, it would be that of the full equilibrium (above 2 %) and flatten the rise with temperature by a third.
    ash = 1.0 + p.silicon_ash_slope * (jnp.clip(ash_silica / REFERENCE_ASH_SILICA, 0.0, 3.0) - 1.0)
    contact = jnp.clip(height / p.silicon_drip_height, *CONTACT_RANGE)
    reached = p.silicon_approach * contact * ash * activity
    return metal.silicon_equilibrium(limited, p.silicon_carbon_monoxide_pressure, reached, 4.8) / 100.0


def drip(
    p: FurnaceParameters,
    cells: Cells,
    melted: dict[str, Array],
    temperature: Array,
    height: Array,
    available: Array,
    burnt: Array,
    coal_ash: Array,
    coal_sulphur: Array,
    pool: Hearth,
    dt: float,
) -> Tapping:
    """Reactions of the liquids as they leave slot 0.

    melted: kmol/s (A,) of iron, ferrous_oxide, lime, silica, alumina, magnesia, manganese_oxide, titania, alkali
    (that of burnt coke too), phosphorus, sulphur; temperature (A,) K; height (A,) m from which it drips; available
    (A,) kmol: carbon that the coke along its way can give in a step; burnt (A,) share of slot 0's carbon burnt per
    second (its ash and sulphur follow); coal_ash (A,) kg/s; coal_sulphur (A,) kmol/s; pool: the hearth, for the
    metal's sulphur and phosphorus.
    """
    iron = melted["iron"]
    coke_ash = burnt * cells.ash[:, 0]
    coke_ash_oxides = ash_oxides(p.coke_ash_analysis)
    oxides = [
        melted[name] + coke_ash * a + coal_ash * b
        for name, a, b in zip(
            ("lime", "silica", "alumina", "magnesia"), coke_ash_oxides, ash_oxides(p.coal_ash_analysis), strict=True
        )
    ]
    lime, silica, alumina, magnesia = oxides
    iron_mass = M_FE * iron
    ash_silica = M_SIO2 * coke_ash * coke_ash_oxides[1] / jnp.maximum(iron_mass, 1e-3)
    target = silicon_target(p, temperature, lime, silica, ash_silica, height)
    silicon = jnp.minimum(target * iron_mass * METAL_PER_IRON / M_SI, MOST_SILICA * silica)
    manganese = slag.manganese_recovery(temperature) * melted["manganese_oxide"]
    titanium = slag.titanium_recovery(temperature) * melted["titania"]
    total_metal = jnp.maximum(jnp.sum(metal_mass(_metal(pool))), 1.0)
    percent = 100.0 / jnp.maximum(iron_mass * METAL_PER_IRON, 1e-3)
    saturation = metal.carbon_saturation(
        jnp.clip(temperature, 1400.0, 1950.0),
        100.0 * target,
        percent * M_MN * manganese,
        100.0 * M_P * jnp.sum(pool.phosphorus) / total_metal,
        100.0 * M_S * jnp.sum(pool.sulphur) / total_metal,
        percent * M_TI * titanium,
    )
    saturation = p.carbon_approach * saturation
    other = iron_mass + M_SI * silicon + M_MN * manganese + M_TI * titanium + M_P * melted["phosphorus"]
    carbon = other * saturation / (100.0 - saturation) / M_C
    # A chilled bottom may hold more melting iron than coke: then the metal leaves short of carbon and silicon.
    wanted = carbon + 2.0 * (silicon + titanium) + manganese
    scale = jnp.clip(MOST_CARBON * available / dt / jnp.maximum(wanted, 1e-12), 0.0, 1.0)
    carbon, silicon, manganese, titanium = (scale * one for one in (carbon, silicon, manganese, titanium))
    sulphur = melted["sulphur"] + burnt * cells.coke_sulphur[:, 0] + coal_sulphur
    liquid_sulphur = (1.0 - p.sulphur_gas_share) * sulphur
    slag_kg = slag.mass(lime, silica, alumina, magnesia)
    partition = p.sulphur_approach * slag.sulphur_partition(
        jnp.clip(temperature, 1500.0, 1950.0),
        slag.optical_basicity(lime, silica, alumina, magnesia),
        saturation,
        100.0 * target,
        p.silicon_carbon_monoxide_pressure,
    )
    to_metal = liquid_sulphur / (1.0 + partition * slag_kg / jnp.maximum(other, 1e-3))
    alkali = melted["alkali"]
    basicity = lime * M_CAO / jnp.maximum(silica * M_SIO2, 1e-9)
    kept = alkali * slag.alkali_kept(temperature, basicity, p.alkali_slag_share)
    vapour = alkali - kept
    flow = Flow(
        jnp.stack([iron, carbon, silicon, manganese, melted["phosphorus"], to_metal, titanium]),
        jnp.stack(
            [
                lime, silica - silicon, alumina, magnesia, melted["manganese_oxide"] - manganese,
                melted["ferrous_oxide"], liquid_sulphur - to_metal, melted["titania"] - titanium, kept,
            ]
        ),
    )  # fmt: skip
    monoxide = 2.0 * (silicon + titanium) + manganese
    zero = jnp.zeros_like(silicon)
    changed = Flow(
        jnp.stack([zero, carbon, silicon, manganese, zero, zero, titanium]),
        jnp.stack([zero, -silicon, zero, zero, -manganese, zero, zero, -titanium, zero]),
    )
    heat = flow_enthalpy(changed, temperature) + monoxide * h.enthalpy(h.CARBON_MONOXIDE, temperature)
    return Tapping(
        flow, temperature, flow_enthalpy(flow, temperature), carbon + monoxide, monoxide, heat,
        p.sulphur_gas_share * jnp.sum(sulphur), vapour, vapour * vapour_enthalpy(temperature),
    )  # fmt: skip


def vapour_enthalpy(temperature: Array) -> Array:
    """J/kmol K2O of alkali vapour that left slag of `temperature` [K], formation included: oxide in slag, and the heat
    of K2O + C = 2 K(g) + CO. Vapour is counted as oxide: the carbon that goes and comes back with it is left out."""
    return h.FORMATION_K2O + M_K2O * slag.slag_heat(temperature) + ALKALI_EVAPORATION


ALKALI_EVAPORATION = 430.7e6  # J/kmol K2O at 298 K: 2 x 89.0 (K gas) - 110.5 (CO) + 363.2 (K2O); NIST-JANAF
METAL_PER_IRON = 1.0 / 0.945  # kg hot metal per kg iron, to turn a content of metal into one of iron


def _metal(pool: Hearth) -> Array:
    return jnp.stack([getattr(pool, name) for name in METAL])


def contents(pool: Hearth) -> Flow:
    """The pool's amounts, kmol, in the order of METAL and SLAG."""
    return Flow(_metal(pool), jnp.stack([getattr(pool, name) for name in SLAG]))
