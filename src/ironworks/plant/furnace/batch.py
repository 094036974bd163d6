"""Many furnaces at once: one compiled program for a batch of parameters, states and inputs.

Every member may have its own parameters, state and inputs; what is given without a batch axis is shared by all. The
members do not touch each other, and each goes as it would alone, but for rounding: the compiler orders sums in another
way.

On a CPU a batch goes in groups of equal size, side by side on the cores that this process may use: a group's arrays
stay in the cores' caches. The groups follow from the size of the batch alone, so that a result does not depend on the
number of cores. While a group's columns leave enough slots empty it goes with fewer of them, which changes nothing but
rounding; where a column grows into the last of these the group is worked out again with all. One program is compiled
for each size of group (1, 2, 4 ... GROUP), and another one where all slots are needed. On other devices the batch goes
as one.
"""

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from ironworks.core.errors import CallError
from ironworks.physics.backend import COMPILER
from ironworks.plant.furnace.furnace import LONGEST_STEP, STEP, _watched_steps
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.outputs import FurnaceOutputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import FurnaceState

GROUP = 32  # furnaces side by side in one program, at most; found by timing 8, 16, 32, 64 and 128
FEWER = 0.8  # of the slots: what a group goes with as long as it suffices; about two thirds are in use
SPARE = 4  # slots of these that must be empty at the start, so that few groups are worked out twice
UNTOUCHED = 2  # slots of these that must stay empty: the highest shows the gas over the burden, one is for a new dump

Tree = TypeVar("Tree", FurnaceParameters, FurnaceState, FurnaceInputs)
Part = tuple[FurnaceParameters, FurnaceState, FurnaceInputs]


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
    whole = (to_arrays(parameters), states, to_arrays(inputs))
    own = (own_parameters, True, own_inputs)
    run = functools.partial(_advance, count=jnp.asarray(count), dt=float(dt), own=own)
    if jax.default_backend() != "cpu" or size == 1:
        return run(whole)[:2]
    groups = _groups(whole, own, size)
    with ThreadPoolExecutor(_cores()) as pool:
        done = list(pool.map(lambda part: jax.block_until_ready(_with_fewer(run, part)), groups))
    return jax.tree.map(lambda *leaves: jnp.concatenate(leaves)[:size], *done)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _groups(whole: Part, own: tuple[bool, ...], size: int) -> list[Part]:
    """The batch in groups of equal size, at least two; the last one is filled up with the last member."""
    group = min(GROUP, 1 << max((size + 1) // 2 - 1, 0).bit_length())

    def part(first: int) -> Part:
        rows = np.minimum(np.arange(first, first + group), size - 1)
        taken: Any = [jax.tree.map(lambda x: x[rows], one) if has else one for one, has in zip(whole, own, strict=True)]
        return tuple(taken)

    return [part(first) for first in range(0, size, group)]


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


def _with_fewer(run: Callable[..., Any], part: Part) -> tuple[FurnaceState, FurnaceOutputs]:
    """`run` of a group with fewer slots where the burden has room in them all the time, else with all."""
    slots = part[1].cells.carbon.shape[-1]
    fewer = 8 * round(FEWER * slots / 8)  # whole registers
    if fewer < slots and np.max(part[1].active) <= fewer - SPARE:
        states, outputs, most = run(part, slots=fewer)
        if np.max(most) <= fewer - UNTOUCHED:
            return states, outputs
    return run(part)[:2]


def _cut(state: FurnaceState, slots: int) -> FurnaceState:
    """The state with the first `slots` slots; the others must be empty."""
    return state._replace(cells=jax.tree.map(lambda field: field[..., :slots], state.cells))


def _filled(state: FurnaceState, outputs: FurnaceOutputs, slots: int) -> tuple[FurnaceState, FurnaceOutputs]:
    """State and outputs with `slots` slots again: empty ones hold nothing, and gas passes through them unchanged."""

    def fill(field: jax.Array) -> jax.Array:
        missing = (*field.shape[:-1], slots - field.shape[-1])
        return jnp.concatenate([field, jnp.broadcast_to(field[..., -1:], missing)], axis=-1)

    profiles = {name: fill(field) for name, field in outputs._asdict().items() if name.startswith("profile_")}
    return state._replace(cells=jax.tree.map(fill, state.cells)), outputs._replace(**profiles)


@functools.partial(jax.jit, static_argnames=("dt", "own", "slots"), compiler_options=COMPILER)
def _advance(
    part: Part, count: jax.Array, dt: float, own: tuple[bool, ...], slots: int | None = None
) -> tuple[FurnaceState, FurnaceOutputs, jax.Array]:
    """A group at once, and the most slots that a member had in use (B,). `own`: which of parameters, states and inputs
    have the leading axis; `slots`: how many to go with, all without it."""

    def one(p: FurnaceParameters, s: FurnaceState, u: FurnaceInputs) -> tuple[FurnaceState, FurnaceOutputs, jax.Array]:
        all_slots = s.cells.carbon.shape[-1]
        state, outputs, most = _watched_steps(p, _cut(s, slots or all_slots), u, count, dt)
        return *_filled(state, outputs, all_slots), most

    return jax.vmap(one, in_axes=tuple(0 if has else None for has in own))(*part)
