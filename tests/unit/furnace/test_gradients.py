"""Gradients against central differences where no event moves, and the jump where one does.

Backwards by inputs and parameters together, one compiled program for all tests.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.core.errors import CallError
from ironworks.plant.furnace.gradients import QUICK_COMPILE, course, same_events

STEPS = 40
INPUTS = {  # a step of the difference, SI: far above rounding, small enough that no event moves
    "coal_injection_rate": 1e-4, "blast_moisture": 1e-7, "blast_temperature": 1e-3, "oxygen_flow": 1e-5,
    "coke_base": 1e-1, "top_pressure": 0.01,
}  # fmt: skip
PARAMETERS = {  # a relative step
    "reduction_factor": 1e-6, "gasification_rate": 1e-6, "heat_transfer_ore": 1e-6, "melting_time": 1e-7,
    "silicon_time": 1e-6,
}  # fmt: skip
LARGEST_JUMP = (
    2.0  # K that the pool may differ when an event moves by one step: a dump's worth of heat in 400 t of metal
)


def pool(inputs, parameters, state):
    after, kept, events = course(parameters, state, inputs, STEPS)
    silicon = jnp.sum(after.hearth.silicon) / jnp.sum(after.hearth.iron)
    return kept[-1] + 1e3 * silicon, events  # K, and silicon so that it counts too


@pytest.fixture(scope="module")
def forward():
    return jax.jit(pool, compiler_options=QUICK_COMPILE)


@pytest.fixture(scope="module")
def point(furnace, inputs, settled):
    return jax.tree.map(lambda x: jnp.asarray(x, dtype=jnp.float64), inputs), furnace.parameters, settled


@pytest.fixture(scope="module")
def gradient(point):
    function = jax.jit(jax.grad(pool, argnums=(0, 1), has_aux=True), compiler_options=QUICK_COMPILE)
    return function(*point)[0]


def difference(forward, point, place, name, size):
    """(values above and below, whether no event moved); `size` in SI for an input, relative for a parameter."""
    inputs, parameters, state = point

    def moved(by):
        tree = (inputs, parameters)[place]
        value = getattr(tree, name)
        changed = tree._replace(**{name: value + by if place == 0 else value * (1.0 + by)})
        return forward(*((changed, parameters) if place == 0 else (inputs, changed)), state)

    (high, events), (low, other) = moved(size), moved(-size)
    return float(high), float(low), same_events(events, other)


@pytest.mark.parametrize("name", INPUTS)
def test_gradient_by_an_input_is_the_difference_between_events(forward, point, gradient, name):
    high, low, same = difference(forward, point, 0, name, INPUTS[name])
    assert same, "an event moved: take a smaller step"
    assert float(getattr(gradient[0], name)) == pytest.approx((high - low) / (2.0 * INPUTS[name]), rel=1e-4)


@pytest.mark.parametrize("name", PARAMETERS)
def test_gradient_by_a_parameter_is_the_difference_between_events(forward, point, gradient, name):
    size = PARAMETERS[name]
    high, low, same = difference(forward, point, 1, name, size)
    assert same, "an event moved: take a smaller step"
    relative = jnp.sum(getattr(gradient[1], name) * getattr(point[1], name))  # of a vector: all of it by one factor
    assert float(relative) == pytest.approx((high - low) / (2.0 * size), rel=1e-4)


def test_every_gradient_is_finite(gradient):
    for tree in gradient:
        for name, value in tree._asdict().items():
            assert np.all(np.isfinite(value)), name


@pytest.mark.parametrize("name", ["coal_injection_rate", "blast_moisture"])
def test_where_an_event_moves_the_gradient_misses_a_small_jump(forward, point, gradient, name):
    """No gradient flows through the time of an event: the difference holds the jump besides, of a bounded size."""
    slope = float(getattr(gradient[0], name))
    size, same = INPUTS[name], True
    while same:
        size *= 2.0
        high, low, same = difference(forward, point, 0, name, size)
    jump = high - low - 2.0 * size * slope
    assert abs(jump) > 1e-6  # far above the error of the smooth pieces
    assert abs(jump) < LARGEST_JUMP


def test_a_course_is_the_run_of_the_furnace(furnace, point, inputs):
    parameters, state = point[1], point[2]
    after, kept, events = jax.jit(course, static_argnames=("steps",), compiler_options=QUICK_COMPILE)(
        parameters, state, point[0], 5
    )
    expected, outputs = furnace.advance(state, inputs, 5 * furnace.dt)
    assert events.active.shape == (5, 3)
    assert float(kept[-1]) == pytest.approx(float(outputs.hot_metal_temperature), abs=1e-9)
    for a, b in zip(jax.tree.leaves(after), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("options", [{"steps": 0}, {"steps": 5, "dt": 600.0}])
def test_bad_courses_are_refused(point, options):
    with pytest.raises(CallError):
        course(point[1], point[2], point[0], **options)
