"""The server's saved state: the plant's snapshot, and the samples that its nodes showed, in one file written at once.

A zip archive with `meta.json` (version, works, plant and wall time), `samples.json` and `plant.bin`.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ironworks.core.errors import DataError
from ironworks.core.sample import Quality, Sample
from ironworks.core.security import write_private

VERSION = 1


@dataclass(frozen=True, slots=True)
class SavedState:
    """What a server goes on from. `samples` in the order in which they were published, oldest first."""

    works: str
    plant_time: float
    wall_time: float
    plant: bytes
    samples: tuple[Sample, ...]


def save_state(state: SavedState, file: Path) -> None:
    """Write it all or nothing."""
    meta = {"version": VERSION, "works": state.works, "plant_time": state.plant_time, "wall_time": state.wall_time}
    rows = [[s.tag, s.value, int(s.quality), s.source_time, s.arrival_time, s.reason] for s in state.samples]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("meta.json", json.dumps(meta))
        archive.writestr("samples.json", json.dumps(rows))
        archive.writestr("plant.bin", state.plant)
    write_private(file, buffer.getvalue())


def load_state(file: Path, works: str) -> SavedState | None:
    """The saved state, None if there is none, DataError if it cannot be used."""
    if not file.exists():
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            meta = json.loads(archive.read("meta.json"))
            rows = json.loads(archive.read("samples.json"))
            plant = archive.read("plant.bin")
        if meta["version"] != VERSION or meta["works"] != works:
            raise DataError(
                f"saved state of version {meta['version']} of works '{meta['works']}'", str(file),
                f"version {VERSION} of works '{works}'", "move it away to start anew",
            )  # fmt: skip
        samples = tuple(Sample(t, v, Quality(q), source, arrival, reason) for t, v, q, source, arrival, reason in rows)
        return SavedState(works, float(meta["plant_time"]), float(meta["wall_time"]), plant, samples)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise DataError(
            f"unreadable saved state ({type(error).__name__})", str(file), "a state that this server has saved",
            "move it away to start anew",
        ) from error  # fmt: skip
