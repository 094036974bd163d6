"""Values as shown: field's unit, age by our clock, quality that is only ever lowered."""

import dataclasses

import pytest

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample
from ironworks.core.units import UNITS
from ironworks.show.description import digits
from ironworks.show.values import shown, stale_after

NOW = 1_000_000.0
TAG = Tag(
    "blast_temperature", "Blast", "风温", UNITS["degC"], 373.15, 1623.15, 10.0, 0.0, Role.MEASUREMENT, "blast", "x"
)
LABORATORY = dataclasses.replace(TAG, role=Role.LABORATORY, period=1800.0, delay=1800.0)


def sample(age: float, quality: Quality = Quality.GOOD, value: float | None = 1473.15, reason: str = "") -> Sample:
    return Sample(TAG.name, value, quality, NOW - age, NOW - age, reason)


def test_a_good_value_stands_in_the_fields_unit_with_its_age():
    row = shown(TAG, sample(4.0), NOW, 1.0)
    assert row["value"] == pytest.approx(1200.0)
    assert (row["quality"], row["stale"], row["reason"], row["age_s"]) == ("good", False, "", 4.0)


def test_a_value_is_stale_after_three_periods_and_not_before():
    assert not shown(TAG, sample(30.0), NOW, 1.0)["stale"]
    old = shown(TAG, sample(30.1), NOW, 1.0)
    assert (old["stale"], old["quality"], old["reason"]) == (True, "bad", "stale")
    assert old["value"] == pytest.approx(1200.0), "the old value stays readable, marked as stale"


def test_the_resolution_of_the_clock_lengthens_the_allowance_of_instruments_only():
    assert stale_after(TAG, 300.0) == 900.0
    assert stale_after(LABORATORY, 3000.0) == 3 * 1800.0 + 1800.0


def test_the_rule_is_that_of_the_validation():
    from ironworks.validate.checks.stale import allowance

    for tag in (TAG, LABORATORY):
        for resolution in (1.0, 300.0, 1800.0):
            assert stale_after(tag, resolution) == allowance(tag, resolution)


def test_quality_is_never_raised_and_reasons_are_kept():
    row = shown(TAG, sample(100.0, Quality.UNCERTAIN, reason="frozen"), NOW, 1.0)
    assert (row["quality"], row["reason"]) == ("bad", "frozen;stale")
    assert shown(TAG, sample(1.0, Quality.BAD, reason="out_of_range"), NOW, 1.0)["quality"] == "bad"


def test_missing_stays_missing_with_its_reason():
    never = shown(TAG, None, NOW, 1.0)
    assert (never["value"], never["quality"], never["reason"], never["age_s"]) == (
        None,
        "missing",
        "never_arrived",
        None,
    )
    empty = shown(TAG, sample(1.0, value=float("nan")), NOW, 1.0)
    assert (empty["value"], empty["quality"], empty["reason"]) == (None, "missing", "not_finite")


def test_a_time_stamp_from_the_future_is_doubted():
    assert shown(TAG, sample(-59.0), NOW, 1.0)["quality"] == "good"
    row = shown(TAG, sample(-61.0), NOW, 1.0)
    assert (row["quality"], row["reason"]) == ("uncertain", "clock_ahead")


def test_decimals_suit_the_range_and_the_step_of_a_move():
    from ironworks.core.works import load_works

    works = load_works("demo")
    expected = {
        "hot_metal_temperature": 0, "hot_metal_silicon": 2, "hot_metal_sulphur": 3, "blast_volume": 0,
        "top_gas_hydrogen": 1, "coal_injection_rate": 1, "coal_injection_rate_setpoint": 1, "tap_hole_1_open": 0,
    }  # fmt: skip
    assert {name: digits(works, works.tags[name]) for name in expected} == expected
