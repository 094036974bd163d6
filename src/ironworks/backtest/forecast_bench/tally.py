"""Scores that add up: sums over rows, so that neither days nor furnaces cost memory."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Band(NamedTuple):
    """A forecast as it is scored, SI: the ends of its 90 % band and its point."""

    low: float
    point: float
    high: float


class Key(NamedTuple):
    """What a row of the table is about. `paired`: on those rows only that the ceiling was worked out for."""

    target: str
    horizon: float
    scored: str
    model: str
    paired: bool


@dataclass(slots=True)
class Tally:
    """Sums of one model: rows, errors (SI), hits by band, band held, width of the band (SI)."""

    n: int
    error: float
    square: float
    hits: Array
    held: int
    width: float

    @classmethod
    def empty(cls, bands: int) -> "Tally":
        """Nothing yet."""
        return cls(0, 0.0, 0.0, np.zeros(bands), 0, 0.0)

    def add(self, band: Band, truth: float, limits: Array, shrink: float = 1.0) -> None:
        """One forecast. `limits`: errors that count as hits, SI; `shrink`: factor on the error, see `ceiling`."""
        error = shrink * (band.point - truth)
        self.n += 1
        self.error += error
        self.square += error * error
        self.hits += abs(error) <= limits * (1.0 + 1e-9)
        self.held += band.low <= truth <= band.high
        self.width += band.high - band.low

    def merge(self, other: "Tally") -> None:
        """Add another's rows."""
        self.n, self.error, self.square = self.n + other.n, self.error + other.error, self.square + other.square
        self.hits = self.hits + other.hits
        self.held, self.width = self.held + other.held, self.width + other.width

    @property
    def rmse(self) -> float:
        """SI; NaN without rows, like all figures here."""
        return math.sqrt(self.square / self.n) if self.n else math.nan

    @property
    def bias(self) -> float:
        """Forecast less truth, SI."""
        return self.error / self.n if self.n else math.nan

    @property
    def shares(self) -> list[float]:
        """Hit rate by band."""
        return (self.hits / self.n if self.n else np.full(len(self.hits), math.nan)).tolist()

    @property
    def coverage(self) -> float:
        """How often the 90 % band held the truth."""
        return self.held / self.n if self.n else math.nan

    @property
    def mean_width(self) -> float:
        """Of the 90 % band, SI."""
        return self.width / self.n if self.n else math.nan


Tallies = dict[Key, Tally]


def merge(into: Tallies, other: Tallies) -> None:
    """Add the rows of another furnace."""
    for key, tally in other.items():
        if key in into:
            into[key].merge(tally)
        else:
            into[key] = tally


def tallies_to_plain(tallies: Tallies) -> list[list[Any]]:
    """As lists of numbers and words, one a row: the key, then the sums. `tallies_from_plain` gives back the same."""
    return [[*key, t.n, t.error, t.square, t.hits.tolist(), t.held, t.width] for key, t in tallies.items()]


def tallies_from_plain(rows: list[list[Any]]) -> Tallies:
    """See `tallies_to_plain`."""
    parts = len(Key._fields)
    return {
        Key(*row[:parts]): Tally(n, error, square, np.array(hits, dtype=float), held, width)
        for row in rows
        for n, error, square, hits, held, width in [row[parts:]]
    }
