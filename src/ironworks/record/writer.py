"""The record on this machine: SQLite for what is hot and for the journal, Parquet for the past.

A call that returns has forced its data to the disk. A call that raises RecordError has kept nothing of what it was
given and lost nothing that was kept before; it may be called again with the same, and goes through once the disk
answers.
"""

import logging
import math
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ironworks.core.decision import Command
from ironworks.core.errors import CallError, RecordError
from ironworks.core.mode import ModeChange
from ironworks.core.ports import CycleRecord
from ironworks.core.sample import Sample
from ironworks.record import folder as files
from ironworks.record import images, journal, past, schema
from ironworks.record.reader import SqliteReader
from ironworks.record.reading import QUALITIES, Reading

HOT_SECONDS = 2 * 86_400.0
"""How long samples stay in the hot database, in plant seconds: pages and filters look back a day or two."""

PART_ROWS = 50_000
"""Samples of one part of the past: some hours of a works, about 0.5 MB; moving it must not hold up a cycle."""

REMEMBERED = 500_000
"""Samples remembered by number for the next image; older ones are looked up in the database."""

AHEAD_S = 60.0
"""Seconds by which a source time may lie after its arrival before it counts as a wrong clock's."""

_LATEST = f"""
INSERT INTO latest VALUES (?,?,?,?,?,?,?) ON CONFLICT (tag) DO UPDATE SET source_time = excluded.source_time,
    id = excluded.id, arrival_time = excluded.arrival_time, value = excluded.value, quality = excluded.quality,
    reason = excluded.reason
WHERE excluded.source_time >= latest.source_time
    OR (latest.source_time > latest.arrival_time + {AHEAD_S} AND latest.source_time > excluded.arrival_time)
"""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tail:
    """Where the record ends: what the next row needs to know. Read anew after every failure."""

    tags: dict[str, int]
    next_sample: int
    next_row: int
    hash: bytes
    numbers: dict[images.SampleKey, tuple[int, Sample]] = field(default_factory=dict)


