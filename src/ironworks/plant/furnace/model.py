"""One step of the furnace: pure functions of parameters, state and inputs. `furnace.Furnace` is the way in."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics import packed_bed, tuyere
from ironworks.physics import slag as slag_physics
from ironworks.physics.constants import (
    GAS_CONSTANT,
    M_CO,
    M_CO2,
    M_H2,
    M_H2O,
    M_N2,
    M_O2,
    MOLAR_VOLUME_NORMAL,
    OXYGEN_IN_AIR,
)
from ironworks.physics.powers import power
from ironworks.physics.reduction import IRON_PER_OXYGEN
from ironworks.physics.running import sum_to_end
from ironworks.plant.furnace import alkali, balance, charging, descent, hearth, taps, wall
from ironworks.plant.furnace import pool as pools
from ironworks.plant.furnace.column import Geometry, Layers, layers
from ironworks.plant.furnace.gas import Sweep, march
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.liquids import Drip, descend
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.raceway import Raceway, burn
from ironworks.plant.furnace.rates import SolidRates, solid_rates
from ironworks.plant.furnace.solids import ash_formation, temperatures
from ironworks.plant.furnace.state import Audit, Blast, Cells, FurnaceState, Smoothed, Totals

LEAST_ROOM = 1e4  # Pa that the blower has over the top pressure at the least
M_AIR = OXYGEN_IN_AIR * M_O2 + (1.0 - OXYGEN_IN_AIR) * M_N2
MEAN_TIME = 86400.0  # s, memory of the smoothed rates
GAS_MASS = (M_CO, M_CO2, M_H2, M_H2O, M_N2)
COHESIVE_START, COHESIVE_START_WIDTH = 1500.0, 35.0  # K
COHESIVE_END, COHESIVE_END_WIDTH = 1720.0, 25.0  # K
HOLD_UP = 0.05 / 4.0e3**0.6  # voidage taken by liquids per (W/K/m2 of liquid flow)^0.6; 0.05 at a heavy flow
LEAST_DRIP = 1e-15  # W/K, nothing: a power of zero has no gradient, and moves the voidage by 1e-14
MOST_HOLD_UP = 0.06  # -
FINES_VOIDAGE = 0.4  # voidage lost per mass fraction of fines over the reference
STRENGTH_VOIDAGE = 0.0015  # coke voidage lost per % CSR under the reference
LEVEL_PRESSURE = 4.0e3  # Pa per m of liquid over the level where it reaches the raceways
FULL_BOTTOM = 0.3  # of the carbon charged: with less in slot 0 the raceways draw coke from the other annuli
LEAST_HOLDING = 0.01
MOST_BURNT = 0.9  # share of slot 0's ash that one step may release
LEVEL_FREE = 2.5  # m, liquid level over the tap hole that does not disturb the gas yet


class Pressures(NamedTuple):
    """Bed pressures."""

    cell: Array  # (A, N) Pa absolute in the middle of each cell
    drop: Array  # (A,) Pa from raceway to top
    bed: Array  # () Pa, mean drop by gas share
    nose: Array  # () Pa absolute at the tuyeres
    main: Array  # () Pa absolute, hot-blast main
    velocity: Array  # () m/s at the tuyeres
    mass_flow: Array  # () kg/s wet blast
    cell_drop: Array  # (A, N) Pa


class Flows(NamedTuple):
    """What happened in a step: all the intermediate results from which the outputs are read."""

    lay: Layers
    rates: SolidRates
    drip: Drip
    raceway: Raceway
    arriving: hearth.Tapping
    sweep: Sweep
    pressures: Pressures
    wall: wall.WallFlow
    hearth_loss: Array
    running: taps.Outflow
    level: pools.Levels
    condensing: Array  # (A, N) share of the annulus' alkali vapour that each cell takes up
    gasified: Array  # kmol/s C
    direct: Array  # kmol/s C by oxides that melt


def lag_blast(p: FurnaceParameters, u: FurnaceInputs, s: FurnaceState, dt: float) -> Blast:
    """Actual blast after dt: exact first-order lags toward the set-points. The blower holds no more than its pressure:
    where the bed would ask for more it gives the flow (as the square root of the drop) that its pressure drives."""
    blast = s.blast
    flowing, dry = _blown(p, blast)
    area = _tuyere_area(p)
    speed = tuyere.blast_velocity(_wet(blast, dry), blast.blast_temperature, s.nose_pressure, area)
    mass = M_AIR / MOLAR_VOLUME_NORMAL * flowing + M_O2 / MOLAR_VOLUME_NORMAL * blast.oxygen_flow
    drop = s.nose_pressure + tuyere.nozzle_loss(mass, speed, area) - u.top_pressure
    room = jnp.maximum(p.blower_pressure - u.top_pressure, LEAST_ROOM)
    wanted = Blast(
        jnp.minimum(u.blast_volume, flowing * jnp.sqrt(room / jnp.maximum(drop, 1.0))), jnp.asarray(u.oxygen_flow),
        jnp.asarray(u.blast_temperature), jnp.asarray(u.blast_moisture), jnp.asarray(u.coal_injection_rate),
    )  # fmt: skip
    moved = [
        old + (new - old) * -jnp.expm1(-dt / lag) for old, new, lag in zip(blast, wanted, p.blast_lag, strict=True)
    ]
    return Blast(*moved)


def _blown(p: FurnaceParameters, blast: Blast) -> tuple[Array, Array]:
    """(air, dry blast) Nm3/s that the quasi-steady gas sees."""
    air = jnp.maximum(blast.blast_volume, p.least_blast_volume)
    return air, air + blast.oxygen_flow


def _wet(blast: Blast, dry: Array) -> Array:
    """Nm3/s of blast with its moisture."""
    return dry * (1.0 + blast.blast_moisture * MOLAR_VOLUME_NORMAL / M_H2O)


def _tuyere_area(p: FurnaceParameters) -> Array:
    """m2 of all tuyeres."""
    return p.tuyere_count * jnp.pi / 4.0 * jnp.asarray(p.tuyere_diameter) ** 2


def bed_pressures(
    p: FurnaceParameters, g: Geometry, u: FurnaceInputs, s: FurnaceState, f_gas: Sweep, lay: Layers, drip: Drip,
    raceway: Raceway, level: pools.Levels,
) -> Pressures:  # fmt: skip
    """Ergun over ore and coke layers of every cell, the cohesive zone and the liquid hold-up included."""
    cells = s.cells
    gas = [one[:, 1:] for one in f_gas.gas[:5]]
    flow = sum(gas[1:], gas[0])
    mass = sum((molar * one for molar, one in zip(GAS_MASS[1:], gas[1:], strict=True)), GAS_MASS[0] * gas[0])
    temperature = f_gas.temperature[:, 1:]
    velocity = flow * GAS_CONSTANT * temperature / cells.pressure / lay.area
    density = mass / (velocity * lay.area)
    viscosity = packed_bed.gas_viscosity(temperature)
    cohesive = 1.0 / (1.0 + jnp.exp(-(cells.temperature - COHESIVE_START) / COHESIVE_START_WIDTH))
    cohesive = cohesive / (1.0 + jnp.exp((cells.temperature - COHESIVE_END) / COHESIVE_END_WIDTH))
    held = jnp.minimum(HOLD_UP * power(jnp.maximum(drip.capacity, LEAST_DRIP) / lay.area, 0.6), MOST_HOLD_UP)
    ore_voidage = p.ore_voidage - FINES_VOIDAGE * (cells.fines - p.reference_ore_fines)
    coke_voidage = p.coke_voidage - STRENGTH_VOIDAGE * (p.reference_coke_csr - cells.strength) - held
    ore = packed_bed.ergun_gradient(velocity, density, viscosity, jnp.clip(ore_voidage, 0.2, 0.5), p.ore_diameter)
    coke = packed_bed.ergun_gradient(velocity, density, viscosity, jnp.clip(coke_voidage, 0.2, 0.6), p.coke_diameter)
    ore_length, coke_length = lay.ore_volume / lay.area, lay.coke_volume / lay.area
    drop = lay.used * (ore * ore_length * (1.0 + p.cohesive_resistance * cohesive) + coke * coke_length)
    drop = drop * descent.resistance(s.descent)
    above = sum_to_end(drop)
    total = above[:, 0]
    bed = jnp.sum(s.gas_share * total) + LEVEL_PRESSURE * jnp.maximum(jnp.mean(level.slag) - LEVEL_FREE, 0.0)
    nose = u.top_pressure + bed
    blast = s.blast
    _, dry = _blown(p, blast)
    tuyere_area = _tuyere_area(p)
    speed = tuyere.blast_velocity(_wet(blast, dry), blast.blast_temperature, nose, tuyere_area)
    carried = raceway.oxygen_in * M_O2 + raceway.nitrogen_in * M_N2 + blast.blast_moisture * dry
    main = nose + tuyere.nozzle_loss(carried, speed, tuyere_area)
    return Pressures(u.top_pressure + above - 0.5 * drop, total, bed, nose, main, speed, carried, drop)


def split_gas(p: FurnaceParameters, u: FurnaceInputs, share: Array, drop: Array, dt: float) -> Array:
    """Gas shares after dt: all annuli lie between the same two pressures, so flow follows resistance, with a lag.

    Gas crosses between annuli at every level, so that a local blockage moves less gas than columns side by side
    would; `lateral_mixing` draws the split toward the area shares.
    """
    resistance = jnp.maximum(drop, 1.0) / share**p.gas_split_exponent
    free = resistance ** (-1.0 / p.gas_split_exponent)
    even = jnp.asarray(p.annulus_area_share)
    wanted = (free / jnp.sum(free)) ** (1.0 - p.lateral_mixing) * even**p.lateral_mixing
    wanted = jnp.asarray(u.gas_split_disturbance) * wanted
    moved = share + (wanted / jnp.sum(wanted) - share) * -jnp.expm1(-dt / p.gas_split_time)
    moved = jnp.clip(moved, 0.02, 0.95)
    return moved / jnp.sum(moved)


def melted_at_bottom(cells: Cells, rates: SolidRates) -> dict[str, Array]:
    """kmol/s (A,) that melts in the whole column and drips off its bottom."""
    share = rates.melting.share
    amounts = {
        name: jnp.sum(share * getattr(cells, name), axis=1)
        for name in ("lime", "silica", "alumina", "magnesia", "manganese_oxide", "titania", "alkali")
    }
    return amounts | {
        "phosphorus": jnp.sum(rates.melting.limited * cells.phosphorus, axis=1),
        "iron": jnp.sum(rates.melting.iron, axis=1),
        "ferrous_oxide": jnp.sum(rates.melting.ferrous_oxide, axis=1),
        "sulphur": jnp.sum(share * cells.ore_sulphur, axis=1),
    }


def wetted(lay: Layers, drip: Drip) -> Array:
    """Where dripping metal meets coke: shares of the contact (A, N), one per annulus in sum; slot 0 when none drips."""
    meeting = jnp.maximum(drip.capacity, 0.0) * lay.coke_volume * lay.used
    meeting = meeting.at[:, 0].add(1e-9)
    return meeting / jnp.sum(meeting, axis=1, keepdims=True)


def update_cells(cells: Cells, f: Flows, coke_out: Array, ash_share: Array, heat: Array, dt: float) -> Cells:
    """Amounts and enthalpy after dt. coke_out (A, N) kmol/s of carbon taken in all ways; ash_share (A,) share of
    slot 0's ash and coke sulphur that goes per second; heat (A, N) W."""
    melting, sweep = f.rates.melting.share, f.sweep
    keep = 1.0 - dt * melting
    keep_limited = 1.0 - dt * f.rates.melting.limited
    keep_ash = jnp.ones_like(keep).at[:, 0].add(-dt * ash_share)
    to_magnetite, to_wustite, to_iron = (
        ratio * taken
        for ratio, taken in zip(IRON_PER_OXYGEN, (sweep.hematite, sweep.magnetite, sweep.wustite), strict=True)
    )
    return cells._replace(
        hematite=keep_limited * cells.hematite - dt * to_magnetite,
        magnetite=keep_limited * cells.magnetite + dt * (to_magnetite - to_wustite),
        wustite=keep * cells.wustite + dt * (to_wustite - to_iron),
        iron=keep * cells.iron + dt * to_iron,
        carbon=cells.carbon - dt * coke_out,
        ash=keep_ash * cells.ash,
        coke_sulphur=keep_ash * cells.coke_sulphur,
        moisture=cells.moisture - dt * f.rates.drying,
        limestone=cells.limestone - dt * f.rates.calcination,
        lime=keep * cells.lime + dt * f.rates.calcination,
        silica=keep * cells.silica,
        alumina=keep * cells.alumina,
        magnesia=keep * cells.magnesia,
        manganese_oxide=keep * cells.manganese_oxide,
        titania=keep * cells.titania,
        alkali=keep * keep_ash * cells.alkali + dt * f.condensing * f.arriving.vapour[:, None],
        phosphorus=keep_limited * cells.phosphorus,
        ore_sulphur=keep * cells.ore_sulphur,
        enthalpy=cells.enthalpy + dt * heat,
        gas_temperature=sweep.temperature[:, 1:],
        gas_flow=sum(one[:, 1:] for one in sweep.gas[1:]) + sweep.gas[0, :, 1:],
        pressure=f.pressures.cell,
    )


