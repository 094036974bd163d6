"""The network: a few small perceptrons side by side, whose answers are averaged. Run with NumPy, kept without pickle.

    h1 = silu(x W1 + b1),  h2 = silu(h1 W2 + b2),  y = [h1, h2] W3 + b3 + [x W0, 0]

The straight way W0 has most of what there is to know, for a furnace near its point of operation answers nearly in
proportion; the hidden layers have what depends on the rest. Each member gives, for every question it was trained on, a
correction and the logarithm of its standard deviation, both in the target's unit (`features.UNITS`).
"""

from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import ConfigurationError

Array = NDArray[np.float64]
FORMAT = 3
NAMES = ("w1", "b1", "w2", "b2", "w3", "b3", "w0")
"""Of the weights, in the order of `Network`."""
GAUSS = ((0.2113249, 0.5), (0.7886751, 0.5))
"""Places and weights of Gauss's rule on 0 ... 1."""


@dataclass(frozen=True, slots=True)
class Network:
    """E members, F features, H units a layer, Q questions. w1 (E, F, H), b1 (E, H), w2 (E, H, H), b2 (E, H),
    w3 (E, 2 H, 2 Q), b3 (E, 2 Q), w0 (E, F, Q). reach (F,): the largest size of each feature while it learned, but
    for one row in a thousand. Costs of an answer and of its parts grow with F E (H + Q)."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array
    w3: Array
    b3: Array
    w0: Array
    reach: Array
    _first: Array = field(init=False, repr=False)  # (F, E H): w1 of all members side by side, one product for all
    _straight: Array = field(init=False, repr=False)  # (F, E Q): w0 likewise
    _usual: Array = field(init=False, repr=False)  # (F, Q): w0, its mean over the members

    def __post_init__(self) -> None:
        count = self.w1.shape[1]
        object.__setattr__(self, "_first", self.w1.transpose(1, 0, 2).reshape(count, -1))
        object.__setattr__(self, "_straight", self.w0.transpose(1, 0, 2).reshape(count, -1))
        object.__setattr__(self, "_usual", self.w0.mean(axis=0))

    def answer(self, features: Array) -> tuple[Array, Array]:
        """Correction and its standard deviation (Q,) for one row (F,): of the members' mixture."""
        first, second = self._layers(self._weighed(features))
        hidden = np.concatenate([silu(first), silu(second)], axis=1)
        mean, log_sd = np.split(np.matmul(hidden[:, None], self.w3)[:, 0] + self.b3, 2, axis=1)
        mean = mean + (features @ self._straight).reshape(mean.shape)
        middle = mean.mean(axis=0)
        variance = np.exp(2.0 * np.clip(log_sd, -4.0, 2.0)).mean(axis=0) + mean.var(axis=0)
        return middle, np.sqrt(variance)

    def slope(self, features: Array, shares: Array) -> Array:
        """Derivative by the features of sums of corrections, (F, K): what a small move of each would change. `shares`
        (K, Q) says which corrections make up each sum."""
        return self._outward(self._back(self._weighed(features), self._last(shares)), shares)

    def parts(self, features: Array, shares: Array) -> Array:
        """By how much each feature moves these sums of corrections away from those of a row of zeros, (F, K):
        integrated gradients (Sundararajan, Taly and Yan, ICML 2017), by Gauss's rule of two points; they add up to
        the difference."""
        weighed, last = self._weighed(features), self._last(shares)
        back = np.sum([weight * self._back(at * weighed, last) for at, weight in GAUSS], axis=0)
        return features[:, None] * self._outward(back, shares)

    def _weighed(self, features: Array) -> Array:
        """What comes to the first layer without its bias, (E, H)."""
        return (features @ self._first).reshape(self.b1.shape)

    def _layers(self, weighed: Array) -> tuple[Array, Array]:
        """What comes to both layers, (E, H) each."""
        first = weighed + self.b1
        return first, np.matmul(silu(first)[:, None], self.w2)[:, 0] + self.b2

    def _last(self, shares: Array) -> Array:
        """Weights from both layers to sums of corrections, (E, 2 H, K)."""
        return np.matmul(self.w3[:, :, : shares.shape[1]], shares.T)

    def _back(self, weighed: Array, last: Array) -> Array:
        """Derivative of the sums by what comes to the first layer, (E, H, K)."""
        first, second = self._layers(weighed)
        straight, back = np.split(last, 2, axis=1)
        back = straight + np.matmul(self.w2, back * silu_slope(second)[:, :, None])
        return back * silu_slope(first)[:, :, None]

    def _outward(self, back: Array, shares: Array) -> Array:
        """Mean over the members of the derivative by the features, (F, K), from that by what they bring."""
        return self._first @ back.reshape(-1, back.shape[2]) / len(back) + self._usual @ shares.T

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
                "train anew with `ironworks train-across`; a works goes back with `ironworks models rollback`",
            )  # fmt: skip
        return Network(**layers)


def silu(x: Array) -> Array:
    """x times its own sigmoid."""
    return x / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))


def silu_slope(x: Array) -> Array:
    """Its derivative."""
    s = 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
    return s * (1.0 + x * (1.0 - s))
