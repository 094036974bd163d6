"""Slopes of the burden's temperature within cells: what a cell does to a stream must not depend on how it is cut."""

import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.plant.furnace.rates import SMALL_UNITS, mean_gas, slope_effect, slope_within

UNITS = [0.01, 0.3, 2.0, 8.0]


def leaving(entering, mean, slope, units):
    """Temperature of a stream behind a cell, K."""
    units = jnp.asarray(units)
    passed = jnp.exp(-units)
    return float(mean + (entering - mean) * passed + slope * slope_effect(units, passed))


@pytest.mark.parametrize("units", UNITS)
def test_the_effect_is_that_of_the_way_integrated(units):
    """dT/dz = units (Ts - T) from bottom to top through burden whose temperature is linear, by Runge-Kutta."""
    mean, slope, t, steps = 1200.0, -80.0, 1500.0, 2000
    h = 1.0 / steps

    def rate(z, now):
        return units * (mean + slope * (z - 0.5) - now)

    for i in range(steps):
        z = i * h
        k1 = rate(z, t)
        k2 = rate(z + h / 2, t + h / 2 * k1)
        k3 = rate(z + h / 2, t + h / 2 * k2)
        t += h / 6 * (k1 + 2 * k2 + 2 * k3 + rate(z + h, t + h * k3))
    assert leaving(1500.0, mean, slope, units) == pytest.approx(t, abs=1e-6)


@pytest.mark.parametrize("units", UNITS)
def test_two_half_cells_are_one_cell(units):
    whole = leaving(1500.0, 1200.0, -80.0, units)
    first = leaving(1500.0, 1220.0, -40.0, units / 2.0)
    assert leaving(first, 1180.0, -40.0, units / 2.0) == pytest.approx(whole, abs=1e-9)


def gas_leaving(entering, at_rest, rise, units):
    """Gas behind a cell: what entered less what the mean gas in it gave up."""
    units = jnp.asarray(units)
    kept, rest = mean_gas(units, jnp.asarray(at_rest), jnp.asarray(rise))
    return float(entering - units * (kept * entering + rest - at_rest))


@pytest.mark.parametrize("units", UNITS)
def test_two_half_cells_reduce_as_one(units):
    whole = gas_leaving(0.9, 0.6, -0.08, units)
    first = gas_leaving(0.9, 0.62, -0.04, units / 2.0)
    assert gas_leaving(first, 0.58, -0.04, units / 2.0) == pytest.approx(whole, abs=1e-12)


def test_much_ore_lets_gas_leave_by_the_equilibrium_of_the_upper_end():
    assert gas_leaving(0.9, 0.6, -0.08, 200.0) == pytest.approx(0.56, abs=1e-3)


def test_the_effect_has_its_limits():
    many, few = jnp.asarray(200.0), jnp.asarray(SMALL_UNITS)
    assert float(slope_effect(many, jnp.exp(-many))) == pytest.approx(0.5, abs=0.01)  # leaves as hot as the top
    assert float(slope_effect(few, jnp.exp(-few))) == 0.0
    above = few * 1.001  # no jump where the small ones are cut off: the effect goes as units^2/12
    assert 0.0 < float(slope_effect(above, jnp.exp(-above))) < SMALL_UNITS**2


def test_a_straight_column_has_its_own_slope_up_to_the_top():
    t = jnp.asarray([[1900.0, 1800.0, 1700.0, 1600.0, 1600.0]])
    used = jnp.asarray([[1.0, 1.0, 1.0, 1.0, 0.0]])
    np.testing.assert_array_equal(slope_within(t, used), [[-100.0, -100.0, -100.0, 0.0, 0.0]])


def test_the_flatter_side_rules_and_a_turn_is_flat():
    t = jnp.asarray([[2000.0, 1900.0, 1890.0, 1700.0, 1750.0, 1500.0]])
    assert slope_within(t, jnp.ones_like(t)).tolist() == [[-100.0, -10.0, -10.0, 0.0, 0.0, 0.0]]


def test_no_slope_makes_a_new_extreme():
    """Bottom and top of a cell stay between the means of its neighbours, so that exchange cannot overshoot them."""
    t = jnp.asarray(np.random.default_rng(7).uniform(400.0, 2000.0, (3, 40)))
    half = np.abs(np.asarray(slope_within(t, jnp.ones_like(t))))[:, 1:-1] / 2.0
    t = np.asarray(t)
    between = np.minimum(np.abs(t[:, 1:-1] - t[:, :-2]), np.abs(t[:, 2:] - t[:, 1:-1])) / 2.0
    assert np.all(half <= between + 1e-12)
