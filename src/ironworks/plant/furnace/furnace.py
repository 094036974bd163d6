"""The furnace as others use it: a settled start, steps, runs, snapshots."""

import functools
import io
import zipfile
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ironworks.core.errors import CallError, DataError
from ironworks.physics.backend import COMPILER
from ironworks.plant.furnace.column import column_geometry
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.model import advance_state
from ironworks.plant.furnace.outputs import FurnaceOutputs
from ironworks.plant.furnace.parameters import FurnaceParameters, read_furnace_parameters
from ironworks.plant.furnace.report import report
from ironworks.plant.furnace.start import settling, starting_state
from ironworks.plant.furnace.state import FurnaceState

STEP = 30.0  # s, explicit step of the burden; 10 s moves the hot metal by less than 2 K
LONGEST_STEP = 120.0  # s, longer steps would let slot 0 burn out between merges
LONGEST_CALL = 1e10  # s, three centuries: more (or what is not finite) is no count of steps
SETTLING = 5.0 * 86400.0  # s, after which the start has forgotten the guess
FORMAT = "ironworks-furnace-3"


def step(
    parameters: FurnaceParameters, state: FurnaceState, inputs: FurnaceInputs, dt: float = STEP
) -> tuple[FurnaceState, FurnaceOutputs]:
    """State and outputs dt seconds later. Pure: may be jitted, vmapped, differentiated. Inputs are not checked."""
    geometry = column_geometry(parameters)
    after, flows = advance_state(parameters, geometry, state, inputs, dt)
    return after, report(parameters, geometry, state, after, inputs, flows)


Carried = tuple[FurnaceState, FurnaceOutputs, jax.Array]


def _steps(
    parameters: FurnaceParameters, state: FurnaceState, inputs: FurnaceInputs, count: jax.Array, dt: float
) -> tuple[FurnaceState, FurnaceOutputs]:
    """`count` steps with the same inputs; outputs of the last one only, so that the others cost nothing."""
    after, outputs, _ = _watched_steps(parameters, state, inputs, count, dt)
    return after, outputs


def _watched_steps(
    parameters: FurnaceParameters, state: FurnaceState, inputs: FurnaceInputs, count: jax.Array, dt: float
) -> tuple[FurnaceState, FurnaceOutputs, jax.Array]:
    """`_steps`, and the most slots that an annulus had in use before and after any step ()."""
    geometry = column_geometry(parameters)

    def body(number: jax.Array, carried: Carried) -> Carried:
        before, outputs, most = carried
        after, flows = advance_state(parameters, geometry, before, inputs, dt)
        outputs = jax.lax.cond(
            number == count - 1,
            lambda: report(parameters, geometry, before, after, inputs, flows),
            lambda: outputs,
        )
        return after, outputs, jnp.maximum(most, jnp.max(after.active))

    shapes = jax.eval_shape(lambda: step(parameters, state, inputs, dt)[1])
    nothing = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    return jax.lax.fori_loop(0, count, body, (state, nothing, jnp.max(state.active)))


_compiled_steps = jax.jit(_steps, static_argnames=("dt",), compiler_options=COMPILER)


@functools.partial(jax.jit, static_argnames=("dt", "every"), compiler_options=COMPILER)
def _sequence(
    parameters: FurnaceParameters, state: FurnaceState, sequence: FurnaceInputs, dt: float, every: int
) -> tuple[FurnaceState, FurnaceOutputs]:
    def one(now: FurnaceState, inputs: FurnaceInputs) -> tuple[FurnaceState, FurnaceOutputs]:
        return _steps(parameters, now, inputs, jnp.asarray(every), dt)

    return jax.lax.scan(one, state, sequence)


