"""`ironworks models`: the versions of the sequence model of a works; who forecasts, and who may."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ironworks.backtest.duel import Duel, duel
from ironworks.core.clock import WallClock, iso
from ironworks.core.errors import CallError
from ironworks.core.image import ProcessImage
from ironworks.core.works import Works
from ironworks.predict.registry import Registry
from ironworks.record import SqliteReader
from ironworks.runtime.wiring import HORIZONS

LONGEST_REPLAY = 28 * 144
"""Cycles of a replay: four weeks at one every ten minutes."""


def registry_of(state: Path) -> Registry:
    """The registry in the state folder of a works."""
    return Registry(state / "models")


def listing(registry: Registry) -> dict:
    """All versions, the champion and every change of it, for JSON."""
    return {
        "champion": registry.champion,
        "versions": ["shipped", *(asdict(one) for one in registry.versions.values())],
        "changes": [asdict(one) for one in registry.changes],
    }


def show_listing(registry: Registry, console: Console) -> None:
    """The versions as a table, and who was champion when and why."""
    table = Table("version", "", "added", "origin")
    for name in registry.names:
        version = registry.versions.get(name)
        added, origin = (iso(version.added_at), version.origin) if version else ("", "the package's own")
        table.add_row(name, "champion" if name == registry.champion else "", added, origin)
    console.print(table)
    for change in registry.changes:
        console.print(f"{iso(change.time)}  {change.before} -> {change.after}: {change.reason}", highlight=False)


def add(state: Path, file: Path, origin: str) -> str:
    """Take in weights; the version's name."""
    return registry_of(state).add(file, origin or str(file), WallClock().now())


def replay(state: Path, name: str, works: Works) -> Duel:
    """The champion against that version over the last weeks of the record."""
    registry = registry_of(state)
    challenger, champion = registry.network(name), registry.network(registry.champion)
    if name == registry.champion:
        raise CallError(f"'{name}' is the champion already", expected="a challenger")
    return duel(_images(state / "record"), champion, challenger, tuple(works.targets), HORIZONS)


def promote(state: Path, name: str, works: Works) -> Duel:
    """Replay, and make the version the champion when it wins; CallError, with what it lacks, when it does not."""
    outcome, registry = replay(state, name, works), registry_of(state)
    if not outcome.won:
        raise CallError(
            f"'{name}' does not take the place of '{registry.champion}': {outcome.verdict}",
            expected="a challenger that wins the replay of the record",
            remedy="wait for more of the record, or train another",
        )
    gain = f"{outcome.gain:.1%} +-{outcome.standard_error:.1%} less squared error over {outcome.days} days"
    registry.promote(name, gain, WallClock().now())
    return outcome


def rollback(state: Path, reason: str) -> str:
    """Back to the champion before; its name."""
    return registry_of(state).rollback(reason, WallClock().now())


def show_duel(outcome: Duel, works: Works, console: Console) -> None:
    """Errors of both, in the field's unit, and the verdict."""
    table = Table("target", "horizon, h", "n", "champion", "challenger", "change")
    for row in outcome.rows:
        factor = works.tags[row.target].unit.factor
        table.add_row(
            row.target, f"{row.horizon / 3600.0:g}", str(row.n), f"{row.champion / factor:.4g}",
            f"{row.challenger / factor:.4g}", f"{row.challenger / row.champion - 1.0:+.1%}",
        )  # fmt: skip
    console.print(table)
    console.print("the challenger wins" if outcome.won else f"the challenger does not win: {outcome.verdict}")


def _images(folder: Path) -> Iterator[ProcessImage]:
    reader = SqliteReader(folder)
    try:
        last = reader.last_cycle()
        for number in range(max(1, last - LONGEST_REPLAY + 1), last + 1):
            yield reader.image(number)
    finally:
        reader.close()
