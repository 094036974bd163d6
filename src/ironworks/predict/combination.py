"""The combination: models weighed by how they have done lately, and by how differently they err.

First weights: proportional to p exp(-n d / 2), where p is what other furnaces say of a model, d how much larger its
discounted mean squared error is than the best one's, in units of that best one, and n a number of samples' worth of
trust: the weights of Bayesian model averaging with known noise, tempered by forgetting. From there to the weights
w >= 0, of sum one, whose mixture would have erred least (Bates and Granger, The combination of forecasts, 1969), as far
as the errors seen bear it out:

    minimise   w' C w / best + (DRAWN_IN / n) |w - first|^2,     C the discounted mean products of errors

n counts errors that do not overlap: twenty of forecasts 8 h ahead within a day are no more than three.
Before there are errors to go by, p alone counts.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ironworks.core.forecast import LEVELS, NORMAL_90, Forecast, Scored
from ironworks.predict.calibrated import BandKeeper, Ledger
from ironworks.predict.drift import ErrorWatch
from ironworks.predict.points import Point, Question
from ironworks.predict.watch import View

Array = NDArray[np.float64]

HALF_LIFE = 400.0
"""Judged forecasts after which an error counts half."""
TRUST = 10.0
"""Most that the discounted errors count, in independent ones; low, so that a lucky streak does not take all."""
FEWEST_ERRORS = 40
DRAWN_IN = 40.0
"""Worth of the first weights in independent errors."""
FIRST = "kalman"
REACH, REACHES = 1.0, {"sequence": 2.5}
"""Standard deviations of the filter's own to within which a model's point is drawn in. The network sees nothing farther
out than what it learned, so that no outlier draws it out; on lively furnaces it is right beyond the filter's band."""
PRIOR = {"persistence": 0.01, "mean_24h": 0.01, "kalman": 0.03, "learned": 0.03, "twin": 0.12, "sequence": 0.8}
"""Weights before anything is known of a furnace, chosen with `TRUST` on the four furnaces of `forecast_ablation`, which
the network has not seen; twin and network believe in themselves only as far as they have been right."""
OTHERWISE = 0.1
HELD = 1e3
"""Weight of the sum of the weights in the least squares: it stays within a millionth of one."""
HEARD = 0.2
"""Weight from which on a model's doubts are passed on."""
MOST_DRIVERS, OTHER = 6, "other"
"""So many are named, and all the rest together."""


