"""Free questions to the whole record in SQL, by DuckDB, across the hot database and the past."""

import sqlite3
from pathlib import Path

import duckdb
import pyarrow as pa

from ironworks.core.errors import RecordError
from ironworks.record import past

_FORECASTS = """
SELECT part.key AS target, at AS made_at, json_extract(item.value, '$[1].horizon') AS horizon,
    json_extract(item.value, '$[1].scored') AS scored, json_extract(item.value, '$[1].model') AS model,
    level.value AS level, json_extract(item.value, '$[1].quantiles[' || level.key || ']') AS quantile
FROM part, json_each(content) AS item, json_each(item.value, '$[1].levels') AS level
WHERE kind = 'forecasts' AND at BETWEEN ? AND ?
"""

_ESTIMATES = """
SELECT at AS time, belief.key AS name, json_extract(belief.value, '$.mean') AS mean,
    json_extract(belief.value, '$.sd') AS sd, json_extract(content, '$.health') AS health
FROM part, json_each(content, '$.beliefs') AS belief WHERE part.kind = 'estimate' AND at BETWEEN ? AND ?
"""

_CYCLES = "SELECT number, time FROM journal WHERE kind = 'cycle' AND time BETWEEN ? AND ?"

_HOT = """
SELECT name, source_time, sample.id, arrival_time, value, quality, reason
FROM sample JOIN tag ON tag.id = sample.tag WHERE source_time BETWEEN ? AND ?
"""

TABLES = {
    "forecasts": (_FORECASTS, {"target": pa.string(), "made_at": pa.float64(), "horizon": pa.float64(),
                               "scored": pa.string(), "model": pa.string(), "level": pa.float64(),
                               "quantile": pa.float64()}),
    "estimates": (_ESTIMATES, {"time": pa.float64(), "name": pa.string(), "mean": pa.float64(), "sd": pa.float64(),
                               "health": pa.string()}),
    "cycles": (_CYCLES, {"number": pa.int64(), "time": pa.float64()}),
    "hot_samples": (_HOT, {"tag": pa.string(), "source_time": pa.float64(), "id": pa.int64(),
                           "arrival_time": pa.float64(), "value": pa.float64(), "quality": pa.int8(),
                           "reason": pa.string()}),
}  # fmt: skip
"""Tables that a question may name, beside `samples` (hot and past together): how they are filled, their columns."""


def ask(database: sqlite3.Connection, folder: Path, sql: str, start: float, end: float) -> pa.Table:
    """The answer to a question about that span of plant time; RecordError when it cannot be understood or answered."""
    names = database.execute("SELECT file FROM past WHERE last_time >= ? AND first_time <= ?", (start, end)).fetchall()
    with past.connect() as duck:
        for name, (filling, columns) in TABLES.items():
            if name in sql or (name == "hot_samples" and "samples" in sql):
                duck.register(name, _table(database, filling, columns, start, end))
        if "samples" in sql:
            duck.execute(
                f"CREATE VIEW samples AS {_samples_view([str(folder / name) for (name,) in names], start, end)}"
            )
        try:
            return (duck.sql(sql) or duck.sql("SELECT NULL LIMIT 0")).to_arrow_table()
        except duckdb.Error as error:
            known = ", ".join(["samples", *TABLES])
            raise RecordError(f"the question failed: {error}", str(folder), f"SQL over the tables {known}") from error


def _table(database: sqlite3.Connection, filling: str, columns: dict[str, pa.DataType], start: float, end: float):
    rows = database.execute(filling, (start, end)).fetchall()
    found = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pa.table([pa.array(values, type=kind) for values, kind in zip(found, columns.values(), strict=True)],
                    names=list(columns))  # fmt: skip


def _samples_view(files: list[str], start: float, end: float) -> str:
    view = f"SELECT {past.COLUMNS} FROM hot_samples"
    if files:
        listing = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        view += (
            f" UNION ALL SELECT {past.COLUMNS} FROM read_parquet([{listing}], hive_partitioning=false) "
            f"WHERE source_time BETWEEN {_literal(start)} AND {_literal(end)}"
        )
    return view


def _literal(seconds: float) -> str:
    """A number as SQL, infinities too."""
    return f"'{seconds}'::DOUBLE"