def advance_state(
    p: FurnaceParameters, g: Geometry, s: FurnaceState, u: FurnaceInputs, dt: float
) -> tuple[FurnaceState, Flows]:
    """The furnace dt seconds later. Explicit in the burden, quasi-steady in gas and liquids; conserves exactly."""
    u = u._replace(top_pressure=u.top_pressure + s.descent.pressure_rise)
    s = s._replace(blast=lag_blast(p, u, s, dt))
    cells = s.cells
    lay = layers(p, g, cells, s.active)
    rates = descent.contact(u, solid_rates(p, cells, lay, dt), cells, s.descent)
    drip = descend(p, cells, lay, rates.melting)
    bottom = cells.temperature[:, 0]
    holding = jnp.clip(cells.carbon[:, 0] / (FULL_BOTTOM * cells.carbon_charged[:, 0] + 1e-9), LEAST_HOLDING, 1.0)
    coke_share = s.gas_share * holding / jnp.sum(s.gas_share * holding)
    coke_ash = cells.ash[:, 0] / jnp.maximum(cells.carbon[:, 0], 1e-9)
    raceway = burn(p, u, s.blast, s.gas_share, coke_share, bottom, coke_ash)
    burnt = jnp.minimum(raceway.coke / jnp.maximum(cells.carbon[:, 0], 1e-9), MOST_BURNT / dt)
    melted = melted_at_bottom(cells, rates)
    melted["alkali"] += burnt * (1.0 - dt * rates.melting.share[:, 0]) * cells.alkali[:, 0]  # what did not melt
    height = jnp.sum(rates.melting.iron * lay.height, axis=1) / jnp.maximum(melted["iron"], 1e-9)
    contact = wetted(lay, drip)
    available = jnp.min(jnp.where(contact > 1e-6, cells.carbon / jnp.maximum(contact, 1e-6), jnp.inf), axis=1)
    arriving = hearth.drip(
        p, cells, melted, drip.temperature[:, 0], height, available, burnt, raceway.coal_ash, raceway.coal_sulphur,
        s.hearth, dt,
    )  # fmt: skip
    level = pools.levels(p, g.hearth_area, s.hearth)
    viscosity = slag_physics.viscosity(s.hearth.temperature, pools.oxides(s.hearth))
    main_before = u.top_pressure + 1.5e5  # Pa, casting feels the blast pressure; its small changes do not matter
    running = taps.outflow(p, s.taps, s.hearth, level, viscosity, main_before)
    across = pools.crossing(p, g.hearth_area, s.hearth, level, viscosity, dt)
    mean_bottom = jnp.sum(s.gas_share * bottom)
    pool = pools.advance_pool(p, u, s.hearth, arriving, running.flow, across, mean_bottom, dt)
    monoxide = arriving.carbon_monoxide + s.gas_share * pool.carbon_monoxide
    monoxide_heat = (
        s.gas_share * pool.monoxide_heat
        + arriving.carbon_monoxide * h.enthalpy(h.CARBON_MONOXIDE, arriving.temperature)
    )  # fmt: skip
    sweep = march(cells, rates, raceway, monoxide, raceway.gas_enthalpy + monoxide_heat)
    walls = wall.wall_flow(p, g, u, cells, lay, s.wall)
    pressures = bed_pressures(p, g, u, s, sweep, lay, drip, raceway, level)
    gasified = jnp.sum(sweep.carbon) + jnp.sum(sweep.gas[5, :, 0] - sweep.gas[5, :, -1])
    flows = Flows(
        lay, rates, drip, raceway, arriving, sweep, pressures, walls, pool.loss, running, level,
        alkali.condensing(p, cells, lay), gasified, jnp.sum(rates.melting.oxygen),
    )  # fmt: skip
    coke_out = sweep.carbon + rates.melting.oxygen + contact * arriving.carbon[:, None]
    coke_out = coke_out.at[:, 0].add(raceway.coke + s.gas_share * pool.carbon)
    heat = sweep.enthalpy[:, :-1] - sweep.enthalpy[:, 1:] + sweep.mixed_heat - walls.cells
    heat = heat + drip.enthalpy_in - drip.enthalpy_out - contact * arriving.reaction_heat[:, None]
    # Slot 0: its liquids leave as hot metal and slag, the reacted ones and the ash included (what the reactions took
    # is paid along the way and their CO enters with the gas); carbon leaves to raceway and pool.
    reacted = arriving.carbon_monoxide * h.enthalpy(h.CARBON_MONOXIDE, arriving.temperature)
    bottom_heat = (
        drip.enthalpy_out[:, 0]
        - (arriving.enthalpy - (arriving.reaction_heat - reacted))
        - raceway.coke * h.enthalpy(h.CARBON, bottom)
        - s.gas_share * pool.carbon * h.enthalpy(h.CARBON, mean_bottom)
        + raceway.coal_ash * ash_formation(p.coal_ash_analysis)
        + raceway.ash_heat
        - arriving.vapour_heat
    )
    heat = heat.at[:, 0].add(bottom_heat) + flows.condensing * arriving.vapour_heat[:, None]
    cells = update_cells(cells, flows, coke_out, burnt, heat, dt)
    cells, down = descent.come_down(p, g, u, s, cells, lay, pressures.drop, dt)
    room = p.active_volume * jnp.asarray(p.annulus_area_share) / charging.EVEN_CELLS
    cells, active = charging.merge_bottom(cells, s.active, dt * coke_out[:, 0], lay.ore_volume[:, 0] < room)
    cells, active, dump = charging.charge(p, u, cells, active, down.void, s.time)
    cells = cells._replace(temperature=temperatures(p, cells))
    new = s._replace(
        time=s.time + dt,
        cells=cells,
        active=active,
        gas_share=split_gas(p, u, s.gas_share, pressures.drop, dt),
        charge_count=s.charge_count + dump.happened / charging.DUMPS_PER_CHARGE,
        hearth=pool.hearth,
        taps=taps.advance_taps(p, u, s.taps, running, dt),
        descent=down,
        nose_pressure=pressures.nose,
        wall=wall.advance_wall(p, u, s.wall, walls, (pool.loss, jnp.sum(raceway.loss)), s.gas_share, dt),
        audit=_audit(p, s.audit, flows, dump, dt, s.hearth.temperature),
        totals=_totals(s.totals, flows, dump, dt),
        smoothed=_smooth(s.smoothed, flows, dump, dt),
    )
    return new, flows


