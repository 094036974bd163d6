"""How the record is read: from the hot database and, where a span reaches back, from the past.

Every question is answered from one snapshot of the hot database, so that rows on their way into the past are seen
exactly once. Parts of the past never change once they are entered.
"""

import json
import math
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa

from ironworks.core.decision import Receipt
from ironworks.core.errors import CallError
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRecord, CycleRow, DecisionRow
from ironworks.core.sample import Quality, Sample
from ironworks.record import images, journal, past
from ironworks.record.asking import ask
from ironworks.record.codec import decode, from_text
from ironworks.record.decisions import decision_rows
from ironworks.record.schema import KINDS

QUALITIES = tuple(Quality)


def to_sample(row: past.SampleRow) -> Sample:
    """A sample from its row."""
    tag, source_time, _, arrival_time, value, quality, reason = row
    return Sample(tag, value, QUALITIES[quality], source_time, arrival_time, reason)


class Reading(ABC):
    """All questions to a record. All times plant times, all values SI, rows in order of time."""

    folder: Path

    @abstractmethod
    def _snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection in one read transaction; RecordError when the record cannot be read."""

    # samples

    def latest(self) -> dict[str, Sample]:
        """The newest sample of every tag, by source time, as it was judged when recorded.

        A sample that a wrong clock dated more than a minute ahead of its arrival gives way to the next that is not.
        """
        with self._snapshot() as database:
            rows = database.execute(
                "SELECT name, source_time, latest.id, arrival_time, value, quality, reason "
                "FROM latest JOIN tag ON tag.id = latest.tag ORDER BY tag.id"
            ).fetchall()
        return {row[0]: to_sample(row) for row in rows}

    def history(self, tags: Sequence[str], start: float, end: float) -> dict[str, list[Sample]]:
        """Samples with start <= source_time <= end, for every tag asked for. Gaps stay gaps."""
        found: dict[str, list[past.SampleRow]] = {tag: [] for tag in tags}
        with self._snapshot() as database:
            names = database.execute(
                "SELECT file FROM past WHERE last_time >= ? AND first_time <= ? ORDER BY first_id", (start, end)
            ).fetchall()
            for tag in found:
                found[tag] = database.execute(
                    "SELECT ?, source_time, id, arrival_time, value, quality, reason FROM sample "
                    "WHERE tag = (SELECT id FROM tag WHERE name = ?) AND source_time BETWEEN ? AND ? "
                    "ORDER BY source_time, id",
                    (tag, tag, start, end),
                ).fetchall()
        older = past.query(
            self.folder,
            [name for (name,) in names],
            "tag IN (SELECT unnest(?)) AND source_time BETWEEN ? AND ?",
            [list(found), start, end],
        )
        for row in older:
            found[row[0]].append(row)
        if older:
            found = {tag: sorted(rows, key=lambda row: row[1:3]) for tag, rows in found.items()}
        return {tag: [to_sample(row) for row in rows] for tag, rows in found.items()}

    def outline(self, tags: Sequence[str], start: float, end: float, points: int) -> dict[str, list[Sample]]:
        """What a picture of `points` columns needs of `history`: in every column the lowest and the highest sample of
        each quality. Only samples that were recorded, none averaged or invented. Hot samples only come thinned by the
        database; a span that reaches into the past is thinned after reading.
        """
        if points < 1 or not end > start:
            raise CallError(f"{points} points from {start} to {end}", expected="at least one point and end > start")
        width = (end - start) / points
        with self._snapshot() as database:
            reaches_back = database.execute(
                "SELECT 1 FROM past WHERE last_time >= ? AND first_time <= ? LIMIT 1", (start, end)
            ).fetchone()
            if reaches_back is None:
                return {tag: _outline_of(database, tag, start, end, width) for tag in tags}
        return {tag: thinned(samples, start, width) for tag, samples in self.history(tags, start, end).items()}

    def query(self, sql: str, start: float = -math.inf, end: float = math.inf) -> pa.Table:
        """The answer to a question in SQL over samples, forecasts, estimates and cycles of a span of plant time."""
        with self._snapshot() as database:
            return ask(database, self.folder, sql, start, end)

    # cycles

    def image(self, number: int) -> ProcessImage:
        """The process image of a cycle, exactly as it was; CallError when there is no such cycle."""
        with self._snapshot() as database:
            packed = self._parts(database, number)[0].content
            return self._unpack(database, packed)

    def image_is_whole(self, number: int) -> bool:
        """Whether the image of a cycle, rebuilt from its samples, has the digest that the journal holds of it."""
        with self._snapshot() as database:
            packed = self._parts(database, number)[0].content
            return images.is_whole(packed, self._unpack(database, packed))

    def cycle_record(self, number: int) -> CycleRecord:
        """All of one cycle, exactly as it was; CallError when there is no such cycle."""
        with self._snapshot() as database:
            parts = self._parts(database, number)
            return journal.rebuild(number, parts, self._unpack(database, parts[0].content))

    def last_cycle(self) -> int:
        """The number of the last recorded cycle; 0 when there is none."""
        with self._snapshot() as database:
            row = database.execute(
                "SELECT number FROM journal WHERE kind = 'cycle' ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return row[0] if row else 0

    def is_new(self) -> bool:
        """Whether nothing was ever recorded here: no cycle, no sample, no mode, and nothing that was set aside."""
        with self._snapshot() as database:
            empty = not any(row[0] for row in database.execute("SELECT rows FROM counter"))
        return empty and not any(self.folder.glob("quarantine-*"))

    def cycles(self, start: float, end: float) -> list[CycleRow]:
        """Cycles whose image was frozen in that span."""
        with self._snapshot() as database:
            rows = database.execute(
                "SELECT number, time, run.content, estimate.content, image.content FROM journal "
                "JOIN part AS image ON image.seq = journal.seq AND image.position = 0 "
                "JOIN part AS run ON run.seq = journal.seq AND run.kind = 'run' "
                "LEFT JOIN part AS estimate ON estimate.seq = journal.seq AND estimate.kind = 'estimate' "
                "WHERE journal.kind = 'cycle' AND time BETWEEN ? AND ? ORDER BY time, journal.seq",
                (start, end),
            ).fetchall()
        return [_cycle_row(*row) for row in rows]

    def forecasts(self, target: str, start: float, end: float, model: str | None = None) -> list[Forecast]:
        """Forecasts with start <= made_at <= end."""
        with self._snapshot() as database:
            groups = [json.loads(text) for text in _contents(database, "forecasts", start, end, target)]
        return [
            decode(Forecast, item) for group in groups for _, item in group if model is None or item["model"] == model
        ]

    def estimates(self, start: float, end: float) -> list[StateEstimate]:
        """Estimates in that span."""
        with self._snapshot() as database:
            return [from_text(StateEstimate, text) for text in _contents(database, "estimate", start, end)]

    def decisions(self, start: float, end: float) -> list[DecisionRow]:
        """Decisions of the cycles in that span."""
        with self._snapshot() as database:
            heads = database.execute(
                "SELECT seq, number, time FROM journal WHERE kind = 'cycle' AND time BETWEEN ? AND ? "
                "ORDER BY time, seq",
                (start, end),
            ).fetchall()
            found = [(number, time, _thoughts(database, seq)) for seq, number, time in heads]
        return [row for number, time, thoughts in found if thoughts for row in decision_rows(number, time, *thoughts)]

    def receipts(self, start: float, end: float) -> list[Receipt]:
        """Receipts in that span, with their commands and verdicts."""
        with self._snapshot() as database:
            return [from_text(Receipt, text) for text in _contents(database, "receipt", start, end)]

    def mode_changes(self, start: float, end: float) -> list[ModeChange]:
        """Mode changes in that span."""
        with self._snapshot() as database:
            rows = database.execute(
                "SELECT content FROM part WHERE kind = 'mode_change' AND at BETWEEN ? AND ? ORDER BY at, seq, position",
                (start, end),
            ).fetchall()
        return [from_text(ModeChange, text) for (text,) in rows]

    def modes(self) -> dict[str, Mode]:
        """The last mode of every set point; empty when the record is new, or was begun anew (see `is_new`)."""
        with self._snapshot() as database:
            return {name: Mode(mode) for name, mode in database.execute("SELECT setpoint, mode FROM mode")}

    def counts(self) -> dict[str, int]:
        """Rows by kind, the kinds of core.ports.RecordReader."""
        with self._snapshot() as database:
            found = dict(database.execute("SELECT kind, rows FROM counter").fetchall())
        return {kind: found[kind] for kind in KINDS}

    def verify(self) -> journal.Verification:
        """Whether the chain of the journal holds."""
        with self._snapshot() as database:
            return journal.verify(database)

    def _parts(self, database: sqlite3.Connection, number: int) -> list[journal.Part]:
        row = database.execute(
            "SELECT seq FROM journal WHERE number = ? ORDER BY seq DESC LIMIT 1", (number,)
        ).fetchone()
        if row is None:
            known = database.execute("SELECT min(number), max(number) FROM journal").fetchone()
            raise CallError(
                f"no cycle {number} in the record",
                str(self.folder),
                "the number of a recorded cycle" if known[0] is None else f"a number from {known[0]} to {known[1]}",
            )
        return journal.read_parts(database, row[0])

    def _unpack(self, database: sqlite3.Connection, packed: str) -> ProcessImage:
        return images.unpack(packed, self._samples(database, images.numbers_in(packed)))

    def _samples(self, database: sqlite3.Connection, numbers: set[int]) -> dict[int, Sample]:
        """Samples by number, wherever they lie."""
        rows = database.execute(
            "SELECT name, source_time, sample.id, arrival_time, sample.value, quality, reason "
            "FROM json_each(?) AS wanted JOIN sample ON sample.id = wanted.value JOIN tag ON tag.id = sample.tag",
            (json.dumps(sorted(numbers)),),
        ).fetchall()
        found = {row[2]: to_sample(row) for row in rows}
        if missing := sorted(numbers - found.keys()):
            names = [
                name
                for name, first, last in database.execute("SELECT file, first_id, last_id FROM past")
                if any(first <= number <= last for number in missing)
            ]
            older = past.query(self.folder, names, "id IN (SELECT unnest(?))", [missing])
            found.update({row[2]: to_sample(row) for row in older})
        return found


def thinned(samples: Sequence[Sample], start: float, width: float) -> list[Sample]:
    """In every span of `width` seconds the lowest and the highest sample of each quality, in order."""
    extremes: dict[tuple[int, Quality], list[int]] = {}
    for place, sample in enumerate(samples):
        value = -math.inf if sample.value is None else sample.value
        column = extremes.setdefault((int((sample.source_time - start) / width), sample.quality), [place, place])
        for side, sign in ((0, 1.0), (1, -1.0)):
            other = samples[column[side]].value
            if other is None or sign * value < sign * other:
                column[side] = place
    return [samples[place] for place in sorted({place for pair in extremes.values() for place in pair})]


def _outline_of(database: sqlite3.Connection, tag: str, start: float, end: float, width: float) -> list[Sample]:
    rows = {}
    for extreme in ("min", "max"):  # beside one min() or max() SQLite takes the other columns from that very row
        for row in database.execute(
            f"SELECT ?, source_time, id, arrival_time, {extreme}(value), quality, reason FROM sample "
            "WHERE tag = (SELECT id FROM tag WHERE name = ?) AND source_time BETWEEN ? AND ? "
            "GROUP BY CAST((source_time - ?) / ? AS INTEGER), quality",
            (tag, tag, start, end, start, width),
        ):
            rows[row[2]] = row
    return [to_sample(row) for row in sorted(rows.values(), key=lambda row: row[1:3])]


def _contents(database: sqlite3.Connection, kind: str, start: float, end: float, key: str = "") -> Iterator[str]:
    rows = database.execute(
        "SELECT content FROM part WHERE kind = ? AND key = ? AND at BETWEEN ? AND ? ORDER BY at, seq, position",
        (kind, key, start, end),
    )
    return (text for (text,) in rows.fetchall())


def _cycle_row(number: int, time: float, run: str, estimate: str | None, image: str) -> CycleRow:
    facts = json.loads(run)
    health = json.loads(estimate)["health"] if estimate else "failed"
    seconds = tuple((name, seconds) for name, seconds in facts["stage_seconds"])
    return CycleRow(number, time, health, tuple(json.loads(image)["faults"]), tuple(facts["failures"]), seconds)


def _thoughts(database: sqlite3.Connection, seq: int):
    """Proposals, verdicts, receipts and modes of one cycle; None when it had no proposals."""
    parts = database.execute(
        "SELECT kind, content FROM part WHERE seq = ? AND kind IN ('decisions', 'receipt', 'run') ORDER BY position",
        (seq,),
    ).fetchall()
    texts = dict(parts)
    if "decisions" not in texts:
        return None
    thought, run = json.loads(texts["decisions"]), json.loads(texts["run"])
    proposals, verdicts = (decode(journal.FIELDS[name], thought[name]) for name in ("proposals", "verdicts"))
    receipts = [from_text(Receipt, text) for kind, text in parts if kind == "receipt"]
    return proposals, verdicts, receipts, {name: Mode(mode) for name, mode in run.get("modes", [])}
