"""Quasi-steady gas, marched from the raceways up through all cells of the annuli.

Each cell in order: wustite, magnetite and hematite with CO and H2, solution loss, steam gasification, char, shift.
The coefficients of `rates` use the last step's gas flow and pressure, so that the march itself is arithmetic
without exponentials; amounts are exact whatever the coefficients are.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics.gasification import shift_extent
from ironworks.plant.furnace.raceway import Raceway
from ironworks.plant.furnace.rates import Reduction, SolidRates
from ironworks.plant.furnace.state import Cells

UNROLL = 1  # cells per iteration of the compiled loop, found by timing
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
    packed = jnp.stack(
        [
            *_rows(rates.monoxide), *_rows(rates.hydrogen), *rates.oxide_limit,
            rates.solution, rates.solution_back, rates.steam, rates.steam_back, rates.carbon_limit,
            rates.shift, rates.shift_constant, rates.char, rates.heat_pass, rates.heat_lift,
            cells.temperature, source_co, rates.calcination, rates.drying,
        ]
    )  # fmt: skip
    packed = jnp.moveaxis(packed, 2, 0)
    char0, nitrogen0 = entering.char, entering.nitrogen
    start = jnp.stack(
        [
            entering.carbon_monoxide + hearth_monoxide, jnp.zeros_like(char0), entering.hydrogen,
            jnp.zeros_like(char0), nitrogen0, char0, entering.gas_temperature,
        ]
    )  # fmt: skip
    bypass = rates.bypass * jnp.stack([entering.carbon_monoxide, entering.hydrogen])
    cell = functools.partial(_cell, bypass)
    _, out = jax.lax.scan(cell, start, (packed, rates.mixing.T), unroll=UNROLL)
    out = jnp.moveaxis(out, 0, 2)
    after = jnp.concatenate([start[:, :, None], out[:7]], axis=2)
    gas, temperature = after[:6], after[6]
    heat = h.total(h.mixture(tuple(gas), SPECIES), temperature)
    heat = heat.at[:, 0].set(entering_heat)
    return Sweep(gas, temperature, heat, *out[7:])


def _cell(bypass: Array, carry: Array, coefficients: tuple[Array, Array]) -> tuple[Array, Array]:
    """One cell: gas under it -> gas over it, and what it took from the burden. bypass (2, A): CO and H2 that pass
    by the ore."""
    co, co2, h2, h2o, nitrogen, char, temperature = carry
    x, mixing = coefficients
    (
        *reduction, lim_h, lim_m, lim_w,
        solution, solution_back, steam, steam_back, carbon_limit, shift, shift_constant, burn_char, heat_pass,
        heat_lift, solid_temperature, source_co, source_co2, source_h2o,
    ) = x  # fmt: skip
    co = co + source_co
    idle_co, idle_h2 = bypass
    carbon_gas, hydrogen_gas = co + co2 - idle_co, h2 + h2o - idle_h2
    limits = (lim_h, lim_m, lim_w)
    by_co = _taken(reduction[:STEPS], co - idle_co, carbon_gas, limits)
    by_h2 = _taken(reduction[STEPS:], h2 - idle_h2, hydrogen_gas, [a - b for a, b in zip(limits, by_co)])
    taken = [a + b for a, b in zip(by_co, by_h2)]
    oxygen_co, oxygen_h2 = sum(by_co), sum(by_h2)
    co, co2, h2, h2o = co - oxygen_co, co2 + oxygen_co, h2 - oxygen_h2, h2o + oxygen_h2
    by_co2 = jnp.clip(solution * (co2 - co * co * solution_back), 0.0, carbon_limit)
    co, co2 = co + 2.0 * by_co2, co2 - by_co2
    by_h2o = jnp.clip(steam * (h2o - co * h2 * steam_back), 0.0, carbon_limit)
    co, h2, h2o = co + by_h2o, h2 + by_h2o, h2o - by_h2o
    by_char = jnp.minimum(burn_char * char, CHAR_AT_ONCE * co2)
    co, co2, char = co + 2.0 * by_char, co2 - by_char, char - by_char
    moved = shift * shift_extent(co, h2o, co2, h2, shift_constant)
    co, h2o, co2, h2 = co - moved, h2o - moved, co2 + moved, h2 + moved
    co2, h2o = co2 + source_co2, h2o + source_h2o
    temperature = solid_temperature + (temperature - solid_temperature) * heat_pass + heat_lift
    state, mixed_heat = _mix(jnp.stack([co, co2, h2, h2o, nitrogen, char]), temperature, mixing)
    return state, jnp.concatenate([state, jnp.stack([*taken[::-1], by_co2 + by_h2o, mixed_heat])])


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


def _mix(gas: Array, temperature: Array, mixing: Array) -> tuple[Array, Array]:
    """Neighbouring annuli exchange equal molar flows; returns gas (6, A) with its temperature as the seventh row, and
    the heat that came with it (A,) W. The temperature is exact for equal heat capacities; the heat is exact."""
    flow = jnp.sum(gas, axis=0)
    exchanged = mixing * jnp.minimum(flow[:-1], flow[1:])
    per_mole = jnp.concatenate([gas, (h.total(h.mixture(tuple(gas), SPECIES), temperature))[None]]) / flow
    crossing = exchanged * jnp.diff(per_mole, axis=1)
    gain = jnp.pad(crossing, ((0, 0), (0, 1))) - jnp.pad(crossing, ((0, 0), (1, 0)))
    warming = exchanged * jnp.diff(temperature)
    warming = (jnp.pad(warming, (0, 1)) - jnp.pad(warming, (1, 0))) / flow
    return jnp.concatenate([gas + gain[:6], (temperature + warming)[None]]), gain[6]
