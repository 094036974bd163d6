"""The newest part of the record, held at hand, so that each poll reads only what is new."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")

OVERLAP_S = 1800.0
"""Plant seconds before the newest row that every poll reads again: rows may be written a little out of order."""


class Tail(Generic[Row]):
    """Rows of the last `span` plant seconds, in order of time, each once."""

    def __init__(
        self,
        read: Callable[[float, float], Sequence[Row]],
        time_of: Callable[[Row], float],
        key_of: Callable[[Row], Hashable],
        span: float,
    ) -> None:
        self._read, self._time_of, self._key_of, self._span = read, time_of, key_of, span
        self._rows: dict[Hashable, Row] = {}
        self._newest = float("-inf")

    @property
    def rows(self) -> list[Row]:
        """The rows, oldest first."""
        return list(self._rows.values())

    def update(self, now: float) -> bool:
        """Read what is new up to plant time `now`; whether anything was."""
        start = max(now - self._span, self._newest - OVERLAP_S)
        fresh = [row for row in self._read(start, now) if self._rows.get(self._key_of(row)) != row]
        for row in fresh:
            self._rows[self._key_of(row)] = row
            self._newest = max(self._newest, self._time_of(row))
        if fresh:
            kept = [row for row in self._rows.values() if self._time_of(row) >= now - self._span]
            self._rows = {self._key_of(row): row for row in sorted(kept, key=self._time_of)}
        return bool(fresh)
