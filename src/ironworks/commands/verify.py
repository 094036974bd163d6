"""`ironworks verify`: every validation target of the furnace, measured now."""

import time
from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table

from ironworks.core.errors import CallError
from ironworks.core.works import load_works
from ironworks.physics import backend
from ironworks.plant.validation.bench import SEED, Bench
from ironworks.plant.validation.families import chosen, selected
from ironworks.plant.validation.target import Result

SHOWN = {True: "yes", False: "NO", None: "-"}


def verify(works: str, only: Collection[str], console: Console, seed: int = SEED) -> list[Result]:
    """Run the families that hold the targets named, all if none is, with progress on the console. seed: of the month
    with the operator."""
    families = chosen(only)
    found = load_works(works)
    if not found.simulated:
        raise CallError(f"works '{found.name}' is not simulated", expected='kind = "simulated" in works.toml')
    backend.configure()
    bench = Bench(found, say=lambda text: console.print(f"  {text}", highlight=False, soft_wrap=True), seed=seed)
    results: list[Result] = []
    for number, family in enumerate(families, 1):
        ids = family.ids[0] if len(family.ids) == 1 else f"{family.ids[0]}-{family.ids[-1]}"
        console.print(f"[{number}/{len(families)}] {ids} {family.name}", markup=False, highlight=False)
        begin = time.perf_counter()
        results += family.run(bench)
        console.print(f"  {time.perf_counter() - begin:.0f} s", highlight=False)
    return selected(results, only)


def judged(results: Sequence[Result]) -> list[Result]:
    """The rows that count: those that are not only reported."""
    return [row for row in results if row.ok is not None]


def exit_code(results: Sequence[Result]) -> int:
    """0 when every target judged is met, 1 when one is missed."""
    return 0 if all(row.ok for row in judged(results)) else 1


def to_json(results: Sequence[Result]) -> dict:
    """The rows, and how many of the targets judged are met."""
    counted = judged(results)
    return {
        "targets": [row.to_json() for row in results],
        "passed": sum(bool(row.ok) for row in counted),
        "of": len(counted),
    }


def table(results: Sequence[Result]) -> Table:
    """The rows for reading."""
    shown = Table(caption=_caption(results), caption_justify="left", show_edge=False, pad_edge=False)
    for name, side in (("id", "left"), ("what", "left"), ("value", "right"), ("unit", "left"), ("target", "left"),
                       ("tolerance", "left"), ("ok", "left"), ("note", "left")):  # fmt: skip
        shown.add_column(name, justify=side, overflow="fold")  # pyright: ignore[reportArgumentType]
    for row in results:
        style = "bold red" if row.ok is False else ""
        shown.add_row(row.id, row.what, number(row.value), row.unit, row.target, allowed(row), SHOWN[row.ok], row.note,
                      style=style)  # fmt: skip
    return shown


def _caption(results: Sequence[Result]) -> str:
    counted = judged(results)
    missed = [row.id for row in counted if not row.ok]
    text = f"{len(counted) - len(missed)} of {len(counted)} targets met"
    return f"{text}; missed: {' '.join(missed)}" if missed else text


def number(value: float) -> str:
    """Five figures, plain where that reads well."""
    return f"{value:.1f}" if 1e3 <= abs(value) < 1e6 else f"{value:.4g}"


def allowed(row: Result) -> str:
    """The band in words; nothing for a row that is only reported."""
    if row.ok is None:
        return ""
    if row.low == -float("inf"):
        return f"<= {number(row.high)}"
    if row.high == float("inf"):
        return f">= {number(row.low)}"
    return f"{number(row.low)} ... {number(row.high)}"
