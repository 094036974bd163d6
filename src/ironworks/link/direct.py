"""A link to a plant in the same process: the same contract as over OPC UA, but nothing can break.

Time is the clock's: whoever moves the clock on moves the plant, at the next `catch_up`.
"""

from ironworks.core.clock import Clock
from ironworks.core.ports import LinkState, Plant
from ironworks.core.sample import Sample


class DirectLink:
    """A plant, its samples that nobody has fetched yet, and the newest sample of every tag."""

    def __init__(self, plant: Plant, clock: Clock) -> None:
        self.plant, self.clock = plant, clock
        self.state = LinkState.CLOSED
        self.latest: dict[str, Sample] = {}
        self._waiting: list[Sample] = []

    def catch_up(self) -> None:
        """Run the plant up to the clock."""
        behind = self.clock.now() - self.plant.time
        if behind > 0.0:
            for sample in self.plant.advance(behind):
                self.latest[sample.tag] = sample
                self._waiting.append(sample)

    def take(self) -> list[Sample]:
        """The samples since the last call, in order of arrival."""
        self.catch_up()
        taken, self._waiting = sorted(self._waiting, key=lambda sample: sample.arrival_time), []
        return taken
