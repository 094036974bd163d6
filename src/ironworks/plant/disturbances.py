"""What everyday life does to a furnace: slow drifts, weighing, weather, stove changes, short trips, late taps, and
events (slips, channelling, scabs, leaks, stops), which are scenarios begun at random.

Slow processes are exact discretisations of Ornstein-Uhlenbeck processes and start in their stationary distribution.
Every process has a name, draws from a random stream of its own kind, and can be switched off by that name.
"""

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError, nearest
from ironworks.plant.random_streams import Stream
from ironworks.plant.scenarios import NONE, SCENARIOS, SECTORS, Effect, Scenario
from ironworks.plant.settings import Settings

DAY_S = 86400.0
WARMEST_HOUR_S = 15 * 3600.0
RANDOM_SCENARIOS = {
    "slip": "hanging_and_slip", "channelling": "channelling", "scab_fall_small": "scab_fall_small",
    "scab_fall_large": "scab_fall_large", "water_leak": "tuyere_leak_small", "stoppage": "unplanned_stop_1h",
}  # fmt: skip
"""Events that are scenarios begun at random; rate, size and stretch in `disturbances.toml` [event]."""
EVENTS = (
    "stove_change", "lance_plug", "coal_trip", "stockpile", "tap_delay", "cast_offset", "charge_weighing", "day",
    *RANDOM_SCENARIOS,
)  # fmt: skip
SPREADS = {"uptake": 4, "shaft_pressure": 16, "stave": 20, "hearth": 8, "stock_line": 3}
"""Lasting differences around the circumference: name and number of positions."""

U_TRIP, U_TRIP_TIME, U_PLUG, U_PLUG_TIME, U_PLUG_SECTOR, U_STOVE, U_DIP, U_DIP_TIME, U_LATE, U_DELAY, U_PILE = range(11)
N_COKE_WEIGHING, N_ORE_WEIGHING, N_CAST_TEMPERATURE, N_CAST_SILICON, N_PILE_ASH, N_PILE_CSR = range(6)


Running = tuple[str, float, float, float]
"""A scenario under way: its name, when it began (plant s), size, stretch."""


@dataclass(frozen=True, slots=True)
class DisturbanceState:
    """All that the disturbances remember. Times in plant seconds; `slow` (processes,), `spread` (positions,)."""

    step: int
    slow: NDArray[np.float64]
    spread: NDArray[np.float64]
    stove: int
    stove_change_at: float
    dip_until: float
    dip: float
    plugged: tuple[tuple[int, float], ...]  # sector, free again at
    trip_until: float
    pile_until: float
    pile_ash: float
    pile_csr: float
    casts: float
    late_by: float  # s that the next cast will open late, drawn when this one opened
    late_until: float
    cast_temperature: float
    cast_silicon: float
    running: tuple[Running, ...] = ()


class Disturbed(NamedTuple):
    """The disturbances of one step, SI. `slow` and `spread` by name; shares and factors have the unit 1."""

    slow: dict[str, float]
    spread: dict[str, NDArray[np.float64]]
    stove: int
    blast_temperature_dip: float  # K
    coal_tripped: bool
    lances_plugged: NDArray[np.float64]  # (SECTORS,) number
    coke_ash: float  # difference from the reference, pile included
    coke_csr: float
    coke_weighing: float  # relative error of a charge made in this step
    ore_weighing: float
    ambient_humidity: float  # kg/Nm3
    ambient_temperature: float  # K
    tap_late: bool
    cast_temperature: float  # K that this cast differs besides its side of the hearth
    cast_silicon: float
    effect: Effect = NONE  # of the scenarios under way; those on disturbances, coal and taps are in the fields above


