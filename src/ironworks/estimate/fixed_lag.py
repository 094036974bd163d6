"""The filter over a sliding window, so that a sample that arrives late still counts at the time when it was taken.

Entries are kept in order of source time with the state after each. A late sample is put in its place and everything
from there on is filtered anew; entries older than the lag are folded into the base state.
"""

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ironworks.estimate.heat_model import Array, HeatModel, State, advance, begin, update

LAG = 48 * 3600.0
"""A sample may arrive this long after the newest one was taken and is still used, s. Hot metal is analysed within
hours."""

SAME_EVENT = 1.0
"""Samples of different targets taken within this time are one sampling event, s."""


@dataclass(slots=True)
class _Entry:
    time: float
    values: Array
    after: State | None = None


class FixedLagFilter:
    """Filters samples of D targets in order of their source time, whatever the order in which they arrive."""

    def __init__(self, model: HeatModel, start: float) -> None:
        self._model, self._base = model, begin(model, start)
        self._entries: list[_Entry] = []

    @property
    def model(self) -> HeatModel:
        """The parameters in force."""
        return self._model

    def adopt(self, model: HeatModel) -> None:
        """New parameters: the window is filtered anew from its base."""
        self._model = model
        self._filter_from(0)

    def add(self, samples: Iterable[tuple[float, int, float]]) -> int:
        """Samples as (source time, target, value). Returns how many lay before the window and were left out."""
        earliest, late = len(self._entries), 0
        for time, target, value in samples:
            if time < self._base.time:
                late += 1
                continue
            earliest = min(earliest, self._place(time, target, value))
        self._filter_from(earliest)
        self._fold()
        return late

    def state_at(self, time: float) -> State:
        """The state at a time not before the newest sample."""
        newest = self._entries[-1].after if self._entries else self._base
        assert newest is not None  # every entry is filtered by add
        return advance(self._model, newest, time)

    def _place(self, time: float, target: int, value: float) -> int:
        """Put one sample into its event, or make a new one; returns the index from which to filter."""
        index = bisect.bisect_right(self._entries, time + SAME_EVENT, key=lambda entry: entry.time)
        previous = self._entries[index - 1] if index else None
        joins = previous is not None and time - previous.time <= SAME_EVENT and np.isnan(previous.values[target])
        if joins and previous is not None:
            previous.values[target] = value
            return index - 1
        values = np.full(self._model.targets, np.nan)
        values[target] = value
        index = bisect.bisect_right(self._entries, time, key=lambda entry: entry.time)
        self._entries.insert(index, _Entry(time, values))
        return index

    def _filter_from(self, index: int) -> None:
        state = self._base
        if index > 0:
            before = self._entries[index - 1].after
            assert before is not None
            state = before
        for entry in self._entries[index:]:
            state = update(self._model, advance(self._model, state, entry.time), entry.values)
            entry.after = state

    def _fold(self) -> None:
        """Entries older than the lag become the base."""
        horizon = self._entries[-1].time - LAG if self._entries else self._base.time
        count = bisect.bisect_left(self._entries, horizon, key=lambda entry: entry.time)
        if count:
            after = self._entries[count - 1].after
            assert after is not None
            self._base = after
            del self._entries[:count]


def filtered(model: HeatModel, samples: Sequence[tuple[float, int, float]]) -> FixedLagFilter:
    """A filter begun at the first of these samples."""
    window = FixedLagFilter(model, min(time for time, _, _ in samples))
    window.add(samples)
    return window
