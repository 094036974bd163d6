"""How a number is read off a course: rates per tonne, smoothed responses, times to 63 %."""

import numpy as np
from numpy.typing import NDArray

from ironworks.plant.validation.bench import Course

HOUR = 3600.0
SMOOTHING = HOUR  # s; nine dumps of burden, so that the charging ripple is gone
Values = NDArray[np.floating]


def slope(course: Course, total: str, lane: int, since: float, until: float = np.inf) -> float:
    """Mean rate, per s, of a cumulated total over [since, until] s, by least squares.

    The total rises by a charge at a time; the straight line through many of them errs by less than a thousandth, the
    difference of two values by up to a charge.
    """
    inside = (course.time > since) & (course.time <= until)
    return float(np.polyfit(course.time[inside], course[total][inside, lane], 1)[0])


def per_tonne(course: Course, lane: int, since: float, until: float = np.inf) -> tuple[float, float]:
    """(coke, coal) kg per tonne of hot metal over [since, until] s, dry."""
    metal = slope(course, "metal_produced", lane, since, until) / 1e3
    coke, coal = (slope(course, name, lane, since, until) for name in ("coke_charged", "coal_injected"))
    return coke / metal, coal / metal


def smoothed(values: Values, interval: float, window: float = SMOOTHING) -> Values:
    """Centred moving mean over `window` s of values at `interval` s, zero before the first (a response to a step)."""
    count = max(round(window / interval), 1)
    before = count // 2
    padded = np.concatenate([np.zeros(before), values, np.full(count - 1 - before, values[-1])])
    return np.convolve(padded, np.ones(count) / count, mode="valid")


def first_time(times: Values, reached: NDArray[np.bool_]) -> float:
    """First of `times` at which `reached` holds; infinity if it never does."""
    return float(times[np.argmax(reached)]) if np.any(reached) else np.inf


def time_to_share(times: Values, response: Values, final: float, share: float = 0.632) -> float:
    """First time at which the response reaches `share` of its final value (in the final value's direction)."""
    return first_time(times, response * np.sign(final) >= share * abs(final))