class Disturbances:
    """The disturbances of a works, from `disturbances.toml`."""

    def __init__(self, settings: Settings, seed: int, without: Collection[str] = ()) -> None:
        self.settings = settings
        self.names = [n.split(".")[1] for n in settings.numbers if n.startswith("slow.") and n.endswith(".sd")]
        known = [*self.names, *EVENTS, "spread"]
        for name in without:
            if name not in known:
                raise CallError(f"no disturbance '{name}'", expected="a known one", remedy=nearest(name, known))
        self.without = frozenset(without)
        self._sd = np.array([0.0 if n in self.without else settings[f"slow.{n}.sd"] for n in self.names])
        self._time = np.array([settings[f"slow.{n}.time"] for n in self.names])
        spreads = [[0.0 if "spread" in self.without else settings[f"spread.{n}"]] * k for n, k in SPREADS.items()]
        self._spread_sd = np.concatenate(spreads)
        self._random = {event: name for event, name in RANDOM_SCENARIOS.items() if event not in self.without}
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Draw from the streams of another seed from now on."""
        self._slow_numbers = Stream(seed, "slow", len(self.names))
        self._spread_numbers = Stream(seed, "spread", len(self._spread_sd))
        self._events = Stream(seed, "events", 11)
        self._happenings = {event: Stream(seed, f"event {event}", 3) for event in self._random}

    def check(self, scenario: Scenario) -> None:
        """Refuse a scenario that acts on a disturbance that the works has not."""
        for change in scenario.changes:
            family, _, name = change.target.partition(".")
            if family == "disturbance" and name not in self.names:
                raise CallError(
                    f"no disturbance '{name}'", f"scenario {scenario.name}", remedy=nearest(name, self.names)
                )

    def start(self, time: float, scenario: Scenario | None = None, at: float = 0.0) -> DisturbanceState:
        """A state drawn from the stationary distribution (step 0 of the streams), no event under way.

        scenario: begins `at` seconds after `time`.
        """
        running: tuple[Running, ...] = ()
        if scenario is not None:
            self.check(scenario)
            running = ((scenario.name, time + at, 1.0, 1.0),)
        u = self._events.uniform(0)
        slow, spread = self._sd * self._slow_numbers.normal(0), self._spread_sd * self._spread_numbers.normal(0)
        change = time + self._between("stove.time_on_blast", u[U_STOVE])
        pile = time + self._between("stockpile.time", u[U_PILE]) * u[U_TRIP]
        return DisturbanceState(
            0, slow, spread, 1, change, time, 0.0, (), time, pile, 0.0, 0.0, 0.0, 0.0, time, 0.0, 0.0, running
        )  # fmt: skip

    def step(
        self, state: DisturbanceState, time: float, seconds: float, casts: float, casting: bool
    ) -> tuple[DisturbanceState, Disturbed]:
        """The disturbances from `time` to `time + seconds`; `casts` counts the casts begun so far, `casting` whether a
        tap hole is open."""
        step = state.step + 1
        keep = np.exp(-seconds / self._time)
        slow = keep * state.slow + np.sqrt(1.0 - keep * keep) * self._sd * self._slow_numbers.normal(step)
        stay = math.exp(-seconds / self.settings["spread.time"])
        spread = stay * state.spread + math.sqrt(1.0 - stay * stay) * self._spread_sd * self._spread_numbers.normal(
            step
        )
        state = replace(state, step=step, slow=slow, spread=spread)
        u, n = self._events.uniform(step), self._events.normal(step)
        state = self._stove(state, time, u)
        state = self._coal(state, time, seconds, u)
        state = self._pile(state, time, u, n)
        state = self._cast(state, casts, u, n)
        state = self._happen(state, time, seconds)
        if not casting and state.late_by > 0.0:
            state = replace(state, late_by=0.0, late_until=time + state.late_by)
        return state, self._now(state, time, n)

    def _between(self, name: str, uniform: float) -> float:
        low, high = self.settings.pair(name)
        return low + (high - low) * float(uniform)

    def _stove(self, state: DisturbanceState, time: float, u: NDArray[np.float64]) -> DisturbanceState:
        if "stove_change" in self.without or time < state.stove_change_at:
            return state
        return replace(
            state,
            stove=state.stove % int(self.settings["stove.count"]) + 1,
            stove_change_at=time + self._between("stove.time_on_blast", u[U_STOVE]),
            dip=self._between("stove.dip", u[U_DIP]),
            dip_until=time + self._between("stove.dip_time", u[U_DIP_TIME]),
        )

    def _coal(self, state: DisturbanceState, time: float, seconds: float, u: NDArray[np.float64]) -> DisturbanceState:
        if "coal_trip" not in self.without and u[U_TRIP] < self.settings["coal.trip_rate"] * seconds:
            until = time + self._between("coal.trip_time", u[U_TRIP_TIME])
            state = replace(state, trip_until=max(state.trip_until, until))
        plugged = tuple(one for one in state.plugged if one[1] > time)
        if "lance_plug" not in self.without and u[U_PLUG] < self.settings["coal.lance_plug_rate"] * seconds:
            until = time + self._between("coal.lance_plug_time", u[U_PLUG_TIME])
            plugged = (*plugged, (int(u[U_PLUG_SECTOR] * SECTORS), until))
        return state if plugged == state.plugged else replace(state, plugged=plugged)

    def _pile(
        self, state: DisturbanceState, time: float, u: NDArray[np.float64], n: NDArray[np.float64]
    ) -> DisturbanceState:
        if "stockpile" in self.without or time < state.pile_until:
            return state
        return replace(
            state,
            pile_until=time + self._between("stockpile.time", u[U_PILE]),
            pile_ash=self.settings["stockpile.ash"] * float(n[N_PILE_ASH]),
            pile_csr=self.settings["stockpile.csr"] * float(n[N_PILE_CSR]),
        )

    def _cast(
        self, state: DisturbanceState, casts: float, u: NDArray[np.float64], n: NDArray[np.float64]
    ) -> DisturbanceState:
        """At the opening of a tap hole: what sets this cast apart, and whether the next one will be late."""
        if casts == state.casts:
            return state
        scale = 0.0 if "cast_offset" in self.without else 1.0
        late = "tap_delay" not in self.without and u[U_LATE] < self.settings["cast.delay_share"]
        return replace(
            state,
            casts=casts,
            cast_temperature=scale * self.settings["cast.offset_temperature"] * float(n[N_CAST_TEMPERATURE]),
            cast_silicon=scale * self.settings["cast.offset_silicon"] * float(n[N_CAST_SILICON]),
            late_by=self._between("cast.delay", u[U_DELAY]) if late else 0.0,
        )

    def _happen(self, state: DisturbanceState, time: float, seconds: float) -> DisturbanceState:
        """Random scenarios that begin now, and those over."""
        running = tuple(one for one in state.running if time < one[1] + SCENARIOS[one[0]].duration * one[3])
        under_way = {one[0] for one in running}
        for event, name in self._random.items():
            begins, size, stretch = self._happenings[event].uniform(state.step).tolist()
            if begins < self.settings[f"event.{event}.rate"] * seconds and name not in under_way:
                drawn = self._between(f"event.{event}.size", size), self._between(f"event.{event}.stretch", stretch)
                running = (*running, (name, time, *drawn))
        return state if running == state.running else replace(state, running=running)

    def _now(self, state: DisturbanceState, time: float, n: NDArray[np.float64]) -> Disturbed:
        effect = NONE
        for name, begun, size, stretch in state.running:
            effect |= SCENARIOS[name].effect(time - begun, size, stretch)
        slow = dict(zip(self.names, state.slow.tolist()))
        if effect:
            slow = {name: float(effect.on(f"disturbance.{name}", value)) for name, value in slow.items()}
        spread, at = {}, 0
        for name, count in SPREADS.items():
            spread[name] = state.spread[at : at + count]
            at += count
        plugged = np.zeros(SECTORS) + effect.added("coal.lances_plugged")
        for sector, _ in state.plugged:
            plugged[sector] += 1.0
        day = 0.0 if "day" in self.without else math.cos(2.0 * math.pi * (time % DAY_S - WARMEST_HOUR_S) / DAY_S)
        weighing = 0.0 if "charge_weighing" in self.without else 1.0
        mean = self.settings
        humidity = mean["mean.ambient_humidity"] + day * mean["day.humidity_amplitude"] + slow["ambient_humidity"]
        warmth = (
            mean["mean.ambient_temperature"] + day * mean["day.temperature_amplitude"] + slow["ambient_temperature"]
        )
        tripped = time < state.trip_until or effect.added("coal.trip") > 0.5
        late = time < state.late_until or effect.added("tap.late") > 0.5
        return Disturbed(
            slow, spread, state.stove, state.dip if time < state.dip_until else 0.0, bool(tripped), plugged,
            slow["coke_ash"] + state.pile_ash, slow["coke_csr"] + state.pile_csr,
            weighing * mean["charge.coke_weighing"] * float(n[N_COKE_WEIGHING]),
            weighing * mean["charge.ore_weighing"] * float(n[N_ORE_WEIGHING]),
            max(humidity, 1e-3), warmth, bool(late), state.cast_temperature, state.cast_silicon, effect,
        )  # fmt: skip


def to_tree(state: DisturbanceState) -> dict[str, Any]:
    """The state as a tree for `snapshot.pack`."""
    return asdict(state)


def from_tree(tree: dict[str, Any]) -> DisturbanceState:
    """The state from such a tree."""
    plugged = tuple((int(s), float(t)) for s, t in tree["plugged"])
    running = tuple((str(name), float(a), float(b), float(c)) for name, a, b, c in tree["running"])
    return DisturbanceState(**{**tree, "plugged": plugged, "running": running})
