"""Titanium, alkali, char and dust: where they go, and what they do on the way."""

import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.core.errors import CallError
from ironworks.physics import slag as slag_physics
from ironworks.plant.furnace import alkali
from ironworks.plant.furnace.burden import burden_faults
from ironworks.plant.furnace.column import column_geometry, layers
from ironworks.plant.furnace.furnace import constant_inputs
from ironworks.plant.furnace.inputs import check

DAY = 86400.0


@pytest.fixture(scope="module")
def usual(furnace, settled, inputs):
    """Means of a day at the reference."""
    outputs = furnace.run(settled, constant_inputs(inputs, 288), every=300.0)[1]
    return {name: np.mean(np.asarray(value), axis=0) for name, value in outputs._asdict().items()}


def test_titanium_parts_between_metal_and_slag(usual):
    metal = usual["production_rate"] * usual["hot_metal_titanium"]
    slag = usual["slag_rate"] * usual["slag_titania"] * 47.867 / 79.865
    least, most = (float(slag_physics.titanium_recovery(usual["hot_metal_temperature"] + more)) for more in (0.0, 60.0))
    assert least < metal / (metal + slag) < most  # metal drips hotter than it is tapped, by up to 60 K on the mean


def test_titania_of_the_ore_reaches_the_metal(furnace, settled, inputs, usual):
    # The burden of two days has passed, and the pool with it.
    _, rich = furnace.advance(settled, inputs._replace(ore_titania=2.0 * inputs.ore_titania), 2.0 * DAY)
    assert 1.7 < float(rich.hot_metal_titanium) / usual["hot_metal_titanium"] < 2.3


def test_most_alkali_leaves_with_the_slag_and_some_goes_round(usual):
    slag = usual["slag_rate"] * usual["slag_alkali"]
    assert 0.80 < slag / usual["alkali_charged"] < 0.95  # published balances
    assert slag + usual["alkali_lost"] == pytest.approx(usual["alkali_charged"], rel=0.03)  # settled
    assert 1.0 < usual["alkali_vapour"] / usual["alkali_charged"] < 3.0


def test_the_load_builds_up_over_a_day(furnace, settled, inputs, usual):
    heavy = inputs._replace(ore_alkali=2.0 * inputs.ore_alkali, coke_alkali=2.0 * inputs.coke_alkali)
    state, first = furnace.advance(settled, heavy, 6.0 * 3600.0)
    _, later = furnace.advance(state, heavy, 2.0 * DAY)
    begun, grown = (float(x.alkali_load) / usual["alkali_load"] for x in (first, later))
    assert 1.1 < begun < 1.7
    assert 1.8 < grown < 2.2


def test_vapour_condenses_in_its_window_only(furnace, settled):
    p = furnace.parameters
    lay = layers(p, column_geometry(p), settled.cells, settled.active)
    share = np.asarray(alkali.condensing(p, settled.cells, lay))
    temperature = np.asarray(settled.cells.temperature)
    inside = (temperature > alkali.COLDEST - 80.0) & (temperature < alkali.HOTTEST + 80.0)
    assert share[inside].sum() > 0.98 * share.sum()
    assert np.all(share.sum(axis=1) <= 1.0 - float(p.alkali_top_share) + 1e-12)
    cold = settled.cells._replace(temperature=jnp.full_like(settled.cells.temperature, 600.0))
    assert float(jnp.sum(alkali.condensing(p, cold, lay))) < 1e-6  # then all of it leaves at the top


def test_alkali_hastens_gasification(furnace, settled):
    p, cells = furnace.parameters, settled.cells
    clean, usual, heavy = (
        np.asarray(alkali.catalysis(p, cells._replace(alkali=x * cells.alkali))) for x in (0.0, 1.0, 2.0)
    )
    used = np.asarray(cells.alkali) > 0.01
    assert np.all(clean[used] < usual[used])
    assert np.all(usual[used] <= heavy[used])
    load = float(p.alkali_reference_load) / 100.0 * (12.011 * cells.carbon + cells.ash) / 94.195
    at_reference = np.asarray(alkali.catalysis(p, cells._replace(alkali=load)))
    assert np.allclose(at_reference[used], 1.0, rtol=1e-6)


def test_char_is_made_gasified_and_lost(furnace, settled, inputs, usual):
    assert usual["char_made"] == pytest.approx(usual["char_gasified"] + usual["char_lost"], rel=1e-9)
    assert 0.8 < usual["char_gasified"] / usual["char_made"] < 0.95  # 80-90 % in the field
    _, much = furnace.advance(settled, inputs._replace(coal_injection_rate=inputs.coal_injection_rate + 5.0), 7200.0)
    assert float(much.char_made) > 1.2 * usual["char_made"]
    assert float(much.dust_carbon) > usual["dust_carbon"]


def test_dust_is_as_published(usual):
    assert 0.010 < usual["dust_rate"] / usual["production_rate"] < 0.030  # kg/kg: 10-25, measured up to 29
    assert 0.20 < usual["dust_carbon"] < 0.35  # 20-32 % read


def test_burdens_that_cannot_be_smelted_are_named(furnace, inputs):
    p = furnace.parameters
    assert burden_faults(inputs, p) == []
    assert "titania" in burden_faults(inputs._replace(ore_titania=0.09), p)[0]
    assert "alkali" in burden_faults(inputs._replace(ore_alkali=0.02), p)[0]
    with pytest.raises(CallError, match="coke_alkali"):
        check(inputs._replace(coke_alkali=0.02, coke_ash=0.01), p)