class SqliteRecord(Reading):
    """Writes and reads the record in a folder; one writer a folder. Implements core.ports.Record and RecordReader.

    `warnings` says what was found amiss at the start (a damaged database set aside, a part of the past missing).
    `hot_for`: plant seconds that samples stay hot. Errors: RecordError.
    """

    def __init__(self, folder: Path, hot_for: float = HOT_SECONDS, part_rows: int = PART_ROWS) -> None:
        self.folder, self._hot_for, self._part_rows = Path(folder), hot_for, part_rows
        self._file = self.folder / files.HOT
        self._guard = threading.RLock()
        self._database: sqlite3.Connection | None = None
        self._tail: _Tail | None = None
        self._closed = False
        self.warnings: tuple[str, ...] = ()
        files.prepare(self.folder)
        self._lock = files.lock(self.folder)
        try:
            self.warnings = tuple(self._start())
            self._reader = SqliteReader(self.folder)
        except BaseException:
            self.close()
            raise
        for warning in self.warnings:
            _log.warning("%s", warning)

    def samples(self, samples: Sequence[Sample]) -> None:
        """Keep validated samples."""
        if samples:
            with self._writing() as (database, tail):
                _insert(database, tail, samples)

    def intend(self, commands: Sequence[Command]) -> None:
        """Keep commands that are about to be written, so that no write can happen unrecorded."""
        if commands:
            part = journal.intent_part(commands)
            with self._writing() as (database, tail):
                _append(database, tail, ("intent", None, part.at), [part])

    def cycle(self, record: CycleRecord) -> None:
        """Keep all that one cycle found, thought and did, all or nothing; samples it saw that were not yet kept too."""
        with self._writing() as (database, tail):
            packed = images.pack(record.image, lambda sample, exactly: _number_of(database, tail, sample, exactly))
            _append(database, tail, ("cycle", record.number, record.image.time), journal.parts_of(record, packed))
            _count_cycle(database, record)
            _note_modes(database, {name: int(mode) for name, mode in journal.modes_after(record).items()})
            _forget(tail, record)
        self._tidy(record.image.time)

    def mode_change(self, change: ModeChange) -> None:
        """Keep a mode change made between cycles (an operator's)."""
        with self._writing() as (database, tail):
            _append(database, tail, ("mode_change", None, change.time), [journal.mode_part(change)])
            _count(database, {"mode_changes": 1})
            _note_modes(database, {change.setpoint: int(change.new)})

    def roll_out(self, before: float) -> list[Path]:
        """Move all samples up to the last that arrived before that plant time into the past; the new files."""
        written: list[Path] = []
        while (span := self._span(before, part_only=False)) is not None:
            written.append(self._roll(*span))
        return written

    def close(self) -> None:
        """Flush and close; a second call does nothing."""
        with self._guard:
            self._closed = True
            if hasattr(self, "_reader"):
                self._reader.close()
            self._let_go()
            self._lock.close()

    def _snapshot(self):
        return self._reader._snapshot()

    def _start(self) -> list[str]:
        """Set a damaged database aside, open or create the tables, and look after the past; warnings."""
        warnings: list[str] = []
        if trouble := files.damage(self._file):
            aside = files.quarantine(self.folder)
            warnings.append(
                f"{self._file} was damaged ({trouble}) and was set aside in {aside}; a new one was begun. "
                "Modes, journal and hot samples before now are only there: keep it, and look at the disk"
            )
        try:
            database = self._open()
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                schema.create(database)
                files.synchronise(self.folder)
                return warnings + self._adopt(database)
            if version != schema.VERSION:
                raise RecordError(
                    f"tables of version {version}", str(self._file), f"version {schema.VERSION}", "use another folder"
                )
            return warnings + past.remove_strays(self.folder, database) + past.missing_parts(self.folder, database)
        except (sqlite3.Error, OSError) as error:
            raise files.as_record_error(error, self._file) from error

    def _adopt(self, database: sqlite3.Connection) -> list[str]:
        """A new database in a folder with a past: know its parts, its newest samples and its count."""
        warnings = past.adopt(self.folder, database)
        names = [row[0] for row in database.execute("SELECT file FROM past")]
        newest = past.query(self.folder, names, past.NEWEST, [])
        with self._writing() as (_, tail):
            for tag, *rest in newest:
                database.execute(_LATEST, (_tag(database, tail, tag), *rest))
            database.execute(
                "UPDATE counter SET rows = (SELECT coalesce(sum(rows), 0) FROM past) WHERE kind = 'samples'"
            )
        return warnings

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = schema.open_writer(self._file)
        return self._database

    def _let_go(self) -> None:
        """Close the connection; the next call opens it anew."""
        database, self._database, self._tail = self._database, None, None
        if database is not None:
            database.close()

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, _Tail]]:
        """One transaction, durable when it returns; RecordError, and nothing kept, when the disk refuses."""
        with self._guard:
            if self._closed:
                raise CallError("the record is closed", str(self.folder), "an open record")
            try:
                database = self._open()
                database.execute("BEGIN IMMEDIATE")
                tail = self._tail = self._tail or _read_tail(database)
                yield database, tail
                database.execute("COMMIT")
            except (sqlite3.Error, OSError) as error:
                self._roll_back()
                raise files.as_record_error(error, self._file) from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        database = self._database
        try:
            if database is not None and database.in_transaction:
                database.execute("ROLLBACK")
        except sqlite3.Error:
            _log.warning("the transaction could not be taken back; SQLite does so when the database is opened again")
        self._let_go()

    def _tidy(self, now: float) -> None:
        """Move at most one full part into the past. What goes wrong is logged, and tried again."""
        try:
            if (span := self._span(now - self._hot_for, part_only=True)) is not None:
                self._roll(*span)
        except RecordError as error:
            _log.warning("samples stay in the hot database for now: %s", error)

    def _span(self, before: float, part_only: bool) -> tuple[int, int] | None:
        """First and last number of the next part; None when there is nothing to move."""
        with self._guard, self._snapshot() as database:
            first, last = database.execute("SELECT min(id), max(id) FROM sample").fetchone()
            if first is None or (part_only and last < first + self._part_rows - 1):
                return None
            end = min(last, first + self._part_rows - 1)
            arrived = "SELECT arrival_time FROM sample WHERE id = ?"
            if database.execute(arrived, (end,)).fetchone()[0] < before:
                return first, end
            if part_only:
                return None
            newest = database.execute(
                "SELECT max(id) FROM sample WHERE id BETWEEN ? AND ? AND arrival_time < ?", (first, end, before)
            ).fetchone()[0]
            return None if newest is None else (first, newest)

    def _roll(self, first: int, last: int) -> Path:
        with self._snapshot() as database:
            rows = past.hot_rows(database, first, last)
        try:
            part = past.write_part(self.folder, rows)
        except (OSError, past.ArrowError) as error:
            raise files.as_record_error(error, self.folder / files.PAST) from error
        with self._writing() as (database, _):
            past.enter_part(database, part)
        return self.folder / part.name


