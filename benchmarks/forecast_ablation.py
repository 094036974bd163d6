"""What each part of the forecast adds, and what a furnace without some of its tags loses.

`python -m benchmarks.forecast_ablation TAPES [FURNACES [DAYS [SEED]]]` (8 furnaces, 6 days, seed 7100): furnaces that
the shipped sequence model has not seen are drawn, run by their operators and kept on tape in the folder TAPES. Then the
filter and the network go over the tapes with some of the tags taken out of every image. Printed: root mean square error
against the truth (its mean around the horizon, as the network learned it), and by how much it is larger than with all
there is. Before that, on the same tapes from their second day on: the filter, what the twin and the network make of it,
and the headline with and without the twin, against the truth at the horizon.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ironworks.commands.train_across.farm import record_farm
from ironworks.commands.train_across.rows import FILTERED, Truth, rows_of
from ironworks.commands.train_across.tape import Tape
from ironworks.core.forecast import Scored
from ironworks.estimate import JointFilter
from ironworks.estimate.cast_heat import CAST_TIME, RUNNERS, CastHeat
from ironworks.estimate.inside import InsideFilter
from ironworks.estimate.together import Together
from ironworks.predict.baselines import MeanOfDay, Persistence
from ironworks.predict.calibrated import questions
from ironworks.predict.combination import Combination
from ironworks.predict.kalman import KalmanForecast
from ironworks.predict.learned import Learned
from ironworks.predict.points import Question
from ironworks.predict.sequence.features import TAP_HOLES, TARGETS, UNITS
from ironworks.predict.sequence.model import SequenceForecast, shipped
from ironworks.predict.sequence.quantities import QUANTITIES
from ironworks.predict.sequence.questions import ASKED
from ironworks.predict.suite import DEFAULT_INPUTS
from ironworks.predict.twin import INSIDE, TwinForecast
from ironworks.predict.watch import Watch

TEMPERATURE, SILICON = TARGETS
HORIZONS = (2 * 3600.0, 8 * 3600.0)
DAY = 86400.0
PARTS = ("persistence", "kalman", "learned", "twin", "sequence", "headline without the twin", "headline")
SHOWN = {TEMPERATURE: (1.0, "degC"), SILICON: (0.01, "%")}
SAMPLED = frozenset({*TARGETS, "slag_basicity", "hot_metal_carbon", "hot_metal_manganese", "hot_metal_sulphur"})
MATERIAL = frozenset(
    t
    for one in QUANTITIES
    for t in one.looks_at
    if t.startswith(("coke_ash", "coke_s", "coke_r", "sinter_", "coal_ash", "coal_v"))
)
PROCESS = frozenset(t for one in QUANTITIES for t in one.looks_at) - SAMPLED - MATERIAL
CASTS = frozenset({*TAP_HOLES, CAST_TIME, *RUNNERS})
LOST = {
    "all there is": frozenset(),
    "no top gas analysis": frozenset(t for t in PROCESS if t.startswith("top_gas_c") or t in (
        "top_gas_hydrogen", "top_gas_nitrogen", "gas_utilisation")),
    "no heat loads": frozenset(t for t in PROCESS if t.startswith("heat_load")),
    "no probe over the burden": frozenset(t for t in PROCESS if t.startswith("cross_probe")),
    "nothing of the burden": frozenset({
        "coke_moisture", "coke_charge_mass", "ore_charge_mass", "coke_base_setpoint", "ore_base_setpoint",
        "charge_rate", "production_rate"}),
    "no set points": frozenset(t for t in PROCESS if t.endswith("_setpoint")),
    "no materials analysed": MATERIAL,
    "no pyrometers": frozenset(RUNNERS),
    "no pyrometers, no tap holes": CASTS,
    "samples of iron and slag only": PROCESS | MATERIAL | CASTS,
    "silicon, no temperature": frozenset({TEMPERATURE}),
    "temperature, no silicon": frozenset({SILICON}),
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """Sums over furnaces: squared errors (SI) of filter and network, and how many."""

    filter: float = 0.0
    network: float = 0.0
    n: int = 0

    def plus(self, filter_error: np.ndarray, network_error: np.ndarray) -> "Score":
        return Score(
            self.filter + float(np.sum(filter_error**2)), self.network + float(np.sum(network_error**2)),
            self.n + len(filter_error),
        )  # fmt: skip


def scores(tapes: list[Tape], lost: frozenset[str]) -> dict[tuple[str, float], Score]:
    """Of every target and horizon."""
    network, found = shipped(), {}
    for tape in tapes:
        rows = rows_of(tape.without(lost))
        said = np.array([network.answer(row)[0] for row in rows.features])
        for index, question in enumerate(ASKED):
            if question.scored != Scored.SAMPLE or question.horizon not in HORIZONS or question.target in lost:
                continue
            unit, wanted = UNITS[question.target], rows.wanted[:, index]
            known, key = np.isfinite(wanted), (question.target, question.horizon)
            found[key] = found.get(key, Score()).plus(unit * wanted[known], unit * (wanted - said[:, index])[known])
    return found


def part_errors(tape: Tape) -> dict[tuple[str, float, str], list[float]]:
    """Errors (SI) against the truth of every part of the forecast, by target, horizon and part."""
    watch, truth = Watch(FILTERED, HORIZONS), Truth(tape)
    casts = CastHeat()
    estimator = Together([JointFilter(FILTERED), casts, InsideFilter(casts)])
    models = (Persistence(), MeanOfDay(), KalmanForecast(), Learned(DEFAULT_INPUTS), TwinForecast(), SequenceForecast())
    whole, blind, asked = Combination(), Combination(), questions(FILTERED, HORIZONS)
    found: dict[tuple[str, float, str], list[float]] = {}
    for image in tape.images():
        view = watch.look(image, estimator.step(image))
        points = {model.name: model.points(view, asked) for model in models}
        said = {name: {q: p.mean for q, p in answers.items()} for name, answers in points.items()}
        own = {q: p for q, p in points[TwinForecast.name].items() if INSIDE in p.drivers}
        without = {name: answers for name, answers in points.items() if name != TwinForecast.name}
        for name, one, given in (("headline without the twin", blind, without), ("headline", whole, {
            **points, TwinForecast.name: own})):  # fmt: skip
            made = one.see(view, given)
            said[name] = {Question(f.target, f.horizon, f.scored): f.median for f in made}
        if image.time - float(tape.time[0]) < DAY:
            continue
        for target in TARGETS:
            for horizon in HORIZONS:
                question = Question(target, horizon, Scored.SAMPLE)
                value = truth.of(target, Scored.SAMPLE, image.time, horizon)
                if np.isfinite(value) and all(question in said[name] for name in PARTS):
                    for name in PARTS:
                        found.setdefault((target, horizon, name), []).append(said[name][question] - value)
    return found


def report_parts(tapes: list[Tape], tell: Callable[[str], None] = print) -> None:
    """Root mean square errors of the parts, over all tapes."""
    found: dict[tuple[str, float, str], list[float]] = {}
    for tape in tapes:
        for key, errors in part_errors(tape).items():
            found.setdefault(key, []).extend(errors)
    columns = [(target, horizon) for target in TARGETS for horizon in HORIZONS]
    tell(f"{'':26s}" + "".join(f"{t.split('_')[-1]} {h / 3600:g} h, {SHOWN[t][1]}".rjust(24) for t, h in columns))
    for name in PARTS:
        cells = [rmse(float(np.sum(np.square(found[*key, name]))), len(found[*key, name]), key[0]) for key in columns]
        tell(f"{name:26s}" + "".join(f"{cell:.3g}".rjust(24) for cell in cells))


def rmse(total: float, n: int, target: str) -> float:
    return float(np.sqrt(total / n)) / SHOWN[target][0]


def report(tapes: list[Tape], tell: Callable[[str], None] = print) -> None:
    """The table."""
    columns = [(target, horizon) for target in TARGETS for horizon in HORIZONS]
    tell(f"{'':26s}" + "".join(f"{t.split('_')[-1]} {h / 3600:g} h, {SHOWN[t][1]}".rjust(24) for t, h in columns))
    best = scores(tapes, LOST["all there is"])
    for name, lost in LOST.items():
        now = best if not lost else scores(tapes, lost)
        for label, part in (("filter alone", "filter"), (name, "network")) if not lost else ((name, "network"),):
            cells = []
            for key in columns:
                one, all_there = now.get(key), best[key]
                if one is None:
                    cells.append("-".rjust(24))
                    continue
                error = rmse(getattr(one, part), one.n, key[0])
                whole = rmse(all_there.network, all_there.n, key[0])
                cells.append(f"{error:.3g} ({error / whole - 1.0:+.1%})".rjust(24))
            tell(f"{label:26s}" + "".join(cells))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    furnaces, days, seed = (*sys.argv[2:], *("8", "6", "7100")[len(sys.argv) - 2 :])
    files, failures = record_farm(folder, int(furnaces), float(days), int(seed), 2, lambda days: None)
    for failure in failures:
        print(failure)
    tapes = [Tape.load(file) for file in files]
    report_parts(tapes)
    report(tapes)
