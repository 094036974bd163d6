"""A record as others read it, from any thread, while it is being written."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ironworks.core.errors import RecordError
from ironworks.record.folder import HOT, as_record_error
from ironworks.record.reading import Reading
from ironworks.record.schema import VERSION, open_reader


class SqliteReader(Reading):
    """Reads a record's folder with connections that cannot write. Safe from many threads at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._file = self.folder / HOT
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        if not self._file.exists():
            raise RecordError(
                "there is no record in this folder", str(self.folder), f"a folder with {HOT}", "start the service first"
            )

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            database = self._idle.pop() if self._idle else None
        try:
            database = database or self._open()
            database.execute("BEGIN")
            yield database
            database.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            if database is not None:
                database.close()
            raise as_record_error(error, self._file) from error
        except BaseException:
            if database is not None:
                database.close()
            raise
        with self._guard:
            self._idle.append(database)

    def _open(self) -> sqlite3.Connection:
        database = open_reader(self._file)
        found = database.execute("PRAGMA user_version").fetchone()[0]
        if found != VERSION:
            database.close()
            raise RecordError(
                f"tables of version {found}",
                str(self._file),
                f"version {VERSION}",
                "read it with the version of ironworks that wrote it",
            )
        return database

    def close(self) -> None:
        """Close the idle connections."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()
