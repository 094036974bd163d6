"""The sequence model: what many simulated furnaces have taught about where the filter's forecast will be wrong.

The network knows the truth of simulated furnaces only. At the furnace at hand it is believed in the proportion in which
it has been right there: the measured residual of the filter is regressed on what the network said, beginning at full
belief with the worth of some days of samples.
"""

import math
from collections import deque
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from ironworks.core.forecast import Scored
from ironworks.predict.conformal import MEAN_SPACING
from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Point, Question
from ironworks.predict.sequence.features import DRIVERS, WIDTH, Array, SequenceFeatures, unit_of
from ironworks.predict.sequence.network import Network
from ironworks.predict.sequence.questions import ASKED, weights_for
from ironworks.predict.watch import LONGEST_WAIT, View

WEIGHTS = "weights.npz"
PRIOR_SPREAD = 0.5
"""Of the share to which a furnace follows the network, before anything has been seen of it: 1 give or take this."""
MOST_TRUST = 1.2
NAMES = tuple(dict.fromkeys(DRIVERS))
PLACES = np.array([NAMES.index(name) for name in DRIVERS])
BEYOND, NEGLIGIBLE = 1.25, 0.1
"""A feature is outside of what was learned when it is this much larger than nearly all that was seen."""
HALF_LIFE = 14.0 * 86400.0
"""After so many seconds what was seen of the network counts half."""


@cache
def shipped() -> Network:
    """The network that comes with the package: trained by `ironworks train-across` on simulated furnaces only."""
    with as_file(files("ironworks.predict.sequence") / WEIGHTS) as file:
        return Network.load(file, WIDTH, len(ASKED))


class SequenceForecast:
    """Implements PointModel. It has something to say of hot metal temperature and silicon, 30 min to 12 h ahead; to any
    other question it answers as the filter."""

    name = "sequence"

    def __init__(self, network: Network | None = None) -> None:
        self._network = network if network is not None else shipped()
        self._features = SequenceFeatures()
        self._trust: dict[Question, _Trust] = {}

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that the estimate holds beliefs about."""
        for settled in view.settled:
            trust = self._trust.get(Question(settled.target, settled.horizon, settled.scored))
            if trust is not None:
                trust.learn(settled.made_at, settled.truth)
        row = self._features.step(view)
        found: dict[Question, Point] = {}
        answered: list[tuple[Question, dict[int, float], float]] = []
        for question in questions:
            base = kalman_point(view.estimate, question, view.histories[question.target].interval())
            if base is None:
                continue
            found[question] = base
            shares, unit = weights_for(question), unit_of(view.estimate, question.target)
            if shares is not None and unit is not None:
                answered.append((question, shares, unit))
        if answered:
            self._correct(view, row, answered, found)
        return found

    def _correct(
        self, view: View, row: Array, answered: list[tuple[Question, dict[int, float], float]],
        found: dict[Question, Point],
    ) -> None:  # fmt: skip
        """Put the network's answers in the place of the filter's; each with its shares of the trained ones and its
        target's unit."""
        shares = np.zeros((len(answered), len(ASKED)))
        for place, (_, mixed, _) in enumerate(answered):
            shares[place, list(mixed)] = list(mixed.values())
        mean, sd = self._network.answer(row)
        parts, doubts = np.zeros((len(NAMES), len(answered))), self._doubts(row)
        np.add.at(parts, PLACES, self._network.parts(row, shares))
        for place, (question, _, unit) in enumerate(answered):
            base, trust = found[question], self._trust.setdefault(question, _Trust(question))
            spread = math.hypot(unit * float(shares[place] @ sd), _scatter(view, question))
            point = trust.answer(view.time, base, unit * float(shares[place] @ mean), spread)
            moved = dict(zip(NAMES, (trust.share * unit * parts[:, place]).tolist()))
            found[question] = replace(point, drivers=dict(base.drivers) | moved, doubts=doubts)

    def _doubts(self, row: Array) -> tuple[str, ...]:
        """The drivers that stand farther out than the network has seen them."""
        beyond = np.abs(row) > BEYOND * self._network.reach + NEGLIGIBLE
        return tuple(dict.fromkeys(DRIVERS[index] for index in np.flatnonzero(beyond)))


def _scatter(view: View, question: Question) -> float:
    """Standard deviation of what samples add to the underlying value: of one, or of the mean of those expected."""
    scatter = view.estimate.beliefs[f"{question.target}.sampling_noise"].mean
    interval = view.histories[question.target].interval()
    if question.scored == Scored.MEAN and interval > 0.0:
        scatter /= math.sqrt(max(1.0, question.horizon / interval))
    return scatter


class _Trust:
    """The share of the network's correction that this furnace has borne out, for one question."""

    def __init__(self, question: Question) -> None:
        self._alike = max(1.0, question.horizon / MEAN_SPACING)  # forecasts of one horizon share most of their errors
        self._spacing = MEAN_SPACING if question.scored == Scored.MEAN else 0.0
        self._kept = question.horizon + LONGEST_WAIT + 86400.0
        self._noted: deque[tuple[float, Point, float]] = deque()
        self._product, self._square, self._last = 0.0, 0.0, -math.inf

    @property
    def share(self) -> float:
        """The posterior mean of the share, with the filter's residual as unit of noise."""
        prior = self._alike / PRIOR_SPREAD**2
        return min(max((self._product + prior) / (self._square + prior), 0.0), MOST_TRUST)

    def answer(self, time: float, base: Point, correction: float, sd: float) -> Point:
        """The filter's point, corrected; noted until the truth is known."""
        self._noted.append((time, base, correction))
        while self._noted[0][0] < time - self._kept:
            self._noted.popleft()
        share = self.share
        doubt = min(abs(1.0 - share), 1.0)
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
