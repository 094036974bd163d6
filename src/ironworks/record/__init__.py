"""The record: everything that was measured, thought and done, kept on this machine and readable while it grows."""

from ironworks.record.journal import Verification
from ironworks.record.reader import SqliteReader
from ironworks.record.writer import SqliteRecord

__all__ = ["SqliteReader", "SqliteRecord", "Verification"]
