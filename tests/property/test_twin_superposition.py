"""The twin is linear and does not depend on when it is asked."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ironworks.core.works import load_works
from ironworks.twin.furnace import load_response

GOLDEN = Path(__file__).parents[1] / "golden" / "twin_reference.toml"
WORKS = load_works("demo")
MODEL = load_response(GOLDEN, WORKS.cycle)
STEPS = 30
MOVES = st.lists(
    st.tuples(
        st.integers(0, STEPS - 1),
        st.integers(0, len(MODEL.inputs) - 1),
        st.floats(-5.0, 5.0, allow_nan=False),
    ),
    max_size=6,
)


def courses(moves):
    u = np.zeros((STEPS, len(MODEL.inputs)))
    for at, column, size in moves:
        u[at:, column] += size
    state = MODEL.step(MODEL.start(), dict.fromkeys(MODEL.inputs, 0.0))
    rows = []
    for row in u:
        state = MODEL.step(state, dict(zip(MODEL.inputs, row, strict=True)))
        rows.append(MODEL.output(state))
    return np.array(rows), MODEL.free_response(state, 20)


@settings(max_examples=60, deadline=None)
@given(MOVES, MOVES)
def test_effects_of_moves_add_up(first, second):
    for one, other, both in zip(courses(first), courses(second), courses(first + second), strict=True):
        np.testing.assert_allclose(one + other, both, rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, STEPS - 1), st.integers(0, len(MODEL.inputs) - 1), st.floats(-5.0, 5.0, allow_nan=False))
def test_one_move_is_a_scaled_and_shifted_step_response(at, column, size):
    rows, ahead = courses([(at, column, size)])
    expected = size * MODEL.step_response(MODEL.inputs[column], STEPS - at + 20)
    np.testing.assert_allclose(np.vstack([rows[at:], ahead]), expected, rtol=1e-9, atol=1e-9)
    assert (rows[:at] == 0.0).all()
