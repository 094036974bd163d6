"""The furnace's raceway follows the same physics as the flame temperature of `physics`."""

import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.physics import flame_temperature
from ironworks.physics.constants import M_C, OXYGEN_IN_AIR
from ironworks.plant.furnace.raceway import burn
from ironworks.plant.furnace.state import Blast

COKE = 1773.15  # K
COKE_ASH = 0.138 * M_C  # kg/kmol


@pytest.fixture
def raceway(furnace, inputs):
    """Raceway of the demo furnace by coal [kg/s], ash of coke [kg/kmol] and temperature of the coke [K]."""
    shares = jnp.asarray(furnace.parameters.annulus_area_share)

    def at(coal, coke_ash=COKE_ASH, coke_temperature=COKE, **parameters):
        given = inputs._replace(coal_injection_rate=coal)
        blast = Blast(*[jnp.asarray(getattr(given, name)) for name in Blast._fields])
        ones = jnp.ones_like(shares)
        p = furnace.parameters._replace(blast_leak_share=0.0, **parameters)
        return burn(p, given, blast, shares, shares, coke_temperature * ones, coke_ash * ones)

    return at


def test_flame_without_coal_is_the_rigorous_one(raceway, inputs):
    dry = inputs.blast_volume + inputs.oxygen_flow
    share = (OXYGEN_IN_AIR * inputs.blast_volume + inputs.oxygen_flow) / dry
    expected, _ = flame_temperature.rigorous(inputs.blast_temperature, share, inputs.blast_moisture, 0.0, COKE)
    # The furnace's shorter polynomials are off by up to 10 K at flame temperatures.
    assert np.asarray(raceway(0.0).flame_temperature) == pytest.approx(float(expected), abs=10.0)


def test_ash_cools_the_flame_and_brings_that_heat_down(raceway):
    with_ash, without = raceway(0.0), raceway(0.0, coke_ash=0.0)
    assert 8.0 < float(without.flame_temperature[0] - with_ash.flame_temperature[0]) < 20.0
    moved = without.gas_enthalpy - with_ash.gas_enthalpy
    assert float(jnp.sum(moved)) == pytest.approx(float(jnp.sum(with_ash.ash_heat)), rel=1e-9)
    assert float(jnp.sum(without.ash_heat)) == 0.0


def test_coal_ash_comes_down_at_the_flame_temperature(raceway):
    got = raceway(15.0, coke_ash=0.0)
    per_kilogram = float(jnp.sum(got.ash_heat) / jnp.sum(got.coal_ash))
    assert per_kilogram == pytest.approx(1100.0 * (float(got.gas_temperature[0]) - 298.15), rel=1e-6)


def test_warmer_coal_burns_hotter(raceway):
    cold, warm = raceway(15.0, coal_temperature=298.15), raceway(15.0, coal_temperature=353.15)
    assert 1.0 < float(warm.flame_temperature[0] - cold.flame_temperature[0]) < 8.0
    assert float(warm.heat_in - cold.heat_in) == pytest.approx(15.0 * 1250.0 * 55.0, rel=1e-6)
