"""The twin's furnace: one column of burden that sinks through rising gas, and the hearth under it.

A reduced model with equations, grid and parameters of its own, made to be run by the hundred: one column instead of
annuli, cells of equal volume that stand still, burden that flows through them without single charges, one gas of which
only its degree of oxidation is followed. Per cell (0 at the tuyeres, N - 1 at the stock line):

    burden      amounts of iron, oxygen on iron and carbon, and sensible heat, carried down by the flow that fills what
                melts, gasifies and burns:          w(top of cell) = w(bottom of cell) + volume consumed in the cell
    gas         steady: temperature and share of CO2 and H2O approach those of the cell by exp(-transfer units), from
                the raceway upwards
    reduction   wustite, magnetite, hematite, each towards its equilibrium with CO and H2; solution loss; what is left
                when ore melts is reduced by coke
    liquids     trickle down through hotter coke; the silicon that they take up costs heat, so that they count for more
                than their heat capacity
    hearth      one mixed pool

All functions are smooth almost everywhere, so that they may be differentiated. Everything has a leading axis M, the
members of an ensemble. SI, amounts in kmol. What it leaves out: the radius, slips, hanging, water leaks, alkali, the
chemistry of slag, two sides of a hearth, casts. Valid in blast; with the blast off the burden stands and cools by the
wall.

Sources: kinetics and reserve zone as in the field's one-dimensional models (Muchi; Omori (ed.), Blast Furnace
Phenomena and Modelling, 1987); equilibria and enthalpies from `physics`; constants beside each with their own.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ironworks.physics import equilibrium
from ironworks.physics.constants import M_C, M_FE, M_H2O, MOLAR_VOLUME_NORMAL, OXYGEN_IN_AIR, WUSTITE_OXYGEN
from ironworks.physics.gasification import ACTIVATION_TEMPERATURE, REFERENCE_TEMPERATURE
from ironworks.physics.sweep import sweep

CELLS = 20
STEP = 120.0
"""s; a cell's burden answers to its gas in some 700 s."""
COLD = 298.15  # K, zero of sensible heat

ORE_VOLUME = 0.051  # m3 per kmol Fe: 1.9 t/m3 of 58 % Fe (field)
COKE_VOLUME = 0.0277  # m3 per kmol C: 0.5 t/m3 of 87 % C (field)
ORE_CAPACITY = 90.0e3  # J/K per kmol Fe, gangue included: 96 kg of 0.94 kJ/kg/K, mean of 300-1500 K
COKE_CAPACITY = 20.7e3  # J/K per kmol C, ash included: 13.8 kg of 1.5 kJ/kg/K
GAS_CAPACITY = 34.5e3  # J/kmol/K of CO, H2 and N2, mean of 300-2400 K
OXIDISED_CAPACITY = 50.0e3  # J/kmol/K of CO2 and steam, mean of 400-1200 K
LIQUID_CAPACITY = 56.0 * 1.3e3  # J/K per kmol Fe: 0.85 kJ/kg/K of iron, 1.6 of the 0.28 kg of slag a kg of it
SILICON_HEAT = 24.6e6  # J/kg Si
MELTING_HEAT = 17.0e6  # J/kmol Fe: 247 kJ/kg of iron and its slag
MELTING, MELTING_WIDTH = 1663.0, 25.0  # K
CHARGED_OXYGEN = 1.45  # kmol O per kmol Fe: sinter and pellets
CHARGED_TEMPERATURE = 303.0  # K
DRYING_HEAT = 10.0e6  # J/kmol Fe: 4 % water of ore and coke, warmed and evaporated
CARBON_IN_METAL = 0.047 / 0.945 * M_FE / M_C  # kmol C per kmol Fe
METAL_PER_IRON = M_FE / 0.945  # kg hot metal per kmol Fe
SILICON_SLOPE = 0.015  # 1/K: relative rise of silicon with temperature at equilibrium, R13 about 1500 degC
SILICON_REFERENCE = 1773.15  # K at which `silicon` holds
GAS_DENSITY = 0.031  # kmol/m3 at 3 bar and 1173 K
REDUCTION_ACTIVATION = 7400.0  # K: 61 kJ/mol of wustite with CO
KINETIC_REFERENCE = 1173.0  # K
MAGNETITE_OXYGEN, HEMATITE_OXYGEN = 4.0 / 3.0, 1.5
EARLY = 0.15  # share of a stage's oxygen at which its rate has halved
SMELTING_HEAT = 151.0e6  # J/kmol O of liquid wustite with carbon
COMBUSTION_HEAT = 110.5e6  # J/kmol C burnt to CO
STEAM_HEAT = 131.3e6  # J/kmol C + H2O = CO + H2
COAL_CARBON, COAL_HYDROGEN, COAL_OXYGEN = 0.80 / M_C, 0.043 / 2.016, 0.05 / 15.999  # kmol per kg: C, H2, O
COAL_BREAKING_HEAT = 1.1e6  # J/kg: pyrolysis, moisture and warming to gas (heating value less that of C and H2)
LARGEST_SHARE = 0.5  # of a cell's oxygen or carbon that one step may take
HIGHEST, LOWEST = 2700.0, 290.0  # K
OUTSIDE = 330.0  # K, cooling water

