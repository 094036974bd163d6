"""Samples of a plant in this process."""

from ironworks.core.ports import LinkState
from ironworks.core.sample import Sample
from ironworks.link.direct import DirectLink


class DirectSource:
    """core.ports.Source over a DirectLink: every `drain` runs the plant up to the clock."""

    def __init__(self, link: DirectLink) -> None:
        self._link = link

    @property
    def link(self) -> LinkState:
        """State of the connection: connected between `open` and `close`."""
        return self._link.state

    @property
    def faults(self) -> tuple[str, ...]:
        """Nothing can break."""
        return ()

    async def open(self) -> None:
        """Start; the plant's first samples come with the next `drain`."""
        self._link.state = LinkState.CONNECTED

    async def drain(self) -> list[Sample]:
        """All samples up to the clock's time that were not fetched yet, in order of arrival; none when closed."""
        return self._link.take() if self._link.state == LinkState.CONNECTED else []

    async def close(self) -> None:
        """Stop."""
        self._link.state = LinkState.CLOSED
