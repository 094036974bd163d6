"""All rails together: one verdict, with every rail's reasons."""

from collections.abc import Sequence

from ironworks.core.decision import Allowed, GuardEffect, Hold, Proposal, Receipt, Refused, Verdict
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode
from ironworks.core.works import Works
from ironworks.guard.question import Question
from ironworks.guard.rails import RAILS, Rail
from ironworks.guard.rules import GuardRules, load_rules


class GuardChain:
    """core.ports.Guard. Pure: every rail judges the proposal as it was made, so that their order does not matter.

    `resolution`: that of the clock (core.clock.Clock.resolution), s; values cannot be fresher than it.
    """

    def __init__(self, works: Works, rules: GuardRules, resolution: float = 1.0, rails: Sequence[Rail] = RAILS) -> None:
        self._works, self._rules, self._resolution, self._rails = works, rules, resolution, tuple(rails)

    @classmethod
    def from_works(cls, works: Works, resolution: float = 1.0) -> "GuardChain":
        """The guards of a works that has a guard.toml."""
        return cls(works, load_rules(works.folder / "guard.toml"), resolution)

    def judge(self, proposal: Proposal, image: ProcessImage, mode: Mode, recent: Sequence[Receipt]) -> Verdict:
        """The verdict, with the actions of all rails. The strictest tightening wins; one refusal refuses."""
        question = Question(proposal, image, mode, tuple(recent), self._works, self._rules, self._resolution)
        actions = tuple(action for rail in self._rails for action in rail(question))
        if isinstance(proposal, Hold) or any(action.effect == GuardEffect.REFUSED for action in actions):
            return Refused(proposal, image.time, actions)
        ways = [proposal.value, *(action.after for action in actions if action.after is not None)]
        value = min(ways, key=lambda way: abs(way - proposal.current))
        return Allowed(proposal, value, image.time, actions)
