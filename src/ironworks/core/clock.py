"""The one clock. Nobody else asks for the time, so that a month runs in minutes and repeats from its seed.

Times are plant times: seconds since 1970-01-01 UTC as a float. Four kinds:

    WallClock         a real plant
    AcceleratedClock  a simulated works that runs `speed` times faster than the wall, in another process
    SimulatedClock    time moves only when told to: scenario tests, in-process works
    ReplayClock       a SimulatedClock that never runs beyond the end of a record
"""

import asyncio
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime

from ironworks.core.errors import CallError


class Clock(ABC):
    """What a clock can do."""

    @property
    @abstractmethod
    def speed(self) -> float:
        """Plant seconds per wall second."""

    @property
    @abstractmethod
    def resolution(self) -> float:
        """The shortest plant time, in seconds, that this clock's world can tell apart.

        A value of a simulated works at 600 times real time cannot be fresher than this; staleness allows for it.
        """

    @abstractmethod
    def now(self) -> float:
        """Plant time, s since the epoch."""

    @abstractmethod
    async def sleep_until(self, plant_time: float) -> None:
        """Return when the plant time has been reached (at once if it has passed)."""

    async def sleep(self, seconds: float) -> None:
        """Sleep that many plant seconds."""
        await self.sleep_until(self.now() + seconds)


class WallClock(Clock):
    """The computer's UTC time."""

    @property
    def speed(self) -> float:
        return 1.0

    @property
    def resolution(self) -> float:
        return 1.0

    def now(self) -> float:
        return time.time()

    async def sleep_until(self, plant_time: float) -> None:
        await asyncio.sleep(max(0.0, plant_time - self.now()))


class AcceleratedClock(Clock):
    """Plant time that runs `speed` times as fast as the wall, anchored to a plant time.

    `synchronise` follows the plant's own clock: forward jumps are taken, and the clock is held rather than set back,
    so that its time never decreases. Offsets smaller than the resolution are left alone.
    """

    WALL_RESOLUTION_S = 0.5
    """Values travel in batches of this wall time between processes."""

    def __init__(self, plant_time: float, speed: float) -> None:
        if not speed > 0.0:
            raise CallError(f"speed {speed!r} of an accelerated clock", expected="a positive number")
        self._speed, self._plant_anchor, self._wall_anchor = float(speed), float(plant_time), time.monotonic()
        self._latest = float(plant_time)

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def resolution(self) -> float:
        return max(1.0, self._speed * self.WALL_RESOLUTION_S)

    def now(self) -> float:
        reading = self._plant_anchor + self._speed * (time.monotonic() - self._wall_anchor)
        self._latest = max(self._latest, reading)
        return self._latest

    def synchronise(self, plant_time: float) -> None:
        """Follow the plant's own clock."""
        reading = self._plant_anchor + self._speed * (time.monotonic() - self._wall_anchor)
        if abs(plant_time - reading) > self.resolution:
            self._plant_anchor, self._wall_anchor = float(plant_time), time.monotonic()

    async def sleep_until(self, plant_time: float) -> None:
        while (left := plant_time - self.now()) > 0.0:
            await asyncio.sleep(min(left / self._speed, 0.25))


class SimulatedClock(Clock):
    """Time moves only when told to, or when somebody sleeps on it. `resolution`: of the world it belongs to, s."""

    def __init__(self, plant_time: float = 0.0, resolution: float = 1.0) -> None:
        self._now, self._resolution = float(plant_time), float(resolution)

    @property
    def resolution(self) -> float:
        return self._resolution

    @property
    def speed(self) -> float:
        return float("inf")

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by that many plant seconds; time never goes back."""
        if not seconds >= 0.0:
            raise CallError(f"a clock cannot advance by {seconds!r} s", expected="a number >= 0")
        self._now += seconds

    async def sleep_until(self, plant_time: float) -> None:
        self._now = max(self._now, plant_time)
        await asyncio.sleep(0)


class ReplayClock(SimulatedClock):
    """A simulated clock that ends with the record it replays."""

    def __init__(self, start: float, end: float) -> None:
        super().__init__(start)
        self.end = float(end)

    @property
    def finished(self) -> bool:
        """Whether the end of the record has been reached."""
        return self.now() >= self.end


def iso(plant_time: float) -> str:
    """A plant time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(plant_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> float:
    """Plant time from ISO 8601; a time without zone is UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
