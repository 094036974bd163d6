"""What the targets of the settled furnace and of its steps owe to each parameter, and what to move next.

    python -m benchmarks.furnace_tuning                                         the works demo as it is
    python -m benchmarks.furnace_tuning --set gas_bypass_share=0.2              with numbers of one's own
    python -m benchmarks.furnace_tuning --move gas_bypass_share=0.01 --move coke_base=150       and differences
    python -m benchmarks.furnace_tuning --propose     differences of all of STEPS; then the smallest moves that bring
                                                      every row into its band if the furnace were linear

All variants run side by side as one batch: five days to settle, then the 72 hours of the steps of V22. Rows are read by
the functions of `ironworks verify`, but V28, which follows from the responses linearly (its Newton's trials take three
times as long). A row moves by a few per cent with the moment of charging and tapping at which a step falls, so what is
found here has to be confirmed by `ironworks verify`. One furnace takes about a minute, the 19 of --propose take four,
of which compiling is half a minute (2 cores).
"""

import argparse
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import linprog

from ironworks.core.works import find_works
from ironworks.physics.backend import COMPILER
from ironworks.plant.furnace.batch import member, stack
from ironworks.plant.furnace.furnace import STEP, Furnace, step
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.start import settling, starting_state
from ironworks.plant.validation import steady, steps
from ironworks.plant.validation.bench import INTERVAL, Course
from ironworks.plant.validation.readings import HOUR
from ironworks.plant.validation.target import Result, judge

DAY = 86400.0
SETTLE = 5.0 * DAY
GROUP = 16  # furnaces in one program
MOST_STEPS = 2.0  # of STEPS that --propose moves a parameter by: slopes hold near by only
MARGIN = 0.02  # of a band's width that --propose keeps from its edges
MOVING = 0.01  # cost of a move by one of STEPS against that of a row out by its whole band
# Parameter: how far it is moved for its slopes. `centre`: weight of the ore there, the rest evenly.
STEPS = {
    "coke_base": 150.0,
    "gas_bypass_share": 0.015,
    "reduction_factor[0]": -0.4,
    "reduction_factor[1]": 0.5,
    "reduction_factor[2]": 1.0,
    "gasification_rate": 0.008,
    "char_gasification_rate": 0.1,
    "softening_closure": -0.1,
    "shift_onset": 12.0,
    "heat_transfer_ore": 250.0,
    "heat_transfer_coke": 400.0,
    "heat_transfer_liquid": 80.0,
    "melting_time": 100.0,
    "melting_temperature": 8.0,
    "tuyere_heat_transfer": 700.0,
    "wall_refractory_resistance[4]": 0.004,
    "ore_voidage": 0.003,
    "ore_lime": -0.0005,
    "centre": 0.06,
}


def value_of(p: FurnaceParameters, name: str) -> float:
    """The number that `name` stands for in `variant`."""
    field, index = _field(name)
    return float(np.asarray(getattr(p, field))[index])


def variant(base: FurnaceParameters, changes: dict[str, float]) -> FurnaceParameters:
    """Parameters with some numbers set. Names as in the file, `[i]` for one of a vector; `coke_base` and `ore_lime` are
    those of the reference operation. ValueError for a name that there is not."""
    for name, value in changes.items():
        field, index = _field(name)
        if field not in base._fields:
            raise ValueError(f"no parameter '{name}'; names are those of [furnace.*] in parameters.toml")
        numbers = np.array(getattr(base, field), dtype=float)
        numbers[index] = value
        if name == "centre":
            areas = np.asarray(base.annulus_area_share)
            numbers[1:] = (1.0 - areas[0] * value) / (1.0 - areas[0])
        base = base._replace(**{field: jnp.asarray(numbers)})
    return base


def _field(name: str) -> tuple[str, Any]:
    if name == "centre":
        return "reference_burden_pattern_ore", 0
    base, _, index = name.rstrip("]").partition("[")
    known = f"reference_{base}" if f"reference_{base}" in FurnaceParameters._fields else base
    return known, int(index) if index else ()


@jax.jit
def _zeros(parameters: FurnaceParameters, states: Any, inputs: FurnaceInputs) -> Any:
    shapes = jax.eval_shape(jax.vmap(lambda p, s, u: step(p, s, u)[1]), parameters, states, inputs)
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)


def _interval(parameters: FurnaceParameters, states: Any, inputs: FurnaceInputs, count: jax.Array) -> Any:
    """(states, last outputs, means) of furnaces with parameters of their own after `count` steps."""
    every = jax.vmap(lambda p, s, u: step(p, s, u))
    zeros = _zeros(parameters, states, inputs)

    def body(_: jax.Array, carry: Any) -> Any:
        now, _, total = carry
        after, outputs = every(parameters, now, inputs)
        return after, outputs, jax.tree.map(jnp.add, total, outputs)

    after, outputs, total = jax.lax.fori_loop(0, count, body, (states, zeros, zeros))
    return after, outputs, jax.tree.map(lambda x: x / count, total)


