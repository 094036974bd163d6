"""What the chain saw of one furnace, cycle by cycle, beside the truth: what a model across furnaces is trained on.

A tape holds the process image of every cycle, not the features made of it, so that one set of tapes serves every
change of the features.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tape:
    """One furnace. C cycles, N tags, K samples of the laboratory and of the runners, M minutes, T targets; SI.

    time (C,): plant s. tags (N,): names. values (C, N): usable values, NaN where there was none. sample_cycle (K,):
    the cycle in whose image a sample arrived; sample_tag (K,): index of its tag; sample_time, sample_value (K,).
    targets (T,): names. minute (M,): plant s. truth (M, T): without noise. flows (M, T): whether it could be measured.
    """

    time: Array
    tags: NDArray[np.str_]
    values: Array
    sample_cycle: NDArray[np.int64]
    sample_tag: NDArray[np.int64]
    sample_time: Array
    sample_value: Array
    targets: NDArray[np.str_]
    minute: Array
    truth: Array
    flows: NDArray[np.bool_]

    def images(self) -> Iterator[ProcessImage]:
        """The images again: usable readings, and arrived samples one by one; what was not usable is left out."""
        names = [str(name) for name in self.tags]
        by_cycle: list[list[Sample]] = [[] for _ in self.time]
        for cycle, tag, at, value in zip(self.sample_cycle, self.sample_tag, self.sample_time, self.sample_value):
            now = float(self.time[cycle])
            by_cycle[cycle].append(Sample(names[tag], float(value), Quality.GOOD, float(at), now))
        for now, row, arrivals in zip(self.time.tolist(), self.values, by_cycle):
            readings = {
                names[i]: Reading(Sample(names[i], float(row[i]), Quality.GOOD, now, now), 0.0)
                for i in np.flatnonzero(np.isfinite(row))
            }
            yield ProcessImage(now, readings, tuple(arrivals))

    def without(self, lost: Collection[str]) -> "Tape":
        """The tape as a furnace without these tags would have it."""
        gone = np.array([str(name) in lost for name in self.tags])
        kept = ~gone[self.sample_tag]
        return replace(
            self, values=np.where(gone, np.nan, self.values), sample_cycle=self.sample_cycle[kept],
            sample_tag=self.sample_tag[kept], sample_time=self.sample_time[kept], sample_value=self.sample_value[kept],
        )  # fmt: skip

    def save(self, file: Path) -> None:
        """Write it, whole or not at all."""
        part = file.with_suffix(".part.npz")
        np.savez_compressed(part, **{field.name: getattr(self, field.name) for field in fields(self)})
        part.replace(file)

    @staticmethod
    def load(file: Path) -> "Tape":
        """Read one."""
        with np.load(file, allow_pickle=False) as content:
            return Tape(**{field.name: content[field.name] for field in fields(Tape)})
