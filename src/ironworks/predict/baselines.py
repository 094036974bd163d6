"""The two baselines that every score stands beside.

persistence   what was measured last stays: the newest sample for a sample, the mean of the samples of the last
horizon for a
              mean (the newest sample if there was none)
mean_24h      the mean of the samples of the last 24 h, for both

By source time, and only samples that have arrived. Their own standard deviation, until past errors take over, is
the spread of the samples of the last three days, times the square root of two for persistence (a difference of two
samples).
"""

import math

import numpy as np

from ironworks.core.forecast import Scored
from ironworks.predict.points import Point, Question
from ironworks.predict.watch import SampleHistory, View

DAY = 86400.0
FEWEST_SAMPLES = 3
"""Samples before there is a spread, and so a forecast."""


class Persistence:
    """What was measured last stays."""

    name = "persistence"

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target with at least three samples."""
        found: dict[Question, Point] = {}
        targets = dict.fromkeys(question.target for question in questions)
        spreads = {target: spread(view.histories[target], view.time) for target in targets}
        for question in questions:
            sd = spreads[question.target]
            if sd is not None:
                value = self._value(view.histories[question.target], question, view.time)
                found[question] = Point(value, math.sqrt(2.0) * sd)
        return found

    def _value(self, history: SampleHistory, question: Question, now: float) -> float:
        recent = history.between(now - question.horizon, now) if question.scored == Scored.MEAN else []
        return math.fsum(recent) / len(recent) if recent else history.values[-1]


class MeanOfDay:
    """The mean of the last 24 h stays."""

    name = "mean_24h"

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that was sampled within 24 h."""
        found: dict[Question, Point] = {}
        means: dict[str, Point | None] = {}
        for question in questions:
            if question.target not in means:
                means[question.target] = self._mean(view.histories[question.target], view.time)
            point = means[question.target]
            if point is not None:
                found[question] = point
        return found

    def _mean(self, history: SampleHistory, now: float) -> Point | None:
        inside, sd = history.between(now - DAY, now), spread(history, now)
        return Point(math.fsum(inside) / len(inside), sd) if inside and sd is not None else None


def spread(history: SampleHistory, now: float) -> float | None:
    """Standard deviation of the samples of the last three days, None with fewer than three or when all are alike."""
    inside = history.between(now - 3.0 * DAY, now)
    if len(inside) < FEWEST_SAMPLES:
        inside = history.values[-FEWEST_SAMPLES:]
    return (float(np.std(inside, ddof=1)) or None) if len(inside) >= FEWEST_SAMPLES else None
