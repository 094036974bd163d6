"""A backtest's outcome as JSON and as a table."""

import json
import math
from dataclasses import dataclass

from rich.table import Table

from ironworks.backtest.score import Score
from ironworks.core.clock import iso
from ironworks.core.forecast import MEASURED, Scored
from ironworks.core.units import Unit


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """Scores of all models for one target and horizon (s), in `unit`, from `score_from` (s since the epoch) on."""

    target: str
    horizon: float
    score_from: float
    unit: Unit
    rows: tuple[Score, ...]
    headline: str

    def row(self, model: str, scored: Scored) -> Score:
        """The scores of one model in one way."""
        return next(row for row in self.rows if row.model == model and row.scored == scored)

    def to_json(self) -> str:
        """JSON; a figure that there is none of is null."""
        rows = [
            {
                "model": row.model, "scored": row.scored.value, "n": row.n, "rmse": _plain(row.rmse),
                "mae": _plain(row.mae), "bias": _plain(row.bias),
                "hits": {f"{band:g}": _plain(share) for band, share in row.hits.items()},
                "coverage90": _plain(row.coverage90), "width90": _plain(row.width90),
            }
            for row in self.rows
        ]  # fmt: skip
        content = {
            "target": self.target, "horizon_s": self.horizon, "score_from": iso(self.score_from), "rows": rows,
            "headline": self.headline,
        }  # fmt: skip
        return json.dumps(content, allow_nan=False)

    def table(self) -> Table:
        """The same for people: one line a model and way of scoring, with the skill against persistence."""
        ahead = f"{self.horizon / 3600.0:g} h ahead"
        table = Table(title=f"{self.target} in {self.unit.symbol}, {ahead}, scored from {iso(self.score_from)}")
        bands = list(dict.fromkeys(band for row in self.rows for band in row.hits))
        table.add_column("scored")
        table.add_column("model")
        for title in ("n", "RMSE", "better than persistence", "MAE", "bias"):
            table.add_column(title, justify="right")
        for title in (*(f"within {band:g}" for band in bands), "in 90 % band", "width"):
            table.add_column(title, justify="right")
        for scored in MEASURED:
            for row in (row for row in self.rows if row.scored == scored):
                table.add_row(*self._cells(row, bands), style="bold" if row.model == self.headline else "")
            table.add_section()
        return table

    def _cells(self, row: Score, bands: list[float]) -> list[str]:
        base = self.row("persistence", row.scored).rmse
        skill = 1.0 - row.rmse / base if base > 0.0 else math.nan
        return [
            row.scored.value, row.model, str(row.n), _digits(row.rmse), _share(skill), _digits(row.mae),
            _digits(row.bias), *(_share(row.hits.get(band, math.nan)) for band in bands), _share(row.coverage90),
            _digits(row.width90),
        ]  # fmt: skip


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _digits(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"


def _share(value: float) -> str:
    return f"{100.0 * value:.1f} %" if math.isfinite(value) else "-"
