"""Raceways: oxygen, steam and coal meet coke; nothing but CO, H2 and N2 (and char) leaves as gas. Algebraic.

The ash of coal and coke is heated to the flame and falls back to the coke in front with that heat, as in
`physics.flame_temperature.rigorous`.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics.constants import (
    M_C,
    M_H2,
    M_H2O,
    M_N2,
    M_O,
    M_S,
    MOLAR_VOLUME_NORMAL,
    OXYGEN_IN_AIR,
    REFERENCE_TEMPERATURE,
)
from ironworks.physics.flame_temperature import COAL_HEAT_CAPACITY
from ironworks.physics.slag import ASH_HEAT_CAPACITY
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.solids import ash_formation
from ironworks.plant.furnace.state import Blast
from ironworks.plant.furnace.wall import convection

# Burnout: 0.10 lost per 100 kg/tHM of coal, 0.02 won per % of enrichment (design rule of published practice).
BURNOUT_PER_COAL = -1.0  # per kg coal/kg hot metal
BURNOUT_PER_OXYGEN = 2.0  # per mole fraction of enrichment
BURNOUT_REFERENCE_COAL = 0.100  # kg/kg
BURNOUT_REFERENCE_OXYGEN = 0.03
METAL_PER_BLAST = (
    0.99  # kg hot metal per Nm3 of dry blast, to turn coal per blast into coal per metal (about 1010 Nm3/t)
)
MOST_ASH = M_C  # kg per kmol: as much ash as carbon; slot 0 holds more only when its carbon is all but burnt


class Raceway(NamedTuple):
    """What enters and leaves the raceways. Amounts kmol/s; (A,) unless said."""

    carbon_monoxide: Array
    hydrogen: Array
    nitrogen: Array
    char: Array
    coke: Array  # coke carbon burnt
    gas_enthalpy: Array  # W of gas and char entering the bed, loss to the tuyeres and the ash's heat taken off
    gas_temperature: Array  # K
    flame_temperature: Array  # K, without the loss
    loss: Array  # W to the tuyeres
    oxygen_in: Array  # () kmol/s O2 of blast
    nitrogen_in: Array  # () kmol/s N2 of blast
    water_in: Array  # () kmol/s H2O of blast, coal and leak
    coal: Array  # () kg/s
    coal_sulphur: Array  # (A,)
    coal_ash: Array  # (A,) kg/s
    ash_heat: Array  # (A,) W that ash brings from the flame to slot 0: coal's over 298 K, coke's over its coke
    heat_in: Array  # () W of blast, leak and coal with its ash


def burnout(p: FurnaceParameters, coal: Array, air: Array, oxygen: Array) -> Array:
    """Share [0.6-0.98] of the coal's carbon that burns in the raceway."""
    dry = air + oxygen
    enrichment = (OXYGEN_IN_AIR * air + oxygen) / dry - OXYGEN_IN_AIR
    per_metal = coal / dry / METAL_PER_BLAST
    share = (
        p.coal_burnout
        + BURNOUT_PER_COAL * (per_metal - BURNOUT_REFERENCE_COAL)
        + BURNOUT_PER_OXYGEN * (enrichment - BURNOUT_REFERENCE_OXYGEN)
    )
    return jnp.clip(share, 0.6, 0.98)


