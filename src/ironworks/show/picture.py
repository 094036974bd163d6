"""What is shown now: everything the page needs, read from the record by one thread."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ironworks.core.clock import Clock
from ironworks.core.dictionary import Role, Tag
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRow, DecisionRow, RecordReader
from ironworks.core.sample import Sample
from ironworks.core.works import Works
from ironworks.show import journal
from ironworks.show.inside import Inside
from ironworks.show.panels import trend_tags
from ironworks.show.scores import Truth, headline_model, score, shown_horizon
from ironworks.show.tails import Tail
from ironworks.show.trends import LONGEST_SPAN_S, Series, Trends, drawn
from ironworks.show.values import ShownValue, field_difference, field_value, page_resolution, shown, stale_after

SHOWN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that are drawn: both bands and the median."""

CYCLE_PERIODS = 3.0
"""A chain that has recorded no cycle for this many cycle times is shown as standing still."""

Section = Any
"""JSON of one part of the page."""


class Picture:
    """The newest of everything. `read` and the history calls touch the record: one thread only."""

    def __init__(self, reader: RecordReader, works: Works, clock: Clock, headline: str = "") -> None:
        self._reader, self._works, self._clock, self._headline = reader, works, clock, headline
        self._latest: Mapping[str, Sample] = {}
        self._modes: Mapping[str, Mode] = {}
        self.trends = Trends(reader, trend_tags(works))
        self._decisions: Tail[DecisionRow] = Tail(
            reader.decisions, lambda row: row.time, lambda row: (row.cycle, row.setpoint), LONGEST_SPAN_S
        )
        self._cycles: Tail[CycleRow] = Tail(
            reader.cycles, lambda row: row.time, lambda row: (row.number, row.time), LONGEST_SPAN_S
        )
        self._changes: Tail[ModeChange] = Tail(
            reader.mode_changes, lambda row: row.time, lambda row: (row.setpoint, row.time, row.new), LONGEST_SPAN_S
        )
        self._forecasts: dict[str, Tail[Forecast]] = {target: self._forecast_tail(target) for target in works.targets}
        self._inside = Inside(reader, self._shown_cycle())
        self._slow: dict[str, Section] = {"log": [], "setpoints": {}, "scores": {}}

    def _forecast_tail(self, target: str) -> Tail[Forecast]:
        return Tail(
            lambda start, end: self._reader.forecasts(target, start, end),
            lambda row: row.made_at,
            lambda row: (row.model, row.scored, row.horizon, row.made_at),
            LONGEST_SPAN_S,
        )

    def read(self) -> None:
        """Take in what is new in the record."""
        now = self._clock.now()
        self._latest = self._reader.latest()
        self._modes = self._reader.modes()
        news = [tail.update(now) for tail in (self._decisions, self._cycles, self._changes)]
        for tail in self._forecasts.values():
            news.append(tail.update(now))
        self.trends.update(now, self._latest)
        cycles = self._cycles.rows
        self._inside.update(cycles[-1].time if cycles else None)
        if any(news):
            tags = self._works.tags
            self._slow = {
                "log": journal.log(tags, self._decisions.rows, self._changes.rows, self._cycles.rows),
                "setpoints": journal.setpoints(tags, self._works.limits, self._decisions.rows, self._changes.rows),
                "scores": {target: self._score(target, now) for target in self._works.targets},
            }

    def _score(self, target: str, now: float) -> Section:
        forecasts, pairs = self._forecasts[target].rows, self.trends.series(target).usable()
        truth = Truth([time for time, _ in pairs], [value for _, value in pairs])
        return score(self._works.tags[target], forecasts, truth, now, self._headline or headline_model(forecasts))

    def values(self) -> dict[str, ShownValue]:
        """Every tag of the works, aged and judged now."""
        now, resolution = self._clock.now(), page_resolution(self._clock)
        return {tag.name: shown(tag, self._latest.get(tag.name), now, resolution) for tag in self._works.tags}

    def sections(self) -> dict[str, Section]:
        """The parts of the page that are sent whole whenever they change."""
        modes = {
            setpoint: Mode(self._modes[setpoint]).name for setpoint in self._works.limits if setpoint in self._modes
        }
        inside = self._inside.section(self._clock.now())
        return {**self._slow, "modes": modes, "cycle": self._cycle(), "plant": self._plant(), "inside": inside}

    def _shown_cycle(self) -> float:
        """The works' cycle time in s, or the shortest plant time that the page can tell apart if that is longer."""
        return max(self._works.cycle, page_resolution(self._clock))

    def _cycle(self) -> Section:
        rows = self._cycles.rows
        if not rows:
            return None
        last, now = rows[-1], self._clock.now()
        seconds = sorted(sum(part for _, part in row.stage_seconds) for row in rows)
        return {
            "number": last.number,
            "time": last.time,
            "health": last.health,
            "faults": list(last.faults),
            "failures": list(last.failures),
            "seconds": round(sum(part for _, part in last.stage_seconds), 3),
            "seconds_p95": round(seconds[min(len(seconds) - 1, math.ceil(0.95 * len(seconds)) - 1)], 3),
            "overdue": now - last.time > CYCLE_PERIODS * self._shown_cycle(),
        }

    def _plant(self) -> Section:
        """Whether values still come: judged on the tags of the shortest period, whatever the connection says."""
        tags = [tag for tag in self._works.tags if tag.role != Role.LABORATORY and tag.name in self._latest]
        if not tags:
            return {"state": "never", "newest": None}
        newest = max(self._latest[tag.name].arrival_time for tag in tags)
        shortest = min(stale_after(tag, page_resolution(self._clock)) - tag.delay for tag in tags)
        return {"state": "flowing" if self._clock.now() - newest <= shortest else "silent", "newest": newest}

    def history(self, tags: list[Tag], hours: float) -> dict[str, Section]:
        """Pens of some tags over the last `hours`."""
        now, resolution = self._clock.now(), page_resolution(self._clock)
        start = now - hours * 3600.0
        others = [tag.name for tag in tags if tag.name not in self.trends]
        fresh = self._reader.history(others, start, now) if others else {}
        series = {name: Series.of(samples) for name, samples in fresh.items()}
        return {
            tag.name: drawn(tag, series.get(tag.name) or self.trends.series(tag.name), start, resolution)
            for tag in tags
        }

    def decisions(self, hours: float) -> Section:
        """Decisions of the last `hours`, oldest first."""
        start = self._clock.now() - hours * 3600.0
        return [journal.decision(self._works.tags, row) for row in self._decisions.rows if row.time >= start]

    def forecasts(self, hours: float) -> dict[str, Section]:
        """Per target the quantiles of the headline model at the times for which they were made, the newest fan, and the
        90 % band of the mean of the cast that runs at the shown horizon."""
        start = self._clock.now() - hours * 3600.0
        found: dict[str, Section] = {}
        for target, tail in self._forecasts.items():
            rows, tag = [row for row in tail.rows if row.scored == Scored.SAMPLE], self._works.tags[target]
            name = self._headline or headline_model(rows)
            ours = [row for row in rows if row.model == name and set(SHOWN_LEVELS) <= set(row.levels)]
            horizon = shown_horizon(ours)
            ahead = [row for row in ours if row.horizon == horizon and row.valid_at >= start]
            newest = max((row.made_at for row in ours), default=0.0)
            fan = sorted((row for row in ours if row.made_at == newest), key=lambda row: row.horizon)
            found[target] = {
                "model": name,
                "horizon_s": horizon,
                "ahead": _quantiles(tag, ahead, self._shown_cycle()),
                "fan": {"made_at": newest, **_quantiles(tag, fan, math.inf)} if fan else None,
                "calibrated_on": ahead[-1].calibrated_on if ahead else 0,
                "cast": _cast_band(tag, tail.rows, newest, horizon),
                "why": next((_why(tag, row) for row in fan if row.horizon == horizon), None),
            }
        return found


