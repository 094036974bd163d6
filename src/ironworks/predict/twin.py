"""The forecast of the twin: what the estimate of the inside says will come of what is in the furnace.

The twin knows what has been charged and moved, but neither the operator, who will not let the inputs stay, nor what
will come of itself. So its word is a correction of the filter's, believed in the share in which this furnace has borne
it out.
"""

import numpy as np

from ironworks.core.estimate import ahead
from ironworks.core.forecast import Scored
from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Point, Question
from ironworks.predict.trust import Trusts
from ironworks.predict.watch import View

INSIDE = "inside"
"""The driver: by how much the furnace's inside moves the forecast away from the filter's."""
PRIOR, PRIOR_SPREAD = 0.55, 0.25
"""Share believed before anything has been seen of a furnace, and how furnaces differ in it: on four drawn furnaces 0.4
to 0.9 (1 to 4 h)."""
MOST_DEVIATIONS = 3.0
"""Of the filter: what the twin says beyond is not believed, it has lost the furnace."""
TICK = 1800.0


class TwinForecast:
    """Implements PointModel. Where the estimate does not look ahead it answers as the filter, without the driver."""

    name = "twin"

    def __init__(self) -> None:
        self._trust = Trusts(PRIOR, PRIOR_SPREAD)

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that the filter holds beliefs about."""
        self._trust.learn(view)
        found: dict[Question, Point] = {}
        for question in questions:
            said = said_by_twin(view, question)
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


def said_by_twin(view: View, question: Question) -> float | None:
    """The underlying value at the horizon, or its mean until then, as the estimate of the inside says; None without."""
    beliefs, target = view.estimate.beliefs, question.target
    prefix = ahead(target, 0.0)[:-1]
    known = sorted(
        (float(name.removeprefix(prefix)), one.mean) for name, one in beliefs.items() if name.startswith(prefix)
    )
    if not known or question.horizon > known[-1][0]:
        return None
    times, values = np.array(known).T
    if question.scored == Scored.SAMPLE:
        return float(np.interp(question.horizon, times, values))
    ticks = np.linspace(0.0, question.horizon, max(round(question.horizon / TICK), 1) + 1)
    return float(np.mean(np.interp(ticks, times, values)))