FILM_RATE = 6.0  # 1/s, transport to coke limits gasification
USUAL_SILICON = 0.005  # mass fraction at which the heat of taking up more is reckoned
GASIFICATION_HEAT = 168.6e6  # J/kmol C of C + CO2 = 2 CO at 1200 K, from `physics.enthalpy`
REDUCTION_HEAT = (-19.6e6, 34.2e6, -44.6e6)
"""J/kmol O of wustite, magnetite, hematite with CO at 1200 K, from `physics.enthalpy`; with hydrogen it is 33 MJ more,
which the twin leaves to the wall."""
HEIGHT = (np.arange(CELLS) + 0.5) / CELLS  # of the cells' middle, 0 at the tuyeres, 1 at the stock line
_WALL = np.where(HEIGHT < 0.6, 1.0, 0.3) / np.sum(np.where(HEIGHT < 0.6, 1.0, 0.3))  # staves to the lower stack


class ColumnParameters(NamedTuple):
    """What differs from furnace to furnace, (M,) each."""

    volume: Array  # m3 of burden between stock line and tuyeres
    ore_heat_transfer: Array  # W/m3/K where there is ore
    coke_heat_transfer: Array  # W/m3/K in coke alone
    liquid_heat_transfer: Array  # W/m3/K
    reduction_rate: Array  # 1/s at 1173 K
    gasification_rate: Array  # 1/s at 1273 K
    melting_time: Array  # s that ore far above its melting temperature takes
    wall: Array  # W/K, all cells together
    hearth_time: Array  # s, mixing time of the pool at `reference_melt`
    reference_melt: Array  # kmol Fe/s
    silicon: Array  # mass fraction at 1500 degC


class ColumnState(NamedTuple):
    """Amounts in the cells, (M, N), and the pool, (M,)."""

    iron: Array  # kmol Fe
    oxygen: Array  # kmol O on iron
    carbon: Array  # kmol C of coke
    heat: Array  # J, sensible over 25 degC
    pool_temperature: Array  # K
    pool_silicon: Array  # mass fraction


class ColumnInputs(NamedTuple):
    """What comes in, (M,) each."""

    air: Array  # Nm3/s, dry
    oxygen: Array  # Nm3/s, enriching
    moisture: Array  # kg/Nm3 air
    blast_temperature: Array  # K
    coal: Array  # kg/s
    carbon_ratio: Array  # kmol C of coke charged per kmol Fe
    wall_factor: Array  # 1, on the wall's loss
    shaft_factor: Array  # 1, on reduction and heat transfer in the shaft
    drip_offset: Array  # K, by which the metal that drips differs from what the column says


class ColumnOutputs(NamedTuple):
    """What is seen of it, (M,), and the profiles, (M, N)."""

    utilisation: Array  # 1, CO2 over CO and CO2
    top_temperature: Array  # K
    charged_iron: Array  # kmol Fe/s
    melt: Array  # kmol Fe/s
    direct_reduction: Array  # kmol C per kmol Fe, gasified and burnt with what melts
    drip_temperature: Array  # K
    wall_loss: Array  # W
    solid_temperature: Array  # K, (M, N)
    gas_temperature: Array  # K, (M, N)
    oxidation: Array  # O/Fe, (M, N)
    ore_share: Array  # 1, volume, (M, N)


class _Raceway(NamedTuple):
    """Gas that leaves the raceway, (M,), and the coke that burns there."""

    reducing: Array  # kmol/s of CO and H2
    hydrogen: Array  # 1, share of H2 in it
    nitrogen: Array  # kmol/s
    temperature: Array  # K
    burnt: Array  # kmol C/s of coke


