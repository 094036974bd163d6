"""What may be written at all, and when a read-back counts as equal."""

from dataclasses import dataclass
from types import MappingProxyType

from ironworks.core.dictionary import Role, Tag
from ironworks.core.errors import CallError, nearest
from ironworks.core.works import Works

READ_BACK_TOLERANCE = 1e-4
"""Part of the tag's range by which a read-back may differ: a controller that scales a set point to 16 bits (27,648
steps is the usual one) reads back within 0.4e-4 of it."""

READ_BACK_PLANT_S, READ_BACK_WALL_S = 60.0, 10.0
"""A write counts as timed out when both have passed: three periods of a 10 s set point and some room in the plant's
time, and the time of a slow network in ours."""

HEARTBEAT_MODULUS = 2**32
"""A heart-beat counts in 32 bits and then starts again at 0."""


@dataclass(frozen=True, slots=True)
class RemoteTags:
    """The tags that belong to one set point: itself, to read back, and the two that may be written."""

    setpoint: Tag
    value: Tag
    enable: Tag

    def equal(self, written: float, read: float) -> bool:
        """Whether a read-back (SI) is what was written (SI)."""
        return abs(written - read) <= READ_BACK_TOLERANCE * (self.setpoint.high - self.setpoint.low)


class Remote:
    """The allow-list: only remote values, remote enables and the heart-beat of tags.csv are in it."""

    def __init__(self, works: Works) -> None:
        values = {tag.belongs_to: tag for tag in works.tags.with_role(Role.REMOTE_VALUE)}
        enables = {tag.belongs_to: tag for tag in works.tags.with_role(Role.REMOTE_ENABLE)}
        self.setpoints = MappingProxyType(
            {name: RemoteTags(works.tags[name], values[name], enables[name]) for name in values if name in enables}
        )
        self.heartbeat = next(iter(works.tags.with_role(Role.HEARTBEAT)), None)

    def __getitem__(self, setpoint: str) -> RemoteTags:
        if setpoint not in self.setpoints:
            raise CallError(
                f"set point '{setpoint}' cannot be written",
                expected="a set point with a remote value and a remote enable in tags.csv",
                remedy=nearest(setpoint, self.setpoints),
            )
        return self.setpoints[setpoint]
