"""Tapes into rows to learn from: what was known at a cycle, and by how much the filter's forecast was off."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ironworks.commands.train_across.tape import Tape
from ironworks.core.forecast import Scored
from ironworks.estimate import JointFilter
from ironworks.estimate.cast_heat import CastHeat
from ironworks.estimate.together import Together
from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Question
from ironworks.predict.sequence.features import TARGETS, UNITS, SequenceFeatures, spread_of
from ironworks.predict.sequence.questions import ASKED, HORIZONS
from ironworks.predict.watch import Watch

Array = NDArray[np.float64]

FILTERED = ("hot_metal_temperature", "hot_metal_silicon", "hot_metal_sulphur", "slag_basicity")
WARM_UP = 12 * 3600.0
"""From when on rows are taken, s: an estimate must be there within 12 h on an unknown furnace."""
MINUTE = 60.0
FEWEST_MINUTES = 10
"""Of iron running, for a mean."""
AROUND = 2400.0
"""s before and after the horizon, over which the truth to learn from is averaged: where a cast stands by then, and so
how cold its runner is, nobody knows hours before."""


class Rows(NamedTuple):
    """R rows. features (R, F); wanted (R, Q): truth less the filter's forecast, in `UNITS`, NaN where there is no
    truth or the target is not sampled."""

    features: Array
    wanted: Array


def rows_of(tape: Tape) -> Rows:
    """All rows of a tape, in order of time."""
    watch, estimator = Watch(FILTERED, HORIZONS), Together([JointFilter(FILTERED), CastHeat()])
    features = SequenceFeatures()
    truth = Truth(tape)
    found: list[tuple[Array, Array]] = []
    begin = float(tape.time[0])
    for image in tape.images():
        estimate = estimator.step(image)
        view = watch.look(image, estimate)
        row = features.step(view)
        sampled = {target for target in TARGETS if spread_of(estimate, target) is not None}
        if image.time - begin < WARM_UP or not sampled:
            continue
        wanted = np.full(len(ASKED), np.nan)
        for index, question in enumerate(ASKED):
            point = kalman_point(estimate, question, view.histories[question.target].interval())
            if point is not None and question.target in sampled:
                value = truth.learned_from(question, image.time)
                wanted[index] = (value - point.mean) / UNITS[question.target]
        found.append((row, wanted))
    return Rows(*(np.array(part) for part in zip(*found)))


class Truth:
    """Looks up the truth of a tape by time."""

    def __init__(self, tape: Tape) -> None:
        self._start = float(tape.minute[0])
        self._columns = {str(name): i for i, name in enumerate(tape.targets)}
        self._flows = tape.flows
        value = np.where(tape.flows, tape.truth, 0.0)
        self._truth = tape.truth
        self._sum = np.vstack([np.zeros(value.shape[1]), np.cumsum(value, axis=0)])
        self._count = np.vstack([np.zeros(value.shape[1]), np.cumsum(tape.flows, axis=0)])

    def of(self, target: str, scored: Scored, time: float, horizon: float) -> float:
        """The truth at the horizon, or its mean until then; NaN where nothing ran or the tape ends before."""
        if scored == Scored.MEAN:
            return self._mean(target, time, time + horizon)
        column, last = self._columns[target], round((time + horizon - self._start) / MINUTE)
        there = last < len(self._truth) and self._flows[last, column]
        return float(self._truth[last, column]) if there else np.nan

    def learned_from(self, question: Question, time: float) -> float:
        """As `of`, the value at the horizon as the mean AROUND it."""
        if question.scored == Scored.MEAN:
            return self.of(question.target, question.scored, time, question.horizon)
        middle = time + question.horizon
        return self._mean(question.target, middle - AROUND, middle + AROUND)

    def _mean(self, target: str, since: float, until: float) -> float:
        """The mean of the minutes in which it ran; NaN when these are too few, or the tape ends before."""
        column = self._columns[target]
        first, last = round((since - self._start) / MINUTE), round((until - self._start) / MINUTE)
        if last >= len(self._truth):
            return np.nan
        count = self._count[last + 1, column] - self._count[first + 1, column]
        total = self._sum[last + 1, column] - self._sum[first + 1, column]
        return float(total / count) if count >= FEWEST_MINUTES else np.nan
