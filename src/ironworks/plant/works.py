"""The simulated works: furnace, disturbances, actuators, instruments, laboratory and shift operator as one `Plant`.

Time advances on a grid of sampling steps; what a tag shows is taken at the end of a step. Everything repeats bit for
bit from the seed, and a snapshot goes on exactly.
"""

import heapq
import math
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ironworks.core.errors import CallError, nearest
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import Works
from ironworks.plant import (
    disturbances,
    instruments,
    laboratory,
    level_one,
    operator,
    remote,
    scenarios,
    snapshot,
    truths,
)
from ironworks.plant.actuators import Actuators, Setpoints, furnace_inputs, number
from ironworks.plant.bookkeeping import Books, count, day_of
from ironworks.plant.disturbances import Disturbances, Disturbed
from ironworks.plant.instruments import Instruments
from ironworks.plant.laboratory import Laboratory
from ironworks.plant.level_one import LevelOne
from ironworks.plant.operator import Operator
from ironworks.plant.process import FurnaceProcess, Process, Truth
from ironworks.plant.publishing import Publisher, measured_tags, setpoint_values
from ironworks.plant.remote import Remote
from ironworks.plant.scenarios import Scenario
from ironworks.plant.settings import Settings

SAMPLING_STEP = 60.0  # s
LEAST_SAMPLING_STEP, LONGEST_SAMPLING_STEP = 1.0, 60.0  # s
TIME_TOLERANCE = 1e-6  # s, rounding of sums of steps
NO_CHARGE = "no_charge_yet"
FINE_STEP, FINE_BELOW_SPEED = 10.0, 120.0


def sampling_step_for(speed: float) -> float:
    """The sampling step, s, that suits a works served at `speed` times real time.

    Below 120 times, a minute between two values would look like a stale instrument of 10 s; above it, values travel in
    batches of a minute or more anyway.
    """
    return FINE_STEP if speed < FINE_BELOW_SPEED else SAMPLING_STEP