class _Cells(NamedTuple):
    """What the gas meets in a cell, (M, N); limits in kmol/s are what one step may take."""

    temperature: Array  # K, of the burden
    equilibrium: tuple[Array, Array]  # share of CO2 and H2O over wustite and iron, over magnetite and wustite
    rates: tuple[Array, Array, Array]  # kmol/s: transfer units times gas, of wustite, magnetite, hematite
    limits: tuple[Array, Array, Array]  # kmol O/s
    gasification: Array  # kmol/s, transfer units times gas
    carbon: Array  # kmol C/s
    smelted: Array  # kmol CO/s from what melts
    conductance: Array  # W/K between gas and burden


class _Gas(NamedTuple):
    """What the gas has done, (M, N), and the top gas, (M,)."""

    heat: Array  # W given to the burden, heat of reactions included
    reduced: Array  # kmol O/s
    gasified: Array  # kmol C/s
    temperature: Array  # K
    top_oxidised: Array  # 1, share of CO2 and steam in the carriers
    top_temperature: Array  # K


def capacity(state: ColumnState) -> Array:
    """J/K of every cell's burden, (M, N)."""
    return state.iron * ORE_CAPACITY + state.carbon * COKE_CAPACITY


def solid_temperature(state: ColumnState) -> Array:
    """K of every cell's burden, (M, N)."""
    return jnp.clip(COLD + state.heat / capacity(state), LOWEST, HIGHEST)


def step(p: ColumnParameters, s: ColumnState, u: ColumnInputs, dt: float = STEP) -> tuple[ColumnState, ColumnOutputs]:
    """One step of `dt` s (at most 200 s): the state after it, and the outputs in it."""
    temperature = solid_temperature(s)
    cell = p.volume[:, None] / CELLS
    oxidation = s.oxygen / jnp.maximum(s.iron, 1e-9)
    raceway = _raceway(u, temperature[:, 0])
    melted = s.iron * jax.nn.sigmoid((temperature - MELTING) / MELTING_WIDTH) / p.melting_time[:, None]
    smelted = melted * oxidation
    gas = _gas(raceway, _cells(p, s, u, raceway, smelted, dt))
    to_liquid, drip = _liquids(p, temperature, melted, cell)
    drip = drip + u.drip_offset
    melt = jnp.sum(melted, axis=1)
    burnt = jnp.minimum(raceway.burnt + CARBON_IN_METAL * melt, LARGEST_SHARE * s.carbon[:, 0] / dt)
    carbon_lost = (gas.gasified + smelted).at[:, 0].add(burnt)
    wall = p.wall[:, None] * _column(u.wall_factor) * _WALL * (temperature - OUTSIDE)
    taken = melted * (MELTING_HEAT + ORE_CAPACITY * (temperature - COLD)) + smelted * SMELTING_HEAT
    taken += carbon_lost * COKE_CAPACITY * (temperature - COLD) + to_liquid + wall
    warmed = gas.heat - taken

    # The burden sinks to fill what has gone; what is missing at the top is charged.
    gone = melted * ORE_VOLUME + carbon_lost * COKE_VOLUME
    through_top = jnp.cumsum(gone, axis=1)
    charge = through_top[:, -1] / (ORE_VOLUME + u.carbon_ratio * COKE_VOLUME)
    charged_heat = (ORE_CAPACITY + u.carbon_ratio * COKE_CAPACITY) * (CHARGED_TEMPERATURE - COLD) - DRYING_HEAT

    def after(amount: Array, fresh: Array, lost: Array) -> Array:
        density = amount / cell
        above = through_top[:, :-1] * density[:, 1:]
        inflow = jnp.concatenate([above, fresh[:, None]], axis=1)
        return amount + dt * (inflow - (through_top - gone) * density - lost)

    pool = _pool(p, s, drip, melt, dt)
    state = ColumnState(
        jnp.maximum(after(s.iron, charge, melted), 0.0),
        jnp.maximum(after(s.oxygen, CHARGED_OXYGEN * charge, gas.reduced + smelted), 0.0),
        jnp.maximum(after(s.carbon, u.carbon_ratio * charge, carbon_lost), 0.0),
        jnp.maximum(after(s.heat, charged_heat * charge, -warmed), 0.0),
        *pool,
    )
    outputs = ColumnOutputs(
        _utilisation(gas.top_oxidised), gas.top_temperature, charge, melt,
        jnp.sum(gas.gasified + smelted, axis=1) / jnp.maximum(melt, 1e-6), drip, jnp.sum(wall, axis=1), temperature,
        gas.temperature, oxidation, jnp.clip(s.iron * ORE_VOLUME / cell, 0.0, 1.0),
    )  # fmt: skip
    return state, outputs


