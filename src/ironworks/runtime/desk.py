"""The desk at which a person changes modes: what the page and the command line may ask of a running chain."""

from ironworks.core.errors import RecordError
from ironworks.core.mode import Mode
from ironworks.runtime.chain import Chain


class Desk:
    """Lowers and climbs modes of a running chain, and records each change at once."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def modes(self) -> dict[str, Mode]:
        """The modes in force."""
        return dict(self._chain.ladder.modes)

    def lower(self, setpoint: str, to: Mode, by: str, reason: str) -> None:
        """Fall; anybody may. It holds even when it cannot be recorded."""
        self._chain.ladder.lower(setpoint, to, self._chain.clock.now(), by, reason)
        self._record()

    def climb(self, setpoint: str, to: Mode, person: str, reason: str) -> None:
        """Rise; CallError without person and reason or above the ceiling, RecordError when it cannot be recorded."""
        now, old = self._chain.clock.now(), self._chain.ladder[setpoint]
        self._chain.ladder.climb(setpoint, to, now, person, reason)
        try:
            self._record()
        except RecordError:
            self._chain.ladder.lower(setpoint, old, now, "ironworks", "the climb could not be recorded")
            raise

    def _record(self) -> None:
        for change in self._chain.unrecorded_changes():
            self._chain.record.mode_change(change)
            self._chain.recorded_changes += 1
