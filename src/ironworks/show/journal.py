"""Decisions, mode changes and faults as the page tells them: the last word on each set point, and the log."""

from collections.abc import Iterable, Sequence
from typing import Any

from ironworks.core.decision import GuardAction
from ironworks.core.dictionary import Tag, TagDictionary
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRow, DecisionRow
from ironworks.show.values import field_difference, field_value

Row = dict[str, Any]
"""One row for the page: flat JSON with `id`, `time`, `kind`."""

MOST_ROWS = 150
"""Rows of the log on the page."""

GOOD_OUTCOME = "optimal"


def decision(tags: TagDictionary, row: DecisionRow) -> Row:
    """A decision in the field's units."""
    tag = tags[row.setpoint]
    return {
        "id": f"decision-{row.cycle}-{row.setpoint}",
        "cycle": row.cycle,
        "time": row.time,
        "setpoint": row.setpoint,
        "mode": Mode(row.mode).name,
        "move": row.kind == "move",
        "current": _value(tag, row.current),
        "proposed": _value(tag, row.proposed),
        "allowed": _value(tag, row.allowed),
        "outcome": str(row.outcome),
        "outcome_message": row.outcome_message,
        "reason": row.reason,
        "effects": [
            {"target": target, "horizon_s": horizon, "change": field_difference(tags[target], change)}
            for target, horizon, change in row.effects
            if target in tags
        ],
        "verdict": row.verdict,
        "actions": [_action(tag, action) for action in row.actions],
        "write": row.write_status,
        "written_at": row.written_at,
        "read_back": _value(tag, row.read_back),
        "write_message": row.write_message,
    }


def _value(tag: Tag, value: float | None) -> float | None:
    return None if value is None else field_value(tag, value)


def _action(tag: Tag, action: GuardAction) -> Row:
    return {
        "kind": action.kind,
        "effect": str(action.effect),
        "reason": action.reason,
        "before": _value(tag, action.before),
        "after": _value(tag, action.after),
    }


def setpoints(
    tags: TagDictionary, names: Iterable[str], rows: Sequence[DecisionRow], changes: Sequence[ModeChange]
) -> dict[str, Row]:
    """Of every set point its last decision, the last one that was written, the last mode change; None for none."""
    found: dict[str, Row] = {name: {"decision": None, "written": None, "mode_change": None} for name in names}
    for change in changes:
        if change.setpoint in found:
            found[change.setpoint]["mode_change"] = _mode_row(change)
    for row in rows:
        if row.setpoint in found:
            found[row.setpoint]["decision"] = decision(tags, row)
            if row.write_status:
                found[row.setpoint]["written"] = found[row.setpoint]["decision"]
    return found


def log(
    tags: TagDictionary, decisions: Sequence[DecisionRow], changes: Sequence[ModeChange], cycles: Sequence[CycleRow]
) -> list[Row]:
    """The newest rows of the log, newest first: moves, guard actions, mode changes, failures, faults."""
    rows = [*_decision_rows(tags, decisions), *map(_mode_row, changes), *_cycle_rows(cycles)]
    return sorted(rows, key=lambda row: (row["time"], row["id"]), reverse=True)[:MOST_ROWS]


def _decision_rows(tags: TagDictionary, decisions: Sequence[DecisionRow]) -> Iterable[Row]:
    outcomes: dict[str, str] = {}
    for row in decisions:
        shown = decision(tags, row)
        base = {"time": row.time, "setpoint": row.setpoint, "mode": shown["mode"]}
        if shown["move"]:
            yield {**base, "id": shown["id"], "kind": "move", **{key: shown[key] for key in MOVE_KEYS}}
        elif row.outcome not in (GOOD_OUTCOME, outcomes.get(row.setpoint)):
            text = row.outcome_message or row.reason
            yield {**base, "id": shown["id"], "kind": "outcome", "outcome": str(row.outcome), "reason": text}
        outcomes[row.setpoint] = row.outcome
        if shown["move"]:
            for number, action in enumerate(shown["actions"]):
                if action["kind"] == "permission" and row.mode != Mode.AUTO:
                    continue  # nothing but AUTO is ever permitted to write: no news
                yield {**base, "id": f"{shown['id']}-{number}", "kind": "guard", "guard": action["kind"], **{
                    key: action[key] for key in ("effect", "reason", "before", "after")
                }}  # fmt: skip


MOVE_KEYS = ("current", "proposed", "allowed", "verdict", "reason", "write", "read_back", "write_message")


def _mode_row(change: ModeChange) -> Row:
    return {
        "id": f"mode-{change.setpoint}-{change.time:.3f}-{Mode(change.new).name}",
        "time": change.time,
        "kind": "mode",
        "setpoint": change.setpoint,
        "old": Mode(change.old).name,
        "new": Mode(change.new).name,
        "by": change.by,
        "reason": change.reason,
    }


def _cycle_rows(cycles: Sequence[CycleRow]) -> Iterable[Row]:
    """Failures of stages, and faults of the image when they come and when they go."""
    before: frozenset[str] | None = None
    for cycle in cycles:
        base = {"time": cycle.time, "cycle": cycle.number}
        for number, failure in enumerate(cycle.failures):
            yield {**base, "id": f"failure-{cycle.number}-{number}", "kind": "failure", "reason": failure}
        faults = frozenset(cycle.faults)
        for fault in sorted(faults - (before or frozenset())):
            yield {**base, "id": f"fault-{cycle.number}-{fault}", "kind": "fault", "reason": fault, "active": True}
        for fault in sorted((before or frozenset()) - faults):
            yield {**base, "id": f"gone-{cycle.number}-{fault}", "kind": "fault", "reason": fault, "active": False}
        before = faults
