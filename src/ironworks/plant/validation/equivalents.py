"""V28: coke equivalents. One furnace a change, and coke tuned until the heat is that of the untouched furnace, coal per
tonne held; what coke per tonne then differs is the equivalent. Settled states: four days for each trial of the coke.

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
HEAT_PER_COKE = (
    5.0  # K per kg/tHM, for the second trial only; a wrong one costs accuracy of the guess, not of the result
)
SILICON_PER_HEAT = 1e-4  # kg/kg per K, to weigh a departure of silicon like one of heat: 10 K go with 0.1 %
SILICON_STEP = 1e-3  # kg/kg
COAL_STEP = 10.0  # kg/tHM, then reckoned per kg
ASH_STEP = 0.01
TOLERANCE = 0.35  # of the equivalent
PLANT = "a plant's published energy balance, FURNACE_MODEL 11.4"
FIELD = "FURNACE_MODEL 11.4, field practice"


class Change(NamedTuple):
    """A change: its inputs, the first guess of coke and the extra coal in kg/tHM, the silicon wanted in kg/kg."""

    name: str
    inputs: FurnaceInputs
    coke: float
    coal: float = 0.0
    silicon: float = 0.0


def changes(u: FurnaceInputs) -> list[Change]:
    """The untouched furnace first, then the changes."""

    def plus(name: str, change: float) -> FurnaceInputs:
        return u._replace(**{name: np.asarray(getattr(u, name)) + change})

    return [
        Change("untouched", u, 0.0),
        Change("blast_temperature", plus("blast_temperature", 100.0), -10.0),
        Change("moisture", plus("blast_moisture", 0.010), 8.0),
        Change("silicon", u, 5.0, silicon=SILICON_STEP),
        Change("coal", u, -8.6, coal=COAL_STEP),
        Change("coke_ash", plus("coke_ash", ASH_STEP), 6.0),
    ]


class Trial(NamedTuple):
    """What a trial gave, per lane: coke and coal kg/tHM, heat over the aim in K (silicon weighed as heat), silicon,
    pool temperature."""

    coke: Values
    coal: Values
    missing: Values
    heat: Values


def equivalent_targets(bench: Bench) -> list[Result]:
    """The four equivalents of the sheet, and that of coke ash as a report."""
    wanted = changes(bench.inputs)
    lanes, states, trials = [one.inputs for one in wanted], None, []
    before = None
    for number in range(TRIALS):
        bench.say(f"coke equivalents, trial {number + 1} of {TRIALS}")
        if before is None:
            base = bench.run([bench.inputs] * len(wanted), READ)
            before = read(base, wanted)
            lanes = _tuned(lanes, before, np.array([one.coke for one in wanted]), before.coal + _coal(wanted))
        turned = bench.run(lanes, TRIAL - READ, start=states, every=TRIAL - READ)
        course = bench.run(lanes, READ, start=turned.states)
        states = course.states
        trials.append(read(course, wanted))
        if number + 1 < TRIALS:
            step = correction(trials)
            lanes = _tuned(lanes, trials[-1], step, trials[-1].coal[0] + _coal(wanted))
    return _rows(wanted, trials)


def _coal(wanted: list[Change]) -> Values:
    return np.array([one.coal for one in wanted])


def read(course: Course, wanted: list[Change]) -> Trial:
    """Rates and departures of every lane over the course."""
    rates = np.array([per_tonne(course, i, 0.0) for i in range(len(wanted))])
    heat = np.mean(course["hot_metal_temperature"], axis=0)
    silicon = np.mean(course["hot_metal_silicon"], axis=0)
    by_silicon = np.array([one.silicon > 0.0 for one in wanted])
    aim = np.array([one.silicon for one in wanted])
    missing = np.where(by_silicon, (silicon - silicon[0] - aim) / SILICON_PER_HEAT, heat - heat[0])
    return Trial(rates[:, 0], rates[:, 1], missing, heat)


def correction(trials: list[Trial]) -> Values:
    """Coke, kg/tHM, that each lane is to change by: the secant through the last two trials, a rule of thumb at first.
    The untouched furnace keeps its coke."""
    last = trials[-1]
    slope = np.full(len(last.coke), HEAT_PER_COKE)
    if len(trials) > 1:
        run = last.coke - trials[-2].coke
        found = np.divide(last.missing - trials[-2].missing, run, out=np.zeros_like(run), where=np.abs(run) > 0.05)
        slope = np.where(found > 0.5, found, HEAT_PER_COKE)
    step = -last.missing / slope
    step[0] = 0.0
    return step


def _tuned(lanes: list[FurnaceInputs], now: Trial, coke: Values, coal: Values) -> list[FurnaceInputs]:
    """Inputs with `coke` kg/tHM more than now, and `coal` kg/tHM."""
    tuned = []
    for i, one in enumerate(lanes):
        base = np.asarray(one.coke_base) * (1.0 + coke[i] / now.coke[i])
        rate = np.asarray(one.coal_injection_rate) * (coal[i] / now.coal[i] if i else 1.0)
        tuned.append(one._replace(coke_base=base, coal_injection_rate=rate))
    return tuned


def _rows(wanted: list[Change], trials: list[Trial]) -> list[Result]:
    last = trials[-1]
    at_aim = last.coke + correction(trials)
    more = {one.name: float(at_aim[i] - last.coke[0]) for i, one in enumerate(wanted)}
    left = {
        one.name: f"departure left {last.missing[i]:+.2f} K, coal {last.coal[i] - last.coal[0] - one.coal:+.2f} kg/tHM"
        for i, one in enumerate(wanted)
    }
    hotter = f"metal {last.heat[3] - last.heat[0]:+.1f} K; {left['silicon']}"
    per_coal = more["coal"] / float(last.coal[4] - last.coal[0])
    ash = 100.0 * more["coke_ash"] / float(last.coke[0])
    return [
        _equivalent("V28a", "blast temperature +100 degC", more["blast_temperature"], "kg/tHM", -9.9,
                    left["blast_temperature"]),
        _equivalent("V28b", "silicon +0.1 %, with its heat", more["silicon"], "kg/tHM", 5.0, hotter),
        _equivalent("V28c", "moisture +10 g/Nm3", more["moisture"], "kg/tHM", 8.0, left["moisture"]),
        _equivalent("V28d", "coal, per kg", per_coal, "kg/kg", -0.86, left["coal"]),
        reported("V28e", "coke for ash +1 %", ash, "% of coke", "1.5-2", FIELD, left["coke_ash"]),
    ]  # fmt: skip


def _equivalent(name: str, what: str, value: float, unit: str, target: float, note: str) -> Result:
    low, high = sorted((target * (1.0 - TOLERANCE), target * (1.0 + TOLERANCE)))
    text, source = f"{target:g} +-35 %", FIELD if "moisture" in what else PLANT
    return judge(name, f"coke for {what}", value, unit, text, low, high, source, note)
