"""`ironworks record verify`: whether the journal is whole."""

from pathlib import Path

from rich.console import Console

from ironworks.core.errors import RecordError
from ironworks.record import SqliteReader


def verify(folder: Path, console: Console) -> int:
    """Check the chain of hashes; 0 when it is whole, else 1."""
    if not folder.is_dir():
        raise RecordError("no such folder", str(folder), "the folder of a record", "for instance var/demo/record")
    reader = SqliteReader(folder)
    try:
        result = reader.verify()
    finally:
        reader.close()
    if result.sound:
        console.print(
            f"{folder}: {result.rows} rows of the journal, each in its place", highlight=False, soft_wrap=True
        )
    else:
        where = f"{folder}: the journal breaks at row {result.broken_at} of {result.rows}"
        console.print(f"{where}: {result.message}", highlight=False, soft_wrap=True)
    return 0 if result.sound else 1
