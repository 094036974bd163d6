"""How the burden comes down: it may hang, leave a void, slip, and shed scabs from the wall.

The column stands on slot 0, so that a hanging annulus is one whose top surface does not sink while the burden under
the arch is used up: the difference is a void, and nothing is charged into it. When the arch breaks the void is
closed at once, the stock line falls by its depth, the upper cells mix, and for a minute or two the loosened burden lets
gas through that has not given off its heat. What follows for the heat of the furnace is left to the balances.

Left out: where in the shaft the arch stands, the heat exchange within the void, and the flow of gas that the closing
void drives out (less than a second of the furnace's own gas).
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import GRAVITY, M_C, M_FE2O3
from ironworks.physics.enthalpy import total
from ironworks.plant.furnace.column import BURDEN_ZONES, Geometry, Layers, gangue_mass, in_zones, solid_volumes
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.rates import Reduction, SolidRates
from ironworks.plant.furnace.seldom import seldom
from ironworks.plant.furnace.solids import enthalpy_coefficients
from ironworks.plant.furnace.state import Cells, Descent, FurnaceState

LIFT_WIDTH = 0.03  # -, of the lift ratio, over which the descent goes from free to blocked
HANGS = 0.5  # blocked share from which an arch stands; with less the burden only drags
ARCH_RESISTANCE = 0.15  # -, more pressure drop in a hanging annulus; blast pressure rises by 10-30 kPa, field
LOOSE_RESISTANCE = 0.3  # -, less pressure drop in loosened burden: blast pressure falls in a slip, field
MOST_DEPTH = 3.0  # m of void under which no arch holds; burden drops 1-3 m in a slip, field
MIXING_DEPTH = 0.5  # m, deeper slips turn over the upper shaft
MIXED_CELLS = 3  # half charges turned over by a slip; 2-3, field
LOOSE_DEPTH = 1.5  # m of fall that loosens the whole lumpy burden
LOOSE_TIME = 90.0  # s, loosened burden settles; top temperature and pressure peak for 1-3 min, field
MOST_BYPASS = 0.6  # of CO and H2: more would leave the ore of the shaft as good as unreduced
LOOSE_CONTACT = 0.45  # share of the gas that still meets loosened burden, cell by cell: top gas 100-300 K hotter, field
LUMPY_BELOW = 1473.0  # K, burden that can fall freely is colder than softening begins
PRESSURE_PER_DEPTH = 13.0e3  # Pa of top pressure per m of fall: 10-40 kPa for falls of 1-3 m, field
RECEIVING_CELLS = 5  # cells over the tuyeres over which fallen ore spreads, about half the height of the bosh
MOST_FALL = 0.2  # share of a cell's ore that one step may shed
FALLS_THROUGH = (
    0.3  # share of the ore over the void that reaches the cells over the tuyeres; cold ore arrives low, field
)

ORE = (
    "hematite", "magnetite", "wustite", "iron", "limestone", "lime", "silica", "alumina", "magnesia", "manganese_oxide",
    "titania", "alkali", "phosphorus", "ore_sulphur",
)  # fmt: skip
MIXED_BY_CARBON = ("temperature", "reactivity", "reducibility", "fines", "strength", "charged_at")
NOT_MIXED = ("gas_temperature", "gas_flow", "pressure")


class Lift(NamedTuple):
    """Mean pressure gradient over the effective weight of the burden; 1 = it is carried by the gas."""

    annulus: Array  # (A,)
    section: Array  # () all annuli together, by area


def come_down(
    p: FurnaceParameters, g: Geometry, u: FurnaceInputs, s: FurnaceState, cells: Cells, lay: Layers, drop: Array,
    dt: float,
) -> tuple[Cells, Descent]:  # fmt: skip
    """Burden that sheds scabs, sinks, hangs or slips: cells (of `s`, used up in the step) and descent after dt.

    lay: of the start of the step; drop (A,) Pa.
    """
    consumed = jnp.sum(lay.ore_volume + lay.coke_volume - jnp.add(*solid_volumes(p, cells)), axis=1)
    after, fallen = sink(p, g, u, s.descent, lift(p, s.cells, lay, drop).section, consumed, dt)
    deep = fallen > MIXING_DEPTH
    share = shed(p, u, lay, dt) + fall_through(p, s.cells, lay, jnp.where(deep, fallen, 0.0) * g.throat_area)
    return seldom(jnp.any(share > 0.0), rearranged, cells, p, share, s.active, deep), after


def rearranged(cells: Cells, p: FurnaceParameters, share: Array, active: Array, deep: Array) -> Cells:
    """Cells after a share (A, N) of their ore dropped and the top of annuli fallen `deep` (A,) turned over."""
    return turn_over(drop_ore(p, cells, share), active, deep)


def lift(p: FurnaceParameters, cells: Cells, lay: Layers, drop: Array) -> Lift:
    """Lift ratios from the pressure drop (A,) Pa of the annuli; friction at the walls carries part of the weight.

    The annuli lean on one another: a centre of coke is lighter than the gas under it would carry, and stands only
    because the burden around it holds it. Hanging is therefore judged over the section.
    """
    iron = cells.hematite + cells.magnetite + cells.wustite + cells.iron
    mass = M_FE2O3 / 2.0 * iron + gangue_mass(cells) + M_C * cells.carbon + cells.ash
    length = jnp.sum((lay.ore_volume + lay.coke_volume) / lay.area, axis=1)
    weight = jnp.sum(mass / lay.area, axis=1) * GRAVITY * (1.0 - p.burden_friction_share)
    share = jnp.asarray(p.annulus_area_share)
    gradient, density = drop / length, weight / length
    return Lift(gradient / density, jnp.sum(share * gradient) / jnp.sum(share * density))


def contact(u: FurnaceInputs, rates: SolidRates, cells: Cells, descent: Descent) -> SolidRates:
    """Rates of lumpy burden that gas passes by: in channels, and for a minute or two where a slip loosened it.

    Of the gas that reaches a cell a share passes it untouched, neither cooled nor spent.
    """
    met = (1.0 - jnp.asarray(u.channelling)) * (1.0 - (1.0 - LOOSE_CONTACT) * descent.loose)
    met = jnp.where(cells.temperature < LUMPY_BELOW, met[:, None], 1.0)
    return rates._replace(
        bypass=jnp.clip(rates.bypass + u.gas_bypass, 0.0, MOST_BYPASS),
        heat_pass=1.0 - met * (1.0 - rates.heat_pass),
        monoxide=_met(rates.monoxide, met),
        hydrogen=_met(rates.hydrogen, met),
    )


def _met(one: Reduction, share: Array) -> Reduction:
    """Reduction by the share of the gas that meets the ore."""
    return one._replace(gas=tuple(share * x for x in one.gas), oxidised=tuple(share * x for x in one.oxidised))


def resistance(descent: Descent) -> Array:
    """Factor (A, 1) on the pressure drop of hanging and of loosened annuli."""
    return (1.0 + ARCH_RESISTANCE * descent.hung - LOOSE_RESISTANCE * descent.loose)[:, None]


def sink(
    p: FurnaceParameters, g: Geometry, u: FurnaceInputs, now: Descent, section: Array, consumed: Array, dt: float
) -> tuple[Descent, Array]:
    """(descent after dt, depth of the fall in m of each annulus (A,), zero where none fell).

    section: lift ratio; consumed (A,) m3 by which the burden has become less in the step.
    """
    free = 1.0 / (1.0 + jnp.exp(-jnp.clip((p.hanging_lift_ratio - section) / LIFT_WIDTH, -50.0, 50.0)))
    hung = 1.0 - free * (1.0 - jnp.asarray(u.hanging))
    area = g.throat_area * jnp.asarray(p.annulus_area_share)
    void = now.void + hung * jnp.maximum(consumed, 0.0)
    holds = (hung > HANGS) & (void < MOST_DEPTH * area)
    fallen = jnp.where(holds, 0.0, now.void) / area
    settle = jnp.exp(-dt / LOOSE_TIME)
    mean_fall = jnp.sum(fallen * area) / g.throat_area
    return Descent(
        hung=jnp.where(hung > HANGS, hung, 0.0),
        void=jnp.where(holds, void, 0.0),
        loose=jnp.maximum(now.loose * settle, jnp.clip(fallen / LOOSE_DEPTH, 0.0, 1.0)),
        pressure_rise=now.pressure_rise * settle + PRESSURE_PER_DEPTH * mean_fall,
        slips=now.slips + (jnp.max(fallen) > MIXING_DEPTH),
    ), fallen


def shed(p: FurnaceParameters, u: FurnaceInputs, lay: Layers, dt: float) -> Array:
    """Share (A, N) of the ore of each cell that falls from the wall in a step, at the rates `fallen_burden`."""
    ore = lay.ore_volume[-1]
    here = in_zones(lay.zone[-1]) * (jnp.arange(ore.shape[0]) >= RECEIVING_CELLS)  # (4, N)
    mass = jnp.sum(here * ore, axis=1) * p.ore_bulk_density
    wanted = jnp.asarray(u.fallen_burden)[jnp.asarray(BURDEN_ZONES)] * dt
    rate = jnp.where(mass > 0.0, wanted / jnp.maximum(mass, 1.0), 0.0)
    beside = jnp.sum(here * jnp.minimum(rate, MOST_FALL)[:, None], axis=0)
    return jnp.zeros_like(lay.ore_volume).at[-1].set(beside)


def fall_through(p: FurnaceParameters, cells: Cells, lay: Layers, volume: Array) -> Array:
    """Share (A, N) of the ore that a slip lets fall past the coke, from as much burden over the arch as the void held.

    volume (A,) m3 of throat area times depth, by annulus its part. The arch stands where lumpy burden ends.
    """
    part = volume * jnp.asarray(p.annulus_area_share)
    softens = jnp.max(jnp.where((cells.temperature >= LUMPY_BELOW) & (lay.used > 0.0), lay.height, 0.0), axis=1)
    over = lay.height - softens[:, None]
    slots = jnp.arange(lay.height.shape[1])[None, :]
    falls = (over > 0.0) & (over < part[:, None] / lay.area) & (slots >= RECEIVING_CELLS) & (lay.used > 0.0)
    return jnp.where(falls, FALLS_THROUGH, 0.0)


def drop_ore(p: FurnaceParameters, cells: Cells, share: Array) -> Cells:
    """Cells after a share (A, N) of their ore fell to the lowest cells of its annulus.

    Moved are oxides, iron and gangue with their heat; coke stays.
    """
    nothing = jnp.zeros_like(share)
    part = Cells(**{name: share * getattr(cells, name) if name in ORE else nothing for name in Cells._fields})
    heat = jnp.where(share > 0.0, total(enthalpy_coefficients(p, part), cells.temperature), 0.0)
    into = (jnp.arange(share.shape[1])[None, :] < RECEIVING_CELLS) / RECEIVING_CELLS

    def moved(field: Array, away: Array) -> Array:
        return field - away + into * jnp.sum(away, axis=1, keepdims=True)

    amounts = {name: moved(getattr(cells, name), getattr(part, name)) for name in ORE}
    return cells._replace(**amounts, enthalpy=moved(cells.enthalpy, heat))


def turn_over(cells: Cells, active: Array, deep: Array) -> Cells:
    """Cells whose upper `MIXED_CELLS` are made equal in annuli that fell `deep` (A,); amounts and energy only change
    place, intensive properties are meant by carbon."""
    index = jnp.arange(cells.carbon.shape[1])[None, :]
    top = (index >= active[:, None] - MIXED_CELLS) & (index < active[:, None]) & deep[:, None]
    carbon = jnp.maximum(jnp.sum(jnp.where(top, cells.carbon, 0.0), axis=1, keepdims=True), 1e-12)

    def mean(name: str, field: Array) -> Array:
        if name in NOT_MIXED:
            return field
        weight, whole = (cells.carbon, carbon) if name in MIXED_BY_CARBON else (1.0, float(MIXED_CELLS))
        return jnp.where(top, jnp.sum(jnp.where(top, weight * field, 0.0), axis=1, keepdims=True) / whole, field)

    return Cells(**{name: mean(name, field) for name, field in cells._asdict().items()})
