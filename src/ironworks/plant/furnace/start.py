"""A first guess of the furnace's inside, from which it settles within a few simulated days."""

import jax
import jax.numpy as jnp
import numpy as np

from ironworks.plant.furnace import hearth
from ironworks.plant.furnace.balance import ELEMENTS
from ironworks.plant.furnace.charging import DUMPS_PER_CHARGE, dump_cell
from ironworks.plant.furnace.column import solid_volumes
from ironworks.plant.furnace.inputs import ANNULI, TAP_HOLES, ZONES, FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.solids import enthalpy_coefficients
from ironworks.plant.furnace.state import (
    Audit,
    Blast,
    Cells,
    Descent,
    FurnaceState,
    Hearth,
    Smoothed,
    Taps,
    Totals,
    Wall,
)

SLOTS = 80  # per annulus; about 55 are in use at the reference, a coke blank or a cold column needs more
# Burden temperature [K] over the share of the burden's volume under it, tuyeres to stock line, with the reserve zone
# about 1200 K.
PROFILE_FRACTION = (0.0, 0.09, 0.2, 0.27, 0.32, 0.385, 0.47, 0.6, 0.69, 0.78, 0.865, 0.955, 1.0)
PROFILE_TEMPERATURE = (
    1810.0,
    1690.0,
    1640.0,
    1590.0,
    1480.0,
    1300.0,
    1220.0,
    1100.0,
    990.0,
    915.0,
    740.0,
    400.0,
    300.0,
)
START_DROP = 1.6e5  # Pa of the bed
NEVER = 1e3  # added to the lift ratio of hanging
METAL_OVER_SUMP = 200e3  # kg of metal over the sump at the start, in a hearth of the reference area
SLAG_MASS = 60e3  # kg, likewise
REFERENCE_HEARTH = 14.0  # m, diameter to which these masses belong
REFERENCE_BURDEN = 3300.0  # m3 of burden to which the first guesses of flows and rates belong
# Mass fractions of C, Si, Mn, P, S, Ti; iron is the rest.
METAL_CONTENT = (0.0, 0.048, 0.004, 0.003, 0.0009, 0.0003, 0.0006)
SLAG_CONTENT = (0.42, 0.348, 0.125, 0.08, 0.004, 0.004, 0.007, 0.006, 0.006)  # in the order of hearth.SLAG


def settling(p: FurnaceParameters) -> FurnaceParameters:
    """The parameters for settling from the guess: burden that cannot hang. The guess is less permeable than what it
    settles to, and a furnace left alone does not come back from hanging."""
    return p._replace(hanging_lift_ratio=jnp.asarray(p.hanging_lift_ratio) + NEVER)


def starting_state(p: FurnaceParameters, u: FurnaceInputs, slots: int = SLOTS) -> FurnaceState:
    """Filled furnace at about its reference temperatures; oxides reduced where it is hot. Not settled.

    slots: per annulus; small charges make many cells and need more.
    """
    u = jax.tree.map(jnp.asarray, u)
    cells, count = _column(p, u, slots)
    pool = _pool(p)
    zeros, size = jnp.zeros, jnp.asarray(p.active_volume / REFERENCE_BURDEN)
    state = FurnaceState(
        time=zeros(()), cells=cells, active=jnp.full(ANNULI, float(count)),
        gas_share=jnp.asarray(p.annulus_area_share), charge_count=zeros(()), hearth=pool,
        taps=Taps(zeros(TAP_HOLES), jnp.full(TAP_HOLES, u.drill_diameter), zeros(()), zeros(()), zeros(()), zeros(())),
        wall=Wall(zeros(ZONES), zeros(ZONES), jnp.full(ZONES, 500.0), jnp.full(ZONES, 330.0)),
        blast=Blast(*[jnp.asarray(getattr(u, name)) for name in Blast._fields]),
        nose_pressure=u.top_pressure + START_DROP,
        descent=Descent(zeros(ANNULI), zeros(ANNULI), zeros(ANNULI), zeros(()), zeros(())),
        audit=Audit(zeros(len(ELEMENTS)), zeros(len(ELEMENTS)), zeros(()), zeros(())),
        totals=Totals(*[zeros(()) for _ in Totals._fields]),
        smoothed=Smoothed(production=110.0 * size, coke=36.0 * size, ore=175.0 * size, coal=u.coal_injection_rate,
                          charges=jnp.asarray(1.28e-3), slag=30.0 * size, iron=1.86 * size, direct_carbon=0.7 * size),
    )  # fmt: skip
    # Strongly typed leaves: a weakly typed one would make the first call compile a program of its own.
    return jax.tree.map(lambda x: jnp.asarray(np.asarray(x, dtype=np.float64)), state)


