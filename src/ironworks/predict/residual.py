"""Fits of the filter's residual: a ridge and a small gradient-boosted forest, both held on a short leash.

A residual of unit scale is mostly noise, so the penalty of the ridge is chosen by blocked cross-validation from a
grid that ends in "nothing to learn"; the forest is shallow, slow and seeded. Deterministic: one thread, fixed seeds.
"""

from dataclasses import dataclass
from typing import Any

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
class Forest:
    """The trees as arrays, so that one row costs microseconds: LightGBM's own prediction is made for many rows.

    Nodes of all trees in one row of numbers; a leaf points to itself. `left`, `right`, `feature`, `threshold`,
    `value`: (M,).
    """

    roots: NDArray[np.intp]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    feature: NDArray[np.intp]
    threshold: Array
    value: Array
    depth: int

    def predict(self, features: Array) -> float:
        """The sum of all trees for one row (F,) of finite features."""
        at = self.roots
        for _ in range(self.depth):
            at = np.where(features[self.feature[at]] <= self.threshold[at], self.left[at], self.right[at])
        return float(self.value[at].sum())


def as_arrays(booster: lightgbm.Booster) -> Forest:
    """The trees of a regression booster without categories."""
    left, right, feature, threshold, value = [], [], [], [], []
    deepest = 0

    def grow(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        here, deepest = len(left), max(deepest, depth)
        for part, start in ((left, here), (right, here), (feature, 0), (threshold, 0.0)):
            part.append(start)
        value.append(float(node.get("leaf_value", 0.0)))
        if "split_feature" in node:
            feature[here], threshold[here] = int(node["split_feature"]), float(node["threshold"])
            left[here] = grow(node["left_child"], depth + 1)
            right[here] = grow(node["right_child"], depth + 1)
        return here

    roots = [grow(tree["tree_structure"], 0) for tree in booster.dump_model()["tree_info"]]
    return Forest(
        np.array(roots, dtype=np.intp), np.array(left, dtype=np.intp), np.array(right, dtype=np.intp),
        np.array(feature, dtype=np.intp), np.array(threshold), np.array(value), deepest,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResidualFit:
    """Coefficients of the ridge on standardised features, and the forest."""

    centre: Array
    scale: Array
    coefficients: Array
    intercept: float
    forest: Forest

    def predict(self, features: Array) -> tuple[float, float]:
        """What the ridge and the forest expect of the residual, in its standardised unit; features (F,)."""
        ridge = self.intercept + float(((features - self.centre) / self.scale) @ self.coefficients)
        return ridge, self.forest.predict(features)


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
        forest = as_arrays(lightgbm.train(FOREST, data, ROUNDS))
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
