"""Whatever is recorded comes back bit for bit: from the codec, from the hot database, and from the past."""

import json
import struct
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ironworks.core.decision import (
    Allowed,
    Command,
    GuardAction,
    GuardEffect,
    Hold,
    Move,
    Receipt,
    Refused,
    Solved,
    SolverStatus,
    Unsolved,
    WriteStatus,
)
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRecord
from ironworks.core.sample import Quality, Sample
from ironworks.record import SqliteRecord, codec
from ironworks.record.journal import FIELDS

finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(max_size=12)
tags = st.text(min_size=1, max_size=6)
times = st.floats(0.0, 4e9)
samples = st.builds(Sample, tags, st.none() | finite, st.sampled_from(Quality), times, times, words)
solved = st.builds(Solved, words, finite, st.integers(0, 10**6))
unsolved = st.builds(Unsolved, st.sampled_from(SolverStatus), words, words)
effects = st.lists(st.tuples(words, finite, finite), max_size=2).map(tuple)
moves = st.builds(Move, words, finite, finite, solved, finite, words, effects)
holds = st.builds(Hold, words, solved | unsolved, finite, words)
actions = st.lists(
    st.builds(GuardAction, words, st.sampled_from(GuardEffect), words, st.none() | finite, st.none() | finite),
    max_size=2,
).map(tuple)
refused = st.builds(Refused, moves | holds, finite, actions)
allowed = st.builds(lambda move, tight, at, acts: Allowed(move, move.current if tight else move.value, at, acts), moves,
                    st.booleans(), finite, actions)  # fmt: skip
commands = st.builds(lambda verdict, at: Command.from_verdict(verdict, Mode.AUTO, at), allowed, finite)
receipts = st.builds(Receipt, commands, st.sampled_from(WriteStatus), times, st.none() | finite, words)
changes = st.builds(ModeChange, words, st.sampled_from(Mode), st.sampled_from(Mode), times, words, words)
estimates = st.builds(
    StateEstimate, times, st.dictionaries(words, st.builds(Belief, finite, finite), max_size=3),
    st.sampled_from(Health), st.lists(words, max_size=2).map(tuple),
)  # fmt: skip


@st.composite
def forecasts(draw) -> Forecast:
    """Any forecast."""
    n = draw(st.integers(0, 5))
    quantiles = tuple(sorted(draw(st.lists(finite, min_size=n, max_size=n))))
    levels = tuple(draw(st.lists(st.floats(0.0, 1.0), min_size=n, max_size=n)))
    return Forecast(
        draw(tags), draw(times), draw(finite), draw(st.sampled_from(Scored)), draw(words), levels, quantiles
    )


@st.composite
def cycles(draw) -> CycleRecord:
    """Any cycle; its readings may be judged, dated and named otherwise than the samples that arrived."""
    arrivals = draw(st.lists(samples, max_size=6))
    now = draw(times)
    readings = {}
    for sample in draw(st.lists(st.sampled_from(arrivals) | samples, max_size=4) if arrivals else st.just([])):
        judged = sample.judged(draw(st.sampled_from(Quality)), draw(st.sampled_from(["", "stale", "frozen"])))
        age = draw(st.sampled_from([now - sample.source_time, 7.0]))
        readings[draw(st.sampled_from([sample.tag, "other name"]))] = Reading(judged, age)
    several = {name: draw(st.lists(kind, max_size=3).map(tuple)) for name, kind in {
        "forecasts": forecasts(), "proposals": moves | holds, "verdicts": allowed | refused, "receipts": receipts,
        "mode_changes": changes, "failures": words, "stage_seconds": st.tuples(words, finite),
        "modes": st.tuples(words, st.sampled_from(Mode)),
    }.items()}  # fmt: skip
    image = ProcessImage(now, readings, tuple(arrivals), draw(st.lists(words, max_size=2).map(tuple)))
    return CycleRecord(number=draw(st.integers(0, 10**6)), image=image, estimate=draw(st.none() | estimates), **several)


def bits(value: float | None) -> bytes:
    """A float's bits: 0.0 and -0.0 differ."""
    return b"" if value is None else struct.pack("<d", value)


@given(
    samples
    | forecasts()
    | moves
    | holds
    | allowed
    | refused
    | commands
    | receipts
    | changes
    | estimates
    | solved
    | unsolved
)
def test_every_core_type_through_the_codec(value):
    back = codec.from_text(type(value), codec.to_text(value))
    assert back == value
    assert type(back) is type(value)
    assert codec.to_text(back) == codec.to_text(value)  # the text holds every bit, the sign of zero too


@given(st.lists(moves | holds).map(tuple), st.lists(allowed | refused).map(tuple))
def test_unions_come_back_as_what_they_were(proposals, verdicts):
    for name, values in (("proposals", proposals), ("verdicts", verdicts)):
        back = codec.decode(FIELDS[name], json.loads(codec.to_text(values)))
        assert back == values
        assert [type(item) for item in back] == [type(item) for item in values]


@settings(max_examples=15, deadline=None)
@given(st.lists(samples, min_size=1, max_size=20))
def test_samples_through_the_hot_database_and_the_past(batch):
    with tempfile.TemporaryDirectory() as folder:
        record = SqliteRecord(Path(folder))
        record.samples(batch)
        names = sorted({sample.tag for sample in batch})
        for _ in ("hot", "past"):
            found = record.history(names, 0.0, 4e9)
            for name in names:
                wanted = sorted((s for s in batch if s.tag == name), key=lambda s: s.source_time)
                assert found[name] == wanted
                assert [bits(s.value) for s in found[name]] == [bits(s.value) for s in wanted]
            assert record.counts()["samples"] == len(batch)
            record.roll_out(5e9)
        assert list(Path(folder).glob("past/*/*.parquet"))
        record.close()


@settings(max_examples=15, deadline=None)
@given(st.lists(cycles(), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_cycles_through_the_record(given_cycles, samples_first, roll):
    with tempfile.TemporaryDirectory() as folder:
        record = SqliteRecord(Path(folder))
        for number, cycle in enumerate(given_cycles):
            given_cycles[number] = CycleRecord(number, *(getattr(cycle, name) for name in cycle.__slots__[1:]))
            if samples_first:
                record.samples(cycle.image.arrivals)
            record.cycle(given_cycles[number])
        if roll:
            record.roll_out(5e9)
        record.close()
        again = SqliteRecord(Path(folder))
        for number, cycle in enumerate(given_cycles):
            assert again.cycle_record(number) == cycle
            assert again.image_is_whole(number)
            assert list(again.image(number).readings) == list(cycle.image.readings)
        assert again.verify().sound
        again.close()
