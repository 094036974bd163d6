"""The sequence model: what many simulated furnaces have taught about where the filter's forecast will be wrong.

The network knows the truth of simulated furnaces only. At the furnace at hand it is believed in the proportion in which
it has been right there: the measured residual of the filter is regressed on what the network said, beginning at full
belief with the worth of some days of samples.
"""

import math
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from ironworks.predict.kalman import kalman_point
from ironworks.predict.points import Point, Question
from ironworks.predict.sequence.features import DRIVERS, UNITS, WIDTH, Array, SequenceFeatures, spread_of
from ironworks.predict.sequence.network import Network
from ironworks.predict.sequence.questions import ASKED, weights_for
from ironworks.predict.trust import Trusts, scatter
from ironworks.predict.watch import View

WEIGHTS = "weights.npz"
NAMES = tuple(dict.fromkeys(DRIVERS))
OF_NAME = np.array([[float(driver == name) for driver in DRIVERS] for name in NAMES])
"""(names, features): which features count for a driver."""
BEYOND, NEGLIGIBLE = 1.25, 0.1
"""A feature is outside of what was learned when it is this much larger than nearly all that was seen."""


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
        self._trust = Trusts()

    def points(self, view: View, questions: tuple[Question, ...]) -> dict[Question, Point]:
        """Answers for every target that the estimate holds beliefs about."""
        self._trust.learn(view)
        row = self._features.step(view)
        found: dict[Question, Point] = {}
        answered: list[tuple[Question, dict[int, float]]] = []
        for question in questions:
            base = kalman_point(view.estimate, question, view.histories[question.target].interval())
            if base is None:
                continue
            found[question] = base
            shares = weights_for(question)
            if shares is not None and spread_of(view.estimate, question.target) is not None:
                answered.append((question, shares))
        if answered:
            self._correct(view, row, answered, found)
        return found

    def _correct(
        self, view: View, row: Array, answered: list[tuple[Question, dict[int, float]]], found: dict[Question, Point]
    ) -> None:
        """Put the network's answers in the place of the filter's; each with its shares of the trained ones."""
        shares = np.zeros((len(answered), len(ASKED)))
        for place, (_, mixed) in enumerate(answered):
            shares[place, list(mixed)] = list(mixed.values())
        limit = self._limit()
        held = np.clip(row, -limit, limit)  # beyond it the network has learned nothing: it would draw out its lines
        mean, sd = self._network.answer(held)
        parts, doubts = OF_NAME @ self._network.parts(held, shares), self._doubts(row)
        for place, (question, _) in enumerate(answered):
            base, trust, unit = found[question], self._trust.of(question), UNITS[question.target]
            spread = math.hypot(unit * float(shares[place] @ sd), scatter(view, question))
            point = trust.answer(view.time, base, unit * float(shares[place] @ mean), spread)
            moved = dict(zip(NAMES, (trust.share * unit * parts[:, place]).tolist()))
            drivers = dict(base.drivers) | moved
            found[question] = replace(point, drivers=drivers, doubts=doubts, informed=self._features.seen)

    def _doubts(self, row: Array) -> tuple[str, ...]:
        """The drivers that stand farther out than the network has seen them."""
        beyond = np.abs(row) > self._limit()
        return tuple(dict.fromkeys(DRIVERS[index] for index in np.flatnonzero(beyond)))

    def _limit(self) -> Array:
        """How large a feature may be, (WIDTH,)."""
        return BEYOND * self._network.reach + NEGLIGIBLE
