"""History of the tags on the panels, held at hand as arrays: the record is asked only for what is new."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ironworks.core.dictionary import Role, Tag
from ironworks.core.ports import RecordReader
from ironworks.core.sample import Quality, Sample
from ironworks.show.downsample import Pen, thin, thin_steps
from ironworks.show.panels import pen_style
from ironworks.show.values import STALE_PERIODS, short

LONGEST_SPAN_S = 72 * 3600.0
"""The longest span of the page's panels."""

CHUNK_S = 12 * 3600.0
"""What one poll reads backwards at a start, so that the page is alive before the whole past is read."""

MOST_MARKS = 100
"""Marks of bad values that are sent for one pen."""


@dataclass(slots=True)
class Series:
    """Samples of one tag by source time: SI values (NaN for none) and qualities."""

    times: array = field(default_factory=lambda: array("d"))
    values: array = field(default_factory=lambda: array("d"))
    qualities: array = field(default_factory=lambda: array("b"))

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "Series":
        """Samples, which rise in source time."""
        return cls(
            array("d", [sample.source_time for sample in samples]),
            array("d", [np.nan if sample.value is None else sample.value for sample in samples]),
            array("b", [int(sample.quality) for sample in samples]),
        )

    def __add__(self, later: "Series") -> "Series":
        return Series(self.times + later.times, self.values + later.values, self.qualities + later.qualities)

    def trim(self, oldest: float) -> None:
        """Forget what is older."""
        drop = int(np.searchsorted(np.array(self.times), oldest))
        del self.times[:drop], self.values[:drop], self.qualities[:drop]

    def usable(self, start: float = -np.inf) -> list[tuple[float, float]]:
        """Source time and SI value of the good ones from `start` on."""
        good = int(Quality.GOOD)
        rows = zip(self.times, self.values, self.qualities, strict=True)
        return [(time, value) for time, value, quality in rows if quality == good and time >= start]


class Trends:
    """The past of some tags up to LONGEST_SPAN_S; kept current by `update`, which only one thread may call."""

    def __init__(self, reader: RecordReader, tags: Sequence[Tag]) -> None:
        self._reader = reader
        self._tags = {tag.name: tag for tag in tags}
        self._series: dict[str, Series] = {}
        self._newest: dict[str, float] = {}
        self._oldest: float | None = None

    def __contains__(self, tag: object) -> bool:
        return tag in self._tags

    def series(self, tag: str) -> Series:
        """What is held of a tag."""
        return self._series.get(tag, Series())

    def update(self, now: float, latest: Mapping[str, Sample]) -> None:
        """Take in what is new since the last call, and one more chunk of the past while that is not yet whole."""
        if self._oldest is None:
            self._oldest = now
        for start, names in self._outdated(now, latest).items():
            for name, samples in self._reader.history(names, start, now).items():
                self._append(name, samples, now)
        if self._oldest > now - LONGEST_SPAN_S:
            self._read_back(max(self._oldest - CHUNK_S, now - LONGEST_SPAN_S))

    def _outdated(self, now: float, latest: Mapping[str, Sample]) -> dict[float, list[str]]:
        """Names of tags with something new, by the time from which to read them: laboratory values may come late."""
        found: dict[float, list[str]] = {}
        recent: list[str] = []
        for name, tag in self._tags.items():
            newest = self._newest.get(name, -np.inf)
            if tag.role == Role.LABORATORY:
                found.setdefault(now - LONGEST_SPAN_S, []).append(name)
            elif name in latest and latest[name].source_time > newest:
                if newest > now - CHUNK_S:
                    recent.append(name)
                else:
                    found.setdefault(max(newest, now - CHUNK_S), []).append(name)
        if recent:
            found.setdefault(min(self._newest[name] for name in recent), []).extend(recent)
        return found

    def _append(self, name: str, samples: Sequence[Sample], now: float) -> None:
        if self._tags[name].role == Role.LABORATORY:
            self._series[name] = Series.of(samples)
        else:
            newest = self._newest.get(name, -np.inf)
            fresh = Series.of([sample for sample in samples if sample.source_time > newest])
            self._series[name] = self.series(name) + fresh
            self._series[name].trim(now - LONGEST_SPAN_S)
        if samples:
            self._newest[name] = max(self._newest.get(name, -np.inf), samples[-1].source_time)

    def _read_back(self, start: float) -> None:
        assert self._oldest is not None
        names = [name for name, tag in self._tags.items() if tag.role != Role.LABORATORY]
        for name, samples in self._reader.history(names, start, self._oldest).items():
            held = self.series(name)
            first = held.times[0] if held.times else np.inf
            self._series[name] = Series.of([sample for sample in samples if sample.source_time < first]) + held
            if samples:
                self._newest[name] = max(self._newest.get(name, -np.inf), samples[-1].source_time)
        self._oldest = start


def drawn(tag: Tag, series: Series, start: float, resolution: float) -> dict[str, Any]:
    """One pen for the page in the field's unit: points from `start` on with null where the line breaks, and marks of
    the values that are not good: shown, but not joined."""
    times, values = np.array(series.times), np.array(series.values)
    within = times >= start
    times, values = times[within], (values[within] - tag.unit.offset) / tag.unit.factor
    good = np.array(series.qualities)[within] == int(Quality.GOOD)
    marks = np.flatnonzero(~good & ~np.isnan(values))
    marks = marks[:: max(1, -(-len(marks) // MOST_MARKS))]
    longest_step = STALE_PERIODS * max(tag.period, resolution)
    judged = np.where(good, values, np.nan)
    pen = thin_steps(times, judged, longest_step) if pen_style(tag) == "steps" else thin(times, judged, longest_step)
    return {**points(pen), "bad": points(Pen(times[marks], values[marks]))}


def points(pen: Pen) -> dict[str, list[float | None]]:
    """Times and values for JSON."""
    return {"t": [round(time, 1) for time in pen.times.tolist()], "v": _short(pen.values)}


def _short(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else short(value) for value in values.tolist()]
