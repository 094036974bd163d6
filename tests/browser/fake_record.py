"""A record that never was: plausible furnace data as functions of time, to develop and test the page without the chain.

Run it to look at the page: `python tests/browser/fake_record.py --speed 60 --port 8700`.
"""

import argparse
import asyncio
import math
import zlib
from collections.abc import Sequence

import numpy as np

from ironworks.core.clock import AcceleratedClock, Clock
from ironworks.core.decision import GuardAction, GuardEffect, Receipt
from ironworks.core.dictionary import Role, Tag
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, MEASURED, Forecast
from ironworks.core.mode import Mode, ModeChange, ModeLadder
from ironworks.core.ports import CycleRow, DecisionRow
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import Works, load_works

HOUR = 3600.0
START = 1_790_000_000.0  # 2026-09-21T13:33:20Z
NORMAL_DEVIATES = (-1.645, -0.674, 0.0, 0.674, 1.645)

BASES = {  # in the field's units: level, swing
    "hot_metal_temperature": (1504, 9), "hot_metal_silicon": (0.42, 0.06), "blast_volume": (6400, 20),
    "blast_temperature": (1195, 4), "hot_blast_pressure": (385, 5), "cold_blast_pressure": (402, 5),
    "top_pressure": (228, 2), "pressure_drop": (157, 4), "permeability_index": (32, 0.8),
    "flame_temperature": (2190, 12),
    "top_gas_carbon_monoxide": (24.3, 0.5), "top_gas_carbon_dioxide": (22.9, 0.5), "top_gas_hydrogen": (4.4, 0.2),
    "top_gas_nitrogen": (48.4, 0.4), "gas_utilisation": (48.5, 0.6), "top_gas_temperature": (152, 12),
    "production_rate": (10120, 120), "fuel_rate": (498, 3), "coke_rate": (335, 3), "coal_rate": (163, 2),
    "oxygen_flow": (240, 3), "oxygen_enrichment": (2.9, 0.05), "bosh_gas_volume": (8900, 30), "cast_number": (18423, 0),
    "charge_count": (96, 0), "slag_basicity": (1.18, 0.02), "remote_heartbeat": (5412, 0), "plant_alarm": (0, 0),
    "tap_hole_1_open": (1, 0), "tap_hole_2_open": (0, 0), "tap_hole_3_open": (0, 0), "tap_hole_4_open": (0, 0),
    "operator_mode": (0, 0), "cast_time": (64, 0), "stove_in_service": (2, 0), "charge_rate": (6.4, 0.1),
    "top_pressure_setpoint": (228, 0), "blast_volume_setpoint": (6400, 0), "blast_temperature_setpoint": (1195, 0),
    "oxygen_flow_setpoint": (240, 0), "heat_load_total": (41, 1.5),
}  # fmt: skip


def noise(name: str, step: np.ndarray) -> np.ndarray:
    """Uniform -1 .. 1, a pure function of the name and the step."""
    mixed = (step.astype(np.uint64) + np.uint64(zlib.crc32(name.encode()))) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(40)).astype(float) / 2**23 - 1.0


BURDEN = (60, 131, 284, 405, 504, 582, 634, 676, 713, 746, 796, 850, 902, 951, 1001, 1056, 1112, 1184, 1310, 1475)
GAS = (178, 300, 422, 521, 600, 663, 707, 743, 778, 818, 863, 915, 970, 1025, 1090, 1180, 1330, 1560, 1850, 2200)
OXIDATION = (145, 144, 143, 140, 136, 132, 128, 120, 111, 105, 101, 95, 85, 72, 55, 34, 14, 5, 2, 0)
"""A steady furnace, from the stock line down: degC, degC, hundredths of kmol O per kmol Fe."""


def inside_beliefs(time: float) -> dict[str, Belief]:
    """What an estimator might believe of the inside: a steady furnace whose cohesive zone wanders up and down."""
    wave = math.sin(2 * math.pi * time / (11.0 * HOUR))
    columns = {"temperature": BURDEN, "gas_temperature": GAS, "oxidation": OXIDATION}
    found: dict[str, Belief] = {}
    for name, values in columns.items():
        for cell, value in enumerate(reversed(values)):
            hot = 1.0 - cell / len(values)
            scale, zero, sway, sd = (0.01, 0.0, 0.0, 3.0) if name == "oxidation" else (1.0, 273.15, 30.0 * hot, 15.0)
            spread = scale * sd * (1.0 + 2.0 * hot)
            found[f"inside.{name}.{cell:02d}"] = Belief(zero + scale * (value + sway * wave), spread)
    figures = {
        "cohesive_top": (0.19 + 0.02 * wave, 0.015), "cohesive_bottom": (0.10 + 0.012 * wave, 0.012),
        "stored_heat": (3.37e12 + 4e10 * wave, 2.1e10), "wall_loss": (8.6e7 - 3e6 * wave, 5e6),
        "shaft_efficiency": (0.97 + 0.02 * wave, 0.03), "coke_error": (0.012 - 0.004 * wave, 0.006),
        "reducibility": (1.04, 0.08), "residence_time": (2.52e4 - 400 * wave, 600.0),
        "utilisation_offset": (0.004, 0.002),
    }  # fmt: skip
    return found | {f"inside.{name}": Belief(mean, sd) for name, (mean, sd) in figures.items()}


