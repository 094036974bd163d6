"""Fits of the filter's residual: a ridge and a small gradient-boosted forest, both held on a short leash.

A residual of unit scale is mostly noise, so the penalty of the ridge is chosen by blocked cross-validation from a
grid that ends in "nothing to learn"; the forest is shallow, slow and seeded. Deterministic: one thread, fixed seeds.
"""

from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Ridge penalties, per row and unit feature variance."""
BLOCKS = 5
ROUNDS = 60
FOREST = {
    "objective": "regression", "learning_rate": 0.03, "num_leaves": 6, "min_data_in_leaf": 60, "lambda_l2": 20.0,
    "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": 20260101, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "verbosity": -1, "max_bin": 63,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResidualFit:
    """Coefficients of the ridge on standardised features, and the forest as LightGBM holds it."""

    centre: Array
    scale: Array
    coefficients: Array
    intercept: float
    forest: lightgbm.Booster

    def predict(self, features: Array) -> tuple[float, float]:
        """What the ridge and the forest expect of the residual, in its standardised unit; features (F,)."""
        ridge = self.intercept + float(((features - self.centre) / self.scale) @ self.coefficients)
        forest = float(np.asarray(self.forest.predict(features[None, :], num_threads=1))[0])
        return ridge, forest


def fit_residual(features: Array, residual: Array) -> ResidualFit:
    """Fit both on rows in order of time: features (N, F), standardised residual (N,)."""
    with threadpool_limits(1):
        centre, scale = features.mean(axis=0), features.std(axis=0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        standard = (features - centre) / scale
        goal = np.clip(residual, -3.0, 3.0)
        penalty = _penalty(standard, goal)
        coefficients = _ridge(standard, goal - goal.mean(), penalty) if penalty is not None else np.zeros(len(centre))
        data = lightgbm.Dataset(features, goal, params={"verbosity": -1, "max_bin": 63, "num_threads": 1})
        forest = lightgbm.train(FOREST, data, ROUNDS)
    intercept = float(goal.mean()) if penalty is not None else 0.0
    return ResidualFit(centre, scale, coefficients, intercept, forest)


def _ridge(features: Array, goal: Array, penalty: float) -> Array:
    count, width = features.shape
    return np.linalg.solve(features.T @ features + penalty * count * np.eye(width), features.T @ goal)


def _penalty(features: Array, goal: Array) -> float | None:
    """The penalty with the least blocked cross-validation error; None when nothing beats predicting no residual."""
    blocks = np.array_split(np.arange(len(goal)), BLOCKS)
    errors = np.zeros(len(PENALTIES))
    for block in blocks:
        rest = np.ones(len(goal), dtype=bool)
        rest[block] = False
        mean = goal[rest].mean()
        for index, penalty in enumerate(PENALTIES):
            expected = mean + features[block] @ _ridge(features[rest], goal[rest] - mean, penalty)
            errors[index] += float(np.sum((goal[block] - expected) ** 2))
    best = int(np.argmin(errors))
    return PENALTIES[best] if errors[best] < float(np.sum(goal**2)) else None
