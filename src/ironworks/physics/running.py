"""Running sums along the last axis, written as a product with a triangle of ones.

XLA's own cumulative sum is a windowed reduction on a CPU: it recomputes whatever feeds it once per window, which
makes a step of the furnace a hundred times slower. A matrix product is computed once.
"""

import jax.numpy as jnp
from jax import Array


def sum_from_start(x: Array) -> Array:
    """y[..., i] = x[..., 0] + ... + x[..., i]."""
    n = x.shape[-1]
    return x @ jnp.triu(jnp.ones((n, n), dtype=x.dtype))


def sum_to_end(x: Array) -> Array:
    """y[..., i] = x[..., i] + ... + x[..., n-1]."""
    n = x.shape[-1]
    return x @ jnp.tril(jnp.ones((n, n), dtype=x.dtype))
