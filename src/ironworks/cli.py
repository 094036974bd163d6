"""The command line: thin, so that each command stands in a file of its own under `commands/`."""

import json
import sys
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ironworks.core.durations import parse_duration
from ironworks.core.errors import IronworksError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The open smart blast furnace.")
plant_app = typer.Typer(no_args_is_help=True, help="The simulated works.")
record_app = typer.Typer(no_args_is_help=True, help="The record of a works.")
app.add_typer(plant_app, name="plant")
app.add_typer(record_app, name="record")
models_app = typer.Typer(no_args_is_help=True, help="Versions of the model learned across furnaces.")
app.add_typer(models_app, name="models")

console = Console(stderr=True)
WIDE = 160  # columns of a table that goes into a file
WorksName = Annotated[str, typer.Option("--works", help="Name or folder of the works.")]
StateFolder = Annotated[Path, typer.Option("--state", help="State folder of the run, for instance var/demo.")]
Version = Annotated[str, typer.Argument(help="Name of the version, for instance v1.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def _errors_as_messages(command):
    """Our errors are shown as one message and exit code 2; anything else is a defect and keeps its traceback."""

    @wraps(command)
    def guarded(*args, **kwargs):
        try:
            command(*args, **kwargs)
        except IronworksError as error:
            console.print(f"ironworks: {error}", style="bold red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2) from error

    return guarded


def _span(text: str) -> float:
    """Seconds of a duration; `0` is none."""
    return 0.0 if text.strip() == "0" else parse_duration(text)


def _print_json(content: object) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")


@app.command()
@_errors_as_messages
def check(works: Annotated[str, typer.Argument(help="Name or folder of the works.")]) -> None:
    """Report every fault of a works folder at once."""
    from ironworks.commands.check import check as run_check

    raise typer.Exit(run_check(works, Console()))


@app.command()
@_errors_as_messages
def run(
    works: WorksName = "demo",
    speed: Annotated[float, typer.Option(help="Plant seconds per wall second, of a simulated works.")] = 60.0,
    for_: Annotated[str, typer.Option("--for", help="Stop after this plant time, for instance 3d.")] = "",
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the page.")] = True,
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8700,
    host: Annotated[str, typer.Option(help="Address of the page; beyond loopback the network sees it.")] = "127.0.0.1",
    state: Annotated[str, typer.Option(help="Folder of the record and of what must survive a restart.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of the simulated works.")] = 1,
    history: Annotated[str, typer.Option(help="Operation of the simulated works before the first start.")] = "3d",
    endpoint: Annotated[str, typer.Option(help="Address of the works' OPC UA server, if not that of works.toml.")] = "",
    credentials: Annotated[str, typer.Option(help="Credentials file for a works that is not simulated.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the chain for a works: sense, validate, estimate, predict, decide, guard, act, record, show."""
    from ironworks.commands.options import RunOptions
    from ironworks.commands.run import run_works

    options = RunOptions(
        works=works, speed=speed, duration=parse_duration(for_) if for_ else None, page=page, host=host, port=port,
        state=Path(state) if state else None, seed=seed, history=_span(history),
        endpoint=endpoint, credentials=Path(credentials) if credentials else None,
    )  # fmt: skip
    summary = run_works(options, console)
    if as_json:
        _print_json(summary.to_json())
    else:
        Console().print(summary.table())


@app.command()
@_errors_as_messages
def backtest(
    file: Annotated[Path, typer.Argument(help="Recorded data: Parquet or CSV.")],
    mapping: Annotated[Path, typer.Option(help="Mapping of its columns to tags.")],
    target: Annotated[str, typer.Option(help="The tag to forecast, for instance hot_metal_silicon.")],
    horizon: Annotated[str, typer.Option(help="How far ahead, for instance 2h.")] = "2h",
    score_from: Annotated[str, typer.Option(help="Score from this time on (ISO 8601); else the last 30 %.")] = "",
    as_json: AsJson = False,
) -> None:
    """Forecast recorded data by rolling origin, with the stages of the live chain, and score it."""
    from ironworks.commands.backtest import backtest as run_command

    report = run_command(file, mapping, target, parse_duration(horizon), score_from, console)
    if as_json:
        sys.stdout.write(report.to_json() + "\n")
    else:
        Console(width=WIDE if not sys.stdout.isatty() else None).print(report.table())


@app.command(name="verify")
@_errors_as_messages
def verify_furnace(
    only: Annotated[str, typer.Option(help="Only these targets, for instance V10,V22 or V7b.")] = "",
    works: WorksName = "demo",
    seed: Annotated[int, typer.Option(help="Of the month with the operator (V24-V26).")] = 7,
    as_json: AsJson = False,
) -> None:
    """Measure every validation target of the simulated furnace; exit code 1 when one is missed."""
    from ironworks.commands import verify as command

    results = command.verify(works, [name.strip() for name in only.split(",") if name.strip()], console, seed)
    if as_json:
        _print_json(command.to_json(results))
    else:
        Console(width=WIDE if not sys.stdout.isatty() else None).print(command.table(results))
    raise typer.Exit(command.exit_code(results))


@app.command()
@_errors_as_messages
def whatif(
    settings: Annotated[
        list[str],
        typer.Option(
            "--set", help="NAME=VALUE UNIT, NAME=+VALUE UNIT (a sign is a difference) or NAME=+2%; repeat it."
        ),
    ],
    hours: Annotated[float, typer.Option(help="How long.")] = 48.0,
    works: WorksName = "demo",
    every: Annotated[str, typer.Option(help="Values are means over this time, one after the other.")] = "1h",
    plot: Annotated[str, typer.Option(help="Write the curves to this PNG (needs matplotlib).")] = "",
    no_plot: Annotated[bool, typer.Option("--no-plot", help="No curves.")] = False,
    as_json: AsJson = False,
) -> None:
    """What if: two equal furnaces from one settled state, no operator; the second one with these settings."""
    from ironworks.commands.whatif import WhatIfOptions, run_what_if, show

    picture = Path(plot) if plot and not no_plot else None
    answer = run_what_if(WhatIfOptions(tuple(settings), hours, works, parse_duration(every), picture), console)
    if as_json:
        _print_json(answer.to_json())
    else:
        show(answer, Console(width=WIDE if not sys.stdout.isatty() else None), not no_plot)


@app.command()
@_errors_as_messages
def simulate(
    days: Annotated[float, typer.Option(help="How many days.")],
    out: Annotated[Path, typer.Option(help="File for what is measured, NAME.parquet; the truth: NAME.truth.parquet.")],
    seed: Annotated[int, typer.Option(help="Seed of disturbances, instruments and operator.")] = 1,
    scenario: Annotated[str, typer.Option(help="A scenario besides everyday life.")] = "",
    scenario_at: Annotated[str, typer.Option(help="When it begins, for instance 12h after the start.")] = "0",
    works: WorksName = "demo",
    start: Annotated[str, typer.Option(help="Plant time at the start (ISO 8601).")] = "2025-01-01T00:00:00Z",
) -> None:
    """Simulate days of a works with its own operator; write measured tags and, apart from them, the truth."""
    from ironworks.commands.simulate import SimulateOptions, run_simulation, show

    options = SimulateOptions(works, days, seed, scenario or None, _span(scenario_at), out, start)
    show(run_simulation(options, console), Console())


@app.command("export-fmu")
@_errors_as_messages
def export_fmu(
    out: Annotated[Path, typer.Option(help="File to write, NAME.fmu.")],
    works: WorksName = "demo",
) -> None:
    """Export the furnace of a works as an FMU, FMI 2.0 co-simulation (needs the extra fmi)."""
    from ironworks.commands.export_fmu import export_fmu as run_export

    run_export(works, out, Console())


@app.command(name="draw-furnaces")
@_errors_as_messages
def draw_furnaces(
    count: Annotated[int, typer.Option(help="How many furnaces.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same furnaces.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder under which each gets a works folder.")] = Path("drawn"),
    as_json: AsJson = False,
) -> None:
    """Draw plausible furnaces that nobody has seen, each as a works folder."""
    from ironworks.commands.draw_furnaces import draw_furnaces as run_command
    from ironworks.commands.draw_furnaces import table

    drawn = run_command(count, seed, out, console)
    if as_json:
        _print_json(drawn)
    else:
        Console(width=WIDE if not sys.stdout.isatty() else None).print(table(drawn))


@app.command(name="forecast-bench")
@_errors_as_messages
def forecast_bench(
    furnaces: Annotated[int, typer.Option(help="How many furnaces, drawn anew.")] = 4,
    days: Annotated[float, typer.Option(help="Days of each, warm-up included.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Of the furnaces and of all their luck.")] = 1,
    instrumentation: Annotated[str, typer.Option(help="How well hot metal is sampled: good or rough.")] = "good",
    warm_up: Annotated[str, typer.Option(help="What is not scored at the beginning.")] = "3d",
    replays: Annotated[int, typer.Option(help="Replays of every moment, for the ceiling; 0 for none.")] = 8,
    every: Annotated[int, typer.Option(help="One cast in so many gets a moment of the ceiling.")] = 1,
    workers: Annotated[int, typer.Option(help="Processes, a furnace each; 0: as many as there are cores.")] = 0,
    keep: Annotated[
        Path | None, typer.Option(help="Folder of results by furnace; what is there is not run again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Forecast furnaces that nobody has seen, and score all models beside the ceiling."""
    from ironworks.commands.forecast_bench import BenchOptions, run_bench, show

    options = BenchOptions(furnaces, days, seed, instrumentation, _span(warm_up), replays, every, workers, keep)
    outcome = run_bench(options, console)
    if as_json:
        _print_json(outcome.to_json())
    else:
        show(outcome, Console(width=WIDE if not sys.stdout.isatty() else None))


@app.command(name="train-across")
@_errors_as_messages
def train_across(
    out: Annotated[Path, typer.Option(help="File of the weights.")],
    tapes: Annotated[Path, typer.Option(help="Folder of the tapes; what is there already is not run again.")],
    furnaces: Annotated[int, typer.Option(help="How many furnaces, drawn from the seed.")] = 60,
    days: Annotated[float, typer.Option(help="Days of each.")] = 6.0,
    held_out: Annotated[int, typer.Option(help="Furnaces, the last drawn, that only judge.")] = 8,
    seed: Annotated[int, typer.Option(help="Of the furnaces, of their luck and of the fit.")] = 7001,
    workers: Annotated[int, typer.Option(help="Processes, a furnace each.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Train the sequence model on simulated furnaces, and score it on others."""
    from ironworks.commands.train_across import TrainOptions, show
    from ironworks.commands.train_across import train_across as run_training

    outcome = run_training(TrainOptions(furnaces, days, held_out, seed, tapes, out, workers), console)
    if as_json:
        _print_json(outcome)
    else:
        show(outcome, Console(width=WIDE if not sys.stdout.isatty() else None))


@models_app.command(name="list")
@_errors_as_messages
def models_list(state: StateFolder, as_json: AsJson = False) -> None:
    """The versions, the champion, and every change of it."""
    from ironworks.commands import models

    registry = models.registry_of(state)
    if as_json:
        _print_json(models.listing(registry))
    else:
        models.show_listing(registry, Console())


@models_app.command(name="add")
@_errors_as_messages
def models_add(
    file: Annotated[Path, typer.Argument(help="Weights that `ironworks train-across` wrote.")],
    state: StateFolder,
    origin: Annotated[str, typer.Option(help="Where they come from, in words.")] = "",
) -> None:
    """Take in weights as a challenger. Nothing changes for the running chain."""
    from ironworks.commands import models

    Console().print(f"added as {models.add(state, file, origin)}")


@models_app.command(name="promote")
@_errors_as_messages
def models_promote(
    version: Version,
    state: StateFolder,
    works: WorksName = "demo",
    dry: Annotated[bool, typer.Option("--dry", help="Replay and tell, change nothing.")] = False,
) -> None:
    """Replay the record with champion and challenger; the challenger forecasts from the next start on if it wins."""
    from ironworks.commands import models
    from ironworks.core.works import load_works

    loaded, act = load_works(works), models.replay if dry else models.promote
    models.show_duel(act(state, version, loaded), loaded, Console())


@models_app.command(name="rollback")
@_errors_as_messages
def models_rollback(
    state: StateFolder, reason: Annotated[str, typer.Option(help="Why, in words.")] = "taken back by hand"
) -> None:
    """Back to the champion before, from the next start on."""
    from ironworks.commands import models

    Console().print(f"the champion is {models.rollback(state, reason)}")


@plant_app.command()
@_errors_as_messages
def serve(
    works: WorksName = "demo",
    speed: Annotated[float, typer.Option(min=1.0, max=3600.0, help="Plant seconds per wall second.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of disturbances, instruments and operator.")] = 1,
    start: Annotated[str, typer.Option(help="Plant time at the first start (ISO 8601); now if not given.")] = "",
    history: Annotated[str, typer.Option(help="Operation before the first start, kept for the chain to read.")] = "0",
    state: Annotated[str, typer.Option(help="Folder of certificates, users and the saved furnace.")] = "",
    endpoint: Annotated[str, typer.Option(help="Address to serve at, if not that of works.toml.")] = "",
    ready_json: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve the simulated works over OPC UA."""
    from ironworks.commands.plant import ServeOptions, serve_works

    serve_works(
        ServeOptions(
            works=works, speed=speed, seed=seed, start=start, history=_span(history),
            state=Path(state) if state else None, endpoint=endpoint, ready_json=ready_json,
        ),
        console,
    )  # fmt: skip


@record_app.command()
@_errors_as_messages
def verify(folder: Annotated[Path, typer.Argument(help="Folder of the record.")]) -> None:
    """Check the chain of hashes over the journal."""
    from ironworks.commands.record import verify as run_verify

    raise typer.Exit(run_verify(folder, Console()))
