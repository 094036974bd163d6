"""Audit of elements and energy: what is stored, what crossed the furnace's boundary, and whether it adds up."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import M_C, M_H2, M_N2, M_O, REFERENCE_TEMPERATURE, WUSTITE_OXYGEN
from ironworks.plant.furnace.hearth import Flow, contents
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.raceway import Raceway
from ironworks.plant.furnace.solids import ash_oxides
from ironworks.plant.furnace.state import Cells, FurnaceState

ELEMENTS = ("Fe", "C", "O", "H", "N", "Ca", "Mg", "Al", "Si", "Mn", "P", "S", "Ti", "K")


class Closure(NamedTuple):
    """Relative error per element, and of energy, between two states."""

    elements: dict[str, float]
    energy: float


def _vector(**amounts: Array) -> Array:
    """(E,) kmol from named elements; those not named are zero."""
    return jnp.stack([jnp.asarray(amounts.get(name, 0.0), dtype=jnp.float64) for name in ELEMENTS])


def elements_of_ash(mass: Array, analysis: tuple[float, ...]) -> Array:
    """(E,) kmol in `mass` kg of ash."""
    lime, silica, alumina, magnesia = (mass * x for x in ash_oxides(analysis))
    oxygen = lime + 2.0 * silica + 3.0 * alumina + magnesia
    return _vector(Ca=lime, Si=silica, Al=2.0 * alumina, Mg=magnesia, O=oxygen)


def elements_of_cells(p: FurnaceParameters, cells: Cells) -> Array:
    """(E,) kmol in all cells together."""
    s = {name: jnp.sum(field) for name, field in cells._asdict().items()}
    oxygen = (
        1.5 * s["hematite"] + 4.0 / 3.0 * s["magnetite"] + WUSTITE_OXYGEN * s["wustite"]
        + s["moisture"] + 3.0 * s["limestone"] + s["lime"] + 2.0 * s["silica"] + 3.0 * s["alumina"] + s["magnesia"]
        + s["manganese_oxide"] + 2.5 * s["phosphorus"] + 2.0 * s["titania"] + s["alkali"]
    )  # fmt: skip
    own = _vector(
        Fe=s["hematite"] + s["magnetite"] + s["wustite"] + s["iron"], C=s["carbon"] + s["limestone"], O=oxygen,
        H=2.0 * s["moisture"], Ca=s["lime"] + s["limestone"], Mg=s["magnesia"], Al=2.0 * s["alumina"], Si=s["silica"],
        Mn=s["manganese_oxide"], P=s["phosphorus"], S=s["ore_sulphur"] + s["coke_sulphur"],
        Ti=s["titania"], K=2.0 * s["alkali"],
    )  # fmt: skip
    return own + elements_of_ash(s["ash"], p.coke_ash_analysis)


def elements_of_liquids(flow: Flow) -> Array:
    """(E,) kmol in metal and slag, of all sides together."""
    iron, carbon, silicon, manganese, phosphorus, sulphur, titanium = (jnp.sum(one) for one in flow.metal)
    lime, silica, alumina, magnesia, manganese_oxide, ferrous, slag_sulphur, titania, alkali = (
        jnp.sum(one) for one in flow.slag
    )
    oxygen = lime + 2.0 * (silica + titania) + 3.0 * alumina + magnesia + manganese_oxide + alkali
    return _vector(
        Fe=iron + ferrous, C=carbon, O=oxygen + WUSTITE_OXYGEN * ferrous,
        Ca=lime, Mg=magnesia, Al=2.0 * alumina, Si=silicon + silica, Mn=manganese + manganese_oxide, P=phosphorus,
        S=sulphur + slag_sulphur, Ti=titanium + titania, K=2.0 * alkali,
    )  # fmt: skip


def elements_of_blast(p: FurnaceParameters, r: Raceway) -> Array:
    """(E,) kmol/s in blast, leaking water and coal."""
    coal = r.coal
    own = _vector(
        C=coal * p.coal_carbon / M_C,
        O=2.0 * r.oxygen_in + r.water_in + coal * p.coal_oxygen / M_O,
        H=2.0 * (r.water_in + coal * p.coal_hydrogen / M_H2),
        N=2.0 * (r.nitrogen_in + coal * p.coal_nitrogen / M_N2),
        S=jnp.sum(r.coal_sulphur),
    )
    return own + elements_of_ash(jnp.sum(r.coal_ash), p.coal_ash_analysis)


def elements_of_top_gas(gas: Array, sulphur: Array, alkali: Array) -> Array:
    """(E,) kmol/s in top gas: gas (6,) CO, CO2, H2, H2O, N2, char, and sulphur and alkali (K2O) that left with it."""
    co, co2, h2, h2o, n2, char = gas
    return _vector(
        C=co + co2 + char, O=co + 2.0 * co2 + h2o + alkali, H=2.0 * (h2 + h2o), N=2.0 * n2, S=sulphur, K=2.0 * alkali
    )


def stored_elements(p: FurnaceParameters, state: FurnaceState) -> Array:
    """(E,) kmol in the furnace; gas is quasi-steady and holds nothing."""
    return elements_of_cells(p, state.cells) + elements_of_liquids(contents(state.hearth))


def stored_energy(p: FurnaceParameters, state: FurnaceState) -> Array:
    """J in burden, liquids and deadman, formation included; the wall lies outside this boundary."""
    deadman = p.deadman_heat_capacity * (state.hearth.deadman_temperature - REFERENCE_TEMPERATURE)
    return jnp.sum(state.cells.enthalpy) + jnp.sum(state.hearth.enthalpy) + deadman


def closure(
    p: FurnaceParameters, before: FurnaceState, after: FurnaceState, product_enthalpy: float = 1.378e6
) -> Closure:
    """Errors of the balances from `before` to `after`: elements over what entered, energy over the sensible
    enthalpy of the hot metal made in between (product_enthalpy [J/kg], plant energy balance)."""
    entered = after.audit.elements_in - before.audit.elements_in
    left = after.audit.elements_out - before.audit.elements_out
    error = entered - left - (stored_elements(p, after) - stored_elements(p, before))
    relative = error / jnp.maximum(jnp.abs(entered), 1e-12)
    heat = (
        (after.audit.energy_in - before.audit.energy_in)
        - (after.audit.energy_out - before.audit.energy_out)
        - (stored_energy(p, after) - stored_energy(p, before))
    )
    metal = (after.totals.metal - before.totals.metal) * product_enthalpy
    return Closure(
        {name: float(x) for name, x in zip(ELEMENTS, relative, strict=True)}, float(heat / jnp.maximum(metal, 1.0))
    )
