"""The bench's outcome as JSON and as a table, in the field's units."""

import math
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from ironworks.backtest.forecast_bench.judge import CEILING
from ironworks.backtest.forecast_bench.tally import Key, Tallies, Tally
from ironworks.backtest.forecast_bench.targets import WAYS, Target
from ironworks.core.units import Unit

HEADLINE = "headline"
PAIR = ("persistence", HEADLINE, CEILING)
"""The models of the short table on the rows that all three can be judged on."""
WEEKLY = 0.8
"""Coverage that a 90 % band should keep in every single week."""


def score_rows(
    tallies: Tallies, targets: Sequence[Target], horizons: Sequence[float], models: Sequence[str], headline: str,
    paired: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """One row a target, horizon, way of scoring and model, `headline` among them under both names.

    `paired`: only what the ceiling was worked out for, all models on the same rows; else all rows, and the ceiling on
    its own.
    """
    rows = []
    for target in targets:
        for horizon in horizons:
            for scored in WAYS:
                for model in (*models, HEADLINE, CEILING):
                    own = headline if model == HEADLINE else model
                    key = Key(target.name, horizon, scored, own, paired or model == CEILING)
                    if key in tallies:
                        rows.append({"target": target.name, "horizon_s": horizon, "scored": scored, "model": model,
                                     **figures(tallies[key], target)})  # fmt: skip
    return rows


def figures(tally: Tally, target: Target) -> dict[str, Any]:
    """The figures of one model, in the field's unit; null where there is none."""
    unit: Unit = target.unit
    return {
        "n": tally.n, "rmse": plain(unit.difference_from_si(tally.rmse)),
        "bias": plain(unit.difference_from_si(tally.bias)),
        "hits": {f"{band:g}": plain(share) for band, share in zip(target.bands, tally.shares)},
        "coverage90": plain(tally.coverage), "width90": plain(unit.difference_from_si(tally.mean_width)),
    }  # fmt: skip


def shares_of_ceiling(
    tallies: Tallies, targets: Sequence[Target], horizons: Sequence[float], headline: str
) -> list[dict[str, Any]]:
    """The share of the ceiling's hit rate that the headline reaches, on the same rows."""
    found = []
    for target in targets:
        for horizon in horizons:
            for scored in WAYS:
                ours, best = (tallies.get(Key(target.name, horizon, scored, m, True)) for m in (headline, CEILING))
                if ours is None or best is None:
                    continue
                for band, own, top in zip(target.bands, ours.shares, best.shares):
                    found.append({
                        "target": target.name, "horizon_s": horizon, "scored": scored, "band": band, "n": best.n,
                        "headline": plain(own), "ceiling": plain(top), "share": plain(own / top) if top else None,
                    })  # fmt: skip
    return found


def weekly_coverage(
    weeks: Sequence[Tallies], targets: Sequence[Target], horizons: Sequence[float], headline: str
) -> list[dict[str, Any]]:
    """How the headline's 90 % bands held week by week, over the weeks of all furnaces: the number of weeks, the lowest
    coverage of one, and the share of weeks in which it is at least `WEEKLY`."""
    found = []
    for target in targets:
        for horizon in horizons:
            for scored in WAYS:
                key = Key(target.name, horizon, scored, headline, False)
                held = [week[key].coverage for week in weeks if key in week]
                if held:
                    found.append({
                        "target": target.name, "horizon_s": horizon, "scored": scored, "weeks": len(held),
                        "lowest": plain(min(held)), "at_least": WEEKLY,
                        "share": plain(sum(one >= WEEKLY for one in held) / len(held)),
                    })  # fmt: skip
    return found


def weekly_text(rows: Sequence[dict[str, Any]]) -> str:
    """What `weekly_coverage` comes to."""
    if not rows:
        return "90 % bands by week: no week was scored from end to end"
    low = min(rows, key=lambda row: (row["share"], row["lowest"]))
    whole = sum(row["share"] * row["weeks"] for row in rows) / sum(row["weeks"] for row in rows)
    return (
        f"90 % bands by week, {low['weeks']} weeks, {len(rows)} kinds of forecast: they hold {share(WEEKLY)} in "
        f"{share(whole)} of all; worst kind: {low['target']} {low['horizon_s'] / 3600.0:g} h {low['scored']}, in "
        f"{share(low['share'])} of its weeks, lowest {share(low['lowest'])}"
    )


def table(rows: Sequence[dict[str, Any]], targets: Sequence[Target], title: str) -> Table:
    """Rows for people: one line a target, horizon, way and model."""
    units = {target.name: target.unit.symbol for target in targets}
    shown = Table(title=title, show_edge=False, pad_edge=False)
    for name in ("target", "ahead", "scored", "model"):
        shown.add_column(name)
    for name in ("n", "RMSE", "bias", "hits", "in 90 % band", "width"):
        shown.add_column(name, justify="right")
    before = None
    for row in rows:
        group = row["target"], row["horizon_s"], row["scored"]
        if before is not None and group != before:
            shown.add_section()
        first = group != before
        before = group
        hits = "  ".join(f"{band}: {share(value)}" for band, value in row["hits"].items())
        head = (f"{group[0]}, {units[group[0]]}", f"{group[1] / 3600.0:g} h", group[2]) if first else ("", "", "")
        shown.add_row(
            *head, row["model"], str(row["n"]), digits(row["rmse"]), digits(row["bias"]), hits,
            share(row["coverage90"]), digits(row["width90"]), style="bold" if row["model"] == HEADLINE else "",
        )  # fmt: skip
    return shown


def plain(value: float) -> float | None:
    """A number of six digits; None for what is not finite."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def digits(value: float | None) -> str:
    """Three figures."""
    return "-" if value is None else f"{value:.3g}"


def share(value: float | None) -> str:
    """Per cent."""
    return "-" if value is None else f"{100.0 * value:.0f} %"
