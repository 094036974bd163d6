"""Proposals, verdicts and receipts of a cycle as rows for show and summary."""

from collections.abc import Mapping, Sequence

from ironworks.core.decision import Allowed, Move, Proposal, Receipt, Solved, Verdict
from ironworks.core.mode import Mode
from ironworks.core.ports import DecisionRow


def decision_rows(
    cycle: int,
    time: float,
    proposals: Sequence[Proposal],
    verdicts: Sequence[Verdict],
    receipts: Sequence[Receipt],
    modes: Mapping[str, Mode],
) -> list[DecisionRow]:
    """One row for every proposal. `verdict` is "" when the cycle failed before it gave one."""
    by_setpoint = {_setpoint(verdict): verdict for verdict in verdicts}
    written = {receipt.command.setpoint: receipt for receipt in receipts}
    return [
        _row(cycle, time, proposal, by_setpoint.get(proposal.setpoint), written.get(proposal.setpoint), modes)
        for proposal in proposals
    ]


def _setpoint(verdict: Verdict) -> str:
    return verdict.move.setpoint if isinstance(verdict, Allowed) else verdict.proposal.setpoint


def _row(
    cycle: int,
    time: float,
    proposal: Proposal,
    verdict: Verdict | None,
    receipt: Receipt | None,
    modes: Mapping[str, Mode],
) -> DecisionRow:
    move = proposal if isinstance(proposal, Move) else None
    outcome = proposal.outcome
    # a record without modes: a write proves AUTO; otherwise at least SHADOW, or nothing would have been calculated
    mode = modes.get(proposal.setpoint, Mode.AUTO if receipt else Mode.SHADOW)
    return DecisionRow(
        cycle=cycle,
        time=time,
        setpoint=proposal.setpoint,
        mode=mode,
        kind="move" if move else "hold",
        current=move.current if move else None,
        proposed=move.value if move else None,
        outcome=str(outcome.status),
        outcome_message="" if isinstance(outcome, Solved) else outcome.message,
        reason=proposal.reason,
        effects=move.effects if move else (),
        verdict="" if verdict is None else "allowed" if isinstance(verdict, Allowed) else "refused",
        allowed=verdict.value if isinstance(verdict, Allowed) else None,
        actions=verdict.actions if verdict else (),
        write_status=str(receipt.status) if receipt else "",
        written_at=receipt.written_at if receipt else None,
        read_back=receipt.read_back if receipt else None,
        write_message=receipt.message if receipt else "",
    )
