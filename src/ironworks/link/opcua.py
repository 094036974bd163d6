"""One supervised connection to an OPC UA server, shared by the source that reads and the sink that writes.

The supervisor makes a new client for every attempt: nothing of a broken connection survives in the next one.
"""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from asyncua import Client, ua
from asyncua.client.ua_client import UaClientState
from asyncua.client.ua_session import UaSession
from asyncua.crypto import security_policies

from ironworks.core.addresses import CLOCK_RESOLUTION, CLOCK_SPEED, CLOCK_TIME
from ironworks.core.errors import IronworksError, LinkError
from ironworks.core.ports import LinkState
from ironworks.core.security import Credentials, read_credentials
from ironworks.link.refusals import certificate_faults, explain

_log = logging.getLogger(__name__)

READ_BATCH = 500
"""Nodes per request: the smallest limit of common controllers is about a thousand."""


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Wall times of a link, in s.

    `request`: until an answer must have come. `connect`: until a connection must stand. `probe`: between two looks at
    the server when nothing else tells that it lives. `retry_first`, `retry_most`: pauses between attempts, doubled
    each time.
    """

    request: float = 10.0
    connect: float = 15.0
    probe: float = 5.0
    retry_first: float = 0.25
    retry_most: float = 5.0


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a simulated works says of its own clock: plant time in s since the epoch, speed, batch length in s."""

    time: float
    speed: float
    resolution: float


Answer = TypeVar("Answer")
OnConnect = Callable[[UaSession], Awaitable[None]]
Health = Callable[[], str]