class SimulatedWorks:
    """A works that runs in this process, under the contract of `core.ports.Plant`. All values SI.

    works: the works as data. seed: of all random numbers. start_time: plant s since the epoch. sampling_step: s between
    two values of the quickest tags, 1 ... 60; a long one is quick, a short one shows more. without: names of
    disturbances to switch off. instrument_faults: whether instruments drop out, freeze and spike. process: a furnace
    other than its own. scenario: one of
    `plant.scenarios.SCENARIOS`, by name; it begins `scenario_at` s after the start. publish: whether samples of
    instruments leave the works; without, it runs just the same, quicker, and gives laboratory samples only.
    Raises ConfigurationError for a works that cannot be simulated, CallError for arguments outside these.
    """

    def __init__(
        self,
        works: Works,
        seed: int = 1,
        start_time: float = 0.0,
        *,
        sampling_step: float = SAMPLING_STEP,
        without: Collection[str] = (),
        instrument_faults: bool = True,
        process: Process | None = None,
        scenario: str | None = None,
        scenario_at: float = 0.0,
        publish: bool = True,
    ) -> None:
        if not LEAST_SAMPLING_STEP <= sampling_step <= LONGEST_SAMPLING_STEP:
            raise CallError(f"sampling step of {sampling_step} s", "SimulatedWorks", "1 ... 60 s")
        self.works, self.sampling_step = works, float(sampling_step)
        self._instrument_settings = Settings.load(works.folder / "instruments.toml")
        self._disturbance_settings = Settings.load(works.folder / "disturbances.toml")
        rules = Settings.load(works.folder / "operator.toml")
        self._rules, self._zone = rules, ZoneInfo(works.time_zone)
        self._process = process if process is not None else FurnaceProcess(works, self.sampling_step)
        ref = self._process.reference
        self._reference = Setpoints(*(number(getattr(ref, name)) for name in Setpoints._fields))
        self._coke_moisture = number(ref.coke_moisture)
        self._materials = {
            "coke_ash": number(ref.coke_ash), "coke_strength_after_reaction": number(ref.coke_csr) / 100.0,
            "coke_reactivity": number(ref.coke_cri) / 100.0, "sinter_fines": number(ref.ore_fines),
        }  # fmt: skip
        self._patterns = {
            f"burden_pattern_{kind}_{i}": share
            for kind, weights in (("ore", ref.burden_pattern_ore), ("coke", ref.burden_pattern_coke))
            for i, share in enumerate(np.asarray(weights).tolist(), 1)
        }
        self._disturbances = Disturbances(self._disturbance_settings, seed, without)
        self._actuators, self._remote = Actuators(rules), Remote(rules, works.tags)
        self._operator = Operator(rules, self._reference, seed)
        tags = measured_tags(works.tags)
        self._measured_names = [tag.name for tag in tags]
        self._instruments = Instruments(tags, self._instrument_settings, seed, instrument_faults)
        self._level_one = LevelOne(self._instrument_settings)
        self._laboratory = Laboratory(works.tags, self._instrument_settings, self._disturbance_settings, seed)
        self._publisher, self._publish = Publisher(works.tags, self.sampling_step), publish
        chosen = None if scenario is None else self._known(scenario, scenario_at)
        self._begin(float(start_time), chosen, float(scenario_at))

    def _known(self, name: str, at: float) -> Scenario:
        """The scenario of that name, once it is sure that this works has all that it acts on."""
        if not (math.isfinite(at) and at >= 0.0):
            raise CallError(f"a scenario cannot begin {at!r} s after the start", "SimulatedWorks", "a number >= 0")
        chosen = scenarios.scenario(name)
        self._disturbances.check(chosen)
        for change in chosen.changes:
            family, _, tag = change.target.partition(".")
            if family == "instrument" and tag not in self._measured_names:
                raise CallError(f"no instrument '{tag}'", f"scenario {name}", remedy=nearest(tag, self._measured_names))
        return chosen

    def _begin(self, start: float, chosen: Scenario | None, at: float) -> None:
        """The state at the start: settled furnace, normal set points, disturbances in their stationary distribution."""
        self._time, self._grid, self._step_count = start, start, 0
        self._demand = self._reference
        self._d = self._disturbances.start(start, chosen, at)
        self._o = self._operator.start(start)
        self._r = self._remote.start(setpoint_values(self._reference))
        self._i, self._w = self._instruments.start(), self._level_one.start(start)
        self._l = self._laboratory.start(start)
        self._ready: list[Sample] = []  # arrived, not yet fetched
        self._pending: list[tuple[float, int, Sample]] = []  # on their way
        self._letters: list[tuple[float, int, Sample]] = []  # on their way to the operator
        self._sequence, self._alarm = 0, False
        self._readings: dict[str, float] = {}
        self._books = Books(day_of(start, self._zone))

    @property
    def time(self) -> float:
        """Plant time, s since the epoch."""
        return self._time

    @property
    def truth(self) -> Truth:
        """True values of the furnace, for tests and validation only: nothing of the chain may look at them."""
        return self._process.truth

    @property
    def furnace(self) -> FurnaceProcess | None:
        """The furnace model, to look at in tests and validation only; None where it is another process."""
        return self._process if isinstance(self._process, FurnaceProcess) else None

    @property
    def hidden_disturbances(self) -> dict[str, float]:
        """The slow disturbances now, by name, SI; hidden from the chain like `truth`."""
        return dict(zip(self._disturbances.names, self._d.slow.tolist()))

    @property
    def hidden_cast_offsets(self) -> tuple[float, float]:
        """What sets the metal of this cast apart in every sample: temperature [K], silicon; hidden like `truth`."""
        return self._d.cast_temperature, self._d.cast_silicon

    @property
    def readings(self) -> Mapping[str, float]:
        """What instruments and level 1 read at the last step, by tag; NaN where there is none."""
        return self._readings

    @property
    def setpoints(self) -> Setpoints:
        """Set points in force."""
        return self._o.setpoints

    def advance(self, seconds: float) -> list[Sample]:
        """Run on by `seconds` >= 0; the samples that became known, in order of arrival.

        `advance(0.0)` after a write gives the tags that the write changed.
        """
        if not (math.isfinite(seconds) and seconds >= 0.0):
            raise CallError(f"a works cannot advance by {seconds!r} s", expected="a number >= 0")
        until = self._time + seconds
        while self._grid + self.sampling_step <= until + TIME_TOLERANCE:
            self._step()
        self._time = max(until, self._grid)
        self._arrive(self._time)
        known, self._ready = self._ready, []
        return known

    def write(self, tag: str, value: float) -> None:
        """Write a remote value, a remote enable or the heart-beat; CallError for any other tag or a refused value."""
        in_force = setpoint_values(self._o.setpoints)
        before = {**in_force, **self._remote_status()}
        state = self._remote.write(self._r, tag, value, in_force, self._time)
        self._r = self._remote.follow(state, self._time, self._alarm)
        self._o = self._operator.follow(self._o, self._remote_values())
        values = {**setpoint_values(self._o.setpoints), **self._remote_status()}
        for name in values:
            if name == tag or values[name] != before[name]:
                self._ready.append(Sample(name, values[name], Quality.GOOD, self._time, self._time))

    def _step(self) -> None:
        """One sampling step: operator, actuators, furnace, then what instruments and people see of it."""
        start, seconds = self._grid, self.sampling_step
        self._d, now = self._disturbances.step(self._d, start, seconds, self._books.casts, self._books.casting)
        self._r = self._remote.follow(self._r, start, self._alarm)
        self._o = self._operator.hear(self._o, self._delivered(start), start)
        remote = self._remote_values()
        self._o = self._operator.step(self._o, start, self._readings, remote, now.ambient_humidity, now.effect)
        self._demand = self._actuators.step(self._demand, self._o.setpoints, seconds)
        inputs, _ = furnace_inputs(self._demand, now, self._process.reference, self._disturbance_settings)
        truth = self._process.advance(inputs, seconds)
        self._step_count += 1
        self._grid = start + seconds
        self._observe(truth, now)

    def _observe(self, truth: Truth, now: Disturbed) -> None:
        time, seconds = self._grid, self.sampling_step
        day = day_of(time, self._zone)
        self._books, masses = count(self._books, truth, now, self._o.setpoints, day, seconds)
        self._w = self._level_one.add(self._w, masses, time)
        share = truth["actual_blast_volume"] / self._reference.blast_volume
        around = truths.Around(self._books.torpedo_mass, share)
        true, reasons = truths.true_values(
            truth, now, around, self._instrument_settings, self._disturbance_settings, self._reference.blast_volume
        )
        true["coke_moisture"] = truths.coke_moisture(self._coke_moisture, now)
        seen = true if not now.effect else {n: now.effect.on(f"instrument.{n}", value) for n, value in true.items()}
        vector = np.array([seen[name] for name in self._measured_names])
        self._i, readings = self._instruments.read(self._i, vector, time, seconds)
        values = dict(zip(self._measured_names, readings.tolist()))
        self._protect(true, share, now.coal_tripped)
        self._calculate(values, reasons, truth, now, share)
        self._readings = values
        if self._step_count == 1:
            self._publisher.check(values)
        self._arrive(time)
        for sample in self._publisher.samples(self._step_count, time, values, reasons) if self._publish else ():
            if sample.arrival_time <= time:
                self._ready.append(sample)
            else:
                self._post(sample)
        self._l, taken = self._laboratory.step(self._l, truth, now, time, self._materials)
        for sample in taken:
            self._post(sample)
            if sample.tag in operator.SEEN:
                heapq.heappush(self._letters, (sample.arrival_time, self._sequence, sample))

    def _calculate(
        self, values: dict[str, float], reasons: dict[str, str], truth: Truth, now: Disturbed, share: float
    ) -> None:
        """Add what level 1 calculates and what the plant knows of itself to the readings."""
        one, dust = self._level_one, self._disturbance_settings["mean.dust_rate"]
        calculated = one.gas(values)
        if share >= self._instrument_settings["common.stoppage_share"]:
            calculated |= one.tuyeres(values)
        else:
            off = ("bosh_gas_volume", "tuyere_velocity", "blast_momentum", "oxygen_enrichment")
            calculated |= dict.fromkeys(off, math.nan) | {"flame_temperature": one.flame_off_blast(values)}
            reasons |= dict.fromkeys(off, level_one.STOPPAGE)
        windowed = one.rates(self._w, dust * (1.0 + now.slow["dust_rate"]))
        windowed["charge_rate"] = one.charge_rate(self._w)
        for name, value in calculated.items():
            if math.isnan(value):
                reasons.setdefault(name, level_one.INPUT_MISSING)
        reasons |= {name: level_one.WINDOW_FILLING for name, value in windowed.items() if math.isnan(value)}
        books = self._books
        values |= calculated | windowed | setpoint_values(self._o.setpoints) | self._remote_status() | self._patterns
        for i, flag in enumerate(truth["tap_open"].tolist(), 1):
            values[f"tap_hole_{i}_open"] = flag
        values |= {
            "charge_count": books.charge_count, "ore_charge_mass": books.ore, "coke_charge_mass": books.coke,
            "cast_number": truth["cast_count"], "cast_time": truth["time_in_cast"],
            "stove_in_service": float(now.stove), "plant_alarm": float(self._alarm),
        }  # fmt: skip
        reasons |= {"ore_charge_mass": NO_CHARGE, "coke_charge_mass": NO_CHARGE}

    def _protect(self, true: dict[str, float], share: float, coal_tripped: bool) -> None:
        """The plant's own protection, with its own eyes."""
        rules = self._rules
        hot = true["top_gas_temperature_1"] > rules["protection.top_gas_temperature"]
        pressed = true["hot_blast_pressure"] > rules["protection.hot_blast_pressure"]
        self._alarm = bool(hot or pressed or coal_tripped or share < rules["protection.blast_share"])

    def _remote_values(self) -> dict[str, float]:
        """Remote values of the set points that are remote now."""
        return {name: self._r.value[name] for name, active in self._r.active.items() if active}

    def _remote_status(self) -> dict[str, float]:
        status = {"remote_heartbeat": self._r.count, "operator_mode": float(not any(self._r.active.values()))}
        for setpoint in self._remote.setpoints:
            word = setpoint.removesuffix("_setpoint")
            status[f"{word}_remote_value"] = self._r.value[setpoint]
            status[f"{word}_remote_enable"] = float(self._r.enable[setpoint])
            status[f"{word}_remote_active"] = float(self._r.active[setpoint])
        return status

    def _delivered(self, time: float) -> list[Sample]:
        """Laboratory values that have reached the operator."""
        arrived = []
        while self._letters and self._letters[0][0] <= time:
            arrived.append(heapq.heappop(self._letters)[2])
        return arrived

    def _arrive(self, time: float) -> None:
        """What was under way and has arrived by `time`."""
        while self._pending and self._pending[0][0] <= time:
            self._ready.append(heapq.heappop(self._pending)[2])

    def _post(self, sample: Sample) -> None:
        self._sequence += 1
        heapq.heappush(self._pending, (sample.arrival_time, self._sequence, sample))

    def reseed(self, seed: int) -> None:
        """Draw all random numbers from now on from another seed, as if luck were thrown anew.

        The present stays as it is: values of drifts and disturbances, events under way, and what has been drawn for
        later already (the next sample, the operator's next look, the delay of the next cast, the stove's next change).
        """
        for part in (self._disturbances, self._operator, self._instruments, self._laboratory):
            part.reseed(seed)

    def snapshot(self) -> bytes:
        """The whole state."""
        return snapshot.pack(
            {
                "time": [self._time, self._grid], "steps": [self._step_count, self._sequence], "alarm": self._alarm,
                "process": self._process.snapshot(), "demand": list(self._demand),
                "disturbances": disturbances.to_tree(self._d), "operator": operator.to_tree(self._o),
                "remote": remote.to_tree(self._r), "instruments": instruments.to_tree(self._i),
                "windows": level_one.to_tree(self._w), "laboratory": laboratory.to_tree(self._l),
                "pending": _from_samples(self._pending), "letters": _from_samples(self._letters),
                "readings": self._readings, "books": asdict(self._books),
                "ready": _from_samples([(0.0, 0, s) for s in self._ready]),
            }
        )  # fmt: skip

    def restore(self, state: bytes) -> None:
        """Go on from a snapshot of a works with the same data and seed: bit for bit with the same sampling step, and
        from the same state with another one. CallError for bytes that are no snapshot; then nothing has changed."""
        tree = snapshot.unpack(state)
        (self._time, self._grid), (self._step_count, self._sequence) = tree["time"], tree["steps"]
        self._alarm, self._demand = tree["alarm"], Setpoints(*tree["demand"])
        self._process.restore(tree["process"])
        self._d, self._o = disturbances.from_tree(tree["disturbances"]), operator.from_tree(tree["operator"])
        self._r, self._i = remote.from_tree(tree["remote"]), instruments.from_tree(tree["instruments"])
        self._w, self._l = level_one.from_tree(tree["windows"]), laboratory.from_tree(tree["laboratory"])
        self._pending, self._letters = _to_samples(tree["pending"]), _to_samples(tree["letters"])
        self._readings, self._books = tree["readings"], Books(**tree["books"])
        self._ready = [_sample(row) for row in tree["ready"]]


def _from_samples(heap: list[tuple[float, int, Sample]]) -> list[Any]:
    return [[n, s.tag, s.value, int(s.quality), s.source_time, s.arrival_time, s.reason] for _, n, s in heap]


def _to_samples(rows: list[Any]) -> list[tuple[float, int, Sample]]:
    heap = [(row[5], row[0], _sample(row)) for row in rows]
    heapq.heapify(heap)
    return heap


def _sample(row: list[Any]) -> Sample:
    return Sample(row[1], row[2], Quality(row[3]), row[4], row[5], row[6])