def burn(
    p: FurnaceParameters,
    u: FurnaceInputs,
    blast: Blast,
    share: Array,
    coke_share: Array,
    coke_temperature: Array,
    coke_ash: Array,
) -> Raceway:
    """Combustion with coke at its own temperature. The raceways feed one well-mixed gas that parts with the shares.

    share (A,) of gas; coke_share (A,) of the coke burnt; coke_temperature
    (A,) K of slot 0: cooled coke lowers the flame, which is half of the furnace's
    inverse response; coke_ash (A,) kg per kmol of the carbon in slot 0.
    """
    tight = 1.0 - p.blast_leak_share - u.blast_leak
    air = jnp.maximum(blast.blast_volume, p.least_blast_volume)
    oxygen = tight * (OXYGEN_IN_AIR * air + blast.oxygen_flow) / MOLAR_VOLUME_NORMAL
    nitrogen = tight * (1.0 - OXYGEN_IN_AIR) * air / MOLAR_VOLUME_NORMAL
    steam = tight * blast.blast_moisture * (air + blast.oxygen_flow) / M_H2O
    coal = blast.coal_injection_rate
    liquid = jnp.asarray(u.leak_water) / M_H2O
    coal_water = coal * p.coal_moisture / M_H2O
    monoxide = 2.0 * oxygen + steam + liquid + coal_water + coal * p.coal_oxygen / M_O
    coal_carbon = coal * p.coal_carbon / M_C
    coal_burnt = jnp.minimum(coal_carbon * burnout(p, coal, air, blast.oxygen_flow), monoxide)
    hydrogen = steam + liquid + coal_water + coal * p.coal_hydrogen / M_H2
    nitrogen_gas = nitrogen + coal * p.coal_nitrogen / M_N2
    char = coal_carbon - coal_burnt
    ash = coal * p.coal_ash
    organic_heat = coal * (
        p.coal_formation_enthalpy + COAL_HEAT_CAPACITY * (p.coal_temperature - REFERENCE_TEMPERATURE)
    )
    blast_heat = (
        oxygen * h.enthalpy(h.OXYGEN, blast.blast_temperature)
        + nitrogen * h.enthalpy(h.NITROGEN, blast.blast_temperature)
        + steam * h.enthalpy(h.WATER_VAPOUR, blast.blast_temperature)
        + liquid * h.LIQUID_WATER_FORMATION
    )
    coke = coke_share * (monoxide - coal_burnt)
    heat = share * (blast_heat + organic_heat + jnp.sum(coke * h.enthalpy(h.CARBON, coke_temperature)))
    transfer = convection(p, blast) * p.tuyere_heat_transfer
    loss = share * transfer * jnp.sum(coke_share * (coke_temperature - p.water_temperature))
    amounts = (share * monoxide, share * hydrogen, share * nitrogen_gas, share * char)
    gas = h.mixture(amounts, (h.CARBON_MONOXIDE, h.HYDROGEN, h.NITROGEN, h.CARBON))
    # Ash [W/K] and the heat that it holds before the flame, in the terms of the enthalpy polynomial.
    coal_ash_capacity = ASH_HEAT_CAPACITY * ash
    coke_ash_capacity = ASH_HEAT_CAPACITY * coke * jnp.minimum(coke_ash, MOST_ASH)
    capacity = coal_ash_capacity + jnp.sum(coke_ash_capacity)
    held = coal_ash_capacity * REFERENCE_TEMPERATURE + jnp.sum(coke_ash_capacity * coke_temperature)
    with_ash = (gas[0] - share * held, gas[1] + share * capacity, gas[2], gas[3])
    flame = h.solve_temperature(with_ash, heat, jnp.full_like(heat, 2450.0), steps=4)
    entering = h.solve_temperature(with_ash, heat - loss, flame, steps=2)
    hot = jnp.sum(share * entering)  # one temperature: the raceways' gas is mixed
    ash_heat = share * coal_ash_capacity * (hot - REFERENCE_TEMPERATURE) + coke_ash_capacity * (hot - coke_temperature)
    return Raceway(
        carbon_monoxide=amounts[0], hydrogen=amounts[1], nitrogen=amounts[2], char=amounts[3], coke=coke,
        gas_enthalpy=heat - loss - share * jnp.sum(ash_heat), gas_temperature=entering, flame_temperature=flame,
        loss=loss,
        oxygen_in=oxygen, nitrogen_in=nitrogen, water_in=steam + liquid + coal_water, coal=coal,
        coal_sulphur=share * coal * p.coal_sulphur / M_S, coal_ash=share * ash, ash_heat=ash_heat,
        heat_in=blast_heat + organic_heat + ash * ash_formation(p.coal_ash_analysis),
    )  # fmt: skip
