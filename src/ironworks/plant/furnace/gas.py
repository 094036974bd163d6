"""Quasi-steady gas, marched from the raceways up through all cells of the annuli.

Each cell in order: wustite, magnetite and hematite with CO and H2, solution loss, steam gasification, char, shift.
The coefficients of `rates` use the last step's gas flow and pressure, so that the march itself is arithmetic
without exponentials; amounts are exact whatever the coefficients are.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics.gasification import shift_extent
from ironworks.plant.furnace.raceway import Raceway
from ironworks.plant.furnace.rates import SolidRates
from ironworks.plant.furnace.state import Cells

UNROLL = 1  # cells per iteration of the compiled loop, found by timing
SPECIES = (h.CARBON_MONOXIDE, h.CARBON_DIOXIDE, h.HYDROGEN, h.WATER_VAPOUR, h.NITROGEN, h.CARBON)
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


def march(cells: Cells, rates: SolidRates, entering: Raceway, hearth_monoxide: Array, entering_heat: Array) -> Sweep:
    """March the gas up. hearth_monoxide (A,) kmol/s: CO from the hearth; entering_heat (A,) W: all heat entering."""
    source_co = rates.melting.oxygen
    packed = jnp.stack(
        [
            *rates.monoxide[::-1], *rates.hydrogen[::-1], *rates.monoxide_reach[::-1], *rates.hydrogen_reach[::-1],
            *rates.oxide_limit[::-1], rates.solution, rates.solution_back, rates.steam, rates.steam_back,
            rates.carbon_limit, rates.shift, rates.shift_constant, rates.char, rates.heat_pass, cells.temperature,
            source_co, rates.calcination, rates.drying,
        ]
    )  # fmt: skip
    packed = jnp.moveaxis(packed, 2, 0)
    char0 = entering.char
    start = jnp.stack(
        [
            entering.carbon_monoxide + hearth_monoxide, jnp.zeros_like(char0), entering.hydrogen,
            jnp.zeros_like(char0), char0, entering.gas_temperature,
        ]
    )  # fmt: skip
    _, out = jax.lax.scan(_cell, start, packed, unroll=UNROLL)
    out = jnp.moveaxis(out, 0, 2)
    after = jnp.concatenate([start[:, :, None], out[:6]], axis=2)
    nitrogen = jnp.broadcast_to(entering.nitrogen[:, None], after.shape[1:])
    gas = jnp.stack([after[0], after[1], after[2], after[3], nitrogen, after[4]])
    temperature = after[5]
    heat = h.total(h.mixture(tuple(gas), SPECIES), temperature)
    heat = heat.at[:, 0].set(entering_heat)
    return Sweep(gas, temperature, heat, out[6], out[7], out[8], out[9])


def _cell(carry: Array, x: Array) -> tuple[Array, Array]:
    """One cell: gas under it -> gas over it, and what it took from the burden."""
    co, co2, h2, h2o, char, temperature = carry
    (
        w_co, m_co, h_co, w_h2, m_h2, h_h2, rw_co, rm_co, rh_co, rw_h2, rm_h2, rh_h2, lim_w, lim_m, lim_h,
        solution, solution_back, steam, steam_back, carbon_limit, shift, shift_constant, burn_char, heat_pass,
        solid_temperature, source_co, source_co2, source_h2o,
    ) = x  # fmt: skip
    co = co + source_co
    carbon_gas, hydrogen_gas = co + co2, h2 + h2o
    taken = []
    for share_co, reach_co, share_h2, reach_h2, limit in (
        (w_co, rw_co, w_h2, rw_h2, lim_w),
        (m_co, rm_co, m_h2, rm_h2, lim_m),
        (h_co, rh_co, h_h2, rh_h2, lim_h),
    ):
        by_co = jnp.clip(share_co * (co - carbon_gas * reach_co), 0.0, limit)
        by_h2 = jnp.clip(share_h2 * (h2 - hydrogen_gas * reach_h2), 0.0, limit - by_co)
        co, co2, h2, h2o = co - by_co, co2 + by_co, h2 - by_h2, h2o + by_h2
        taken.append(by_co + by_h2)
    by_co2 = jnp.clip(solution * (co2 - co * co * solution_back), 0.0, carbon_limit)
    co, co2 = co + 2.0 * by_co2, co2 - by_co2
    by_h2o = jnp.clip(steam * (h2o - co * h2 * steam_back), 0.0, carbon_limit)
    co, h2, h2o = co + by_h2o, h2 + by_h2o, h2o - by_h2o
    by_char = jnp.minimum(burn_char * char, CHAR_AT_ONCE * co2)
    co, co2, char = co + 2.0 * by_char, co2 - by_char, char - by_char
    moved = shift * shift_extent(co, h2o, co2, h2, shift_constant)
    co, h2o, co2, h2 = co - moved, h2o - moved, co2 + moved, h2 + moved
    co2, h2o = co2 + source_co2, h2o + source_h2o
    temperature = solid_temperature + (temperature - solid_temperature) * heat_pass
    state = jnp.stack([co, co2, h2, h2o, char, temperature])
    return state, jnp.stack([co, co2, h2, h2o, char, temperature, *taken, by_co2 + by_h2o])
