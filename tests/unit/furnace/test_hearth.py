"""The hearth: two sides that exchange, a deadman that holds heat, taps that draw from one side, still pools that cool
slowly."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.physics import enthalpy as h
from ironworks.plant.furnace import hearth, pool, taps
from ironworks.plant.furnace.column import column_geometry
from ironworks.plant.furnace.furnace import constant_inputs

DT, MINUTE, HOUR = 60.0, 60.0, 3600.0
REDUCTION_OF_SILICA = (
    573e6  # J/kmol Si of (SiO2) + 2 C = [Si] + 2 CO: the slope of R13 by van 't Hoff, ln 10 R 29,947 K
)
VISCOSITY = jnp.full(2, 0.3)


@pytest.fixture(scope="module")
def area(furnace):
    return column_geometry(furnace.parameters).hearth_area


@pytest.fixture(scope="module")
def arriving(furnace, settled):
    """A steady drip of metal and slag of the settled pool's contents, 113 and 31 kg/s at 1,800 K."""
    now = hearth.contents(settled.hearth)
    metal, slag = now.metal[:, :1], now.slag[:, :1]
    flow = hearth.Flow(113.0 * metal / hearth.metal_mass(metal), 31.0 * slag / hearth.slag_mass(slag))
    zero = jnp.zeros(1)
    return hearth.Tapping(
        flow, jnp.full(1, 1800.0), hearth.flow_enthalpy(flow, jnp.full(1, 1800.0)), zero, zero, zero, jnp.zeros(()),
        zero, zero,
    )  # fmt: skip


def at(arriving, temperature):
    return arriving._replace(enthalpy=hearth.flow_enthalpy(arriving.flow, jnp.full(1, temperature)))


@pytest.fixture(scope="module")
def march(furnace, area):
    """(state after n steps, temperatures of both sides and of the deadman (n, 3)); out: share of what drips tapped per
    side (2,)."""

    def run(state, drip, u, out, steps, p=furnace.parameters):
        def one(now, _):
            level = pool.levels(p, area, now)
            across = pool.crossing(p, area, now, level, VISCOSITY, DT)
            content = hearth.contents(now)
            rates = out * 113.0 / level.iron_mass, out * 31.0 / level.slag_mass
            tapped = hearth.Flow(content.metal * rates[0], content.slag * rates[1])
            after = pool.advance_pool(p, u, now, drip, tapped, across, jnp.asarray(1800.0), DT).hearth
            return after, jnp.append(after.temperature, after.deadman_temperature)

        return jax.lax.scan(one, state, None, length=steps)

    return jax.jit(run, static_argnames=("steps",))


def uneven(state):
    """The hearth with 60 % of its liquids on side 0, 40 K hotter there."""
    share, warmer = jnp.asarray([1.2, 0.8]), jnp.asarray([20.0, -20.0])
    now = hearth.contents(state)
    metal, slag = (jnp.mean(x, axis=1, keepdims=True) * share for x in now)
    temperature = jnp.mean(state.temperature) + warmer
    amounts = dict(zip(hearth.METAL + hearth.SLAG, [*metal, *slag], strict=True))
    heat = hearth.flow_enthalpy(hearth.Flow(metal, slag), temperature)
    return state._replace(**amounts, enthalpy=heat, temperature=temperature)


def test_what_crosses_leaves_one_side_and_reaches_the_other(furnace, settled, area, arriving, inputs):
    p, state = furnace.parameters, uneven(settled.hearth)
    still = arriving._replace(
        flow=jax.tree.map(jnp.zeros_like, arriving.flow), enthalpy=jnp.zeros_like(arriving.enthalpy)
    )
    level = pool.levels(p, area, state)
    across = pool.crossing(p, area, state, level, VISCOSITY, DT)
    assert float(hearth.metal_mass(across[0].metal)) > 0.0  # from the full side to the other
    nothing = jax.tree.map(jnp.zeros_like, hearth.contents(state))
    after = pool.advance_pool(p, inputs, state, still, nothing, across, jnp.asarray(1800.0), DT)
    before, now = hearth.contents(state), hearth.contents(after.hearth)
    assert float(jnp.sum(now.metal[0])) == pytest.approx(float(jnp.sum(before.metal[0])), rel=1e-14)
    np.testing.assert_allclose(jnp.sum(now.slag[0]), jnp.sum(before.slag[0]), rtol=1e-14)  # lime
    deadman = p.deadman_heat_capacity * (after.hearth.deadman_temperature - state.deadman_temperature)
    stored = jnp.sum(after.hearth.enthalpy - state.enthalpy) + deadman
    carbon = after.carbon * h.enthalpy(h.CARBON, 1800.0)  # came with the silicon that is reduced
    assert float(stored) == pytest.approx(float(DT * (carbon - after.monoxide_heat - after.loss)), rel=1e-6)


