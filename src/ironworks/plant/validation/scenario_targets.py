"""V27: hard cases must leave no NaN, close their balances, and end in recovery or in a freeze with a physical reason.

A case is a function from the reference inputs and the hours since its start to the inputs then. The cases here are
those that constant inputs can make; named scenarios belong into `cases` as soon as they act on the same inputs.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import jax
import numpy as np

from ironworks.physics.constants import ZERO_CELSIUS
from ironworks.plant.furnace import balance
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.validation.bench import LANES, Bench, Course, lane
from ironworks.plant.validation.closure import ELEMENT_LIMIT, ENERGY_LIMIT
from ironworks.plant.validation.readings import HOUR
from ironworks.plant.validation.target import Result, judge, letters

HOURS = 96  # h from the start of the case; a real chill without coke blanks takes three days
READ = 12  # h at the end over which the outcome is read
RECOVERED_HEAT, RECOVERED_IRON = 30.0, 0.10  # K, share of production
FROZEN_METAL = 1150.0 + ZERO_CELSIUS  # K, eutectic of iron and carbon: colder metal does not run
FROZEN_IRON = 0.5  # of the production: under it the burden stands
SOURCE = "field practice and published event records; sizes: design"


class Case(NamedTuple):
    """A hard case: its name, what happens, and the inputs at `hours` after its start."""

    name: str
    what: str
    inputs: Callable[[FurnaceInputs, float], FurnaceInputs]


def lasting(hours: float, change: Callable[[FurnaceInputs], dict]) -> Callable[[FurnaceInputs, float], FurnaceInputs]:
    """Changed inputs for `hours`, the reference after that."""
    return lambda u, now: u._replace(**change(u)) if now < hours else u


def cases() -> list[Case]:
    """The cases, at most LANES - 1 a run; sizes of field practice."""
    off = {"blast_volume": 0.0, "oxygen_flow": 0.0, "coal_injection_rate": 0.0}
    split, zones = np.array([2.0, 1.0, 1.0]), np.array([1.0, 1.0, 4.0, 4.0, 4.0, 1.0])
    return [
        Case("stoppage", "4 h off blast", lasting(4, lambda u: off)),
        Case("coal_loss", "6 h without coal", lasting(6, lambda u: {"coal_injection_rate": 0.0})),
        Case("channelling", "3 h, twice the gas in the centre", lasting(3, lambda u: {"gas_split_disturbance": split})),
        Case("leak_small", "24 h, tuyere leak 0.5 kg/s", lasting(24, lambda u: {"leak_water": 0.5})),
        Case("leak_severe", "12 h, tuyere leak 5 kg/s", lasting(12, lambda u: {"leak_water": 5.0})),
        Case("bare_wall", "8 h, wall heat x4 from bosh to lower stack",
             lasting(8, lambda u: {"wall_heat_factor": zones})),
        Case("cold_blast", "12 h, blast 200 degC colder",
             lasting(12, lambda u: {"blast_temperature": np.asarray(u.blast_temperature) - 200.0})),
    ]  # fmt: skip


def scenario_targets(bench: Bench) -> list[Result]:
    """One row a case with its outcome in words, and the worst closure of each balance over all of them."""
    chosen = cases()
    names, rows, closures = letters(len(chosen) + 2), [], []
    for first in range(0, len(chosen), LANES - 1):
        batch = chosen[first : first + LANES - 1]
        bench.say(f"hard cases over {HOURS} h: {', '.join(case.name for case in batch)}")
        course = run_cases(bench, batch)
        for index, case in enumerate(batch, 1):
            row, closed = _outcome(bench, course, index, case, f"V27{names[first + index - 1]}")
            rows.append(row)
            closures.append(closed)
    elements, energies = zip(*closures, strict=True)
    rows.append(_worst(f"V27{names[-2]}", "elements", elements, ELEMENT_LIMIT))
    rows.append(_worst(f"V27{names[-1]}", "energy", energies, ENERGY_LIMIT))
    return rows


def run_cases(bench: Bench, batch: list[Case]) -> Course:
    """The untouched furnace in lane 0 and the cases beside it, hour by hour."""
    course = None
    for hour in range(HOURS):
        lanes = [bench.inputs, *[case.inputs(bench.inputs, float(hour)) for case in batch]]
        piece = bench.run(lanes, HOUR, every=HOUR, start=course.states if course else None)
        course = piece if course is None else course.then(piece)
    assert course is not None
    return course


def _outcome(bench: Bench, course: Course, index: int, case: Case, name: str) -> tuple[Result, tuple[float, float]]:
    """(row, (worst element, energy) closure) of one case."""
    after = lane(course.states, index)
    closed = balance.closure(bench.furnace.parameters, bench.settled, after)
    element = max(abs(error) for error in closed.elements.values())
    finite = all(bool(np.all(np.isfinite(leaf))) for leaf in jax.tree.leaves(after))
    heat = np.mean(course["hot_metal_temperature"][-READ:], axis=0)
    iron = np.mean(course["production_rate"][-READ:], axis=0)
    away, share = float(heat[index] - heat[0]), float(iron[index] / iron[0])
    outcome = outcome_of(finite, float(heat[index]), away, share)
    deepest = float(np.min(course["hot_metal_temperature"][:, index] - course["hot_metal_temperature"][:, 0]))
    note = f"{outcome}; lowest {deepest:+.0f} K, production {100.0 * share:.0f} %"
    row = judge(name, f"{case.what}: heat after {HOURS} h", away, "K", "recovered (0 +-30) or frozen", -RECOVERED_HEAT,
                RECOVERED_HEAT, SOURCE, note)  # fmt: skip
    passed = finite and element <= ELEMENT_LIMIT and abs(closed.energy) <= ENERGY_LIMIT
    return replace(row, ok=passed and outcome in ("recovered", "frozen")), (element, abs(closed.energy))


def outcome_of(finite: bool, metal: float, away: float, share: float) -> str:
    """What became of the furnace: metal [K], its departure from the untouched furnace [K], production over that's."""
    if not finite:
        return "not finite"
    if metal < FROZEN_METAL or share < FROZEN_IRON:
        return "frozen"
    if abs(away) <= RECOVERED_HEAT and abs(share - 1.0) <= RECOVERED_IRON:
        return "recovered"
    return "neither recovered nor frozen"


def _worst(name: str, what: str, errors: tuple[float, ...], limit: float) -> Result:
    value = float(np.max(errors))  # a NaN among them stays one, and is a miss
    return judge(name, f"worst closure of {what} over all cases", value, "1", f"<= {limit:g}", 0.0, limit, SOURCE)
