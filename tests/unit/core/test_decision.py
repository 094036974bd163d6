"""A decision without a good solver outcome cannot become a command."""

import pytest

from ironworks.core.decision import Allowed, Command, Hold, Move, Refused, Solved, SolverStatus, Unsolved
from ironworks.core.errors import CallError
from ironworks.core.mode import Mode

GOOD = Solved("clarabel", 1.0, 7)


def move(value: float = 11.0) -> Move:
    return Move("blast_moisture_setpoint", value, 10.0, GOOD, 0.0, "why")


def test_a_move_needs_a_good_outcome():
    with pytest.raises(CallError, match="Solved"):
        Move("s", 11.0, 10.0, Unsolved(SolverStatus.INFEASIBLE, "no way"), 0.0, "why")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("status", [status for status in SolverStatus if status != SolverStatus.OPTIMAL])
def test_no_other_status_makes_a_good_outcome(status):
    with pytest.raises(CallError, match="good outcome"):
        Solved("clarabel", 1.0, 7, status)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_move_is_finite(value):
    with pytest.raises(CallError):
        move(value)


@pytest.mark.parametrize("value", [9.9, 11.1])
def test_guards_only_tighten(value):
    with pytest.raises(CallError, match="only tighten"):
        Allowed(move(), value, 0.0)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SHADOW, Mode.ADVISORY])
def test_a_command_needs_auto(mode):
    with pytest.raises(CallError, match="AUTO"):
        Command.from_verdict(Allowed(move(), 10.5, 0.0), mode, 0.0)


@pytest.mark.parametrize("verdict", [Refused(move(), 0.0, ()), Hold("s", GOOD, 0.0, "best")])
def test_a_command_needs_an_allowed_verdict(verdict):
    with pytest.raises(CallError, match="Allowed"):
        Command("s", 10.5, verdict, Mode.AUTO, 0.0)


def test_a_command_carries_the_guarded_value():
    assert Command.from_verdict(Allowed(move(), 10.5, 0.0), Mode.AUTO, 0.0).value == 10.5
    with pytest.raises(CallError):
        Command("blast_moisture_setpoint", 11.0, Allowed(move(), 10.5, 0.0), Mode.AUTO, 0.0)