def test_two_uneven_sides_come_together(settled, march, inputs, arriving, area, furnace):
    even = jnp.full(2, 0.5)
    start = uneven(settled.hearth)
    soon, _ = march(start, arriving, inputs, even, steps=30)
    late, course = march(start, arriving, inputs, even, steps=600)
    first, then = (pool.levels(furnace.parameters, area, one) for one in (start, soon))
    assert abs(float(first.slag[0] - first.slag[1])) > 0.2
    assert abs(float(then.slag[0] - then.slag[1])) < 0.02  # m, after half an hour
    difference = np.abs(np.asarray(course[:, 0] - course[:, 1]))
    assert difference[60] < 0.37 * 40.0  # mixing and fresh drip together are faster than the mixing time of an hour
    assert difference[-1] < 0.5
    assert np.allclose(late.temperature[0], late.temperature[1], atol=0.5)


def test_stiff_slag_levels_slowly(furnace, settled, area):
    p, state = furnace.parameters, uneven(settled.hearth)
    level = pool.levels(p, area, state)
    thin, thick = (pool.crossing(p, area, state, level, jnp.full(2, eta), DT)[0] for eta in (0.2, 5.0))
    assert float(hearth.slag_mass(thick.slag)) < 0.5 * float(hearth.slag_mass(thin.slag))


def test_a_step_of_the_drip_shows_within_an_hour_and_a_half(furnace, settled, march, inputs, arriving):
    even = jnp.full(2, 0.5)
    steady, _ = march(settled.hearth, arriving, inputs, even, steps=4000)
    late, course = march(steady, at(arriving, 1820.0), inputs, even, steps=4000)
    rise = np.asarray(course[:, 0] - steady.temperature[0])
    hours = np.argmax(rise >= 0.63 * rise[-1]) * DT / HOUR
    capacity = float(jnp.sum(hearth.flow_coefficients(arriving.flow)[1]))
    exchange = float(jnp.sum(hearth.flow_coefficients(hearth.contents(steady))[1])) / capacity / HOUR
    # What the pool holds over what drips, less because wall and silica take their part; how full it is the casts say.
    assert 0.7 * exchange < hours < exchange < 1.6
    # Of 20 K the wall takes its part; silica that hotter metal reduces takes its own.
    idle = furnace.parameters._replace(silicon_time=jnp.asarray(1e15))
    cold, _ = march(settled.hearth, arriving, inputs, even, steps=4000, p=idle)
    _, alone = march(cold, at(arriving, 1820.0), inputs, even, steps=4000, p=idle)
    without = float(alone[-1, 0] - cold.temperature[0])
    assert 15.0 < without < 20.0
    silicon = [
        113.0 * float(jnp.sum(one.silicon) / jnp.sum(hearth.metal_mass(hearth.contents(one).metal)))
        for one in (steady, late)
    ]  # kmol/s that leaves
    taken = REDUCTION_OF_SILICA * (silicon[1] - silicon[0]) / capacity * without / 20.0
    assert rise[-1] < without
    assert without - rise[-1] == pytest.approx(taken, rel=0.05)
    deadman = np.asarray(course[:, 2] - steady.deadman_temperature)
    assert deadman[60] < 0.2 * deadman[-1]  # the packed coke follows over many hours


def test_a_still_pool_loses_less(furnace, settled):
    p, nothing = furnace.parameters, jnp.zeros(2)
    flow = jnp.full(2, 0.5 * float(p.hearth_reference_flow))
    still, usual = (pool.wall_loss(p, settled.hearth, x, x) for x in (nothing, flow))
    assert float(jnp.sum(still) / jnp.sum(usual)) == pytest.approx(float(p.hearth_still_share), abs=1e-3)
    slopes = jax.grad(lambda x: jnp.sum(pool.wall_loss(p, settled.hearth, x, x)))(nothing)
    assert np.all(np.isfinite(slopes))


