"""Every rail alone: what it lets pass, tightens and refuses, and the reason it gives."""

from dataclasses import replace

import pytest

from ironworks.core.decision import (
    Allowed,
    Command,
    GuardEffect,
    Hold,
    Move,
    Receipt,
    Solved,
    SolverStatus,
    Unsolved,
    WriteStatus,
)
from ironworks.core.errors import ConfigurationError
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.mode import Mode
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_works
from ironworks.guard.question import Question, towards
from ironworks.guard.rails import RAILS
from ironworks.guard.rails.absolute_limit import absolute_limit
from ironworks.guard.rails.freshness import freshness
from ironworks.guard.rails.permission import permission
from ironworks.guard.rails.quality import quality
from ironworks.guard.rails.rate import rate
from ironworks.guard.rails.solver_outcome import solver_outcome
from ironworks.guard.rules import load_rules

WORKS = load_works("demo")
RULES = load_rules(WORKS.folder / "guard.toml")
MOISTURE = "blast_moisture_setpoint"  # 6 .. 30 g/Nm3, step 3, 9 within an hour, 20 min between
NOW = 1e6
SOLVED = Solved("test", 0.0, 1)
GRAM = 1e-3


def a_move(to, current=12.0, made_at=NOW, setpoint=MOISTURE):
    return Move(setpoint, to * GRAM, current * GRAM, SOLVED, made_at, "because")


def an_image(current=12.0, faults=(), **readings):
    """Every critical tag of moisture good and fresh, but for those given; None: never arrived."""
    values = {MOISTURE: current * GRAM, "blast_moisture": 0.012, "hot_metal_temperature": 1778.0, "blast_volume": 111.0}
    values["plant_alarm"] = 0.0
    found = {tag: reading(tag, value) for tag, value in values.items()}
    found |= readings
    return ProcessImage(NOW, {tag: each for tag, each in found.items() if each is not None}, faults=tuple(faults))


def reading(tag, value, quality=Quality.GOOD, age=5.0, reason=""):
    return Reading(Sample(tag, value, quality, NOW - age, NOW, reason), age)


def a_receipt(to, current, ago, status=WriteStatus.CONFIRMED, setpoint=MOISTURE):
    """A write `ago` minutes ago."""
    at = NOW - 60.0 * ago
    move = Move(setpoint, to * GRAM, current * GRAM, SOLVED, at, "")
    return Receipt(
        Command.from_verdict(Allowed(move, move.value, at), Mode.AUTO, at), status, at, to * GRAM, "as it went"
    )


def ask(proposal, image=None, mode=Mode.AUTO, recent=(), resolution=1.0, works=WORKS):
    return Question(proposal, image or an_image(), mode, tuple(recent), works, RULES, resolution)


HOLD = Hold(MOISTURE, SOLVED, NOW, "nothing to do")


def effects(actions):
    return [action.effect for action in actions]


# absolute_limit


@pytest.mark.parametrize("to", [6.0, 12.0, 30.0])
def test_inside_the_limits_passes(to):
    assert absolute_limit(ask(a_move(to))) == ()


@pytest.mark.parametrize(("to", "after"), [(31.0, 30.0), (5.0, 6.0)])
def test_outside_the_limits_is_clipped_towards_the_current_value(to, after):
    (action,) = absolute_limit(ask(a_move(to)))
    assert (action.kind, action.effect) == ("absolute_limit", GuardEffect.TIGHTENED)
    assert action.before == to * GRAM
    assert action.after == pytest.approx(after * GRAM, rel=1e-12)
    assert WORKS.limits[MOISTURE].low <= action.after <= WORKS.limits[MOISTURE].high
    assert action.reason == f"{to:g} g/Nm3 is outside 6 g/Nm3 .. 30 g/Nm3"


@pytest.mark.parametrize(("current", "to"), [(34.0, 33.0), (34.0, 29.0), (3.0, 4.0), (3.0, 8.0)])
def test_from_outside_the_way_inwards_passes(current, to):
    assert absolute_limit(ask(a_move(to, current), an_image(current))) == ()


