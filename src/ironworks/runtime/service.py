"""The service: senses all the time, thinks at every cycle, and stops in good order."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ironworks.core.mode import Mode
from ironworks.core.ports import CycleRecord
from ironworks.runtime.chain import Chain
from ironworks.runtime.cycle import run_cycle

_log = logging.getLogger(__name__)

SENSE_PERIOD_S = 10.0
"""Plant seconds between two drains of the source, where the clock's resolution allows: the fastest period of a tag."""


@dataclass(slots=True)
class Service:
    """Runs a chain until it is stopped or its plant time is over.

    `late` counts cycles that began more than a tenth of a cycle after their time; a cycle whose time passes while
    another is still at work is counted in `skipped`, never made up for. `seconds` are the wall seconds of every cycle,
    from sense to record and heart-beat. `defects` are failures that no stage is meant to have: every set point falls
    to ADVISORY, the plant gets no heart-beat, and the service goes on.
    """

    chain: Chain
    on_cycle: Callable[[CycleRecord], None] = lambda record: None
    cycles: int = 0
    late: int = 0
    skipped: int = 0
    seconds: list[float] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Ask the service to end after what it is doing now."""
        self._stop.set()

    async def run(self, until: float = math.inf, first_number: int = 1) -> None:
        """Run cycles at whole multiples of the works' cycle time, and sense in between."""
        clock, period = self.chain.clock, self.chain.works.cycle
        number, due = first_number, _next_multiple(clock.now(), period)
        try:
            while due <= until and not self._stop.is_set():
                if not await self._sense_until(due):
                    break
                if clock.now() > due + 0.1 * period:
                    self.late += 1
                await self._guarded(self._cycle(number))
                following = max(due + period, _next_multiple(clock.now(), period))
                self.skipped += math.floor((min(following - period, until) - due) / period + 1e-9)
                number, due = number + 1, following
        finally:
            await self._give_back()

    async def _sense_until(self, due: float) -> bool:
        """Sense until the next cycle is due; False when asked to stop."""
        clock = self.chain.clock
        pause = max(SENSE_PERIOD_S, clock.resolution)
        while clock.now() + pause < due:
            await clock.sleep(pause)
            if self._stop.is_set():
                return False
            await self._guarded(self.chain.sense())
        await clock.sleep_until(due)
        return not self._stop.is_set()

    async def _cycle(self, number: int) -> None:
        started = time.perf_counter()
        record = await run_cycle(self.chain, number)
        self.seconds.append(time.perf_counter() - started)
        self.cycles += 1
        self.on_cycle(record)

    async def _guarded(self, doing: Awaitable[None]) -> None:
        """A defect in one cycle must not end the service: the furnace is safe without it, but blind."""
        try:
            await doing
        except Exception as defect:
            _log.exception("a defect in the chain; the plant's own operator is in charge")
            self.defects.append(f"{type(defect).__name__}: {defect}")
            self.chain.fall_all(f"defect: {type(defect).__name__}: {defect}")

    async def _give_back(self) -> None:
        """Give every set point back to the plant's own operator. Links and record belong to whoever opened them."""
        for setpoint, mode in self.chain.ladder.modes.items():
            if mode == Mode.AUTO:
                await self.chain.sink.release(setpoint)


def _next_multiple(time: float, period: float) -> float:
    return math.ceil(time / period + 1e-9) * period
