"""Step-response model of the furnace's thermal state: first-order lags with dead time, discretised exactly.

An input u (deviation from where it stood at the start) works on every output y through lags k:

    T_k dx_k/dt = u(t - theta_k) - x_k,        y = sum_k g_k x_k

A lag of negative gain beside a slower one of positive gain gives an inverse response. With inputs that are constant
within a period the discrete model is exact, also when a dead time is no whole number of periods (Astrom and Wittenmark,
Computer-Controlled Systems, ch. 2). Linear: valid for deviations of usual moves in normal blast, not for stoppages.
It leaves out everything that is not an input; the controller corrects for that by comparison with what is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError, nearest

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lag:
    """One path from an input to the outputs: time constant and dead time in s, gains by output, SI."""

    input: str
    name: str
    time_constant: float
    dead_time: float
    gains: Mapping[str, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "gains", MappingProxyType(dict(self.gains)))
        if not (self.time_constant > 0.0 and self.dead_time >= 0.0):
            raise CallError(
                f"lag '{self.name}' of {self.input}: time constant {self.time_constant}, dead time {self.dead_time}",
                expected="a positive time constant and a dead time of 0 or more",
            )


@dataclass(frozen=True, slots=True)
class ResponseState:
    """What is in the pipe.

    `base`: value of each input when it was first known (nan: not yet). `lags`: value of each lag. `inputs`:
    deviations of the inputs from their base, one row a period, the newest first. `held`: inputs that were not known
    in the last period and are therefore taken as unchanged.
    """

    base: Array
    lags: Array
    inputs: Array
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ResponseModel:
    """Lags with their discrete form for one period (s). All functions are pure."""

    lags: tuple[Lag, ...]
    outputs: tuple[str, ...]
    period: float
    inputs: tuple[str, ...] = field(init=False)
    _decay: Array = field(init=False, repr=False)
    _late: Array = field(init=False, repr=False)
    _early: Array = field(init=False, repr=False)
    _delay: NDArray[np.int64] = field(init=False, repr=False)
    _column: NDArray[np.int64] = field(init=False, repr=False)
    _gains: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.period > 0.0 or not self.lags:
            raise CallError(f"response model with period {self.period} and {len(self.lags)} lags")
        inputs = tuple(dict.fromkeys(lag.input for lag in self.lags))
        time_constant = np.array([lag.time_constant for lag in self.lags])
        whole, rest = np.divmod(np.array([lag.dead_time for lag in self.lags]), self.period)
        late = -np.expm1(-(self.period - rest) / time_constant)
        decay = np.exp(-self.period / time_constant)
        for name, value in {
            "inputs": inputs,
            "_decay": decay,
            "_late": late,
            "_early": 1.0 - decay - late,
            "_delay": whole.astype(np.int64),
            "_column": np.array([inputs.index(lag.input) for lag in self.lags]),
            "_gains": np.array([[lag.gains.get(output, 0.0) for lag in self.lags] for output in self.outputs]),
        }.items():
            object.__setattr__(self, name, value)

    def start(self) -> ResponseState:
        """Nothing in the pipe, no input known yet."""
        rows = int(self._delay.max()) + 2
        known = np.full(len(self.inputs), np.nan)
        return ResponseState(known, np.zeros(len(self.lags)), np.zeros((rows, len(self.inputs))))

    def step(self, state: ResponseState, inputs: Mapping[str, float | None]) -> ResponseState:
        """One period on, through which `inputs` (SI) were in force. An unknown input (None) is held, and said to be.

        An input that becomes known for the first time starts without deviation: what it did before is not known.
        """
        values = np.array([_number(inputs.get(name)) for name in self.inputs])
        base = np.where(np.isnan(state.base), values, state.base)
        deviation = np.where(np.isnan(values), state.inputs[0], values - base)
        history = np.vstack([deviation, state.inputs[:-1]])
        held = frozenset(name for name, value in zip(self.inputs, values, strict=True) if np.isnan(value))
        return ResponseState(base, self._advance(state.lags, history), history, held)

    def output(self, state: ResponseState) -> Array:
        """Deviations of the outputs (n_outputs,) now, SI."""
        return self._gains @ state.lags

    def free_response(self, state: ResponseState, steps: int) -> Array:
        """What is in the pipe: outputs (steps, n_outputs) after 1 .. `steps` periods if no input moves any more."""
        since = np.arange(1, steps + 1)[:, None]  # by then the newest input has been in force for so many periods
        newer = state.inputs[np.maximum(self._delay - since, 0), self._column]
        older = state.inputs[np.maximum(self._delay + 1 - since, 0), self._column]
        forcing = self._late * newer + self._early * older
        lags, rows = state.lags, np.empty((steps, len(self.lags)))
        for row in range(steps):
            lags = rows[row] = self._decay * lags + forcing[row]
        return rows @ self._gains.T

    def step_response(self, input: str, steps: int) -> Array:
        """Outputs (steps, n_outputs) 1 .. `steps` periods after a lasting step of 1 (SI) of `input`, in closed form."""
        if input not in self.inputs:
            raise CallError(f"no response to '{input}'", expected="an input", remedy=nearest(input, self.inputs))
        times = self.period * np.arange(1, steps + 1)
        rows = np.zeros((steps, len(self.outputs)))
        for index, lag in enumerate(self.lags):
            if lag.input == input:
                since = np.maximum(times - lag.dead_time, 0.0)
                rows += np.outer(-np.expm1(-since / lag.time_constant), self._gains[:, index])
        return rows

    def gain(self, input: str, output: str) -> float:
        """Change of `output` in the long run for 1 of `input`, SI."""
        return sum(lag.gains.get(output, 0.0) for lag in self.lags if lag.input == input)

    def _advance(self, lags: Array, history: Array) -> Array:
        newer = history[self._delay, self._column]
        older = history[self._delay + 1, self._column]
        return self._decay * lags + self._late * newer + self._early * older


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
