"""The two Parquet files of a simulation: `tag, value, quality, source_time, arrival_time, reason` in order of arrival,
one row a sample, and the truth, one column a quantity on a regular grid.

Metadata of both: format, content, works, seed, scenario, start, end, units (JSON by tag or column), outcome, message.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ironworks import __version__
from ironworks.core.clock import iso
from ironworks.core.dictionary import TagDictionary
from ironworks.core.sample import Sample
from ironworks.plant.simulation import DAY, TRUTH_STEP, Piece, truth_unit

FORMAT = "ironworks-simulation-1"
MICROSECONDS = 1e6
NOTE = "moments, not means; top_gas_..._wet is of wet gas, the tags of the same quantity are of dry gas"
TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("tag", pa.dictionary(pa.int16(), pa.string())),
        pa.field("value", pa.float64()),
        pa.field("quality", pa.int8()),
        pa.field("source_time", TIME),
        pa.field("arrival_time", TIME),
        pa.field("reason", pa.dictionary(pa.int16(), pa.string())),
    ]
)


class SimulationFiles:
    """The two files while they are written, under other names until they are complete."""

    def __init__(self, measured: Path, truth: Path, tags: TagDictionary, about: Mapping[str, str]) -> None:
        self._about, self._files = dict(about), (measured, truth)
        self._tags = {tag.name: number for number, tag in enumerate(tags)}
        self._names = pa.array(list(self._tags))
        self._factor = np.array([tag.unit.factor for tag in tags])
        self._offset = np.array([tag.unit.offset for tag in tags])
        units = {tag.name: tag.unit.symbol for tag in tags}
        self._measured = pq.ParquetWriter(
            _unfinished(self._files[0]), SCHEMA.with_metadata(self._metadata("measured", units)), compression="zstd"
        )
        self._truth: pq.ParquetWriter | None = None
        self._samples: list[Sample] = []
        self._rows: list[dict[str, float]] = []
        self._day = 0.0

    def __enter__(self) -> "SimulationFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is not None:  # a defect: leave nothing that looks like a result
            self._measured.close()
            if self._truth is not None:
                self._truth.close()
            for file in self._files:
                _unfinished(file).unlink(missing_ok=True)

    def add(self, piece: Piece) -> None:
        """Take a piece; a row group is written when a day is full."""
        self._samples += piece.samples
        self._rows += piece.truth
        if len(self._rows) * TRUTH_STEP >= DAY:
            self._write()

    def close(self, outcome: str, message: str, plant_time: float) -> None:
        """Write the rest, what came of it, and give the files their names."""
        self._write()
        ended = {"outcome": outcome, "message": message, "end": iso(plant_time)}
        writers = [w for w in (self._measured, self._truth) if w is not None]
        for writer in writers:
            writer.add_key_value_metadata(ended)
            writer.close()
        for file in self._files[: len(writers)]:
            _unfinished(file).replace(file)

    def _write(self) -> None:
        if self._samples:
            self._measured.write_table(self._measured_table(), row_group_size=len(self._samples))
        if self._rows:
            table = self._truth_table()
            if self._truth is None:
                self._truth = pq.ParquetWriter(_unfinished(self._files[1]), table.schema, compression="zstd")
            self._truth.write_table(table, row_group_size=len(self._rows))
        self._samples, self._rows = [], []

    def _measured_table(self) -> pa.Table:
        samples = self._samples
        number = np.array([self._tags[s.tag] for s in samples], dtype=np.int16)
        si = np.array([np.nan if s.value is None else s.value for s in samples])
        columns = [
            pa.DictionaryArray.from_arrays(pa.array(number), self._names),
            pa.array((si - self._offset[number]) / self._factor[number], mask=np.isnan(si)),
            pa.array(np.array([int(s.quality) for s in samples], dtype=np.int8)),
            _times([s.source_time for s in samples]),
            _times([s.arrival_time for s in samples]),
            pa.array([s.reason for s in samples], type=SCHEMA.field("reason").type),
        ]
        return pa.Table.from_arrays(columns, schema=self._measured.schema)

    def _truth_table(self) -> pa.Table:
        names = [name for name in self._rows[0] if name != "time"]
        columns = [_times([row["time"] for row in self._rows])]
        columns += [pa.array(np.array([row[name] for row in self._rows])) for name in names]
        units = {name: truth_unit(name) for name in names}
        fields = [pa.field("time", TIME)] + [
            pa.field(name, pa.float64(), metadata={"unit": unit}) for name, unit in units.items()
        ]
        metadata = self._metadata("truth", units)
        metadata["note"] = NOTE
        return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=metadata))

    def _metadata(self, content: str, units: Mapping[str, str]) -> dict[Any, Any]:
        return self._about | {
            "format": FORMAT, "content": content, "ironworks": __version__,
            "units": json.dumps(units, ensure_ascii=False),
            "quality": "0 bad, 1 uncertain, 2 good; a missing value is null, and `reason` says why",
        }  # fmt: skip


def _times(seconds: list[float]) -> pa.Array:
    return pa.array(np.round(np.array(seconds) * MICROSECONDS).astype(np.int64)).cast(TIME)


def _unfinished(file: Path) -> Path:
    return file.with_name(f"{file.name}.unfinished")
