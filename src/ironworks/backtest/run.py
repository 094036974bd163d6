"""A whole backtest: read, walk, score."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from ironworks import predict
from ironworks.backtest.mapping import read_mapping
from ironworks.backtest.read import read_samples
from ironworks.backtest.report import BacktestReport
from ironworks.backtest.score import Ledger, default_bands, rows, score
from ironworks.backtest.walk import Progress, walk
from ironworks.core.clock import iso
from ironworks.core.errors import CallError, DataError
from ironworks.core.forecast import MEASURED, Scored

SCORED_SHARE = 0.3
"""Share of the time at the end of the record that is scored by default."""


def run_backtest(
    file: Path, mapping: Path, target: str, horizon_s: float, score_from: float | None = None,
    progress: Progress | None = None,
) -> BacktestReport:  # fmt: skip
    """Score all models on a plant's data file.

    `target`: a tag of the mapping. `horizon_s`: how far ahead, s. `score_from`: plant time from which forecasts are
    scored; by default the last 30 % in time. `progress` is told the share done. Errors name the file, the column
    and the remedy.
    """
    if not horizon_s > 0.0:
        raise CallError(f"horizon {horizon_s:g} s", expected="a positive number of seconds")
    plan = read_mapping(mapping)
    column = plan.column(target)
    samples = read_samples(file, plan)
    times = [sample.source_time for sample in samples if sample.tag == target and sample.value is not None]
    if not times:
        raise DataError(f"column '{column.tag.source}' holds no values", str(file), f"samples of {target}", "")
    start, end = min(times), max(times)
    begin = start + (1.0 - SCORED_SHARE) * (end - start) if score_from is None else score_from
    if begin >= end:
        raise CallError(
            f"score_from {iso(begin)} is not before the end of the data", str(file), f"a time before {iso(end)}"
        )
    ledger = Ledger(target)
    with threadpool_limits(1):  # small matrices: threads only get in one another's way
        for cycle in walk(samples, plan, target, horizon_s, progress):
            ledger.note(cycle, begin - horizon_s - plan.cycle)
    found = {scored: rows(ledger, scored, predict.MODELS, horizon_s, begin) for scored in MEASURED}
    bands = column.hits or default_bands(found[Scored.SAMPLE], column.tag.unit)
    scores = [
        score(model, scored, found[scored], column.tag.unit, bands) for scored in MEASURED for model in predict.MODELS
    ]
    return BacktestReport(target, horizon_s, begin, column.tag.unit, tuple(scores), predict.HEADLINE)
