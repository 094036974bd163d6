"""Rare events whose arithmetic is stepped over while none happens, in a batch too.

`jax.vmap` turns a `cond` into a choice between both branches, worked out for all members in every step.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax import Array
from jax.custom_batching import custom_vmap

Tree = TypeVar("Tree")


def seldom(happens: Array, change: Callable[..., Tree], old: Tree, *given: Any) -> Tree:
    """`change(old, *given)` where the event `happens` () and `old` where it does not; pytrees of the same shapes.

    In a batch `change` is worked out when it happens to any member, and is left out otherwise. It may not close over
    arrays. Derivatives are those of the plain `cond`, in both directions.
    """

    def alone(happens: Array, old: Tree, *given: Any) -> Tree:
        return jax.lax.cond(happens, change, lambda old, *_: old, old, *given)

    @custom_vmap
    def quick(*all_given: Any) -> Tree:
        return alone(*all_given)

    @quick.def_vmap
    def _(size: int, batched: list[Any], happens: Array, old: Tree, *given: Any) -> tuple[Tree, Any]:
        axes = jax.tree.map(lambda has: 0 if has else None, tuple(batched))
        whole = jax.tree.map(lambda x, has: x if has else jnp.broadcast_to(x, (size, *x.shape)), old, batched[1])
        together = jax.vmap(alone, in_axes=(axes[0], 0, *axes[2:]))
        new = jax.lax.cond(jnp.any(happens), together, lambda happens, old, *_: old, happens, whole, *given)
        return new, jax.tree.map(lambda _: True, new)

    @jax.custom_jvp
    def run(*all_given: Any) -> Tree:
        return quick(*all_given)

    @run.defjvp
    def _(primals: Any, tangents: Any) -> Any:
        return jax.jvp(alone, primals, tangents)

    return run(happens, old, *given)
