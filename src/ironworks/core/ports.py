"""The ports: what the chain needs of the world, and nothing more. The stages and the plant implement them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from ironworks.core.decision import Command, GuardAction, Proposal, Receipt, Verdict
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.sample import Sample


class LinkState(StrEnum):
    """State of a connection."""

    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


@runtime_checkable
class Source(Protocol):
    """Where samples come from."""

    @property
    def link(self) -> LinkState:
        """State of the connection."""
        ...

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with it: why it is down, tags the plant does not know, samples that were lost."""
        ...

    async def open(self) -> None:
        """Connect; LinkError with the remedy if that is refused. Afterwards it reconnects by itself."""
        ...

    async def drain(self) -> list[Sample]:
        """All samples that came since the last call, in order of arrival, SI. Returns at once; empty in an outage."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


@runtime_checkable
class Sink(Protocol):
    """Where commands go."""

    async def write(self, command: Command) -> Receipt:
        """Write, read back, and say how that ended. Never raises for trouble of the link or the plant."""
        ...

    async def release(self, setpoint: str) -> bool:
        """Give the set point back to the plant's own operator (remote enable off). True when the plant took it."""
        ...

    async def heartbeat(self, count: int) -> bool:
        """Tell the plant that the cycle has ended well. True when the plant took it."""
        ...


@runtime_checkable
class Plant(Protocol):
    """A works that can be stepped, read and written in-process, under the same contract as over OPC UA.

    All values SI; the set of tag names is that of the works' tags.csv.
    """

    @property
    def time(self) -> float:
        """Plant time, s since the epoch."""
        ...

    def advance(self, seconds: float) -> list[Sample]:
        """Run on, and return the samples that became known meanwhile (laboratory values only from their arrival)."""
        ...

    def write(self, tag: str, value: float) -> None:
        """Write a remote value, a remote enable or the heart-beat; CallError for another tag or an impossible value."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go on from a snapshot, bit for bit."""
        ...


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """All that one cycle found, thought and did. `modes` are those in force when the verdicts were given."""

    number: int
    image: ProcessImage
    estimate: StateEstimate | None
    forecasts: tuple[Forecast, ...]
    proposals: tuple[Proposal, ...]
    verdicts: tuple[Verdict, ...]
    receipts: tuple[Receipt, ...]
    mode_changes: tuple[ModeChange, ...]
    stage_seconds: tuple[tuple[str, float], ...] = ()
    failures: tuple[str, ...] = ()
    modes: tuple[tuple[str, Mode], ...] = ()


@runtime_checkable
class Record(Protocol):
    """Where everything is kept. A call that returns has made its data durable."""

    def samples(self, samples: Sequence[Sample]) -> None:
        """Keep validated samples."""
        ...

    def intend(self, commands: Sequence[Command]) -> None:
        """Keep commands that are about to be written, so that no write can happen unrecorded."""
        ...

    def cycle(self, record: CycleRecord) -> None:
        """Keep all that one cycle found, thought and did, all or nothing."""
        ...

    def mode_change(self, change: ModeChange) -> None:
        """Keep a mode change made between cycles (an operator's)."""
        ...

    def close(self) -> None:
        """Flush and close."""
        ...


class Estimator(Protocol):
    """From what was measured to what we believe. Holds its own state; sees every image once, in order of time."""

    def step(self, image: ProcessImage) -> StateEstimate:
        """The estimate at the image's time, from this image and those before."""
        ...


class Predictor(Protocol):
    """From what we believe to what we expect. Holds its own state; sees every image once, in order of time.

    It learns, refits and calibrates only on samples that have arrived in images it was shown: nothing later leaks in.
    """

    @property
    def name(self) -> str:
        """The model's name in tables and in the record."""
        ...

    def step(self, image: ProcessImage, estimate: StateEstimate) -> tuple[Forecast, ...]:
        """Forecasts made at the image's time; fewer, or none, while too little is known."""
        ...


