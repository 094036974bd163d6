"""Samples that people take: hot metal while iron runs, slag once or twice a cast, materials by the clock.

A value is known only when the laboratory has finished; it travels with the time of the sample and the time of arrival.
Samples are of what runs: of the side of the hearth that is tapped. Hot metal differs within a cast besides; that
scatter is real and comes on top of the error of sampling and analysis.
"""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from numpy.typing import NDArray
from scipy.special import gammaincinv

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.sample import Quality, Sample
from ironworks.plant.disturbances import Disturbed
from ironworks.plant.process import Truth
from ironworks.plant.random_streams import Stream
from ironworks.plant.settings import Settings

IRON = ("silicon", "carbon", "manganese", "phosphorus", "sulphur")
SLAG = ("lime", "silica", "alumina", "magnesia", "iron_oxide", "manganese_oxide", "sulphur")
SLAG_TRUTH = {"iron_oxide": "tapped_slag_ferrous_oxide"}
U_GAP, U_DIP, U_DIP_SIZE, U_DIP_DELAY, U_DELAY, U_SLAG_FIRST, U_SLAG_SECOND, U_SLAG_DELAY, U_FIRST = range(9)
N_TEMPERATURE, N_IRON, N_SLAG, N_MATERIAL = 0, 1, 6, 13
NEVER = math.inf
SILICON_PER_KELVIN = 1e-4
"""Silicon that goes with a kelvin of heat, kg/kg: 10 K go with 0.1 % (field)."""


@dataclass(frozen=True, slots=True)
class LaboratoryState:
    """When the next samples are due (plant s, infinity: not in this cast), and the casts begun when last looked."""

    step: int
    casts: float
    iron_at: float
    slag_at: tuple[float, ...]
    material_at: tuple[float, ...]


