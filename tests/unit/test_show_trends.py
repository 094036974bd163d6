"""Pens are short enough to draw, keep every extreme and every gap; the cache equals the record."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample
from ironworks.core.units import UNITS
from ironworks.show.downsample import MOST_POINTS, thin, thin_steps
from ironworks.show.trends import CHUNK_S, LONGEST_SPAN_S, Trends, drawn

HOUR = 3600.0


def series(count: int, period: float = 10.0):
    times = np.arange(count) * period
    return times, np.sin(times / 700.0) + 0.01 * np.cos(times * 1.7)


def test_a_short_series_is_not_touched():
    times, values = series(500)
    pen = thin(times, values, 30.0)
    assert np.array_equal(pen.times, times)
    assert np.array_equal(pen.values, values)


def test_an_empty_series_stays_empty():
    assert len(thin(np.array([]), np.array([]), 30.0).times) == 0
    assert len(thin_steps(np.array([]), np.array([]), 30.0).times) == 0


def test_a_single_peak_survives_a_day():
    times, values = series(8640)
    values[4321] = 9.0
    pen = thin(times, values, 30.0)
    assert len(pen.times) <= MOST_POINTS
    assert pen.times[np.argmax(pen.values)] == times[4321]


@settings(max_examples=300, deadline=None)
@given(
    steps=st.lists(st.sampled_from([1.0, 2.0, 7.0, 40.0]), min_size=2, max_size=400),
    holes=st.sets(st.integers(0, 399), max_size=30),
    most=st.integers(20, 120),
)
def test_extremes_and_gaps_survive_and_nothing_is_invented(steps: list[float], holes: set[int], most: int):
    times = np.cumsum(steps)
    values = np.sin(np.arange(len(steps)) * 0.7)
    values[[hole for hole in holes if hole < len(values)]] = np.nan
    pen = thin(times, values, 5.0, most)
    assert len(pen.times) <= most
    assert np.all(np.diff(pen.times) > 0)
    kept = ~np.isnan(pen.values)
    original = dict(zip(times.tolist(), values.tolist(), strict=True))
    assert all(original[time] == value for time, value in zip(pen.times[kept], pen.values[kept], strict=True))
    if np.any(~np.isnan(values)):
        assert np.nanmax(pen.values) == np.nanmax(values)
        assert np.nanmin(pen.values) == np.nanmin(values)
    for first, second in zip(np.flatnonzero(kept), np.flatnonzero(kept)[1:], strict=False):
        if second == first + 1:  # drawn as joined: then no gap of the original lies between them
            inside = (times >= pen.times[first]) & (times <= pen.times[second])
            assert np.all(np.diff(times[inside]) <= 5.0)
            assert not np.any(np.isnan(values[inside]))


def test_steps_are_exact_and_short():
    times = np.arange(0.0, 86400.0, 10.0)
    values = np.floor(times / 7200.0)
    pen = thin_steps(times, values, 30.0)
    assert len(pen.times) == 24
    assert set(pen.values) == set(values)
    assert pen.times[2] == 7200.0, "a step stands where it happened"


TAG = Tag("gas", "Gas", "煤气", UNITS["%"], 0.0, 1.0, 60.0, 180.0, Role.MEASUREMENT, "gas", "x")
LABORATORY = Tag("silicon", "Si", "硅", UNITS["%"], 0.0, 0.04, 1800.0, 1800.0, Role.LABORATORY, "iron", "y")


class Shelf:
    """A reader that holds samples and counts what it is asked for."""

    def __init__(self) -> None:
        self.samples: dict[str, list[Sample]] = {TAG.name: [], LABORATORY.name: []}
        self.asked: list[tuple[tuple[str, ...], float, float]] = []

    def history(self, tags, start: float, end: float):
        self.asked.append((tuple(tags), start, end))
        return {tag: [row for row in self.samples[tag] if start <= row.source_time <= end] for tag in tags}

    def latest(self):
        return {tag: rows[-1] for tag, rows in self.samples.items() if rows}


def fill(shelf: Shelf, start: float, end: float, period: float = 60.0) -> None:
    for time in np.arange(start, end, period):
        quality = Quality.BAD if int(time) % 7200 == 0 else Quality.GOOD
        shelf.samples[TAG.name].append(Sample(TAG.name, 0.2 + time / 1e8, quality, float(time), float(time)))


def held(trends: Trends, tag: str = TAG.name):
    return list(trends.series(tag).times)


def test_the_cache_holds_what_the_record_holds_after_a_start_and_after_news():
    shelf, now = Shelf(), 100 * HOUR
    fill(shelf, 0.0, now)
    trends = Trends(shelf, [TAG, LABORATORY])
    for _ in range(7):
        trends.update(now, shelf.latest())
    wanted = [row.source_time for row in shelf.samples[TAG.name] if row.source_time >= now - LONGEST_SPAN_S]
    assert held(trends) == wanted
    fill(shelf, now, now + HOUR)
    shelf.asked.clear()
    trends.update(now + HOUR, shelf.latest())
    wanted = [row.source_time for row in shelf.samples[TAG.name] if row.source_time >= now + HOUR - LONGEST_SPAN_S]
    assert held(trends) == wanted
    read = [end - start for tags, start, end in shelf.asked if TAG.name in tags]
    assert sum(read) < 2 * HOUR, "only what is new is read"


def test_an_outage_stays_a_gap_and_what_comes_late_after_it_is_taken_in():
    shelf, now = Shelf(), 80 * HOUR
    fill(shelf, 0.0, now - 20 * HOUR)
    trends = Trends(shelf, [TAG])
    for _ in range(7):
        trends.update(now, shelf.latest())
    fill(shelf, now, now + HOUR)
    trends.update(now + HOUR, shelf.latest())
    pen = drawn(TAG, trends.series(TAG.name), now + HOUR - LONGEST_SPAN_S, 1.0)
    breaks = [time for time, value in zip(pen["t"], pen["v"], strict=True) if value is None]
    assert any(now - 20 * HOUR < time < now for time in breaks)
    assert held(trends)[-1] == now + HOUR - 60.0


def test_laboratory_values_that_arrive_out_of_order_are_seen():
    shelf, now = Shelf(), 80 * HOUR
    shelf.samples[LABORATORY.name] = [Sample(LABORATORY.name, 0.004, Quality.GOOD, now - HOUR, now)]
    trends = Trends(shelf, [LABORATORY])
    trends.update(now, shelf.latest())
    shelf.samples[LABORATORY.name].insert(0, Sample(LABORATORY.name, 0.005, Quality.GOOD, now - 3 * HOUR, now + 1.0))
    trends.update(now + 1.0, shelf.latest())
    assert held(trends, LABORATORY.name) == [now - 3 * HOUR, now - HOUR]


def test_bad_values_are_marked_and_never_joined():
    shelf, now = Shelf(), 10 * HOUR
    fill(shelf, 0.0, now)
    trends = Trends(shelf, [TAG])
    trends.update(now, shelf.latest())
    pen = drawn(TAG, trends.series(TAG.name), now - 3 * CHUNK_S, 1.0)
    assert pen["bad"]["t"] == [0.0, 7200.0, 14400.0, 21600.0, 28800.0]
    at = pen["t"].index(7200.0)
    assert pen["v"][at] is None
    assert pen["v"][at + 1] == pytest.approx(100 * (0.2 + 7260.0 / 1e8), rel=1e-6)