class Controller(Protocol):
    """From what we expect to what we would do."""

    def step(
        self, image: ProcessImage, estimate: StateEstimate, forecasts: Sequence[Forecast], free: Collection[str]
    ) -> tuple[Proposal, ...]:
        """One proposal for every set point in `free` (those that stand at SHADOW or higher), each with its outcome."""
        ...


class Guard(Protocol):
    """From what we would do to what may be done. Pure: the same question has the same answer. Only ever tightens."""

    def judge(self, proposal: Proposal, image: ProcessImage, mode: Mode, recent: Sequence[Receipt]) -> Verdict:
        """The verdict on one proposal; `recent` are the receipts of at least the last 2 h, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One proposal with all that became of it, as the record tells it. Values SI; None where there is none."""

    cycle: int
    time: float
    setpoint: str
    mode: Mode
    kind: str  # move | hold
    current: float | None
    proposed: float | None
    outcome: str  # SolverStatus
    outcome_message: str
    reason: str
    effects: tuple[tuple[str, float, float], ...]
    verdict: str  # allowed | refused
    allowed: float | None
    actions: tuple[GuardAction, ...]
    write_status: str  # WriteStatus, or "" when nothing was written
    written_at: float | None
    read_back: float | None
    write_message: str


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One cycle as the record tells it."""

    number: int
    time: float
    health: str
    faults: tuple[str, ...]
    failures: tuple[str, ...]
    stage_seconds: tuple[tuple[str, float], ...]


class RecordReader(Protocol):
    """How show, replay and backtest read the record. All times plant times, all values SI, rows in order of time."""

    def latest(self) -> dict[str, Sample]:
        """The newest sample of every tag, by source time, as it was judged when recorded."""
        ...

    def history(self, tags: Sequence[str], start: float, end: float) -> dict[str, list[Sample]]:
        """Samples with start <= source_time <= end. Gaps stay gaps."""
        ...

    def forecasts(self, target: str, start: float, end: float, model: str | None = None) -> list[Forecast]:
        """Forecasts with start <= made_at <= end."""
        ...

    def estimates(self, start: float, end: float) -> list[StateEstimate]:
        """Estimates in that span."""
        ...

    def decisions(self, start: float, end: float) -> list[DecisionRow]:
        """Decisions in that span."""
        ...

    def cycles(self, start: float, end: float) -> list[CycleRow]:
        """Cycles in that span."""
        ...

    def mode_changes(self, start: float, end: float) -> list[ModeChange]:
        """Mode changes in that span."""
        ...

    def modes(self) -> dict[str, Mode]:
        """The last mode of every set point; empty when the record is new."""
        ...

    def receipts(self, start: float, end: float) -> list[Receipt]:
        """Receipts in that span, with their commands and verdicts."""
        ...

    def is_new(self) -> bool:
        """Whether nothing was ever recorded here; False when a damaged record was set aside and `modes` is empty."""
        ...

    def last_cycle(self) -> int:
        """The number of the last recorded cycle; 0 when there is none."""
        ...

    def image(self, number: int) -> ProcessImage:
        """The process image of a cycle, exactly as it was; CallError when there is no such cycle."""
        ...

    def counts(self) -> dict[str, int]:
        """Rows by kind.

        The kinds: samples, cycles, estimates, forecasts, proposals, verdicts, commands, receipts, mode_changes.
        """
        ...


class ModeDesk(Protocol):
    """Where a person changes modes from outside the cycle: the runtime keeps it, the page calls it.

    The page calls it on its event loop, one call at a time, and only after it has checked the caller.
    """

    def modes(self) -> Mapping[str, Mode]:
        """The modes in force, by set point."""
        ...

    def lower(self, setpoint: str, to: Mode, by: str, reason: str) -> None:
        """Fall to `to` if the mode stands higher. Holds even if it raises RecordError; CallError: no such set point."""
        ...

    def climb(self, setpoint: str, to: Mode, person: str, reason: str) -> None:
        """Rise to `to`; CallError without person or reason or above the ceiling, RecordError if not recorded."""
        ...
