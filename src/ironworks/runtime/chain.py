"""The stages of one works wired together, and what they share: ladder, recent receipts, what waits to be recorded."""

import dataclasses
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ironworks.core.clock import Clock
from ironworks.core.decision import Proposal, Receipt, Verdict, WriteStatus
from ironworks.core.dictionary import Role
from ironworks.core.errors import RecordError
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeChange, ModeLadder
from ironworks.core.ports import Controller, CycleRecord, Estimator, Guard, LinkState, Predictor, Record, Sink, Source
from ironworks.core.sample import Sample
from ironworks.core.works import Works

RECENT_SECONDS = 3 * 3600.0
"""How long receipts are kept at hand for the guards, which judge rates within an hour and intervals between moves."""


class Validation(Protocol):
    """What the chain needs of the validate stage."""

    def judge(self, samples: Sequence[Sample], now: float) -> list[Sample]:
        """Samples with their qualities lowered where a check says so."""
        ...

    def image(self, now: float) -> ProcessImage:
        """The frozen image at that time."""
        ...


class LadderWatch(Protocol):
    """Lets modes fall by itself, where the image or the outcomes give reason."""

    def watch(
        self, ladder: ModeLadder, image: ProcessImage, proposals: Sequence[Proposal], receipts: Sequence[Receipt]
    ) -> None:
        """Lower what must fall; `receipts` are those since the last cycle."""
        ...


@dataclass(slots=True)
class Chain:
    """Everything that one cycle needs.

    `waiting`: samples that the record could not take yet: none is dropped, so a full disk costs memory.
    `beaten`: whether the plant has taken a heart-beat since the start. Before that it follows nobody, so that the first
    cycle after a start only watches.
    """

    works: Works
    clock: Clock
    source: Source
    sink: Sink
    validator: Validation
    estimator: Estimator
    predictor: Predictor
    controller: Controller
    guard: Guard
    watch: LadderWatch
    record: Record
    ladder: ModeLadder
    recent: deque[Receipt] = field(default_factory=deque)
    fresh_receipts: tuple[Receipt, ...] = ()
    waiting: list[Sample] = field(default_factory=list)
    waiting_cycles: list[CycleRecord] = field(default_factory=list)
    released: set[str] = field(default_factory=set)
    record_failure: str = ""
    recorded_changes: int = 0
    beaten: bool = False

    async def sense(self) -> None:
        """Drain the source, judge what came, and record it. What the record cannot take waits, and nothing is lost."""
        judged = self.validator.judge(await self.source.drain(), self.clock.now())
        self.waiting += judged
        self._record_waiting()

    def freeze(self) -> ProcessImage:
        """The image of this cycle, with the state of the link and of the record among its faults."""
        image = self.validator.image(self.clock.now())
        faults = [*image.faults, *self.source.faults]
        if self.source.link != LinkState.CONNECTED and "link_down" not in faults:
            faults.append("link_down")
        if self.record_failure:
            faults.append(f"record_failed: {self.record_failure}")
        return dataclasses.replace(image, faults=tuple(faults))

    def free(self) -> set[str]:
        """The set points that are to be calculated: SHADOW or higher."""
        return {setpoint for setpoint, mode in self.ladder.modes.items() if mode >= Mode.SHADOW}

    def judge(self, proposal: Proposal, image: ProcessImage) -> Verdict:
        """The guards' verdict on one proposal."""
        return self.guard.judge(proposal, image, self.ladder[proposal.setpoint], tuple(self.recent))

    def in_charge(self, setpoint: str, image: ProcessImage) -> bool:
        """Whether the plant says that it follows our value: the enable tag reads 1, good and fresh."""
        enable = self.works.tags.remote(setpoint, Role.REMOTE_ENABLE)
        return image.usable(enable.name) == 1.0

    def fall_where_needed(self, image: ProcessImage, proposals: Sequence[Proposal]) -> None:
        """Let modes fall where the image, the outcomes or the last receipts give reason."""
        self.watch.watch(self.ladder, image, proposals, self.fresh_receipts)

    def fall_all(self, reason: str) -> None:
        """Every set point falls to ADVISORY."""
        for setpoint in self.ladder.modes:
            self.ladder.lower(setpoint, Mode.ADVISORY, self.clock.now(), "ironworks", reason)

    def note(self, receipts: Sequence[Receipt]) -> None:
        """Keep receipts at hand for the guards and for the ladder's watch of the next cycle."""
        self.fresh_receipts = tuple(receipts)
        self.recent.extend(receipts)
        self.released -= {receipt.command.setpoint for receipt in receipts if receipt.status == WriteStatus.CONFIRMED}
        while self.recent and self.recent[0].written_at < self.clock.now() - RECENT_SECONDS:
            self.recent.popleft()

    async def release_where_fallen(self) -> None:
        """Give every set point that does not stand at AUTO back to the plant's own operator, once."""
        for setpoint, mode in self.ladder.modes.items():
            if mode != Mode.AUTO and setpoint not in self.released and await self.sink.release(setpoint):
                self.released.add(setpoint)

    def unrecorded_changes(self) -> tuple[ModeChange, ...]:
        """Mode changes that the record has not yet been given."""
        return tuple(self.ladder.changes[self.recorded_changes :])

    def keep(self, record: CycleRecord, stages: "Failures") -> None:
        """Record a cycle; if the record cannot take it now, it waits."""
        self.waiting_cycles.append(record)
        self.recorded_changes += len(record.mode_changes)
        self._record_waiting()
        if self.record_failure:
            stages.failed(RecordError(self.record_failure))

    def _record_waiting(self) -> None:
        try:
            if self.waiting:
                self.record.samples(self.waiting)
                self.waiting = []
            while self.waiting_cycles:
                self.record.cycle(self.waiting_cycles[0])
                del self.waiting_cycles[0]
            self.record_failure = ""
        except RecordError as failure:
            self.record_failure = str(failure)


class Failures(Protocol):
    """Where a failure is noted."""

    def failed(self, failure: Exception) -> None:
        """Note it."""
        ...
