"""Results of single furnaces kept in a folder, so that a bench that was broken off goes on where it stopped.

A result stands for the options and for the code that made it: what other options or other code made is refused, for
sums over both would be the score of nothing.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import ironworks
from ironworks.backtest.forecast_bench.tally import Tallies, tallies_from_plain, tallies_to_plain
from ironworks.commands.forecast_bench.one_furnace import FurnaceResult
from ironworks.commands.forecast_bench.options import BenchOptions
from ironworks.core.errors import DataError

CODE_FILES = (".py", ".toml", ".npz")
NOT_OF_A_SCORE = {"show", "record", "sense", "link"}
"""Packages that no score depends on: the page, the record and the ways to a plant."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """A folder of results of one bench, `None` keeps nothing. One file a furnace, written whole or not at all."""

    folder: Path | None
    made_by: dict[str, Any]

    @classmethod
    def of(cls, options: BenchOptions) -> "Keeper":
        """The keeper of these options, with its folder made."""
        if options.keep is not None:
            options.keep.mkdir(parents=True, exist_ok=True)
        return cls(options.keep, _made_by(options))

    def results(self) -> dict[int, FurnaceResult]:
        """All that is kept, by the furnace's number. DataError for a file that cannot be read or was made otherwise."""
        files = sorted(self.folder.glob("furnace-*.json")) if self.folder is not None else []
        return {result.number: result for result in map(self._load, files)}

    def save(self, result: FurnaceResult) -> None:
        """Keep it, if anything is kept."""
        if self.folder is None:
            return
        file = self.folder / f"furnace-{result.number:04d}.json"
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps({"made_by": self.made_by, "result": _to_plain(result)}))
        unfinished.replace(file)

    def _load(self, file: Path) -> FurnaceResult:
        try:
            content = json.loads(file.read_text())
            made_by, result = content["made_by"], _from_plain(content["result"])
        except (ValueError, KeyError, TypeError) as error:
            raise DataError("this is no kept result", str(file), "a file that this bench wrote", "delete it") from error
        other = sorted(name for name in self.made_by if made_by.get(name) != self.made_by[name])
        if other:
            raise DataError(
                f"kept by a bench with other {', '.join(other)}", str(file),
                ", ".join(f"{name} {self.made_by[name]}" for name in other), "give --keep a folder of its own",
            )  # fmt: skip
        return result


def _made_by(options: BenchOptions) -> dict[str, Any]:
    """What a result of one furnace depends on: how many furnaces there are, and in how many processes, is not of it."""
    named = asdict(options)
    return {name: named[name] for name in named if name not in ("furnaces", "workers", "keep")} | {"code": _code()}


def _code() -> str:
    """A digest of the package's source, tables and weights."""
    digest, root = sha256(), Path(ironworks.__file__).parent
    for file in _code_files(root):
        digest.update(f"{file.relative_to(root)}\0".encode() + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _code_files(root: Path) -> Iterator[Path]:
    for file in sorted(root.rglob("*")):
        if file.suffix in CODE_FILES and file.relative_to(root).parts[0] not in NOT_OF_A_SCORE:
            yield file


def _to_plain(result: FurnaceResult) -> dict[str, Any]:
    plain = {field.name: getattr(result, field.name) for field in fields(result)}
    weeks = [tallies_to_plain(week) for week in result.weeks]
    return plain | {"tallies": tallies_to_plain(result.tallies), "weeks": weeks}


def _from_plain(plain: dict[str, Any]) -> FurnaceResult:
    tallies: Tallies = tallies_from_plain(plain["tallies"])
    weeks = tuple(tallies_from_plain(week) for week in plain["weeks"])
    return FurnaceResult(**{**plain, "tallies": tallies, "weeks": weeks})
