"""The forecast of the twin: what the estimate of the inside says will come of what is in the furnace.

The twin knows what has been charged and moved, but neither the operator, who will not let the inputs stay, nor what
will come of itself. So its word is a correction of the filter's, believed in the share in which this furnace has borne
it out.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ironworks.core.estimate import ahead
from ironworks.core.forecast import Scored
from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Point, Question
from ironworks.predict.trust import Trusts
from ironworks.predict.watch import View

Array = NDArray[np.float64]

INSIDE = "inside"
"""The driver: by how much the furnace's inside moves the forecast away from the filter's."""
PRIOR = {3600.0: 0.95, 7200.0: 0.85, 14400.0: 0.45, 28800.0: 0.2}
PRIOR_SPREAD = 0.25
"""Share believed before anything has been seen of a furnace, by horizon, s, and how furnaces differ in it: the farther
ahead, the more an operator will have done. Chosen on the first eight furnaces of `train-across`."""
MOST_DEVIATIONS = 3.0
"""Of the filter: what the twin says beyond is not believed, it has lost the furnace."""
TICK = 1800.0


class TwinForecast:
    """Implements PointModel. Where the estimate does not look ahead it answers as the filter, without the driver."""

    name = "twin"

    def __init__(self) -> None:
        self._trust = Trusts(prior_of, PRIOR_SPREAD)

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that the filter holds beliefs about."""
        self._trust.learn(view)
        courses = {target: course(view, target) for target in dict.fromkeys(one.target for one in questions)}
        found: dict[Question, Point] = {}
        for question in questions:
            said = said_by_twin(courses[question.target], question)
            base = kalman_point(view.estimate, question, view.histories[question.target].interval())
            if base is None:
                continue
            found[question] = base
            if said is None or base.sd <= 0.0:
                continue
            most = MOST_DEVIATIONS * base.sd
            correction = min(max(said - base.mean, -most), most)
            trust = self._trust.of(question)
            point = trust.answer(view.time, base, correction, base.sd)
            moved = point.mean - base.mean
            found[question] = Point(point.mean, point.sd, dict(base.drivers) | {INSIDE: moved})
        return found


def prior_of(question: Question) -> float:
    """The share believed at first, linear in the logarithm of the horizon."""
    return float(np.interp(math.log(question.horizon), [math.log(one) for one in PRIOR], list(PRIOR.values())))


Course = tuple[Array, Array]
"""Seconds ahead, rising, and what a target will be then (SI)."""


def course(view: View, target: str) -> Course | None:
    """What the estimate of the inside says of a target's next hours; None without."""
    prefix = ahead(target, 0.0)[:-1]
    known = sorted(
        (float(name.removeprefix(prefix)), one.mean)
        for name, one in view.estimate.beliefs.items()
        if name.startswith(prefix)
    )
    return (np.array([time for time, _ in known]), np.array([value for _, value in known])) if known else None


def said_by_twin(course: Course | None, question: Question) -> float | None:
    """The underlying value at the horizon, or its mean until then; None where the course does not reach."""
    if course is None or question.horizon > course[0][-1]:
        return None
    times, values = course
    if question.scored == Scored.SAMPLE:
        return float(np.interp(question.horizon, times, values))
    ticks = np.linspace(0.0, question.horizon, max(round(question.horizon / TICK), 1) + 1)
    return float(np.mean(np.interp(ticks, times, values)))
