"""The settled reference furnace against the figures of a large modern furnace."""

import numpy as np
import pytest

from ironworks.plant.furnace.furnace import constant_inputs


@pytest.fixture(scope="module")
def course(furnace, settled, inputs):
    """Two days at constant inputs, every 300 s."""
    outputs = furnace.run(settled, constant_inputs(inputs, 576), every=300.0)[1]
    return {name: np.asarray(value) for name, value in outputs._asdict().items()}


@pytest.fixture(scope="module")
def means(course):
    """Means of the two days, as V10 to V21."""
    return {name: np.mean(value, axis=0) for name, value in course.items()}


@pytest.mark.parametrize(
    ("name", "scale", "offset", "target", "tolerance"),
    [
        ("production_rate", 86.4, 0.0, 9600.0, 480.0),  # t/d
        ("hot_metal_temperature", 1.0, -273.15, 1505.0, 10.0),
        ("hot_metal_silicon", 100.0, 0.0, 0.40, 0.08),
        ("hot_metal_carbon", 100.0, 0.0, 4.7, 0.15),
        ("hot_metal_sulphur", 100.0, 0.0, 0.025, 0.008),
        ("fuel_rate", 1000.0, 0.0, 490.0, 10.0),
        ("gas_utilisation", 1.0, 0.0, 0.50, 0.015),
        ("hydrogen_utilisation", 1.0, 0.0, 0.42, 0.08),
        ("top_gas_temperature", 1.0, -273.15, 170.0, 30.0),
        ("bed_pressure_drop", 1e-3, 0.0, 165.0, 15.0),
        ("slag_basicity", 1.0, 0.0, 1.20, 0.01),
        ("residence_time", 1 / 3600.0, 0.0, 6.75, 1.25),
        ("direct_reduction", 1.0, 0.0, 0.38, 0.06),
    ],
)
def test_settled_furnace_is_near_the_target(means, name, scale, offset, target, tolerance):
    assert means[name] * scale + offset == pytest.approx(target, abs=tolerance)


def test_constant_inputs_give_a_constant_furnace(course):
    """Charging, tapping and merging ripple within hours; a slower swing would be the grid's, not the furnace's."""
    quarters = course["hot_metal_temperature"].reshape(8, -1).mean(axis=1)
    assert np.ptp(quarters) < 1.0


def test_reserve_zone_is_two_to_five_metres_long(furnace, settled, inputs):
    _, outputs = furnace.advance(settled, inputs, 1800.0)
    used = np.asarray(outputs.profile_used[1]) > 0.0
    height, burden = np.asarray(outputs.profile_height[1])[used], np.asarray(outputs.profile_solid_temperature[1])[used]
    cold, hot = (np.interp(-limit, -burden[2:], height[2:]) for limit in (1170.0, 1270.0))
    assert 2.0 < cold - hot < 5.0


def test_slag_and_heat_loss_per_tonne(means):
    assert means["slag_rate"] / means["production_rate"] == pytest.approx(0.275, rel=0.03)
    assert 300.0 < means["heat_loss"].sum() / means["production_rate"] / 1e3 < 550.0  # MJ/tHM


def test_casts_alternate_and_drain_what_drips(furnace, settled, inputs):
    _, outputs = furnace.advance(settled, inputs, 86400.0)
    assert float(outputs.cast_count) >= 4.0  # 8 to 14 a day are usual; how many there are: docs/furnace.md
    assert float(outputs.metal_tapped) == pytest.approx(float(outputs.metal_produced), rel=0.05)
