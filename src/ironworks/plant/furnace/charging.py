"""Charging at the top and merging at the tuyeres: the two places where cells appear and go.

One dump carries half a charge (coke and ore together) and becomes one cell in every annulus. The dump falls when
the burden has sunk below the stock line by its own volume. An annulus gets material in proportion to the room
that it has, since burden rolls into the hollow; ore and coke are divided by the pattern's weights, and together
they are the weighed masses exactly.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ironworks.physics.constants import (
    M_AL2O3,
    M_C,
    M_CACO3,
    M_CAO,
    M_FE,
    M_FEO,
    M_H2O,
    M_K2O,
    M_MGO,
    M_MNO,
    M_P,
    M_S,
    M_SIO2,
    M_TIO2,
    REFERENCE_TEMPERATURE,
)
from ironworks.physics.enthalpy import total
from ironworks.plant.furnace.column import solid_volumes
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.solids import enthalpy_coefficients
from ironworks.plant.furnace.state import Cells

DUMPS_PER_CHARGE = 2.0  # cells per charge: one cell a charge makes melting lumpy
EVEN_CELLS = 25.0  # ore in slot 0 beyond this part of the column blocks the descent
MERGE_STEPS = 4.0  # steps for which slot 0 must hold carbon
STARVED_STEPS = 2.0  # steps for which slot 0 still holds carbon when ore in it no longer keeps the burden up
LEAST_SHARE = 0.05  # of the even share: an annulus without room still gets this much of a dump
# Of an even cell's volume: a top cell and a dump smaller than this together become one cell. Well off the sums of two
# or three dumps of the centre (half an even cell each): near one pairs and threes take turns, and the furnace swings.
JOIN_BELOW = 1.75
MERGE_BELOW = 0.45  # of the carbon charged with it: less carbon in slot 0 than this merges it with slot 1

# Properties are averaged on merging, by carbon; everything else is an amount and is added.
PROPERTIES = ("temperature", "reactivity", "reducibility", "fines", "strength", "charged_at", "gas_temperature")
REPLACED = ("gas_flow", "pressure", "carbon_charged")
GAS_FIELDS = ("gas_flow", "pressure", "gas_temperature")  # kept up in empty slots too: the sweep passes through them


class Dump(NamedTuple):
    """One charging event: happened (0/1) and the masses that fell, kg; zero where none.

    The cell holds what stays; flue dust leaves at once and is counted in the masses only.
    """

    happened: Array
    coke: Array
    ore: Array
    cell: Cells  # (A,) content of the new cells, zero amounts where none fell


def dump_cell(p: FurnaceParameters, u: FurnaceInputs, coke: Array, ore: Array, stone: Array, time: Array) -> Cells:
    """Cell content from dry masses per annulus [kg], every field (A,), at 298 K."""
    ferrous = ore * u.ore_ferrous_oxide / M_FEO
    magnetite = 3.0 * ferrous
    ones = jnp.ones_like(coke)
    carbon = coke * (1.0 - u.coke_ash - u.coke_sulphur) / M_C
    fields = dict.fromkeys(Cells._fields, 0.0 * ones) | {
        "hematite": ore * u.ore_iron / M_FE - magnetite,
        "magnetite": magnetite,
        "carbon": carbon,
        "ash": coke * (u.coke_ash - u.coke_alkali),
        "coke_sulphur": coke * u.coke_sulphur / M_S,
        "moisture": (coke * u.coke_moisture + ore * u.ore_moisture) / M_H2O,
        "limestone": stone / M_CACO3,
        "lime": ore * u.ore_lime / M_CAO,
        "silica": ore * u.ore_silica / M_SIO2,
        "alumina": ore * u.ore_alumina / M_AL2O3,
        "magnesia": ore * u.ore_magnesia / M_MGO,
        "manganese_oxide": ore * u.ore_manganese_oxide / M_MNO,
        "titania": ore * u.ore_titania / M_TIO2,
        "alkali": (ore * u.ore_alkali + coke * u.coke_alkali) / M_K2O,
        "phosphorus": ore * u.ore_phosphorus / M_P,
        "ore_sulphur": ore * u.ore_sulphur / M_S,
        "temperature": REFERENCE_TEMPERATURE * ones,
        "iron_charged": ore * u.ore_iron / M_FE,
        "carbon_charged": carbon,
        "reactivity": u.coke_cri / 24.0 * ones,
        "reducibility": u.ore_reducibility * ones,
        "fines": u.ore_fines * ones,
        "strength": u.coke_csr * ones,
        "charged_at": time * ones,
    }
    cell = Cells(**fields)
    return cell._replace(enthalpy=total(enthalpy_coefficients(p, cell), cell.temperature))


def charge(
    p: FurnaceParameters, u: FurnaceInputs, cells: Cells, active: Array, void: Array, time: Array
) -> tuple[Cells, Array, Dump]:
    """Drop one dump when there is room for it; returns cells, active counts and what fell.

    void (A,) m3: under hanging burden; no room at the top comes of it.
    Where an annulus gets little, or its slots are full, the dump joins the top cell, so that cells keep their size.
    """
    coke = u.coke_base * u.coke_weighing_factor / DUMPS_PER_CHARGE
    kept_coke, kept_ore = 1.0 - p.coke_dust_share, 1.0 - p.ore_dust_share
    ore = u.ore_base * u.ore_weighing_factor / DUMPS_PER_CHARGE
    stone = u.limestone_base / DUMPS_PER_CHARGE
    shares = jnp.asarray(p.annulus_area_share)
    volumes = jnp.add(*solid_volumes(p, cells))
    room = p.active_volume * shares - jnp.sum(volumes, axis=1) - void
    needed = coke / p.coke_bulk_density + (ore + stone) / p.ore_bulk_density
    happened = (jnp.sum(room) >= needed).astype(volumes.dtype)
    # At least a cubic metre to share out: a dump that does not fall must be finite as well.
    part = jnp.maximum(room, LEAST_SHARE * shares * jnp.maximum(jnp.sum(jnp.maximum(room, 0.0)), 1.0))
    ore_part = part * jnp.asarray(u.burden_pattern_ore)
    coke_part = part * jnp.asarray(u.burden_pattern_coke)
    ore_part = ore_part / jnp.sum(ore_part)
    new = dump_cell(
        p, u, kept_coke * coke * coke_part / jnp.sum(coke_part), kept_ore * ore * ore_part, stone * ore_part, time
    )
    slots = volumes.shape[1]
    index = jnp.arange(slots)[None, :]
    top = index == active[:, None] - 1.0
    fresh_volume = jnp.add(*solid_volumes(p, new))
    together = jnp.sum(jnp.where(top, volumes, 0.0), axis=1) + fresh_volume
    joins = (together < JOIN_BELOW * needed * shares) | (active > slots - 1.5)
    here = jnp.where(joins[:, None], top, index == active[:, None]) & (happened > 0.0)
    weight = new.carbon[:, None] / jnp.maximum(new.carbon[:, None] + cells.carbon, 1e-12)

    def filled(name: str, fresh: Array) -> Array:
        old = getattr(cells, name)
        if name in GAS_FIELDS:
            return old
        both = old + weight * (fresh[:, None] - old) if name in PROPERTIES else old + fresh[:, None]
        return jnp.where(here, both, old)

    cells = Cells(**{name: filled(name, fresh) for name, fresh in new._asdict().items()})
    return cells, active + happened * (1.0 - joins), Dump(happened, happened * coke, happened * ore, new)


def merge_bottom(cells: Cells, active: Array, step_use: Array, clear: Array) -> tuple[Cells, Array]:
    """Merge slot 0 into slot 1 and move the column down where slot 0 has little carbon left.

    step_use (A,) kmol: carbon that slot 0 gave in the last step; it must hold enough for several more.
    clear (A,): False where unmelted ore fills slot 0; the burden then stands until it has melted (a frozen annulus),
    or until its coke is gone: blast does not burn what is not there.
    """
    least = jnp.maximum(MERGE_BELOW * cells.carbon_charged[:, 1], MERGE_STEPS * step_use)
    starved = cells.carbon[:, 0] < STARVED_STEPS * step_use
    low = (cells.carbon[:, 0] < least) & (active > 2.0) & (clear | starved)
    weight0, weight1 = cells.carbon[:, 0], cells.carbon[:, 1]
    both = jnp.maximum(weight0 + weight1, 1e-12)

    def merged(name: str, field: Array) -> Array:
        last = field[:, -1:] if name in GAS_FIELDS else jnp.zeros_like(field[:, :1])
        moved = jnp.concatenate([field[:, 1:], last], axis=1)
        if name in PROPERTIES:
            first = (field[:, 0] * weight0 + field[:, 1] * weight1) / both
        elif name in REPLACED:
            first = field[:, 1]
        else:
            first = field[:, 0] + field[:, 1]
        return jnp.where(low[:, None], moved.at[:, 0].set(first), field)

    cells = Cells(**{name: merged(name, field) for name, field in cells._asdict().items()})
    return cells, active - low.astype(active.dtype)