@pytest.mark.parametrize(("current", "to"), [(34.0, 35.0), (34.0, 34.0), (3.0, 2.0), (30.0, 31.0), (6.0, 5.0)])
def test_from_outside_or_at_the_limit_no_way_leads_out(current, to):
    (action,) = absolute_limit(ask(a_move(to, current)))
    assert action.effect == GuardEffect.REFUSED
    assert action.after is None


def test_from_far_outside_the_other_limit_still_holds():
    (action,) = absolute_limit(ask(a_move(2.0, 34.0)))
    assert action.after == pytest.approx(6.0 * GRAM)


def test_rounding_at_a_limit_is_no_violation_and_anything_more_is():
    span = 24.0 * GRAM
    over = Move(MOISTURE, 30.0 * GRAM + 0.5e-9 * span, 0.028, SOLVED, NOW, "")
    assert absolute_limit(ask(over)) == ()
    assert absolute_limit(ask(replace(over, value=30.0 * GRAM + 3e-9 * span))) != ()


def test_a_set_point_without_limits_is_refused():
    (action,) = absolute_limit(ask(a_move(1.0, setpoint="top_pressure_setpoint")))
    assert "no limits are known of top_pressure_setpoint" in action.reason
    assert action.effect == GuardEffect.REFUSED


# rate


def test_a_step_up_to_max_step_passes_and_more_is_clipped():
    assert rate(ask(a_move(15.0))) == ()
    assert rate(ask(a_move(9.0))) == ()
    for to, after in ((16.0, 15.0), (8.0, 9.0)):
        (action,) = rate(ask(a_move(to)))
        assert (action.kind, action.effect) == ("rate", GuardEffect.TIGHTENED)
        assert action.after == pytest.approx(after * GRAM)
        assert action.reason == f"a move of {to - 12.0:g} g/Nm3; at most 3 g/Nm3"


@pytest.mark.parametrize(("ago", "passes"), [(19.9, False), (20.0, True), (0.0, False), (-5.0, False)])
def test_moves_need_their_interval(ago, passes):
    actions = rate(ask(a_move(13.0), recent=[a_receipt(12.0, 11.0, 50.0), a_receipt(12.0, 11.5, ago)]))
    assert (actions == ()) == passes
    if not passes:
        assert effects(actions) == [GuardEffect.REFUSED]
        assert f"moved {ago:.0f} min ago; at least 20 min between moves" in actions[0].reason


def test_a_write_of_the_value_in_force_starts_no_interval():
    assert rate(ask(a_move(13.0), recent=[a_receipt(12.0, 12.0, 1.0)])) == ()


def test_to_take_charge_at_the_value_in_force_is_no_move():
    assert rate(ask(a_move(12.0), recent=[a_receipt(12.0, 11.0, 1.0)])) == ()


@pytest.mark.parametrize("status", list(WriteStatus))
def test_a_write_counts_unless_the_plant_refused_it(status):
    actions = rate(ask(a_move(13.0), recent=[a_receipt(12.0, 11.0, 5.0, status)]))
    assert (actions == ()) == (status == WriteStatus.REFUSED_BY_PLANT)


def test_other_set_points_are_not_counted():
    other = a_receipt(17000.0, 16000.0, 5.0, setpoint="coal_injection_rate_setpoint")
    assert rate(ask(a_move(13.0), recent=[other])) == ()


def test_the_last_hour_leaves_only_so_much():
    recent = [a_receipt(7.0, 4.0, 50.0), a_receipt(10.0, 7.0, 25.0)]  # from 4 to 10; 13 is the most
    assert rate(ask(a_move(13.0, 10.0), recent=recent)) == ()
    (action,) = rate(ask(a_move(14.0, 11.0), recent=recent))
    assert action.effect == GuardEffect.TIGHTENED
    assert action.after == pytest.approx(13.0 * GRAM)
    assert action.reason == "more than 9 g/Nm3 within an hour"


def test_after_an_hour_it_is_forgotten():
    recent = [a_receipt(7.0, 4.0, 60.0), a_receipt(13.0, 10.0, 25.0)]
    assert rate(ask(a_move(16.0, 13.0), recent=recent)) == ()
    recent = [a_receipt(7.0, 4.0, 59.9), a_receipt(13.0, 10.0, 25.0)]
    assert effects(rate(ask(a_move(16.0, 13.0), recent=recent))) == [GuardEffect.REFUSED]


