"""The best linear forecast of a Gaussian process from noisy readings: normal equations, solved as they stand.

Everything is a mean of an hour. Disturbances are independent Ornstein-Uhlenbeck processes; what is forecast and what is
read are sums of their answers. So all are jointly Gaussian, and the variance of what is forecast, given what was read
(or all disturbances until now), follows from covariances alone (Rasmussen & Williams 2006, section 2.2). For a linear
plant with these disturbances no forecaster does better.
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, cho_factor, cho_solve, toeplitz

from benchmarks.forecast_limit.instruments import CAST, Channel
from benchmarks.forecast_limit.responses import HOUR, LENGTH, SIDES, Answers, Process

Array = NDArray[np.float64]

WINDOW, AHEAD = 48, 10
"""Hours of readings that count, and hours that are forecast."""
PAST = WINDOW + LENGTH
NOW = PAST - 1
"""Index of the hour that ends now."""
HOURS = PAST + AHEAD
CHARGE = 13.0 / 60.0  # h
TINY = 1e-9


class Moments(NamedTuple):
    """Of R readings and T targets (`SIDES`), of a cast's mean each: readings (R, R) their covariance; shared (T, R)
    with the targets; unknown (T,): variance of a target with nothing known; told (T,): with all disturbances known
    until now."""

    readings: Array
    shared: Array
    unknown: Array
    told: Array

    def gains(self) -> Array:
        """(T, R): the best weights of the readings."""
        scale = np.sqrt(self.readings.diagonal())
        factor = cho_factor(self.readings / np.outer(scale, scale) + TINY * np.eye(len(scale)))
        return cho_solve(factor, (self.shared / scale).T).T / scale

    def variance(self, gains: Array) -> Array:
        """(T,): of the error of the forecast by these weights."""
        crossed = np.einsum("tr,tr->t", gains, self.shared)
        return self.unknown - 2.0 * crossed + np.einsum("tr,rs,ts->t", gains, self.readings, gains)


def together(furnaces: Sequence[Moments]) -> Moments:
    """As of one furnace drawn from these, each target in units of its spread there: what is best on the average."""
    weights = np.array([1.0 / one.unknown for one in furnaces])
    weights /= weights.sum(axis=0)  # (furnaces, T)
    # one matrix of the readings serves both targets: by the mean of their weights
    readings = np.tensordot(weights.mean(axis=1), np.array([one.readings for one in furnaces]), axes=1)
    shared = np.einsum("ft,ftr->tr", weights, np.array([one.shared for one in furnaces]))
    unknown, told = (
        np.einsum("ft,ft->t", weights, np.array([getattr(one, kind) for one in furnaces]))
        for kind in ("unknown", "told")
    )
    return Moments(readings, shared, unknown, told)


class Limit:
    """A furnace and what is read of it."""

    def __init__(self, furnace: Answers, channels: Sequence[Channel]) -> None:
        self._furnace, self._channels = furnace, tuple(channels)
        self._covariance = {p.name: hourly(p.time, HOURS) for p in furnace.processes}
        self._ahead = {name: _given_past(one) for name, one in self._covariance.items()}
        self._effects = {p.name: {c: _effect(answer) for c, answer in p.answer.items()} for p in furnace.processes}

    def moments(self, horizon: int, without: Collection[str] = ()) -> Moments:
        """Of a cast whose middle lies `horizon` hours ahead; without: groups of instruments that are not there."""
        used = [channel for channel in self._channels if channel.group not in without]
        hours = [NOW + horizon, NOW + horizon + 1]
        readings: Array = np.asarray(block_diag(*(self._errors(channel) for channel in used)))
        shared, unknown, told = np.zeros((len(SIDES), len(readings))), np.zeros(len(SIDES)), np.zeros(len(SIDES))
        for process in self._furnace.processes:
            covariance, effects = self._covariance[process.name], self._effects[process.name]
            wanted = np.stack([effects[f"{target}_0"][hours].mean(axis=0) for target in SIDES])
            looked = np.vstack([self._looks(process, channel, horizon) for channel in used])
            readings += looked @ covariance @ looked.T
            shared += wanted @ covariance @ looked.T
            unknown += np.einsum("ti,ij,tj->t", wanted, covariance, wanted)
            told += np.einsum("ti,ij,tj->t", wanted[:, PAST:], self._ahead[process.name], wanted[:, PAST:])
        unit = np.concatenate([np.full(len(_rows(channel)), self._unit(channel)) for channel in used])
        return Moments(readings / np.outer(unit, unit), shared / unit, unknown, told)

    def _unit(self, channel: Channel) -> float:
        """Flows and pressures are told as shares of what is usual, so that furnaces are alike."""
        return self._furnace.usual[channel.looks_at] if channel.share else 1.0

    def _looks(self, process: Process, channel: Channel, horizon: int) -> Array:
        """(readings, HOURS): what the disturbance does to the readings of a channel."""
        rows, effects = _rows(channel), self._effects[process.name]
        if channel.looks_at == process.name:
            return process.sd * np.eye(HOURS)[rows]
        if channel.sided:
            casts_back = np.round((horizon - (rows - NOW - 0.5)) * HOUR / CAST).astype(int)
            both = [effects[f"{channel.looks_at}_{side}"][rows] for side in range(2)]
            return np.where(casts_back[:, None] % 2 == 0, both[0], both[1])
        return effects[channel.looks_at][rows] if channel.looks_at in effects else np.zeros((len(rows), HOURS))

    def _errors(self, channel: Channel) -> Array:
        """Covariance of the errors of a channel's readings; the ripple of charges is one of them."""
        count = len(_rows(channel))
        ripple = 0.0 if channel.sided or channel.counted else self._furnace.ripple.get(channel.looks_at, 0.0)
        errors = (channel.noise**2 + ripple**2) * np.eye(count)
        errors += channel.drift**2 * hourly(channel.drift_time, count)
        return errors + channel.counted**2 * toeplitz(np.concatenate([[2.0, -1.0], np.zeros(count - 2)]))


def hourly(time: float, count: int) -> Array:
    """Covariance of hourly means, (count, count), of a process of unit variance and correlation time `time`, s; 0: of
    single charges."""
    if time <= 0.0:
        return CHARGE * np.eye(count)
    lags, ratio = np.arange(count, dtype=float), time / HOUR
    left = math.exp(-1.0 / ratio)
    apart = ratio**2 * (1.0 - left) ** 2 * np.exp(-np.maximum(lags - 1.0, 0.0) / ratio)
    return toeplitz(np.where(lags == 0.0, 2.0 * ratio * (1.0 - ratio * (1.0 - left)), apart))


def _rows(channel: Channel) -> NDArray[np.intp]:
    """The hours of which a channel's readings are known now."""
    return np.arange(PAST - WINDOW, PAST - channel.late)


def _effect(answer: Array) -> Array:
    """(HOURS, HOURS): what every hour of a disturbance does to every hour of a channel; by the step response."""
    impulse = np.diff(answer, prepend=0.0)
    return toeplitz(np.concatenate([impulse, np.zeros(HOURS - LENGTH)]), np.zeros(HOURS))


def _given_past(covariance: Array) -> Array:
    """Covariance of the hours ahead when all hours until now are known."""
    past, both, ahead = covariance[:PAST, :PAST], covariance[PAST:, :PAST], covariance[PAST:, PAST:]
    return ahead - both @ np.linalg.solve(past + TINY * np.eye(PAST), both.T)
