"""One measurement at a time into an ensemble: the serial square-root filter.

    gain of x        cov(x, y) / (var(y) + R),  damped where the ensemble is too small to be sure of the correlation
    mean of x        += gain (measured - mean y)
    deviations of x  -= a gain (deviations of y),   a = 1 / (1 + sqrt(R / (var(y) + R)))

Deterministic (no noise is added to what was measured), after Whitaker and Hamill, Ensemble data assimilation without
perturbed observations, Monthly Weather Review 130 (2002) 1913. A late sample is compared with what the members said for
its own time, and corrects what they are now (Sakov, Evensen and Bertino, Tellus 62A (2010) 24). The damping is that of
the sampling error of a correlation from M members.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FREEDOM = 4.0
"""Degrees of freedom by which a surprising measurement is weighed down, as under Student's distribution."""


def assimilate(members: Array, said: Array, measured: float, variance: float) -> Array:
    """Members (X, M) after a measurement of which they said (M,), with the variance of its noise; SI of that tag.

    A member or a measurement that is not finite changes nothing.
    """
    if not (np.isfinite(measured) and np.all(np.isfinite(said))):
        return members
    mean = float(said.mean())
    off = said - mean
    count = len(said)
    spread = float(off @ off) / (count - 1)
    if spread <= 0.0:
        return members
    surprise = (measured - mean) ** 2 / (spread + variance)
    variance *= (1.0 + surprise / FREEDOM) / (1.0 + 1.0 / FREEDOM) if surprise > 1.0 else 1.0
    total = spread + variance
    middle = members.mean(axis=1, keepdims=True)
    deviations = members - middle
    shared = deviations @ off / (count - 1)
    own = np.einsum("xm,xm->x", deviations, deviations) / (count - 1)
    gain = shared / total * certainty(shared, own * spread, count)
    shrink = 1.0 / (1.0 + np.sqrt(variance / total))
    return middle + deviations + (gain * (measured - mean))[:, None] - shrink * np.outer(gain, off)


def certainty(shared: Array, product: Array, count: int) -> Array:
    """0 ... 1: how much of a covariance to believe, by the correlation's own sampling error at `count` members."""
    square = np.divide(shared * shared, product, out=np.zeros_like(shared), where=product > 0.0)
    error = (1.0 - square) ** 2 / (count - 1)
    return np.divide(square, square + error, out=np.zeros_like(square), where=square > 0.0)
