"""The shift operator: runs the furnace by the usual rules when no remote controller does.

Fast loop, every 1-2 h: heat from the hot metal samples that have arrived; coal in small steps, moisture when urgent.
Slow loop, every 8-14 h: coke base, so that coal comes back to its base; extra coke for some hours against a chill.
Blast volume is cut when the pressure drop is high. Orders (a stop, less wind while the burden hangs, coke before a
stop) come from outside and go before the rules. Coal and moisture are left alone while remote; the rest goes on.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ironworks.core.sample import Sample
from ironworks.plant.actuators import Setpoints
from ironworks.plant.random_streams import Stream
from ironworks.plant.scenarios import NONE, Effect
from ironworks.plant.settings import Settings
from ironworks.plant.stoppage import off_blast

LONG_MEMORY_S = 8 * 3600.0
LEAST_SAMPLES = 2
TEMPERATURE_WEIGHT = 0.6  # of the thermal state; silicon, which arrives later and scatters more, has the rest
TRIPPED = 0.5  # of the set point: less coal than this is a trip
COAL, MOISTURE = "coal_injection_rate_setpoint", "blast_moisture_setpoint"
SEEN = ("hot_metal_temperature", "hot_metal_silicon")

Move = tuple[float, float, float]
"""From when on it is reckoned with, the heat in K that is expected of it in the end, its time constant in s."""


@dataclass(frozen=True, slots=True)
class OperatorState:
    """Set points in force and all that the shift remembers. Times in plant seconds."""

    setpoints: Setpoints
    fast_at: float
    slow_at: float
    blast_at: float
    extra_coke_until: float
    coke_aim: float  # kg dry coke per charge without the extra coke
    decisions: int
    seen: tuple[tuple[str, float, float], ...] = ()  # tag, source time, value
    moves: tuple[Move, ...] = ()
    kept: Setpoints | None = None  # while off full blast: what to come back to


class Operator:
    """The rules, from `operator.toml`; `reference` are the set points that the shift calls normal."""

    def __init__(self, settings: Settings, reference: Setpoints, seed: int) -> None:
        self.settings, self.reference = settings, reference
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Draw from the stream of another seed from now on."""
        self._numbers = Stream(seed, "operator", 2)

    def start(self, time: float) -> OperatorState:
        """Normal set points; the first look after one to two hours."""
        state = OperatorState(self.reference, 0.0, 0.0, time, -math.inf, self.reference.coke_base, 0)
        return replace(state, fast_at=self._next(state, time, "fast", 0), slow_at=self._next(state, time, "slow", 1))

    def hear(self, state: OperatorState, arrived: list[Sample], time: float) -> OperatorState:
        """Take note of laboratory values that have arrived."""
        new = tuple((s.tag, s.source_time, s.value) for s in arrived if s.tag in SEEN and s.value is not None)
        if not new:
            return state
        kept = tuple(one for one in state.seen if one[1] > time - LONG_MEMORY_S)
        return replace(state, seen=tuple(sorted((*kept, *new), key=lambda one: one[1])))

    def step(
        self,
        state: OperatorState,
        time: float,
        measured: Mapping[str, float],
        remote: Mapping[str, float],
        humidity: float,
        order: Effect = NONE,
    ) -> OperatorState:
        """The state after looking at `time`. `measured`: newest values by tag, NaN when missing. `remote`: the remote
        values of the set points that are remote now. `humidity`: of the day, kg/Nm3. `order`: of a scenario."""
        state = self.follow(state, remote)
        share = float(order.multiplied("order.blast_share"))
        if share < 1.0:  # no heat is steered and no blast restored on the way down and up again
            kept = state.kept or state.setpoints
            state = replace(state, kept=kept, setpoints=off_blast(kept, share, self.settings))
            return self._charge(state, time, order)
        if state.kept is not None:
            state = replace(state, setpoints=state.kept, kept=None)
        if time >= state.fast_at:
            state = self._fast(state, time, remote, humidity)
        if time >= state.slow_at:
            state = self._slow(state, time)
        if state.extra_coke_until != -math.inf and time >= state.extra_coke_until:
            state = replace(state, extra_coke_until=-math.inf)
        state = self._trip(state, measured.get("coal_injection_rate", math.nan))
        if time >= state.blast_at:
            state = self._blast(state, time, measured.get("pressure_drop", math.nan))
        return self._charge(state, time, order)

    def _charge(self, state: OperatorState, time: float, order: Effect) -> OperatorState:
        """The charge: coke with what is given against a chill or before a stop, ore with what an order leaves of it."""
        extra = self.settings["slow.extra_coke"] if state.extra_coke_until > time else 0.0
        coke = state.coke_aim + self._per_charge(extra + float(order.added("order.extra_coke")))
        ore = self.reference.ore_base * float(order.multiplied("order.ore_share"))
        return replace(state, setpoints=state.setpoints._replace(coke_base=coke, ore_base=ore))

    def heat(self, state: OperatorState, since: float, until: float) -> float | None:
        """Thermal state over the aim, K, from the samples taken in that span; None when there are too few."""
        found = {tag: [v for t, at, v in state.seen if t == tag and since < at <= until] for tag in SEEN}
        temperatures, silicon = found["hot_metal_temperature"], found["hot_metal_silicon"]
        if len(temperatures) < LEAST_SAMPLES:
            return None
        by_temperature = _median(temperatures) - self.settings["aim.hot_metal_temperature"]
        if len(silicon) < LEAST_SAMPLES:
            return by_temperature
        departure = _median(silicon) - self.settings["aim.hot_metal_silicon"]
        by_silicon = departure * self.settings["fast.temperature_per_silicon"]
        return TEMPERATURE_WEIGHT * by_temperature + (1.0 - TEMPERATURE_WEIGHT) * by_silicon

    def follow(self, state: OperatorState, remote: Mapping[str, float]) -> OperatorState:
        """Follow what is remote, so that taking over is bumpless."""
        if not remote:
            return state
        names = {MOISTURE: "blast_moisture", COAL: "coal_injection_rate"}
        changed = {name: remote[tag] for tag, name in names.items() if tag in remote}
        kept = None if state.kept is None else state.kept._replace(**changed)
        return replace(state, setpoints=state.setpoints._replace(**changed), kept=kept)

    def _fast(self, state: OperatorState, time: float, remote: Mapping[str, float], humidity: float) -> OperatorState:
        state = replace(state, decisions=state.decisions + 1, fast_at=self._next(state, time, "fast", 0))
        moves = tuple(one for one in state.moves if time - one[0] < 3.0 * one[2])
        expected = self._expected(moves, state, time)
        state = replace(state, moves=moves)
        if expected is None or COAL in remote or MOISTURE in remote:
            return state
        g, size = self.settings, abs(expected)
        coal, moisture = state.setpoints.coal_injection_rate, state.setpoints.blast_moisture
        new_coal, new_moisture = coal, moisture
        if size > g["fast.dead_band"]:
            step = g["fast.coal_step"] * (2.0 if size > g["fast.strong"] else 1.0)
            new_coal = _clip(
                coal - math.copysign(step, expected), self.reference.coal_injection_rate, g["fast.coal_range"]
            )
        highest = self.reference.blast_moisture + g["fast.moisture_above"]
        if size > g["fast.quick"]:
            step = min(g["fast.moisture_largest_step"], size / g["fast.moisture_effect"] * 0.5e-3)
            new_moisture = min(max(moisture + math.copysign(step, expected), humidity), max(highest, humidity))
        elif size <= g["fast.dead_band"]:  # calm: bring both back half a step at a time, coke has to do the lasting
            new_moisture = moisture + _clip(
                self.reference.blast_moisture - moisture, 0.0, 0.5 * g["fast.moisture_step"]
            )
            new_coal = coal + _clip(self.reference.coal_injection_rate - coal, 0.0, 0.5 * g["fast.coal_step"])
        per_tonne_per_hour = g["fast.coal_effect"] * 3.6
        effect_coal = (new_coal - coal) * per_tonne_per_hour
        effect_moisture = -(new_moisture - moisture) * 1e3 * g["fast.moisture_effect"]
        new = [(time, effect_coal, g["fast.coal_time"]), (time, effect_moisture, g["fast.moisture_time"])]
        setpoints = state.setpoints._replace(coal_injection_rate=new_coal, blast_moisture=new_moisture)
        return replace(state, setpoints=setpoints, moves=(*moves, *(one for one in new if one[1] != 0.0)))

    def _expected(self, moves: tuple[Move, ...], state: OperatorState, time: float) -> float | None:
        """Where heat goes, K over the aim: what is seen, part of its trend, and what earlier moves will still do."""
        span = self.settings["fast.memory"]
        now = self.heat(state, time - span, time)
        if now is None:
            return None
        before = self.heat(state, time - 2.0 * span, time - span)
        trend = 0.0 if before is None else self.settings["fast.trend_weight"] * (now - before)
        pending = sum(effect * math.exp(-(time - made) / tau) for made, effect, tau in moves if time >= made)
        return now + trend + pending

    def _slow(self, state: OperatorState, time: float) -> OperatorState:
        state = replace(state, decisions=state.decisions + 1, slow_at=self._next(state, time, "slow", 1))
        g, heat = self.settings, self.heat(state, time - LONG_MEMORY_S, time)
        if heat is None:
            return state
        coal = state.setpoints.coal_injection_rate - self.reference.coal_injection_rate
        # Coke takes over what coal has had to give for long; coke moved lately still lies in the shaft.
        pending = sum(
            effect for made, effect, tau in state.moves if effect and tau == g["slow.coke_time"] and time < made
        )
        wanted = 0.0
        if abs(coal) > g["slow.coal_tolerance"] and coal * heat <= 0.0:
            wanted = math.copysign(1.0, coal)
        elif abs(heat + pending) > g["slow.heat_tolerance"]:
            wanted = -math.copysign(1.0, heat + pending)
        step = self._per_charge(g["slow.coke_step"]) * wanted
        aim = _clip(state.coke_aim + step, self.reference.coke_base, self._per_charge(g["slow.coke_range"]))
        effect = (aim - state.coke_aim) / self._per_charge(1.0) * 1e3 * g["slow.coke_effect"]
        if effect:
            move = (time + g["slow.coke_delay"], effect, g["slow.coke_time"])
            state = replace(state, moves=(*state.moves, move))
        recent = self.heat(state, time - 0.5 * LONG_MEMORY_S, time)
        cold = recent is not None and recent < -g["slow.cold"]
        extra = time + g["slow.extra_time"] if cold else state.extra_coke_until
        return replace(state, coke_aim=aim, extra_coke_until=extra)

    def _trip(self, state: OperatorState, coal: float) -> OperatorState:
        """Without coal the oxygen is taken off at once, and given back when coal flows again."""
        wanted, normal = state.setpoints.coal_injection_rate, self.reference.oxygen_flow
        if math.isnan(coal):
            return state
        oxygen = 0.0 if coal < TRIPPED * wanted else normal
        return replace(state, setpoints=state.setpoints._replace(oxygen_flow=oxygen))

    def _blast(self, state: OperatorState, time: float, drop: float) -> OperatorState:
        g, volume, normal = self.settings, state.setpoints.blast_volume, self.reference.blast_volume
        if math.isnan(drop):
            return state
        if drop > g["blast.drop_limit"]:
            volume = max(volume - g["blast.cut"] * normal, g["blast.lowest"] * normal)
        elif drop < g["blast.drop_limit"] - g["blast.drop_margin"]:
            volume = min(volume + g["blast.restore"] * normal, normal)
        setpoints = state.setpoints._replace(blast_volume=volume)
        return replace(state, setpoints=setpoints, blast_at=time + g["blast.interval"])

    def _next(self, state: OperatorState, time: float, loop: str, column: int) -> float:
        low, high = self.settings.pair(f"{loop}.interval")
        return time + low + (high - low) * float(self._numbers.uniform(state.decisions)[column])

    def _per_charge(self, coke: float) -> float:
        """kg of coke per kg of hot metal as kg a charge."""
        return coke * self.settings["slow.iron_per_charge"]


def _median(values: list[float]) -> float:
    """Middle of the values: an operator does not believe a single odd dip."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else 0.5 * (ordered[half - 1] + ordered[half])


def _clip(value: float, centre: float, reach: float) -> float:
    return min(max(value, centre - reach), centre + reach)


def to_tree(state: OperatorState) -> dict[str, Any]:
    """The state as a tree for `snapshot.pack`."""
    kept = None if state.kept is None else list(state.kept)
    return {**asdict(state), "setpoints": list(state.setpoints), "kept": kept}


def from_tree(tree: dict[str, Any]) -> OperatorState:
    """The state from such a tree."""
    seen = tuple((str(tag), at, value) for tag, at, value in tree["seen"])
    moves = tuple((a, b, c) for a, b, c in tree["moves"])
    kept = None if tree["kept"] is None else Setpoints(*tree["kept"])
    own = {"setpoints": Setpoints(*tree["setpoints"]), "seen": seen, "moves": moves, "kept": kept}
    return OperatorState(**{**tree, **own})
