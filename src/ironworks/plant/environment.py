"""The simulated works as a Gymnasium environment: keep the hot metal at its aim with little fuel and few moves.

Needs the extra `gym` (`pip install 'ironworks[gym]'`). Nothing else imports this module.

The agent sits where a remote controller sits: it sees measured values as they arrive (with noise, faults and the
laboratory's delay) and moves set points through the plant's hand-shake, with heart-beat, enables and refusals. Shift
operator, disturbances and instruments go on around it; all of them repeat from the seed of `reset`.

observation  Box (float64), the newest value of every tag of `OBSERVED` in the unit of tags.csv, cut to the tag's range;
             then for each of them 1 or 0: whether it is known and good now (where it is 0 the value is the lower end of
             the range and means nothing); then the age of the two hot metal samples in hours, at most 24.
             `observation_names` says what stands where.
action       Box(-1, 1), one number for each of `MOVED`. "increment": times the largest step of limits.toml, added to
             the set point in force. "absolute": -1 is the lower limit, +1 the upper one, approached by at most that
             step. Both are kept within the range of limits.toml; its rate an hour and least time between moves are the
             business of guards and not enforced here.
reward       of every step, from the truth that the observation never shows, so that it is dense and cannot be earned by
             misleading an instrument:
             - ((pool temperature - aim) / half width of the aim's band)^2
             - FUEL_WEIGHT * (fuel rate of 24 h - that of the settled furnace) / 10 kg/tHM
             - TRAVEL_WEIGHT * sum of the moves / their largest step
             and FROZEN_REWARD once if the furnace freezes. `info["reward"]` has the parts.
ends         terminated when the furnace freezes (`info["message"]`), truncated at the horizon.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError, nearest
from ironworks.core.sample import Sample
from ironworks.core.works import Works, load_works
from ironworks.plant.furnace.freezing import Ending, watch
from ironworks.plant.process import Process
from ironworks.plant.simulation import signs, usual
from ironworks.plant.works import SimulatedWorks

try:
    import gymnasium
    from gymnasium import spaces
except ImportError as error:
    raise ImportError(
        "ironworks.plant.environment needs gymnasium; expected the extra 'gym'; pip install 'ironworks[gym]'"
    ) from error

OBSERVED = (
    "hot_metal_temperature", "hot_metal_silicon", "blast_volume", "oxygen_flow", "blast_temperature", "blast_moisture",
    "coal_injection_rate", "ambient_humidity", "hot_blast_pressure", "top_pressure", "pressure_drop", "gas_utilisation",
    "top_gas_temperature", "top_gas_hydrogen", "flame_temperature", "heat_load_total", "charge_rate", "coke_moisture",
    "ore_charge_mass", "coke_charge_mass", "slag_basicity", "production_rate", "coke_rate", "coal_rate",
    "blast_moisture_setpoint", "coal_injection_rate_setpoint", "operator_mode",
)  # fmt: skip
AGED = ("hot_metal_temperature", "hot_metal_silicon")
MOVED = ("blast_moisture_setpoint", "coal_injection_rate_setpoint")
ACTIONS = ("increment", "absolute")
AIM = "hot_metal_temperature"
OLDEST = 24.0  # h, age at which a sample tells nothing any more
HOUR = 3600.0
FUEL_STEP = 0.010  # kg/kg: 10 kg/tHM is what a furnace gains in a good year; scale of the fuel's part
FUEL_WEIGHT = 0.1  # 10 kg/tHM cost as much as a third of the aim's half band; design value
TRAVEL_WEIGHT = 0.02  # fifty full moves cost as much as one step at the edge of the band; design value
FROZEN_REWARD = -1000.0  # a week at the edge of the band; design value
START_TIME = 1.7356896e9  # plant s, 2025-01-01T00:00:00Z


@dataclass(frozen=True, slots=True)
class Move:
    """What the agent may do to one set point, SI: range and largest step."""

    tag: str
    word: str
    low: float
    high: float
    step: float


class FurnaceEnvironment(gymnasium.Env[NDArray[np.float64], NDArray[np.float64]]):
    """See the module. `works`: name, folder or a works; it must be simulated. `period` [s] between two actions, a
    multiple of 60. `horizon` [h] of an episode. `warm_up` [h] under the shift operator before it, so that samples have
    arrived. `process`: makes a furnace other than the works' own, for tests. Raises `CallError` for arguments outside
    these."""

    metadata = {"render_modes": []}  # noqa: RUF012 - gymnasium's own name and form

    def __init__(
        self, works: str | Works = "demo", *, action: str = "increment", period: float = 600.0, horizon: float = 48.0,
        warm_up: float = 4.0, process: Any = None,
    ) -> None:  # fmt: skip
        if action not in ACTIONS:
            raise CallError(f"action '{action}'", "FurnaceEnvironment", " or ".join(ACTIONS), nearest(action, ACTIONS))
        if not (period >= 60.0 and period % 60.0 == 0.0 and horizon * HOUR >= period and warm_up >= 0.0):
            raise CallError(f"period {period} s, horizon {horizon} h, warm_up {warm_up} h", "FurnaceEnvironment",
                            "a multiple of 60 s, at least one period, at least 0")  # fmt: skip
        self.works = works if isinstance(works, Works) else load_works(works)
        self._action, self._period, self._horizon, self._warm_up = action, period, horizon * HOUR, warm_up * HOUR
        self._make_process = process
        self._aim = self.works.targets[AIM]
        self._moves = [_move(self.works, tag) for tag in MOVED]
        self._tags = [self.works.tags[name] for name in OBSERVED]
        self._low = np.array([tag.unit.from_si(tag.low) for tag in self._tags])
        self._high = np.array([tag.unit.from_si(tag.high) for tag in self._tags])
        flags, ages = len(self._tags), len(AGED)
        low = np.concatenate((self._low, np.zeros(flags + ages)))
        high = np.concatenate((self._high, np.ones(flags), np.full(ages, OLDEST)))
        self.observation_space = spaces.Box(low, high, dtype=np.float64)
        self.action_space = spaces.Box(-1.0, 1.0, (len(MOVED),), dtype=np.float64)
        self.observation_names = [f"{tag.name} [{tag.unit.symbol}]" for tag in self._tags]
        self.observation_names += [f"{tag.name} known" for tag in self._tags] + [f"age of {name} [h]" for name in AGED]
        self._plant: SimulatedWorks | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """A new episode: the settled furnace after its warm-up. The seed, or the next number of the generator that the
        last seed began, gives disturbances, instruments and operator. No options."""
        super().reset(seed=seed)
        own: Process | None = None if self._make_process is None else self._make_process()
        number = int(self.np_random.integers(2**31))
        self._plant = SimulatedWorks(self.works, number, START_TIME, process=own)
        self._watch, self._newest, self._beat = usual(self._plant), {}, 0
        state = self._plant.furnace.state.smoothed if self._plant.furnace is not None else None
        self._usual_fuel = float((state.coke + state.coal) / state.production) if state is not None else None
        self._see(self._plant.advance(max(self._warm_up, 60.0)))
        self._end = self._plant.time + self._horizon
        return self._observation(), {"time": self._plant.time, "seed_of_works": number}

    def step(
        self, action: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float, bool, bool, dict[str, Any]]:  # fmt: skip
        """One period with these moves."""
        plant = self._running()
        action = np.asarray(action, dtype=np.float64)
        if not self.action_space.contains(action):
            raise CallError(f"action {action}", "FurnaceEnvironment.step", "two numbers within -1 ... 1")
        travel = self._act(plant, action)
        self._see(plant.advance(self._period))
        self._watch, ending = watch(self._watch, plant.time, signs(plant))
        parts = self._parts(plant, travel, ending)
        truncated = plant.time >= self._end - 1e-6
        info = {
            "time": plant.time, "reward": parts, "message": ending.message if ending else "",
            "setpoints": {move.tag: getattr(plant.setpoints, move.word) for move in self._moves},
        }  # fmt: skip
        return self._observation(), float(sum(parts.values())), ending is not None, truncated, info

    def _running(self) -> SimulatedWorks:
        if self._plant is None:
            raise CallError("no episode", "FurnaceEnvironment.step", "reset() before the first step")
        return self._plant

    def _act(self, plant: SimulatedWorks, action: NDArray[np.float64]) -> float:
        """Write the moves as a controller does; the sum of them over their largest steps."""
        self._beat += 1
        plant.write("remote_heartbeat", float(self._beat))
        travel = 0.0
        for move, share in zip(self._moves, action.tolist()):
            now = getattr(plant.setpoints, move.word)
            wanted = now + share * move.step
            if self._action == "absolute":
                aim = move.low + 0.5 * (share + 1.0) * (move.high - move.low)
                wanted = now + min(max(aim - now, -move.step), move.step)
            wanted = min(max(wanted, move.low), move.high)
            # Where the operator left the set point outside our limits, the way back takes more than one step.
            wanted = now + min(max(wanted - now, -move.step), move.step)
            plant.write(f"{move.word}_remote_value", wanted)
            plant.write(f"{move.word}_remote_enable", 1.0)  # an alarm may have dropped it
            travel += abs(wanted - now) / move.step
        return travel

    def _see(self, samples: list[Sample]) -> None:
        for sample in samples:
            self._newest[sample.tag] = sample

    def _observation(self) -> NDArray[np.float64]:
        plant = self._running()
        found = [self._newest.get(tag.name) for tag in self._tags]
        known = np.array([one is not None and one.usable for one in found])
        values = [
            tag.unit.from_si(one.value) if one is not None and one.usable and one.value is not None else np.nan
            for tag, one in zip(self._tags, found)
        ]
        shown = np.where(known, np.clip(np.array(values), self._low, self._high), self._low)
        ages = [plant.time - self._newest[name].source_time if name in self._newest else np.inf for name in AGED]
        return np.concatenate((shown, known.astype(np.float64), np.minimum(np.array(ages) / HOUR, OLDEST)))

    def _parts(self, plant: SimulatedWorks, travel: float, ending: Ending | None) -> dict[str, float]:
        """The parts of the reward."""
        truth = plant.truth
        if ending is not None:
            return {"frozen": FROZEN_REWARD}
        if self._usual_fuel is None:
            self._usual_fuel = truth["fuel_rate"]
        half = 0.5 * (self._aim.high - self._aim.low)
        return {
            "heat": -(((truth["hot_metal_temperature"] - self._aim.value) / half) ** 2),
            "fuel": -FUEL_WEIGHT * (truth["fuel_rate"] - self._usual_fuel) / FUEL_STEP,
            "travel": -TRAVEL_WEIGHT * travel,
        }


def _move(works: Works, tag: str) -> Move:
    limits = works.limits[tag]
    return Move(tag, tag.removesuffix("_setpoint"), limits.low, limits.high, limits.max_step)
