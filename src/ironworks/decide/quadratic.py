"""A convex quadratic program and Clarabel's answer to it, with its status: never numbers without a good outcome."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from clarabel import clarabel  # pyright: ignore[reportAttributeAccessIssue]  # a compiled module without stubs
from numpy.typing import NDArray
from scipy import sparse

from ironworks.core.decision import Solved, SolverStatus, Unsolved

Array = NDArray[np.float64]
SOLVER = "clarabel"


@dataclass(frozen=True, slots=True)
class QuadraticProgram:
    """Minimise z'Pz/2 + q'z subject to A z <= b. `quadratic` is P's upper triangle; both matrices sparse by column."""

    quadratic: sparse.csc_matrix
    linear: Array
    constraints: sparse.csc_matrix
    bounds: Array


Answer = tuple[Solved, Array] | Unsolved
"""A good outcome with its minimiser, or any other outcome without one."""

Solver = Callable[[QuadraticProgram], Answer]

_STATUS = {
    "AlmostSolved": SolverStatus.OPTIMAL_INACCURATE,
    "PrimalInfeasible": SolverStatus.INFEASIBLE,
    "DualInfeasible": SolverStatus.INFEASIBLE,
    "AlmostPrimalInfeasible": SolverStatus.INFEASIBLE,
    "AlmostDualInfeasible": SolverStatus.INFEASIBLE,
    "MaxIterations": SolverStatus.ITERATION_LIMIT,
    "MaxTime": SolverStatus.ITERATION_LIMIT,
}


def solve(program: QuadraticProgram, most_iterations: int = 100) -> Answer:
    """Clarabel's answer. Numbers that are not finite are refused before the solver sees them, and after it too."""
    parts = (program.quadratic.data, program.linear, program.constraints.data, program.bounds)
    if not all(np.isfinite(part).all() for part in parts):
        return Unsolved(SolverStatus.BAD_INPUT, "the problem holds numbers that are not finite", SOLVER)
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads, settings.max_iter = False, 1, most_iterations
    cones = [clarabel.NonnegativeConeT(len(program.bounds))]
    try:
        solution = clarabel.DefaultSolver(
            program.quadratic, program.linear, program.constraints, program.bounds, cones, settings
        ).solve()
    except BaseException as failure:  # a panic of the Rust library derives from BaseException
        if isinstance(failure, KeyboardInterrupt | SystemExit):
            raise
        return Unsolved(SolverStatus.NUMERICAL_TROUBLE, f"{type(failure).__name__}: {failure}", SOLVER)
    return _outcome(solution)


def _outcome(solution: clarabel.DefaultSolution) -> Answer:
    status, values = str(solution.status), np.asarray(solution.x, dtype=float)
    if status != "Solved":
        return Unsolved(_STATUS.get(status, SolverStatus.NUMERICAL_TROUBLE), f"the solver ended with {status}", SOLVER)
    if not (np.isfinite(values).all() and np.isfinite(solution.obj_val)):
        return Unsolved(SolverStatus.NUMERICAL_TROUBLE, "the solver's numbers are not finite", SOLVER)
    return Solved(SOLVER, float(solution.obj_val), int(solution.iterations)), values
