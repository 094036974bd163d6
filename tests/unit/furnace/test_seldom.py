"""What happens seldom is worked out when it happens, alone and in a batch, and not otherwise."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.plant.furnace.seldom import seldom

calls = []


def change(old, factor):
    jax.debug.callback(lambda: calls.append(1))
    return {"a": factor * old["a"] ** 2, "b": old["b"] + 1.0}


def one(x, factor):
    return seldom(x > 2.0, change, {"a": x, "b": jnp.ones(3)}, factor)


def expected(x, factor):
    return factor * x**2 if x > 2.0 else x


@pytest.mark.parametrize(("xs", "works"), [([1.0, 3.0, 2.5], True), ([1.0, 2.0, 0.5], False)])
def test_a_batch_works_it_out_only_for_an_event(xs, works):
    calls.clear()
    out = jax.jit(jax.vmap(one, in_axes=(0, None)))(jnp.asarray(xs), 5.0)
    jax.effects_barrier()
    np.testing.assert_array_equal(out["a"], [expected(x, 5.0) for x in xs])
    np.testing.assert_array_equal(out["b"][:, 0], [2.0 if x > 2.0 else 1.0 for x in xs])
    assert bool(calls) is works


@pytest.mark.parametrize("x", [1.5, 3.0])
def test_alone_and_its_derivatives(x):
    assert float(jax.jit(one)(x, 5.0)["a"]) == expected(x, 5.0)
    slope = 10.0 * x if x > 2.0 else 1.0
    assert float(jax.grad(lambda y: one(y, 5.0)["a"])(x)) == pytest.approx(slope)
    assert float(jax.jacfwd(lambda y: one(y, 5.0)["a"])(x)) == pytest.approx(slope)
    both = jax.vmap(jax.grad(lambda y: one(y, 5.0)["a"]))(jnp.asarray([1.5, 3.0]))
    np.testing.assert_allclose(both, [1.0, 30.0])
