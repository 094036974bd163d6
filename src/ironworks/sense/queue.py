"""Samples on their way from the link to the next cycle, bounded so that a stuck cycle cannot eat the memory."""

import heapq
from collections import deque
from collections.abc import Iterable

from ironworks.core.sample import Sample

FAST_BOUND = 100_000
"""Fast samples that may wait: half an hour of 170 tags at 600 times real time, some 20 MB."""


class SampleQueue:
    """First in, first out. When full the oldest sample of a fast tag goes and is counted; a precious one never goes.

    `precious`: tags that must not lose a sample (laboratory, events): they come once an hour and cost nothing to keep.
    """

    def __init__(self, precious: Iterable[str], bound: int = FAST_BOUND) -> None:
        self._precious_tags = frozenset(precious)
        self._fast: deque[tuple[int, Sample]] = deque(maxlen=bound)
        self._precious: deque[tuple[int, Sample]] = deque()
        self._number = 0
        self.dropped = 0

    def put(self, sample: Sample) -> None:
        """Append a sample."""
        self._number += 1
        if sample.tag in self._precious_tags:
            self._precious.append((self._number, sample))
            return
        self.dropped += len(self._fast) == self._fast.maxlen
        self._fast.append((self._number, sample))

    def take(self) -> list[Sample]:
        """All that wait, in the order in which they were put."""
        merged = heapq.merge(self._fast, self._precious, key=lambda item: item[0])
        taken = [sample for _, sample in merged]
        self._fast.clear()
        self._precious.clear()
        return taken
