"""A furnace to estimate the inside of: one column with parameters and luck of its own, read by noisy instruments."""

from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np

from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.twin import column, ensemble
from ironworks.twin.ensemble import ORE_IRON, WALKS, Given

HOUR = 3600.0
CYCLE = 600.0
USUAL = Given(108.3, 5.5, 0.012, 1493.0, 18.8, 0.2095)
TEMPERATURE, SILICON = "hot_metal_temperature", "hot_metal_silicon"
ORE_BASE, SAMPLED_EVERY, SILICON_DELAY = 140e3, 3600.0, 1800.0
NOISE = {TEMPERATURE: 6.0, SILICON: 3e-4}


@dataclass
class ColumnFurnace:
    """Steps cycle by cycle; `given` may be changed in between. `calm`: without disturbances of its own."""

    seed: int = 1
    calm: bool = False
    given: Given = USUAL
    time: float = 0.0
    truth: list[tuple[float, float, float]] = field(default_factory=list)
    late: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        drawn = ensemble.draw(self.rng, 1, self.given, 0.004)
        self.members = ensemble.settle(drawn, self.given, jnp.full(1, 1778.0), jnp.full(1, 0.0042))

    def cycle(self, lost: frozenset[str] = frozenset()) -> ProcessImage:
        """The next image; tags in `lost` are missing."""
        shocks = self.rng.standard_normal((len(WALKS), 1)) * (not self.calm)
        steps = jnp.asarray(round(CYCLE / column.STEP))
        self.members, seen = ensemble.advance(self.members, self.given, jnp.asarray(shocks), steps)
        self.time += CYCLE
        temperature, silicon = (float(x[0]) for x in self.members.state[-2:])
        self.truth.append((self.time, temperature, silicon))
        return ProcessImage(self.time, self._readings(seen, lost), tuple(self._arrivals(temperature, silicon, lost)))

    def _readings(self, seen: column.ColumnOutputs, lost: frozenset[str]) -> dict[str, Reading]:
        air, oxygen, moisture, blast_temperature, coal, coke_ratio = self.given
        charged = float(seen.charged_iron[0]) / ORE_IRON / ORE_BASE
        values = {
            "blast_volume": air, "oxygen_flow": oxygen, "blast_moisture": moisture,
            "blast_temperature": blast_temperature, "coal_injection_rate": coal,
            "coke_charge_mass": coke_ratio * ORE_BASE, "ore_charge_mass": ORE_BASE, "charge_rate": charged,
            "gas_utilisation": float(seen.utilisation[0]) + 0.01 + self.rng.normal(0.0, 0.002),
            "top_gas_temperature": float(seen.top_temperature[0]) - 60.0 + self.rng.normal(0.0, 8.0),
            "heat_load_total": 0.6 * float(seen.wall_loss[0]),
        }  # fmt: skip
        good = {name: Sample(name, v, Quality.GOOD, self.time, self.time) for name, v in values.items()}
        return {name: Reading(sample, 0.0) for name, sample in good.items() if name not in lost}

    def _arrivals(self, temperature: float, silicon: float, lost: frozenset[str]) -> list[Sample]:
        now, due = self.time, self.time % SAMPLED_EVERY == 0.0
        if due:
            for tag, value, delay in ((TEMPERATURE, temperature, 0.0), (SILICON, silicon, SILICON_DELAY)):
                measured = value + self.rng.normal(0.0, NOISE[tag])
                self.late.append(Sample(tag, measured, Quality.GOOD, now, now + delay))
        arrived = [one for one in self.late if one.arrival_time <= now]
        self.late = [one for one in self.late if one.arrival_time > now]
        return [one for one in arrived if one.tag not in lost]
