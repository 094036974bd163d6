"""`ironworks backtest`: the stages of the chain on recorded data, scored."""

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from ironworks.backtest.report import BacktestReport
from ironworks.backtest.run import run_backtest
from ironworks.core.clock import parse_iso
from ironworks.core.errors import CallError


def backtest(
    file: Path, mapping: Path, target: str, horizon: float, score_from: str, console: Console
) -> BacktestReport:
    """Score all models on a data file, with a progress bar on the console."""
    try:
        begin = parse_iso(score_from) if score_from else None
    except ValueError as error:
        raise CallError(
            f"--score-from '{score_from}': {error}", expected="for instance 2021-07-01T00:00:00Z"
        ) from error
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(f"{file.name}: {target}", total=1.0)
        return run_backtest(file, mapping, target, horizon, begin, lambda share: bar.update(task, completed=share))
