"""How far a furnace bears out what a model adds to the filter's forecast.

The measured residual of the filter is regressed on the model's correction, for every question by itself, beginning at a
share that other furnaces have shown, with the worth of some days of samples. What was seen fades.
"""

import math
from collections import deque
from collections.abc import Callable

import numpy as np

from ironworks.core.forecast import Scored
from ironworks.predict.conformal import MEAN_SPACING
from ironworks.predict.points import Point, Question
from ironworks.predict.watch import LONGEST_WAIT, View

MOST_TRUST = 1.2
HALF_LIFE = 14.0 * 86400.0
"""After so many seconds what was seen counts half."""


class Trust:
    """The share of a model's correction that this furnace has borne out, for one question."""

    def __init__(self, question: Question, prior: float = 1.0, spread: float = 0.5) -> None:
        self._alike = max(1.0, question.horizon / MEAN_SPACING)  # forecasts of one horizon share most of their errors
        self._spacing = MEAN_SPACING if question.scored == Scored.MEAN else 0.0
        self._kept = question.horizon + LONGEST_WAIT + 86400.0
        self._prior, self._worth = prior, self._alike / spread**2
        self._noted: deque[tuple[float, Point, float]] = deque()
        self._product, self._square, self._last = 0.0, 0.0, -math.inf

    @property
    def share(self) -> float:
        """The posterior mean of the share, with the filter's residual as unit of noise."""
        share = (self._product + self._prior * self._worth) / (self._square + self._worth)
        return min(max(share, 0.0), MOST_TRUST)

    def answer(self, time: float, base: Point, correction: float, sd: float) -> Point:
        """The filter's point, corrected; noted until the truth is known. `sd` holds where the correction is believed
        as it was to begin with; else the filter's is nearer the mark."""
        self._noted.append((time, base, correction))
        while self._noted[0][0] < time - self._kept:
            self._noted.popleft()
        share = self.share
        doubt = min(abs(1.0 - share / self._prior), 1.0)
        return Point(base.mean + share * correction, sd + doubt * max(base.sd - sd, 0.0))

    def learn(self, made_at: float, truth: float) -> None:
        """The truth of a forecast made then."""
        since = made_at - self._last
        if since < self._spacing:
            return
        for time, base, correction in reversed(self._noted):
            if time <= made_at:
                if time == made_at and base.sd > 0.0:
                    kept = 0.5 ** (min(since, HALF_LIFE) / HALF_LIFE) if math.isfinite(since) else 1.0
                    said = correction / base.sd
                    residual = float(np.clip((truth - base.mean) / base.sd, -3.0, 3.0))
                    self._product = kept * self._product + said * residual
                    self._square = kept * self._square + said * said
                    self._last = made_at
                return


class Trusts:
    """One `Trust` a question. prior: the share that each begins with."""

    def __init__(self, prior: Callable[[Question], float] = lambda question: 1.0, spread: float = 0.5) -> None:
        self._prior, self._spread = prior, spread
        self._by_question: dict[Question, Trust] = {}

    def learn(self, view: View) -> None:
        """Take in what has settled."""
        for settled in view.settled:
            trust = self._by_question.get(Question(settled.target, settled.horizon, settled.scored))
            if trust is not None:
                trust.learn(settled.made_at, settled.truth)

    def of(self, question: Question) -> Trust:
        """The trust in answers to this question."""
        if question not in self._by_question:
            self._by_question[question] = Trust(question, self._prior(question), self._spread)
        return self._by_question[question]


def scatter(view: View, question: Question) -> float:
    """Standard deviation of what samples add to the underlying value: of one, or of the mean of those expected."""
    noise = view.estimate.beliefs[f"{question.target}.sampling_noise"].mean
    interval = view.histories[question.target].interval()
    if question.scored == Scored.MEAN and interval > 0.0:
        noise /= math.sqrt(max(1.0, question.horizon / interval))
    return noise
