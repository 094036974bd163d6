"""What must be true of the guards whatever they are asked."""

import dataclasses
import math

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ironworks.core.decision import Allowed, Command, Move, Receipt, Solved, WriteStatus
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.mode import Mode
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_works
from ironworks.guard.chain import GuardChain
from ironworks.guard.rails import RAILS
from ironworks.guard.rules import load_rules

WORKS = load_works("demo")
RULES = load_rules(WORKS.folder / "guard.toml")
GUARD = GuardChain(WORKS, RULES)
MOISTURE = "blast_moisture_setpoint"
LIMITS = WORKS.limits[MOISTURE]
NOW = 1e6
SOLVED = Solved("test", 0.0, 1)
TAGS = (*WORKS.modes[MOISTURE].critical, "plant_alarm", "top_pressure")
GOOD = {
    MOISTURE: 0.012,
    "blast_moisture": 0.012,
    "hot_metal_temperature": 1778.0,
    "blast_volume": 111.0,
    "plant_alarm": 0.0,
    "top_pressure": 3.3e5,
}

VALUES = st.floats(0.0, 0.05)
"""The whole range of the tag, wider than the limits on both sides."""


def a_reading(tag, value, quality=Quality.GOOD, age=5.0, reason=""):
    return Reading(Sample(tag, value, quality, NOW - age, NOW, reason), age)


@st.composite
def receipts(draw):
    value, current = draw(VALUES), draw(VALUES)
    at = NOW - draw(st.floats(-600.0, 7200.0))
    move = Move(MOISTURE, value, current, SOLVED, at, "")
    command = Command.from_verdict(Allowed(move, value, at), Mode.AUTO, at)
    return Receipt(command, draw(st.sampled_from(WriteStatus)), at, None)


@st.composite
def questions(draw, near=True):
    """A move, an image that fits it, a mode and receipts; most are good, so that much is allowed."""
    current = draw(VALUES)
    step = draw(st.floats(-1.5, 1.5)) * LIMITS.max_step
    value = min(max(current + step, 0.0), 0.05) if near else draw(VALUES)
    move = Move(MOISTURE, value, current, SOLVED, NOW - draw(st.sampled_from([0.0, 0.0, 0.0, 900.0])), "because")
    image = ProcessImage(NOW, {tag: a_reading(tag, value) for tag, value in {**GOOD, MOISTURE: current}.items()})
    mode = draw(st.sampled_from([Mode.AUTO, Mode.AUTO, Mode.AUTO, Mode.ADVISORY]))
    return move, image, mode, draw(st.lists(receipts(), max_size=4))


SPOILERS = st.sampled_from(
    [
        lambda tag, old: None,
        lambda tag, old: a_reading(tag, None, Quality.BAD, reason="missing"),
        lambda tag, old: a_reading(tag, math.nan),
        lambda tag, old: a_reading(tag, old, Quality.UNCERTAIN, reason="stale"),
        lambda tag, old: a_reading(tag, old, Quality.UNCERTAIN, reason="rate"),
        lambda tag, old: a_reading(tag, old, age=1e5),
        lambda tag, old: a_reading(tag, 9e9),
        lambda tag, old: a_reading(tag, old, age=-1e5),
    ]
)


def way(verdict):
    """How far a verdict lets the set point go: -1 when refused, so that taking charge counts as more than nothing."""
    return abs(verdict.value - verdict.move.current) if isinstance(verdict, Allowed) else -1.0


def spoilt(image, tag, spoiler):
    readings = dict(image.readings)
    found = spoiler(tag, readings[tag].value)
    if found is None:
        del readings[tag]
    else:
        readings[tag] = found
    return ProcessImage(image.time, readings, faults=image.faults)


