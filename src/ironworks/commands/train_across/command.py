"""`ironworks train-across`: drawn furnaces on tape, a network fitted on them, and what it is worth on others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ironworks.commands.processes import Tell, run_jobs
from ironworks.commands.train_across.farm import record_farm
from ironworks.commands.train_across.fit import FitOptions, fit
from ironworks.commands.train_across.rows import Rows, rows_of
from ironworks.commands.train_across.tape import Tape
from ironworks.core.errors import CallError, DataError
from ironworks.estimate.cast_heat import CAST_TIME, RUNNERS
from ironworks.predict.sequence.features import TAP_HOLES
from ironworks.predict.sequence.network import Network
from ironworks.predict.sequence.questions import ASKED

Array = NDArray[np.float64]
BLIND = 3
"""One furnace in so many is learned from a second time with the casts unknown."""


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """furnaces, days: how many, and of each. held_out: furnaces, the last drawn, that only judge. seed: of all luck.
    tapes: folder where tapes are kept and looked for. out: file of the weights. workers: processes."""

    furnaces: int
    days: float
    held_out: int
    seed: int
    tapes: Path
    out: Path
    workers: int

    def check(self) -> None:
        """CallError for what cannot be done."""
        if not 0 < self.held_out < self.furnaces:
            raise CallError(f"{self.held_out} of {self.furnaces} furnaces held out", "--held-out",
                            "at least one, and fewer than there are")  # fmt: skip
        if self.days < 1.0:
            raise CallError(f"{self.days:g} days", "--days", "at least 1: the first 12 h are not learned from")
        if self.workers < 1:
            raise CallError(f"{self.workers} workers", "--workers", "1 or more")


def train_across(options: TrainOptions, console: Console) -> dict[str, Any]:
    """Record what is not on tape, fit, judge on the furnaces held out, and write the weights."""
    options.check()
    with _bar(console) as bar:
        task = bar.add_task("recording", total=options.furnaces * options.days)
        files, failures = record_farm(
            options.tapes, options.furnaces, options.days, options.seed, options.workers,
            lambda days: bar.advance(task, days),
        )  # fmt: skip
    for failure in failures:
        console.print(failure, style="bold red", markup=False, highlight=False)
    if len(files) <= options.held_out:
        raise DataError(f"only {len(files)} furnaces on tape", str(options.tapes), "more than are held out")
    learned, judging = files[: -options.held_out], files[-options.held_out :]
    jobs = [RowsJob(file, number % BLIND == 0) for number, file in enumerate(learned)]
    rows = run_jobs(_rows, [*jobs, *(RowsJob(file, False) for file in judging)], options.workers, lambda done: None)
    learn, judge = rows[: len(learned)], rows[len(learned) :]
    network = fit(learn, options.seed, FitOptions(), lambda text: console.print(text, highlight=False))
    network.save(options.out)
    scores = judged(Network.load(options.out, learn[0].features.shape[1], len(ASKED)), judge)
    return {"furnaces": len(learn), "rows": sum(len(one.features) for one in learn), "held_out": scores}


class RowsJob(NamedTuple):
    """A tape, and whether it is gone over once more as if there were no pyrometers and no word of the tap holes."""

    file: Path
    blind: bool


def _rows(job: RowsJob, _: Tell) -> Rows:
    tape = Tape.load(job.file)
    found = [rows_of(tape)]
    if job.blind:
        found.append(rows_of(tape.without({*RUNNERS, *TAP_HOLES, CAST_TIME})))
    return Rows(*(np.concatenate(parts) for parts in zip(*found)))


def judged(network: Network, rows: list[Rows]) -> list[dict[str, Any]]:
    """By question: the filter's error against the truth and the network's, in the target's unit, and how many of
    the truths lay in the network's 90 % band."""
    features = np.concatenate([one.features for one in rows])
    wanted = np.concatenate([one.wanted for one in rows])
    answers = [network.answer(row) for row in features]
    mean, sd = (np.array(part) for part in zip(*answers))
    found = []
    for index, question in enumerate(ASKED):
        known = np.isfinite(wanted[:, index])
        truth, said, spread = wanted[known, index], mean[known, index], sd[known, index]
        found.append(
            {
                "target": question.target, "horizon_s": question.horizon, "scored": question.scored.value,
                "n": int(known.sum()), "kalman_rmse": float(np.sqrt(np.mean(truth**2))),
                "sequence_rmse": float(np.sqrt(np.mean((truth - said) ** 2))),
                "coverage90": float(np.mean(np.abs(truth - said) <= 1.645 * spread)),
            }
        )  # fmt: skip
    return found


def show(outcome: dict[str, Any], console: Console) -> None:
    """The scores on the furnaces held out."""
    table = Table(title=f"held-out furnaces; learned on {outcome['furnaces']} furnaces, {outcome['rows']} rows")
    for name in ("target", "scored", "horizon [h]", "n", "filter RMSE", "network RMSE", "gain [%]", "in 90 % [%]"):
        table.add_column(name, justify="left" if name in ("target", "scored") else "right")
    for row in outcome["held_out"]:
        gain = 100.0 * (1.0 - row["sequence_rmse"] / row["kalman_rmse"])
        table.add_row(
            row["target"], row["scored"], f"{row['horizon_s'] / 3600.0:g}", str(row["n"]), f"{row['kalman_rmse']:.3f}",
            f"{row['sequence_rmse']:.3f}", f"{gain:.1f}", f"{100.0 * row['coverage90']:.1f}",
        )  # fmt: skip
    console.print(table)


def _bar(console: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.1f} of {task.total:g} d")
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
