"""The forecast that follows from the estimate alone: the level stays, the heat decays, both grow uncertain.

With a heat of time constant T and stationary variance s2, a level that drifts with variance q per second, and the
present variances and covariance of the two:

    in h seconds           level + heat exp(-h/T);  var = Vl + q h + 2 Vlh e + Vh e^2 + s2 (1 - e^2),   e = exp(-h/T)
    mean over h seconds    level + heat a;          var = Vl + q h/3 + 2 Vlh a + Vh a^2 + s2 v,         a = T/h (1 - e)
                           v = (T/h)^2 (2 h/T - 3 + 4 e - e^2): variance of the mean of an Ornstein-Uhlenbeck
                           process from a known start (Gardiner, Handbook of Stochastic Methods, section 4.4)

plus the sampling noise, divided for a mean by the number of samples that are expected in the window.
"""

import math

from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Scored
from ironworks.predict.points import Point, Question
from ironworks.predict.watch import View

HEAT = "heat_now"
"""The driver: what the furnace's heat of now leaves at the horizon."""


class KalmanForecast:
    """State-space forecast from the beliefs of the estimate; see ironworks.estimate for their names."""

    name = "kalman"

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that the estimate holds beliefs about."""
        found: dict[Question, Point] = {}
        for question in questions:
            point = kalman_point(view.estimate, question, view.histories[question.target].interval())
            if point is not None:
                found[question] = point
        return found


def kalman_point(estimate: StateEstimate, question: Question, interval: float) -> Point | None:
    """Mean and standard deviation of what will be measured; None without the beliefs that it takes."""
    target, beliefs, horizon = question.target, estimate.beliefs, question.horizon
    if f"{target}.reversion_time" not in beliefs:
        return None
    total, level, heat = beliefs[target], beliefs[f"{target}.level"], beliefs[f"{target}.heat"]
    time = beliefs[f"{target}.reversion_time"].mean
    spread, drift = beliefs[f"{target}.heat_spread"].mean ** 2, beliefs[f"{target}.level_drift"].mean ** 2
    noise = beliefs[f"{target}.sampling_noise"].mean ** 2
    twice_shared = total.sd**2 - level.sd**2 - heat.sd**2
    left = math.exp(-horizon / time)
    if question.scored == Scored.SAMPLE:
        kept, grown, drifted = left, 1.0 - left * left, horizon
    else:
        kept = time / horizon * (1.0 - left)
        grown = (time / horizon) ** 2 * (2.0 * horizon / time - 3.0 + 4.0 * left - left * left)
        drifted = horizon / 3.0
        noise /= max(1.0, horizon / interval) if interval > 0.0 else 1.0
    variance = level.sd**2 + drift * drifted + twice_shared * kept + heat.sd**2 * kept * kept + spread * grown + noise
    moved = kept * heat.mean
    return Point(level.mean + moved, math.sqrt(max(0.0, variance)), {HEAT: moved})
