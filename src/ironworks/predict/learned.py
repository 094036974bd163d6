"""The learned model: the filter's forecast plus what its past residuals had in common with what was known at the time.

At every cycle the features are noted; when the measurement that judges that cycle's forecast has arrived, features and
residual become a row to learn from. From time to time the residual is fitted anew on the rows so far. What a fit
says from then on is itself judged, and used only in the proportion in which it has been right, beginning at a
little: a fit that has learned nothing lasting does no harm for long.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ironworks.core.forecast import Scored
from ironworks.predict.conformal import MEAN_SPACING
from ironworks.predict.features import Array, ProcessMeans, target_features
from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Point, Question
from ironworks.predict.residual import ResidualFit, fit_residual
from ironworks.predict.watch import View

FEWEST_ROWS, MOST_ROWS = 250, 5000
REFIT_INTERVAL = 72 * 3600.0
"""Time between fits of one question, s."""
GROWTH, GROWN_INTERVAL = 1.3, 12 * 3600.0
"""While rows are few, a fit is also due when their number has grown by this factor, but not within 12 h."""
PRIOR_STRENGTH = 4.0
"""Belief that a fit is worth nothing: residuals are in units of noise, so this is noise variance over a prior
spread of 0.5."""
HALF_LIFE = 1500.0
MOST_CORRECTION = 0.6
"""The correction stays within this share of the filter's own standard deviation."""


class Learned:
    """Implements PointModel. `inputs` are the process tags to look at; those that are missing are done without."""

    name = "learned"

    def __init__(self, inputs: Sequence[str]) -> None:
        self._means = ProcessMeans(inputs)
        self._learners: dict[Question, _Learner] = {}

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that the estimate holds beliefs about."""
        self._means.step(view.image)
        for settled in view.settled:
            learner = self._learners.get(Question(settled.target, settled.horizon, settled.scored))
            if learner is not None:
                learner.learn(settled.made_at, settled.truth)
        self._refit_one(view.time)
        features = self._features(view)
        found: dict[Question, Point] = {}
        for question in questions:
            base = kalman_point(view.estimate, question, view.histories[question.target].interval())
            if base is not None and base.sd > 0.0:
                learner = self._learners.setdefault(question, _Learner(question))
                found[question] = learner.answer(view.time, features, base)
        return found

    def _features(self, view: View) -> Array:
        return np.concatenate([*(target_features(view, target) for target in view.histories), self._means.features()])

    def _refit_one(self, now: float) -> None:
        """At most one fit a cycle, the most overdue, so that no cycle takes long."""
        due = [learner for learner in self._learners.values() if learner.overdue(now) >= 0.0]
        if due:
            max(due, key=lambda learner: learner.overdue(now)).refit(now)


class _Learner:
    """Rows, fit and trust of one question."""

    def __init__(self, question: Question) -> None:
        self._spacing = MEAN_SPACING if question.scored == Scored.MEAN else 0.0
        alike = question.horizon / MEAN_SPACING if question.scored == Scored.MEAN else 1.0
        self._strength = PRIOR_STRENGTH * max(1.0, alike)  # means of overlapping windows are not independent rows
        self._kept = question.horizon + 2.0 * 86400.0
        self._noted: deque[tuple[float, Array, Point, tuple[float, float]]] = deque()
        self._rows: deque[tuple[Array, float]] = deque(maxlen=MOST_ROWS)
        self._fit: ResidualFit | None = None
        self._fitted_at, self._fitted_rows, self._last = -math.inf, 0, -math.inf
        self._products, self._squares = np.zeros(2), np.zeros((2, 2))
        self._trust = np.zeros(2)

    def answer(self, time: float, features: Array, base: Point) -> Point:
        """The filter's point, corrected; notes the features until the truth is known."""
        said = self._fit.predict(features) if self._fit is not None else (0.0, 0.0)
        self._noted.append((time, features, base, said))
        while self._noted[0][0] < time - self._kept:
            self._noted.popleft()
        correction = float(self._trust @ np.array(said))
        correction = min(max(correction, -MOST_CORRECTION), MOST_CORRECTION)
        return replace(base, mean=base.mean + correction * base.sd)

    def _trusted(self) -> Array:
        """The share of ridge and forest that is used: a regression of residuals on what they said, shrunk to
        nothing."""
        weights = np.linalg.solve(self._squares + self._strength * np.eye(2), self._products)
        weights = np.maximum(weights, 0.0)
        return weights / max(1.0, float(weights.sum()))

    def learn(self, made_at: float, truth: float) -> None:
        """The truth of a forecast made then."""
        if made_at - self._last < self._spacing:
            return
        for time, features, base, said in reversed(self._noted):
            if time <= made_at:
                if time == made_at:
                    self._last = made_at
                    self._take(features, (truth - base.mean) / base.sd, np.array(said))
                return

    def _take(self, features: Array, residual: float, said: Array) -> None:
        self._rows.append((features, residual))
        if self._fit is not None:
            residual = min(max(residual, -3.0), 3.0)
            kept = 0.5 ** (1.0 / HALF_LIFE)
            self._products = kept * self._products + said * residual
            self._squares = kept * self._squares + np.outer(said, said)
            self._trust = self._trusted()

    def overdue(self, now: float) -> float:
        """Seconds since a fit became due; negative when it is not."""
        if len(self._rows) < FEWEST_ROWS:
            return -1.0
        grown = len(self._rows) >= GROWTH * self._fitted_rows
        return now - self._fitted_at - (GROWN_INTERVAL if grown else REFIT_INTERVAL)

    def refit(self, now: float) -> None:
        """Fit on all rows so far."""
        features = np.array([row[0] for row in self._rows])
        residual = np.array([row[1] for row in self._rows])
        self._fit = fit_residual(features, residual)
        self._fitted_at, self._fitted_rows = now, len(self._rows)
