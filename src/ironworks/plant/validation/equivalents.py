"""V28: coke equivalents. One furnace a change; coke, and coal in kg/s, are tuned until heat and coal per tonne are
those of the untouched furnace. What coke per tonne then differs is the equivalent.

Two furnaces more, one with a little more coke and one with a little more coal, show how heat and rates answer to both;
with these slopes every trial of four days is a step of Newton's method, and what it leaves is taken off linearly.
Silicon has no knob of its own: it is raised by raising the heat, and the row says how much hotter the metal became.
"""

from typing import NamedTuple

import numpy as np

from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.validation.bench import Bench, Course
from ironworks.plant.validation.readings import HOUR, Values, per_tonne
from ironworks.plant.validation.target import Result, judge, reported

TRIAL = 96.0 * HOUR  # s, four days: what is left of a slow tail of a day is 2 %
READ = 24.0 * HOUR  # s at its end over which heat and rates are read
TRIALS = 3
KNOBS = ("coke_base", "coal_injection_rate")
NUDGE = 0.01  # relative change of a knob for its slopes
MOST = 0.10  # largest relative change of a knob in one trial: slopes hold near the reference only
SILICON_PER_HEAT = 1e-4  # kg/kg per K, to weigh a departure of silicon like one of heat: 10 K go with 0.1 %
TOLERANCE = 0.35  # of the equivalent
PLANT = "a plant's published energy balance"
FIELD = "field practice; flame temperature by calculation"


class Change(NamedTuple):
    """A change: its inputs, and what is wanted besides: coal in kg/tHM and silicon in kg/kg over the untouched."""

    name: str
    inputs: FurnaceInputs
    coal: float = 0.0
    silicon: float = 0.0


class Trial(NamedTuple):
    """What a trial gave, by furnace: coke, coal [kg/tHM], pool temperature [K], silicon [kg/kg]."""

    coke: Values
    coal: Values
    heat: Values
    silicon: Values


def changes(u: FurnaceInputs) -> list[Change]:
    """Untouched, more coke, more coal, and then the changes; knobs start from a rough guess of the equivalent."""

    def guess(share: float, **change: float) -> FurnaceInputs:
        fields = {name: np.asarray(getattr(u, name)) + step for name, step in change.items()}
        return u._replace(**fields | {"coke_base": np.asarray(u.coke_base) * (1.0 + share)})

    coal = np.asarray(u.coal_injection_rate)
    return [
        Change("untouched", u),
        Change("more coke", guess(NUDGE)),
        Change("more coal", u._replace(coal_injection_rate=coal * (1.0 + NUDGE))),
        Change("blast temperature", guess(-0.03, blast_temperature=100.0)),
        Change("moisture", guess(0.02, blast_moisture=0.010)),
        Change("silicon", guess(0.01), silicon=1e-3),
        Change("coal", guess(-0.025, coal_injection_rate=1.0), coal=10.0),
        Change("ash", guess(0.015, coke_ash=0.01)),
    ]


def equivalent_targets(bench: Bench) -> list[Result]:
    """The four equivalents, and that of coke ash as a report."""
    wanted = changes(bench.inputs)
    lanes, states, trial = [one.inputs for one in wanted], None, None
    for number in range(1, TRIALS + 1):
        bench.say(f"coke equivalents, trial {number} of {TRIALS}")
        if trial is not None:
            lanes = tuned(lanes, corrections(trial, wanted))
        turned = bench.run(lanes, TRIAL - READ, start=states, every=TRIAL - READ)
        course = bench.run(lanes, READ, start=turned.states)
        states, trial = course.states, read(course, len(wanted))
    assert trial is not None
    return _rows(wanted, trial)


def read(course: Course, count: int) -> Trial:
    """Rates and heat of every furnace over the course."""
    rates = np.array([per_tonne(course, i, 0.0) for i in range(count)])
    heat, silicon = (np.mean(course[name], axis=0) for name in ("hot_metal_temperature", "hot_metal_silicon"))
    return Trial(rates[:, 0], rates[:, 1], heat, silicon)


def slopes(values: Values) -> Values:
    """(2,) change of a value per relative change of coke and of coal."""
    return (values[1:3] - values[0]) / NUDGE


def misses(trial: Trial, one: Change, i: int) -> Values:
    """(2,) departures of furnace i from what is wanted: heat in K (silicon weighed as heat), coal in kg/tHM."""
    heat = trial.heat[i] - trial.heat[0]
    if one.silicon:
        heat = (trial.silicon[i] - trial.silicon[0] - one.silicon) / SILICON_PER_HEAT
    return np.array([heat, trial.coal[i] - trial.coal[0] - one.coal])


def corrections(trial: Trial, wanted: list[Change]) -> Values:
    """(furnaces, 2) relative changes of coke and coal that take the departures off; none for the first three."""
    steps = np.zeros((len(wanted), 2))
    for i, one in enumerate(wanted[3:], 3):
        heat = trial.silicon / SILICON_PER_HEAT if one.silicon else trial.heat
        matrix = np.stack([slopes(heat), slopes(trial.coal)])
        steps[i] = np.linalg.solve(matrix, -misses(trial, one, i))
    return np.clip(steps, -MOST, MOST)


def tuned(lanes: list[FurnaceInputs], steps: Values) -> list[FurnaceInputs]:
    """The inputs with both knobs moved."""
    return [
        one._replace(**{name: np.asarray(getattr(one, name)) * (1.0 + by) for name, by in zip(KNOBS, step)})
        for one, step in zip(lanes, steps, strict=True)
    ]


def _rows(wanted: list[Change], trial: Trial) -> list[Result]:
    left = trial.coke - trial.coke[0] + corrections(trial, wanted) @ slopes(trial.coke)
    more = {one.name: float(left[i]) for i, one in enumerate(wanted)}
    note = {}
    for i, one in enumerate(wanted):
        heat, coal = misses(trial, one, i)
        note[one.name] = f"taken off linearly: {heat:+.1f} K, coal {coal:+.2f} kg/tHM"
    hotter = f"metal {trial.heat[5] - trial.heat[0]:+.1f} K; {note['silicon']}"
    ash = 100.0 * more["ash"] / float(trial.coke[0])
    return [
        _equivalent("V28a", "blast temperature +100 degC", more["blast temperature"], "kg/tHM", -9.9, PLANT,
                    note["blast temperature"]),
        _equivalent("V28b", "silicon +0.1 %, with its heat", more["silicon"], "kg/tHM", 5.0, PLANT, hotter),
        _equivalent("V28c", "moisture +10 g/Nm3", more["moisture"], "kg/tHM", 8.0, FIELD, note["moisture"]),
        _equivalent("V28d", "coal, per kg", more["coal"] / wanted[6].coal, "kg/kg", -0.86, PLANT, note["coal"]),
        reported("V28e", "coke for ash +1 %", ash, "% of coke", "1.5-2", FIELD, note["ash"]),
    ]  # fmt: skip


def _equivalent(name: str, what: str, value: float, unit: str, target: float, source: str, note: str) -> Result:
    low, high = sorted((target * (1.0 - TOLERANCE), target * (1.0 + TOLERANCE)))
    return judge(name, f"coke for {what}", value, unit, f"{target:g} +-35 %", low, high, source, note)