class Combination:
    """Weighs the points of other models; `see` takes them together with the view."""

    name = "combination"

    def __init__(self) -> None:
        self._keeper = BandKeeper(self.name)
        self._ledgers: dict[str, Ledger] = {}
        self._errors: dict[Question, _Errors] = {}
        self._last: dict[Question, float] = {}
        self._watches: dict[Question, ErrorWatch] = {}

    def see(
        self, view: View, points: dict[str, dict[Question, Point]], shifted: tuple[str, ...] = ()
    ) -> tuple[Forecast, ...]:
        """Forecasts at the view's time from the models' points, by model name; `shifted`: signs of the inputs."""
        self._look_for_drift(view)
        self._judge(view)
        for name, answers in points.items():
            self._ledgers.setdefault(name, Ledger()).issue(view.time, answers)
        asked = dict.fromkeys(question for answers in points.values() for question in answers)
        combined = {}
        for question in asked:
            answers = {name: said[question] for name, said in points.items() if question in said}
            combined[question] = _mixed(answers, self.weights(question, answers))
        made = self._keeper.forecasts(view.time, combined)
        return tuple(replace(_explained(one, combined, view), drift=(*self._signs(one), *shifted)) for one in made)

    def weights(self, question: Question, answers: Mapping[str, Point]) -> dict[str, float]:
        """Weights of the models that answer that question; they add up to one."""
        prior = {name: _prior(name, point) for name, point in answers.items()}
        errors = self._errors.get(question)
        known = errors.known(tuple(prior)) if errors is not None else ()
        if errors is None or not known:
            return {name: one / math.fsum(prior.values()) for name, one in prior.items()}
        return dict.fromkeys(prior, 0.0) | dict(zip(known, errors.weights({name: prior[name] for name in known})))

    def _look_for_drift(self, view: View) -> None:
        for question, made_at, _, truth, quantiles in self._keeper.learn(view):
            low, middle, high = quantiles[0], quantiles[LEVELS.index(0.5)], quantiles[-1]
            watch = self._watches.setdefault(question, ErrorWatch(question.horizon))
            watch.learn(made_at, truth, middle, low, high, (high - low) / NORMAL_90)

    def _signs(self, forecast: Forecast) -> tuple[str, ...]:
        watch = self._watches.get(Question(forecast.target, forecast.horizon, forecast.scored))
        return watch.signs if watch is not None else ()

    def _judge(self, view: View) -> None:
        for settled in view.settled:
            question = Question(settled.target, settled.horizon, settled.scored)
            since = settled.made_at - self._last.get(question, -math.inf)
            if settled.scored == Scored.MEAN and since < settled.horizon:
                continue  # the windows of neighbouring cycles overlap and say the same
            self._last[question] = settled.made_at
            said = {name: ledger.at(question, settled.made_at) for name, ledger in self._ledgers.items()}
            off = {
                name: min(max(settled.truth - point.mean, -4.0 * point.sd), 4.0 * point.sd)
                for name, point in said.items()
                if point is not None
            }
            self._errors.setdefault(question, _Errors(question.horizon)).add(settled.made_at, off)


