"""Reactions of metal and slag on the way down through the coke.

Silicon, manganese, titanium and carbon enter the metal as it drips (the coke along its way pays heat and carbon),
sulphur is divided between metal and slag, and a part of the alkali evaporates.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics import metal, slag
from ironworks.physics.constants import M_C, M_FE, M_K2O, M_MN, M_P, M_S, M_SI, M_SIO2, M_TI
from ironworks.plant.furnace.hearth import (
    MOST_SILICA,
    Flow,
    Tapping,
    basicity,
    flow_enthalpy,
    metal_mass,
    metal_of,
    silicon_target,
)
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.solids import ash_oxides
from ironworks.plant.furnace.state import Cells, Hearth

DRIP_OXIDES = ("lime", "silica", "alumina", "magnesia")
MOST_CARBON = 0.2  # share of a cell's carbon that one step may take into metal
ALKALI_EVAPORATION = 430.7e6  # J/kmol K2O at 298 K: 2 x 89.0 (K gas) - 110.5 (CO) + 363.2 (K2O); NIST-JANAF
METAL_PER_IRON = 1.0 / 0.945  # kg hot metal per kg iron, to turn a content of metal into one of iron

DripOxides = tuple[Array, Array, Array, Array]
"""kmol/s (A,) in the order of DRIP_OXIDES."""


class Uptake(NamedTuple):
    """What metal takes up as it drips, kmol/s (A,): carbon of the coke, the rest out of the slag."""

    carbon: Array
    silicon: Array
    manganese: Array
    titanium: Array

    @property
    def monoxide(self) -> Array:
        """kmol/s CO that the reduction of silica, titania and manganese oxide gives, and C that it takes."""
        return 2.0 * (self.silicon + self.titanium) + self.manganese


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
    coke_ash = burnt * cells.ash[:, 0]
    slag_oxides = dripping_oxides(p, melted, coke_ash, coal_ash)
    target = dripping_silicon(p, melted, temperature, slag_oxides, coke_ash, height)
    taken, saturation, other = taken_up(p, melted, temperature, target, slag_oxides[1], pool)
    taken = held_to_coke(taken, available, dt)
    sulphur = melted["sulphur"] + burnt * cells.coke_sulphur[:, 0] + coal_sulphur
    in_liquids = (1.0 - p.sulphur_gas_share) * sulphur
    in_metal = in_liquids / (1.0 + sulphur_in_slag(p, temperature, slag_oxides, saturation, target, other))
    kept = melted["alkali"] * slag.alkali_kept(temperature, basicity(*slag_oxides[:2]), p.alkali_slag_share)
    vapour = melted["alkali"] - kept
    flow = dripped(melted, slag_oxides, taken, in_metal, in_liquids, kept)
    heat = flow_enthalpy(exchanged(taken), temperature)
    heat = heat + taken.monoxide * h.enthalpy(h.CARBON_MONOXIDE, temperature)
    return Tapping(
        flow, temperature, flow_enthalpy(flow, temperature), taken.carbon + taken.monoxide, taken.monoxide, heat,
        p.sulphur_gas_share * jnp.sum(sulphur), vapour, vapour * vapour_enthalpy(temperature),
    )  # fmt: skip


def dripping_oxides(p: FurnaceParameters, melted: dict[str, Array], coke_ash: Array, coal_ash: Array) -> DripOxides:
    """kmol/s (A,) of the oxides of what melted and of the ashes, kg/s (A,), before anything is reduced."""
    shares = zip(DRIP_OXIDES, ash_oxides(p.coke_ash_analysis), ash_oxides(p.coal_ash_analysis), strict=True)
    lime, silica, alumina, magnesia = (melted[name] + coke_ash * a + coal_ash * b for name, a, b in shares)
    return lime, silica, alumina, magnesia


def dripping_silicon(
    p: FurnaceParameters, melted: dict[str, Array], temperature: Array, slag_oxides: DripOxides, coke_ash: Array,
    height: Array,
) -> Array:  # fmt: skip
    """Silicon, mass fraction (A,), toward which dripping metal tends. coke_ash (A,) kg/s burnt at the tuyeres."""
    lime, silica, _, _ = slag_oxides
    ash_silica = M_SIO2 * coke_ash * ash_oxides(p.coke_ash_analysis)[1] / jnp.maximum(M_FE * melted["iron"], 1e-3)
    return silicon_target(p, temperature, lime, silica, ash_silica, height)


def taken_up(
    p: FurnaceParameters, melted: dict[str, Array], temperature: Array, target: Array, silica: Array, pool: Hearth
) -> tuple[Uptake, Array, Array]:
    """(what the metal takes up where coke suffices, its carbon at that in % (A,), its mass without carbon kg/s (A,)).

    target: silicon, mass fraction (A,); silica kmol/s (A,). Of the metal's sulphur and phosphorus the pool's stand in.
    """
    iron_mass = M_FE * melted["iron"]
    silicon = jnp.minimum(target * iron_mass * METAL_PER_IRON / M_SI, MOST_SILICA * silica)
    manganese = slag.manganese_recovery(temperature) * melted["manganese_oxide"]
    titanium = slag.titanium_recovery(temperature) * melted["titania"]
    pool_metal = jnp.maximum(jnp.sum(metal_mass(metal_of(pool))), 1.0)
    percent = 100.0 / jnp.maximum(iron_mass * METAL_PER_IRON, 1e-3)
    saturation = p.carbon_approach * metal.carbon_saturation(
        jnp.clip(temperature, 1400.0, 1950.0),
        100.0 * target,
        percent * M_MN * manganese,
        100.0 * M_P * jnp.sum(pool.phosphorus) / pool_metal,
        100.0 * M_S * jnp.sum(pool.sulphur) / pool_metal,
        percent * M_TI * titanium,
    )
    other = iron_mass + M_SI * silicon + M_MN * manganese + M_TI * titanium + M_P * melted["phosphorus"]
    carbon = other * saturation / (100.0 - saturation) / M_C
    return Uptake(carbon, silicon, manganese, titanium), saturation, other


def held_to_coke(taken: Uptake, available: Array, dt: float) -> Uptake:
    """What is taken up with `available` kmol (A,) of coke carbon for a step of dt.

    A chilled bottom may hold more melting iron than coke: then the metal leaves short of carbon and silicon.
    """
    wanted = taken.carbon + 2.0 * (taken.silicon + taken.titanium) + taken.manganese
    scale = jnp.clip(MOST_CARBON * available / dt / jnp.maximum(wanted, 1e-12), 0.0, 1.0)
    return Uptake(*(scale * one for one in taken))


def sulphur_in_slag(
    p: FurnaceParameters, temperature: Array, slag_oxides: DripOxides, carbon: Array, silicon: Array, other: Array
) -> Array:
    """kg of sulphur in the slag per kg in the metal (A,). carbon: of the metal, %; silicon: mass fraction; other: kg/s
    of metal without carbon."""
    partition = p.sulphur_approach * slag.sulphur_partition(
        jnp.clip(temperature, 1500.0, 1950.0),
        slag.optical_basicity(*slag_oxides),
        carbon,
        100.0 * silicon,
        p.silicon_carbon_monoxide_pressure,
    )
    return partition * slag.mass(*slag_oxides) / jnp.maximum(other, 1e-3)


def dripped(
    melted: dict[str, Array], slag_oxides: DripOxides, taken: Uptake, in_metal: Array, in_liquids: Array, alkali: Array
) -> Flow:
    """Metal and slag after the reactions. Sulphur in the metal and in both, and alkali that stays: kmol/s (A,)."""
    lime, silica, alumina, magnesia = slag_oxides
    return Flow(
        jnp.stack(
            [
                melted["iron"], taken.carbon, taken.silicon, taken.manganese, melted["phosphorus"], in_metal,
                taken.titanium,
            ]
        ),
        jnp.stack(
            [
                lime, silica - taken.silicon, alumina, magnesia, melted["manganese_oxide"] - taken.manganese,
                melted["ferrous_oxide"], in_liquids - in_metal, melted["titania"] - taken.titanium, alkali,
            ]
        ),
    )  # fmt: skip


def exchanged(taken: Uptake) -> Flow:
    """By how much the uptake changes metal and slag."""
    zero = jnp.zeros_like(taken.silicon)
    return Flow(
        jnp.stack([zero, taken.carbon, taken.silicon, taken.manganese, zero, zero, taken.titanium]),
        jnp.stack([zero, -taken.silicon, zero, zero, -taken.manganese, zero, zero, -taken.titanium, zero]),
    )


def vapour_enthalpy(temperature: Array) -> Array:
    """J/kmol K2O of alkali vapour that left slag of `temperature` [K], formation included: oxide in slag, and the heat
    of K2O + C = 2 K(g) + CO. Vapour is counted as oxide: the carbon that goes and comes back with it is left out."""
    return h.FORMATION_K2O + M_K2O * slag.slag_heat(temperature) + ALKALI_EVAPORATION
