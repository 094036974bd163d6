"""Only a good outcome may become a command. The types say so already; this is the second lock."""

from ironworks.core.decision import GuardAction, Solved, SolverStatus
from ironworks.guard.question import Question, refused

KIND = "solver_outcome"


def solver_outcome(question: Question) -> tuple[GuardAction, ...]:
    """Refuse every outcome but Solved with status optimal."""
    outcome, move = question.proposal.outcome, question.move
    before = move.value if move is not None else None
    if not isinstance(outcome, Solved):
        return (refused(KIND, f"{outcome.status}: {outcome.message}", before),)
    if outcome.status != SolverStatus.OPTIMAL:
        return (refused(KIND, f"{outcome.status} is not optimal", before),)
    return ()
