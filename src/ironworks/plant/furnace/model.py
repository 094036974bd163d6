"""One step of the furnace: pure functions of parameters, state and inputs. `furnace.Furnace` is the way in."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics import enthalpy as h
from ironworks.physics import slag as slag_physics
from ironworks.physics.reduction import IRON_PER_OXYGEN
from ironworks.plant.furnace import alkali, balance, charging, descent, dripping, hearth, taps, wall
from ironworks.plant.furnace import pool as pools
from ironworks.plant.furnace.column import Geometry, Layers, layers
from ironworks.plant.furnace.gas import Sweep, march
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.liquids import Drip, descend
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.pressures import Pressures, bed_pressures, lag_blast, split_gas
from ironworks.plant.furnace.raceway import Raceway, burn
from ironworks.plant.furnace.rates import SolidRates, solid_rates
from ironworks.plant.furnace.solids import ash_formation, temperatures
from ironworks.plant.furnace.state import Audit, Cells, Descent, FurnaceState, Smoothed, Totals

MEAN_TIME = 86400.0  # s, memory of the smoothed rates
FULL_BOTTOM = 0.3  # of the carbon charged: with less in slot 0 the raceways draw coke from the other annuli
LEAST_HOLDING = 0.01
MOST_BURNT = 0.9  # share of slot 0's ash that one step may release
TAPPING_PRESSURE = 1.5e5  # Pa over the top pressure: casting feels the blast pressure; its small changes do not matter


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


class Bottom(NamedTuple):
    """What happens to the coke over the hearth in a step."""

    burnt: Array  # (A,) 1/s, share of slot 0's carbon that burns
    contact: Array  # (A, N) where dripping metal meets coke: shares, one per annulus in sum
    pool: pools.PoolStep
    temperature: Array  # () K of slot 0, mean by gas share


class Column(NamedTuple):
    """The burden after a step."""

    cells: Cells
    active: Array  # (A,)
    descent: Descent
    dump: charging.Dump


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
    flows, bottom = flows_of_step(p, g, s, u, dt)
    coke_out = coke_taken(s, flows, bottom)
    heat = heat_taken_up(p, s, flows, bottom)
    cells = update_cells(s.cells, flows, coke_out, bottom.burnt, heat, dt)
    moved = move_column(p, g, u, s, cells, flows, coke_out[:, 0], dt)
    new = s._replace(
        time=s.time + dt,
        cells=moved.cells,
        active=moved.active,
        gas_share=split_gas(p, u, s.gas_share, flows.pressures.drop, dt),
        charge_count=s.charge_count + moved.dump.happened / charging.DUMPS_PER_CHARGE,
        hearth=bottom.pool.hearth,
        taps=taps.advance_taps(p, u, s.taps, flows.running, dt),
        descent=moved.descent,
        nose_pressure=flows.pressures.nose,
        wall=wall.advance_wall(
            p, u, s.wall, flows.wall, (flows.hearth_loss, jnp.sum(flows.raceway.loss)), s.gas_share, dt
        ),
        audit=_audit(p, s.audit, flows, moved.dump, dt, s.hearth.temperature),
        totals=_totals(s.totals, flows, moved.dump, dt),
        smoothed=_smooth(s.smoothed, flows, moved.dump, dt),
    )
    return new, flows


def flows_of_step(
    p: FurnaceParameters, g: Geometry, s: FurnaceState, u: FurnaceInputs, dt: float
) -> tuple[Flows, Bottom]:
    """What flows and reacts in the step, from the state at its start (with the blast of its end)."""
    cells = s.cells
    lay = layers(p, g, cells, s.active)
    rates = descent.contact(u, solid_rates(p, cells, lay, dt), cells, s.descent)
    drip = descend(p, cells, lay, rates.melting)
    raceway, burnt = burn_coke(p, u, s, dt)
    contact = wetted(lay, drip)
    arriving = drip_down(p, s, lay, rates, drip, contact, raceway, burnt, dt)
    mean_temperature = jnp.sum(s.gas_share * cells.temperature[:, 0])
    level, running, pool = run_hearth(p, g, u, s, arriving, mean_temperature, dt)
    sweep = gas_up(s, rates, raceway, arriving, pool)
    walls = wall.wall_flow(p, g, u, s.blast, cells, lay, s.wall)
    pressures = bed_pressures(p, u, s, sweep, lay, drip, raceway, level)
    gasified = jnp.sum(sweep.carbon) + jnp.sum(sweep.gas[5, :, 0] - sweep.gas[5, :, -1])
    flows = Flows(
        lay, rates, drip, raceway, arriving, sweep, pressures, walls, pool.loss, running, level,
        alkali.condensing(p, cells, lay), gasified, jnp.sum(rates.melting.oxygen),
    )  # fmt: skip
    return flows, Bottom(burnt, contact, pool, mean_temperature)


def burn_coke(p: FurnaceParameters, u: FurnaceInputs, s: FurnaceState, dt: float) -> tuple[Raceway, Array]:
    """(raceways, share of slot 0's carbon that burns per second (A,)). They draw less coke where slot 0 runs empty."""
    cells = s.cells
    holding = jnp.clip(cells.carbon[:, 0] / (FULL_BOTTOM * cells.carbon_charged[:, 0] + 1e-9), LEAST_HOLDING, 1.0)
    coke_share = s.gas_share * holding / jnp.sum(s.gas_share * holding)
    coke_ash = cells.ash[:, 0] / jnp.maximum(cells.carbon[:, 0], 1e-9)
    raceway = burn(p, u, s.blast, s.gas_share, coke_share, cells.temperature[:, 0], coke_ash)
    return raceway, jnp.minimum(raceway.coke / jnp.maximum(cells.carbon[:, 0], 1e-9), MOST_BURNT / dt)


def drip_down(
    p: FurnaceParameters, s: FurnaceState, lay: Layers, rates: SolidRates, drip: Drip, contact: Array, raceway: Raceway,
    burnt: Array, dt: float,
) -> hearth.Tapping:  # fmt: skip
    """What reaches the hearth. contact (A, N): shares of the coke that the metal meets; burnt (A,) 1/s of slot 0."""
    cells = s.cells
    melted = melted_at_bottom(cells, rates)
    melted["alkali"] += burnt * (1.0 - dt * rates.melting.share[:, 0]) * cells.alkali[:, 0]  # what did not melt
    height = jnp.sum(rates.melting.iron * lay.height, axis=1) / jnp.maximum(melted["iron"], 1e-9)
    available = jnp.min(jnp.where(contact > 1e-6, cells.carbon / jnp.maximum(contact, 1e-6), jnp.inf), axis=1)
    return dripping.drip(
        p, cells, melted, drip.temperature[:, 0], height, available, burnt, raceway.coal_ash, raceway.coal_sulphur,
        s.hearth, dt,
    )  # fmt: skip


def run_hearth(
    p: FurnaceParameters, g: Geometry, u: FurnaceInputs, s: FurnaceState, arriving: hearth.Tapping,
    coke_temperature: Array, dt: float,
) -> tuple[pools.Levels, taps.Outflow, pools.PoolStep]:  # fmt: skip
    """(levels at the start, what the tap holes let out, hearth after dt). coke_temperature () K of slot 0."""
    level = pools.levels(p, g.hearth_area, s.hearth)
    viscosity = slag_physics.viscosity(s.hearth.temperature, pools.oxides(s.hearth))
    running = taps.outflow(p, s.taps, s.hearth, level, viscosity, u.top_pressure + TAPPING_PRESSURE)
    across = pools.crossing(p, g.hearth_area, s.hearth, level, viscosity, dt)
    return level, running, pools.advance_pool(p, u, s.hearth, arriving, running.flow, across, coke_temperature, dt)


def gas_up(
    s: FurnaceState, rates: SolidRates, raceway: Raceway, arriving: hearth.Tapping, pool: pools.PoolStep
) -> Sweep:
    """The gas of raceways, drip and pool through all cells; the pool's CO parts as the gas does."""
    monoxide = arriving.carbon_monoxide + s.gas_share * pool.carbon_monoxide
    monoxide_heat = (
        s.gas_share * pool.monoxide_heat
        + arriving.carbon_monoxide * h.enthalpy(h.CARBON_MONOXIDE, arriving.temperature)
    )  # fmt: skip
    return march(s.cells, rates, raceway, monoxide, raceway.gas_enthalpy + monoxide_heat)


def coke_taken(s: FurnaceState, f: Flows, bottom: Bottom) -> Array:
    """kmol/s (A, N) of coke carbon taken by gas, melting oxides, metal, raceways and pool."""
    taken = f.sweep.carbon + f.rates.melting.oxygen + bottom.contact * f.arriving.carbon[:, None]
    return taken.at[:, 0].add(f.raceway.coke + s.gas_share * bottom.pool.carbon)


def heat_taken_up(p: FurnaceParameters, s: FurnaceState, f: Flows, bottom: Bottom) -> Array:
    """W (A, N) by which the enthalpy of the cells rises, what melts and burns away included."""
    sweep, arriving, drip = f.sweep, f.arriving, f.drip
    heat = sweep.enthalpy[:, :-1] - sweep.enthalpy[:, 1:] + sweep.mixed_heat - f.wall.cells
    heat = heat + drip.enthalpy_in - drip.enthalpy_out - bottom.contact * arriving.reaction_heat[:, None]
    return heat.at[:, 0].add(heat_of_bottom(p, s, f, bottom)) + f.condensing * arriving.vapour_heat[:, None]


def heat_of_bottom(p: FurnaceParameters, s: FurnaceState, f: Flows, bottom: Bottom) -> Array:
    """W (A,) that slot 0 takes up besides what every cell does.

    Its liquids leave as hot metal and slag, the reacted ones and the ash included (what the reactions took is paid
    along the way and their CO enters with the gas); carbon leaves to raceway and pool.
    """
    arriving, raceway = f.arriving, f.raceway
    reacted = arriving.carbon_monoxide * h.enthalpy(h.CARBON_MONOXIDE, arriving.temperature)
    return (
        f.drip.enthalpy_out[:, 0]
        - (arriving.enthalpy - (arriving.reaction_heat - reacted))
        - raceway.coke * h.enthalpy(h.CARBON, s.cells.temperature[:, 0])
        - s.gas_share * bottom.pool.carbon * h.enthalpy(h.CARBON, bottom.temperature)
        + raceway.coal_ash * ash_formation(p.coal_ash_analysis)
        + raceway.ash_heat
        - arriving.vapour_heat
    )


def move_column(
    p: FurnaceParameters, g: Geometry, u: FurnaceInputs, s: FurnaceState, cells: Cells, f: Flows, bottom_use: Array,
    dt: float,
) -> Column:  # fmt: skip
    """The burden comes down, the bottom cells merge, a dump is charged. cells: of `s` after the step's reactions;
    bottom_use (A,) kmol/s of carbon that slot 0 gave."""
    cells, down = descent.come_down(p, g, u, s, cells, f.lay, f.pressures.drop, dt)
    room = p.active_volume * jnp.asarray(p.annulus_area_share) / charging.EVEN_CELLS
    cells, active = charging.merge_bottom(cells, s.active, dt * bottom_use, f.lay.ore_volume[:, 0] < room)
    cells, active, dump = charging.charge(p, u, cells, active, down.void, s.time)
    return Column(cells._replace(temperature=temperatures(p, cells)), active, down, dump)


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
