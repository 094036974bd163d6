"""The settled operation of many furnaces at wanted values: hot metal temperature by coke, the rest by its own knob.

Two phases, both in one compiled program mapped over the furnaces. Steering: a slow controller moves the knobs while
the furnace runs, so that even a poor first guess comes near without freezing. Rounds: knobs held, the furnace settles,
the means of a window are compared with the aims, and the knobs move by a Newton step whose matrix is learnt from round
to round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ironworks.core.errors import CallError
from ironworks.plant.furnace.column import column_geometry
from ironworks.plant.furnace.furnace import STEP
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.model import advance_state
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.report import report
from ironworks.plant.furnace.start import settling, starting_state
from ironworks.plant.furnace.state import FurnaceState

CHUNK = 4  # furnaces in one call, quickest on two cores; short batches are filled up, so that one program serves all
DAY, HOUR = 86400.0, 3600.0
EVERY = 10  # steps between two looks at the outputs
STEERING_STEP = 120.0  # s; steering need not be exact
STEERING, SETTLING, WINDOW = 6.0 * DAY, 2.0 * DAY, 1.0 * DAY
ROUNDS = 6


class Aims(NamedTuple):
    """What the settled furnace should show; NaN leaves the knob where it is. SI, contents as mass fractions."""

    hot_metal_temperature: float  # K, by coke_base
    production: float = float("nan")  # kg/s, by blast and oxygen in proportion; coal is left as it is
    silicon: float = float("nan")  # by silicon_approach
    sulphur: float = float("nan")  # by sulphur_approach
    bed_pressure_drop: float = float("nan")  # Pa, by ore_voidage


# Answer of the errors (rows: K; the others relative) to the knobs (columns), a first guess that the rounds correct.
# More coke warms, slows and enriches; more blast at the same coal leaves less coal a tonne; silicon takes heat.
ANSWER = np.array(
    [
        [3200.0, -800.0, -30.0, 0.0, 0.0],
        [-2.2, 1.0, 0.0, 0.0, 0.0],
        [45.0, -10.0, 1.0, 0.0, 0.0],
        [-25.0, 5.0, -0.1, -0.9, 0.0],
        [-5.0, 1.75, 0.0, 0.0, -2.5],
    ]
)
STEERING_TIME = np.array([18.0, 12.0, 8.0, 8.0, 8.0]) * HOUR  # over which steering removes an error
REACH = np.array([0.5, 1.0, 2.5, 2.5, 0.28])  # how far a knob may go from its start
TOLERANCE = np.array([2.0, 0.01, 0.05, 0.1, 0.03])  # what counts as reached; contents as a laboratory repeats them
PROPORTIONAL = 0.4  # of the coke that an error calls for, given at once
LARGEST_ERROR = np.array([60.0, 0.3, 0.5, 0.5, 0.5])  # more is not believed in one look: casts, first hours
LARGEST_MOVE = np.array([0.02, 0.1, 0.4, 0.4, 0.06])  # of a knob in one round
LEAST_MOVE = 0.1  # of the largest: a smaller move teaches nothing, the casts' ripple hides the answer


class Operation(NamedTuple):
    """Means of a settled window: SI, scalars per furnace."""

    production: Any  # kg/s
    hot_metal_temperature: Any  # K
    hot_metal_silicon: Any
    hot_metal_carbon: Any
    hot_metal_sulphur: Any
    coke_rate: Any  # kg/kg
    coal_rate: Any
    gas_utilisation: Any
    hydrogen_utilisation: Any
    top_gas_temperature: Any  # K
    bed_pressure_drop: Any  # Pa
    pressure_drop: Any  # Pa, hot blast less top
    direct_reduction: Any
    heat_loss: Any  # J/kg hot metal, all zones
    slag_rate: Any  # kg/kg
    slag_basicity: Any
    flame_temperature: Any  # K
    flame_temperature_plant: Any  # K
    tuyere_velocity: Any  # m/s
    residence_time: Any  # s


class Outcome(StrEnum):
    """How a calibration ended."""

    CONVERGED = "converged"
    NOT_CONVERGED = "not converged"
    AT_BOUND = "a knob is at the end of its reach"
    NOT_FINITE = "not finite"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Result for one furnace. Use `parameters` and `inputs` only if `outcome` is CONVERGED.

    parameters: with the calibrated values, the reference operation included. residuals: error by aim, K for the
    temperature and relative for the others, of the aims that were asked for.
    """

    outcome: Outcome
    parameters: FurnaceParameters
    inputs: FurnaceInputs
    state: FurnaceState
    operation: Operation
    residuals: dict[str, float]
    rounds: int

    @property
    def message(self) -> str:
        """The outcome in words."""
        worst = ", ".join(f"{name} {value:+.3g}" for name, value in self.residuals.items())
        return f"{self.outcome} after {self.rounds} rounds; errors: {worst}"