class FakeRecord:
    """A RecordReader over functions of time. Knobs: `silent_from`, `inside_from`, `gaps`, `bad`, `failure`."""

    def __init__(self, works: Works, clock: Clock, age: float = 80 * HOUR) -> None:
        self.works, self.clock, self.begin = works, clock, clock.now() - age
        self.silent_from = math.inf
        self.inside_from = self.begin + 9 * HOUR
        self.gaps: dict[str, tuple[float, float]] = {}
        self.bad: dict[str, tuple[float, float, str]] = {}
        self.failure: Exception | None = None
        self.ladder_modes = dict.fromkeys(works.limits, Mode.AUTO)
        self.changes: list[ModeChange] = []
        self.cycle_rows: list[CycleRow] = []
        self.decision_rows: list[DecisionRow] = []
        self.forecast_rows: dict[str, list[Forecast]] = {name: [] for name in works.targets}
        self.moves: dict[str, list[tuple[float, float]]] = {}
        for name in works.limits:
            limits = works.limits[name]
            self.moves[name] = [(self.begin - HOUR, limits.low + 0.35 * (limits.high - limits.low))]

    # values ---------------------------------------------------------------------------------------------------------

    def truth(self, tag: Tag, times: np.ndarray) -> np.ndarray:
        """The signal in the field's unit."""
        setpoint = tag.name if tag.name in self.moves else f"{tag.name}_setpoint"
        if setpoint in self.moves:
            when, values = np.array(self.moves[setpoint]).T
            return tag.unit.from_si(values[np.clip(np.searchsorted(when, times, side="right") - 1, 0, None)])
        low, high = tag.unit.from_si(tag.low), tag.unit.from_si(tag.high)
        seed = zlib.crc32(tag.name.encode())
        base, swing = BASES.get(tag.name, (low + (0.3 + 0.1 * (seed % 5) / 5) * (high - low), 0.01 * (high - low)))
        slow = np.sin(2 * np.pi * times / (9.1 * HOUR) + seed % 7)
        return base + swing * (0.9 * slow + 0.5 * np.sin(2 * np.pi * times / (3.3 * HOUR) + seed % 5))

    def measured(self, tag: Tag, start: float, end: float) -> list[Sample]:
        known_until = min(end, self.silent_from, self.clock.now() - tag.delay)
        steps = np.arange(math.ceil(max(start, self.begin) / tag.period), math.floor(known_until / tag.period) + 1)
        times = steps * tag.period
        if tag.role == Role.LABORATORY:
            times = times + np.round(noise(tag.name + "t", steps) * 0.2 * tag.period)
            steps, times = steps[times <= known_until], times[times <= known_until]
        values = self.truth(tag, times)
        if tag.role in (Role.MEASUREMENT, Role.CALCULATED, Role.LABORATORY):
            span = BASES.get(tag.name, (0.0, 0.005 * (tag.unit.from_si(tag.high) - tag.unit.from_si(tag.low))))[1]
            values = values + (0.6 if tag.role == Role.LABORATORY else 0.25) * span * noise(tag.name, steps)
        gap, bad = self.gaps.get(tag.name, (0.0, 0.0)), self.bad.get(tag.name, (0.0, 0.0, ""))
        return [
            Sample(
                tag.name, tag.unit.to_si(float(value)), Quality.BAD if bad[0] <= time < bad[1] else Quality.GOOD,
                float(time), float(time) + tag.delay, bad[2] if bad[0] <= time < bad[1] else "",
            )
            for time, value in zip(times, values, strict=True)
            if not gap[0] <= time < gap[1]
        ]  # fmt: skip

    # the port -------------------------------------------------------------------------------------------------------

    def _ready(self) -> None:
        if self.failure is not None:
            raise self.failure
        if not self.cycle_rows:
            self.invent_cycle(0, self.begin)
        while (due := self.cycle_rows[-1].time + self.works.cycle) <= min(self.clock.now(), self.silent_from):
            self.invent_cycle(self.cycle_rows[-1].number + 1, due)

    def latest(self) -> dict[str, Sample]:
        self._ready()
        now, found = self.clock.now(), {}
        for tag in self.works.tags:
            end = min(now, self.silent_from)
            rows = self.measured(tag, end - tag.delay - 2.5 * tag.period, end)
            gap = self.gaps.get(tag.name)
            if not rows and gap:
                rows = self.measured(tag, gap[0] - 2.5 * tag.period, gap[0])
            if rows:
                found[tag.name] = rows[-1]
        return found

    def history(self, tags: Sequence[str], start: float, end: float) -> dict[str, list[Sample]]:
        self._ready()
        return {tag: self.measured(self.works.tags[tag], start, end) for tag in tags}

    def forecasts(self, target: str, start: float, end: float, model: str | None = None) -> list[Forecast]:
        self._ready()
        rows = self.forecast_rows[target]
        return [row for row in rows if start <= row.made_at <= end and model in (None, row.model)]

    def estimates(self, start: float, end: float) -> list[StateEstimate]:
        self._ready()
        times = [row.time for row in self.cycle_rows if start <= row.time <= end]
        return [
            StateEstimate(time, inside_beliefs(time) if time >= self.inside_from else {}, Health.GOOD) for time in times
        ]

    def decisions(self, start: float, end: float) -> list[DecisionRow]:
        self._ready()
        return [row for row in self.decision_rows if start <= row.time <= end]

    def cycles(self, start: float, end: float) -> list[CycleRow]:
        self._ready()
        return [row for row in self.cycle_rows if start <= row.time <= end]

    def mode_changes(self, start: float, end: float) -> list[ModeChange]:
        return [row for row in self.changes if start <= row.time <= end]

    def modes(self) -> dict[str, Mode]:
        return dict(self.ladder_modes)

    def receipts(self, start: float, end: float) -> list[Receipt]:
        return []

    def counts(self) -> dict[str, int]:
        return {"cycles": len(self.cycle_rows)}

    # cycles ---------------------------------------------------------------------------------------------------------

    def invent_cycle(self, number: int, time: float) -> None:
        """Forecasts, decisions and the cycle's row of one moment."""
        for target in self.works.targets:
            self._invent_forecasts(self.works.tags[target], number, time)
        for setpoint in self.works.limits:
            self._invent_decision(setpoint, number, time)
        faults = ("link_down",) if number % 211 in (100, 101) else ()
        spread = float(noise("cycle", np.array([number]))[0])
        stages = (("sense", 0.05), ("estimate", 0.11), ("predict", 0.4 + 0.1 * spread), ("decide", 0.2), ("act", 0.03))
        self.cycle_rows.append(CycleRow(number, time, "good", faults, (), stages))

    def _invent_forecasts(self, tag: Tag, number: int, made_at: float) -> None:
        lab_noise = BASES[tag.name][1]
        now, then = (float(self.truth(tag, np.array([made_at + ahead]))[0]) for ahead in (0.0, 2 * HOUR))
        error = float(noise(tag.name + "f", np.array([number]))[0])
        day = made_at - np.arange(48) * 1800.0
        centres = {
            "kalman": (then + 0.5 * lab_noise * error, 0.62), "persistence": (now + 0.5 * lab_noise * error, 1.1),
            "mean_24h": (float(self.truth(tag, day).mean()), 0.85),
        }  # fmt: skip
        for model, (centre, spread) in centres.items():
            quantiles = tuple(tag.unit.to_si(centre + deviate * spread * lab_noise) for deviate in NORMAL_DEVIATES)
            for scored in MEASURED:
                drivers, share = self._why(tag, model)
                row = Forecast(
                    tag.name, made_at, 2 * HOUR, scored, model, LEVELS, quantiles, 140, drivers, share, (),
                    ("errs_low", "shifted:blast_moisture") if share else (),
                )  # fmt: skip
                self.forecast_rows[tag.name].append(row)

    def _why(self, tag: Tag, model: str) -> tuple[tuple[tuple[str, float], ...], float | None]:
        """Drivers of a forecast and the share of its error that is scatter; baselines have none."""
        if model in ("persistence", "mean_24h"):
            return (), None
        unit = 1.0 if tag.name == "hot_metal_temperature" else 1e-4
        parts = {"coal_injection_rate": 4.0, "heat_now": -3.0, "gas_utilisation": 1.5, "other": -0.5}
        return tuple((name, unit * change) for name, change in parts.items()), 0.44

    def _invent_decision(self, setpoint: str, number: int, time: float) -> None:
        limits, tag = self.works.limits[setpoint], self.works.tags[setpoint]
        current = self.moves[setpoint][-1][1]
        mode = self.ladder_modes[setpoint]
        wish = float(noise(setpoint, np.array([number // 3]))[0])
        if number % 3 or abs(wish) < 0.35:
            row = DecisionRow(
                number, time, setpoint, mode, "hold", current, None, "optimal", "", "hot metal is where it should be",
                (), "refused", None, (), "", None, None, "",
            )  # fmt: skip
            self.decision_rows.append(row)
            return
        proposed = min(max(current + wish * limits.max_step * 1.4, limits.low), limits.high)
        low, high = current - limits.max_step, current + limits.max_step
        allowed = min(max(proposed, low), high)
        actions: tuple[GuardAction, ...] = ()
        if allowed != proposed:
            actions = (GuardAction("rate", GuardEffect.TIGHTENED, "largest step of one move", proposed, allowed),)
        written = mode == Mode.AUTO
        self.decision_rows.append(
            DecisionRow(
                number, time, setpoint, mode, "move", current, proposed, "optimal", "",
                f"hot metal {'warm' if wish > 0 else 'cool'} in 2 h: {'raise' if wish > 0 else 'lower'} {tag.label_en}",
                (("hot_metal_temperature", 2 * HOUR, -4.2 * wish), ("hot_metal_silicon", 2 * HOUR, -0.0002 * wish)),
                "allowed", allowed, actions, "confirmed" if written else "", time + 2.0 if written else None,
                allowed if written else None, "",
            )
        )  # fmt: skip
        if written:
            self.moves[setpoint].append((time + 2.0, allowed))


class FakeDesk:
    """A ModeDesk over a real ladder; changes go into the fake record."""

    def __init__(self, record: FakeRecord) -> None:
        self.record = record
        ceilings = {name: rule.ceiling for name, rule in record.works.modes.items()}
        self.ladder = ModeLadder(dict(record.ladder_modes), ceilings)

    def modes(self) -> dict[str, Mode]:
        return dict(self.ladder.modes)

    def lower(self, setpoint: str, to: Mode, by: str, reason: str) -> None:
        self.ladder.lower(setpoint, to, self.record.clock.now(), by, reason)
        self._keep()

    def climb(self, setpoint: str, to: Mode, person: str, reason: str) -> None:
        self.ladder.climb(setpoint, to, self.record.clock.now(), person, reason)
        self._keep()

    def _keep(self) -> None:
        self.record.changes, self.record.ladder_modes = list(self.ladder.changes), dict(self.ladder.modes)


def blemished(record: FakeRecord) -> FakeRecord:
    """With the blemishes of a real shift: an outage of an analyser, a bad instrument, tags that went silent."""
    now = record.clock.now()
    record.gaps["top_gas_hydrogen"] = (now - 5 * HOUR, now - 3.6 * HOUR)
    record.gaps["stave_temperature_bosh_2"] = (now - 2 * HOUR, math.inf)
    record.gaps["coke_ash"] = (record.begin, math.inf)
    record.bad["hot_metal_silicon"] = (now - 9 * HOUR, now - 8 * HOUR, "out_of_range")
    record.bad["hearth_temperature_3"] = (now - 1 * HOUR, math.inf, "frozen")
    record.changes = [
        ModeChange(
            "blast_moisture_setpoint", Mode.AUTO, Mode.ADVISORY, now - 4 * HOUR, "ironworks", "critical tag stale"
        ),
        ModeChange("blast_moisture_setpoint", Mode.ADVISORY, Mode.AUTO, now - 3 * HOUR, "Li Wei", "analyser back"),
    ]
    return record


def main() -> None:
    """Serve the page over a fake record."""
    from ironworks.show.api import create_app
    from ironworks.show.server import page_server

    options = argparse.ArgumentParser()
    options.add_argument("--speed", type=float, default=60.0)
    options.add_argument("--port", type=int, default=8700)
    options.add_argument("--token", default="try")
    given = options.parse_args()
    works = load_works("demo")
    clock = AcceleratedClock(START, given.speed)
    record = blemished(FakeRecord(works, clock))
    app = create_app(record, works, clock, FakeDesk(record), given.token)
    asyncio.run(page_server(app, port=given.port).serve())


if __name__ == "__main__":
    main()
