"""One cycle, from sense to record, in the order that the house promises."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ironworks.core.decision import Allowed, Command, Hold, Move, Proposal, Receipt, Solved, Verdict
from ironworks.core.errors import RecordError
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode
from ironworks.core.ports import CycleRecord
from ironworks.runtime.chain import Chain


async def run_cycle(chain: Chain, number: int) -> CycleRecord:
    """Sense, validate, estimate, predict, decide, guard, act, record; then the heart-beat, if all of it went well.

    A stage that fails ends the thinking of this cycle, is recorded by name, and nothing is written to the plant. A
    command is recorded before it is written; if the record cannot take it, it is not written.
    """
    stages = Stages()
    thought = Thought()
    with stages("sense"):
        await chain.sense()
    with stages("validate"):
        image = chain.freeze()
    try:
        with stages("estimate"):
            thought.estimate = chain.estimator.step(image)
        with stages("predict"):
            thought.forecasts = chain.predictor.step(image, thought.estimate)
        with stages("decide"):
            proposals = chain.controller.step(image, thought.estimate, thought.forecasts, chain.free())
            thought.proposals = tuple(take_charge(chain, proposal, image) for proposal in proposals)
        with stages("guard"):
            thought.verdicts = tuple(chain.judge(proposal, image) for proposal in thought.proposals)
            thought.modes = tuple(chain.ladder.modes.items())
            chain.fall_where_needed(image, thought.proposals)
    except Exception as failure:  # recorded below by stage and text; without a verdict nothing can be written
        stages.failed(failure)
        chain.fall_all(f"stage {stages.running} failed")
    with stages("act"):
        receipts = await _act(chain, thought.verdicts, stages)
    with stages("record"):
        record = CycleRecord(
            number, image, thought.estimate, thought.forecasts, thought.proposals, thought.verdicts, receipts,
            chain.unrecorded_changes(), stages.seconds(), tuple(stages.failures), thought.modes,
        )  # fmt: skip
        chain.keep(record, stages)
    if not stages.failures:
        chain.beaten = await chain.sink.heartbeat(number) or chain.beaten
    return record


@dataclass(slots=True)
class Thought:
    """What a cycle has worked out so far; stays as it is when a stage fails."""

    estimate: StateEstimate | None = None
    forecasts: tuple[Forecast, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    modes: tuple[tuple[str, Mode], ...] = ()


@dataclass(slots=True)
class Stages:
    """Times every stage and keeps the failures, each with the name of its stage."""

    running: str = ""
    failures: list[str] = field(default_factory=list)
    _seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.running, started = name, time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = time.perf_counter() - started

    def failed(self, failure: Exception) -> None:
        """Note the failure of the stage that runs."""
        self.failures.append(f"{self.running}: {type(failure).__name__}: {failure}")

    def seconds(self) -> tuple[tuple[str, float], ...]:
        """Wall seconds by stage, those of the running stage not included."""
        return tuple(self._seconds.items())


def take_charge(chain: Chain, proposal: Proposal, image: ProcessImage) -> Proposal:
    """In AUTO, a good outcome that says `hold` still takes charge of the set point, bumplessly, at the value in force.

    Without this the plant's own operator would go on moving a set point that we believe to hold.
    """
    if not isinstance(proposal, Hold) or not isinstance(proposal.outcome, Solved):
        return proposal
    current = image.usable(proposal.setpoint)
    if chain.ladder[proposal.setpoint] != Mode.AUTO or current is None or chain.in_charge(proposal.setpoint, image):
        return proposal
    reason = f"take charge at the value in force; {proposal.reason}"
    return Move(proposal.setpoint, current, current, proposal.outcome, proposal.made_at, reason)


async def _act(chain: Chain, verdicts: tuple[Verdict, ...], stages: Stages) -> tuple[Receipt, ...]:
    """Write what is allowed and stands at AUTO, once the plant has taken a heart-beat; record it first."""
    commands = [
        Command.from_verdict(verdict, Mode.AUTO, chain.clock.now())
        for verdict in verdicts
        if isinstance(verdict, Allowed) and chain.ladder[verdict.move.setpoint] == Mode.AUTO and chain.beaten
    ]
    try:
        chain.record.intend(commands)
    except RecordError as failure:
        stages.failed(failure)
        chain.fall_all("the record cannot be written")
        commands = []
    receipts = tuple([await chain.sink.write(command) for command in commands])
    chain.note(receipts)
    await chain.release_where_fallen()
    return receipts