def _column(value: Array) -> Array:
    """(M,) or a scalar, to be multiplied with (M, N)."""
    return jnp.asarray(value)[..., None]


def _raceway(u: ColumnInputs, coke_temperature: Array) -> _Raceway:
    """Blast and coal burn with coke that arrives at `coke_temperature`, K; carbon to CO, hydrogen to H2."""
    air, enriching = u.air / MOLAR_VOLUME_NORMAL, u.oxygen / MOLAR_VOLUME_NORMAL
    oxygen, nitrogen = OXYGEN_IN_AIR * air + enriching, (1.0 - OXYGEN_IN_AIR) * air
    steam = u.air * u.moisture / M_H2O
    monoxide = 2.0 * oxygen + steam + COAL_OXYGEN * u.coal
    burnt = jnp.maximum(monoxide - COAL_CARBON * u.coal, 0.0)
    hydrogen = steam + COAL_HYDROGEN * u.coal
    reducing = monoxide + hydrogen
    blast = (air + enriching) * GAS_CAPACITY * (u.blast_temperature - COLD)
    heat = blast + (monoxide - steam) * COMBUSTION_HEAT - steam * (STEAM_HEAT - COMBUSTION_HEAT)
    heat += burnt * COKE_CAPACITY * (coke_temperature - COLD) - u.coal * COAL_BREAKING_HEAT
    total = jnp.maximum((reducing + nitrogen) * GAS_CAPACITY, 1.0)
    return _Raceway(
        jnp.maximum(reducing, 1e-6), hydrogen / jnp.maximum(reducing, 1e-6), nitrogen, COLD + heat / total, burnt
    )


def _cells(
    p: ColumnParameters, s: ColumnState, u: ColumnInputs, raceway: _Raceway, smelted: Array, dt: float
) -> _Cells:
    """What the gas will meet, worked out for all cells at once."""
    temperature, cell = solid_temperature(s), p.volume[:, None] / CELLS
    ore = jnp.clip(s.iron * ORE_VOLUME / cell, 0.0, 1.0)
    wustite = jnp.minimum(s.oxygen, WUSTITE_OXYGEN * s.iron)
    magnetite = jnp.clip(s.oxygen - WUSTITE_OXYGEN * s.iron, 0.0, (MAGNETITE_OXYGEN - WUSTITE_OXYGEN) * s.iron)
    hematite = jnp.maximum(s.oxygen - MAGNETITE_OXYGEN * s.iron, 0.0)
    whole = jnp.maximum(s.iron, 1e-9)
    stages = (
        (wustite, WUSTITE_OXYGEN), (magnetite, MAGNETITE_OXYGEN - WUSTITE_OXYGEN),
        (hematite, HEMATITE_OXYGEN - MAGNETITE_OXYGEN),
    )  # fmt: skip
    density = cell * GAS_DENSITY * KINETIC_REFERENCE / temperature
    arrhenius = jnp.exp(-REDUCTION_ACTIVATION * (1.0 / temperature - 1.0 / KINETIC_REFERENCE))
    speed = p.reduction_rate[:, None] * _column(u.shaft_factor) * arrhenius * density * ore
    shares = [amount / whole / of for amount, of in stages]
    boudouard = jnp.exp(-ACTIVATION_TEMPERATURE * (1.0 / temperature - 1.0 / REFERENCE_TEMPERATURE))
    coke = jnp.clip(s.carbon * COKE_VOLUME / cell, 0.0, 1.0)
    quick = p.gasification_rate[:, None] * boudouard
    transfer = p.coke_heat_transfer[:, None] * (1.0 - ore) + p.ore_heat_transfer[:, None] * ore * _column(
        u.shaft_factor
    )
    return _Cells(
        temperature,
        (
            _oxidised(equilibrium.wustite_carbon_monoxide(temperature), temperature, raceway),
            _oxidised(equilibrium.magnetite_carbon_monoxide(temperature), temperature, raceway),
        ),
        tuple(speed * share / (share + EARLY) for share in shares),  # pyright: ignore[reportArgumentType]
        tuple(LARGEST_SHARE * amount / dt for amount, _ in stages),  # pyright: ignore[reportArgumentType]
        quick / (1.0 + quick / FILM_RATE) * density * coke,
        LARGEST_SHARE * s.carbon / dt,
        smelted,
        transfer * cell,
    )  # fmt: skip


