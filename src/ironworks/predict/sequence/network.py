"""The network: a few small perceptrons side by side, whose answers are averaged. Run with NumPy, kept without pickle.

    h1 = silu(x W1 + b1),  h2 = silu(h1 W2 + b2),  y = [h1, h2] W3 + b3 + [x W0, 0]

The straight way W0 has most of what there is to know, for a furnace near its point of operation answers nearly in
proportion; the hidden layers have what depends on the rest. Each member gives, for every question it was trained on, a
correction and the logarithm of its standard deviation, both in the target's own unit.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import ConfigurationError

Array = NDArray[np.float64]
FORMAT = 2
NAMES = ("w1", "b1", "w2", "b2", "w3", "b3", "w0")
"""Of the weights, in the order of `Network`."""
GAUSS = ((0.2113249, 0.5), (0.7886751, 0.5))
"""Places and weights of Gauss's rule on 0 ... 1."""


@dataclass(frozen=True, slots=True)
class Network:
    """E members, F features, H units a layer, Q questions. w1 (E, F, H), b1 (E, H), w2 (E, H, H), b2 (E, H),
    w3 (E, 2 H, 2 Q), b3 (E, 2 Q), w0 (E, F, Q). reach (F,): the largest size of each feature while it learned, but
    for one row in a thousand."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array
    w3: Array
    b3: Array
    w0: Array
    reach: Array

    def answer(self, features: Array) -> tuple[Array, Array]:
        """Correction and its standard deviation (Q,) for one row (F,): of the members' mixture."""
        first = silu(np.einsum("f,efh->eh", features, self.w1) + self.b1)
        second = silu(np.einsum("eh,ehk->ek", first, self.w2) + self.b2)
        out = np.einsum("eh,ehq->eq", np.concatenate([first, second], axis=1), self.w3) + self.b3
        mean, log_sd = np.split(out, 2, axis=1)
        mean = mean + np.einsum("f,efq->eq", features, self.w0)
        middle = mean.mean(axis=0)
        variance = np.exp(2.0 * np.clip(log_sd, -4.0, 2.0)).mean(axis=0) + mean.var(axis=0)
        return middle, np.sqrt(variance)

    def slope(self, features: Array, shares: Array) -> Array:
        """Derivative by the features of sums of corrections, (F, K): what a small move of each would change. `shares`
        (K, Q) says which corrections make up each sum."""
        first = np.matmul(features, self.w1) + self.b1
        second = np.einsum("eh,ehk->ek", silu(first), self.w2) + self.b2
        questions = self.b3.shape[1] // 2
        straight, back = np.split(np.matmul(self.w3[:, :, :questions], shares.T), 2, axis=1)
        back = straight + np.matmul(self.w2, back * silu_slope(second)[:, :, None])
        back = back * silu_slope(first)[:, :, None]
        return (np.matmul(self.w1, back) + np.matmul(self.w0, shares.T)).mean(axis=0)

    def parts(self, features: Array, shares: Array) -> Array:
        """By how much each feature moves these sums of corrections away from those of a row of zeros, (F, K):
        integrated gradients (Sundararajan, Taly and Yan, ICML 2017), by Gauss's rule of two points; they add up to
        the difference."""
        slope = sum(weight * self.slope(at * features, shares) for at, weight in GAUSS)
        return features[:, None] * slope

    def save(self, file: Path) -> None:
        """Write the weights in half precision: far finer than what they are known to."""
        half = {name: getattr(self, name).astype(np.float16) for name in (*NAMES, "reach")}
        np.savez_compressed(file, format=np.array(FORMAT), **half)

    @staticmethod
    def load(file: Path, features: int, questions: int) -> "Network":
        """Read them; ConfigurationError when they are of another shape or format, or no weights at all."""
        try:
            with np.load(file, allow_pickle=False) as content:
                layers = {name: content[name].astype(float) for name in (*NAMES, "reach")}
                written = int(content["format"])
        except (ValueError, KeyError, EOFError, BadZipFile) as error:
            raise ConfigurationError(
                "this file holds no weights", str(file), "a file that `ironworks train-across` wrote"
            ) from error
        shape = layers["w1"].shape[1], layers["b3"].shape[1] // 2
        if written != FORMAT or shape != (features, questions):
            raise ConfigurationError(
                f"weights of format {written} for {shape[0]} features and {shape[1]} questions",
                str(file), f"format {FORMAT}, {features} features, {questions} questions",
                "train anew with `ironworks train-across`",
            )  # fmt: skip
        return Network(**layers)


def silu(x: Array) -> Array:
    """x times its own sigmoid."""
    return x / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))


def silu_slope(x: Array) -> Array:
    """Its derivative."""
    s = 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
    return s * (1.0 + x * (1.0 - s))
