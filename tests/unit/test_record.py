"""The record as its users meet it: what goes in comes out, and what is amiss is named."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading

import pytest

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
from ironworks.core.errors import CallError, RecordError
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRecord, Record
from ironworks.core.sample import Quality, Sample
from ironworks.record import SqliteReader, SqliteRecord, journal

T0 = 1_790_000_000.0


def sample(tag="flow", value: float | None = 1.5, at=T0, quality=Quality.GOOD, reason="", late=0.5) -> Sample:
    return Sample(tag, value, quality, at, at + late, reason)


def full_cycle(number: int, arrivals: list[Sample], at: float = T0 + 600.0) -> CycleRecord:
    """A cycle with one of everything."""
    stale = {s.tag: Reading(s.judged(Quality.BAD, "stale"), at - s.source_time) for s in arrivals}
    image = ProcessImage(at, stale, tuple(arrivals), ("silent",))
    estimate = StateEstimate(at, {"flow": Belief(1.4, 0.1)}, Health.DEGRADED, ("silicon is stale",))
    forecasts = tuple(
        Forecast(target, at, 7200.0, scored, model, LEVELS, (0.1, 0.2, 0.3, 0.4, 0.5), 12)
        for model in ("persistence", "learned")
        for target in ("silicon", "temperature")
        for scored in Scored
    )
    move = Move("coal", 17.5, 17.0, Solved("clarabel", 0.3, 9), at, "it cools", (("temperature", 7200.0, 3.0),))
    other = Hold("moisture", Unsolved(SolverStatus.INFEASIBLE, "no room"), at, "limits")
    action = GuardAction("rate", GuardEffect.TIGHTENED, "at most 0.3 an hour", 17.5, 17.3)
    allowed = Allowed(move, 17.3, at, (action,))
    refused = Refused(other, at, (GuardAction("solver_outcome", GuardEffect.REFUSED, "infeasible"),))
    command = Command.from_verdict(allowed, Mode.AUTO, at + 1.0)
    receipt = Receipt(command, WriteStatus.CONFIRMED, at + 2.0, 17.3)
    change = ModeChange("moisture", Mode.AUTO, Mode.ADVISORY, at, "ironworks", "infeasible")
    return CycleRecord(
        number, image, estimate, forecasts, (move, other), (allowed, refused), (receipt,), (change,),
        (("sense", 0.01), ("decide", 0.2)), (), (("coal", Mode.AUTO), ("moisture", Mode.AUTO)),
    )  # fmt: skip


@pytest.fixture
def record(tmp_path):
    opened = SqliteRecord(tmp_path / "record")
    yield opened
    opened.close()


def test_it_is_a_record(record):
    assert isinstance(record, Record)
    assert record.is_new()
    assert record.last_cycle() == 0
    assert record.modes() == {}
    assert set(record.counts().values()) == {0}


def test_samples_come_back_in_order_of_source_time(record):
    given = [sample(at=T0 + 20), sample(at=T0, value=None, quality=Quality.BAD, reason="missing"), sample("other")]
    record.samples(given)
    found = record.history(["flow", "never_seen"], T0, T0 + 20)
    assert found == {"flow": [given[1], given[0]], "never_seen": []}
    assert record.history(["flow"], T0 + 1, T0 + 19) == {"flow": []}
    assert record.latest() == {"flow": given[0], "other": given[2]}
    assert record.counts()["samples"] == 3


def test_latest_goes_by_source_time_and_the_later_arrival_wins(record):
    record.samples([sample(at=T0 + 20, value=1.0), sample(at=T0, value=2.0)])
    record.samples([sample(at=T0 + 10, value=3.0)])
    assert record.latest()["flow"].value == 1.0
    record.samples([sample(at=T0 + 20, value=4.0, late=9.0)])
    assert record.latest()["flow"].value == 4.0


def test_a_stamp_from_the_future_does_not_stay_the_latest(record):
    record.samples([Sample("flow", 1.0, Quality.UNCERTAIN, T0 + 1e8, T0, "clock_ahead")])
    record.samples([sample(at=T0 + 5, value=2.0)])
    assert record.latest()["flow"].value == 2.0
    record.samples([Sample("flow", 3.0, Quality.UNCERTAIN, T0 + 1e8, T0, "clock_ahead"), sample(at=T0 + 9, value=4.0)])
    assert record.latest()["flow"].value == 4.0


def test_a_cycle_comes_back_whole(record):
    arrivals = [sample("flow", i / 3, T0 + i) for i in range(5)] + [sample("silicon", 0.004)]
    record.samples(arrivals[:3])
    given = full_cycle(7, arrivals)
    record.cycle(given)
    assert record.cycle_record(7) == given
    assert record.image(7) == given.image
    assert record.last_cycle() == 7
    counts = {"samples": 6, "cycles": 1, "estimates": 1, "forecasts": len(given.forecasts)}
    decided = {"proposals": 2, "verdicts": 2, "commands": 1, "receipts": 1, "mode_changes": 1}
    assert record.counts() == counts | decided
    assert record.verify().sound


def test_the_parts_of_a_cycle_by_span(record):
    given = full_cycle(1, [sample()])
    record.cycle(given)
    record.cycle(full_cycle(2, [sample(at=T0 + 700)], T0 + 1200.0))
    at = T0 + 600.0
    assert record.estimates(at, at) == [given.estimate]
    assert record.forecasts("silicon", at, at) == [f for f in given.forecasts if f.target == "silicon"]
    learned = record.forecasts("silicon", T0, T0 + 9999, "learned")
    assert [f.scored for f in learned] == [*Scored, *Scored]
    assert {f.model for f in learned} == {"learned"}
    assert record.receipts(at + 2.0, at + 2.0) == list(given.receipts)
    assert record.receipts(at, at + 1.9) == []
    assert record.mode_changes(at, at) == list(given.mode_changes)
    assert [(c.number, c.health, c.faults) for c in record.cycles(T0, T0 + 9999)] == [
        (1, "degraded", ("silent",)),
        (2, "degraded", ("silent",)),
    ]
    assert record.cycles(at, at)[0].stage_seconds == given.stage_seconds
    move, hold = record.decisions(at, at)
    assert (move.kind, move.mode, move.proposed, move.allowed, move.read_back) == ("move", Mode.AUTO, 17.5, 17.3, 17.3)
    assert (move.write_status, move.written_at, move.verdict) == ("confirmed", at + 2.0, "allowed")
    assert (hold.kind, hold.proposed, hold.outcome, hold.outcome_message) == ("hold", None, "infeasible", "no room")
    assert (hold.verdict, hold.write_status, hold.actions[0].kind) == ("refused", "", "solver_outcome")


def test_modes_are_the_last_of_every_set_point(record):
    record.cycle(full_cycle(1, [sample()]))
    assert record.modes() == {"coal": Mode.AUTO, "moisture": Mode.ADVISORY}
    record.mode_change(ModeChange("coal", Mode.AUTO, Mode.OFF, T0 + 700, "Li Wei", "tapping trouble"))
    assert record.modes() == {"coal": Mode.OFF, "moisture": Mode.ADVISORY}
    assert [change.by for change in record.mode_changes(T0, T0 + 9999)] == ["ironworks", "Li Wei"]


def test_a_failed_cycle_without_estimate_is_kept(record):
    image = ProcessImage(T0, {}, ())
    given = CycleRecord(1, image, None, (), (), (), (), (), (), ("estimate: ValueError: odd",))
    record.cycle(given)
    assert record.cycle_record(1) == given
    assert record.cycles(T0, T0)[0].failures == given.failures
    assert record.decisions(T0, T0) == []


def test_intended_commands_stand_in_the_journal_before_the_cycle(record):
    given = full_cycle(1, [sample()])
    record.intend([receipt.command for receipt in given.receipts])
    record.intend([])
    record.cycle(given)
    with record._snapshot() as database:
        assert [row[0] for row in database.execute("SELECT kind FROM journal ORDER BY seq")] == ["intent", "cycle"]
    assert record.cycle_record(1) == given


def test_images_share_samples_and_survive_a_restart(record, tmp_path):
    old, new = sample("silicon", 0.004), sample("flow", 2.0, T0 + 650)
    record.samples([old])
    record.cycle(full_cycle(1, [old]))
    record.close()
    again = SqliteRecord(tmp_path / "record")
    again.samples([new])
    at = T0 + 1200.0
    image = ProcessImage(at, {s.tag: Reading(s, at - s.source_time) for s in (old, new)}, (new,))
    again.cycle(CycleRecord(2, image, None, (), (), (), (), ()))
    assert again.image(2) == image
    assert again.counts()["samples"] == 2
    assert again.verify() == again.verify().__class__(True, 2)
    again.close()


def test_numbers_go_on_after_all_samples_went_into_the_past(record):
    first, second = sample(value=1.0), sample(value=2.0, at=T0 + 700)
    record.cycle(full_cycle(1, [first]))
    record.roll_out(T0 + 1e6)
    record.close()
    again = SqliteRecord(record.folder)
    again.cycle(full_cycle(2, [second], T0 + 1200.0))
    assert again.image(1) == full_cycle(1, [first]).image
    assert again.image(2) == full_cycle(2, [second], T0 + 1200.0).image
    again.roll_out(T0 + 1e6)
    assert again.query("SELECT count(DISTINCT id) AS n FROM samples").to_pylist() == [{"n": 2}]
    again.close()


def test_an_arrival_that_was_judged_otherwise_than_recorded_is_kept_as_it_was_seen(record):
    record.samples([sample()])
    seen = sample().judged(Quality.UNCERTAIN, "frozen")
    given = full_cycle(1, [seen])
    record.cycle(given)
    assert record.image(1) == given.image
    assert record.image_is_whole(1)


def test_no_such_cycle_names_those_there_are(record):
    with pytest.raises(CallError, match="no cycle 3"):
        record.image(3)
    record.cycle(full_cycle(1, [sample()]))
    with pytest.raises(CallError, match="from 1 to 1"):
        record.image(3)


def test_a_sample_without_a_time_is_refused_and_nothing_of_its_batch_is_kept(record):
    with pytest.raises(CallError, match="without a time"):
        record.samples([sample(), sample(at=float("nan"))])
    assert record.counts()["samples"] == 0
    record.samples([sample()])
    assert record.counts()["samples"] == 1


def test_after_closing_it_takes_nothing(record):
    record.close()
    record.close()
    with pytest.raises(CallError, match="closed"):
        record.samples([sample()])


# the chain of the journal


def tamper(folder, *statements: str) -> None:
    database = sqlite3.connect(folder / "hot.sqlite3", isolation_level=None)
    for name in ("journal_update", "journal_delete", "part_update", "part_delete"):
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        database.execute(statement)
    database.close()


@pytest.mark.parametrize("statement", ["UPDATE part SET content = '[]'", "DELETE FROM part", "DELETE FROM journal"])
def test_the_journal_is_append_only(record, statement):
    record.cycle(full_cycle(1, [sample()]))
    database = sqlite3.connect(record.folder / "hot.sqlite3", isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(statement)
    database.close()


@pytest.mark.parametrize(
    ("statement", "row", "said"),
    [
        (
            "UPDATE part SET content = replace(content, '17.5', '17.6') WHERE seq = 2 AND kind = 'decisions'",
            2,
            "changed",
        ),
        ("UPDATE part SET at = at + 1 WHERE seq = 3 AND position = 0", 3, "changed"),
        ("UPDATE journal SET time = time + 1 WHERE seq = 1", 1, "changed"),
        ("DELETE FROM part WHERE seq = 2 AND position = 1", 2, "changed"),
        ("DELETE FROM journal WHERE seq = 2", 2, "missing"),
        ("DELETE FROM journal WHERE seq = 3", 3, "belong to no row"),
    ],
)
def test_tampering_breaks_the_chain_where_it_was_done(record, statement, row, said):
    for number in (1, 2, 3):
        record.cycle(full_cycle(number, [sample(at=T0 + number)]))
    assert record.verify().sound
    tamper(record.folder, statement)
    found = record.verify()
    assert (found.sound, found.broken_at) == (False, row)
    assert said in found.message


def test_a_forged_row_breaks_the_next_one(record):
    """Whoever changes a row and corrects its hash, and the next row's memory of it, is found by the next row's hash."""
    for number in (1, 2, 3):
        record.cycle(full_cycle(number, [sample(at=T0 + number)]))
    with record._snapshot() as database:
        seq, kind, number, time, before = database.execute(
            "SELECT seq, kind, number, time, previous FROM journal WHERE seq = 2"
        ).fetchone()
        parts = journal.read_parts(database, 2)
    forged = journal.chain_hash(before, seq, kind, number, time + 1.0, parts).hex()
    tamper(
        record.folder,
        f"UPDATE journal SET time = time + 1.0, hash = x'{forged}' WHERE seq = 2",
        f"UPDATE journal SET previous = x'{forged}' WHERE seq = 3",
    )
    assert record.verify() == journal.Verification(False, 2, 3, "row 3 or a part of it was changed")


def test_changed_samples_are_found_by_the_image_s_digest(record):
    record.cycle(full_cycle(1, [sample(value=1.5)]))
    assert record.image_is_whole(1)
    tamper(record.folder, "UPDATE sample SET value = 1.5000000001")
    assert not record.image_is_whole(1)


# readers beside the writer


def test_a_reader_sees_what_is_kept_from_other_threads_meanwhile(record):
    reader = SqliteReader(record.folder)
    seen, stop = [], threading.Event()

    def look() -> None:
        while not stop.is_set():
            count, rows = reader.counts()["samples"], len(reader.history(["flow"], T0, T0 + 1e6)["flow"])
            seen.append((count, rows))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(50):
        record.samples([sample(at=T0 + i)])
    stop.set()
    for thread in threads:
        thread.join()
    assert seen
    assert all(count <= rows <= 50 for count, rows in seen)
    assert reader.counts()["samples"] == 50
    reader.close()


def test_a_reader_cannot_write(record):
    reader = SqliteReader(record.folder)
    with pytest.raises(RecordError, match="readonly"), reader._snapshot() as database:
        database.execute("DELETE FROM sample")
    assert reader.counts()["samples"] == 0
    reader.close()


def test_a_reader_works_while_no_writer_runs(record):
    record.samples([sample()])
    record.close()
    reader = SqliteReader(record.folder)
    assert reader.latest()["flow"] == sample()
    reader.close()


def test_no_record_no_reader(tmp_path):
    with pytest.raises(RecordError, match="no record in this folder"):
        SqliteReader(tmp_path)


def test_an_outline_holds_extremes_and_gaps_and_only_recorded_samples(record):
    given = [sample(value=float((i * 37) % 101), at=T0 + i) for i in range(1000)]
    given[500] = sample(value=None, at=T0 + 500, quality=Quality.BAD, reason="missing")
    record.samples(given)
    found = record.outline(["flow"], T0, T0 + 999, 10)["flow"]
    assert set(found) <= set(given)
    assert found == sorted(found, key=lambda s: s.source_time)
    assert 20 <= len(found) <= 24
    assert given[500] in found
    values = [s.value for s in found if s.value is not None]
    assert (min(values), max(values)) == (0.0, 100.0)
    record.roll_out(T0 + 1e6)
    past = record.outline(["flow"], T0, T0 + 999, 10)["flow"]
    assert [s.value for s in past] == [s.value for s in found]


def test_questions_in_sql_over_hot_and_past(record):
    record.samples([sample(at=T0 + i, value=float(i)) for i in range(10)])
    record.roll_out(T0 + 5.0)
    record.cycle(full_cycle(1, [sample("silicon", 0.004, T0 + 20)]))
    (row,) = record.query("SELECT count(*) AS n, sum(value) AS total FROM samples WHERE tag = 'flow'").to_pylist()
    assert row == {"n": 10, "total": 45.0}
    (row,) = record.query("SELECT count(*) AS n FROM samples WHERE tag = 'flow'", T0 + 3, T0 + 6).to_pylist()
    assert row == {"n": 4}
    medians = record.query(
        "SELECT DISTINCT model, quantile FROM forecasts WHERE level = 0.5 ORDER BY model"
    ).to_pylist()
    assert medians == [{"model": "learned", "quantile": 0.3}, {"model": "persistence", "quantile": 0.3}]
    assert record.query("SELECT mean FROM estimates WHERE name = 'flow'").to_pylist() == [{"mean": 1.4}]
    with pytest.raises(RecordError, match="tables samples"):
        record.query("SELECT * FROM nothing")


# what may be amiss at the start


def test_a_second_writer_is_refused_with_the_number_of_the_first(record):
    code = "import sys, pathlib, ironworks.record as r; r.SqliteRecord(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, record.folder], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"process {os.getpid()} is writing this record" in done.stderr
    with pytest.raises(RecordError, match=f"process {os.getpid()}"):
        SqliteRecord(record.folder)


def test_the_lock_is_gone_with_its_holder(record):
    with open(record.folder / "writer.lock") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        record.close()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("damage", ["overwritten", "cut", "other"])
def test_a_damaged_database_is_set_aside_and_the_start_goes_on(tmp_path, damage):
    folder = tmp_path / "record"
    record = SqliteRecord(folder, part_rows=500)
    record.samples([sample(at=T0 + i) for i in range(3000)])
    record.roll_out(T0 + 1000.0)
    record.cycle(full_cycle(1, [sample(at=T0 + 5000)]))
    record.close()
    file = folder / "hot.sqlite3"
    content = file.read_bytes()
    spoilt = {
        "overwritten": content[:4096] + bytes(20000) + content[24096:],
        "cut": content[: len(content) // 2],
        "other": b"this is no database " * 1000,
    }
    file.write_bytes(spoilt[damage])
    again = SqliteRecord(folder)
    (warning,) = again.warnings
    assert "was damaged" in warning
    assert "quarantine-1" in warning
    assert (folder / "quarantine-1" / "hot.sqlite3").read_bytes() == spoilt[damage]
    assert not again.is_new()  # a restart, not a first start: nothing may come up above ADVISORY
    assert again.modes() == {}
    assert len(again.history(["flow"], T0, T0 + 1e6)["flow"]) == again.counts()["samples"] == 1000
    assert again.latest()["flow"].source_time == T0 + 999
    again.samples([sample(at=T0 + 9000)])
    again.cycle(full_cycle(2, [sample(at=T0 + 9000)], T0 + 9600))
    assert again.image(2) == full_cycle(2, [sample(at=T0 + 9000)], T0 + 9600).image
    assert again.verify().sound
    again.close()
    assert SqliteRecord(folder).warnings == ()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot be made") as raised:
        SqliteRecord(tmp_path / "file" / "record")
    assert raised.value.remedy


def test_tables_of_another_version_are_refused(record):
    record.close()
    database = sqlite3.connect(record.folder / "hot.sqlite3")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RecordError, match="version 99"):
        SqliteRecord(record.folder)
    with pytest.raises(RecordError, match="version 99"):
        SqliteReader(record.folder).counts()