def calibrate(
    parameters: Sequence[FurnaceParameters], aims: Sequence[Aims], rounds: int | None = None, dt: float = STEP
) -> list[Calibration]:
    """The settled operation of every furnace at its aims, starting from its reference operation.

    The knobs' values are written into the result's parameters: `reference_coke_base`, and where they are asked for
    `reference_blast_volume` with `reference_oxygen_flow`, `silicon_approach`, `sulphur_approach`, `ore_voidage`.
    About six seconds a furnace on one core in full chunks. Never raises for numerical trouble: read `outcome`. Raises
    CallError for bad inputs.
    """
    if len(parameters) != len(aims):
        raise CallError(f"{len(parameters)} furnaces, {len(aims)} aims", "calibrate", "one Aims a furnace")
    found: list[Calibration] = []
    rounds = ROUNDS if rounds is None else rounds
    for first in range(0, len(parameters), CHUNK):
        part, wanted = list(parameters[first : first + CHUNK]), list(aims[first : first + CHUNK])
        missing = CHUNK - len(part)
        found += _chunk(part + part[:1] * missing, wanted + wanted[:1] * missing, rounds, dt)[: len(part)]
    return found


def settled_operations(parameters: Sequence[FurnaceParameters], dt: float = STEP) -> list[Operation]:
    """The settled operation of every furnace at its reference inputs, nothing calibrated."""
    looks, window = round(STEERING / dt / EVERY), round(WINDOW / dt / EVERY)
    found: list[Operation] = []
    for first in range(0, len(parameters), CHUNK):
        part = list(parameters[first : first + CHUNK])
        p, u, state, _ = _prepare(part + part[:1] * (CHUNK - len(part)))
        off = np.full((CHUNK, len(Aims._fields)), np.nan)
        still = np.zeros_like(off)
        state, _, _ = _run(settling(p), u, state, still, off, looks - window, window, dt, 0.0)
        _, _, means = _run(p, u, state, still, off, window, window, dt, 0.0)
        every = _per_tonne(Operation(*np.asarray(means).T))
        found += [_pick(every, i) for i in range(len(part))]
    return found


def _prepare(parameters: list[FurnaceParameters]) -> tuple[Any, Any, Any, list[FurnaceInputs]]:
    """Stacked parameters, inputs and starting states, and the inputs one by one."""
    inputs = [FurnaceInputs.reference(jax.tree.map(np.asarray, p)) for p in parameters]
    for one, given in zip(parameters, inputs, strict=True):
        check(given, one)
    state = _stack([starting_state(_arrays(one), given) for one, given in zip(parameters, inputs, strict=True)])
    return _stack([_arrays(one) for one in parameters]), _stack(inputs), state, inputs


def _chunk(parameters: list[FurnaceParameters], aims: list[Aims], rounds: int, dt: float) -> list[Calibration]:
    p, u, state, inputs = _prepare(parameters)
    goal = np.array([list(one) for one in aims], dtype=np.float64)
    asked = np.isfinite(goal)
    knobs = np.zeros_like(goal)
    count = round(STEERING / STEERING_STEP / EVERY)
    state, knobs, _ = _run(settling(p), u, state, knobs, goal, count, count, STEERING_STEP, 1.0)
    knobs = np.asarray(knobs)
    answers = [_asked_answer(one) for one in asked]
    before: tuple[np.ndarray, np.ndarray] | None = None
    done, used = np.zeros(len(aims), dtype=bool), np.zeros(len(aims), dtype=int)
    settle, window = round(SETTLING / dt / EVERY), round(WINDOW / dt / EVERY)
    kept: list[Any] = [None] * len(aims)
    for number in range(1, rounds + 1):
        state, _, means = _run(p, u, state, knobs, goal, settle + window, window, dt, 0.0)
        operation = _per_tonne(Operation(*np.asarray(means).T))
        error = np.where(asked, _errors(operation, goal, np), 0.0)
        reached = np.all(np.abs(error) <= TOLERANCE, axis=1)
        last = number == rounds
        for i in range(len(aims)):
            if not done[i]:
                kept[i], used[i] = (knobs[i].copy(), _pick(state, i), _pick(operation, i), error[i].copy()), number
        done |= reached
        if last or done.all():
            break
        if before is not None:
            answers = [_learn(*one) for one in zip(answers, knobs - before[0], error - before[1], strict=True)]
        before = (knobs.copy(), error.copy())
        steps = [np.linalg.solve(j, -np.nan_to_num(e)) for j, e in zip(answers, error, strict=True)]
        move = np.clip(np.stack(steps), -LARGEST_MOVE, LARGEST_MOVE)
        knobs = np.where(done[:, None], knobs, np.clip(knobs + move, -REACH, REACH))
    return [_result(parameters[i], inputs[i], asked[i], *kept[i], rounds=int(used[i])) for i in range(len(aims))]


