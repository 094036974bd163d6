"""How the works' instruments stand to what the twin says: offsets of their own, and noise.

Process values carry what the twin leaves out (the radius, charging) for hours, and every cycle says it again. So they
count as less sure than an instrument is, and each has an offset that wanders: absolute, or of the logarithm.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ironworks.estimate.inside.reading import PYROMETER, SILICON, TEMPERATURE, Reading
from ironworks.twin.column import ColumnOutputs

Array = NDArray[np.float64]


class Instrument(NamedTuple):
    """A process value that the twin says too. relative: compared by logarithms. noise: against the twin; spread: of the
    offset at the start; walk: of the offset in a day. In SI, or relative (design values)."""

    output: str  # of ColumnOutputs; the reading's name is that of `reading.Seen` at the same place
    relative: bool
    noise: float
    spread: float
    walk: float


INSTRUMENTS = (
    Instrument("utilisation", False, 0.02, 0.01, 0.008),
    Instrument("top_temperature", False, 60.0, 15.0, 12.0),
    Instrument("charged_iron", True, 0.12, 0.03, 0.02),
    Instrument("wall_loss", True, 0.20, 0.10, 0.05),
)
CYCLES_ALIKE = 6.0
"""So many cycles say the same once."""
SAMPLE_NOISE = {TEMPERATURE: 8.0, SILICON: 4e-4, PYROMETER: 8.0}  # of a sample, until it is known better
LEAST_SAMPLE_NOISE = {TEMPERATURE: 3.0, SILICON: 1e-4, PYROMETER: 5.0}
NOISE_MEMORY = 60.0  # samples
SMALLEST = 1e-9


class Instruments:
    """The offsets of the instruments, (M,) each, and the variance of samples."""

    def __init__(self) -> None:
        self.offsets: list[Array] = []
        self._variance = {tag: noise**2 for tag, noise in SAMPLE_NOISE.items()}

    def begin(self, outputs: ColumnOutputs, readings: Sequence[Reading], rng: np.random.Generator) -> None:
        """Offsets with which the members agree with what has been read."""
        for place, one in enumerate(INSTRUMENTS):
            said = _said(outputs, one)
            values = [value for reading in readings if (value := reading.seen[place]) is not None]
            middle = _scale(np.median(values), one) if values else said.mean()
            self.offsets.append(middle - said + one.spread * rng.standard_normal(len(said)))

    def wander(self, days: float, rng: np.random.Generator) -> None:
        """The offsets so many days on."""
        for place, one in enumerate(INSTRUMENTS):
            drawn = rng.standard_normal(len(self.offsets[place]))
            self.offsets[place] = self.offsets[place] + days**0.5 * one.walk * drawn

    def compared(self, outputs: ColumnOutputs, reading: Reading) -> list[tuple[int, Array, float, float]]:
        """For every value that was read: which instrument, what the members said (M,), what it read, and the variance
        between the two."""
        return [
            (place, _said(outputs, one), float(_scale(value, one)), CYCLES_ALIKE * one.noise**2)
            for place, (one, value) in enumerate(zip(INSTRUMENTS, reading.seen, strict=True))
            if value is not None and not (one.relative and value <= 0.0)
        ]

    def variance(self, tag: str, value: float, said: Array) -> float:
        """The variance of a sample of this tag, learnt from what is left of its surprise beside the members' spread."""
        spread = float(said.var(ddof=1))
        known = self._variance[tag]
        off = min((value - float(said.mean())) ** 2, 16.0 * (known + spread))
        self._variance[tag] = max(known + (off - spread - known) / NOISE_MEMORY, LEAST_SAMPLE_NOISE[tag] ** 2)
        return self._variance[tag]


def _said(outputs: ColumnOutputs, one: Instrument) -> Array:
    return _scale(np.asarray(getattr(outputs, one.output)), one)


def _scale(value: Array | float, one: Instrument) -> Array:
    return np.log(np.maximum(value, SMALLEST)) if one.relative else np.asarray(value)
