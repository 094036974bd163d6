"""Samples over OPC UA: a subscription that outlives its server."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import logging
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from asyncua import ua
from asyncua.client.ua_session import UaSession

from ironworks.core.addresses import CLOCK_TIME
from ironworks.core.clock import AcceleratedClock, Clock
from ironworks.core.dictionary import Role, Tag
from ironworks.core.ports import LinkState
from ironworks.core.sample import Sample
from ironworks.core.works import Works
from ironworks.link.opcua import OpcUaLink
from ironworks.sense.opcua_browse import existing_nodes, nearest_node
from ironworks.sense.opcua_history import MOST_VALUES, read_missed
from ironworks.sense.opcua_values import quality_of, to_sample, waits_for_first_value
from ironworks.sense.queue import FAST_BOUND, SampleQueue

_log = logging.getLogger(__name__)

PUBLISHING_INTERVAL_MS = 250.0
KEEP_ALIVE_COUNT = 20
"""Without news the server says every 20 * 0.25 s = 5 s that the subscription lives."""
SILENCE_S = 3.0 * KEEP_ALIVE_COUNT * PUBLISHING_INTERVAL_MS / 1000.0
"""After three keep-alives that did not come, in wall s, the subscription counts as dead."""
LIFETIME_COUNT = 2400
"""The server may forget a subscription that nobody has fetched from for 2400 * 0.25 s = 10 min."""
FAST_QUEUE, PRECIOUS_QUEUE = 20, 1000
"""Values that the server keeps per node between two publications."""
ITEMS_PER_REQUEST = 200
MARKS = 2 * MOST_VALUES
"""Delivered samples remembered per laboratory or event tag, so that what history and subscription both show comes once:
more than both can bring after one connection."""
PRECIOUS = (Role.LABORATORY, Role.EVENT)

_CLOCK_HANDLE = 1
_FIRST_HANDLE = 2


class OpcUaSource:
    """core.ports.Source over an OpcUaLink. Values keep their quality and both times; one bad tag stops no other.

    `since`: source time of the last sample known of each laboratory or event tag (from the record): what came after it
    is fetched from the server's history, if it keeps one, at the first connection as after every outage.
    """

    def __init__(
        self,
        works: Works,
        link: OpcUaLink,
        clock: Clock,
        since: Mapping[str, float] | None = None,
        bound: int = FAST_BOUND,
    ) -> None:
        self._works, self._link, self._clock = works, link, clock
        self._tags = tuple(works.tags)
        precious = [tag.name for tag in works.tags.with_role(*PRECIOUS)]
        self._queue = SampleQueue(precious, bound)
        self._known = {name: moment for name, moment in (since or {}).items() if name in precious}
        self._seen: dict[str, deque[tuple[float, float | None, int]]] = {
            tag.name: deque(maxlen=MARKS if tag.role in PRECIOUS else 1) for tag in self._tags
        }
        self._bad_tags: dict[str, str] = {}
        self._history_fault, self._overflows, self._last_publish = "", 0, 0.0
        self._subscription: int | None = None
        self._open = False

    @property
    def link(self) -> LinkState:
        """State of the connection."""
        return self._link.state if self._open else LinkState.CLOSED

    @property
    def faults(self) -> tuple[str, ...]:
        """Faults of the connection: why it is down, each tag the server does not know, samples that were lost."""
        found = [*self._link.faults, *self._bad_tags.values()]
        if self._history_fault:
            found.append(self._history_fault)
        if self._queue.dropped:
            found.append(f"{self._queue.dropped} samples of fast tags dropped: cycles are too far apart")
        if self._overflows:
            found.append(f"{self._overflows} times a queue of the server overflowed: values between were lost")
        return tuple(found)

    async def open(self) -> None:
        """Connect and subscribe; LinkError with the remedy if refused. Afterwards it reconnects by itself."""
        await self._link.open()
        if not self._open:
            self._open = True
            try:
                await self._link.attach(self._subscribe, self._health)
            except BaseException:
                self._open = False
                raise

    async def drain(self) -> list[Sample]:
        """All samples since the last call, in order of arrival; empty in an outage."""
        return self._queue.take()

    async def close(self) -> None:
        """Disconnect the link."""
        self._open = False
        self._link.detach(self._subscribe)
        await self._link.close()

    def _health(self) -> str:
        silent = time.perf_counter() - self._last_publish
        return f"its subscription has been silent for {silent:.0f} s" if silent > SILENCE_S else ""

    async def _subscribe(self, session: UaSession) -> None:
        """A new subscription on a new session; then what was missed meanwhile."""
        missed_since = dict(self._known)
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=PUBLISHING_INTERVAL_MS, RequestedLifetimeCount=LIFETIME_COUNT,
            RequestedMaxKeepAliveCount=KEEP_ALIVE_COUNT, MaxNotificationsPerPublish=0, PublishingEnabled=True,
        )  # fmt: skip
        self._last_publish = time.perf_counter()
        created = await session.create_subscription(parameters, self._on_publish)
        self._subscription = created.SubscriptionId
        await self._monitor(session)
        await self._catch_up(session, missed_since)

    async def _monitor(self, session: UaSession) -> None:
        wanted: list[tuple[int, str, int]] = [(_CLOCK_HANDLE, CLOCK_TIME, 1)]
        for number, tag in enumerate(self._tags):
            wanted.append((_FIRST_HANDLE + number, tag.source, _queue_size(tag)))
        bad: dict[str, tuple[Tag, ua.StatusCode]] = {}
        for start in range(0, len(wanted), ITEMS_PER_REQUEST):
            chunk = wanted[start : start + ITEMS_PER_REQUEST]
            request = ua.CreateMonitoredItemsParameters(
                SubscriptionId=ua.IntegerId(self._subscription or 0), TimestampsToReturn=ua.TimestampsToReturn.Both,
                ItemsToCreate=[_item(*entry) for entry in chunk],
            )  # fmt: skip
            for (handle, _, _), result in zip(chunk, await session.create_monitored_items(request), strict=True):
                if handle != _CLOCK_HANDLE and not result.StatusCode.is_good():
                    tag = self._tags[handle - _FIRST_HANDLE]
                    bad[tag.name] = (tag, result.StatusCode)
        await self._name_bad_tags(session, bad)

    async def _name_bad_tags(self, session: UaSession, bad: Mapping[str, tuple[Tag, ua.StatusCode]]) -> None:
        """Each once by name, with the nearest node that exists; looked for only when there is a bad one."""
        there = await existing_nodes(session) if set(bad) - set(self._bad_tags) else []
        for name, (tag, status) in bad.items():
            if name not in self._bad_tags:
                remedy = nearest_node(tag.source, there)
                self._bad_tags[name] = (
                    f"{name}: the server has no node '{tag.source}' ({quality_of(status)[1]}); {remedy}"
                )
                _log.warning("%s", self._bad_tags[name])
        self._bad_tags = {name: text for name, text in self._bad_tags.items() if name in bad}

    async def _catch_up(self, session: UaSession, since: Mapping[str, float]) -> None:
        asked = {tag.source: tag for tag in self._tags if tag.name in since and tag.name not in self._bad_tags}
        starts = {source: since[tag.name] for source, tag in asked.items()}
        found, self._history_fault = await read_missed(session, starts)
        samples = [to_sample(asked[source], value, self._clock) for source, value in found]
        for sample in sorted(samples, key=lambda sample: sample.source_time):
            self._put(sample)

    async def _on_publish(self, result: ua.PublishResult) -> None:
        self._last_publish = time.perf_counter()
        if result.SubscriptionId != self._subscription:
            return
        items: list[Any] = []
        for notification in result.NotificationMessage.NotificationData or []:
            items += getattr(notification, "MonitoredItems", None) or []
        for item in items:
            if item.ClientHandle == _CLOCK_HANDLE:
                self._follow(item.Value)
        samples: list[Sample] = []
        for item in items:
            value: ua.DataValue = item.Value
            if item.ClientHandle == _CLOCK_HANDLE or waits_for_first_value(value):
                continue
            # bits 7 and 10: this is a data value, and its queue has overflowed (part 4, StatusCode)
            self._overflows += value.StatusCode is not None and value.StatusCode.value & 0x480 == 0x480
            samples.append(to_sample(self._tags[item.ClientHandle - _FIRST_HANDLE], value, self._clock))
        for sample in sorted(samples, key=lambda sample: sample.arrival_time):
            self._put(sample)

    def _follow(self, value: ua.DataValue) -> None:
        moment = value.Value.Value if value.Value is not None else None
        if moment is not None and isinstance(self._clock, AcceleratedClock):
            self._clock.synchronise(moment.timestamp())

    def _put(self, sample: Sample) -> None:
        """Queue a sample, unless it is one that a new subscription shows once more."""
        mark = (sample.source_time, sample.value, int(sample.quality))
        if mark in self._seen[sample.tag]:
            return
        self._seen[sample.tag].append(mark)
        if self._works.tags[sample.tag].role in PRECIOUS:
            self._known[sample.tag] = max(self._known.get(sample.tag, sample.source_time), sample.source_time)
        self._queue.put(sample)


def _queue_size(tag: Tag) -> int:
    return PRECIOUS_QUEUE if tag.role in PRECIOUS else FAST_QUEUE


def _item(handle: int, source: str, queue: int) -> ua.MonitoredItemCreateRequest:
    """Report a node when its status, value or source time changes: an unchanged value with a new time is news."""
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(NodeId=_node(source), AttributeId=ua.AttributeIds.Value),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=ua.MonitoringParameters(
            ClientHandle=ua.IntegerId(handle), SamplingInterval=0.0, QueueSize=ua.Counter(queue), DiscardOldest=True,
            Filter=ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp),
        ),
    )  # fmt: skip


def _node(source: str) -> ua.NodeId:
    try:
        return ua.NodeId.from_string(source)
    except Exception:  # many kinds; the server refuses the null node, and the tag is named as bad
        return ua.NodeId()