class OpcUaLink:
    """A connection that comes back by itself.

    `credentials`: them, or the path of their file (read anew at every attempt, so that renewed ones are picked up).
    """

    def __init__(
        self, credentials: Credentials | Path, endpoint: str | None = None, settings: LinkSettings | None = None
    ) -> None:
        self._credentials, self._endpoint = credentials, endpoint
        self._settings = settings or LinkSettings()
        self._state, self._client = LinkState.CLOSED, None
        self._supervisor: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._connected_to = credentials.endpoint if isinstance(credentials, Credentials) else ""
        self._attached: list[tuple[OnConnect, Health]] = []
        self._trouble, self._expiry, self._outages = "", [], 0
        self._opening = asyncio.Lock()

    @property
    def state(self) -> LinkState:
        """State of the connection."""
        return self._state

    @property
    def endpoint(self) -> str:
        """The server's address, as given or as its credentials name it."""
        return self._endpoint or self._connected_to or str(self._credentials)

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the link is down, if it is, and certificates that expire soon."""
        return (*([self._trouble] if self._trouble else []), *self._expiry)

    @property
    def outages(self) -> int:
        """Times the connection was lost since `open`."""
        return self._outages

    async def open(self) -> None:
        """Connect, once for all users of this link; LinkError or ConfigurationError with the remedy if refused."""
        async with self._opening:
            if self._supervisor is not None:
                return
            _quiet()
            client = await self._connect()
            self._supervisor = asyncio.create_task(self._supervise(client))

    async def close(self) -> None:
        """Disconnect; the link may be opened again."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await supervisor
        await self._drop(self._client, LinkState.CLOSED)

    async def attach(self, on_connect: OnConnect, health: Health = str) -> None:
        """Call `on_connect` with every new session (and now, if there is one) before the link counts as connected.

        `health` is asked every second while connected; a text that is not empty says why the connection is useless,
        and it is made anew.
        """
        self._attached.append((on_connect, health))
        if self._client is not None and self._state == LinkState.CONNECTED:
            try:
                await asyncio.wait_for(on_connect(self._client.uaclient.session), self._settings.connect)
            except Exception as error:
                self._attached.remove((on_connect, health))
                raise explain(error, self.endpoint, self._known_credentials()) from None

    def detach(self, on_connect: OnConnect) -> None:
        """Undo `attach`."""
        self._attached = [pair for pair in self._attached if pair[0] != on_connect]

    async def read(
        self, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds = ua.AttributeIds.Value
    ) -> list[ua.DataValue]:
        """Data values with their status, one for every node; LinkError if there is no connection or no answer."""
        found: list[ua.DataValue] = []
        for start in range(0, len(nodes), READ_BATCH):
            chunk = list(nodes[start : start + READ_BATCH])
            found += await self._ask(lambda session, chunk=chunk: session.read_attributes(chunk, attribute))
        return found

    async def write(self, values: Sequence[tuple[ua.NodeId, ua.DataValue]]) -> list[ua.StatusCode]:
        """Status codes, one for every value; LinkError if there is no connection or no answer."""
        nodes, data = [node for node, _ in values], [value for _, value in values]
        return await self._ask(lambda session: session.write_attributes(nodes, data))

    async def read_clock(self) -> ClockReading | None:
        """The plant's own clock, None if this works has none (a real one)."""
        nodes = [ua.NodeId.from_string(text) for text in (CLOCK_TIME, CLOCK_SPEED, CLOCK_RESOLUTION)]
        values = await self.read(nodes)
        if any(value.StatusCode is None or not value.StatusCode.is_good() or value.Value is None for value in values):
            return None
        moment, speed, resolution = (value.Value.Value for value in values if value.Value is not None)
        return ClockReading(moment.timestamp(), float(speed), float(resolution))

    async def _ask(self, request: Callable[[UaSession], Awaitable[list[Answer]]]) -> list[Answer]:
        client = self._client
        if client is None or self._state != LinkState.CONNECTED:
            raise LinkError("not connected", self.endpoint, remedy=self._trouble and "it reconnects by itself")
        try:
            return await asyncio.wait_for(request(client.uaclient.session), self._settings.request)
        except (TimeoutError, OSError, ua.UaError) as error:
            raise LinkError(f"no answer: {type(error).__name__} {error}".rstrip(), self.endpoint) from error

    def _known_credentials(self) -> Credentials:
        return self._credentials if isinstance(self._credentials, Credentials) else read_credentials(self._credentials)

    async def _connect(self) -> Client:
        """A connected client with everything attached set up; one of our errors if that fails."""
        credentials = self._known_credentials()
        self._connected_to = endpoint = self._endpoint or credentials.endpoint
        self._expiry = certificate_faults(credentials)
        client = Client(endpoint, timeout=self._settings.request, watchdog_intervall=self._settings.probe)
        client.name = client.description = "ironworks"
        client.application_uri, client.session_timeout = credentials.application_uri, 60_000
        client.set_user(credentials.user)
        client.set_password(credentials.password)
        lost = asyncio.Event()

        async def on_loss(_: Exception) -> None:
            lost.set()

        client.connection_lost_callback = on_loss
        try:
            await client.set_security(
                getattr(security_policies, f"SecurityPolicy{credentials.security_policy}"),
                str(credentials.certificate),
                str(credentials.private_key),
                server_certificate=str(credentials.server_certificate),
                mode=ua.MessageSecurityMode.SignAndEncrypt,
            )
            async with asyncio.timeout(self._settings.connect):
                await client.connect()
                for on_connect, _health in tuple(self._attached):
                    await on_connect(client.uaclient.session)
        except BaseException as error:
            await self._drop(client, self._state)
            if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
                raise
            raise explain(error, endpoint, credentials) from None
        self._client, self._lost, self._trouble = client, lost, ""
        self._state = LinkState.CONNECTED
        return client

    async def _supervise(self, client: Client) -> None:
        while True:
            reason = await self._until_lost(client)
            self._outages += 1
            self._trouble = f"connection to {self.endpoint} lost: {reason}"
            _log.warning("%s", self._trouble)
            await self._drop(client, LinkState.RECONNECTING)
            client = await self._reconnect()
            _log.warning("connected again to %s", self.endpoint)

    async def _until_lost(self, client: Client) -> str:
        """Wait until the connection is of no use, and say why. A user's complaint counts at the second look: after a
        calculation that kept this process busy the news that it misses may still lie in the socket."""
        complained = False
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), 1.0)
                return "the server does not answer"
            if client.state is not UaClientState.CONNECTED:
                return "the server closed it"
            reason = next((reason for _on_connect, health in tuple(self._attached) if (reason := health())), "")
            if reason and complained:
                return reason
            complained = bool(reason)

    async def _reconnect(self) -> Client:
        pause, started = self._settings.retry_first, time.perf_counter()
        while True:
            try:
                return await self._connect()
            except IronworksError as error:
                away = time.perf_counter() - started
                self._trouble = f"no connection for {away:.0f} s: {error}"
                _log.info("%s", self._trouble)
            except Exception as error:  # a supervisor that dies would never come back
                self._trouble = f"cannot connect: {type(error).__name__}: {error}"
                _log.exception("unexpected trouble while connecting to %s", self.endpoint)
            await asyncio.sleep(pause)
            pause = min(2.0 * pause, self._settings.retry_most)

    async def _drop(self, client: Client | None, state: LinkState) -> None:
        """Take a client down without trusting anything of it."""
        self._state = state
        if client is self._client:
            self._client = None
        if client is None:
            return
        try:
            async with asyncio.timeout(2.0):
                await client.disconnect()
        except (TimeoutError, OSError, ua.UaError):
            client.disconnect_socket()


def _quiet() -> None:
    """The library logs every broken connection with its trace; we say it in one line ourselves."""
    logging.getLogger("asyncua").setLevel(logging.WARNING)
    for name in ("asyncua.client", "asyncua.common.connection"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
