"""The same present again and again with other luck: what could have come of a works from a moment on.

A replay goes on from a snapshot of the whole works, with the noise and the disturbances still to come drawn from a seed
of its own. The shift operator is on and reacts to the samples of the replay. What K replays show is the distribution
that a forecaster would give who knew the whole state and the whole model, and nothing of the luck to come.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ironworks.plant.runner import Look, Runner
from ironworks.plant.works import SAMPLING_STEP, SimulatedWorks

Array = NDArray[np.float64]
SEED_BYTES = 7  # of a seed that JSON and C read exactly


class Replays(NamedTuple):
    """`time` (M,) plant s; `truth`, `expected` (K, M, T) as in `runner.Look`."""

    time: Array
    truth: Array
    expected: Array


class Replayer:
    """Replays on `plant`, a works with the same data as the one that the snapshots are of; it loses its own state, and
    runs quickest when it does not publish.

    `count` replays, K; `seed` and the time of the snapshot name their luck for good. A moment costs about K times what
    the works itself costs in that time, less what its instruments would have published.
    """

    def __init__(self, plant: SimulatedWorks, targets: Sequence[str], count: int, seed: int) -> None:
        self._plant, self._count, self._seed = plant, count, seed
        self._runner = Runner(plant, targets)

    def run(self, snapshot: bytes, seconds: float) -> Replays:
        """`seconds` from the snapshot on, one row a minute, the first one a minute after it."""
        steps = round(seconds / SAMPLING_STEP)
        looks = [self._one(snapshot, number, steps) for number in range(self._count)]
        time = np.array([look.time for look in looks[0]])
        truth, expected = (np.array([[getattr(x, kind) for x in one] for one in looks])
                           for kind in ("truth", "expected"))  # fmt: skip
        return Replays(time, truth, expected)

    def _one(self, snapshot: bytes, number: int, steps: int) -> list[Look]:
        self._plant.restore(snapshot)
        self._plant.reseed(seed_of(self._seed, "replay", self._plant.time, number))
        looks = []
        for _ in range(steps):
            self._plant.advance(SAMPLING_STEP)
            looks.append(self._runner.look(self._plant))
        return looks


def seed_of(*words: object) -> int:
    """A seed for what these words name: the same words give the same, others one that has nothing to do with it."""
    text = "/".join(map(str, words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=SEED_BYTES).digest(), "big")
