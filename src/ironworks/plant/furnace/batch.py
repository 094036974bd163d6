"""Many furnaces at once: one compiled program for a batch of parameters, states and inputs.

Every member may have its own parameters, state and inputs; what is given without a batch axis is shared by all. The
members do not touch each other, and each goes as it would alone, but for rounding: the compiler orders sums in another
way. One program is compiled for each size of batch.
"""

import functools
from collections.abc import Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from ironworks.core.errors import CallError
from ironworks.plant.furnace.furnace import LONGEST_STEP, STEP, _steps
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.outputs import FurnaceOutputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import FurnaceState

Tree = TypeVar("Tree", FurnaceParameters, FurnaceState, FurnaceInputs)


def stack(members: Sequence[Tree]) -> Tree:
    """Members as one batch: every leaf with a leading axis (B, ...)."""
    if not members:
        raise CallError("no members", "stack", "at least one")
    return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(x, dtype=jnp.float64) for x in leaves]), *members)


def member(batch: Tree, number: int) -> Tree:
    """One member of a batch."""
    return jax.tree.map(lambda leaf: leaf[number], batch)


def repeat(one: Tree, size: int) -> Tree:
    """`size` equal members."""
    return jax.tree.map(lambda x: jnp.repeat(jnp.asarray(x, dtype=jnp.float64)[None], size, axis=0), one)


def advance_batch(
    parameters: FurnaceParameters, states: FurnaceState, inputs: FurnaceInputs, seconds: float, dt: float = STEP
) -> tuple[FurnaceState, FurnaceOutputs]:
    """States and outputs (B, ...) after `seconds` of constant inputs.

    states: a batch. parameters and inputs: a batch, or one for all. Raises `CallError` for sizes that differ, inputs
    that the model cannot take (with the member's number), or a time that is not a whole number of steps.
    """
    size = int(np.size(states.time)) if np.ndim(states.time) == 1 else 0
    own_parameters, own_inputs = np.ndim(parameters.hearth_diameter) == 1, np.ndim(inputs.blast_volume) == 1
    sizes = {size}
    sizes |= {int(np.size(parameters.hearth_diameter))} if own_parameters else set()
    sizes |= {int(np.size(inputs.blast_volume))} if own_inputs else set()
    if size == 0 or len(sizes) > 1:
        raise CallError(f"batches of {sorted(sizes)} members", "advance_batch", "states (B, ...), the same B for all")
    _check(parameters, inputs, own_parameters, own_inputs, size)
    count = round(seconds / dt)
    if not 1.0 <= dt <= LONGEST_STEP or count < 1 or abs(count * dt - seconds) > 1e-6 * dt:
        raise CallError(f"{seconds} s in steps of {dt} s", "advance_batch", "a whole number of steps of 1 ... 120 s")
    to_arrays = functools.partial(jax.tree.map, lambda x: jnp.asarray(x, dtype=jnp.float64))
    return _advance(
        to_arrays(parameters), states, to_arrays(inputs), jnp.asarray(count), float(dt), own_parameters, own_inputs
    )


def _check(
    parameters: FurnaceParameters, inputs: FurnaceInputs, own_parameters: bool, own_inputs: bool, size: int
) -> None:
    if not own_parameters:
        check(inputs, parameters, leading=(size,) if own_inputs else ())
        return
    numbers: Any = jax.tree.map(np.asarray, (parameters, inputs))
    for i in range(size):
        one = FurnaceParameters(*(x[i] for x in numbers[0]))
        try:
            check(FurnaceInputs(*(x[i] if own_inputs else x for x in numbers[1])), one)
        except CallError as error:
            raise CallError(error.what, f"member {i}", error.expected, error.remedy) from None


@functools.partial(jax.jit, static_argnames=("dt", "own_parameters", "own_inputs"))
def _advance(
    parameters: FurnaceParameters, states: FurnaceState, inputs: FurnaceInputs, count: jax.Array, dt: float,
    own_parameters: bool, own_inputs: bool,
) -> tuple[FurnaceState, FurnaceOutputs]:  # fmt: skip
    axes = (0 if own_parameters else None, 0, 0 if own_inputs else None)

    def one(p: FurnaceParameters, s: FurnaceState, u: FurnaceInputs) -> tuple[FurnaceState, FurnaceOutputs]:
        return _steps(p, s, u, count, dt)

    return jax.vmap(one, in_axes=axes)(parameters, states, inputs)
