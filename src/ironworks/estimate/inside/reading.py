"""What an image says to the twin: what goes into the furnace, and what is seen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ironworks.core.image import ProcessImage
from ironworks.estimate.cast_heat import DIP, Corrected
from ironworks.twin.ensemble import ORE_IRON, Given

TEMPERATURE, SILICON = "hot_metal_temperature", "hot_metal_silicon"
PYROMETER = "pyrometer"
NEEDED = ("blast_volume", "oxygen_flow", "blast_moisture", "blast_temperature", "coal_injection_rate")
"""In the order of `Given`; a furnace without oxygen or coal still has the tag, and it reads zero."""
COKE = (("coke_charge_mass", "ore_charge_mass"), ("coke_base_setpoint", "ore_base_setpoint"))
"""Coke over ore: as weighed, else as set."""


class Seen(NamedTuple):
    """Process values that the twin says too, SI; None where there is none."""

    utilisation: float | None
    top_temperature: float | None  # K
    charged_iron: float | None  # kmol Fe/s
    wall_loss: float | None  # W


@dataclass(frozen=True, slots=True)
class Reading:
    """One cycle. `given` None: an input was never seen. `held`: inputs that are missing now and stand as they were.
    `samples`: (source time, tag, value) of hot metal, with PYROMETER as the tag of what those over the runners read."""

    time: float
    given: Given | None
    held: tuple[str, ...]
    seen: Seen
    samples: tuple[tuple[float, str, float], ...]


class Reader:
    """Turns images into readings; remembers the last value of every input."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def read(self, image: ProcessImage, corrected: Sequence[Corrected] | None = None) -> Reading:
        """The reading of this image. corrected: its temperatures, where they are not to be taken as they are."""
        held = [name for name in NEEDED if not self._take(name, image.usable(name))]
        if not self._take("coke_ratio", _coke_ratio(image)):
            held.append("coke_ratio")
        names = (*NEEDED, "coke_ratio")
        given = Given(*[self._last[name] for name in names]) if all(name in self._last for name in names) else None
        tags = (TEMPERATURE, SILICON) if corrected is None else (SILICON,)
        samples = tuple(
            (min(sample.source_time, image.time), sample.tag, sample.value)
            for sample in image.arrivals
            if sample.tag in tags and sample.usable and sample.value is not None
        )
        samples += tuple(
            (one.time, TEMPERATURE if one.kind == DIP else PYROMETER, one.value) for one in corrected or ()
        )
        return Reading(image.time, given, tuple(held), _seen(image), samples)

    def missing(self) -> tuple[str, ...]:
        """The inputs that were never seen."""
        return tuple(name for name in (*NEEDED, "coke_ratio") if name not in self._last)

    def _take(self, name: str, value: float | None) -> bool:
        if value is not None and value >= 0.0:
            self._last[name] = value
        return value is not None and value >= 0.0


def _coke_ratio(image: ProcessImage) -> float | None:
    for coke, ore in COKE:
        above, below = image.usable(coke), image.usable(ore)
        if above and below and 0.05 < above / below < 1.5:  # a coke blank is no charge of the usual kind
            return above / below
    return None


def _seen(image: ProcessImage) -> Seen:
    rate, ore = image.usable("charge_rate"), image.usable("ore_charge_mass") or image.usable("ore_base_setpoint")
    charged = rate * ore * ORE_IRON if rate and ore else None
    return Seen(
        image.usable("gas_utilisation"), image.usable("top_gas_temperature"), charged, image.usable("heat_load_total")
    )
