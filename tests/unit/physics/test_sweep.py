"""The sweep is the plain scan: alone, in batches of any of its arguments, and in both directions of derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.physics.sweep import sweep

ANNULI, CELLS, BATCH = 3, 7, 4


def cell(carry, x):
    taken, given = x
    after = carry - taken * carry + given * jnp.sum(carry, axis=0)
    return after, (after, taken * carry)


def numbers(*shape):
    return jnp.asarray(np.random.default_rng(sum(shape)).uniform(0.1, 0.5, shape))


def by_hand(start, taken, given, reverse=False):
    rows = [None] * CELLS
    for n in reversed(range(CELLS)) if reverse else range(CELLS):
        start, rows[n] = cell(start, (taken[:, n], given[:, n]))
    return start, *(jnp.stack(one, axis=1) for one in zip(*rows, strict=True))


def swept(start, taken, given, reverse=False):
    last, out = sweep(cell, start, (taken, given), reverse=reverse)
    return last, *out


ARGUMENTS = (numbers(ANNULI), numbers(ANNULI, CELLS), numbers(ANNULI, CELLS) / 2.0)


def assert_same(a, b):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12)


@pytest.mark.parametrize("reverse", [False, True])
def test_it_goes_from_cell_to_cell(reverse):
    assert_same(jax.jit(swept, static_argnums=3)(*ARGUMENTS, reverse), by_hand(*ARGUMENTS, reverse))


@pytest.mark.parametrize("batched", [(0, 0, 0), (0, None, None), (None, 0, None), (None, None, 0)])
def test_a_batch_of_any_argument_is_its_members(batched):
    scale = numbers(BATCH)
    given = [x if axis is None else jax.vmap(lambda s, x=x: s * x)(scale) for x, axis in zip(ARGUMENTS, batched)]
    both = jax.jit(jax.vmap(swept, in_axes=batched))(*given)
    for i in range(BATCH):
        one = [x if axis is None else x[i] for x, axis in zip(given, batched, strict=True)]
        assert_same(jax.tree.map(lambda leaf, i=i: leaf[i], both), by_hand(*one))


def test_derivatives_are_those_of_the_plain_loop_also_in_a_batch():
    def total(function, *given):
        return sum(jnp.sum(jnp.sin(x)) for x in function(*given))

    quick, plain = (jax.grad(lambda *x, f=f: total(f, *x), argnums=(0, 1, 2)) for f in (swept, by_hand))
    assert_same(quick(*ARGUMENTS), plain(*ARGUMENTS))
    many = [jnp.stack([x, 0.5 * x]) for x in ARGUMENTS]
    assert_same(jax.vmap(quick)(*many), jax.vmap(plain)(*many))
    assert_same(jax.jvp(swept, ARGUMENTS, ARGUMENTS), jax.jvp(by_hand, ARGUMENTS, ARGUMENTS))
