"""The journal: what a cycle found, thought and did, in parts, each row chained to the one before by SHA-256.

A row's hash covers the hash of the row before, its own head and every part of it. Whoever changes, removes or inserts
anything but the very last rows breaks the chain, and `verify` says where.
"""

import hashlib
import json
import sqlite3
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ironworks.core.decision import Command
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRecord
from ironworks.record.codec import decode, to_text

FIELDS = typing.get_type_hints(CycleRecord)
"""Types of the fields of a cycle, for decoding."""

GENESIS = bytes(32)
"""The `previous` of the first row."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a journal row: its kind, what it is looked up by, the plant time that it is about, its JSON."""

    kind: str
    key: str
    at: float
    content: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the chain of the journal holds; otherwise the first row where it breaks, and how."""

    sound: bool
    rows: int
    broken_at: int | None = None
    message: str = ""


def parts_of(record: CycleRecord, packed_image: str) -> list[Part]:
    """Everything of a cycle, as parts."""
    time = record.image.time
    parts = [Part("image", "", time, packed_image)]
    if record.estimate is not None:
        parts.append(Part("estimate", "", record.estimate.time, to_text(record.estimate)))
    parts += _forecast_parts(record.forecasts)
    if record.proposals or record.verdicts:
        thought = {"proposals": record.proposals, "verdicts": record.verdicts}
        parts.append(Part("decisions", "", time, to_text(thought)))
    parts += [Part("receipt", "", receipt.written_at, to_text(receipt)) for receipt in record.receipts]
    parts += [mode_part(change) for change in record.mode_changes]
    run = {"stage_seconds": record.stage_seconds, "failures": record.failures, "modes": record.modes}
    parts.append(Part("run", "", time, to_text(run)))
    return parts


def mode_part(change: ModeChange) -> Part:
    """A mode change as a part."""
    return Part("mode_change", change.setpoint, change.time, to_text(change))


def intent_part(commands: Sequence[Command]) -> Part:
    """Commands that are about to be written."""
    return Part("intent", "", commands[0].made_at, to_text(commands))


def _forecast_parts(forecasts: Sequence[Forecast]) -> list[Part]:
    """One part a target and time, each forecast with its place in the cycle."""
    groups: dict[tuple[str, float], list[Any]] = {}
    for place, forecast in enumerate(forecasts):
        groups.setdefault((forecast.target, forecast.made_at), []).append([place, forecast])
    return [Part("forecasts", target, at, to_text(group)) for (target, at), group in groups.items()]


def rebuild(number: int, parts: Sequence[Part], image: Any) -> CycleRecord:
    """The cycle from its parts and its image, exactly as it was given."""
    estimate: StateEstimate | None = None
    forecasts: dict[int, Forecast] = {}
    found: dict[str, Any] = {"receipt": [], "mode_change": [], "proposals": (), "verdicts": (), "run": {}}
    for part in parts:
        if part.kind == "image":
            continue
        data = json.loads(part.content)
        if part.kind == "estimate":
            estimate = decode(StateEstimate, data)
        elif part.kind == "forecasts":
            forecasts.update((place, decode(Forecast, item)) for place, item in data)
        elif part.kind == "decisions":
            found["proposals"], found["verdicts"] = (
                decode(FIELDS[name], data[name]) for name in ("proposals", "verdicts")
            )
        elif part.kind == "run":
            found["run"] = {name: decode(FIELDS[name], data[name]) for name in data}
        else:
            hint = FIELDS["receipts" if part.kind == "receipt" else "mode_changes"]
            found[part.kind] += decode(hint, [data])
    return CycleRecord(
        number, image, estimate, tuple(forecasts[place] for place in sorted(forecasts)), found["proposals"],
        found["verdicts"], tuple(found["receipt"]), tuple(found["mode_change"]), **found["run"],
    )  # fmt: skip


def append(
    database: sqlite3.Connection,
    seq: int,
    previous: bytes,
    head: tuple[str, int | None, float],
    parts: Sequence[Part],
) -> bytes:
    """Write one row with its parts in the running transaction; returns its hash."""
    kind, number, time = head
    hash_ = chain_hash(previous, seq, kind, number, time, parts)
    database.execute("INSERT INTO journal VALUES (?,?,?,?,?,?)", (seq, kind, number, float(time), previous, hash_))
    database.executemany(
        "INSERT INTO part VALUES (?,?,?,?,?,?)",
        [(seq, place, part.kind, part.key, float(part.at), part.content) for place, part in enumerate(parts)],
    )
    return hash_


def chain_hash(previous: bytes, seq: int, kind: str, number: int | None, time: float, parts: Sequence[Part]) -> bytes:
    """SHA-256 over the row before, the head and all parts; lengths are part of it, so that nothing can be shifted."""
    mill = hashlib.sha256(previous)
    head = json.dumps([seq, kind, number, float(time) + 0.0, len(parts)])
    mill.update(head.encode())
    for part in parts:
        content = part.content.encode()
        mill.update(json.dumps([part.kind, part.key, float(part.at) + 0.0, len(content)]).encode())
        mill.update(content)
    return mill.digest()


def read_parts(database: sqlite3.Connection, seq: int) -> list[Part]:
    """All parts of one row, in order."""
    rows = database.execute("SELECT kind, key, at, content FROM part WHERE seq = ? ORDER BY position", (seq,))
    return [Part(*row) for row in rows]


def verify(database: sqlite3.Connection) -> Verification:
    """Walk the whole chain."""
    previous, expected = GENESIS, 1
    for seq, kind, number, time, before, hash_ in database.execute(
        "SELECT seq, kind, number, time, previous, hash FROM journal ORDER BY seq"
    ):
        if seq != expected:
            return Verification(False, expected - 1, expected, f"row {expected} is missing")
        if before != previous:
            return Verification(False, expected - 1, seq, f"row {seq} does not follow on row {seq - 1}")
        if chain_hash(previous, seq, kind, number, time, read_parts(database, seq)) != hash_:
            return Verification(False, expected - 1, seq, f"row {seq} or a part of it was changed")
        previous, expected = hash_, seq + 1
    strays = database.execute("SELECT count(*) FROM part WHERE seq >= ?", (expected,)).fetchone()[0]
    if strays:
        return Verification(False, expected - 1, expected, f"{strays} parts belong to no row")
    return Verification(True, expected - 1)


def modes_after(record: CycleRecord) -> dict[str, Mode]:
    """The modes that a cycle leaves: those in force, as far as it says, and its changes on top."""
    return {**dict(record.modes), **{change.setpoint: change.new for change in record.mode_changes}}