def _column(p: FurnaceParameters, u: FurnaceInputs, slots: int) -> tuple[Cells, int]:
    shares = jnp.asarray(p.annulus_area_share)
    ore = u.ore_base / DUMPS_PER_CHARGE * shares * jnp.asarray(u.burden_pattern_ore)
    coke = u.coke_base / DUMPS_PER_CHARGE * shares * jnp.asarray(u.burden_pattern_coke)
    stone = u.limestone_base / DUMPS_PER_CHARGE * shares
    one = dump_cell(p, u, coke, ore, stone, jnp.zeros(()))
    volume = float(jnp.sum(jnp.add(*solid_volumes(p, one))))
    count = min(int(p.active_volume / volume * 1.2), slots - 8)
    fraction = (np.arange(slots) + 0.5) / count
    temperature = jnp.interp(fraction, jnp.asarray(PROFILE_FRACTION), jnp.asarray(PROFILE_TEMPERATURE))
    used = jnp.asarray((np.arange(slots) < count).astype(float))[None, :]
    cells = jax.tree.map(lambda x: x[:, None] * used, one)
    iron = cells.hematite + cells.magnetite
    metallic = jnp.clip((temperature - 1150.0) / 350.0, 0.0, 1.0)
    oxide = jnp.clip((temperature - 900.0) / 200.0, 0.0, 1.0) - metallic
    solid_ore = jnp.clip((1720.0 - temperature) / 60.0, 0.0, 1.0)
    ore_names = ("lime", "silica", "alumina", "magnesia", "manganese_oxide", "titania", "phosphorus", "ore_sulphur")
    cells = cells._replace(
        iron=iron * metallic * solid_ore, wustite=iron * jnp.maximum(oxide, 0.0) * solid_ore,
        magnetite=iron * jnp.maximum(1.0 - metallic - jnp.maximum(oxide, 0.0), 0.0) * solid_ore,
        hematite=jnp.zeros_like(iron), carbon=cells.carbon * (1.0 - 0.3 * metallic),
        moisture=cells.moisture * jnp.clip((360.0 - temperature) / 40.0, 0.0, 1.0), limestone=jnp.zeros_like(iron),
        temperature=jnp.broadcast_to(temperature, iron.shape),
        charged_at=-6.5 * 3600.0 * (1.0 - fraction) * used * jnp.ones_like(iron),
        gas_temperature=jnp.broadcast_to(temperature, iron.shape) + 100.0,
        gas_flow=jnp.ones_like(iron) * 7.3 * p.active_volume / REFERENCE_BURDEN * shares[:, None],
        pressure=jnp.ones_like(iron) * (u.top_pressure + START_DROP * jnp.clip(1.0 - fraction, 0.0, 1.0)),
        **{name: getattr(cells, name) * solid_ore for name in ore_names},
    )  # fmt: skip
    a, b, c, d = enthalpy_coefficients(p, cells)
    t = cells.temperature
    return cells._replace(enthalpy=used * (a + t * (b + c * t) + d / t)), count


def _pool(p: FurnaceParameters) -> Hearth:
    """Two equal sides."""
    contents = np.array(METAL_CONTENT)
    contents[0] = 1.0 - contents.sum()
    half = 0.5 * (p.hearth_diameter / REFERENCE_HEARTH) ** 2
    metal_kg = 0.5 * p.sump_metal + half * METAL_OVER_SUMP
    both = jnp.ones(2)
    metal_amounts = metal_kg * jnp.asarray(contents / np.array(hearth.METAL_MASS))[:, None] * both
    slag_amounts = half * SLAG_MASS * jnp.asarray(np.array(SLAG_CONTENT) / np.array(hearth.SLAG_MASS))[:, None] * both
    temperature = jnp.full(2, 1778.15)  # K, 1505 degC
    heat = hearth.flow_enthalpy(hearth.Flow(metal_amounts, slag_amounts), temperature)
    amounts = dict(zip(hearth.METAL + hearth.SLAG, [*metal_amounts, *slag_amounts], strict=True))
    return Hearth(**amounts, enthalpy=heat, temperature=temperature, deadman_temperature=temperature[0])
