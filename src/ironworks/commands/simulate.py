"""`ironworks simulate`: days of a works into two Parquet files, what was measured and, apart from it, the truth.

Both files are written piece by piece, one row group a day, so that memory does not grow with the days. Values stand
in the units of tags.csv; units, seed and outcome stand in the files' metadata. The same seed gives the same files, byte
for byte, with the same versions of the libraries. The writing stands in `simulation_files`.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ironworks.commands.simulation_files import SimulationFiles
from ironworks.core.clock import parse_iso
from ironworks.core.errors import CallError
from ironworks.core.works import load_works
from ironworks.plant.furnace.freezing import Ending, Outcome
from ironworks.plant.simulation import DAY, PIECE, simulate, whole_pieces
from ironworks.plant.works import SimulatedWorks

START = "2025-01-01T00:00:00Z"
"""Plant time at the start when none is given: a fixed one, so that the same seed gives the same file."""
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """What the command line says."""

    works: str
    days: float
    seed: int
    scenario: str | None
    scenario_at: float
    out: Path
    start: str


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it: files, plant days, samples, wall seconds in all and a day (without compiling and settling),
    outcome and its message."""

    out: Path
    truth: Path
    days: float
    samples: int
    seconds: float
    seconds_a_day: float
    outcome: str
    message: str


def truth_file(out: Path) -> Path:
    """Where the truth goes that belongs to measured values in `out`."""
    return out.with_suffix(".truth.parquet")


def run_simulation(options: SimulateOptions, console: Console) -> Simulated:
    """Simulate and write, with a progress bar. What cannot be done is refused before the first step."""
    if options.out.suffix != ".parquet" or not options.out.absolute().parent.is_dir():
        raise CallError(f"'{options.out}'", "--out", "a file NAME.parquet in a folder that exists")
    whole_pieces(options.days)
    try:
        start = parse_iso(options.start)
    except ValueError as error:
        raise CallError(f"'{options.start}': {error}", "--start", f"for instance {START}") from error
    works = load_works(options.works)
    if not works.simulated:
        raise CallError(f"works '{works.name}' is not simulated", expected='kind = "simulated" in works.toml')
    begin, samples, plant_time, ending = time.perf_counter(), 0, start, None
    first = begin
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[at]}"), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{works.name}, seed {options.seed}", total=options.days, at="settling (the first time)")
        plant = SimulatedWorks(works, options.seed, start, scenario=options.scenario, scenario_at=options.scenario_at)
        about = {
            "works": works.name, "seed": str(options.seed), "scenario": options.scenario or "",
            "scenario_at_s": f"{options.scenario_at:g}" if options.scenario else "", "start": options.start,
        }  # fmt: skip
        with SimulationFiles(options.out, truth_file(options.out), works.tags, about) as recording:
            try:
                for piece in simulate(plant, options.days):
                    recording.add(piece)
                    samples, plant_time, ending = samples + len(piece.samples), piece.time, piece.ending
                    first = time.perf_counter() if first == begin else first
                    done = (plant_time - start) / DAY
                    bar.update(task, completed=done, at=f"day {done:.2f} of {options.days:g}")
            except KeyboardInterrupt:
                pass  # what there is until now is kept and says so
            outcome, message = _outcome(ending)
            recording.close(outcome, message, plant_time)
    days = (plant_time - start) / DAY
    end = time.perf_counter()
    cost = (end - first) / (days - PIECE / DAY) if days * DAY > PIECE else math.nan
    return Simulated(options.out, truth_file(options.out), days, samples, end - begin, cost, outcome, message)


def _outcome(ending: Ending | None) -> tuple[str, str]:
    if ending is None:
        return INTERRUPTED, "stopped from the keyboard"
    return ending.outcome.value, ending.message


def show(result: Simulated, console: Console) -> None:
    """One paragraph."""
    count = f"{result.days:.2f} days, {result.samples:,} samples"
    cost = f"{result.seconds_a_day:.2f} s a day without the start"
    console.print(f"{count} in {result.seconds:.1f} s; {cost}", highlight=False)
    console.print(f"measured: {result.out}   truth: {result.truth}", highlight=False, soft_wrap=True)
    if result.outcome != Outcome.COMPLETED:
        console.print(f"outcome: {result.outcome}: {result.message}", style="bold red", soft_wrap=True)
