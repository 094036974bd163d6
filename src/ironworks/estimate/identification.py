"""Parameters of the heat model from past samples, by maximum a posteriori likelihood.

The samples are cut into blocks in order of time. Within a block the model is a Gaussian process, whose likelihood and
gradient are exact; the blocks count as independent, each with its own unknown level. That costs little information,
for the heat forgets within hours, and makes a likelihood out of small dense matrices that NumPy handles at once.
Method: Gaussian process marginal likelihood (Rasmussen & Williams 2006, ch. 5), composite over blocks.
"""

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from ironworks.estimate.heat_model import TAP_TIME, Array, HeatModel

BLOCK_ROWS, MOST_BLOCKS = 96, 20
DAY = 86400.0
CLIP_DEVIATIONS = 4.0
"""Values farther than this many robust standard deviations from their block's median are drawn in to that distance."""

# Prior in units of each target's own spread: what plants have in common (autocorrelations of published data),
# held loosely.
PRIOR_REVERSION_TIME, PRIOR_REVERSION_LOG_SD = 3.0 * 3600.0, 0.4
PRIOR_HEAT_SD, PRIOR_TAP_SD, PRIOR_LEVEL_SD_PER_DAY, PRIOR_NOISE_SD = 0.65, 0.4, 0.2, 0.5
PRIOR_LOG_SD, PRIOR_OFF_DIAGONAL_SD = 0.7, 0.4
UNKNOWN_LEVEL_VARIANCE = 9.0


def default_model(values: list[Array]) -> HeatModel:
    """Parameters before identification: the prior, scaled to the samples of each target (at least 3 each, else
    scale 1)."""
    centre = np.array([float(np.median(v)) if len(v) else 0.0 for v in values])
    scale = np.array([_spread(v, c) for v, c in zip(values, centre)])
    unit = np.eye(len(values))
    return HeatModel(
        centre, unit * (scale * PRIOR_HEAT_SD) ** 2, unit * (scale * PRIOR_TAP_SD) ** 2,
        unit * (scale * PRIOR_LEVEL_SD_PER_DAY) ** 2 / DAY, unit * (scale * PRIOR_NOISE_SD) ** 2, PRIOR_REVERSION_TIME,
    )  # fmt: skip


def _spread(values: Array, centre: float) -> float:
    """Robust standard deviation: from the median absolute deviation, or the plain one where that vanishes."""
    if len(values) < 3:
        return 1.0
    robust = 1.4826 * float(np.median(np.abs(values - centre)))
    return robust or float(np.std(values)) or abs(centre) * 1e-6 or 1e-6


