"""Numbers come only with a good outcome."""

import numpy as np
import pytest
from scipy import sparse

from ironworks.core.decision import Solved, SolverStatus, Unsolved
from ironworks.decide import quadratic
from ironworks.decide.quadratic import QuadraticProgram, solve


def program(quadratic, linear, constraints, bounds):
    return QuadraticProgram(
        sparse.csc_matrix(np.triu(quadratic)),
        np.array(linear, float),
        sparse.csc_matrix(np.array(constraints, float)),
        np.array(bounds, float),
    )


GOOD = program(np.eye(2), [-2.0, -2.0], [[1.0, 0.0], [0.0, 1.0]], [1.0, 5.0])


def test_a_good_outcome_comes_with_its_minimiser():
    outcome, values = solve(GOOD)  # min |z - 2|^2/2 with z_0 <= 1
    assert isinstance(outcome, Solved)
    assert outcome.solver == "clarabel"
    assert outcome.iterations > 0
    np.testing.assert_allclose(values, [1.0, 2.0], atol=1e-6)
    assert outcome.objective == pytest.approx(0.5 * 5.0 - 6.0, abs=1e-6)


def test_infeasible_unbounded_and_unfinished_are_told_apart():
    infeasible = program(np.eye(1), [0.0], [[1.0], [-1.0]], [-1.0, -1.0])  # z <= -1 and z >= 1
    answer = solve(infeasible)
    assert isinstance(answer, Unsolved)
    assert answer.status == SolverStatus.INFEASIBLE
    assert "PrimalInfeasible" in answer.message
    unbounded = program(np.zeros((1, 1)), [-1.0], [[-1.0]], [0.0])
    assert solve(unbounded).status == SolverStatus.INFEASIBLE
    assert solve(GOOD, most_iterations=1).status == SolverStatus.ITERATION_LIMIT


@pytest.mark.parametrize("part", ["quadratic", "linear", "constraints", "bounds"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(part, bad):
    parts = [np.eye(2), [-2.0, -2.0], np.eye(2), [1.0, 5.0]]
    index = ["quadratic", "linear", "constraints", "bounds"].index(part)
    spoilt = np.array(parts[index], float)
    spoilt.flat[0] = bad
    parts[index] = spoilt
    answer = solve(program(*parts))
    assert isinstance(answer, Unsolved)
    assert answer.status == SolverStatus.BAD_INPUT


def test_a_panic_of_the_solver_is_an_outcome(monkeypatch):
    class Panic(BaseException):
        pass

    def panics(*_):
        raise Panic("out of luck")

    monkeypatch.setattr(quadratic.clarabel, "DefaultSolver", panics)
    answer = solve(GOOD)
    assert answer.status == SolverStatus.NUMERICAL_TROUBLE
    assert "out of luck" in answer.message


def test_a_person_can_still_interrupt(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(quadratic.clarabel, "DefaultSolver", interrupted)
    with pytest.raises(KeyboardInterrupt):
        solve(GOOD)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("AlmostSolved", SolverStatus.OPTIMAL_INACCURATE),
        ("MaxTime", SolverStatus.ITERATION_LIMIT),
        ("InsufficientProgress", SolverStatus.NUMERICAL_TROUBLE),
        ("SomethingNew", SolverStatus.NUMERICAL_TROUBLE),
    ],
)
def test_every_other_status_is_unsolved(status, expected):
    class Solution:
        x, obj_val, iterations = (1.0, 1.0), 0.0, 3

    Solution.status = status
    assert quadratic._outcome(Solution).status == expected


@pytest.mark.parametrize(("x", "objective"), [((1.0, np.nan), 0.0), ((1.0, 1.0), np.inf)])
def test_solved_with_numbers_that_are_not_finite_is_unsolved(x, objective):
    class Solution:
        status, iterations = "Solved", 3

    Solution.x, Solution.obj_val = x, objective
    assert quadratic._outcome(Solution).status == SolverStatus.NUMERICAL_TROUBLE