_compiled = jax.jit(_interval, compiler_options=COMPILER)


def run(parameters: Sequence[FurnaceParameters], states: Sequence[Any], inputs: Sequence[FurnaceInputs],
        seconds: float, every: float = INTERVAL, keep: Collection[int] = ()) -> list[Course]:  # fmt: skip
    """One course a furnace, in groups of GROUP side by side on the cores; profiles of those in `keep`."""
    size = len(parameters)
    groups = [[min(i, size - 1) for i in range(first, first + GROUP)] for first in range(0, size, GROUP)]

    def together(members: list[int]) -> list[Course]:
        p, s, u = (stack([x[i] for i in members]) for x in (parameters, states, inputs))
        means: list[dict[str, Any]] = []
        last: list[list[Any]] = [[] for _ in members]
        for _ in range(round(seconds / every)):
            s, outputs, mean = _compiled(p, s, u, jnp.asarray(round(every / STEP)))
            means.append({name: np.asarray(x) for name, x in mean._asdict().items() if not name.startswith("profile_")})
            for j, i in enumerate(members):
                if i in keep:
                    last[j].append(jax.tree.map(lambda x, j=j: np.asarray(x[j : j + 1]), outputs))
        time = every * np.arange(1.0, len(means) + 1.0)
        whole = {name: np.stack([row[name] for row in means]) for name in means[0]}
        return [
            Course(time, {name: x[:, j : j + 1] for name, x in whole.items()}, member(s, j), last[j])
            for j in range(len(members))
        ]

    with ThreadPoolExecutor(2) as pool:
        return [one for part in pool.map(together, groups) for one in part][:size]


def measure(variants: Sequence[FurnaceParameters]) -> list[list[Result]]:
    """Rows V10-V22 (without V18b) and, linearly, V28a and c of every variant."""
    references = [FurnaceInputs.reference(jax.tree.map(np.asarray, p)) for p in variants]
    starts = [starting_state(p, u) for p, u in zip(variants, references, strict=True)]
    settled = [c.states for c in run([settling(p) for p in variants], starts, references, SETTLE, every=SETTLE)]
    phases = [_lanes(u) for u in references]
    names = ["untouched", *steps.step_inputs(references[0]), "stop", "no_coal"]
    wide = [p for p in variants for _ in names]
    states, courses = [s for s in settled for _ in names], []
    calm = set(range(0, len(wide), len(names)))
    for phase, seconds in enumerate((steps.STOP, steps.WITHOUT_COAL - steps.STOP, steps.LENGTH - steps.WITHOUT_COAL)):
        done = run(wide, states, [u for one in phases for u in one[phase]], seconds, keep=calm)
        states = [c.states for c in done]
        courses = [a.then(b) for a, b in zip(courses, done, strict=True)] if courses else done
    rows = []
    for i, dip in enumerate(_dips(variants, settled, references)):
        mine = courses[i * len(names) : (i + 1) * len(names)]
        mean = {name: np.concatenate([c[name] for c in mine], axis=1) for name in mine[0].mean}
        found = steps.Steps(Course(mine[0].time, mean, mine[0].states, []), {n: j for j, n in enumerate(names)}, dip)
        count = round(steady.LENGTH / INTERVAL)
        first = {name: x[:count] for name, x in mine[0].mean.items()}
        reference = Course(mine[0].time[:count], first, mine[0].states, mine[0].last[:count])
        rows.append([*steady.read_steady(reference), *steps.read_steps(found), *_equivalents(found)])
    return rows


def _lanes(u: FurnaceInputs) -> tuple[list[FurnaceInputs], ...]:
    """Inputs of the lanes of V22 until STOP, until WITHOUT_COAL, and then."""
    stop, dry = u._replace(**steps.OFF), u._replace(coal_injection_rate=0.0)
    constant = [u, *steps.step_inputs(u).values()]
    return [*constant, stop, dry], [*constant, u, dry], [*constant, u, u]


def _dips(variants: Sequence[FurnaceParameters], settled: Sequence[Any], references: Sequence[FurnaceInputs]) -> Any:
    """As `steps.coal_dip`, for all variants."""
    states = [list(settled)]
    for _ in range(steps.MOMENTS - 1):
        after = run(variants, states[-1], references, steps.APART, every=steps.APART)
        states.append([c.states for c in after])
    coal = [steps.step_inputs(u)["coal"] for u in references]
    many = [p for p in variants for _ in range(2 * steps.MOMENTS)]
    starts = [states[m][i] for i in range(len(variants)) for m in range(steps.MOMENTS) for _ in range(2)]
    inputs = [u for i in range(len(variants)) for _ in range(steps.MOMENTS) for u in (references[i], coal[i])]
    courses = run(many, starts, inputs, steps.INVERSE_WITHIN * HOUR)
    heat = np.stack([c["hot_metal_temperature"][:, 0] for c in courses], axis=1)
    heat = heat.reshape(heat.shape[0], len(variants), steps.MOMENTS, 2)
    return [np.mean(heat[:, i, :, 1] - heat[:, i, :, 0], axis=1) for i in range(len(variants))]