def _read_tail(database: sqlite3.Connection) -> _Tail:
    tags = {name: number for number, name in database.execute("SELECT id, name FROM tag")}
    hot = database.execute("SELECT max(id) FROM sample").fetchone()[0] or 0
    gone = database.execute("SELECT max(last_id) FROM past").fetchone()[0] or 0
    row = database.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    seq, hash_ = row or (0, journal.GENESIS)
    return _Tail(tags, max(hot, gone) + 1, seq + 1, hash_)


def _tag(database: sqlite3.Connection, tail: _Tail, name: str) -> int:
    if name not in tail.tags:
        number = len(tail.tags) + 1
        database.execute("INSERT INTO tag VALUES (?,?)", (number, name))
        tail.tags[name] = number
    return tail.tags[name]


def _insert(database: sqlite3.Connection, tail: _Tail, samples: Sequence[Sample]) -> None:
    """Rows for these samples, the newest of every tag, and their numbers for the next image."""
    rows: list[tuple[Any, ...]] = []
    newest: dict[int, list[tuple[Any, ...]]] = {}
    for number, sample in enumerate(samples, tail.next_sample):
        if not (math.isfinite(sample.source_time) and math.isfinite(sample.arrival_time)):
            raise CallError(f"a sample of '{sample.tag}' without a time: {sample}", expected="finite plant times")
        value = None if sample.value is None else float(sample.value)
        row = (_tag(database, tail, sample.tag), float(sample.source_time), number, float(sample.arrival_time), value,
               int(sample.quality), sample.reason)  # fmt: skip
        rows.append(row)
        newest.setdefault(row[0], []).append(row)
        tail.numbers[images.key_of(sample)] = (number, sample)
    database.executemany("INSERT INTO sample VALUES (?,?,?,?,?,?,?)", rows)
    database.executemany(_LATEST, [row for tag_rows in newest.values() for row in _candidates(tag_rows)])
    _count(database, {"samples": len(rows)})
    tail.next_sample += len(rows)
    while len(tail.numbers) > REMEMBERED:
        del tail.numbers[next(iter(tail.numbers))]


def _candidates(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of one tag that may be its newest: the newest by source time, and all from a wrong clock's future on."""
    ahead = next((place for place, row in enumerate(rows) if row[1] > row[3] + AHEAD_S), len(rows))
    newest = [max(rows[:ahead], key=lambda row: (row[1], row[2]))] if ahead else []
    return newest + rows[ahead:]


def _number_of(database: sqlite3.Connection, tail: _Tail, sample: Sample, exactly: bool) -> tuple[int, Sample]:
    """The recorded sample with this one's tag, times and value (`exactly`: and judgement); recorded now if new."""
    key = images.key_of(sample)
    if key not in tail.numbers and sample.tag in tail.tags:
        row = database.execute(
            "SELECT id, quality, reason FROM sample "
            "WHERE tag = ? AND source_time = ? AND arrival_time = ? AND value IS ?",
            (tail.tags[sample.tag], *key[1:]),
        ).fetchone()
        if row is not None:
            tail.numbers[key] = (row[0], replace(sample, quality=QUALITIES[row[1]], reason=row[2]))
    if key not in tail.numbers or (exactly and tail.numbers[key][1] != sample):
        _insert(database, tail, [sample])
    return tail.numbers[key]


def _append(
    database: sqlite3.Connection, tail: _Tail, head: tuple[str, int | None, float], parts: Sequence[journal.Part]
) -> None:
    tail.hash = journal.append(database, tail.next_row, tail.hash, head, parts)
    tail.next_row += 1


def _count(database: sqlite3.Connection, more: dict[str, int]) -> None:
    database.executemany("UPDATE counter SET rows = rows + ? WHERE kind = ?", [(n, kind) for kind, n in more.items()])


def _count_cycle(database: sqlite3.Connection, record: CycleRecord) -> None:
    _count(
        database,
        {
            "cycles": 1,
            "estimates": int(record.estimate is not None),
            "forecasts": len(record.forecasts),
            "proposals": len(record.proposals),
            "verdicts": len(record.verdicts),
            "commands": len(record.receipts),
            "receipts": len(record.receipts),
            "mode_changes": len(record.mode_changes),
        },
    )


def _note_modes(database: sqlite3.Connection, modes: dict[str, int]) -> None:
    database.executemany("INSERT OR REPLACE INTO mode VALUES (?,?)", list(modes.items()))


def _forget(tail: _Tail, record: CycleRecord) -> None:
    """Of what this image held, only its readings are needed again."""
    kept = [images.key_of(reading.sample) for reading in record.image.readings.values()]
    readings = {key: tail.numbers[key] for key in kept}
    for sample in record.image.arrivals:
        tail.numbers.pop(images.key_of(sample), None)
    tail.numbers.update(readings)
