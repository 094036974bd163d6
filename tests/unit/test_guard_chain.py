"""All rails together, and the words that the record and the page see."""

from ironworks.core.decision import (
    Allowed,
    Command,
    GuardEffect,
    Hold,
    Move,
    Receipt,
    Refused,
    Solved,
    SolverStatus,
    Unsolved,
    WriteStatus,
)
from ironworks.core.mode import Mode
from ironworks.core.ports import Guard
from ironworks.core.works import load_works
from ironworks.decide.trial import image_of
from ironworks.guard.chain import GuardChain

WORKS = load_works("demo")
COAL = "coal_injection_rate_setpoint"  # 45 .. 80 t/h, step 1.5, 3 within an hour, 20 min between
TON = 1.0 / 3.6
NOW = 1e6
SOLVED = Solved("test", 0.0, 1)
STEADY = {"blast_volume": 111.0, "hot_metal_temperature": 1778.0, "plant_alarm": 0.0}


def a_move(to, current=62.0):
    return Move(COAL, to * TON, current * TON, SOLVED, NOW, "because")


def judge(proposal, current=62.0, mode=Mode.AUTO, recent=(), steady=STEADY):
    guard: Guard = GuardChain.from_works(WORKS)
    return guard.judge(proposal, image_of(WORKS, NOW, {COAL: current * TON}, steady), mode, recent)


def test_a_good_move_is_allowed_as_it_is():
    verdict = judge(a_move(63.0))
    assert verdict == Allowed(a_move(63.0), 63.0 * TON, NOW, ())


def test_the_strictest_tightening_wins_and_all_are_listed():
    """79.5 and on to 90: the limit leaves 80, the step 81, so 80; from 78.9 the step leaves 80.4."""
    verdict = judge(a_move(90.0, 79.5), 79.5)
    assert isinstance(verdict, Allowed)
    assert verdict.value == WORKS.limits[COAL].high
    assert [(action.kind, action.effect) for action in verdict.actions] == [
        ("absolute_limit", GuardEffect.TIGHTENED),
        ("rate", GuardEffect.TIGHTENED),
        ("rate", GuardEffect.TIGHTENED),
    ]


def test_one_refusal_refuses_and_the_other_reasons_are_still_given():
    steady = {**STEADY, "plant_alarm": 1.0}
    del steady["blast_volume"]
    at = NOW - 300.0
    move = Move(COAL, 62.0 * TON, 61.0 * TON, SOLVED, at, "")
    receipt = Receipt(
        Command.from_verdict(Allowed(move, move.value, at), Mode.AUTO, at), WriteStatus.CONFIRMED, at, move.value
    )
    verdict = judge(a_move(90.0), mode=Mode.SHADOW, recent=[receipt], steady=steady)
    assert isinstance(verdict, Refused)
    kinds = [action.kind for action in verdict.actions]
    assert kinds == ["permission", "permission", "freshness", "absolute_limit", "rate", "rate", "rate"]


def test_below_auto_a_good_move_is_refused_by_permission_alone():
    for mode in (Mode.SHADOW, Mode.ADVISORY):
        verdict = judge(a_move(63.0), mode=mode)
        assert isinstance(verdict, Refused)
        assert [(action.kind, action.effect) for action in verdict.actions] == [("permission", GuardEffect.REFUSED)]


def test_a_hold_is_refused_without_error_and_a_failure_says_why():
    verdict = judge(Hold(COAL, SOLVED, NOW, "on aim"))
    assert isinstance(verdict, Refused)
    assert [action.reason for action in verdict.actions] == ["hold: on aim"]
    failed = Unsolved(SolverStatus.ITERATION_LIMIT, "too many")
    verdict = judge(Hold(COAL, failed, NOW, "no decision: too many"))
    assert [action.kind for action in verdict.actions] == ["solver_outcome", "permission"]


def test_to_take_charge_at_the_value_in_force_is_allowed():
    assert judge(a_move(62.0)) == Allowed(a_move(62.0), 62.0 * TON, NOW, ())
    assert isinstance(judge(a_move(85.0, 85.0), 85.0), Refused)  # but not outside the limits


def test_a_chain_without_rails_still_refuses_a_hold():
    guard = GuardChain(WORKS, GuardChain.from_works(WORKS)._rules, rails=())
    image = image_of(WORKS, NOW, {COAL: 62.0 * TON}, STEADY)
    assert isinstance(guard.judge(Hold(COAL, SOLVED, NOW, ""), image, Mode.AUTO, ()), Refused)


def test_the_resolution_of_the_clock_reaches_the_rails():
    """At 600 times real time values come 300 s at a time."""
    import dataclasses

    image = image_of(WORKS, NOW, {COAL: 62.0 * TON}, STEADY)
    old = dataclasses.replace(image.readings["blast_volume"], age=299.0)
    image = dataclasses.replace(image, readings={**image.readings, "blast_volume": old})
    for resolution, kind in ((300.0, Allowed), (1.0, Refused)):
        guard = GuardChain.from_works(WORKS, resolution)
        assert isinstance(guard.judge(a_move(63.0), image, Mode.AUTO, ()), kind)
