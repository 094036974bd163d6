"""The forecasts of a run against what was measured since, in the way of the backtest, from the record."""

from typing import Any

from ironworks.backtest.score import Ledger, rows, score
from ironworks.core.forecast import MEASURED
from ironworks.core.ports import RecordReader
from ironworks.core.works import Works
from ironworks.predict.suite import MODELS


def score_run(reader: RecordReader, works: Works, start: float, end: float) -> list[dict[str, Any]]:
    """One row a target, horizon, way of scoring and model, in the field's unit; only forecasts that have come due."""
    found: list[dict[str, Any]] = []
    for name, target in works.targets.items():
        ledger = Ledger(name)
        samples = reader.history([name], start, end).get(name, [])
        ledger.samples = sorted((s.source_time, s.value) for s in samples if s.usable and s.value is not None)
        forecasts = reader.forecasts(name, start, end)
        for horizon in sorted({forecast.horizon for forecast in forecasts}):
            for scored in MEASURED:
                made = ledger.forecasts[scored] = {}
                for forecast in forecasts:
                    if forecast.horizon == horizon and forecast.scored == scored:
                        made.setdefault(forecast.made_at, {})[forecast.model] = forecast
                pairs = rows(ledger, scored, MODELS, horizon, start)
                for model in MODELS if pairs else ():
                    one = score(model, scored, pairs, works.tags[name].unit, target.hits)
                    found.append(
                        {
                            "target": name, "horizon_s": horizon, "model": model, "scored": scored.value, "n": one.n,
                            "rmse": round(one.rmse, 5), "mae": round(one.mae, 5), "bias": round(one.bias, 5),
                            "hits": {f"{band:g}": round(share, 4) for band, share in one.hits.items()},
                            "coverage90": round(one.coverage90, 4), "width90": round(one.width90, 5),
                        }
                    )  # fmt: skip
    return found
