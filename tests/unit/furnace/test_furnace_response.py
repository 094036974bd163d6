"""Signs, inverse response and dead time of the step responses (pool temperature against an unchanged twin run)."""

import numpy as np
import pytest

HOURS = 12


@pytest.fixture(scope="module")
def response(furnace, settled, inputs):
    def pool(changed):
        state, values = settled, []
        for _ in range(2 * HOURS):
            flame = []  # it jumps by 20 K when the lowest cell merges: a mean over the half hour
            for _ in range(6):
                state, outputs = furnace.advance(state, changed, 300.0)
                flame.append(float(outputs.flame_temperature))
            values.append((float(outputs.hot_metal_temperature), np.mean(flame)))
        return np.array(values)

    base = pool(inputs)
    return lambda **change: pool(inputs._replace(**change)) - base


def at(values, hours):
    return values[round(2 * hours) - 1, 0]


def test_coal_first_cools_then_heats(response, inputs):
    values = response(coal_injection_rate=inputs.coal_injection_rate + 1.0)
    assert values[0, 1] < -10.0  # flame falls at once
    assert at(values, 0.5) < 0.1 * at(values, 6)  # the coke it replaces comes down no sooner
    assert values[:, 0].min() > -5.0
    assert 0.0 < at(values, 6) < at(values, 12)


def test_coal_cools_the_metal_for_half_an_hour(response, inputs):
    values = response(coal_injection_rate=inputs.coal_injection_rate + 1.0)
    assert at(values, 0.5) < -0.2
    assert 0.5 < np.argmax(values[:, 0] > 0.0) / 2.0 + 0.5 <= 2.0


def test_moisture_cools_at_once_and_goes_on_cooling(response, inputs):
    values = response(blast_moisture=inputs.blast_moisture + 0.005)
    assert at(values, 0.5) < -0.5
    assert np.all(np.diff(values[:8, 0]) < 0.5)
    assert -20.0 < at(values, 12) < -7.0


def test_blast_temperature_heats_at_once(response, inputs):
    values = response(blast_temperature=inputs.blast_temperature + 30.0)
    assert at(values, 0.5) > 0.3
    assert at(values, 4) > 3.0


def test_oxygen_heats_first_and_cools_later(response, inputs):
    values = response(oxygen_flow=inputs.oxygen_flow + 1.0 / 3.0)
    assert np.mean(values[:2, 0]) > 0.0  # of the first hour, as V22q
    assert at(values, 12) < -3.0


def test_coke_shows_after_five_to_seven_hours(response, inputs):
    values = response(coke_base=inputs.coke_base * 1.02)
    assert np.abs(values[:10, 0]).max() < 1.0  # first five hours
    assert 1.0 < at(values, 8) < at(values, 12)
