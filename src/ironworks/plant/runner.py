"""What runs out of the furnace and what its gas says, without noise, beside what a sample taken now would show.

For validation and benchmarks only: nothing of the chain may look at it.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError, nearest
from ironworks.plant.laboratory import SILICON_PER_KELVIN
from ironworks.plant.process import Truth
from ironworks.plant.settings import Settings
from ironworks.plant.works import SimulatedWorks

Array = NDArray[np.float64]


class Look(NamedTuple):
    """One moment. `truth`, `expected` (T,): SI, by target. `flows` (T,): whether there is something to measure: iron,
    slag, gas. `cast`: casts begun so far; `iron`: whether iron runs.

    truth: what the instruments would read without noise. expected: the mean of what a sample would read now, with the
    scatter within the cast and what sets the cast apart; for what instruments read all the time it is the reading
    itself, NaN when missing.
    """

    time: float
    truth: Array
    expected: Array
    flows: NDArray[np.bool_]
    cast: float
    iron: bool


IRON, SLAG, GAS = "iron", "slag", "gas"
TRUTHS: dict[str, tuple[str, Callable[[Truth], float]]] = {
    "hot_metal_temperature": (IRON, lambda f: f["hot_metal_temperature_tapped"]),
    "hot_metal_silicon": (IRON, lambda f: f["tapped_metal_silicon"]),
    "hot_metal_sulphur": (IRON, lambda f: f["tapped_metal_sulphur"]),
    "slag_basicity": (SLAG, lambda f: f["tapped_slag_lime"] / max(f["tapped_slag_silica"], 1e-9)),
    "gas_utilisation": (GAS, lambda f: f["gas_utilisation"]),
    "pressure_drop": (GAS, lambda f: f["hot_blast_pressure"] - f["top_pressure"]),
}
"""What each target's truth is made of, and what must flow for it to be measured."""


class Runner:
    """Looks at a works, always at the same targets. CallError for a target whose truth is not known."""

    def __init__(self, plant: SimulatedWorks, targets: Sequence[str]) -> None:
        for target in targets:
            if target not in TRUTHS:
                raise CallError(f"no truth of '{target}'", "Runner", remedy=nearest(target, TRUTHS))
        self._targets = tuple(targets)
        self._settings = Settings.load(plant.works.folder / "instruments.toml")
        self._blast = plant.setpoints.blast_volume

    def look(self, plant: SimulatedWorks) -> Look:
        """The works as it is now; it must have made a step."""
        furnace = plant.truth
        iron = furnace["tapped_metal_rate"] > 0.0
        blowing = furnace["actual_blast_volume"] > self._settings["common.stoppage_share"] * self._blast
        flowing = {IRON: iron, SLAG: furnace["tapped_slag_rate"] > 0.0, GAS: blowing}
        truth = np.array([TRUTHS[target][1](furnace) for target in self._targets])
        flows = np.array([flowing[TRUTHS[target][0]] for target in self._targets])
        expected = truth + self._offsets(plant)
        for i, target in enumerate(self._targets):
            if TRUTHS[target][0] == GAS:
                expected[i] = plant.readings.get(target, math.nan)
        return Look(plant.time, truth, expected, flows, furnace["cast_count"], bool(iron))

    def white_noise(self) -> Array:
        """What a sample has besides that, standard deviation (T,), SI; 0 where `expected` is a reading itself."""
        s = self._settings
        known = {
            "hot_metal_temperature": s["sample.temperature_noise"], "hot_metal_silicon": s["sample.silicon_noise"],
            "hot_metal_sulphur": s["sample.sulphur_noise"],
            # of a quotient of two contents, each with this share; basicity is near 1.2
            "slag_basicity": 1.2 * math.sqrt(2.0) * s["slag_sample.noise_relative"],
        }  # fmt: skip
        return np.array([known.get(target, 0.0) for target in self._targets])

    def _offsets(self, plant: SimulatedWorks) -> Array:
        """Scatter within the cast and offset of the cast, as the laboratory adds them."""
        slow, (heat, silicon) = plant.hidden_disturbances, plant.hidden_cast_offsets
        scatter = slow["cast_scatter_temperature"]
        common = self._settings["sample.silicon_temperature_share"] * scatter * SILICON_PER_KELVIN
        known = {
            "hot_metal_temperature": scatter + heat,
            "hot_metal_silicon": slow["cast_scatter_silicon"] + silicon + common,
        }
        return np.array([known.get(target, 0.0) for target in self._targets])