@settings(max_examples=120, deadline=None)
@given(questions(near=False) | questions())
def test_a_guard_never_widens(question):
    move = question[0]
    verdict = GUARD.judge(*question)
    if isinstance(verdict, Allowed):
        low, high = sorted((move.current, move.value))
        assert low <= verdict.value <= high
        assert abs(verdict.value - move.current) <= LIMITS.max_step * (1.0 + 1e-9)
        if LIMITS.low <= move.current <= LIMITS.high:
            assert LIMITS.low - 1e-10 <= verdict.value <= LIMITS.high + 1e-10
        elif move.current > LIMITS.high:
            assert LIMITS.low <= verdict.value < move.current
        else:
            assert move.current < verdict.value <= LIMITS.high
        assert question[2] == Mode.AUTO


@settings(max_examples=50, deadline=None)
@given(questions())
def test_the_same_question_has_the_same_answer(question):
    assert GUARD.judge(*question) == GUARD.judge(*question)
    assert GUARD.judge(*question) == GuardChain(WORKS, RULES).judge(*question)


@settings(max_examples=120, deadline=None)
@given(questions(), st.lists(st.tuples(st.sampled_from(TAGS), SPOILERS), min_size=1, max_size=4))
def test_worse_data_never_give_a_wider_permission(question, spoilers):
    move, image, mode, recent = question
    before = way(GUARD.judge(move, image, mode, recent))
    for tag, spoiler in spoilers:
        if tag in image.readings:
            image = spoilt(image, tag, spoiler)
            after = way(GUARD.judge(move, image, mode, recent))
            assert after <= before
            assert after == -1.0 or tag == "top_pressure"
            before = after


@settings(max_examples=100, deadline=None)
@given(questions(), receipts())
def test_a_further_write_never_gives_a_wider_permission(question, receipt):
    move, image, mode, recent = question
    more = sorted([*recent, receipt], key=lambda each: each.written_at)
    assert way(GUARD.judge(move, image, mode, more)) <= way(GUARD.judge(move, image, mode, recent)) + 1e-15


@settings(max_examples=100, deadline=None)
@given(questions(), st.sampled_from(["link_down", "link_down: no route"]))
def test_lower_modes_a_lost_link_and_an_alarm_refuse(question, fault):
    move, image, _, recent = question
    alarm = spoilt(image, "plant_alarm", lambda tag, _: a_reading(tag, 1.0))
    assert way(GUARD.judge(move, alarm, Mode.AUTO, recent)) == -1.0
    assert way(GUARD.judge(move, dataclasses.replace(image, faults=(fault,)), Mode.AUTO, recent)) == -1.0
    for mode in (Mode.OFF, Mode.SHADOW, Mode.ADVISORY):
        assert way(GUARD.judge(move, image, mode, recent)) == -1.0


@settings(max_examples=60, deadline=None)
@given(questions(near=False), st.permutations(RAILS))
def test_the_order_of_the_rails_does_not_matter(question, rails):
    one, other = GUARD.judge(*question), GuardChain(WORKS, RULES, rails=rails).judge(*question)
    assert type(one) is type(other)
    assert way(one) == way(other)
    assert set(one.actions) == set(other.actions)


@settings(max_examples=60, deadline=None)
@given(questions(), st.sets(st.sampled_from(RAILS)))
def test_a_rail_taken_away_never_makes_it_stricter(question, left_out):
    fewer = GuardChain(WORKS, RULES, rails=[rail for rail in RAILS if rail not in left_out])
    assert way(fewer.judge(*question)) >= way(GUARD.judge(*question))


# Most questions are refused, and this is about the others: leaving out many is what is meant.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(questions())
def test_what_is_fine_but_for_the_mode_is_shown_as_advice(question):
    move, image, _, recent = question
    in_auto = GUARD.judge(move, image, Mode.AUTO, recent)
    assume(isinstance(in_auto, Allowed))
    shadow = GUARD.judge(move, image, Mode.SHADOW, recent)
    extra = [action for action in shadow.actions if action not in in_auto.actions]
    assert [action.kind for action in extra] == ["permission"]
