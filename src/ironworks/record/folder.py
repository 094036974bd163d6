"""The folder of a record: its files, its writer's lock, and what happens to a database that cannot be read."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO

from ironworks.core.errors import RecordError

HOT = "hot.sqlite3"
PAST = "past"
LOCK = "writer.lock"


def prepare(folder: Path) -> None:
    """Make the folder and its folder for the past; RecordError if that cannot be done."""
    try:
        (folder / PAST).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(
            f"the record's folder cannot be made: {error.strerror}",
            str(folder),
            "a folder that this user may write",
            "choose another folder, or give this user the right to write there",
        ) from error


def lock(folder: Path) -> IO[str]:
    """The writer's lock, held while the returned file is open; the system lets go of it however the process ends."""
    try:
        file = open(folder / LOCK, "a+", encoding="ascii")  # noqa: SIM115  held open as long as the record is
    except OSError as error:
        raise RecordError(
            f"the lock file cannot be opened: {error.strerror}", str(folder / LOCK), remedy="check the folder's rights"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise RecordError(
            f"process {holder} is writing this record",
            str(folder),
            "one writer a record",
            f"stop process {holder}, or give this one another folder",
        ) from error
    try:
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
    except OSError:  # a full disk: the lock holds all the same, only its holder's number is not shown
        pass
    return file


def synchronise(path: Path) -> None:
    """Force a file or a folder's list of names to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damage(file: Path) -> str:
    """What is wrong with a database file; an empty string when it is sound or not there."""
    if not file.exists() or file.stat().st_size == 0:
        return ""
    try:
        database = sqlite3.connect(file, timeout=10.0)
        try:
            found = [row[0] for row in database.execute("PRAGMA quick_check(3)")]
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        if _is_trouble_of_the_disk(error):
            raise as_record_error(error, file) from error
        return str(error)
    return "" if found == ["ok"] else "; ".join(found)


def quarantine(folder: Path) -> Path:
    """Move the hot database with its side files into a new folder, untouched; returns that folder."""
    number = 1
    while (aside := folder / f"quarantine-{number}").exists():
        number += 1
    aside.mkdir()
    for suffix in ("-wal", "-shm", ""):
        file = folder / f"{HOT}{suffix}"
        if file.exists():
            file.rename(aside / file.name)
    synchronise(folder)
    return aside


def as_record_error(error: Exception, file: Path) -> RecordError:
    """A trouble of SQLite or of the disk as an error that names the file and the remedy."""
    text = str(error)
    if "full" in text or "No space" in text:
        remedy = "free space on this disk; writing goes on by itself when there is room"
    elif "locked" in text or "busy" in text:
        remedy = "another program holds the database; close it"
    elif "I/O" in text or "too large" in text or isinstance(error, OSError):
        remedy = "check the disk's space, quota and health; writing goes on by itself when it answers again"
    elif "malformed" in text or "not a database" in text:
        remedy = "restart: the damaged database is then set aside and a new one begun"
    else:
        remedy = "see the message"
    return RecordError(f"the record cannot be written or read: {text}", str(file), remedy=remedy)


def _is_trouble_of_the_disk(error: sqlite3.DatabaseError) -> bool:
    """Whether the database may be sound and only cannot be reached now: then it must not be set aside."""
    return any(word in str(error) for word in ("full", "I/O", "locked", "busy", "unable to open", "readonly"))
