"""The log and the last word on each set point, in the field's units."""

import dataclasses

import pytest

from ironworks.core.decision import GuardAction, GuardEffect
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRow, DecisionRow
from ironworks.core.works import load_works
from ironworks.show.journal import MOST_ROWS, decision, log, setpoints

TAGS = load_works("demo").tags
COAL = "coal_injection_rate_setpoint"
UNIT = TAGS[COAL].unit

MOVE = DecisionRow(
    7, 4200.0, COAL, Mode.AUTO, "move", UNIT.to_si(60.0), UNIT.to_si(62.0), "optimal", "", "too cold",
    (("hot_metal_temperature", 7200.0, 4.0), ("hot_metal_silicon", 7200.0, 0.0002)), "allowed", UNIT.to_si(61.5),
    (GuardAction("rate", GuardEffect.TIGHTENED, "largest step", UNIT.to_si(62.0), UNIT.to_si(61.5)),),
    "confirmed", 4202.0, UNIT.to_si(61.5), "",
)  # fmt: skip
HOLD = dataclasses.replace(
    MOVE, cycle=8, time=4800.0, kind="hold", proposed=None, allowed=None, verdict="refused", actions=(), effects=(),
    write_status="", written_at=None, read_back=None, reason="on target",
)  # fmt: skip


def test_a_decision_stands_in_the_fields_units_and_effects_are_differences():
    row = decision(TAGS, MOVE)
    assert [row[key] for key in ("current", "proposed", "allowed", "read_back")] == pytest.approx([60, 62, 61.5, 61.5])
    assert row["effects"] == [
        {"target": "hot_metal_temperature", "horizon_s": 7200.0, "change": 4.0},
        {"target": "hot_metal_silicon", "horizon_s": 7200.0, "change": 0.02},
    ]
    assert row["actions"][0]["after"] == pytest.approx(61.5)
    assert row["mode"] == "AUTO"


def test_the_last_decision_and_the_last_write_are_told_apart():
    change = ModeChange(COAL, Mode.AUTO, Mode.ADVISORY, 5000.0, "ironworks", "stale")
    found = setpoints(TAGS, [COAL, "blast_moisture_setpoint"], [MOVE, HOLD], [change])
    assert found[COAL]["decision"]["cycle"] == 8
    assert found[COAL]["written"]["cycle"] == 7
    assert found[COAL]["mode_change"]["new"] == "ADVISORY"
    assert found["blast_moisture_setpoint"] == {"decision": None, "written": None, "mode_change": None}


def test_the_log_tells_moves_guards_modes_failures_and_faults_newest_first():
    changes = [ModeChange(COAL, Mode.AUTO, Mode.ADVISORY, 5000.0, "ironworks", "stale")]
    cycles = [
        CycleRow(7, 4200.0, "good", (), (), ()),
        CycleRow(8, 4800.0, "good", ("link_down",), ("predict: ValueError: x",), ()),
        CycleRow(9, 5400.0, "good", ("link_down",), (), ()),
        CycleRow(10, 6000.0, "good", (), (), ()),
    ]
    rows = log(TAGS, [MOVE, HOLD], changes, cycles)
    assert [(row["time"], row["kind"]) for row in rows] == [
        (6000.0, "fault"), (5000.0, "mode"), (4800.0, "fault"), (4800.0, "failure"),
        (4200.0, "guard"), (4200.0, "move"),
    ]  # fmt: skip
    assert [row["active"] for row in rows if row["kind"] == "fault"] == [False, True]
    assert len({row["id"] for row in rows}) == len(rows)


def test_an_outcome_that_is_not_good_is_told_once_until_it_changes():
    bad = [
        dataclasses.replace(HOLD, cycle=n, time=600.0 * n, outcome=outcome, outcome_message=outcome)
        for n, outcome in enumerate(["optimal", "infeasible", "infeasible", "no_forecast", "optimal", "infeasible"])
    ]
    told = [row["outcome"] for row in log(TAGS, bad, [], []) if row["kind"] == "outcome"]
    assert told == ["infeasible", "no_forecast", "infeasible"]


def test_the_log_is_bounded():
    moves = [dataclasses.replace(MOVE, cycle=n, time=600.0 * n) for n in range(400)]
    rows = log(TAGS, moves, [], [])
    assert len(rows) == MOST_ROWS
    assert rows[0]["time"] == 600.0 * 399