class _Errors:
    """Discounted products of the models' errors at one question; its horizon in s."""

    def __init__(self, horizon: float) -> None:
        self._horizon, self._first, self._last = horizon, math.inf, -math.inf
        self._names: list[str] = []
        self._products, self._weight = np.zeros((0, 0)), np.zeros((0, 0))
        self._count: dict[str, int] = {}
        self._worked_out: dict[tuple[tuple[str, float], ...], list[float]] = {}

    def add(self, made_at: float, off: dict[str, float]) -> None:
        """The errors of one judged forecast, by model, and when it was made."""
        self._first, self._last = min(self._first, made_at), max(self._last, made_at)
        self._worked_out.clear()
        for name in off:
            if name not in self._names:
                self._names.append(name)
                self._products, self._weight = (np.pad(one, (0, 1)) for one in (self._products, self._weight))
            self._count[name] = self._count.get(name, 0) + 1
        there = np.array([name in off for name in self._names], dtype=float)
        error = np.array([off.get(name, 0.0) for name in self._names])
        kept = np.where(np.outer(there, there) > 0.0, 0.5 ** (1.0 / HALF_LIFE), 1.0)
        self._products = kept * self._products + np.outer(error, error)
        self._weight = kept * self._weight + np.outer(there, there)

    def known(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those of these models that have been judged often enough."""
        return tuple(name for name in names if self._count.get(name, 0) >= FEWEST_ERRORS)

    def weights(self, prior: Mapping[str, float]) -> list[float]:
        """Weights of the models that have these weights to begin with, all of them known."""
        key = tuple(prior.items())
        if key not in self._worked_out:
            self._worked_out[key] = self._work_out(tuple(prior), np.array(list(prior.values())))
        return self._worked_out[key]

    def _independent(self, names: tuple[str, ...], weight: float) -> float:
        """How many of the errors of these models, with that discounted weight, do not overlap."""
        apart = 1.0 + (self._last - self._first) / self._horizon
        return weight * min(1.0, apart / min(self._count[name] for name in names))

    def _work_out(self, names: tuple[str, ...], prior: Array) -> list[float]:
        rows = [self._names.index(name) for name in names]
        weight = self._weight[np.ix_(rows, rows)]
        mean = self._products[np.ix_(rows, rows)] / np.maximum(weight, 1.0)
        own = mean.diagonal()
        best = float(own.min())
        if best <= 0.0:
            right = (own <= 0.0).astype(float)
            return (right / right.sum()).tolist()
        independent = self._independent(names, float(weight.diagonal().min()))
        first = prior * np.exp(-0.5 * min(TRUST, independent) * (own / best - 1.0))
        first /= first.sum()
        drawn = DRAWN_IN / independent
        # w' C w by a square root of C; the last row holds the sum at one
        values, vectors = np.linalg.eigh(mean / best)
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
        left = np.vstack([root, math.sqrt(drawn) * np.eye(len(rows)), np.full(len(rows), HELD)])
        found, _ = nnls(left, np.concatenate([np.zeros(len(rows)), math.sqrt(drawn) * first, [HELD]]))
        return (found / found.sum()).tolist()


def _prior(name: str, point: Point) -> float:
    """The weight of a model before anything is known of the furnace: of one that misses most of what it goes by little
    more than the filter's."""
    blind, whole = PRIOR[FIRST], PRIOR.get(name, OTHERWISE)
    return blind + point.informed * (whole - blind) if point.informed < 1.0 else whole


def _mixed(answers: dict[str, Point], weights: dict[str, float]) -> Point:
    """The weighed mean of points, each drawn in to within its reach of the filter's own.

    The baselines believe whatever they are told: a silicon of 390 % would reach far through the smallest weight.
    """
    anchor = answers.get(FIRST)
    if anchor is not None:
        answers = {
            name: _drawn_in(point, anchor, REACHES.get(name, REACH) * anchor.sd) for name, point in answers.items()
        }
    mean = math.fsum(weights[name] * point.mean for name, point in answers.items())
    variance = math.fsum(weights[name] * point.sd**2 for name, point in answers.items())
    drivers: dict[str, float] = {}
    for model, point in answers.items():
        for name, value in point.drivers.items() if weights[model] > 0.0 else ():
            drivers[name] = drivers.get(name, 0.0) + weights[model] * value
    doubts = dict.fromkeys(
        doubt for name, point in answers.items() if weights[name] >= HEARD for doubt in point.doubts
    )  # fmt: skip
    return Point(mean, math.sqrt(variance), drivers, tuple(doubts))


def _drawn_in(point: Point, anchor: Point, reach: float) -> Point:
    if abs(point.mean - anchor.mean) <= reach and point.sd <= 1.5 * anchor.sd:
        return point
    mean = min(max(point.mean, anchor.mean - reach), anchor.mean + reach)
    return replace(point, mean=mean, sd=min(point.sd, 1.5 * anchor.sd))


def _explained(forecast: Forecast, combined: Mapping[Question, Point], view: View) -> Forecast:
    """The forecast with its drivers, the share of its error that is scatter, and its doubts."""
    beliefs, target = view.estimate.beliefs, forecast.target
    point = combined[Question(target, forecast.horizon, forecast.scored)]
    if f"{target}.level" not in beliefs:
        return replace(forecast, doubts=point.doubts)
    moved = forecast.median - beliefs[f"{target}.level"].mean
    largest = sorted(point.drivers.items(), key=lambda one: -abs(one[1]))[:MOST_DRIVERS]
    rest = moved - math.fsum(value for _, value in largest)
    drivers = sorted((*largest, (OTHER, rest)), key=lambda one: -abs(one[1]))
    scatter = beliefs[f"{target}.sampling_noise"].mean ** 2
    interval = view.histories[target].interval()
    if forecast.scored == Scored.MEAN and interval > 0.0:
        scatter /= max(1.0, forecast.horizon / interval)
    sd = (forecast.at(LEVELS[-1]) - forecast.at(LEVELS[0])) / NORMAL_90
    share = min(1.0, scatter / sd**2) if sd > 0.0 else None
    return replace(forecast, drivers=tuple(drivers), noise_share=share, doubts=point.doubts)
