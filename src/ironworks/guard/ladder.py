"""When a set point falls to ADVISORY by itself. Climbing back needs a person.

A value that never came since the start, and a decision that was never possible, are no fall: nothing has been written
yet, and the rails refuse meanwhile. What has once been good and is lost counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ironworks.core.decision import Hold, Proposal, Receipt, Solved, SolverStatus, WriteStatus
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeLadder
from ironworks.core.works import Works
from ironworks.guard.rails.permission import link_down
from ironworks.guard.rules import GuardRules, load_rules

SOLVER_TROUBLE = frozenset(
    {
        SolverStatus.INFEASIBLE,
        SolverStatus.ITERATION_LIMIT,
        SolverStatus.NUMERICAL_TROUBLE,
        SolverStatus.OPTIMAL_INACCURATE,
    }
)
"""Outcomes that are the solver's own failures; the others are for want of inputs."""

BAD_WRITES = {
    WriteStatus.MISMATCH: "the plant reads otherwise than written",
    WriteStatus.REFUSED_BY_PLANT: "the plant refused the write",
}
"""Receipts that let a set point fall at once, with the reason."""

LOST_WRITES = frozenset({WriteStatus.LINK_DOWN, WriteStatus.TIMED_OUT})
"""Receipts that count as a link that is down."""


@dataclass(frozen=True, slots=True)
class Strikes:
    """Cycles running, by cause, and whether inputs and decision have once been good since the start."""

    seen_good: bool = False
    decided: bool = False
    bad: int = 0
    link: int = 0
    failed: int = 0
    blind: int = 0


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall: the rule and its reason."""

    rule: str
    reason: str


def count(
    strikes: Strikes,
    critical: Sequence[str],
    image: ProcessImage,
    proposals: Sequence[Proposal],
    receipts: Sequence[Receipt],
) -> Strikes:
    """The strikes after one cycle, for one set point with its own proposals and receipts."""
    good = all(image.usable(tag) is not None for tag in critical)
    lost = link_down(image.faults) or any(receipt.status in LOST_WRITES for receipt in receipts)
    seen_good = strikes.seen_good or good
    strikes = replace(
        strikes,
        seen_good=seen_good,
        bad=0 if good or not seen_good else strikes.bad + 1,
        link=strikes.link + 1 if lost else 0,
    )
    for proposal in proposals:
        strikes = _count_outcome(strikes, proposal)
    return strikes


def _count_outcome(strikes: Strikes, proposal: Proposal) -> Strikes:
    if not isinstance(proposal, Hold) or isinstance(proposal.outcome, Solved):
        return replace(strikes, decided=True, failed=0, blind=0)
    failed = strikes.failed + 1 if proposal.outcome.status in SOLVER_TROUBLE else 0
    return replace(strikes, failed=failed, blind=strikes.blind + 1 if strikes.decided else 0)


def falls(
    strikes: Strikes, rules: GuardRules, critical: Sequence[str], image: ProcessImage, receipts: Sequence[Receipt]
) -> tuple[Fall, ...]:
    """Every reason for which a set point with these strikes must fall now."""
    found = [
        Fall("guard.write", f"{BAD_WRITES[receipt.status]}: {receipt.message or 'no message'}")
        for receipt in receipts
        if receipt.status in BAD_WRITES
    ]
    if strikes.bad > rules.bad_cycles:
        bad = ", ".join(f"{tag} ({image.why_not(tag)})" for tag in critical if image.usable(tag) is None)
        found.append(Fall("guard.critical", f"critical for {strikes.bad} cycles running: {bad}"))
    if strikes.link > rules.link_cycles:
        found.append(Fall("guard.link", f"the link to the plant is down for {strikes.link} cycles running"))
    if strikes.failed >= rules.solver_failures:
        found.append(Fall("guard.solver", f"the solver failed {strikes.failed} cycles running"))
    if strikes.blind > rules.blind_cycles:
        found.append(Fall("guard.blind", f"no decision was possible for {strikes.blind} cycles running"))
    return tuple(found)


@dataclass(slots=True)
class FallWatch:
    """Counts from cycle to cycle and lets modes fall. It can only lower."""

    works: Works
    rules: GuardRules
    _strikes: dict[str, Strikes] = field(default_factory=dict)

    @classmethod
    def from_works(cls, works: Works) -> "FallWatch":
        """The watch of a works that has a guard.toml."""
        return cls(works, load_rules(works.folder / "guard.toml"))

    def watch(
        self, ladder: ModeLadder, image: ProcessImage, proposals: Sequence[Proposal], receipts: Sequence[Receipt]
    ) -> None:
        """Lower to ADVISORY what must fall; `receipts` are those since the last cycle."""
        for setpoint, rule in self.works.modes.items():
            own = [proposal for proposal in proposals if proposal.setpoint == setpoint]
            written = [receipt for receipt in receipts if receipt.command.setpoint == setpoint]
            strikes = count(self._strikes.get(setpoint, Strikes()), rule.critical, image, own, written)
            self._strikes[setpoint] = strikes
            for fall in falls(strikes, self.rules, rule.critical, image, written):
                ladder.lower(setpoint, Mode.ADVISORY, image.time, fall.rule, fall.reason)
