"""Commands to a plant in this process, under the same contract as over OPC UA."""

from ironworks.act.remote import HEARTBEAT_MODULUS, READ_BACK_PLANT_S, Remote, RemoteTags
from ironworks.core.decision import Command, Receipt, WriteStatus
from ironworks.core.dictionary import Tag
from ironworks.core.errors import CallError
from ironworks.core.ports import LinkState
from ironworks.core.works import Works
from ironworks.link.direct import DirectLink

STEP_S = 1.0
"""Plant seconds between two looks at the set point in force."""


class DirectSink:
    """core.ports.Sink over a DirectLink. Reading back takes plant time: the clock moves on while it waits."""

    def __init__(self, works: Works, link: DirectLink, read_back_plant_s: float = READ_BACK_PLANT_S) -> None:
        self._remote, self._link, self._plant_s = Remote(works), link, read_back_plant_s

    async def write(self, command: Command) -> Receipt:
        """Write, read back, and say how that ended. CallError only for a set point that has no remote tags."""
        tags = self._remote[command.setpoint]
        written_at = self._link.clock.now()
        self._link.catch_up()
        for tag, value in ((tags.value, command.value), (tags.enable, 1.0)):
            if refusal := self._put(tag, value):
                status = (
                    WriteStatus.LINK_DOWN if self._link.state != LinkState.CONNECTED else WriteStatus.REFUSED_BY_PLANT
                )
                return Receipt(command, status, written_at, None, f"{tag.name}: {refusal}")
        return await self._read_back(command, tags, written_at)

    async def release(self, setpoint: str) -> bool:
        """Remote enable off. True when the plant took it."""
        return not self._put(self._remote[setpoint].enable, 0.0)

    async def heartbeat(self, count: int) -> bool:
        """The counter, modulo 2^32. True when the plant took it."""
        tag = self._remote.heartbeat
        return tag is not None and not self._put(tag, float(count % HEARTBEAT_MODULUS))

    async def _read_back(self, command: Command, tags: RemoteTags, written_at: float) -> Receipt:
        name, clock = tags.setpoint.name, self._link.clock
        while True:
            await clock.sleep(STEP_S)
            self._link.catch_up()
            sample = self._link.latest.get(name)
            fresh = sample if sample is not None and sample.usable and sample.source_time >= written_at else None
            if fresh is not None and fresh.value is not None and tags.equal(command.value, fresh.value):
                return Receipt(command, WriteStatus.CONFIRMED, written_at, fresh.value)
            if clock.now() - written_at >= self._plant_s:
                break
        if fresh is None or fresh.value is None:
            return Receipt(command, WriteStatus.TIMED_OUT, written_at, None, f"written, but {name} cannot be read")
        unit = tags.setpoint.unit
        text = f"wrote {unit.from_si(command.value):g}, plant stands at {unit.from_si(fresh.value):g} {unit.symbol}"
        return Receipt(command, WriteStatus.MISMATCH, written_at, fresh.value, text)

    def _put(self, tag: Tag, value: float) -> str:
        if self._link.state != LinkState.CONNECTED:
            return "not connected"
        try:
            self._link.plant.write(tag.name, value)
        except CallError as error:
            return str(error)
        return ""
