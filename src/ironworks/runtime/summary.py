"""What a run did, from its record: the figures that a headless run prints."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.table import Table

from ironworks.core.decision import Receipt, WriteStatus
from ironworks.core.mode import Mode
from ironworks.core.ports import RecordReader
from ironworks.core.works import SetpointLimits, Works
from ironworks.runtime.service import Service

TOLERANCE = 1e-9
"""Relative: a limit counts as violated only beyond rounding."""


@dataclass(slots=True)
class Summary:
    """Figures of a run; times in s."""

    works: str
    plant_time_s: float
    wall_time_s: float
    cycles: int
    late_cycles: int
    skipped_cycles: int
    failed_cycles: int
    defects: list[str]
    forecasts: int
    commands_written: int
    commands_read_back: int
    guard_actions: dict[str, int]
    limit_violations: list[str]
    record_rows: dict[str, int]
    stage_seconds_p95: dict[str, float]
    cycle_seconds_p95: float
    modes: dict[str, str]
    measured: dict[str, dict[str, float]] = field(default_factory=dict)
    forecasts_scored: int = 0
    scores: list[dict[str, Any]] = field(default_factory=list)

    def table(self) -> Table:
        """For people."""
        table = Table("figure", "value", title=f"{self.works}: {self.plant_time_s / 3600:.1f} plant hours", box=None)
        for name, value in self.to_json().items():
            if name == "scores":
                continue
            for key, each in value.items() if isinstance(value, dict) else [("", value)]:
                table.add_row(" ".join(filter(None, (name.replace("_", " "), str(key)))), str(each))
        for row in self.scores:
            what = f"{row['target']} {row['horizon_s'] / 3600:g} h {row['scored']} {row['model']}"
            table.add_row(what, f"n {row['n']}, RMSE {row['rmse']:g}, in 90 % band {row['coverage90']:.0%}")
        return table

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def summarise(
    reader: RecordReader, works: Works, start: float, end: float, wall_time: float, service: Service
) -> Summary:
    """The figures of the plant time from `start` to `end`, read from the record and from nothing else."""
    cycles = reader.cycles(start, end)
    decisions = reader.decisions(start, end)
    receipts = reader.receipts(start, end)
    actions = Counter(action.kind for row in decisions for action in row.actions)
    rows = reader.counts()
    stages: dict[str, list[float]] = {}
    for cycle in cycles:
        for name, seconds in cycle.stage_seconds:
            stages.setdefault(name, []).append(seconds)
    return Summary(
        works=works.name,
        plant_time_s=end - start,
        wall_time_s=round(wall_time, 3),
        cycles=len(cycles),
        late_cycles=service.late,
        skipped_cycles=service.skipped,
        defects=service.defects,
        failed_cycles=sum(bool(cycle.failures) for cycle in cycles),
        forecasts=rows.get("forecasts", 0),
        commands_written=sum(receipt.status in WRITTEN for receipt in receipts),
        commands_read_back=sum(receipt.status == WriteStatus.CONFIRMED for receipt in receipts),
        guard_actions=dict(sorted(actions.items())),
        limit_violations=limit_violations(reader, works, receipts, start, end),
        record_rows=rows,
        stage_seconds_p95={name: round(percentile(values, 0.95), 4) for name, values in stages.items()},
        cycle_seconds_p95=round(percentile(service.seconds, 0.95), 4),
        modes={setpoint: mode.name for setpoint, mode in reader.modes().items()},
        measured=measured_statistics(reader, works, start, end),
    )


WRITTEN = (WriteStatus.CONFIRMED, WriteStatus.MISMATCH)


def limit_violations(
    reader: RecordReader, works: Works, receipts: Sequence[Receipt], start: float, end: float
) -> list[str]:
    """Every written command, and every set point in force while we had it, that lies outside limits.toml."""
    found: list[str] = []
    for setpoint, limits in works.limits.items():
        written = [
            receipt for receipt in receipts if receipt.command.setpoint == setpoint and receipt.status in WRITTEN
        ]
        found += [f"{setpoint}: {text}" for text in _command_violations(written, limits)]
        ours = _spans_in_charge(reader, setpoint, start, end)
        for sample in reader.history([setpoint], start, end).get(setpoint, []):
            in_force = sample.value is not None and any(a <= sample.source_time < b for a, b in ours)
            if in_force and sample.value is not None and _outside(sample.value, limits):
                found.append(f"{setpoint}: {sample.value:g} in force at {sample.source_time:.0f}")
    return found


def _command_violations(written: Sequence[Receipt], limits: SetpointLimits) -> list[str]:
    found: list[str] = []
    for i, receipt in enumerate(written):
        value, time = receipt.command.value, receipt.written_at
        step = abs(value - receipt.command.verdict.move.current)
        if _outside(value, limits):
            found.append(f"command {value:g} outside {limits.low:g} .. {limits.high:g} at {time:.0f}")
        if step > limits.max_step * (1 + TOLERANCE) + TOLERANCE:
            found.append(f"step {step:g} above {limits.max_step:g} at {time:.0f}")
        hour = [other.command.value for other in written[: i + 1] if time - other.written_at < 3600.0]
        if max(hour) - min(hour) > limits.max_rate_per_h * (1 + TOLERANCE) + TOLERANCE:
            found.append(
                f"change {max(hour) - min(hour):g} within an hour above {limits.max_rate_per_h:g} at {time:.0f}"
            )
    return found


def _outside(value: float, limits: SetpointLimits) -> bool:
    slack = TOLERANCE * max(abs(limits.low), abs(limits.high))
    return value < limits.low - slack or value > limits.high + slack


def _spans_in_charge(reader: RecordReader, setpoint: str, start: float, end: float) -> list[tuple[float, float]]:
    """Spans from a confirmed command in AUTO to the next fall of the mode (or the end)."""
    falls = [c.time for c in reader.mode_changes(start, end) if c.setpoint == setpoint and c.new < Mode.AUTO]
    spans: list[tuple[float, float]] = []
    for receipt in reader.receipts(start, end):
        if receipt.command.setpoint == setpoint and receipt.status == WriteStatus.CONFIRMED:
            finish = min((fall for fall in falls if fall > receipt.written_at), default=end)
            spans.append((receipt.written_at, finish))
    return spans


def measured_statistics(reader: RecordReader, works: Works, start: float, end: float) -> dict[str, dict[str, float]]:
    """Count, mean and standard deviation of the measured targets, in the field's unit."""
    found: dict[str, dict[str, float]] = {}
    for target in works.targets:
        unit = works.tags[target].unit
        values = [
            unit.from_si(sample.value)
            for sample in reader.history([target], start, end).get(target, [])
            if sample.usable and sample.value is not None
        ]
        if values:
            mean = sum(values) / len(values)
            sd = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
            found[target] = {"n": len(values), "mean": round(mean, 4), "sd": round(sd, 4)}
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank); 0 when there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
