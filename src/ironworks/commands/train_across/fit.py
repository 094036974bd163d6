"""Fits the network on rows of many furnaces.

Loss: the negative log likelihood of a normal distribution whose mean and spread the network gives, Huber-like far out
so that a stoppage does not teach more than a week. Adam with a falling step on features of equal spread, which is put
back into the weights in the end; weights decay; the features are blurred, row by row and furnace by furnace, so that
it does not learn furnaces by heart; inputs drop out by quantity, so that the network learns to do with whatever a works
measures. Each member of the ensemble leaves out other furnaces and stops where those were forecast best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.commands.train_across.rows import Rows
from ironworks.predict.sequence.features import OF_CASTS, OWN, TARGETS
from ironworks.predict.sequence.gamma_memory import TAPS
from ironworks.predict.sequence.network import NAMES, Network
from ironworks.predict.sequence.quantities import QUANTITIES
from ironworks.predict.sequence.questions import ASKED

Array = NDArray[np.float64]
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FitOptions:
    """members: of the ensemble. hidden: units a layer. epochs: most passes over the rows. step: of Adam at the start.
    decay: of the weights, a step's share. quantity_dropout: share of rows that miss a quantity. sparse_share: of rows
    that miss more, each a share of its own between none and all, as works do that measure little. target_dropout:
    share of rows that miss a target. noise, furnace_noise: added to the features, of each row and of all rows of a
    furnace in a pass, in their own standard deviations."""

    members: int = 8
    hidden: int = 24
    epochs: int = 12
    batch: int = 512
    step: float = 2e-4
    decay: float = 0.02
    quantity_dropout: float = 0.05
    sparse_share: float = 0.5
    target_dropout: float = 0.05
    noise: float = 0.05
    furnace_noise: float = 0.1


REACH = 0.999
"""Share of the rows whose features count as what the network has seen."""
LEAST_SPREAD = 0.02
"""Of a feature: one that hardly ever moves is not blown up."""
FAR = 3.0
"""Errors beyond so many standard deviations count linearly."""


def fit(rows: Sequence[Rows], seed: int, options: FitOptions, tell: Callable[[str], None]) -> Network:
    """The network of these furnaces, one `Rows` each."""
    features = np.concatenate([one.features for one in rows])
    spread = np.maximum(features.std(axis=0), LEAST_SPREAD)
    reach = np.quantile(np.abs(features), REACH, axis=0)
    rows = [one._replace(features=one.features / spread) for one in rows]
    members = []
    for member in range(options.members):
        held = [i for i in range(len(rows)) if i % options.members == member] if len(rows) > options.members else []
        learn = [one for i, one in enumerate(rows) if i not in held]
        judge = [rows[i] for i in held] or learn
        weights, loss = _fit_one(learn, judge, seed + member, options)
        tell(f"member {member + 1} of {options.members}: {loss:.4f} on {len(held)} furnaces left out")
        members.append({name: np.asarray(weights[name], dtype=float) for name in NAMES})
        for name in ("w0", "w1"):
            members[-1][name] = members[-1][name] / spread[:, None]
    return Network(*(np.stack([one[name] for one in members]) for name in NAMES), reach=reach)


def _start(key: Any, features: int, hidden: int, questions: int) -> Weights:
    one, two, three = jax.random.split(key, 3)
    return {
        "w1": jax.random.normal(one, (features, hidden)) / jnp.sqrt(features), "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(two, (hidden, hidden)) / jnp.sqrt(hidden), "b2": jnp.zeros(hidden),
        "w3": jax.random.normal(three, (2 * hidden, 2 * questions)) * 0.01 / jnp.sqrt(2 * hidden),
        "b3": jnp.concatenate([jnp.zeros(questions), jnp.full(questions, -0.5)]),
        "w0": jnp.zeros((features, questions)),
    }  # fmt: skip


def _answer(weights: Weights, features: Any) -> tuple[Any, Any]:
    first = jax.nn.silu(features @ weights["w1"] + weights["b1"])
    second = jax.nn.silu(first @ weights["w2"] + weights["b2"])
    mean, log_sd = jnp.split(jnp.concatenate([first, second], axis=1) @ weights["w3"] + weights["b3"], 2, axis=1)
    return mean + features @ weights["w0"], jnp.clip(log_sd, -4.0, 2.0)


def _loss(weights: Weights, features: Any, wanted: Any) -> Any:
    mean, log_sd = _answer(weights, features)
    known = jnp.isfinite(wanted)
    off = jnp.abs(jnp.where(known, wanted - mean, 0.0)) * jnp.exp(-log_sd)
    error = jnp.where(off < FAR, 0.5 * off * off, FAR * (off - 0.5 * FAR))
    return jnp.sum(jnp.where(known, error + log_sd, 0.0)) / jnp.maximum(jnp.sum(known), 1)


@partial(jax.jit, static_argnames=("furnaces", "options"))
def _pass(
    weights: Weights, moments: Any, key: Any, features: Any, wanted: Any, furnace: Any, step: Any,
    furnaces: int, options: FitOptions,
) -> Any:  # fmt: skip
    """One pass over the rows in batches: features (B, N, F), wanted (B, N, Q), furnace (B, N): its number."""
    key, now = jax.random.split(key)
    apart = options.furnace_noise * jax.random.normal(now, (furnaces, features.shape[-1]))

    def batch(carry: Any, rows: Any) -> Any:
        weights, (first, second, count), key = carry
        x, y, number = rows
        key, masks, noise = jax.random.split(key, 3)
        x = x + apart[number] + options.noise * jax.random.normal(noise, x.shape)
        x, y = _dropped(masks, x, y, options)
        slope = jax.grad(_loss)(weights, x, y)
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slope)

        def move(name: str) -> Any:
            m, v = first[name] / (1.0 - 0.9**count), second[name] / (1.0 - 0.999**count)
            decay = options.decay * weights[name] if name.startswith("w") else 0.0
            return weights[name] - step * (m / (jnp.sqrt(v) + 1e-8) + decay)

        return ({name: move(name) for name in NAMES}, (first, second, count), key), None

    (weights, moments, _), _ = jax.lax.scan(batch, (weights, moments, key), (features, wanted, furnace))
    return weights, moments


def _dropped(key: Any, features: Any, wanted: Any, options: FitOptions) -> tuple[Any, Any]:
    """Features with some set to zero, as they are when they are missing: quantities whole, with all taps of their
    memory, or a target whole, about which nothing is then asked."""
    count = len(features)
    one, two, three, four = jax.random.split(key, 4)
    sparse = jax.random.uniform(one, (count, 1, 1)) < options.sparse_share
    missing = jnp.where(sparse, jax.random.uniform(two, (count, 1, 1)), options.quantity_dropout)
    there = jax.random.uniform(four, (count, 1, len(QUANTITIES))) >= missing
    memory = jnp.broadcast_to(there, (count, TAPS, len(QUANTITIES))).reshape(count, -1)
    gone = jax.random.uniform(three, (count, 1))  # at most one target at a time
    first = jnp.arange(len(TARGETS)) * options.target_dropout
    stays = (gone < first) | (gone >= first + options.target_dropout)
    target, asked = jnp.repeat(stays, OWN, axis=1), jnp.repeat(stays, len(ASKED) // len(TARGETS), axis=1)
    kept = jnp.concatenate([target, jnp.ones((count, OF_CASTS), dtype=bool), memory], axis=1)
    return features * kept, jnp.where(asked, wanted, jnp.nan)


def _fit_one(learn: Sequence[Rows], judge: Sequence[Rows], seed: int, options: FitOptions) -> tuple[Weights, float]:
    numbers, key = np.random.default_rng(seed), jax.random.PRNGKey(seed)
    features = np.concatenate([one.features for one in learn]).astype(np.float32)
    wanted = np.concatenate([one.wanted for one in learn]).astype(np.float32)
    furnace = np.repeat(np.arange(len(learn)), [len(one.features) for one in learn])
    judged = (
        jnp.asarray(np.concatenate([one.features for one in judge]), dtype=jnp.float32),
        jnp.asarray(np.concatenate([one.wanted for one in judge]), dtype=jnp.float32),
    )
    key, start = jax.random.split(key)
    weights = jax.tree.map(
        lambda w: w.astype(jnp.float32), _start(start, features.shape[1], options.hidden, len(ASKED))
    )
    nothing = jax.tree.map(jnp.zeros_like, weights)
    moments = (nothing, nothing, jnp.zeros((), dtype=jnp.float32))
    whole = len(features) // options.batch * options.batch
    best, best_loss = weights, np.inf
    loss_of = jax.jit(_loss)
    for epoch in range(options.epochs):
        order = numbers.permutation(len(features))[:whole].reshape(-1, options.batch)
        key, now = jax.random.split(key)
        step = options.step * 0.5 * (1.0 + np.cos(np.pi * epoch / options.epochs))
        weights, moments = _pass(
            weights, moments, now, jnp.asarray(features[order]), jnp.asarray(wanted[order]),
            jnp.asarray(furnace[order]), jnp.float32(step), len(learn), options,
        )  # fmt: skip
        loss = float(loss_of(weights, *judged))
        if loss < best_loss:
            best, best_loss = weights, loss
    return best, best_loss
