"""Commands over OPC UA: write the remote value, then enable it, then read the set point in force."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import asyncio
import logging
import time

from asyncua import ua

from ironworks.act.remote import HEARTBEAT_MODULUS, READ_BACK_PLANT_S, READ_BACK_WALL_S, Remote, RemoteTags
from ironworks.core.clock import Clock
from ironworks.core.decision import Command, Receipt, WriteStatus
from ironworks.core.dictionary import Role, Tag
from ironworks.core.errors import LinkError
from ironworks.core.works import Works
from ironworks.link.opcua import OpcUaLink

_log = logging.getLogger(__name__)

POLL_S = 0.1
"""Wall seconds between two looks at the set point in force."""

_WRITABLE = (Role.REMOTE_VALUE, Role.REMOTE_ENABLE, Role.HEARTBEAT)
_INTEGERS = {
    ua.VariantType.SByte: (-(2**7), 2**7), ua.VariantType.Byte: (0, 2**8), ua.VariantType.Int16: (-(2**15), 2**15),
    ua.VariantType.UInt16: (0, 2**16), ua.VariantType.Int32: (-(2**31), 2**31), ua.VariantType.UInt32: (0, 2**32),
    ua.VariantType.Int64: (-(2**63), 2**63), ua.VariantType.UInt64: (0, 2**64),
}  # fmt: skip
_FLOATS = (ua.VariantType.Float, ua.VariantType.Double)


class OpcUaSink:
    """core.ports.Sink over an OpcUaLink. Writes remote tags and nothing else; trouble becomes a receipt."""

    def __init__(
        self,
        works: Works,
        link: OpcUaLink,
        clock: Clock,
        read_back_plant_s: float = READ_BACK_PLANT_S,
        read_back_wall_s: float = READ_BACK_WALL_S,
    ) -> None:
        self._remote, self._link, self._clock = Remote(works), link, clock
        self._plant_s, self._wall_s = read_back_plant_s, read_back_wall_s
        self._kinds: dict[str, ua.VariantType] = {}

    async def write(self, command: Command) -> Receipt:
        """Write, read back, and say how that ended. CallError only for a set point that has no remote tags."""
        tags = self._remote[command.setpoint]
        written_at = self._clock.now()
        status, read_back, message = await self._write(tags, command.value)
        if status != WriteStatus.CONFIRMED:
            _log.warning("%s: %s: %s", command.setpoint, status, message)
        return Receipt(command, status, written_at, read_back, message)

    async def release(self, setpoint: str) -> bool:
        """Remote enable off. True when the plant took it."""
        return await self._put_quietly(self._remote[setpoint].enable, 0.0)

    async def heartbeat(self, count: int) -> bool:
        """The counter, modulo 2^32. True when the plant took it."""
        tag = self._remote.heartbeat
        return tag is not None and await self._put_quietly(tag, float(count % HEARTBEAT_MODULUS))

    async def _write(self, tags: RemoteTags, value: float) -> tuple[WriteStatus, float | None, str]:
        for tag, wanted in ((tags.value, value), (tags.enable, 1.0)):
            try:
                refusal = await self._put(tag, wanted)
            except LinkError as error:
                return _down(error), None, f"while writing {tag.name}: {error}"
            if refusal:
                return WriteStatus.REFUSED_BY_PLANT, None, f"{tag.name}: {refusal}"
        return await self._read_back(tags, value)

    async def _read_back(self, tags: RemoteTags, value: float) -> tuple[WriteStatus, float | None, str]:
        """Look at the set point in force until it is what was written, or the time for it is over."""
        start_plant, start_wall = self._clock.now(), time.perf_counter()
        last, trouble = None, "never read"
        while True:
            try:
                last, trouble = await self._read(tags.setpoint)
            except LinkError as error:
                return _down(error), last, f"written, but not read back: {error}"
            if last is not None and tags.equal(value, last):
                return WriteStatus.CONFIRMED, last, ""
            over = self._clock.now() - start_plant >= self._plant_s
            if over and time.perf_counter() - start_wall >= self._wall_s:
                break
            await asyncio.sleep(POLL_S)
        if last is None:
            return WriteStatus.TIMED_OUT, None, f"written, but {tags.setpoint.name} cannot be read: {trouble}"
        unit = tags.setpoint.unit
        text = f"wrote {unit.from_si(value):g} {unit.symbol}, plant stands at {unit.from_si(last):g} {unit.symbol}"
        return WriteStatus.MISMATCH, last, text

    async def _read(self, tag: Tag) -> tuple[float | None, str]:
        """The good value of a tag in SI, or why there is none."""
        (value,) = await self._link.read([ua.NodeId.from_string(tag.source)])
        raw = value.Value.Value if value.Value is not None else None
        if value.StatusCode is not None and not value.StatusCode.is_good():
            return None, value.StatusCode.name
        if isinstance(raw, bool | int | float):
            return tag.unit.to_si(float(raw)), ""
        return None, "no number"

    async def _put_quietly(self, tag: Tag, value: float) -> bool:
        try:
            refusal = await self._put(tag, value)
        except LinkError as error:
            refusal = str(error)
        if refusal:
            _log.warning("%s not written: %s", tag.name, refusal)
        return not refusal

    async def _put(self, tag: Tag, value: float) -> str:
        """Write an SI value in the node's own type; why the plant refused it, or nothing. LinkError for the link."""
        assert tag.role in _WRITABLE, f"{tag.name} is a {tag.role}"  # Remote holds no others
        if tag.name not in self._kinds:
            kind = await self._kind(tag)
            if kind is None:
                return "its node has no data type that can be written"
            self._kinds[tag.name] = kind
        variant = in_type(tag.unit.from_si(value), self._kinds[tag.name])
        if variant is None:
            return f"{tag.unit.from_si(value):g} does not fit into {self._kinds[tag.name].name}"
        (status,) = await self._link.write([(ua.NodeId.from_string(tag.source), ua.DataValue(variant))])
        if status.is_good():
            return ""
        if status.value == ua.StatusCodes.BadTypeMismatch:
            del self._kinds[tag.name]  # ask for the type again next time
        return status.name

    async def _kind(self, tag: Tag) -> ua.VariantType | None:
        (answer,) = await self._link.read([ua.NodeId.from_string(tag.source)], ua.AttributeIds.DataType)
        node = answer.Value.Value if answer.Value is not None else None
        known = {ua.VariantType.Boolean, *_INTEGERS, *_FLOATS}
        if isinstance(node, ua.NodeId) and node.NamespaceIndex == 0 and node.Identifier in {k.value for k in known}:
            return ua.VariantType(node.Identifier)
        return None


def in_type(value: float, kind: ua.VariantType) -> ua.Variant | None:
    """A number as a node of that type takes it; None if it does not fit."""
    if kind in _FLOATS:
        return ua.Variant(value, kind)
    if kind == ua.VariantType.Boolean:
        return ua.Variant(bool(value), kind) if value in (0.0, 1.0) else None
    low, high = _INTEGERS[kind]
    return ua.Variant(round(value), kind) if low <= round(value) < high else None


def _down(error: LinkError) -> WriteStatus:
    return WriteStatus.TIMED_OUT if isinstance(error.__cause__, TimeoutError) else WriteStatus.LINK_DOWN
