"""Random numbers that are a pure function of (seed, name, step).

Nothing has to be saved to go on from a snapshot, and a process that is switched off leaves the numbers of all others
as they were. Generator: Philox, counter-based (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

BLOCK = 512
"""Steps drawn at once: large enough that the cost per step vanishes, small enough to stay in cache."""


class Stream:
    """Standard normals and uniforms (0, 1) of one named process: arrays of shape (width,) for every step >= 0."""

    def __init__(self, seed: int, name: str, width: int) -> None:
        digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
        self._key, self._width = np.frombuffer(digest, dtype=np.uint64), width
        self._blocks: dict[str, tuple[int, NDArray[np.float64]]] = {}

    def normal(self, step: int) -> NDArray[np.float64]:
        """The step's standard normals."""
        return self._row("normal", step)

    def uniform(self, step: int) -> NDArray[np.float64]:
        """The step's uniforms, independent of its normals."""
        return self._row("uniform", step)

    def _row(self, kind: str, step: int) -> NDArray[np.float64]:
        block, row = divmod(step, BLOCK)
        known, numbers = self._blocks.get(kind, (-1, None))
        if known != block or numbers is None:
            counter = [0, 0, block, 1 if kind == "normal" else 2]
            generator = np.random.Generator(np.random.Philox(key=self._key, counter=counter))
            shape = (BLOCK, self._width)
            numbers = generator.standard_normal(shape) if kind == "normal" else generator.random(shape)
            self._blocks[kind] = (block, numbers)
        return numbers[row]
