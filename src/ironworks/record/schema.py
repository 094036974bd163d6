"""The tables of the hot database, and how it is opened.

    tag, sample, latest     judged samples; `latest` is the newest of every tag by source time
    past                    the Parquet files that hold the samples which left `sample`
    journal, part           one journal row a cycle (or an operator's mode change), chained by hash, in parts
    mode, counter           what `modes()` and `counts()` answer from

The journal is append-only: triggers refuse to change or remove its rows.
"""

import sqlite3
from pathlib import Path

VERSION = 1
"""Version of the tables, kept in `PRAGMA user_version`."""

KINDS = ("samples", "cycles", "estimates", "forecasts", "proposals", "verdicts", "commands", "receipts", "mode_changes")
"""What `counts()` counts."""

TABLES = """
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sample (
    tag INTEGER NOT NULL, source_time REAL NOT NULL, id INTEGER NOT NULL, arrival_time REAL NOT NULL,
    value, quality INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (tag, source_time, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX sample_id ON sample (id);
CREATE TABLE latest (
    tag INTEGER PRIMARY KEY, source_time REAL NOT NULL, id INTEGER NOT NULL, arrival_time REAL NOT NULL,
    value, quality INTEGER NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE past (
    file TEXT PRIMARY KEY, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL, rows INTEGER NOT NULL,
    first_time REAL NOT NULL, last_time REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, number INTEGER, time REAL NOT NULL,
    previous BLOB NOT NULL, hash BLOB NOT NULL
);
CREATE INDEX journal_time ON journal (kind, time);
CREATE INDEX journal_number ON journal (number);
CREATE TABLE part (
    seq INTEGER NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (seq, position)
) WITHOUT ROWID;
CREATE INDEX part_at ON part (kind, key, at);
CREATE TABLE mode (setpoint TEXT PRIMARY KEY, mode INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counter (kind TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;
"""

APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
    f"SELECT RAISE(ABORT, 'the journal is append-only'); END;\n"
    for table in ("journal", "part")
    for verb in ("UPDATE", "DELETE")
)

SAMPLE_COLUMNS = "tag, source_time, id, arrival_time, value, quality, reason"


def open_writer(file: Path) -> sqlite3.Connection:
    """The writing connection: WAL, and every commit forced to the disk before it counts."""
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=10.0)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA journal_size_limit = 67108864")
    except sqlite3.Error:
        database.close()
        raise
    return database


def open_reader(file: Path) -> sqlite3.Connection:
    """A connection that cannot write; it may travel between threads, one at a time."""
    database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10.0,
                               check_same_thread=False)  # fmt: skip
    database.execute("PRAGMA query_only = ON")
    return database


def create(database: sqlite3.Connection) -> None:
    """All tables, in one transaction."""
    counters = "".join(f"INSERT INTO counter VALUES ('{kind}', 0);" for kind in KINDS)
    database.executescript(
        f"BEGIN IMMEDIATE; {TABLES} {APPEND_ONLY} {counters} PRAGMA user_version = {VERSION}; COMMIT;"
    )
