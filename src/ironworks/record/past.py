"""The past: samples that left the hot database for Parquet, by order of recording, and DuckDB to read them.

A part is written under a temporary name, forced to the disk, renamed, and its folder forced to the disk; only then one
transaction enters it into the table `past` and removes its rows from the hot database. A crash in between leaves a file
that no table names: it is ignored by readers and written anew. So no row is lost and none is seen twice.
"""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet

from ironworks.core.errors import RecordError
from ironworks.record.folder import PAST, synchronise

ArrowError = pa.ArrowException
"""What Arrow raises beside OSError."""

SampleRow = tuple[str, float, int, float, float | None, int, str]
"""Tag, source time, number, arrival time, value, quality, reason: a sample as the tables hold it."""

SCHEMA = pa.schema(
    [
        pa.field("tag", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("source_time", pa.float64(), nullable=False),
        pa.field("id", pa.int64(), nullable=False),
        pa.field("arrival_time", pa.float64(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("quality", pa.int8(), nullable=False),
        pa.field("reason", pa.dictionary(pa.int32(), pa.string()), nullable=False),
    ]
)
"""Columns of a Parquet part; times in plant seconds since 1970 UTC, values in SI."""

ROW_GROUP = 16_384
"""Rows of a row group: rows are sorted by tag and time, so that a query of few tags skips most groups."""

_HOT_ROWS = """
SELECT tag.name, source_time, sample.id, arrival_time, value, quality, reason
FROM sample JOIN tag ON tag.id = sample.tag WHERE sample.id BETWEEN ? AND ?
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the past: its name under the record's folder, the numbers of its rows, their first and last time."""

    name: str
    first: int
    last: int
    rows: int
    first_time: float
    last_time: float


def hot_rows(database: sqlite3.Connection, first: int, last: int) -> list[SampleRow]:
    """The hot rows first..last, sorted by tag and time."""
    return sorted(database.execute(_HOT_ROWS, (first, last)), key=lambda row: row[:3])


def write_part(folder: Path, rows: Sequence[SampleRow]) -> Part:
    """Write rows into a Parquet file, durable when it returns. The same rows give the same name."""
    columns = list(zip(*rows, strict=True))
    table = pa.table(
        [
            pa.array(column, type=_plain(field.type)).cast(field.type)
            for column, field in zip(columns, SCHEMA, strict=True)
        ],
        schema=SCHEMA,
    )
    part = Part(
        _name(min(columns[3]), min(columns[2]), max(columns[2])), min(columns[2]), max(columns[2]), len(rows),
        min(columns[1]), max(columns[1]),
    )  # fmt: skip
    file = folder / part.name
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    parquet.write_table(table, unfinished, compression="zstd", row_group_size=ROW_GROUP)
    synchronise(unfinished)
    os.replace(unfinished, file)
    synchronise(file.parent)
    synchronise(file.parent.parent)
    return part


def enter_part(database: sqlite3.Connection, part: Part) -> None:
    """In the running transaction: the file holds these rows from now on, and the hot database no longer does."""
    database.execute("INSERT INTO past VALUES (?,?,?,?,?,?)", astuple(part))
    database.execute("DELETE FROM sample WHERE id BETWEEN ? AND ?", (part.first, part.last))


def adopt(folder: Path, database: sqlite3.Connection) -> list[str]:
    """Enter every readable part of the folder into an empty hot database (the old one was lost); warnings otherwise."""
    warnings: list[str] = []
    for file in sorted((folder / PAST).glob("*/*.parquet")):
        try:
            meta = parquet.read_metadata(file)
            times = parquet.read_table(file, columns=["source_time", "id"])
        except (OSError, pa.ArrowException) as error:
            warnings.append(f"{file}: this part of the past cannot be read and was left out: {error}")
            continue
        seconds, numbers = times["source_time"].to_pylist(), times["id"].to_pylist()
        row = (str(file.relative_to(folder)), min(numbers), max(numbers), meta.num_rows, min(seconds), max(seconds))
        database.execute("INSERT INTO past VALUES (?,?,?,?,?,?)", row)
    return warnings


def remove_strays(folder: Path, database: sqlite3.Connection) -> list[str]:
    """Remove files that no table names and whose rows are all still hot: a crash came between writing and entering.

    A file with rows that the hot database lacks (it was brought back from an older backup, say) stays, with a warning.
    """
    warnings: list[str] = []
    known = {row[0] for row in database.execute("SELECT file FROM past")}
    for file in (folder / PAST).glob("*/*.unfinished"):
        file.unlink()
    for file in (folder / PAST).glob("*/*.parquet"):
        if str(file.relative_to(folder)) in known:
            continue
        first, last = (int(number) for number in file.stem.split("-")[1:])
        hot = database.execute("SELECT count(*) FROM sample WHERE id BETWEEN ? AND ?", (first, last)).fetchone()[0]
        if hot == parquet.read_metadata(file).num_rows:
            file.unlink()
        else:
            warnings.append(
                f"{file}: the record does not know this part of the past; it was left alone and is not read"
            )
    return warnings


def missing_parts(folder: Path, database: sqlite3.Connection) -> list[str]:
    """Warnings for parts that the table names and the folder lacks."""
    names = [row[0] for row in database.execute("SELECT file FROM past ORDER BY file")]
    return [f"{folder / name}: this part of the past is missing" for name in names if not (folder / name).exists()]


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that loads nothing from the network."""
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2",
    }  # fmt: skip
    return duckdb.connect(config=settings)


COLUMNS = "tag, source_time, id, arrival_time, value, quality, reason"


def query(folder: Path, names: Sequence[str], where: str, given: Sequence[Any]) -> list[SampleRow]:
    """Rows of these parts that meet a condition."""
    if not names:
        return []
    files = [str(folder / name) for name in names]
    try:
        with connect() as duck:
            sql = f"SELECT {COLUMNS} FROM read_parquet(?, hive_partitioning=false) WHERE {where}"
            return duck.execute(sql, [files, *given]).fetchall()
    except (duckdb.Error, OSError) as error:
        raise RecordError(
            f"a part of the past cannot be read: {error}",
            str(folder / PAST),
            remedy="bring the file back from a backup, or move it away and restart",
        ) from error


NEWEST = "true QUALIFY row_number() OVER (PARTITION BY tag ORDER BY source_time DESC, id DESC) = 1"
"""A condition for `query`: only the newest sample of every tag."""


def _plain(kind: Any) -> Any:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _name(arrival: float, first: int, last: int) -> str:
    """Where a part lies: a folder for the day of its oldest arrival, the numbers of its rows in its name."""
    try:
        day = datetime.fromtimestamp(arrival, UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        day = "undated"
    return f"{PAST}/{day}/samples-{first:012d}-{last:012d}.parquet"