def _asked_answer(asked: np.ndarray) -> np.ndarray:
    """The first guess with the knobs left alone taken out."""
    both = asked[:, None] & asked[None, :]
    return np.where(both, ANSWER, np.eye(len(asked)))


def _learn(answer: np.ndarray, moved: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Broyden's update of the answer, in units of the largest move and of the tolerance."""
    step = moved / LARGEST_MOVE
    if not (np.all(np.isfinite(change)) and np.linalg.norm(step) > LEAST_MOVE):
        return answer
    scaled = answer * LARGEST_MOVE / TOLERANCE[:, None]
    scaled = scaled + np.outer(change / TOLERANCE - scaled @ step, step) / (step @ step)
    learnt = scaled * TOLERANCE[:, None] / LARGEST_MOVE
    ratio = np.linalg.det(learnt) / np.linalg.det(answer)
    return learnt if 0.3 < ratio < 3.0 else answer  # a turned sign or a nearly singular answer is noise


def _result(
    p: FurnaceParameters, u: FurnaceInputs, asked: np.ndarray, knobs: np.ndarray, state: FurnaceState,
    operation: Operation, error: np.ndarray, rounds: int,
) -> Calibration:  # fmt: skip
    turned, given = apply(p, u, knobs)
    changed = {
        f"reference_{name}": float(getattr(given, name)) for name in ("coke_base", "blast_volume", "oxygen_flow")
    }
    changed |= {name: float(getattr(turned, name)) for name in ("silicon_approach", "sulphur_approach", "ore_voidage")}
    if not (np.all(np.isfinite(list(operation))) and np.all(np.isfinite(error))):
        outcome = Outcome.NOT_FINITE
    elif np.all(np.abs(error) <= TOLERANCE):
        outcome = Outcome.CONVERGED
    else:
        outcome = Outcome.AT_BOUND if np.any(np.abs(knobs) >= REACH) else Outcome.NOT_CONVERGED
    residuals = {name: float(e) for name, e, one in zip(Aims._fields, error, asked, strict=True) if one}
    given = jax.tree.map(np.asarray, given)
    return Calibration(outcome, p._replace(**changed), given, state, operation, residuals, rounds)


def apply(p: FurnaceParameters, u: FurnaceInputs, knobs: Any) -> tuple[FurnaceParameters, FurnaceInputs]:
    """Parameters and inputs with the knobs turned: (5,) logarithms of factors, in the order of `Aims`."""
    coke, blast, silicon, sulphur, voidage = (jnp.exp(x) for x in knobs)
    turned = p._replace(
        silicon_approach=p.silicon_approach * silicon,
        sulphur_approach=p.sulphur_approach * sulphur,
        ore_voidage=p.ore_voidage * voidage,
    )
    return turned, u._replace(
        coke_base=u.coke_base * coke,
        blast_volume=u.blast_volume * blast,
        oxygen_flow=u.oxygen_flow * blast,
    )


def _errors(now: Operation, goal: Any, xp: Any) -> Any:
    """(..., 5) departure from the aims: K for the temperature, logarithms of ratios for the others."""
    values = (now.production, now.hot_metal_silicon, now.hot_metal_sulphur, now.bed_pressure_drop)
    ratios = [xp.log(xp.maximum(value, 1e-9) / goal[..., i + 1]) for i, value in enumerate(values)]
    return xp.stack([now.hot_metal_temperature - goal[..., 0], *ratios], axis=-1)


@jax.jit
def _run(
    p: FurnaceParameters, u: FurnaceInputs, state: FurnaceState, knobs: Any, goal: Any, looks: Any, window: Any,
    dt: Any, steering: Any,
) -> tuple[FurnaceState, Array, Array]:  # fmt: skip
    """`looks` times EVERY steps of all furnaces; (state, knobs, means over the last `window` looks)."""
    alone = jax.vmap(_run_one, in_axes=(0, 0, 0, 0, 0, None, None, None, None))
    return alone(p, u, state, knobs, goal, looks, window, dt, steering)


def _run_one(
    p: FurnaceParameters, u: FurnaceInputs, state: FurnaceState, knobs: Array, goal: Array, looks: Array,
    window: Array, dt: Any, steering: Array,
) -> tuple[FurnaceState, Array, Array]:  # fmt: skip
    def look(index: Any, carry: tuple[FurnaceState, Array, Array, Array]) -> tuple[FurnaceState, Array, Array, Array]:
        now, turned, last, sums = carry
        parameters, inputs = apply(p, u, turned)
        geometry = column_geometry(parameters)
        before = jax.lax.fori_loop(
            0, EVERY - 1, lambda _, s: advance_state(parameters, geometry, s, inputs, dt)[0], now
        )
        after, flows = advance_state(parameters, geometry, before, inputs, dt)
        seen = _operation(report(parameters, geometry, before, after, inputs, flows))
        error = jnp.where(jnp.isfinite(goal), _errors(seen, goal, jnp), 0.0)
        turned = turned + steering * _steer(error, last, jnp.isfinite(goal), EVERY * dt)
        counts = index >= looks - window
        return after, jnp.clip(turned, -REACH, REACH), error, sums + counts * jnp.stack(list(seen))

    zeros = jnp.zeros(len(Operation._fields))
    state, knobs, _, sums = jax.lax.fori_loop(0, looks, look, (state, knobs, jnp.zeros_like(goal), zeros))
    return state, knobs, sums / window


def _steer(error: Array, last: Array, wanted: Array, seconds: Array) -> Array:
    """Change of the knobs in one look: integral action on all, proportional too on coke, whose answer is late."""
    both = wanted[:, None] & wanted[None, :]
    inverse = jnp.linalg.inv(jnp.where(both, ANSWER, jnp.eye(len(ANSWER))))
    limited = jnp.clip(error, -LARGEST_ERROR, LARGEST_ERROR)
    before = jnp.clip(last, -LARGEST_ERROR, LARGEST_ERROR)
    change = -(inverse @ limited) * seconds / STEERING_TIME
    return change.at[0].add(-PROPORTIONAL * (limited[0] - before[0]) / ANSWER[0, 0])


def _operation(o: Any) -> Operation:
    """The outputs that make up an operation; heat loss and slag still per second."""
    return Operation(
        production=o.production_rate, hot_metal_temperature=o.hot_metal_temperature,
        hot_metal_silicon=o.hot_metal_silicon, hot_metal_carbon=o.hot_metal_carbon,
        hot_metal_sulphur=o.hot_metal_sulphur, coke_rate=o.coke_rate, coal_rate=o.coal_rate,
        gas_utilisation=o.gas_utilisation, hydrogen_utilisation=o.hydrogen_utilisation,
        top_gas_temperature=o.top_gas_temperature, bed_pressure_drop=o.bed_pressure_drop,
        pressure_drop=o.pressure_drop, direct_reduction=o.direct_reduction,
        heat_loss=jnp.sum(o.heat_loss), slag_rate=o.slag_rate, slag_basicity=o.slag_basicity,
        flame_temperature=o.flame_temperature, flame_temperature_plant=o.flame_temperature_plant,
        tuyere_velocity=o.tuyere_velocity, residence_time=o.residence_time,
    )  # fmt: skip


def _per_tonne(now: Operation) -> Operation:
    return now._replace(heat_loss=now.heat_loss / now.production, slag_rate=now.slag_rate / now.production)


def _arrays(p: FurnaceParameters) -> FurnaceParameters:
    fields: list[Any] = [jnp.asarray(field, dtype=jnp.float64) for field in p]
    return FurnaceParameters(*fields)


def _stack(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(x, dtype=jnp.float64) for x in leaves]), *trees)


def _pick(tree: Any, index: int) -> Any:
    return jax.tree.map(lambda leaf: np.asarray(leaf)[index], tree)
