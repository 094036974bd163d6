"""What the controller remembers between cycles: the moves in the pipe, who moved last, and what the model misses."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ironworks.twin.response import Array, ResponseModel, ResponseState

HOUR = 3600.0
LONGEST_GAP = 6 * HOUR
"""A longer time without a cycle ends the memory: set points may have been moved to and fro unseen meanwhile."""


@dataclass(slots=True)
class MoveMemory:
    """Follows the model's inputs from image to image, and every change of a set point, ours and the operator's alike.

    `grids`: the smallest change of each set point that counts as a move, SI.
    """

    response: ResponseModel
    grids: Mapping[str, float]
    state: ResponseState = field(init=False)
    time: float = math.nan
    moved_at: dict[str, float] = field(default_factory=dict)
    _values: dict[str, float] = field(default_factory=dict)
    _past: dict[str, deque[tuple[float, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start again: nothing in the pipe, nothing moved."""
        self.state, self.time = self.response.start(), math.nan
        self.moved_at, self._values = {}, {}
        self._past = {name: deque() for name in self.grids}

    def observe(self, time: float, inputs: Mapping[str, float | None], setpoints: Mapping[str, float | None]) -> bool:
        """Go on to `time` with what was in force since the last call. False if the memory had to start again."""
        gap = time - self.time
        known = math.isnan(self.time) or 0.0 <= gap <= LONGEST_GAP
        if not known:
            self.forget()
        before = time - self.response.period if math.isnan(self.time) else self.time
        periods = round((time - before) / self.response.period)
        for _ in range(periods):
            self.state = self.response.step(self.state, inputs)
        for name in self.grids:
            self._note_move(name, setpoints.get(name), before, time)
        self.time = before + periods * self.response.period if periods else before
        return known

    def extremes(self, name: str, time: float) -> tuple[float, float]:
        """Lowest and highest value within the last hour of a set point that has been read."""
        values = [self._values[name], *(value for since, value in self._past[name] if since > time - HOUR)]
        return min(values), max(values)

    def _note_move(self, name: str, value: float | None, before: float, time: float) -> None:
        past = self._past[name]
        while past and past[0][0] <= time - HOUR:
            past.popleft()
        if value is None:
            return
        last = self._values.get(name)
        if last is not None and abs(value - last) < 0.5 * self.grids[name]:
            return
        if last is not None:
            past.append((time, last))  # it was in force until somewhere before `time`
            self.moved_at[name] = before  # the earliest time at which it can have been moved
        self._values[name] = value


@dataclass(slots=True)
class Bias:
    """What the model misses, by output, in two parts: what lasts, and what has come lately and fades.

    Furnace heat wanders with two time constants, of hours and of days. The whole bias is low-pass filtered with
    `time_constant` so that noise of single samples does not become moves; its slow part with `slow_time`. What the
    whole stands above the slow part is expected to fade with `fade_time`. A lasting change moves into the slow part
    with time, so that no offset stays. All times in s.
    """

    time_constant: float
    slow_time: float
    fade_time: float
    _values: dict[str, tuple[float, float]] = field(default_factory=dict)
    _times: dict[str, float] = field(default_factory=dict)

    def update(self, output: str, raw: float, time: float) -> None:
        """Take in `raw` (SI) as seen at `time`; the first value is taken whole, into both parts."""
        whole, slow = self._values.get(output, (raw, raw))
        since = max(time - self._times.get(output, time), 0.0)
        whole -= math.expm1(-since / self.time_constant) * (raw - whole)
        slow -= math.expm1(-since / self.slow_time) * (raw - slow)
        self._values[output], self._times[output] = (whole, slow), time

    def course(self, output: str, ahead: Array) -> Array:
        """The bias expected `ahead` seconds from the last update (n_times,), SI."""
        whole, slow = self._values[output]
        return slow + (whole - slow) * np.exp(-ahead / self.fade_time)

    def forget(self, outputs: Iterable[str]) -> None:
        """Start these outputs again."""
        for output in outputs:
            self._values.pop(output, None)
            self._times.pop(output, None)
