"""Everything that depends on the burden alone and can be worked out for all cells at once, before the sweeps."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from ironworks.physics import equilibrium as k
from ironworks.physics import gasification, reduction
from ironworks.physics.constants import GAS_CONSTANT, M_FEO
from ironworks.physics.enthalpy import FORMATION_FEO
from ironworks.physics.metal import IRON, PHOSPHORUS, REFERENCE
from ironworks.physics.reduction import IRON_PER_OXYGEN, OXYGEN_PER_IRON
from ironworks.physics.slag import SLAG_HEAT_CAPACITY, SLAG_HEAT_CONTENT, SLAG_REFERENCE
from ironworks.plant.furnace.alkali import catalysis
from ironworks.plant.furnace.column import Layers, gangue_mass, softened
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.solids import gangue_formation
from ironworks.plant.furnace.state import Cells

MOST_PER_STEP = 0.5  # share of a reactant in a cell that one step may take: keeps amounts positive
MELT_CARBON = 0.2  # share of a cell's carbon that melting oxides may take in one step
LEAST_FALL = 1e-9  # of the gas in a cell without ore
SMALL_UNITS = 1e-3  # transfer units under which the slope within a cell cannot matter
DRYING_MIDDLE = 345.0  # K, moisture leaves at half its rate
DRYING_WIDTH = 6.0  # K
TYPICAL_GAS_HEAT_CAPACITY = (30.5e3, 2.2)  # J/kmol/K, J/kmol/K2 of furnace gas; for transfer units only


class Melting(NamedTuple):
    """What melts, kmol/s (A, N), and what the liquids it makes carry."""

    share: Array  # 1/s, share of the cell's burden melting
    limited: Array  # 1/s, the same for what cannot melt without carbon: hematite, magnetite, phosphorus
    iron: Array  # Fe to metal
    ferrous_oxide: Array  # FeO to slag
    oxygen: Array  # kmol/s O taken by coke carbon (oxides of iron and phosphorus)
    enthalpy: Array  # W at 1773 K of the liquids made, formation included
    capacity: Array  # W/K of the liquids made


class Reduction(NamedTuple):
    """How one reducing gas (with its oxide of total flow n_t, kmol/s) takes oxygen from the ore of a cell.

    The gas falls exponentially to where the three steps together are at rest; each step has the mean of it:
    n_mean = kept n + rest n_t, and step j takes gas_j n_mean - oxidised_j n_t [kmol/s O]. Where they are at rest
    slopes along the cell with the burden's temperature: gas leaves by the equilibrium of the cell's upper end.
    """

    gas: tuple[Array, ...]  # hematite, magnetite, wustite
    oxidised: tuple[Array, ...]
    kept: Array
    rest: Array


class SolidRates(NamedTuple):
    """Coefficients of the gas sweep, all (A, N)."""

    melting: Melting
    drying: Array  # kmol/s
    calcination: Array  # kmol/s
    monoxide: Reduction  # by CO
    hydrogen: Reduction  # by H2
    oxide_limit: tuple[Array, ...]  # kmol/s O that each step may take: H, M, W
    solution: Array  # share of CO2 gasified in each half of the cell
    solution_back: Array  # 1/(kmol/s): n_CO^2 times this is n_CO2 at equilibrium
    steam: Array
    steam_back: Array
    carbon_limit: Array  # kmol/s that each of the four gasifications of a cell may take
    shift: Array  # share of the way to equilibrium in each half of the cell
    shift_constant: Array  # of that equilibrium, at the burden temperature that the leaving gas has followed
    char: Array
    heat_pass: Array  # exp(-NTU), share of the temperature difference that gas keeps
    heat_lift: Array  # K that the gas leaves warmer because the burden's temperature slopes within the cell
    bypass: Array  # () share of CO and H2 that passes the shaft without touching ore
    mixing: Array  # (A-1, N) share of the smaller of two neighbouring gas flows that changes places in a cell


def melting_rates(p: FurnaceParameters, cells: Cells, dt: float) -> Melting:
    """Softening burden melts about `melting_temperature`; all oxide that melts is reduced at once by coke, but for
    the share that stays in slag as FeO; where the coke of the cell does not suffice (a chill), wustite runs to slag."""
    rising = 1.0 / (1.0 + jnp.exp(-(cells.temperature - p.melting_temperature) / p.melting_width))
    share = -jnp.expm1(-dt * rising / p.melting_time) / dt
    reduced = 1.0 - p.slag_wustite_share
    oxygen = (
        OXYGEN_PER_IRON[0] * cells.hematite
        + OXYGEN_PER_IRON[1] * cells.magnetite
        + OXYGEN_PER_IRON[2] * reduced * cells.wustite
        + 2.5 * cells.phosphorus
    )
    enough = jnp.clip(MELT_CARBON * cells.carbon / jnp.maximum(dt * share * oxygen, 1e-30), 0.0, 1.0)
    limited = share * enough
    to_metal = limited * reduced * cells.wustite
    escaped = share * cells.wustite - to_metal
    iron = limited * (cells.hematite + cells.magnetite) + to_metal + share * cells.iron
    slag = share * gangue_mass(cells) + M_FEO * escaped
    formation = share * gangue_formation(cells) + escaped * FORMATION_FEO
    phosphorus = limited * cells.phosphorus
    heat = IRON[0] * iron + PHOSPHORUS[0] * phosphorus + SLAG_AT_REFERENCE * slag + formation
    capacity = IRON[1] * iron + PHOSPHORUS[1] * phosphorus + SLAG_HEAT_CAPACITY * slag
    return Melting(share, limited, iron, escaped, limited * oxygen, heat, capacity)


SLAG_AT_REFERENCE = SLAG_HEAT_CONTENT + SLAG_HEAT_CAPACITY * (
    REFERENCE - SLAG_REFERENCE
)  # J/kg at the metal's reference


def solid_rates(p: FurnaceParameters, cells: Cells, lay: Layers, dt: float) -> SolidRates:
    """All coefficients of the sweeps from the burden and the last gas (temperature, flow, pressure)."""
    t = cells.temperature
    concentration = cells.pressure / (GAS_CONSTANT * t)
    flow = jnp.maximum(cells.gas_flow, 1e-9)
    per_flow = lay.used * concentration / flow
    slope = slope_within(t, lay.used)
    monoxide_constants, monoxide_slopes = jax.jvp(_monoxide_constants, (t,), (slope,))
    hydrogen_constants, hydrogen_slopes = jax.jvp(_hydrogen_constants, (t,), (slope,))
    total = jnp.maximum(cells.hematite + cells.magnetite + cells.wustite + cells.iron, 1e-12)
    radii = reduction.interface_radii(cells.hematite / total, cells.magnetite / total, cells.wustite / total)
    soft = softened(t)
    open_surface = p.ore_surface * (1.0 - p.softening_closure * soft)
    area = cells.reducibility * open_surface * lay.ore_volume * per_flow

    def reduced_by(gas, known, slopes) -> Reduction:
        one = reduction.network(gas, radii, known, t, p.ore_particle_radius, p.gas_film_coefficient, p.reduction_factor)
        whole = sum(one.gas)
        falling = jnp.maximum(area * whole, LEAST_FALL)
        # Upper end less lower end of where the steps are at rest: 1 / (1 + K) of each by its part in the whole.
        rise = sum(-g * by / (1.0 + c) ** 2 for g, c, by in zip(one.gas, known, slopes, strict=True)) / whole
        kept, rest = mean_gas(falling, sum(one.oxidised) / whole, rise)
        return Reduction(tuple(area * x for x in one.gas), tuple(area * x for x in one.oxidised), kept, rest)

    reactivity = cells.reactivity * catalysis(p, cells)
    rate = gasification.carbon_dioxide_rate(t, p.gasification_rate, reactivity, p.gasification_film_rate)
    steam_rate = gasification.carbon_dioxide_rate(
        t, gasification.STEAM_FACTOR * p.gasification_rate, reactivity, p.gasification_film_rate
    )
    coke_exposure = lay.coke_volume * per_flow
    volume = lay.ore_volume + lay.coke_volume
    shift_units = gasification.shift_units(t, p.shift_onset, 0.5 * volume / lay.area)
    shift_left = jnp.exp(-shift_units)
    bars = cells.pressure / (k.BAR * flow)
    bearing = lay.ore_volume / jnp.maximum(volume, 1e-9)
    permeable_ore = jnp.minimum(1.0, 2.0 * bearing) * (1.0 - soft)
    transfer = (p.heat_transfer_coke + (p.heat_transfer_ore - p.heat_transfer_coke) * permeable_ore) * volume
    c0, c1 = TYPICAL_GAS_HEAT_CAPACITY
    units = lay.used * transfer / (flow * (c0 + c1 * cells.gas_temperature))
    passed = jnp.exp(-units)
    dry = 1.0 / (1.0 + jnp.exp(-(t - DRYING_MIDDLE) / DRYING_WIDTH))
    least = MOST_PER_STEP / dt
    return SolidRates(
        melting=melting_rates(p, cells, dt),
        drying=cells.moisture * -jnp.expm1(-dt * dry / p.dryer_time) / dt,
        calcination=cells.limestone * -jnp.expm1(-dt / p.calcination_time * _calcining(t, cells.pressure)) / dt,
        monoxide=reduced_by(reduction.CARBON_MONOXIDE, monoxide_constants, monoxide_slopes),
        hydrogen=reduced_by(reduction.HYDROGEN, hydrogen_constants, hydrogen_slopes),
        oxide_limit=tuple(
            least * n / ratio
            for n, ratio in zip((cells.hematite, cells.magnetite, cells.wustite), IRON_PER_OXYGEN, strict=True)
        ),
        solution=-jnp.expm1(-0.5 * coke_exposure * rate),
        solution_back=bars / k.solution_loss(t),
        steam=-jnp.expm1(-0.5 * coke_exposure * steam_rate),
        steam_back=bars / k.steam_gasification(t),
        carbon_limit=0.25 * least * cells.carbon,
        shift=lay.used * (1.0 - shift_left),
        shift_constant=k.water_gas_shift(t + slope * slope_effect(shift_units, shift_left)),
        char=-jnp.expm1(-p.char_gasification_rate * volume * per_flow * _hot(t)),
        heat_pass=passed,
        heat_lift=slope * slope_effect(units, passed),
        bypass=jnp.asarray(p.gas_bypass_share),
        mixing=_mixing(p, t, lay, volume),
    )


def _monoxide_constants(temperature: Array) -> tuple[Array, Array, Array]:
    """Equilibrium constants of hematite, magnetite and wustite with CO."""
    return (
        k.hematite_carbon_monoxide(temperature),
        k.magnetite_carbon_monoxide(temperature),
        k.wustite_carbon_monoxide(temperature),
    )


def _hydrogen_constants(temperature: Array) -> tuple[Array, Array, Array]:
    """The same with H2."""
    return k.hematite_hydrogen(temperature), k.magnetite_hydrogen(temperature), k.wustite_hydrogen(temperature)


def slope_within(temperature: Array, used: Array) -> Array:
    """Burden temperature at the top of each cell less that at its bottom, K (A, N), as linear in height.

    The smaller of the steps to both neighbours, zero where they differ in sign and at the top; the lowest cell, whose
    bottom is the hottest burden of all, goes on as between it and the next.
    """
    step = jnp.diff(temperature, axis=1) * used[:, 1:]
    below = jnp.concatenate([step[:, :1], step], axis=1)
    above = jnp.pad(step, ((0, 0), (0, 1)))
    return jnp.where(below * above > 0.0, jnp.sign(above) * jnp.minimum(jnp.abs(below), jnp.abs(above)), 0.0)


def slope_effect(units: Array, passed: Array) -> Array:
    """K that what flows up through a cell leaves it warmer, per K of slope, than through a cell of even temperature.

    units: transfer units; passed: exp(-units). Without it every cell is one ideal stage of exchange, and halving the
    cells would warm the furnace.
    """
    many = jnp.maximum(units, SMALL_UNITS)
    return jnp.where(units > SMALL_UNITS, 0.5 * (1.0 + passed) - (1.0 - passed) / many, 0.0)


def mean_gas(units: Array, at_rest: ArrayLike, rise: ArrayLike) -> tuple[Array, Array]:
    """(kept, rest): the mean in a cell of a gas that enters as n and falls toward `at_rest` is kept n + rest.

    units: of transfer; at_rest: mean in the cell of what it falls to; rise: that at the upper end less the lower.
    """
    kept = -jnp.expm1(-units) / units
    return kept, (1.0 - kept) * at_rest - slope_effect(units, jnp.exp(-units)) / units * rise


def _mixing(p: FurnaceParameters, temperature: Array, lay: Layers, volume: Array) -> Array:
    """Gas crosses freely between annuli in the coke below the cohesive zone, hardly in the layered shaft."""
    molten = 1.0 / (1.0 + jnp.exp(-(temperature - p.melting_temperature) / p.melting_width))
    both = molten[:-1] * molten[1:]
    per_length = p.gas_mixing_shaft + (p.gas_mixing_coke - p.gas_mixing_shaft) * both
    length = 0.5 * (volume[:-1] / lay.area[:-1] + volume[1:] / lay.area[1:])
    return -0.5 * jnp.expm1(-2.0 * per_length * length) * lay.used[:-1] * lay.used[1:]


def _calcining(temperature: Array, pressure: Array) -> Array:
    """Driving force of calcination [0-1] against a gas of 20 % CO2 (mean of the shaft where stone decomposes)."""
    return jnp.clip(1.0 - 0.2 * pressure / k.BAR / k.calcination(temperature), 0.0, 1.0)


def _hot(temperature: Array) -> Array:
    """Char reacts above about 1150 K [0-1]."""
    return 1.0 / (1.0 + jnp.exp(-(temperature - 1150.0) / 40.0))