def _audit(p: FurnaceParameters, a: Audit, f: Flows, dump: charging.Dump, dt: float, pool_temperature: Array) -> Audit:
    """Boundary flows of the step added up."""
    top_gas = jnp.sum(f.sweep.gas[:, :, -1], axis=1)
    charged = dump.happened * balance.elements_of_cells(p, dump.cell)
    vapour = 1.0 - jnp.sum(f.condensing, axis=1)  # share that leaves with the top gas
    gas_out = balance.elements_of_top_gas(top_gas, f.arriving.sulphur_to_gas, jnp.sum(vapour * f.arriving.vapour))
    lost = jnp.sum(f.wall.cells) + jnp.sum(f.raceway.loss) + f.hearth_loss
    tapped_heat = jnp.sum(hearth.flow_enthalpy(f.running.flow, pool_temperature))
    lost = lost + jnp.sum(vapour * f.arriving.vapour_heat)
    return Audit(
        a.elements_in + charged + dt * balance.elements_of_blast(p, f.raceway),
        a.elements_out + dt * (gas_out + balance.elements_of_liquids(f.running.flow)),
        a.energy_in + dump.happened * jnp.sum(dump.cell.enthalpy) + dt * f.raceway.heat_in,
        a.energy_out + dt * (jnp.sum(f.sweep.enthalpy[:, -1]) + lost + tapped_heat),
    )


