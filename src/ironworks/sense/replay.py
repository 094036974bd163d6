"""Samples of a record, each delivered when the clock reaches its arrival and not before."""

from collections.abc import Iterable, Iterator

from ironworks.core.clock import Clock
from ironworks.core.errors import DataError
from ironworks.core.ports import LinkState
from ironworks.core.sample import Sample


class ReplaySource:
    """core.ports.Source over recorded samples in order of arrival; they are read as they are needed."""

    def __init__(self, samples: Iterable[Sample], clock: Clock) -> None:
        self._samples, self._clock = samples, clock
        self._rest: Iterator[Sample] = iter(())
        self._next: Sample | None = None
        self._state = LinkState.CLOSED

    @property
    def link(self) -> LinkState:
        """Connected between `open` and `close`."""
        return self._state

    @property
    def faults(self) -> tuple[str, ...]:
        """Nothing can break."""
        return ()

    @property
    def finished(self) -> bool:
        """Whether all samples have been delivered."""
        return self._state == LinkState.CONNECTED and self._next is None

    async def open(self) -> None:
        """Start at the first sample."""
        self._rest = iter(self._samples)
        self._next = next(self._rest, None)
        self._state = LinkState.CONNECTED

    async def drain(self) -> list[Sample]:
        """The samples that arrived since the last call, by the clock; DataError if they are not in order of arrival."""
        due: list[Sample] = []
        now = self._clock.now()
        while self._state == LinkState.CONNECTED and self._next is not None and self._next.arrival_time <= now:
            due.append(self._next)
            following = next(self._rest, None)
            if following is not None and following.arrival_time < self._next.arrival_time:
                raise DataError(
                    f"sample of '{following.tag}' arrived at {following.arrival_time:.0f}, before its predecessor",
                    "recorded samples", "samples in order of arrival", "sort them by arrival time",
                )  # fmt: skip
            self._next = following
        return due

    async def close(self) -> None:
        """Stop; opening again starts anew if the samples can be read again."""
        self._state = LinkState.CLOSED
