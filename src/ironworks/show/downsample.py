"""Long series made short enough to draw, without hiding a peak and without bridging a gap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 600
"""Points of one pen: more than the pixels that tell them apart on a panel of the page."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What is drawn of one tag: times in s and values, NaN where the line must break."""

    times: NDArray[np.float64]
    values: NDArray[np.float64]


def thin(times: NDArray[np.float64], values: NDArray[np.float64], longest_step: float, most: int = MOST_POINTS) -> Pen:
    """At most `most` points that keep the lowest and the highest value of every bucket, and every gap.

    `times` rise; `values` of the same shape hold NaN where there was no usable value. Two neighbours further apart than
    `longest_step` seconds are not joined: a NaN stands between them. With more gaps than can be drawn, buckets widen.
    """
    whole = _with_gaps(times, values, longest_step)
    buckets = most // 2
    pen = whole
    while len(pen.times) > most:
        pen = _lowest_and_highest(whole, buckets)
        buckets = buckets * 4 // 5
    return pen


def thin_steps(
    times: NDArray[np.float64], values: NDArray[np.float64], longest_step: float, most: int = MOST_POINTS
) -> Pen:
    """The same for a stepped pen: first and last point of every run of one value, exact while that is short enough."""
    whole = _with_gaps(times, values, longest_step)
    if len(whole.times) > 2:
        same = (whole.values[1:] == whole.values[:-1]) | (np.isnan(whole.values[1:]) & np.isnan(whole.values[:-1]))
        inner = np.concatenate([[False], same[:-1] & same[1:], [False]])
        whole = Pen(whole.times[~inner], whole.values[~inner])
    return whole if len(whole.times) <= most else thin(whole.times, whole.values, np.inf, most)


def _with_gaps(times: NDArray[np.float64], values: NDArray[np.float64], longest_step: float) -> Pen:
    """The series with a NaN in the middle of every step that is too long, and no two NaN in a row."""
    if len(times) == 0:
        return Pen(times, values)
    broken = np.flatnonzero(np.diff(times) > longest_step)
    times = np.insert(times, broken + 1, (times[broken] + times[broken + 1]) / 2.0)
    values = np.insert(values, broken + 1, np.nan)
    repeated = np.concatenate([[False], np.isnan(values[1:]) & np.isnan(values[:-1])])
    return Pen(times[~repeated], values[~repeated])


def _lowest_and_highest(pen: Pen, buckets: int) -> Pen:
    """Of every bucket the lowest and the highest, and one NaN between two kept points wherever the line breaks."""
    edges = np.linspace(pen.times[0], pen.times[-1], buckets + 1)
    bucket = np.clip(np.searchsorted(edges, pen.times, side="right") - 1, 0, buckets - 1)
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    missing = np.isnan(pen.values)
    low = np.minimum.reduceat(np.where(missing, np.inf, pen.values), starts)
    high = np.maximum.reduceat(np.where(missing, -np.inf, pen.values), starts)
    keep = np.zeros(len(pen.times), dtype=bool)
    of = np.searchsorted(starts, np.arange(len(pen.times)), side="right") - 1
    for extreme in (low, high):
        hits = np.flatnonzero(pen.values == extreme[of])
        keep[hits[np.unique(of[hits], return_index=True)[1]]] = True
    holes = np.flatnonzero(missing)
    points_before = np.cumsum(keep)[holes]
    keep[holes[np.unique(points_before, return_index=True)[1]]] = True
    return Pen(pen.times[keep], pen.values[keep])
