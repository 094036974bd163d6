"""Loops from cell to cell that stay quick for one furnace and for a batch.

A march through the cells has a small body and many turns. Three things make it slow on a CPU, and are mended here:
each turn would start some thirty kernels, which for one furnace costs more than their arithmetic; `jax.vmap` would put
the batch first, so that the innermost loop runs over three annuli instead of the batch; and what feeds the march would
be worked out in the order in which the march reads it, element by element.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jax.experimental.xla_metadata import set_xla_metadata

Cell = Callable[[Any, Any], tuple[Any, Any]]
# Names of XLA's own: its CPU compiler turns a call marked so, loops included, into one kernel. Where they mean nothing
# the program is the same and only slower.
ONE_KERNEL = {"xla_cpu_small_call": "true", "inlineable": "false"}


def sweep(cell: Cell, start: Any, cells: Any, *, reverse: bool = False) -> tuple[Any, Any]:
    """`jax.lax.scan(cell, start, cells)` from the tuyeres up, or down with `reverse`; for small bodies.

    start: a pytree of (A,). cells: a pytree of (A, N), as is what comes out; the scan goes along N. `cell` must take
    arrays with one more axis at their end, the batch, and may not close over arrays. Under `jax.vmap` the batch is
    that last axis; derivatives are those of the plain scan, in both directions.
    """

    def plain(start: Any, cells: Any) -> tuple[Any, Any]:
        first = jax.tree.map(lambda x: jnp.moveaxis(x, 1, 0), cells)
        last, out = jax.lax.scan(cell, start, first, reverse=reverse)
        return last, jax.tree.map(lambda x: jnp.moveaxis(x, 0, 1), out)

    @custom_vmap
    def quick(start: Any, cells: Any) -> tuple[Any, Any]:
        return _one_kernel(plain, start, cells)

    @quick.def_vmap
    def _(size: int, batched: list[Any], *given: Any) -> tuple[Any, Any]:
        def turned(*given: Any) -> tuple[Any, Any]:
            def last(x: jax.Array, has_batch: bool) -> jax.Array:
                return jnp.moveaxis(x, 0, -1) if has_batch else jnp.broadcast_to(x[..., None], (*x.shape, size))

            out = plain(*jax.tree.map(last, given, tuple(batched)))
            return jax.tree.map(lambda x: jnp.moveaxis(x, -1, 0), out)

        # The turning lies within the kernel: outside it would be worked into whatever feeds the sweep.
        out = _one_kernel(turned, *given)
        return out, jax.tree.map(lambda _: True, out)

    @jax.custom_jvp
    def march(start: Any, cells: Any) -> tuple[Any, Any]:
        return quick(start, cells)

    @march.defjvp
    def _(primals: Any, tangents: Any) -> Any:
        return jax.jvp(plain, primals, tangents)

    return march(start, cells)


def _one_kernel(function: Callable[..., Any], *given: Any) -> Any:
    if jax.default_backend() != "cpu":
        return function(*given)
    return jax.tree.map(lambda x: set_xla_metadata(x, **ONE_KERNEL), jax.jit(function)(*given))
