"""The controller's quadratic program: which moves, in blocks of half an hour, bring the furnace to its aim.

Unknowns: moves d (in largest steps) of every set point in every block, and by how much each predicted output leaves its
dead zone (e) and its good range (s), in units of its scale. Minimised:

    mean_j (w e_j^2 + w_b s_j^2)  +  sum r d^2  +  mean_i w_rest ((u_i - rest) / scale)^2

with the limits of limits.toml as hard constraints on the moves; outputs are soft, so that a good answer always exists.
Receding-horizon control with a dead zone: Qin and Badgwell, Control Engineering Practice 11 (2003) 733.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ironworks.core.errors import ConfigurationError
from ironworks.core.works import SetpointLimits, Target
from ironworks.decide.quadratic import QuadraticProgram
from ironworks.decide.settings import ControllerSettings
from ironworks.twin.response import ResponseModel

Array = NDArray[np.float64]

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Room:
    """Where a set point stands, how far it may move now (0, 0: not at all), and the least it may ever be; SI."""

    current: float
    down: float
    up: float
    floor: float = -math.inf


class MoveProblem:
    """Matrices built once for a choice of set points and outputs; `program` fills in one cycle's vectors."""

    def __init__(
        self,
        response: ResponseModel,
        settings: ControllerSettings,
        limits: Mapping[str, SetpointLimits],
        targets: Mapping[str, Target],
        setpoints: Sequence[str],
        outputs: Sequence[str],
    ) -> None:
        self.setpoints, self.outputs, self._limits = tuple(setpoints), tuple(outputs), limits
        self._settings = settings
        self._stride = _whole(settings.block, response.period, "controller.block")
        self.blocks = _whole(settings.control_horizon, settings.block, "controller.control_horizon")
        self.points = _whole(settings.prediction_horizon, settings.block, "controller.prediction_horizon")
        self._hour = max(1, round(HOUR / settings.block))
        scales = [settings.targets[output].scale for output in self.outputs]
        self._scale = np.array(scales)
        self._aim = np.array([targets[output].value for output in self.outputs])
        self._low = (np.array([targets[output].low for output in self.outputs]) - self._aim) / self._scale
        self._high = (np.array([targets[output].high for output in self.outputs]) - self._aim) / self._scale
        self._dead_zone = np.array([settings.targets[output].dead_zone for output in self.outputs]) / self._scale
        self._effect = self._effects(response)
        self._position = np.tril(np.ones((self.blocks, self.blocks)))
        self._quadratic = sparse.csc_matrix(np.triu(self._cost()))
        self._constraints = sparse.csc_matrix(self._rows())

    def steps(self) -> NDArray[np.int64]:
        """The periods, counted from 1, at whose ends the outputs are weighed (n_points,)."""
        return self._stride * np.arange(1, self.points + 1)

    def program(self, expected: Array, room: Mapping[str, Room]) -> QuadraticProgram:
        """The program for `expected` outputs (n_points, n_outputs) without further moves, SI."""
        deviation = ((expected - self._aim) / self._scale).T.ravel()
        return QuadraticProgram(self._quadratic, self._linear(room), self._constraints, self._bounds(deviation, room))

    def moves_due(self, answer: Array) -> dict[str, float]:
        """What the plan moves until each set point's next chance, which is a hold-off away; SI, at most the largest
        step.

        A plan spreads a change over its blocks. Taking only the first block's share would leave small shares undone for
        ever; taking what is due until the next chance does the same work in fewer moves.
        """
        due = {}
        for index, name in enumerate(self.setpoints):
            blocks = min(self.blocks, max(1, ceil(self._settings.setpoints[name].hold_off / self._settings.block)))
            plan = answer[index * self.blocks : index * self.blocks + blocks]
            due[name] = float(np.clip(plan.sum(), -1.0, 1.0)) * self._limits[name].max_step
        return due

    @property
    def _moves(self) -> int:
        return len(self.setpoints) * self.blocks

    @property
    def _predicted(self) -> int:
        return len(self.outputs) * self.points

    def _effects(self, response: ResponseModel) -> Array:
        """Scaled outputs (n_outputs * n_points) by scaled moves (n_setpoints * n_blocks)."""
        columns = [response.outputs.index(output) for output in self.outputs]
        effect = np.zeros((len(self.outputs), self.points, self._moves))
        for index, name in enumerate(self.setpoints):
            step = response.step_response(name, self.points * self._stride)[:, columns] * self._limits[name].max_step
            at_points = step[self._stride - 1 :: self._stride] / self._scale
            for block in range(self.blocks):
                effect[:, block:, index * self.blocks + block] = at_points[: self.points - block].T
        return effect.reshape(self._predicted, self._moves)

    def _cost(self) -> Array:
        settings = self._settings
        size = self._moves + 2 * self._predicted
        cost = np.zeros((size, size))
        for index, name in enumerate(self.setpoints):
            span = slice(index * self.blocks, (index + 1) * self.blocks)
            cost[span, span] += 2.0 * settings.setpoints[name].move_weight * np.eye(self.blocks)
            rest = settings.setpoints[name].rest
            if rest is not None:
                step = self._limits[name].max_step / rest.scale
                cost[span, span] += 2.0 * rest.weight / self.blocks * step**2 * (self._position.T @ self._position)
        weights = np.repeat([settings.targets[output].weight for output in self.outputs], self.points) / self.points
        diagonal = 2.0 * np.concatenate([weights, settings.band_weight * weights])
        cost[self._moves :, self._moves :] = np.diag(diagonal)
        return cost

    def _linear(self, room: Mapping[str, Room]) -> Array:
        linear = np.zeros(self._moves + 2 * self._predicted)
        for index, name in enumerate(self.setpoints):
            rest = self._settings.setpoints[name].rest
            if rest is not None:
                away, step = (room[name].current - rest.value) / rest.scale, self._limits[name].max_step / rest.scale
                span = slice(index * self.blocks, (index + 1) * self.blocks)
                linear[span] = 2.0 * rest.weight / self.blocks * away * step * self._position.sum(axis=0)
        return linear

    def _rows(self) -> Array:
        """Left sides, in the order of `_bounds`."""
        effect, predicted = self._effect, self._predicted
        none, slack = np.zeros((predicted, predicted)), -np.eye(predicted)
        outputs = [np.hstack([sign * effect, slack, none]) for sign in (1.0, -1.0)]
        outputs += [np.hstack([sign * effect, none, slack]) for sign in (1.0, -1.0)]
        hours = np.array(
            [
                [float(first <= block < first + self._hour) for block in range(self.blocks)]
                for first in range(max(1, self.blocks - self._hour + 1))
            ]
        )
        each = np.vstack([self._position, np.eye(self.blocks), hours])
        own = np.kron(np.eye(len(self.setpoints)), np.vstack([each, -each]))
        rows = [*outputs, np.hstack([own, np.zeros((len(own), 2 * predicted))])]
        return np.vstack(rows)

    def _bounds(self, deviation: Array, room: Mapping[str, Room]) -> Array:
        zone, low, high = (np.repeat(each, self.points) for each in (self._dead_zone, self._low, self._high))
        parts: list[Array] = [zone - deviation, zone + deviation, high - deviation, deviation - low]
        windows = max(1, self.blocks - self._hour + 1)
        for name in self.setpoints:
            limits, where = self._limits[name], room[name]
            step = limits.max_step
            up, down = np.ones(self.blocks), np.ones(self.blocks)
            up[0], down[0] = where.up / step, where.down / step
            hour = np.full(windows, limits.max_rate_per_h / step)
            # A set point that stands outside its limits may stay there or come in, but go no further out.
            above = np.full(self.blocks, max(limits.high - where.current, 0.0) / step)
            below = np.full(self.blocks, max(where.current - max(limits.low, where.floor), 0.0) / step)
            parts += [above, up, hour, below, down, hour]
        return np.concatenate(parts)


def _whole(long: float, short: float, name: str) -> int:
    """How often `short` goes into `long`, which must be a whole number of times."""
    times = round(long / short)
    if times < 1 or abs(times * short - long) > 1e-6 * short:
        raise ConfigurationError(f"'{name}' is {long:g} s", expected=f"a whole multiple of {short:g} s")
    return times