def test_downwards_the_hour_counts_as_well():
    recent = [a_receipt(21.0, 24.0, 50.0)]
    (action,) = rate(ask(a_move(14.0, 17.0), recent=recent))
    assert action.after == pytest.approx(15.0 * GRAM)


def test_back_towards_where_the_hour_began_passes():
    """The operator has moved on by more than the rate; a move back makes it less."""
    assert rate(ask(a_move(23.0, 24.0), recent=[a_receipt(13.0, 13.0, 50.0)])) == ()  # 22 would be within it
    (action,) = rate(ask(a_move(25.0, 24.0), recent=[a_receipt(13.0, 13.0, 50.0)]))
    assert action.effect == GuardEffect.REFUSED


def test_a_spread_beyond_the_rate_leaves_nothing():
    """15 g/Nm3 and more within the hour on both sides: no value is within 9 of all of them."""
    actions = rate(ask(a_move(22.0, 24.0), recent=[a_receipt(3.0, 2.0, 50.0), a_receipt(3.0, 5.0, 30.0)]))
    assert effects(actions) == [GuardEffect.REFUSED]


def test_a_set_point_without_limits_has_no_rate_to_judge():
    assert rate(ask(a_move(99.0, setpoint="top_pressure_setpoint"))) == ()


@pytest.mark.parametrize(
    ("current", "value", "low", "high", "expected"),
    [
        (5, 7, 0, 10, 7),
        (5, 12, 0, 10, 10),
        (5, -2, 0, 10, 0),
        (12, 11, 0, 10, 11),
        (12, 13, 0, 10, 12),
        (12, -3, 0, 10, 0),
        (-1, -0.5, 0, 10, -0.5),
        (-1, 11, 0, 10, 10),
        (-1, -2, 0, 10, -1),
        (5, 5, 0, 10, 5),
        (5, 6, 3, 2, 5),
        (5, 4, 3, 2, 5),
    ],
)
def test_towards(current, value, low, high, expected):
    assert towards(current, value, low, high) == expected


# freshness


def test_fresh_readings_pass():
    assert freshness(ask(a_move(13.0))) == ()


@pytest.mark.parametrize("tag", [*WORKS.modes[MOISTURE].critical, "plant_alarm"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda tag: None, "never arrived"),
        (lambda tag: reading(tag, 0.012, Quality.UNCERTAIN, reason="rate;stale"), "is stale"),
        (lambda tag: reading(tag, 0.012, age=3.0 * WORKS.tags[tag].period + WORKS.tags[tag].delay + 1.0), "min old"),
        (lambda tag: reading(tag, 0.012, age=-2.0), "in the future"),
    ],
)
def test_every_critical_tag_must_be_fresh(tag, spoil, words):
    (action,) = freshness(ask(a_move(13.0), an_image(**{tag: spoil(tag)})))
    assert (action.kind, action.effect) == ("freshness", GuardEffect.REFUSED)
    assert action.reason.startswith(tag)
    assert words in action.reason


def test_three_periods_are_just_fresh():
    assert freshness(ask(a_move(13.0), an_image(blast_volume=reading("blast_volume", 111.0, age=30.0)))) == ()


def test_a_laboratory_value_is_allowed_its_delay():
    """Three periods of 60 min and the minute that the laboratory takes."""
    for age, passes in ((10859.0, True), (10861.0, False)):
        image = an_image(hot_metal_temperature=reading("hot_metal_temperature", 1778.0, age=age))
        assert (freshness(ask(a_move(13.0), image)) == ()) == passes


def test_a_clock_that_cannot_tell_less_apart_makes_no_value_old():
    """At 600 times real time a batch is 300 s: 3 x 300 s old is as fresh as can be, and 60 s ahead is not ahead."""
    image = an_image(blast_volume=reading("blast_volume", 111.0, age=900.0))
    assert freshness(ask(a_move(13.0), image, resolution=300.0)) == ()
    assert freshness(ask(a_move(13.0), image)) != ()
    image = an_image(blast_volume=reading("blast_volume", 111.0, age=-60.0))
    assert freshness(ask(a_move(13.0), image, resolution=300.0)) == ()


