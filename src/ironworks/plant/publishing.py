"""From what the works knows at the end of a step to the samples that leave it: every tag at its own period."""

import math
from collections.abc import Mapping

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.sample import Quality, Sample
from ironworks.plant.actuators import Setpoints

SETPOINT_TAGS = {
    "blast_volume_setpoint": "blast_volume", "oxygen_flow_setpoint": "oxygen_flow",
    "blast_temperature_setpoint": "blast_temperature", "blast_moisture_setpoint": "blast_moisture",
    "coal_injection_rate_setpoint": "coal_injection_rate", "top_pressure_setpoint": "top_pressure",
    "ore_base_setpoint": "ore_base", "coke_base_setpoint": "coke_base",
}  # fmt: skip
HEAT_LOADS = tuple(f"heat_load_{zone}" for zone in ("tuyere", "bosh", "belly", "lower_stack", "upper_stack"))
"""Metered by water flow and temperature of each zone, so they are read by instruments, not calculated by level 1."""
DROPOUT = "instrument_dropout"


def measured_tags(tags: TagDictionary) -> tuple[Tag, ...]:
    """The tags that an instrument reads."""
    return tuple(tag for tag in tags if tag.role == Role.MEASUREMENT or tag.name in HEAT_LOADS)


def setpoint_values(setpoints: Setpoints) -> dict[str, float]:
    """Set points in force by tag."""
    return {tag: getattr(setpoints, name) for tag, name in SETPOINT_TAGS.items()}


class Publisher:
    """Makes samples. Knows which tags exist and how often each is due."""

    def __init__(self, tags: TagDictionary, sampling_step: float) -> None:
        self._tags = [tag for tag in tags if tag.role != Role.LABORATORY]
        self._every = [max(round(tag.period / sampling_step), 1) for tag in self._tags]
        self._due: dict[int, list[tuple[str, float]]] = {}
        self._cycle = math.lcm(*self._every)

    def check(self, values: Mapping[str, float]) -> None:
        """Refuse a works whose tags the simulation cannot give: all of them in one ConfigurationError."""
        unknown = [tag.name for tag in self._tags if tag.name not in values]
        if unknown:
            raise ConfigurationError(
                f"the simulated works has no value for {', '.join(unknown)}", "tags.csv", "tags that it knows",
                nearest(unknown[0], values),
            )  # fmt: skip

    def samples(self, step: int, time: float, values: Mapping[str, float], reasons: Mapping[str, str]) -> list[Sample]:
        """The samples due at a step; a value that is NaN travels as missing, with its reason."""
        good, out = Quality.GOOD, []
        for name, delay in self._due_at(step):
            value = values[name]
            if value == value:  # the quickest test for NaN
                out.append(Sample(name, value, good, time, time + delay))
            else:
                out.append(Sample(name, None, Quality.BAD, time, time + delay, reasons.get(name, DROPOUT)))
        return out

    def _due_at(self, step: int) -> list[tuple[str, float]]:
        phase = step % self._cycle
        if phase not in self._due:
            pairs = zip(self._tags, self._every)
            self._due[phase] = [(tag.name, tag.delay) for tag, every in pairs if phase % every == 0]
        return self._due[phase]