def _cast_band(tag: Tag, rows: Sequence[Forecast], made_at: float, horizon: float) -> list[float] | None:
    """The 90 % band of the mean of the cast that runs at the horizon, of the forecasts made at that time."""
    recent = itertools.takewhile(lambda row: row.made_at >= made_at, reversed(rows))
    found = (row for row in recent if row.scored == Scored.TAP_MEAN and row.horizon == horizon)
    return next(([field_value(tag, row.at(level)) for level in (LEVELS[0], LEVELS[-1])] for row in found), None)


def _why(tag: Tag, row: Forecast) -> Section:
    """What the forecast says of itself, in the field's unit; see `Forecast`."""
    return {
        "drivers": [[name, field_difference(tag, change)] for name, change in row.drivers],
        "noise_share": row.noise_share, "doubts": list(row.doubts), "drift": list(row.drift),
    }  # fmt: skip


def _quantiles(tag: Tag, rows: list[Forecast], cycle: float) -> Section:
    """Columns of valid times and quantiles, with a null row where cycles are missing in between."""
    times: list[float] = []
    columns: dict[str, list[float | None]] = {f"q{round(100 * level):02d}": [] for level in SHOWN_LEVELS}
    for row in sorted(rows, key=lambda row: row.valid_at):
        if times and row.valid_at - times[-1] > CYCLE_PERIODS * cycle:
            times.append((times[-1] + row.valid_at) / 2.0)
            for column in columns.values():
                column.append(None)
        times.append(row.valid_at)
        for level, column in zip(SHOWN_LEVELS, columns.values(), strict=True):
            column.append(field_value(tag, row.at(level)))
    return {"t": times, **columns}