@pytest.mark.parametrize(("made", "passes"), [(0.0, True), (600.0, True), (601.0, False), (-1.0, True), (-1.1, False)])
def test_an_old_proposal_is_not_written(made, passes):
    actions = freshness(ask(a_move(13.0, made_at=NOW - made)))
    assert (actions == ()) == passes
    if not passes:
        assert "the proposal was made" in actions[0].reason


def test_a_critical_tag_that_the_works_lacks_is_not_fresh():
    rule = replace(WORKS.modes[MOISTURE], critical=("no_such_tag",))
    works = replace(WORKS, modes={**WORKS.modes, MOISTURE: rule})
    image = an_image(no_such_tag=reading("no_such_tag", 1.0))
    (action,) = freshness(ask(a_move(13.0), image, works=works))
    assert action.reason == "no_such_tag is not a tag of the works"
    assert quality(ask(a_move(13.0), image, works=works)) == ()


def test_the_read_back_is_critical_even_if_modes_toml_forgets_it():
    works = replace(WORKS, modes={})
    assert freshness(ask(a_move(13.0), an_image(**{MOISTURE: None}), works=works)) != ()


# quality


def test_good_readings_pass():
    assert quality(ask(a_move(13.0))) == ()


@pytest.mark.parametrize("tag", ["blast_moisture", "hot_metal_temperature", "blast_volume", MOISTURE])
@pytest.mark.parametrize(
    ("value", "grade", "reason", "words"),
    [
        (None, Quality.BAD, "", "has no value (missing)"),
        (float("nan"), Quality.GOOD, "", "has no value (not_finite)"),
        (0.012, Quality.BAD, "range", "is bad (range)"),
        (0.012, Quality.UNCERTAIN, "", "is uncertain (no reason given)"),
        (9e9, Quality.GOOD, "", "outside its range"),
        (-9e9, Quality.GOOD, "", "outside its range"),
    ],
)
def test_every_critical_tag_must_be_good(tag, value, grade, reason, words):
    actions = quality(ask(a_move(13.0), an_image(**{tag: reading(tag, value, grade, reason=reason)})))
    assert actions[0].effect == GuardEffect.REFUSED
    assert actions[0].kind == "quality"
    assert actions[0].reason.startswith(tag)
    assert words in actions[0].reason


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_of_a_range_belong_to_it(end):
    image = an_image(blast_volume=reading("blast_volume", getattr(WORKS.tags["blast_volume"], end)))
    assert quality(ask(a_move(13.0), image)) == ()


def test_one_that_never_arrived_is_for_freshness_to_say():
    assert quality(ask(a_move(13.0), an_image(blast_volume=None))) == ()


def test_a_move_must_start_where_the_plant_stands():
    (action,) = quality(ask(a_move(13.0, current=11.0)))
    assert action.reason == "the move starts at 11 g/Nm3, the plant reads 12 g/Nm3"
    assert action.effect == GuardEffect.REFUSED


def test_a_set_point_that_is_no_tag_is_told_in_si():
    move = a_move(13.0, current=11.0, setpoint="no_such_setpoint")
    image = an_image(no_such_setpoint=reading("no_such_setpoint", 0.012))
    (action,) = quality(ask(move, image))
    assert action.reason == "the move starts at 0.011, the plant reads 0.012"


def test_tags_that_are_not_critical_may_be_bad():
    image = an_image(top_pressure=reading("top_pressure", None, Quality.BAD))
    assert quality(ask(a_move(13.0), image)) == () == freshness(ask(a_move(13.0), image))


# solver_outcome


def test_only_a_good_outcome_passes():
    assert solver_outcome(ask(a_move(13.0))) == ()
    assert solver_outcome(ask(HOLD)) == ()


@pytest.mark.parametrize("status", [status for status in SolverStatus if status != SolverStatus.OPTIMAL])
def test_every_other_outcome_is_refused(status):
    (action,) = solver_outcome(ask(Hold(MOISTURE, Unsolved(status, "why"), NOW, "no decision")))
    assert (action.kind, action.effect) == ("solver_outcome", GuardEffect.REFUSED)
    assert action.reason == f"{status}: why"