class Furnace:
    """One furnace: parameters and compiled steps. Holds no state, so that one object serves many runs.

    `dt` is the step of integration in seconds, 1 ... 120.
    """

    def __init__(self, parameters: FurnaceParameters, dt: float = STEP) -> None:
        if not 1.0 <= dt <= LONGEST_STEP:
            raise CallError(f"dt = {dt} s", "Furnace", f"1 ... {LONGEST_STEP} s", "30 or 60 s are good steps")
        arrays: list[Any] = [jnp.asarray(x, dtype=jnp.float64) for x in parameters]
        self.parameters = FurnaceParameters(*arrays)
        self.dt = float(dt)

    @staticmethod
    def of_works(works: Path, dt: float = STEP) -> "Furnace":
        """The furnace of a works folder (its `parameters.toml`)."""
        return Furnace(read_furnace_parameters(works / "parameters.toml"), dt)

    def reference_inputs(self) -> FurnaceInputs:
        """Inputs of the reference operation."""
        return FurnaceInputs.reference(jax.tree.map(np.asarray, self.parameters))

    def settled_state(self, inputs: FurnaceInputs | None = None, seconds: float = SETTLING) -> FurnaceState:
        """State after `seconds` of constant inputs (default: the reference) from the guess; clocks, totals and
        audit start at zero."""
        inputs = self.reference_inputs() if inputs is None else inputs
        check(inputs, self.parameters)
        start, free = starting_state(self.parameters, inputs), settling(self.parameters)
        count = jnp.asarray(self._whole(seconds))
        state, _ = _compiled_steps(free, start, jax.tree.map(jnp.asarray, inputs), count, self.dt)
        cells = state.cells._replace(charged_at=state.cells.charged_at - state.time)
        return state._replace(
            time=jnp.zeros(()), cells=cells, charge_count=jnp.zeros(()),
            audit=jax.tree.map(jnp.zeros_like, state.audit), totals=jax.tree.map(jnp.zeros_like, state.totals),
            taps=state.taps._replace(cast_count=jnp.zeros(())), descent=state.descent._replace(slips=jnp.zeros(())),
        )  # fmt: skip

    def step(self, state: FurnaceState, inputs: FurnaceInputs) -> tuple[FurnaceState, FurnaceOutputs]:
        """One step of `dt`."""
        return self.advance(state, inputs, self.dt)

    def advance(
        self, state: FurnaceState, inputs: FurnaceInputs, seconds: float
    ) -> tuple[FurnaceState, FurnaceOutputs]:
        """State after `seconds` (a whole number of steps) of constant inputs, and the outputs of the last step."""
        check(inputs, self.parameters)
        count = self._whole(seconds)
        inputs = jax.tree.map(jnp.asarray, inputs)
        return _compiled_steps(self.parameters, state, inputs, jnp.asarray(count), self.dt)

    def run(
        self, state: FurnaceState, sequence: FurnaceInputs, every: float | None = None
    ) -> tuple[FurnaceState, FurnaceOutputs]:
        """Run a sequence of inputs: every field with a leading axis of K entries, each held for `every` seconds
        (default one step). Outputs carry the same leading axis: values at the end of each entry."""
        length = np.shape(sequence.blast_volume)[0] if np.ndim(sequence.blast_volume) else 0
        if length == 0:
            raise CallError("the sequence has no leading axis", "Furnace.run", "fields of shape (K, ...)",
                            "use Furnace.advance for constant inputs")  # fmt: skip
        check(sequence, self.parameters, leading=(length,))
        count = self._whole(self.dt if every is None else every)
        return _sequence(self.parameters, state, jax.tree.map(jnp.asarray, sequence), self.dt, count)

    def _whole(self, seconds: float) -> int:
        count = round(seconds / self.dt) if abs(seconds) < LONGEST_CALL else 0
        if count < 1 or abs(count * self.dt - seconds) > 1e-6 * self.dt:
            raise CallError(f"{seconds} s is not a whole number of steps of {self.dt} s", "Furnace",
                            "a positive multiple of dt", "round the time or choose another dt")  # fmt: skip
        return count


def constant_inputs(inputs: FurnaceInputs, count: int) -> FurnaceInputs:
    """A sequence of `count` equal inputs for `Furnace.run`; change its entries with `_replace`."""
    return jax.tree.map(lambda x: np.repeat(np.asarray(x)[None], count, axis=0), inputs)


def snapshot(state: FurnaceState) -> bytes:
    """The state as bytes (npz, no pickle), bit-exact."""
    buffer = io.BytesIO()
    leaves, _ = jax.tree.flatten(state)
    named: dict[str, Any] = {f"leaf_{i:03d}": np.asarray(leaf) for i, leaf in enumerate(leaves)}
    np.savez(buffer, allow_pickle=False, format=np.frombuffer(FORMAT.encode(), dtype=np.uint8), **named)
    return buffer.getvalue()


def restore(data: bytes, like: FurnaceState) -> FurnaceState:
    """The state that `snapshot` gave; `like`: any state of the same model, for the shapes. Raises `DataError`."""
    leaves, tree = jax.tree.flatten(like)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            known = bytes(stored["format"]).decode()
            found = [stored[f"leaf_{i:03d}"] for i in range(len(leaves))]
            extra = len(stored.files) - 1 - len(leaves)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as fault:
        raise DataError(f"not a furnace snapshot ({fault})", "restore", FORMAT, "take a new snapshot") from None
    shapes = [a.shape for a in found]
    if known != FORMAT or extra or shapes != [np.shape(leaf) for leaf in leaves]:
        raise DataError(f"snapshot of another model ({known})", "restore", FORMAT, "take a new snapshot") from None
    return tree.unflatten([jnp.asarray(a) for a in found])
