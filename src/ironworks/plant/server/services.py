"""Where asyncua's own services are not enough: writes are asked of the plant first, and history is kept by us."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.address_space import AddressSpace, AttributeService
from asyncua.server.history import HistoryStorageInterface
from asyncua.server.internal_server import InternalServer

from ironworks.core.dictionary import REMOTE_ROLES, Tag
from ironworks.core.errors import CallError
from ironworks.plant.server.access import PlantUser, PlantUserManager, TrustList
from ironworks.plant.server.values import GOOD, written_value

_log = logging.getLogger(__name__)

HISTORY_LENGTH = 2000
"""Samples kept for each laboratory or event tag: weeks at the demonstration works' rate of about one an hour."""

MAX_CONNECTIONS, MAX_SUBSCRIPTIONS = 50, 100
"""A furnace's server has a handful of clients; more is a client that has lost count."""

PlantWrite = Callable[[Tag, float], Awaitable[None]]
"""Asks the plant to take a value (SI); CallError if it does not."""


class WriteService(AttributeService):
    """The attribute service of a works: a client's value reaches the node only after the plant has taken it.

    Only nodes of remote roles, only by users who may write, one finite number of the node's type within the tag's
    range. A refused write leaves the node as it was.
    """

    def __init__(self, space: AddressSpace, tags: Mapping[ua.NodeId, Tag], write: PlantWrite) -> None:
        super().__init__(space)
        self._tags, self._write = tags, write

    async def write(
        self,
        params: ua.WriteParameters,
        user: User = User(role=UserRole.Anonymous),  # noqa: B008
    ) -> list[ua.StatusCode]:
        """One status code for every value."""
        if user.role == UserRole.Admin:  # the server itself: no user manager of ours makes an Admin
            return await super().write(params, user)
        return [await self._write_one(value, user) for value in params.NodesToWrite]

    async def _write_one(self, request: ua.WriteValue, user: User) -> ua.StatusCode:
        if not isinstance(user, PlantUser) or not user.may_write:
            return ua.StatusCode(ua.StatusCodes.BadUserAccessDenied)
        tag = self._tags.get(request.NodeId)
        if tag is None:
            unknown = request.NodeId not in self._aspace
            return ua.StatusCode(ua.StatusCodes.BadNodeIdUnknown if unknown else ua.StatusCodes.BadNotWritable)
        if request.AttributeId != ua.AttributeIds.Value or tag.role not in REMOTE_ROLES:
            return ua.StatusCode(ua.StatusCodes.BadNotWritable)
        if request.IndexRange or (request.Value.StatusCode is not None and not request.Value.StatusCode.is_good()):
            return ua.StatusCode(ua.StatusCodes.BadWriteNotSupported)
        try:
            value = written_value(request.Value, tag)
            await self._write(tag, value)
        except ua.UaStatusCodeError as error:
            _log.warning("%s: refused to write %s: %s", user.name, tag.name, type(error).__name__)
            return ua.StatusCode(error.code)
        except CallError as error:
            _log.warning("%s: the plant refused %s: %s", user.name, tag.name, error)
            return ua.StatusCode(ua.StatusCodes.BadOutOfRange)
        _log.info("%s wrote %s = %r (SI)", user.name, tag.name, value)
        return GOOD


class PlantInternalServer(InternalServer):
    """asyncua's server without what a works must not offer: taking over another channel's session, and discovery."""

    def __init__(self, users: PlantUserManager, trust: TrustList) -> None:
        super().__init__(user_manager=users)  # pyright: ignore[reportArgumentType]
        self.certificate_validator = trust.validate
        self.allow_remote_admin = False
        self.supported_tokens = (ua.UserNameIdentityToken,)
        self.max_connections, self.max_subscriptions = MAX_CONNECTIONS, MAX_SUBSCRIPTIONS

    def lookup_external_session(self, auth_token: ua.NodeId) -> None:
        """A session lives and ends with its channel: its token is a small number that another client could guess."""
        return

    def register_server(self, server: Any, conf: Any = None) -> None:
        """Not a discovery server; the library would let anybody register, before any log-in."""
        raise ServiceError(ua.StatusCodes.BadServiceUnsupported)


class TagHistory(HistoryStorageInterface):
    """The last samples of laboratory and event tags, for clients that were away when they arrived."""

    def __init__(self, max_history_data_response_size: int = HISTORY_LENGTH) -> None:
        super().__init__(max_history_data_response_size)
        self._values: dict[ua.NodeId, deque[ua.DataValue]] = {}

    def add(self, node: ua.NodeId, value: ua.DataValue) -> None:
        """Keep a value; the oldest one goes when there are too many."""
        self._values.setdefault(node, deque(maxlen=HISTORY_LENGTH)).append(value)

    async def read_node_history(
        self, node_id: ua.NodeId, start: datetime | None, end: datetime | None, nb_values: int | None
    ) -> tuple[list[ua.DataValue], datetime | None]:
        """Values from `start` to `end` (both included; the epoch means open), oldest first, never a continuation."""
        epoch = ua.get_win_epoch()
        low = start if start is not None and start != epoch else None
        high = end if end is not None and end != epoch else None
        found = [
            value
            for value in self._values.get(node_id, ())
            if value.SourceTimestamp is not None
            and (low is None or value.SourceTimestamp >= low)
            and (high is None or value.SourceTimestamp <= high)
        ]
        return (found[: int(nb_values)] if nb_values else found), None

    async def init(self) -> None: ...

    async def new_historized_node(self, node_id: Any, period: Any, count: int = 0) -> None: ...

    async def save_node_value(self, node_id: Any, datavalue: Any) -> None: ...

    async def new_historized_event(self, source_id: Any, evtypes: Any, period: Any, count: int = 0) -> None: ...

    async def save_event(self, event: Any) -> None: ...

    async def read_event_history(
        self, source_id: Any, start: Any, end: Any, nb_values: Any, evfilter: Any
    ) -> tuple[list[Any], None]:
        """No events are kept."""
        return [], None

    async def stop(self) -> None: ...