def test_gas_blows_earlier_through_stiff_slag(furnace, settled, area):
    p = furnace.parameters
    now = settled.taps._replace(open=jnp.asarray([1.0, 0.0, 0.0, 0.0]))
    level = pool.levels(p, area, settled.hearth)._replace(iron=jnp.zeros(2), slag=jnp.full(2, 1.2))
    now = now._replace(diameter=jnp.full(4, 0.06))
    depths = [
        float(taps.outflow(p, now, settled.hearth, level, jnp.full(2, eta), 4.88e5).depth[0]) for eta in (0.1, 0.3, 0.6)
    ]
    assert 1.2 > depths[0] > depths[1] > depths[2]
    assert depths[2] < 0.6  # the surface falls by half and more toward the hole


def test_an_open_hole_draws_from_its_side(furnace, settled, area):
    p = furnace.parameters
    level = pool.levels(p, area, settled.hearth)
    for hole, side in enumerate(taps.SIDES):
        now = settled.taps._replace(open=jnp.eye(4)[hole])
        flow = taps.outflow(p, now, settled.hearth, level, VISCOSITY, 4.88e5).flow
        drawn = hearth.metal_mass(flow.metal) + hearth.slag_mass(flow.slag)
        assert float(drawn[side]) > 30.0
        assert float(drawn[1 - side]) == 0.0


@pytest.fixture(scope="module")
def lopsided(furnace, settled, inputs):
    """A day in which side 0 gets its liquids 40 K hotter."""
    hot = constant_inputs(inputs._replace(drip_side_temperature=np.float64(40.0)), 1440)
    return furnace.run(settled, hot, every=MINUTE)[1]


def test_samples_are_of_the_side_that_runs(lopsided):
    sides = np.asarray(lopsided.hot_metal_temperature_side)
    difference = (sides[:, 0] - sides[:, 1])[720:]
    assert np.all(difference > 0.0)
    assert 8.0 < np.mean(difference) < 25.0  # of 40 K that drip in; the rest mixes away
    running, hole = np.asarray(lopsided.tapped_metal_rate) > 50.0, np.asarray(lopsided.tap_hole)
    late = np.asarray(lopsided.time_in_cast) > 3600.0  # the runner is warm
    tapped = np.asarray(lopsided.hot_metal_temperature_tapped)
    assert (
        np.mean(tapped[720:][(running & late & (hole == 0))[720:]])
        - np.mean(tapped[720:][(running & late & (hole == 2))[720:]])
        > 4.0
    )
    between = np.asarray(lopsided.hot_metal_temperature)
    assert np.all((sides.min(1) <= between) & (between <= sides.max(1)))


def test_casts_a_day(lopsided):
    casts = float(lopsided.cast_count[-1] - lopsided.cast_count[0])
    assert 8.0 <= casts <= 14.0
    assert float(np.min(lopsided.slag_mass)) > 5e4
    assert float(np.max(lopsided.slag_level)) < 2.5  # m, under the level that disturbs the gas


@pytest.mark.parametrize(("hours", "deepest", "least"), [(4, -88.0, -33.0), (12, -200.0, -60.0)])
def test_a_stop_cools_the_hearth_as_published(furnace, settled, inputs, hours, deepest, least):
    """4 h: -30 to -80 K and a tenth of it (V22x). 12 h: far from the -350 K of a pool that loses its full heat."""
    count = (hours + 12) * 60
    usual = constant_inputs(inputs, count)
    off = np.arange(count) < hours * 60
    stopped = usual._replace(
        **{n: np.where(off, 0.0, getattr(usual, n)) for n in ("blast_volume", "oxygen_flow", "coal_injection_rate")}
    )
    off_blast, on_blast = (furnace.run(settled, one, every=MINUTE)[1] for one in (stopped, usual))
    dip = off_blast.hot_metal_temperature - on_blast.hot_metal_temperature
    assert deepest < float(np.min(dip)) < least
    assert float(dip[-1]) > 0.5 * float(np.min(dip))  # it comes back


@pytest.mark.parametrize("depth", [0.05, 0.2, 0.5, 1.2])
@pytest.mark.parametrize("drawn", [0.0, 0.01, 0.3, 3.0])
def test_slag_at_a_hole_is_what_its_own_flow_leaves(depth, drawn):
    """H^2 - h^2 = drawn times the part of the flow that the depth lets pass: both at once, so that nothing chatters."""
    left = float(taps._slag_at_hole(jnp.asarray(depth), jnp.asarray(drawn)))
    passing = min(left / taps.SLAG_LAYER, 1.0)
    assert 0.0 < left <= depth
    assert depth**2 - left**2 == pytest.approx(drawn * passing, abs=1e-9)