class Laboratory:
    """Takes the samples of a works; the settings are `instruments.toml`, means of materials `disturbances.toml`."""

    def __init__(self, tags: TagDictionary, settings: Settings, disturbances: Settings, seed: int) -> None:
        self._settings, self._means = settings, disturbances
        self._materials = tuple(t for t in tags.with_role(Role.LABORATORY) if t.group == "material")
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Draw from the stream of another seed from now on."""
        self._stream = Stream(seed, "laboratory", N_MATERIAL + 3 * len(self._materials) + 9)

    def start(self, time: float) -> LaboratoryState:
        """No hot metal sample before the next look; the first sample of every material within its first period."""
        u = self._stream.uniform(0)[9:]
        due = tuple(time + t.period * float(u[i]) for i, t in enumerate(self._materials))
        return LaboratoryState(0, 0.0, NEVER, (), due)

    def step(
        self, state: LaboratoryState, truth: Truth, now: Disturbed, time: float, reference: dict[str, float]
    ) -> tuple[LaboratoryState, list[Sample]]:
        """Samples taken in the step that ends at `time`. `reference`: CSR and CRI of the coke, coke ash (shares)."""
        state = replace(state, step=state.step + 1)
        u, n = self._stream.uniform(state.step), self._stream.normal(state.step)
        taken: list[Sample] = []
        state = self._iron(state, taken, truth, now, time, u, n)
        state = self._slag(state, taken, truth, time, u, n)
        return self._material(state, taken, now, time, reference, u, n), taken

    def _between(self, name: str, uniform: float) -> float:
        low, high = self._settings.pair(name)
        return low + (high - low) * float(uniform)

    def _gap(self, uniform: float) -> float:
        """Time to the next hot metal sample, gamma distributed."""
        shape = self._settings["sample.gap_shape"]
        return float(gammaincinv(shape, uniform)) / shape * self._settings["sample.gap_mean"]

    def _iron(
        self,
        state: LaboratoryState,
        taken: list[Sample],
        truth: Truth,
        now: Disturbed,
        time: float,
        u: NDArray,
        n: NDArray,
    ) -> LaboratoryState:
        running = truth["tapped_metal_rate"] > 0.0
        if not running:
            return replace(state, iron_at=NEVER)
        if state.iron_at == NEVER:
            return replace(state, iron_at=time + self._between("sample.first", u[U_FIRST]))
        if time < state.iron_at:
            return state
        taken += self._dip(truth, now, time, u, n) + self._analysis(truth, now, time, u, n)
        return replace(state, iron_at=time + self._gap(float(u[U_GAP])))

    def _dip(self, truth: Truth, now: Disturbed, time: float, u: NDArray, n: NDArray) -> list[Sample]:
        s, arrival = self._settings, time + self._between("sample.temperature_arrival", u[U_DIP_DELAY])
        lost, failed = s["sample.lost_dip_share"], s["sample.failed_dip_share"]
        if u[U_DIP] < lost:
            return [Sample("hot_metal_temperature", None, Quality.BAD, time, arrival, "probe_failed")]
        value = truth["hot_metal_temperature_tapped"] + now.slow["cast_scatter_temperature"] + now.cast_temperature
        value += s["sample.temperature_noise"] * float(n[N_TEMPERATURE])
        if u[U_DIP] < lost + failed:
            value -= self._between("sample.failed_dip", u[U_DIP_SIZE])
        return [Sample("hot_metal_temperature", value, Quality.GOOD, time, arrival)]

    def _analysis(self, truth: Truth, now: Disturbed, time: float, u: NDArray, n: NDArray) -> list[Sample]:
        s, arrival = self._settings, time + self._between("sample.analysis_arrival", u[U_DELAY])
        common = s["sample.silicon_temperature_share"] * now.slow["cast_scatter_temperature"]
        values = {name: truth[f"tapped_metal_{name}"] for name in IRON}
        # That share of the temperature's scatter is heat, the rest is the metal's own.
        values["silicon"] += now.slow["cast_scatter_silicon"] + now.cast_silicon + common * SILICON_PER_KELVIN
        return [
            Sample(
                f"hot_metal_{name}",
                max(value + s[f"sample.{name}_noise"] * float(n[N_IRON + i]), 0.0),
                Quality.GOOD, time, arrival,
            )
            for i, (name, value) in enumerate(values.items())
        ]  # fmt: skip

    def _slag(
        self, state: LaboratoryState, taken: list[Sample], truth: Truth, time: float, u: NDArray, n: NDArray
    ) -> LaboratoryState:
        if truth["cast_count"] != state.casts:
            first = time + self._between("slag_sample.first", u[U_SLAG_FIRST])
            second = u[U_SLAG_SECOND] < self._settings["slag_sample.second_share"]
            due = (first, first + self._between("slag_sample.first", u[U_SLAG_DELAY])) if second else (first,)
            state = replace(state, casts=truth["cast_count"], slag_at=due)
        if not state.slag_at or time < state.slag_at[0]:
            return state
        if truth["tapped_slag_rate"] <= 0.0:  # no slag at the time of the round: this sample is not taken
            return replace(state, slag_at=state.slag_at[1:])
        arrival = time + self._between("slag_sample.arrival", u[U_SLAG_DELAY])
        noise = self._settings["slag_sample.noise_relative"]
        values = {
            name: truth[SLAG_TRUTH.get(name, f"tapped_slag_{name}")] * (1.0 + noise * float(n[N_SLAG + i]))
            for i, name in enumerate(SLAG)
        }
        values["basicity"] = values["lime"] / values["silica"]
        taken += [Sample(f"slag_{name}", value, Quality.GOOD, time, arrival) for name, value in values.items()]
        return replace(state, slag_at=state.slag_at[1:])

    def _material(
        self, state: LaboratoryState, taken: list[Sample], now: Disturbed, time: float, reference: dict[str, float],
        u: NDArray, n: NDArray,
    ) -> LaboratoryState:  # fmt: skip
        if time < min(state.material_at, default=NEVER):
            return state
        due = list(state.material_at)
        for i, tag in enumerate(self._materials):
            if time >= due[i]:
                jitter = self._settings["material_sample.jitter"]
                arrival = time + tag.delay * (1.0 + jitter * (2.0 * float(u[9 + 2 * i]) - 1.0))
                value = self._of_material(tag, now, reference) * (1.0 + self._noise(tag) * float(n[N_MATERIAL + i]))
                taken.append(Sample(tag.name, max(value, 0.0), Quality.GOOD, time, arrival))
                due[i] = time + tag.period * (1.0 + jitter * (2.0 * float(u[10 + 2 * i]) - 1.0))
        return replace(state, material_at=tuple(due))

    def _noise(self, tag: Tag) -> float:
        kind = "noise_relative_fines" if tag.name == "sinter_fines" else "noise_relative"
        return self._settings[f"material_sample.{kind}"]

    def _of_material(self, tag: Tag, now: Disturbed, reference: dict[str, float]) -> float:
        """True property of what goes to the furnace now."""
        slow, mean = now.slow, self._means
        if tag.name in ("sinter_iron", "sinter_iron_oxide", "sinter_basicity", "coal_ash", "coal_volatile"):
            return mean[f"mean.{tag.name}"] + slow[tag.name]
        departures = {
            "sinter_fines": slow["ore_fines"], "coke_ash": now.coke_ash,
            "coke_strength_after_reaction": now.coke_csr, "coke_reactivity": slow["coke_cri"],
        }  # fmt: skip
        return reference[tag.name] + departures[tag.name]


def to_tree(state: LaboratoryState) -> dict[str, Any]:
    """The state as a tree for `snapshot.pack`."""
    return asdict(state)


def from_tree(tree: dict[str, Any]) -> LaboratoryState:
    """The state from such a tree."""
    return LaboratoryState(**{**tree, "slag_at": tuple(tree["slag_at"]), "material_at": tuple(tree["material_at"])})