def identify(times: Array, targets: NDArray[np.intp], values: Array, count: int, start: HeatModel) -> HeatModel:
    """Parameters from samples in order of time: `times` s, `targets` index of the target, `values` SI, all of one
    length.

    `start` is where the search begins. If the search fails, `start` comes back unchanged.
    """
    rows = min(BLOCK_ROWS, len(times))
    blocks = min(MOST_BLOCKS, len(times) // rows)
    used = slice(len(times) - blocks * rows, len(times))
    by_target = [values[used][targets[used] == index] for index in range(count)]
    centre = np.array([float(np.median(v)) if len(v) else c for v, c in zip(by_target, start.centre)])
    scale = np.array([_spread(v, c) for v, c in zip(by_target, centre)])
    shape = (blocks, rows)
    data = _Blocks(times[used].reshape(shape), targets[used].reshape(shape), values[used].reshape(shape), centre, scale)
    prior_mean, prior_sd = _prior(count)
    begin = _pack(start, scale) if start.identified_on else prior_mean

    def objective(theta: Array) -> tuple[float, Array]:
        value, gradient = data.negative_log_likelihood(theta)
        off = (theta - prior_mean) / prior_sd
        return value + 0.5 * float(off @ off), gradient + off / prior_sd

    low, high = prior_mean - 6.0 * prior_sd, prior_mean + 6.0 * prior_sd
    with threadpool_limits(1):  # many small matrices: threads only get in one another's way
        found = minimize(
            objective, np.clip(begin, low, high), jac=True, method="L-BFGS-B", bounds=list(zip(low, high)),
            options={"maxiter": 20, "ftol": 1e-6},
        )  # fmt: skip
    if not np.all(np.isfinite(found.x)) or not math.isfinite(found.fun):
        return start
    return _unpack(cast(Array, found.x), centre, scale, blocks * rows)


def _prior(count: int) -> tuple[Array, Array]:
    """Mean and standard deviation of theta: log reversion time, then the Cholesky factors of heat, tap, level rate,
    noise."""
    rows, columns = np.tril_indices(count)
    diagonal = rows == columns
    mean, sd = [np.array([math.log(PRIOR_REVERSION_TIME)])], [np.array([PRIOR_REVERSION_LOG_SD])]
    for size in (PRIOR_HEAT_SD, PRIOR_TAP_SD, PRIOR_LEVEL_SD_PER_DAY, PRIOR_NOISE_SD):
        mean.append(np.where(diagonal, math.log(size), 0.0))
        sd.append(np.where(diagonal, PRIOR_LOG_SD, PRIOR_OFF_DIAGONAL_SD * size))
    return np.concatenate(mean), np.concatenate(sd)


def _factors(theta: Array, count: int) -> list[Array]:
    """The four Cholesky factors (D, D) in theta; diagonals stand there as logarithms."""
    rows, columns = np.tril_indices(count)
    factors = []
    for part in theta[1:].reshape(4, -1):
        factor = np.zeros((count, count))
        factor[rows, columns] = np.where(rows == columns, np.exp(part), part)
        factors.append(factor)
    return factors


def _pack(model: HeatModel, scale: Array) -> Array:
    rows, columns = np.tril_indices(len(scale))
    theta = [np.array([math.log(model.reversion_time)])]
    for covariance in (model.heat, model.tap, model.level_rate * DAY, model.noise):
        factor = np.linalg.cholesky(covariance / np.outer(scale, scale))
        entries, diagonal = factor[rows, columns], rows == columns
        theta.append(np.where(diagonal, np.log(np.where(diagonal, entries, 1.0)), entries))
    return np.concatenate(theta)


def _unpack(theta: Array, centre: Array, scale: Array, samples: int) -> HeatModel:
    heat, tap, level, noise = (factor @ factor.T * np.outer(scale, scale) for factor in _factors(theta, len(scale)))
    return HeatModel(centre, heat, tap, level / DAY, noise, math.exp(theta[0]), samples)


class _Blocks:
    """Standardised samples in blocks (B, N), and what of their covariance does not depend on the parameters."""

    def __init__(self, times: Array, targets: NDArray[np.intp], values: Array, centre: Array, scale: Array) -> None:
        standard = (values - centre[targets]) / scale[targets]
        middle = np.zeros_like(standard)
        for index in range(len(centre)):
            for block, mine in enumerate(targets == index):
                if mine.any():
                    middle[block, mine] = np.median(standard[block, mine])
        self._values = middle + np.clip(standard - middle, -CLIP_DEVIATIONS, CLIP_DEVIATIONS)
        self._member = (targets[:, :, None] == np.arange(len(centre))).astype(float)
        self._apart = np.abs(times[:, :, None] - times[:, None, :])
        since = times - times[:, :1]
        one = targets[:, :, None] == targets[:, None, :]
        itself = np.eye(times.shape[1], dtype=bool)[None]
        self._fixed = (
            np.exp(-self._apart / TAP_TIME),
            np.minimum(since[:, :, None], since[:, None, :]) / DAY,
            np.where(itself | (~one & (self._apart <= 1.0)), 1.0, 0.0),
        )
        self._unknown_level = np.where(one, UNKNOWN_LEVEL_VARIANCE, 0.0)

    def negative_log_likelihood(self, theta: Array) -> tuple[float, Array]:
        """Value and gradient."""
        factors = _factors(theta, self._member.shape[2])
        tau = math.exp(theta[0])
        bases = (np.exp(-self._apart / tau), *self._fixed)
        heat_part = self._spread(factors[0]) * bases[0]
        total = self._unknown_level + heat_part
        for factor, basis in zip(factors[1:], bases[1:]):
            total += self._spread(factor) * basis
        inverse = np.linalg.inv(total)
        solved = np.matmul(inverse, self._values[:, :, None])
        value = 0.5 * float(np.sum(np.linalg.slogdet(total)[1])) + 0.5 * float(np.sum(solved[:, :, 0] * self._values))
        slope = 0.5 * (inverse - solved * solved.transpose(0, 2, 1))
        gradient = [np.array([float(np.sum(slope * heat_part * self._apart)) / tau])]
        gradient += [self._factor_gradient(slope * basis, factor) for factor, basis in zip(factors, bases)]
        return value, np.concatenate(gradient)

    def _spread(self, factor: Array) -> Array:
        """The covariance of a factor between the targets of all pairs of rows, (B, N, N)."""
        shares = self._member @ factor
        return shares @ shares.transpose(0, 2, 1)

    def _factor_gradient(self, slope: Array, factor: Array) -> Array:
        """Gradient by the entries of one Cholesky factor, from the gradient by the entries of the covariance."""
        by_covariance = (self._member.transpose(0, 2, 1) @ (slope @ self._member)).sum(axis=0)
        full = (by_covariance + by_covariance.T) @ factor
        rows, columns = np.tril_indices(len(factor))
        return np.where(rows == columns, full[rows, columns] * factor[rows, columns], full[rows, columns])
