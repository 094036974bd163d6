"""Gradients of a run with respect to inputs, parameters and the state at its start.

`Furnace.advance` loops a number of times that is known only when it runs, and such a loop cannot be differentiated
backwards. `course` is the same run as a scan of fixed length: `jax.grad`, `jax.jvp` and `jax.jacfwd` work through it.

What a gradient means here. Between two events (a dump is charged, a bottom cell is merged, a tap hole opens or closes)
the furnace is smooth, and the gradient is exact. The times of events are whole steps chosen by comparisons, and through
them no gradient flows: it flows through the amounts that fall, merge or run, as if every event kept its time. The
result of a run is thus smooth in pieces with small jumps between them; the gradient is that of the piece, and a finite
difference that is large enough to move an event sees the jump besides. `Events` shows which piece a run was in, and
`same_events` whether two runs may be compared by a difference. The longer the run, the narrower the pieces: for
sensitivities over many hours take differences large against the jumps, or means over many furnaces (`batch`).

Cost. Forwards one direction costs about as much as a run; backwards all inputs and parameters together cost a few
runs, and keep about 0.7 MB a step unless `checkpoint` works the steps out again (for some hours of burden). The program
is large: backwards it compiles for most of a minute. `QUICK_COMPILE` takes a third off that and gives a slower program.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from ironworks.core.errors import CallError
from ironworks.plant.furnace.column import column_geometry
from ironworks.plant.furnace.furnace import LONGEST_STEP, STEP
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.model import advance_state
from ironworks.plant.furnace.outputs import FurnaceOutputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.pool import mean_temperature
from ironworks.plant.furnace.report import report
from ironworks.plant.furnace.state import FurnaceState

QUICK_COMPILE = {"xla_backend_optimization_level": 0}
"""For `jax.jit(..., compiler_options=QUICK_COMPILE)`: a program that is used only a few times."""

Read = Callable[[FurnaceState, FurnaceOutputs], Any]
"""What to keep of a step, any pytree. Ask for little: all of it is differentiated."""


class Events(NamedTuple):
    """When something jumped, for every step (n, ...)."""

    charge_count: Array  # (n,)
    active: Array  # (n, A) cells in use: a merge or a dump changes it
    tap_open: Array  # (n, 4)


def course(
    parameters: FurnaceParameters,
    state: FurnaceState,
    inputs: FurnaceInputs,
    steps: int,
    dt: float = STEP,
    read: Read | None = None,
    checkpoint: bool = False,
) -> tuple[FurnaceState, Any, Events]:
    """(state after `steps` of `dt` seconds with constant inputs, what `read` gives of every step with a leading axis,
    events). Pure and differentiable; inputs are not checked, `Furnace.advance` does that.

    read: without it the temperature of the pool [K] is kept, and the outputs, whose compiling costs as much as the
    step's, are not worked out. checkpoint: keep only the states between steps for the way back, and work the rest out
    again. Raises `CallError` for steps or dt outside the model's range.
    """
    if steps < 1 or not 1.0 <= dt <= LONGEST_STEP:
        raise CallError(f"{steps} steps of {dt} s", "course", f"at least one step of 1 ... {LONGEST_STEP:g} s")

    geometry = column_geometry(parameters)

    def one(now: FurnaceState, _: None) -> tuple[FurnaceState, tuple[Any, Events]]:
        after, flows = advance_state(parameters, geometry, now, inputs, dt)
        kept = mean_temperature(after.hearth)
        if read is not None:
            kept = read(after, report(parameters, geometry, now, after, inputs, flows))
        return after, (kept, Events(after.charge_count, after.active, after.taps.open))

    after, (kept, events) = jax.lax.scan(jax.checkpoint(one) if checkpoint else one, state, None, length=steps)
    return after, kept, jax.lax.stop_gradient(events)


def same_events(a: Events, b: Events) -> bool:
    """Whether two runs had the same events at the same steps, so that the model is smooth between them."""
    return all(bool(jnp.array_equal(x, y)) for x, y in zip(a, b, strict=True))


def sensitivity(
    parameters: FurnaceParameters,
    state: FurnaceState,
    inputs: FurnaceInputs,
    names: tuple[str, ...],
    steps: int,
    dt: float = STEP,
    read: Read | None = None,
) -> Any:
    """Derivatives of what `read` gives of every step by the scalar inputs `names`, forwards: one trailing axis more,
    (n, ..., names). SI units by SI units."""
    unknown = [name for name in names if name not in FurnaceInputs._fields]
    if unknown or not names:
        raise CallError(f"inputs {names}", "sensitivity", "names of FurnaceInputs")

    def run(values: Array) -> Any:
        changed = inputs._replace(**{name: values[i] for i, name in enumerate(names)})
        return course(parameters, state, changed, steps, dt, read)[1]

    return jax.jacfwd(run)(jnp.stack([jnp.asarray(getattr(inputs, name)) for name in names]))


compiled_sensitivity = functools.partial(jax.jit, static_argnames=("names", "steps", "dt", "read"))(sensitivity)