def _oxidised(constant: Array, temperature: Array, raceway: _Raceway) -> Array:
    """Share of CO2 and H2O at equilibrium, from pCO2/pCO and the shift."""
    with_hydrogen = constant / equilibrium.water_gas_shift(temperature)
    hydrogen = raceway.hydrogen[:, None]
    return (1.0 - hydrogen) * constant / (1.0 + constant) + hydrogen * with_hydrogen / (1.0 + with_hydrogen)


def _gas(raceway: _Raceway, cells: _Cells) -> _Gas:
    """The march of the gas from the raceway to the top."""
    start = (raceway.reducing, jnp.zeros_like(raceway.reducing), raceway.temperature, raceway.nitrogen)
    last, out = sweep(_one_cell, start, cells)
    heat, reduced, gasified, temperature = out
    carriers, oxidised, top, _ = last
    return _Gas(heat, reduced, gasified, temperature, oxidised / carriers, top)


def _one_cell(gas: tuple[Array, ...], cell: _Cells) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The gas through one cell: (carriers, oxidised, temperature, nitrogen) and (heat to the burden, oxygen, carbon,
    temperature)."""
    carriers, oxidised, temperature, nitrogen = gas
    heat = reduced = jnp.zeros_like(carriers)
    for level, rate, limit, warmth in zip(
        (*cell.equilibrium, jnp.ones_like(carriers)), cell.rates, cell.limits, REDUCTION_HEAT
    ):
        towards = (level * carriers - oxidised) * -jnp.expm1(-rate / carriers)
        moved = jnp.clip(towards, 0.0, limit)
        oxidised, reduced, heat = oxidised + moved, reduced + moved, heat - warmth * moved
    gasified = jnp.minimum(oxidised * -jnp.expm1(-cell.gasification / carriers), cell.carbon)
    heat = heat - GASIFICATION_HEAT * gasified
    fresh = gasified + cell.smelted
    oxidised, carriers = oxidised - gasified, carriers + fresh
    flow = (carriers + nitrogen) * GAS_CAPACITY + oxidised * (OXIDISED_CAPACITY - GAS_CAPACITY)
    mixed = temperature + fresh * GAS_CAPACITY / flow * (cell.temperature - temperature)
    leaving = cell.temperature + (mixed - cell.temperature) * jnp.exp(-cell.conductance / flow)
    return (carriers, oxidised, leaving, nitrogen), (heat + flow * (mixed - leaving), reduced, gasified, leaving)


def _liquids(p: ColumnParameters, temperature: Array, melted: Array, cell: Array) -> tuple[Array, Array]:
    """(W that the liquids take from every cell's coke (M, N), temperature at which they reach the hearth (M,), K)."""
    exchange = jnp.broadcast_to(p.liquid_heat_transfer[:, None] * cell, temperature.shape)
    none = jnp.zeros_like(temperature[:, 0])
    (_, drip), taken = sweep(_one_trickle, (none, none + MELTING), (temperature, melted, exchange), reverse=True)
    return taken, drip


def _one_trickle(liquid: tuple[Array, Array], cell: tuple[Array, Array, Array]) -> tuple[tuple[Array, Array], Array]:
    """Liquids (kmol Fe/s, K) through one cell; what melts there joins them at the burden's temperature."""
    amount, warm = liquid
    temperature, melted, exchange = cell
    total = jnp.maximum(amount + melted, 1e-9)
    mixed = warm + melted / total * (temperature - warm)
    flow = total * (LIQUID_CAPACITY + METAL_PER_IRON * SILICON_HEAT * SILICON_SLOPE * USUAL_SILICON)
    leaving = temperature + (mixed - temperature) * jnp.exp(-exchange / flow)
    return (amount + melted, leaving), flow * (leaving - mixed)


def _pool(p: ColumnParameters, s: ColumnState, drip: Array, melt: Array, dt: float) -> tuple[Array, Array]:
    """Temperature and silicon of the pool after a step; what drips mixes in."""
    share = -jnp.expm1(-dt / p.hearth_time * melt / p.reference_melt)
    silicon = silicon_at(p, drip)
    return s.pool_temperature + share * (drip - s.pool_temperature), s.pool_silicon + share * (silicon - s.pool_silicon)


def silicon_at(p: ColumnParameters, temperature: Array) -> Array:
    """Silicon that metal takes up which drips at that temperature, mass fraction."""
    return p.silicon * jnp.exp(jnp.clip(SILICON_SLOPE * (temperature - SILICON_REFERENCE), -5.0, 3.0))


def _utilisation(oxidised: Array) -> Array:
    """CO2 over CO and CO2: carbon and hydrogen are taken as oxidised alike (within some hundredths at the top)."""
    return oxidised
