"""Elements to 1e-10 and energy to 1e-4 per day, in a day that is far from steady."""

import jax

from ironworks.plant.furnace import balance

DAY = 86400.0


def test_elements_and_energy_close_over_a_day(furnace, settled, inputs):
    state = settled
    for change in (
        {"coal_injection_rate": 10.0},
        {"blast_moisture": 0.03, "leak_water": 0.5},
        {"coke_base": inputs.coke_base * 1.2, "limestone_base": 2000.0},
        {},
    ):
        state, _ = furnace.advance(state, inputs._replace(**change), DAY / 4)
    closed = balance.closure(furnace.parameters, settled, state)
    assert max(abs(error) for error in closed.elements.values()) < 1e-10
    assert abs(closed.energy) < 1e-4


def test_repeats_bit_for_bit(furnace, settled, inputs):
    first, _ = furnace.advance(settled, inputs, 6 * 3600.0)
    second, _ = furnace.advance(settled, inputs, 6 * 3600.0)
    assert all((a == b).all() for a, b in zip(_leaves(first), _leaves(second), strict=True))


def test_one_long_run_equals_many_short_ones(furnace, settled, inputs):
    long, _ = furnace.advance(settled, inputs, 1200.0)
    short = settled
    for _ in range(round(1200.0 / furnace.dt)):
        short, _ = furnace.step(short, inputs)
    assert all((a == b).all() for a, b in zip(_leaves(long), _leaves(short), strict=True))


def _leaves(state):
    return jax.tree.leaves(state)
