"""The past of a works before its record began, as a historian's file.

The file is Parquet with the columns tag, value, quality, source_time, arrival_time, reason (SI, plant seconds), in
order of arrival. `runtime.past.import_history` reads it into the record and the models.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ironworks.core.dictionary import Role
from ironworks.core.errors import DataError
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import Works

HISTORY_FILE = "history.parquet"
"""In the state folder of a simulated works: what it measured before its first start."""

COLUMNS = {
    "tag": pl.String, "value": pl.Float64, "quality": pl.Int8, "source_time": pl.Float64, "arrival_time": pl.Float64,
    "reason": pl.String,
}  # fmt: skip


def write_history(samples: Sequence[Sample], file: Path) -> None:
    """Write samples for `import_history`, all or nothing."""
    rows = [(s.tag, s.value, int(s.quality), s.source_time, s.arrival_time, s.reason) for s in samples]
    unfinished = file.with_suffix(".unfinished")
    pl.DataFrame(rows, schema=COLUMNS, orient="row").sort("arrival_time", maintain_order=True).write_parquet(unfinished)
    unfinished.replace(file)


def read_history(file: Path) -> list[Sample]:
    """The samples of such a file, in order of arrival; DataError if it is not one."""
    try:
        frame = pl.read_parquet(file, columns=list(COLUMNS))
    except Exception as error:
        raise DataError(f"unreadable: {error}", str(file), f"Parquet with the columns {', '.join(COLUMNS)}") from error
    return [Sample(tag, value, Quality(quality), *times) for tag, value, quality, *times in frame.iter_rows()]


def thinned(samples: Sequence[Sample], works: Works) -> list[Sample]:
    """What a historian keeps of one cycle: every laboratory sample and event, of all other tags the last value."""
    last = {sample.tag: number for number, sample in enumerate(samples)}
    kept = (Role.LABORATORY, Role.EVENT)
    return [s for number, s in enumerate(samples) if last[s.tag] == number or works.tags[s.tag].role in kept]
