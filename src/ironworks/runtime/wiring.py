"""Builds the chain of a works from its folder: which file of each room serves which stage."""

from collections import deque

from ironworks.core.clock import Clock
from ironworks.core.mode import Mode, ModeChange, ModeLadder
from ironworks.core.ports import RecordReader, Sink, Source
from ironworks.core.works import Works
from ironworks.decide.predictive import PredictiveController
from ironworks.estimate import together
from ironworks.guard.chain import GuardChain
from ironworks.guard.ladder import FallWatch
from ironworks.predict import suite
from ironworks.predict.sequence.network import Network
from ironworks.record import SqliteRecord
from ironworks.runtime.chain import RECENT_SECONDS, Chain
from ironworks.validate.validator import Validator

HORIZONS = (1 * 3600.0, 2 * 3600.0, 4 * 3600.0, 8 * 3600.0)
"""How far ahead the chain forecasts, s: the controller goes by 2 h; 8 h is a shift and a burden's way down."""


def wire_chain(
    works: Works, clock: Clock, source: Source, sink: Sink, record: SqliteRecord, network: Network | None = None
) -> Chain:
    """The chain of a works, with the modes that its record or, at the very first start, its modes.toml says.

    network: of the sequence model; the shipped one if None.
    """
    targets = tuple(works.targets)
    chain = Chain(
        works=works, clock=clock, source=source, sink=sink,
        validator=Validator(works.tags, clock.resolution),
        estimator=together.build(works.tags, [targets]),
        predictor=suite.build(works.tags, targets, HORIZONS, network=network),
        controller=PredictiveController.from_works(works, suite.HEADLINE),
        guard=GuardChain.from_works(works, clock.resolution), watch=FallWatch.from_works(works),
        record=record, ladder=starting_ladder(works, record, clock.now()),
    )  # fmt: skip
    chain.recent = deque(record.receipts(clock.now() - RECENT_SECONDS, clock.now()))
    for change in chain.unrecorded_changes():
        record.mode_change(change)
        chain.recorded_changes += 1
    return chain


def starting_ladder(works: Works, record: RecordReader, now: float) -> ModeLadder:
    """Modes at a start: those of the record, but nothing above ADVISORY; with a new record those of modes.toml.

    A set point that the record does not know, because it is new or because the record was damaged, begins as at a
    first start, but not above ADVISORY either.
    """
    ceilings = {setpoint: rule.ceiling for setpoint, rule in works.modes.items()}
    known = record.modes()
    if not record.is_new():
        modes = {setpoint: known.get(setpoint, rule.first_start) for setpoint, rule in works.modes.items()}
        ladder = ModeLadder(modes, ceilings)
        ladder.restart(now)
        return ladder
    ladder = ModeLadder({setpoint: rule.first_start for setpoint, rule in works.modes.items()}, ceilings)
    for setpoint, rule in works.modes.items():
        ladder.changes.append(
            ModeChange(setpoint, Mode.OFF, rule.first_start, now, rule.signed_by or "modes.toml", rule.reason)
        )
    return ladder