def _totals(t: Totals, f: Flows, dump: charging.Dump, dt: float) -> Totals:
    """Cumulated masses."""
    return Totals(
        t.coke + dump.coke,
        t.ore + dump.ore,
        t.coal + dt * f.raceway.coal,
        t.metal + dt * hearth.metal_mass(jnp.sum(f.arriving.flow.metal, axis=1)),
        t.metal_tapped + dt * jnp.sum(hearth.metal_mass(f.running.flow.metal)),
        t.slag_tapped + dt * jnp.sum(hearth.slag_mass(f.running.flow.slag)),
    )


def _smooth(m: Smoothed, f: Flows, dump: charging.Dump, dt: float) -> Smoothed:
    """24 h exponential means."""
    now = Smoothed(
        production=hearth.metal_mass(jnp.sum(f.arriving.flow.metal, axis=1)),
        coke=dump.coke / dt,
        ore=dump.ore / dt,
        coal=f.raceway.coal,
        charges=dump.happened / charging.DUMPS_PER_CHARGE / dt,
        slag=hearth.slag_mass(jnp.sum(f.arriving.flow.slag, axis=1)),
        iron=jnp.sum(f.rates.melting.iron),
        direct_carbon=f.direct + f.gasified,
    )
    weight = -jnp.expm1(-dt / MEAN_TIME)
    return Smoothed(*[old + weight * (new - old) for old, new in zip(m, now, strict=True)])