@pytest.mark.parametrize("forge", ["unsolved", "status"])
def test_a_forged_move_is_caught(forge):
    """The types forbid it; the rail is the second lock."""
    move = a_move(13.0)
    if forge == "unsolved":
        object.__setattr__(move, "outcome", Unsolved(SolverStatus.INFEASIBLE, "forged"))
    else:
        outcome = Solved("test", 0.0, 1)
        object.__setattr__(outcome, "status", SolverStatus.OPTIMAL_INACCURATE)
        object.__setattr__(move, "outcome", outcome)
    (action,) = solver_outcome(ask(move))
    assert action.effect == GuardEffect.REFUSED
    assert action.before == move.value


# permission


def test_auto_with_link_and_without_alarm_passes():
    assert permission(ask(a_move(13.0))) == ()


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SHADOW, Mode.ADVISORY])
def test_below_auto_nothing_is_written(mode):
    (action,) = permission(ask(a_move(13.0), mode=mode))
    assert (action.kind, action.effect) == ("permission", GuardEffect.REFUSED)
    assert action.reason == f"mode {mode.name}: only AUTO is written"


def test_the_plants_protection_stops_it():
    (action,) = permission(ask(a_move(13.0), an_image(plant_alarm=reading("plant_alarm", 1.0))))
    assert action.reason == "the plant's own protection is acting"


@pytest.mark.parametrize("alarm", [None, reading("plant_alarm", 0.0, Quality.UNCERTAIN, reason="stale")])
def test_a_protection_that_is_not_known_stops_it_too(alarm):
    (action,) = permission(ask(a_move(13.0), an_image(plant_alarm=alarm)))
    assert action.reason.startswith("plant_alarm is not known: ")


def test_a_works_without_that_tag_has_nothing_to_ask():
    tags = replace(WORKS.tags, tags={name: tag for name, tag in WORKS.tags.tags.items() if name != "plant_alarm"})
    assert permission(ask(a_move(13.0), an_image(plant_alarm=None), works=replace(WORKS, tags=tags))) == ()


def test_a_link_that_is_down_stops_it():
    (action,) = permission(ask(a_move(13.0), an_image(faults=["record_failed: full", "link_down"])))
    assert action.reason == "the link to the plant is down"
    assert permission(ask(a_move(13.0), an_image(faults=["record_failed: full"]))) == ()


def test_all_reasons_are_given():
    image = an_image(faults=["link_down"], plant_alarm=reading("plant_alarm", 1.0))
    assert len(permission(ask(a_move(13.0), image, Mode.SHADOW))) == 3


def test_a_hold_is_refused_as_a_hold_by_permission_alone():
    found = [action for rail in RAILS for action in rail(ask(HOLD, an_image(blast_volume=None), Mode.SHADOW))]
    assert [(action.kind, action.reason) for action in found] == [("permission", "hold: nothing to do")]


# rules


def test_the_rules_file_must_be_whole(tmp_path):
    text = (WORKS.folder / "guard.toml").read_text()
    file = tmp_path / "guard.toml"
    for spoilt, words in (
        (text.replace("[guard.bad_cycles]", "[guard.bad_cycle]"), "'guard.bad_cycle' is unknown"),
        (text.replace("[guard.age_periods]\nvalue = 3.0", "[guard.age_periods]\nvalue = -3.0"), "is -3.0 1"),
        (text.replace("[guard.age_periods]\nvalue = 3.0", "[guard.age_periods]\nvalue = [3.0]"), r"is \(3.0,\) 1"),
        (text.replace('value = 3.0\nunit = "1"', 'value = 3.0\nunit = "h"', 1), "is 3.0 h"),
        (text + '\n[more.figures]\nvalue = 1.0\nunit = "1"\nsource = "test"\n', "'more.figures' is unknown"),
        (text.split("[guard.blind_cycles]")[0], "'guard.blind_cycles' is missing"),
    ):
        file.write_text(spoilt)
        with pytest.raises(ConfigurationError, match=words):
            load_rules(file)
