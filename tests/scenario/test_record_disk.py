"""A disk that is full or refuses: the error names path and remedy, nothing acknowledged is lost, writing goes on."""

import errno
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from ironworks.core.errors import RecordError
from ironworks.record import SqliteRecord, past
from record_kit import HOT_S, PART_ROWS, T0, TAGS, batch, cycle

LIMITED = """
import resource, sys
from pathlib import Path
from record_kit import batch, cycle
from ironworks.core.errors import RecordError
from ironworks.record import SqliteRecord

folder = Path(sys.argv[1])
record = SqliteRecord(folder, part_rows=10**9)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
number, failures = 1, 0
while failures < 3:
    try:
        record.samples(batch(number))
        record.cycle(cycle(number))
        number += 1
    except RecordError as error:
        failures += 1
        print("error", error)
print("acknowledged", number - 1, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
for more in range(number, number + 5):
    record.cycle(cycle(more))
print("went on to", record.last_cycle())
record.close()
"""


def test_a_file_that_may_not_grow(tmp_path):
    """A real refusal by the system (RLIMIT_FSIZE), in a process of its own."""
    kit = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {kit!r})\n{LIMITED}", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    errors = [line for line in lines if line.startswith("error")]
    assert len(errors) == 3
    assert all("hot.sqlite3" in line and "writing goes on by itself" in line for line in errors)
    acknowledged = int(next(line.split()[1] for line in lines if line.startswith("acknowledged")))
    assert acknowledged > 3
    assert lines[-1] == f"went on to {acknowledged + 5}"
    record = SqliteRecord(tmp_path)
    assert record.warnings == ()
    assert record.verify().sound
    for number in range(1, acknowledged + 6):
        assert record.cycle_record(number) == cycle(number)
    record.close()


def test_a_full_database_takes_nothing_and_loses_nothing(tmp_path):
    record = SqliteRecord(tmp_path)
    record.samples(batch(1))
    record.cycle(cycle(1))
    pages = record._open().execute("PRAGMA page_count").fetchone()[0]
    record._open().execute(f"PRAGMA max_page_count = {pages}")
    full = [sample for number in range(2, 100) for sample in batch(number) * 20]
    with pytest.raises(RecordError, match="full") as raised:
        record.samples(full)
    assert str(tmp_path) in raised.value.where
    assert "free space" in raised.value.remedy
    kept = record.counts()["samples"]
    record.samples(batch(200))  # a new connection, without the limit: there is room again
    record.cycle(cycle(200))
    assert record.counts()["samples"] == kept + len(TAGS)
    assert record.cycle_record(1) == cycle(1)
    assert record.cycle_record(200) == cycle(200)
    assert record.verify().sound
    record.close()


@pytest.mark.parametrize("stage", ["write_part", "enter_part", "synchronise"])
def test_a_past_that_cannot_be_written_leaves_the_samples_hot(tmp_path, monkeypatch, caplog, stage):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "past")

    record = SqliteRecord(tmp_path, hot_for=HOT_S, part_rows=PART_ROWS)
    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(past, stage, refuse)
        for number in range(1, 20):
            record.cycle(cycle(number))
    assert "stay in the hot database" in caplog.text
    assert "No space" in caplog.text
    everything = {tag: [batch(number)[i] for number in range(1, 20)] for i, tag in enumerate(TAGS)}
    assert record.history(TAGS, T0, T0 + 1e9) == everything
    record.cycle(cycle(20))
    assert list(tmp_path.glob("past/*/*.parquet"))
    assert record.counts()["samples"] == 20 * len(TAGS)
    assert [len(found) for found in record.history(TAGS, T0, T0 + 1e9).values()] == [20] * len(TAGS)
    record.close()
    again = SqliteRecord(tmp_path)
    assert not list(tmp_path.glob("past/*/*.unfinished"))
    assert [len(found) for found in again.history(TAGS, T0, T0 + 1e9).values()] == [20] * len(TAGS)
    again.close()


def test_a_crash_between_file_and_table_doubles_nothing(tmp_path):
    record = SqliteRecord(tmp_path)
    for number in range(1, 6):
        record.samples(batch(number))
    with record._snapshot() as database:
        rows = past.hot_rows(database, 1, 60)
    part = past.write_part(tmp_path, rows)  # and here the power fails
    assert [len(found) for found in record.history(TAGS, T0, T0 + 1e9).values()] == [5] * len(TAGS)
    record.close()
    again = SqliteRecord(tmp_path)
    assert not (tmp_path / part.name).exists()
    assert again.warnings == ()
    assert len(again.roll_out(T0 + 1e9)) == 1
    assert [len(found) for found in again.history(TAGS, T0, T0 + 1e9).values()] == [5] * len(TAGS)
    again.close()


def test_a_part_that_a_restored_older_database_does_not_know_is_left_alone(tmp_path):
    record = SqliteRecord(tmp_path)
    record.samples(batch(1))
    record.close()
    backup = (tmp_path / "hot.sqlite3").read_bytes()
    record = SqliteRecord(tmp_path)
    record.samples(batch(2))
    (part,) = record.roll_out(T0 + 1e9)
    record.close()
    (tmp_path / "hot.sqlite3").write_bytes(backup)
    again = SqliteRecord(tmp_path)
    (warning,) = again.warnings
    assert part.name in warning
    assert part.exists()
    again.close()


def test_a_missing_part_of_the_past_is_named(tmp_path):
    record = SqliteRecord(tmp_path)
    record.samples(batch(1))
    (part,) = record.roll_out(T0 + 1e9)
    record.close()
    part.unlink()
    again = SqliteRecord(tmp_path)
    assert any(part.name in warning and "missing" in warning for warning in again.warnings)
    with pytest.raises(RecordError, match=part.name):
        again.history(TAGS, T0, T0 + 1e9)
    again.close()
