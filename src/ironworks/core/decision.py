"""From a solver's outcome to a write: types that do not allow a decision without a good outcome to become a command.

    Solved | Unsolved  ->  Move | Hold  ->  Allowed | Refused  ->  Command  ->  Receipt

Only a `Move` holds a value, and it can only be made with a `Solved`. Only an `Allowed` holds a `Move`, and only an
`Allowed` makes a `Command`.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from ironworks.core.errors import CallError
from ironworks.core.mode import Mode


class SolverStatus(StrEnum):
    """How a calculation of a move ended."""

    OPTIMAL = "optimal"
    OPTIMAL_INACCURATE = "optimal_inaccurate"
    INFEASIBLE = "infeasible"
    ITERATION_LIMIT = "iteration_limit"
    NUMERICAL_TROUBLE = "numerical_trouble"
    NO_FORECAST = "no_forecast"
    BAD_INPUT = "bad_input"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Solved:
    """A good outcome."""

    solver: str
    objective: float
    iterations: int
    status: SolverStatus = SolverStatus.OPTIMAL

    def __post_init__(self) -> None:
        if self.status != SolverStatus.OPTIMAL or not math.isfinite(self.objective):
            raise CallError(
                f"'{self.status}' with objective {self.objective} is not a good outcome", expected="an Unsolved"
            )


@dataclass(frozen=True, slots=True)
class Unsolved:
    """Any other outcome, with its message."""

    status: SolverStatus
    message: str
    solver: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A proposal to set `setpoint` to `value` (SI) from `current` (the read-back that it starts from).

    `reason` is one sentence for the operator; `effects` are the expected changes by target and horizon in s, SI.
    """

    setpoint: str
    value: float
    current: float
    outcome: Solved
    made_at: float
    reason: str
    effects: tuple[tuple[str, float, float], ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.outcome, Solved) or not math.isfinite(self.value) or not math.isfinite(self.current):
            raise CallError(
                f"a move of '{self.setpoint}' to {self.value} with outcome {self.outcome}",
                expected="a Solved outcome and finite values",
            )


@dataclass(frozen=True, slots=True)
class Hold:
    """A proposal to leave `setpoint` alone: because that is best (Solved), or because there was no good outcome."""

    setpoint: str
    outcome: Solved | Unsolved
    made_at: float
    reason: str


Proposal = Move | Hold


class GuardEffect(StrEnum):
    """What a guard did to a move."""

    TIGHTENED = "tightened"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class GuardAction:
    """One guard's act on one move, with its reason; `before` and `after` in SI (`after` None when refused).

    `kind` is the guard's name: absolute_limit, rate, freshness, quality, solver_outcome, permission.
    """

    kind: str
    effect: GuardEffect
    reason: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """A move that passed all guards, perhaps tightened: `value` (SI) is what may be written."""

    move: Move
    value: float
    made_at: float
    actions: tuple[GuardAction, ...] = ()

    def __post_init__(self) -> None:
        low, high = sorted((self.move.current, self.move.value))
        if not isinstance(self.move, Move) or not low - 1e-12 <= self.value <= high + 1e-12:
            raise CallError(
                f"guarded value {self.value} of '{self.move.setpoint}' lies outside {low} .. {high}",
                expected="a value between the current one and the proposed one: guards only tighten",
            )


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal that may not be written, with the guards' reasons."""

    proposal: Proposal
    made_at: float
    actions: tuple[GuardAction, ...]


Verdict = Allowed | Refused


@dataclass(frozen=True, slots=True)
class Command:
    """A write to the plant: made from an Allowed in mode AUTO and from nothing else."""

    setpoint: str
    value: float
    verdict: Allowed
    mode: Mode
    made_at: float

    @classmethod
    def from_verdict(cls, verdict: Allowed, mode: Mode, made_at: float) -> "Command":
        """The only way to make one."""
        return cls(verdict.move.setpoint, verdict.value, verdict, mode, made_at)

    def __post_init__(self) -> None:
        if not isinstance(self.verdict, Allowed) or self.mode != Mode.AUTO or self.value != self.verdict.value:
            raise CallError(
                f"a command for '{self.setpoint}' from {type(self.verdict).__name__} in mode {self.mode.name}",
                expected="an Allowed verdict in mode AUTO, and its value",
            )


class WriteStatus(StrEnum):
    """How a write ended."""

    CONFIRMED = "confirmed"  # written and read back equal
    MISMATCH = "mismatch"  # written, but the plant reads otherwise
    REFUSED_BY_PLANT = "refused_by_plant"
    LINK_DOWN = "link_down"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the plant said to a command. `read_back` in SI, None if it could not be read."""

    command: Command
    status: WriteStatus
    written_at: float
    read_back: float | None
    message: str = ""
