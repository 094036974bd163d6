"""The test bench: several furnaces side by side in one compiled program, all from one settled state.

A run takes `LANES` furnaces with inputs of their own and returns, for every interval, the mean of each output over the
interval's steps. All families share the program (one for a furnace alone, one for LANES side by side): the step length
and the number of steps are arguments, not constants.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError
from ironworks.core.works import Works
from ironworks.physics.backend import COMPILER
from ironworks.plant.furnace.furnace import SETTLING, Furnace, step
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.start import SLOTS, settling, starting_state
from ironworks.plant.furnace.state import FurnaceState

LANES = 8  # furnaces side by side in the second program; 8 hold every family, and two shapes mean two compilations
INTERVAL = 600.0  # s, mean over it; the sampling of the plant records that the targets come from
SEED = 7  # of the month with the operator
SETTLING_TIMES = 2.0  # times the furnace's own settling, so that no drift is left in a difference
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """Results of a run: `mean` outputs by name with axes (interval, lane, ...), time [s] at the intervals' ends,
    the states at the end (leading axis lane), and outputs at the end of each interval kept on request."""

    time: NDArray[np.floating]
    mean: dict[str, NDArray[np.float64]]
    states: FurnaceState
    last: list[Any]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Means of one output, (interval, lane, ...)."""
        return self.mean[name]

    def then(self, other: "Course") -> "Course":
        """This course followed by another that began where it ended."""
        mean = {name: np.concatenate([values, other.mean[name]]) for name, values in self.mean.items()}
        return Course(
            np.concatenate([self.time, self.time[-1] + other.time]), mean, other.states, self.last + other.last
        )


@functools.partial(jax.jit, compiler_options=COMPILER)
def _interval(
    parameters: FurnaceParameters, states: FurnaceState, inputs: FurnaceInputs, dt: jax.Array, count: jax.Array
) -> tuple[FurnaceState, Any, Any]:
    """(states, outputs of the last step, mean outputs) after `count` steps of dt, all with a leading axis of lanes."""

    def one(state: FurnaceState, given: FurnaceInputs) -> tuple[FurnaceState, Any]:
        return step(parameters, state, given, dt)  # pyright: ignore[reportArgumentType]

    every = jax.vmap(one)
    shapes = jax.eval_shape(every, states, inputs)[1]
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

    def body(_: jax.Array, carry: tuple[FurnaceState, Any, Any]) -> tuple[FurnaceState, Any, Any]:
        now, _, total = carry
        after, outputs = every(now, inputs)
        return after, outputs, jax.tree.map(jnp.add, total, outputs)

    after, outputs, total = jax.lax.fori_loop(0, count, body, (states, zeros, zeros))
    return after, outputs, jax.tree.map(lambda x: x / count, total)


class Bench:
    """The furnace of a works on the bench. Nothing runs before it is asked for."""

    def __init__(self, works: Works, say: Say = lambda text: None, seed: int = SEED) -> None:
        self.works, self.say, self.seed = works, say, seed
        self.furnace = Furnace.of_works(works.folder)
        self.inputs = self.furnace.reference_inputs()

    @cached_property
    def settled(self) -> FurnaceState:
        """One state at the reference, settled, with clocks, totals and audit at zero (no leading axis)."""
        self.say("settling the furnace at its reference")
        return self.settle(self.inputs)

    def settle(self, inputs: FurnaceInputs, slots: int = SLOTS) -> FurnaceState:
        """A settled state at constant inputs, from the first guess; `slots` for burdens of many cells."""
        start = starting_state(self.furnace.parameters, inputs, slots)
        seconds = SETTLING * SETTLING_TIMES
        free = settling(self.furnace.parameters)
        state = lane(self.run([inputs], seconds, every=seconds, start=start, parameters=free).states, 0)
        cells = state.cells._replace(charged_at=state.cells.charged_at - state.time)
        zero = jnp.zeros(())
        return state._replace(
            time=zero, cells=cells, charge_count=zero, audit=jax.tree.map(jnp.zeros_like, state.audit),
            totals=jax.tree.map(jnp.zeros_like, state.totals), taps=state.taps._replace(cast_count=zero),
        )  # fmt: skip

    def run(
        self,
        lanes: Sequence[FurnaceInputs],
        seconds: float,
        *,
        start: FurnaceState | None = None,
        every: float = INTERVAL,
        dt: float | None = None,
        keep: bool = False,
        parameters: FurnaceParameters | None = None,
    ) -> Course:
        """Run up to LANES furnaces for `seconds` with constant inputs.

        start: the settled state if None; one state for all, or states with a leading axis as a course left them.
        every: s, the length of an interval. dt: s, the furnace's step if None. keep: outputs at the intervals' ends.
        parameters: the furnace's own if None.
        """
        if not 1 <= len(lanes) <= LANES:
            raise CallError(f"{len(lanes)} furnaces", "Bench.run", f"1 to {LANES}")
        for one in lanes:
            check(one, self.furnace.parameters)
        width = 1 if len(lanes) == 1 else LANES
        states = spread(self.settled if start is None else start, width)
        filled = [*lanes, *[lanes[0]] * (width - len(lanes))]
        inputs = jax.tree.map(lambda *x: jnp.stack([jnp.asarray(v, dtype=jnp.float64) for v in x]), *filled)
        dt = self.furnace.dt if dt is None else dt
        count = round(every / dt)
        own = self.furnace.parameters if parameters is None else parameters
        rows, last = [], []
        for _ in range(round(seconds / every)):
            states, outputs, mean = _interval(own, states, inputs, jnp.asarray(dt), jnp.asarray(count))
            rows.append({name: np.asarray(x)[: len(lanes)] for name, x in mean._asdict().items() if _kept(name)})
            if keep:
                last.append(jax.tree.map(np.asarray, outputs))
        means = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        return Course(every * np.arange(1.0, len(rows) + 1.0), means, states, last)


def spread(state: FurnaceState, width: int) -> FurnaceState:
    """The state with a leading axis of `width`; states that have it already pass through."""
    if np.ndim(state.time) == 1:
        return state
    return jax.tree.map(lambda x: jnp.repeat(jnp.asarray(x)[None], width, axis=0), state)


def _kept(name: str) -> bool:
    """Profiles follow cells that sink, so that their mean over time at a slot means nothing."""
    return not name.startswith("profile_")


def lane(states: FurnaceState, index: int) -> FurnaceState:
    """One furnace of states with a leading axis."""
    return jax.tree.map(lambda x: x[index], states)
