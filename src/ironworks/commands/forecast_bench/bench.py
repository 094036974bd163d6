"""Draws the furnaces, runs each in a process of its own, and adds up what came of them."""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ironworks import predict
from ironworks.backtest.forecast_bench.report import (
    plain,
    score_rows,
    shares_of_ceiling,
    table,
    weekly_coverage,
    weekly_text,
)
from ironworks.backtest.forecast_bench.tally import Tallies, merge
from ironworks.backtest.forecast_bench.targets import HORIZONS, Target, targets_of
from ironworks.commands.forecast_bench.kept import Keeper
from ironworks.commands.forecast_bench.one_furnace import NOT_RUN, FurnaceResult, run_furnace
from ironworks.commands.forecast_bench.options import BenchOptions
from ironworks.commands.processes import Tell, run_jobs
from ironworks.core.works import load_works
from ironworks.physics import backend
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace.sampler import BASE, draw
from ironworks.plant.sampling_quality import sampled, total_noise

MAD_TO_SD = 1.4826  # of a normal distribution


@dataclass(frozen=True, slots=True)
class Outcome:
    """The bench's result: the options, one entry a furnace, and the sums over all furnaces."""

    options: BenchOptions
    furnaces: tuple[FurnaceResult, ...]
    rejected: int
    tallies: Tallies
    targets: tuple[Target, ...]
    seconds: float

    def rows(self, paired: bool) -> list[dict[str, Any]]:
        """See `report.score_rows`."""
        return score_rows(self.tallies, self.targets, HORIZONS, predict.MODELS, predict.HEADLINE, paired)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        o = self.options
        return {
            "furnaces_wanted": o.furnaces, "days": o.days, "warm_up_days": o.warm_up / 86400.0, "seed": o.seed,
            "instrumentation": o.instrumentation, "replays": o.replays, "every": o.every,
            "headline": predict.HEADLINE, "rejected_draws": self.rejected,
            "sampling_noise": self._noise(),
            "furnaces": [_furnace(one) for one in self.furnaces],
            "rows": self.rows(False), "paired": self.rows(True),
            "ceiling_share": shares_of_ceiling(self.tallies, self.targets, HORIZONS, predict.HEADLINE),
            "weekly_coverage": self.weekly(),
            "cost": self._cost(),
        }  # fmt: skip

    def weekly(self) -> list[dict[str, Any]]:
        """See `report.weekly_coverage`."""
        weeks = [week for one in self.furnaces for week in one.weeks]
        return weekly_coverage(weeks, self.targets, HORIZONS, predict.HEADLINE)

    def _noise(self) -> dict[str, Any]:
        """Samples less truth, measured: plain and robust standard deviation, in the field's unit, beside what was
        asked for. Failed dips are in the plain one."""
        wanted = total_noise(self.options.instrumentation)
        asked = {f"hot_metal_{quantity}": value for quantity, value in wanted.items()}
        found = {}
        for target in self.targets:
            parts = [x for one in self.furnaces for x in one.scatter.get(target.name, [])]
            if len(parts) < 2:
                continue
            middle = statistics.median(parts)
            robust = MAD_TO_SD * float(np.median(np.abs(np.array(parts) - middle)))
            unit = target.unit
            found[target.name] = {
                "unit": unit.symbol, "n": len(parts), "sd": plain(unit.difference_from_si(float(np.std(parts)))),
                "robust_sd": plain(unit.difference_from_si(robust)),
                "bias": plain(unit.difference_from_si(float(np.mean(parts)))),
                "asked": plain(unit.difference_from_si(asked[target.name])) if target.name in asked else None,
            }  # fmt: skip
        return found

    def _cost(self) -> dict[str, float | None]:
        """Wall seconds a furnace-day by part, on one core; the slowest cycle of the chain; all in all."""
        days = sum(one.days for one in self.furnaces)
        parts: dict[str, float] = {}
        for one in self.furnaces:
            for part, seconds in one.seconds.items():
                parts[part] = parts.get(part, 0.0) + seconds
        cost = {f"{part}_s_per_furnace_day": plain(seconds / days) for part, seconds in parts.items() if days}
        slowest = max((one.slowest_cycle for one in self.furnaces), default=0.0)
        return {**cost, "slowest_cycle_s": plain(slowest), "wall_s": plain(self.seconds)}


def _furnace(one: FurnaceResult) -> dict[str, Any]:
    return {
        "name": one.name, "number": one.number, "seed": one.seed, "outcome": one.outcome, "message": one.message,
        "days": plain(one.days), "casts": one.casts, "ceiling_moments": one.moments,
    }  # fmt: skip


def run_bench(options: BenchOptions, console: Console) -> Outcome:
    """Draw, run and score; furnaces whose results are kept are not run again. What cannot be done is refused first."""
    options.check()
    kept = Keeper.of(options).results()
    backend.configure()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="ironworks-bench-") as scratch, _bar(console) as bar:
        task = bar.add_task("drawing furnaces", total=None, at="")
        drawing = draw(options.furnaces, options.seed)
        jobs: list[tuple[Path, int, BenchOptions]] = []
        for furnace in drawing.furnaces:
            if furnace.number in kept:
                continue
            folder = Path(scratch) / furnace.name
            write_drawn(folder, sampled(furnace, options.instrumentation))
            jobs.append((folder, furnace.number, options))
        total = options.furnaces * options.days
        bar.update(task, description=f"{options.furnaces} furnaces", total=total, at="settling")
        done = 0.0

        def tell(days: float) -> None:
            nonlocal done
            done += days
            bar.update(task, completed=done, at=f"{done:.1f} of {total:g} furnace-days")

        tell(sum(kept[furnace.number].days for furnace in drawing.furnaces if furnace.number in kept))
        kept |= {one.number: one for one in run_jobs(_job, jobs, options.processes, tell)}
    results = [kept[furnace.number] for furnace in drawing.furnaces]
    tallies: Tallies = {}
    for one in results:
        merge(tallies, one.tallies)
    targets = targets_of(load_works(BASE).tags)
    return Outcome(options, tuple(results), len(drawing.rejected), tallies, targets, time.perf_counter() - begin)


def _job(job: tuple[Path, int, BenchOptions], progress: Tell) -> FurnaceResult:
    folder, number, options = job
    result = run_furnace(folder, number, options, progress)
    Keeper.of(options).save(result)
    return result


def _bar(console: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[at]}"), TimeRemainingColumn()
    return Progress(*columns, console=console, transient=True)


def show(outcome: Outcome, console: Console) -> None:
    """What was run, the table of all rows, and that of the rows which have a ceiling."""
    o = outcome.options
    days = f"{o.days:g} days of which {o.warm_up / 86400.0:g} warm-up"
    console.print(f"{o.furnaces} furnaces, seed {o.seed}, {days}, {o.instrumentation} instrumentation", highlight=False)
    for one in outcome.furnaces:
        if one.outcome != "completed":
            what = "could not be set up" if one.outcome == NOT_RUN else f"{one.outcome} after {one.days:.1f} days"
            console.print(f"{one.name} {what}: {one.message}", style="bold red", markup=False, highlight=False)
    console.print(table(outcome.rows(False), outcome.targets, "all rows; the ceiling on those that it was made for"))
    if o.replays:
        console.print(table(outcome.rows(True), outcome.targets, "rows that have a ceiling, all models alike"))
    console.print(weekly_text(outcome.weekly()), highlight=False)
    cost = ", ".join(f"{part} {value}" for part, value in outcome.to_json()["cost"].items())
    console.print(f"cost: {cost}", highlight=False)