def _equivalents(found: steps.Steps) -> list[Result]:
    """V28 by the linear answers: coke and coal that take heat and coal per tonne of a step back to the untouched."""

    def answer(name: str) -> np.ndarray:
        coke, coal = steps.extra_fuel(found, name)
        return np.array([steps.final(found, name), coal, coke])

    knobs = np.stack([answer("coke"), answer("coal")], axis=1)

    def more(name: str, times: float) -> float:
        moved = times * answer(name)
        taken = np.linalg.solve(knobs[:2], -moved[:2])
        return float(moved[2] + knobs[2] @ taken)

    wanted = {"a": ("blast_temperature", 100.0 / 30.0, -9.9), "c": ("moisture", 2.0, 8.0)}
    return [
        judge(f"V28{key}", f"coke for {name}, linearly", more(name, times), "kg/tHM", f"{aim:g} +-35 %",
              *sorted((0.65 * aim, 1.35 * aim)), "")
        for key, (name, times, aim) in wanted.items()
    ]  # fmt: skip


def propose(point: dict[str, float], found: Sequence[list[Result]]) -> tuple[dict[str, float], list[str]]:
    """(new values, ids of the rows still out) by the smallest sum of moves, in STEPS, that brings the rows into their
    bands if the rows are linear in the parameters; what cannot be brought in is left out by as little as can be.

    found: rows at `point`, and then with each of its parameters moved by its STEPS.
    """
    names = list(point)
    rows = [i for i, row in enumerate(found[0]) if all(np.isfinite(one[i].value) for one in found)]
    slopes = np.array([[one[i].value - found[0][i].value for one in found[1:]] for i in rows])
    matrix, limits = [], []
    for number, i in enumerate(rows):
        row = found[0][i]
        width = row.high - row.low if np.isfinite(row.high - row.low) else max(abs(row.value), 1e-9)
        out = np.zeros(len(rows))
        out[number] = -width
        for sign, room in ((1.0, row.high - row.value), (-1.0, row.value - row.low)):
            if np.isfinite(room):
                matrix.append(np.concatenate([sign * slopes[number], -sign * slopes[number], out]))
                limits.append(room - MARGIN * width)
    count = len(names)
    cost = np.concatenate([np.full(2 * count, MOVING), np.ones(len(rows))])
    bounds = [(0.0, MOST_STEPS)] * (2 * count) + [(0.0, None)] * len(rows)
    solved = linprog(cost, A_ub=np.array(matrix), b_ub=np.array(limits), bounds=bounds)
    moves = solved.x[:count] - solved.x[count : 2 * count]
    left = [found[0][i].id for i, out in zip(rows, solved.x[2 * count :], strict=True) if out > MARGIN]
    return {name: point[name] + move * STEPS[name] for name, move in zip(names, moves, strict=True)}, left


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="What the furnace's targets owe to its parameters.")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--move", action="append", default=[], metavar="NAME=CHANGE")
    parser.add_argument("--propose", action="store_true")
    given = parser.parse_args()
    base = variant(Furnace.of_works(find_works("demo")).parameters, dict(map(_pair, given.set)))
    moves = dict(STEPS) if given.propose else dict(map(_pair, given.move))
    point = {name: value_of(base, name) for name in moves}
    found = measure([base, *(variant(base, {name: point[name] + moves[name]}) for name in moves)])
    show(found, list(moves))
    if given.propose:
        new, left = propose(point, found)
        print("moved:", ", ".join(f"{n} {point[n]:.5g} -> {v:.5g}" for n, v in new.items() if v != point[n]) or "none")
        print("still out, linearly:", ", ".join(left) or "none")


def _pair(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, float(value)


def show(found: Sequence[list[Result]], names: Sequence[str]) -> None:
    """A table: rows down; value, band and the differences that the moves make across."""
    print(f"{'':34}{'value':>9}  {'low':>8} {'high':>8}  ", *[f"{name[-14:]:>14}" for name in names])
    for number, row in enumerate(found[0]):
        moved = [f"{one[number].value - row.value:14.3g}" for one in found[1:]]
        mark = " " if row.ok else "!"
        print(f"{row.id:6}{row.what[-27:]:28}{row.value:9.4g}{mark} {row.low:8.4g} {row.high:8.4g}  ", *moved)


if __name__ == "__main__":
    main()
