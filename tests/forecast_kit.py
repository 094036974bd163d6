"""A small furnace to forecast: silicon and temperature of a known process, a blast temperature that drives it."""

import math
from dataclasses import dataclass

import numpy as np

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.core.units import UNITS

SILICON, TEMPERATURE, BLAST = "hot_metal_silicon", "hot_metal_temperature", "blast_temperature"
CYCLE, HOUR, DAY = 600.0, 3600.0, 86400.0
DELAY = 1800.0


def tag(name: str, unit: str, low: float, high: float, role: Role) -> Tag:
    """A tag of the small furnace."""
    symbol = UNITS[unit]
    return Tag(name, name, name, symbol, symbol.to_si(low), symbol.to_si(high), 1800.0, DELAY, role, "", name)


TAGS = TagDictionary(
    {
        SILICON: tag(SILICON, "%", 0.0, 4.0, Role.LABORATORY),
        TEMPERATURE: tag(TEMPERATURE, "degC", 1250.0, 1650.0, Role.LABORATORY),
        BLAST: tag(BLAST, "degC", 100.0, 1350.0, Role.MEASUREMENT),
    }
)


def furnace(days: float, seed: int, blast_effect: float = 0.0) -> list[Sample]:
    """Samples in order of arrival: hot metal every half hour or so, known half an hour later; the blast every 10 min.

    Heat: Ornstein-Uhlenbeck of 3 h, stationary 10 K and 0.08 % silicon; sampling noise 8 K and 0.06 %. `blast_effect`:
    K of hot metal per K of blast deviation, 2 h later.
    """
    random = np.random.default_rng(seed)
    steps = int(days * DAY / CYCLE)
    heat, blast, samples = 0.0, [0.0] * steps, []
    kept, blast_kept = math.exp(-CYCLE / (3.0 * HOUR)), math.exp(-CYCLE / (6.0 * HOUR))
    next_sample = float(random.exponential(1800.0))
    for number in range(1, steps):
        now = number * CYCLE
        heat = heat * kept + random.normal(0.0, 10.0 * math.sqrt(1.0 - kept * kept))
        blast[number] = blast[number - 1] * blast_kept + random.normal(0.0, 20.0 * math.sqrt(1.0 - blast_kept**2))
        samples.append(Sample(BLAST, 1423.15 + blast[number], Quality.GOOD, now, now))
        while next_sample <= now:
            driven = heat + blast_effect * blast[max(0, number - 12)]
            temperature, silicon = (
                1773.15 + driven + random.normal(0.0, 8.0),
                0.45 + 0.008 * driven + random.normal(0.0, 0.06),
            )
            for name, value in ((TEMPERATURE, temperature), (SILICON, 0.01 * max(0.05, silicon))):
                samples.append(Sample(name, value, Quality.GOOD, next_sample, next_sample + DELAY))
            next_sample += max(120.0, float(random.exponential(1800.0)))
    return sorted(samples, key=lambda sample: sample.arrival_time)


@dataclass(slots=True)
class Images:
    """Cuts samples into images as live: newest readings, and what arrived since the last."""

    samples: list[Sample]
    cycle: float = CYCLE

    def until(self, end: float) -> list[ProcessImage]:
        """Images of every cycle up to that time."""
        made, newest, index = [], {}, 0
        for number in range(1, int(end / self.cycle) + 1):
            now, start = number * self.cycle, index
            while index < len(self.samples) and self.samples[index].arrival_time <= now:
                sample = self.samples[index]
                if sample.tag not in newest or sample.source_time >= newest[sample.tag].source_time:
                    newest[sample.tag] = sample
                index += 1
            readings = {name: Reading(sample, now - sample.source_time) for name, sample in newest.items()}
            made.append(ProcessImage(now, readings, tuple(self.samples[start:index])))
        return made
