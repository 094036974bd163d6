"""Quasi-steady gas, marched from the raceways up through all cells of the annuli.

Each cell in order: half its shift, half its gasification of coke, wustite, magnetite and hematite with CO and H2, the
other half of the gasification, char, the other half of the shift. Two halves about the reduction (Strang's splitting):
what coke and shift give back to the gas is at work in the cell that it came from, as it is in thin cells.
The coefficients of `rates` use the last step's gas flow and pressure, so that the march itself is arithmetic
without exponentials; amounts are exact whatever the coefficients are.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics.gasification import shift_extent
from ironworks.physics.sweep import sweep
from ironworks.plant.furnace.raceway import Raceway
from ironworks.plant.furnace.rates import Reduction, SolidRates
from ironworks.plant.furnace.state import Cells

Gas = tuple[Array, ...]
SPECIES = (h.CARBON_MONOXIDE, h.CARBON_DIOXIDE, h.HYDROGEN, h.WATER_VAPOUR, h.NITROGEN, h.CARBON)
MOST_OF_GAS = 0.95  # of a reducing gas in a cell: steps that stand still leave the others more than there is
CHAR_AT_ONCE = 0.9  # of the CO2 in a cell: the most that char may take


class Sweep(NamedTuple):
    """Result of the march; (A, N) unless said. Index N+1 arrays hold the gas under each cell and, last, the top gas."""

    gas: Array  # (6, A, N+1) kmol/s CO, CO2, H2, H2O, N2, char
    temperature: Array  # (A, N+1) K
    enthalpy: Array  # (A, N+1) W
    wustite: Array  # kmol/s O taken from wustite
    magnetite: Array
    hematite: Array
    carbon: Array  # kmol/s coke carbon gasified by CO2 and H2O
    mixed_heat: Array  # W that gas from neighbouring annuli brought into each cell; sums to zero over the annuli


def march(cells: Cells, rates: SolidRates, entering: Raceway, hearth_monoxide: Array, entering_heat: Array) -> Sweep:
    """March the gas up. hearth_monoxide (A,) kmol/s: CO from the hearth; entering_heat (A,) W: all heat entering."""
    source_co = rates.melting.oxygen
    coefficients = (
        *_rows(rates.monoxide), *_rows(rates.hydrogen), *rates.oxide_limit,
        rates.solution, rates.solution_back, rates.steam, rates.steam_back, rates.carbon_limit,
        rates.shift, rates.shift_constant, rates.char, rates.heat_pass, rates.heat_lift,
        cells.temperature, source_co, rates.calcination, rates.drying,
    )  # fmt: skip
    char0, nitrogen0 = entering.char, entering.nitrogen
    start = (
        entering.carbon_monoxide + hearth_monoxide, jnp.zeros_like(char0), entering.hydrogen,
        jnp.zeros_like(char0), nitrogen0, char0, entering.gas_temperature,
    )  # fmt: skip
    bypass = (rates.bypass * entering.carbon_monoxide, rates.bypass * entering.hydrogen)
    _, out = sweep(_cell, (bypass, start), (coefficients, rates.mixing))
    after = [jnp.concatenate([under[:, None], over], axis=1) for under, over in zip(start, out[:7], strict=True)]
    heat = h.total(h.mixture(tuple(after[:6]), SPECIES), after[6])
    heat = heat.at[:, 0].set(entering_heat)
    return Sweep(jnp.stack(after[:6]), after[6], heat, *out[7:])


def _cell(carry: tuple[Gas, Gas], coefficients: tuple[Gas, Array]) -> tuple[tuple[Gas, Gas], Gas]:
    """One cell: gas under it -> gas over it, and what it took from the burden. All (A, ...): annulus, then whatever
    axes there are. Carried along is the bypass: CO and H2 that pass by the ore."""
    bypass, (co, co2, h2, h2o, nitrogen, char, temperature) = carry
    x, mixing = coefficients
    (
        *reduction, lim_h, lim_m, lim_w,
        solution, solution_back, steam, steam_back, carbon_limit, shift, shift_constant, burn_char, heat_pass,
        heat_lift, solid_temperature, source_co, source_co2, source_h2o,
    ) = x  # fmt: skip
    toward = shift, shift_constant
    co, co2, h2, h2o = _shifted(toward, co + source_co, co2, h2, h2o)
    coke = solution, solution_back, steam, steam_back, carbon_limit
    co, co2, h2, h2o, before = _gasified(coke, co, co2, h2, h2o)
    idle_co, idle_h2 = bypass
    carbon_gas, hydrogen_gas = co + co2 - idle_co, h2 + h2o - idle_h2
    limits = (lim_h, lim_m, lim_w)
    by_co = _taken(reduction[:STEPS], co - idle_co, carbon_gas, limits)
    by_h2 = _taken(reduction[STEPS:], h2 - idle_h2, hydrogen_gas, [a - b for a, b in zip(limits, by_co)])
    taken = [a + b for a, b in zip(by_co, by_h2)]
    oxygen_co, oxygen_h2 = sum(by_co), sum(by_h2)
    co, co2, h2, h2o = co - oxygen_co, co2 + oxygen_co, h2 - oxygen_h2, h2o + oxygen_h2
    co, co2, h2, h2o, after = _gasified(coke, co, co2, h2, h2o)
    by_char = jnp.minimum(burn_char * char, CHAR_AT_ONCE * co2)
    co, co2, char = co + 2.0 * by_char, co2 - by_char, char - by_char
    co, co2, h2, h2o = _shifted(toward, co, co2, h2, h2o)
    co2, h2o = co2 + source_co2, h2o + source_h2o
    temperature = solid_temperature + (temperature - solid_temperature) * heat_pass + heat_lift
    state, mixed_heat = _mix((co, co2, h2, h2o, nitrogen, char), temperature, mixing)
    return (bypass, state), (*state, *taken[::-1], before + after, mixed_heat)


def _shifted(toward: tuple[Array, Array], co: Array, co2: Array, h2: Array, h2o: Array) -> Gas:
    """Gas (CO, CO2, H2, H2O) after half a cell's shift: share of the way to equilibrium, constant of that."""
    share, constant = toward
    moved = share * shift_extent(co, h2o, co2, h2, constant)
    return co - moved, co2 + moved, h2 + moved, h2o - moved


