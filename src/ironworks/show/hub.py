"""One poller for all clients, and the stream of server-sent events that each of them follows."""

import asyncio
import contextlib
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ironworks.core.clock import Clock, iso
from ironworks.core.errors import IronworksError
from ironworks.show.picture import Picture
from ironworks.show.values import POLL_S, ShownValue

HEARTBEAT_S = 2.0
"""Wall seconds after which a silent stream says that it lives; the page greys its values after 6 s of silence."""

FIRST_LOOK_S = 5.0
"""Wall seconds that a start waits for the first look at the record, so that nobody sees an empty page."""

RETRY_MS = 1000
"""Wall milliseconds after which a browser that lost the stream comes back."""

KEPT_UPDATES = 60
"""Updates that a client that was away may catch up with; one that missed more gets a snapshot."""

Result = TypeVar("Result")


class Hub:
    """The picture, read about once a wall second in a thread of its own, and told to everybody who follows.

    `record_error` is "" while the record can be read. All methods belong on the event loop.
    """

    def __init__(self, picture: Picture, clock: Clock) -> None:
        self._picture, self._clock = picture, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="show-record")
        self._epoch, self._sequence = secrets.token_hex(4), 0
        self._updates: deque[tuple[int, dict[str, Any]]] = deque(maxlen=KEPT_UPDATES)
        self._values: dict[str, ShownValue] = {}
        self._sections: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._wanted = asyncio.Event()
        self._read_at: float | None = None
        self._head_then: dict[str, Any] | None = None
        self._looked_at = 0.0
        self._poller: asyncio.Task[None] | None = None
        self.closed = False
        self.record_error = ""

    async def open(self) -> None:
        """Start polling; return after the first look, or without it when the record does not answer."""
        news = self._news
        self._poller = asyncio.create_task(self._poll_for_ever(), name="show-poller")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), FIRST_LOOK_S)

    def end_streams(self) -> None:
        """Let every stream end, so that the server can stop."""
        self.closed = True
        self._tell()

    async def close(self) -> None:
        """Stop polling."""
        self.end_streams()
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def in_thread(self, call: Callable[[], Result]) -> Result:
        """Run a call that touches the record: off the event loop, and never two at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def look_soon(self) -> None:
        """Look at the record now rather than with the next poll."""
        self._wanted.set()

    async def _poll_for_ever(self) -> None:
        while True:
            self._wanted.clear()
            try:
                values, sections = await self.in_thread(self._look)
                self.record_error, self._read_at = "", time.monotonic()
                self._publish(values, sections)
            except IronworksError as failure:
                self._trouble(failure.message())
            except Exception as failure:  # the poller outlives whatever the record does; the page says what it was
                self._trouble(f"{type(failure).__name__}: {failure}")
            try:
                await asyncio.wait_for(self._wanted.wait(), POLL_S)
            except TimeoutError:
                continue

    def _look(self) -> tuple[dict[str, ShownValue], dict[str, Any]]:
        self._picture.read()
        return self._picture.values(), self._picture.sections()

    def _trouble(self, text: str) -> None:
        """The record cannot be read: what was read before is aged and judged anew, and the trouble is told."""
        self.record_error = text
        self._publish(self._picture.values(), self._picture.sections())

    def _publish(self, values: dict[str, ShownValue], sections: dict[str, Any]) -> None:
        changed = {tag: value for tag, value in values.items() if _differs(value, self._values.get(tag))}
        parts = {name: part for name, part in sections.items() if part != self._sections.get(name)}
        if "log" in parts:
            known = {row["id"] for row in self._sections.get("log", [])}
            parts["log"] = [row for row in parts["log"] if row["id"] not in known]
        self._values, self._sections = values, sections
        self._sequence += 1
        self._head_then, self._looked_at = self._head(), time.monotonic()
        self._updates.append((self._sequence, {**self._head_then, "values": changed, **parts}))
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _head(self) -> dict[str, Any]:
        """What every event begins with. `record_age_s`: wall seconds since the record was last read well."""
        now, speed = self._clock.now(), self._clock.speed
        return {
            "sequence": self._sequence,
            "time": now,
            "iso": iso(now),
            "speed": speed if speed != float("inf") else None,
            "record_error": self.record_error,
            "record_age_s": None if self._read_at is None else round(time.monotonic() - self._read_at, 1),
        }

    def snapshot(self) -> dict[str, Any]:
        """Everything, aged and judged as of the last look; anew when that is long ago, because the record hangs."""
        if self._head_then is not None and time.monotonic() - self._looked_at < HEARTBEAT_S:
            return {**self._head_then, "values": self._values, **self._sections}
        return {**self._head(), "values": self._picture.values(), **self._sections}

    async def follow(self, last_event_id: str = "") -> AsyncIterator[str]:
        """Events for one client: what it missed or a snapshot, then each update, and a heart-beat in silence."""
        seen = self._resume(last_event_id)
        if seen is None:
            seen = self._sequence
            yield self._event("snapshot", self.snapshot(), seen)
        while not self.closed:
            news = self._news
            if self._updates and seen < self._updates[0][0] - 1:  # too slow a client: it has missed updates
                seen = self._sequence
                yield self._event("snapshot", self.snapshot(), seen)
            for sequence, update in [row for row in self._updates if row[0] > seen]:
                seen = sequence
                yield self._event("update", update, sequence)
            if news is self._news:
                try:
                    await asyncio.wait_for(news.wait(), HEARTBEAT_S)
                except TimeoutError:
                    yield self._event("heartbeat", self._head(), seen)

    def _resume(self, last_event_id: str) -> int | None:
        """The sequence number from which a returning client goes on; None when it needs a snapshot."""
        epoch, _, number = last_event_id.partition("-")
        if epoch != self._epoch or not number.isdecimal() or not self._updates:
            return None
        return int(number) if self._updates[0][0] - 1 <= int(number) <= self._sequence else None

    def _event(self, kind: str, data: dict[str, Any], sequence: int) -> str:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return f"event: {kind}\nretry: {RETRY_MS}\nid: {self._epoch}-{sequence}\ndata: {text}\n\n"


def _differs(value: ShownValue, before: ShownValue | None) -> bool:
    """Whether anything but the age has changed: the page ages values itself, by the time of every event."""
    return before is None or {**value, "age_s": None} != {**before, "age_s": None}
