"""The rails, one a file: each a pure function from a question to the guard's actions, none of them empty-handed or
all.
"""

from collections.abc import Callable

from ironworks.core.decision import GuardAction
from ironworks.guard.question import Question
from ironworks.guard.rails.absolute_limit import absolute_limit
from ironworks.guard.rails.freshness import freshness
from ironworks.guard.rails.permission import permission
from ironworks.guard.rails.quality import quality
from ironworks.guard.rails.rate import rate
from ironworks.guard.rails.solver_outcome import solver_outcome

Rail = Callable[[Question], tuple[GuardAction, ...]]

RAILS: tuple[Rail, ...] = (solver_outcome, permission, freshness, quality, absolute_limit, rate)
"""All rails, in the order in which their reasons are listed. The order has no influence on what is allowed."""