def _gasified(coke: Gas, co: Array, co2: Array, h2: Array, h2o: Array) -> Gas:
    """Gas (CO, CO2, H2, H2O) after half a cell's gasification of coke, and the carbon that it took, kmol/s."""
    solution, solution_back, steam, steam_back, limit = coke
    by_co2 = jnp.clip(solution * (co2 - co * co * solution_back), 0.0, limit)
    co, co2 = co + 2.0 * by_co2, co2 - by_co2
    by_h2o = jnp.clip(steam * (h2o - co * h2 * steam_back), 0.0, limit)
    return co + by_h2o, co2, h2 + by_h2o, h2o - by_h2o, by_co2 + by_h2o


def _rows(one: Reduction) -> tuple[Array, ...]:
    """The STEPS coefficients of one reducing gas in the order in which `_taken` reads them."""
    return (*one.gas, *one.oxidised, one.kept, one.rest)


STEPS = 8


def _taken(rows: Sequence[Array], reducing: Array, both: Array, limits: Sequence[Array]) -> list[Array]:
    """Oxygen, kmol/s, from hematite, magnetite and wustite by one gas: `reducing` of it in `both` with its oxide.

    Where a step would run backward it stands still: iron that gas oxidises again is left out.
    """
    gas, oxidised, (kept, rest) = rows[:3], rows[3:6], rows[6:8]
    mean = kept * reducing + rest * both
    wanted = [jnp.clip(g * mean - o * both, 0.0, limit) for g, o, limit in zip(gas, oxidised, limits)]
    there = MOST_OF_GAS * jnp.maximum(reducing, 0.0) / jnp.maximum(sum(wanted), 1e-30)
    return [jnp.minimum(there, 1.0) * one for one in wanted]


def _mix(gas: Gas, temperature: Array, mixing: Array) -> tuple[Gas, Array]:
    """Neighbouring annuli exchange equal molar flows; returns gas (six of (A, ...)) with its temperature as the
    seventh, and the heat that came with it (A, ...) W. The temperature is exact for equal heat capacities; the heat is
    exact."""
    flow = functools.reduce(jnp.add, gas)
    exchanged = mixing * jnp.minimum(flow[:-1], flow[1:])
    none = jnp.zeros_like(flow[:1])

    def gain(per_mole: Array) -> Array:
        crossing = exchanged * jnp.diff(per_mole, axis=0)
        return jnp.concatenate([crossing, none]) - jnp.concatenate([none, crossing])

    heat = h.total(h.mixture(gas, SPECIES), temperature)
    mixed = tuple(x + gain(x / flow) for x in gas)
    return (*mixed, temperature + gain(temperature) / flow), gain(heat / flow)
