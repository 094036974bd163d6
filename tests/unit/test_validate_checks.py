"""Each check of validation, and the validator around them."""

import math

import pytest

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.errors import DataError
from ironworks.core.sample import Quality, Sample
from ironworks.core.units import unit
from ironworks.validate import Validator
from ironworks.validate.checks import redundancy
from ironworks.validate.checks.stale import allowance

T0 = 1_790_000_000.0


def make_tag(name: str, symbol: str, low: float, high: float, period: float = 10.0, **more) -> Tag:
    given = unit(symbol)
    rate = more.pop("rate_per_min", None)
    fields = {"delay": 0.0, "role": Role.MEASUREMENT, "group": "g", "source": f"ns=2;s={name}", **more}
    return Tag(
        name, name, name, given, given.to_si(low), given.to_si(high), period,
        max_rate=None if rate is None else given.difference_to_si(rate) / 60.0, **fields,
    )  # fmt: skip


TEMPERATURE = make_tag("stave_temperature", "degC", 0, 400, 60.0, rate_per_min=120, frozen_after=3600.0)
FLOW = make_tag("coal_injection_rate", "t/h", 0, 120, rate_per_min=60, frozen_after=1800.0)
MOISTURE = make_tag("blast_moisture", "g/Nm3", 0, 60)
PRESSURE = make_tag("top_pressure", "kPa(g)", 0, 350)
UTILISATION = make_tag("gas_utilisation", "%", 30, 60, 60.0)
SILICON = make_tag("hot_metal_silicon", "%", 0, 4, 1800.0, delay=1800.0, role=Role.LABORATORY)
IRON = make_tag("hot_metal_temperature", "degC", 1250, 1650, 1800.0, delay=60.0, role=Role.LABORATORY)
SETPOINT = make_tag("coal_setpoint", "t/h", 0, 100, role=Role.SETPOINT)
RODS = tuple(make_tag(f"stock_level_{i}", "m", -1, 12) for i in (1, 2, 3))
TAGS = TagDictionary(
    {t.name: t for t in (TEMPERATURE, FLOW, MOISTURE, PRESSURE, UTILISATION, SILICON, IRON, SETPOINT, *RODS)}
)


def field(tag: Tag, value: float | None, at: float, quality: Quality = Quality.GOOD, arrival: float | None = None):
    """A sample from a value in the tag's own unit."""
    si = None if value is None else tag.unit.to_si(value)
    return Sample(tag.name, si, quality, at, at if arrival is None else arrival)


def feed(validator: Validator, tag: Tag, values, start: float = T0, every: float | None = None) -> list[Sample]:
    """Judge values one by one as time goes on."""
    judged = []
    for i, value in enumerate(values):
        at = start + i * (every or tag.period)
        judged += validator.judge([field(tag, value, at)], at)
    return judged


@pytest.fixture
def validator() -> Validator:
    return Validator(TAGS, 1.0)


def reasons(samples) -> list[str]:
    return [sample.reason for sample in samples]


# range and presence


@pytest.mark.parametrize(("value", "reason"), [(0, ""), (400, ""), (-0.5, "out_of_range"), (400.5, "out_of_range")])
def test_range(validator, value, reason):
    (sample,) = feed(validator, TEMPERATURE, [value])
    assert sample.reason == reason
    assert sample.quality == (Quality.BAD if reason else Quality.GOOD)


def test_a_missing_value_says_so(validator):
    (sample,) = feed(validator, FLOW, [None])
    assert (sample.quality, sample.reason) == (Quality.BAD, "missing")


def test_nan_and_infinity_are_missing(validator):
    for later, bad in enumerate((math.nan, math.inf, -math.inf)):
        (sample,) = validator.judge([Sample(FLOW.name, bad, Quality.GOOD, T0 + later, T0 + later)], T0 + later)
        assert sample.value is None
        assert sample.quality == Quality.BAD
        assert "not_finite" in sample.reason


def test_the_source_s_own_reason_is_kept(validator):
    given = Sample(FLOW.name, -5.0, Quality.UNCERTAIN, T0, T0, "sensor_failure")
    (sample,) = validator.judge([given], T0)
    assert sample.reason == "sensor_failure;out_of_range"


def test_an_unknown_tag_is_recorded_as_bad_and_enters_no_image_but_as_a_fault(validator):
    (sample,) = validator.judge([Sample("no_such_tag", 1.0, Quality.GOOD, T0, T0)], T0)
    assert (sample.quality, sample.reason) == (Quality.BAD, "unknown_tag")
    image = validator.image(T0)
    assert image.arrivals == ()
    assert "unknown_tag:no_such_tag" in image.faults


def test_a_tag_that_never_arrives_becomes_a_fault_in_its_own_time(validator):
    feed(validator, FLOW, [60])
    assert not [word for word in validator.image(T0 + 29).faults if word.startswith("never")]
    faults = validator.image(T0 + 181).faults
    assert f"never_arrived:{MOISTURE.name}" in faults
    assert f"never_arrived:{TEMPERATURE.name}" in faults
    assert f"never_arrived:{FLOW.name}" not in faults
    assert f"never_arrived:{SILICON.name}" not in faults
    assert f"never_arrived:{SILICON.name}" in validator.image(T0 + 3 * 1800 + 1801).faults


# rate


def test_a_spike_is_set_aside_and_does_not_poison_the_next_value(validator):
    judged = feed(validator, FLOW, [60, 60.5, 110, 60.2, 60.4])
    assert reasons(judged) == ["", "", "too_fast", "", ""]


def test_a_double_spike_is_set_aside_too(validator):
    assert reasons(feed(validator, FLOW, [60, 110, 111, 60.2])) == ["", "too_fast", "too_fast", ""]


def test_a_real_step_is_accepted_after_it_persists(validator):
    judged = feed(validator, FLOW, [60, 90, 90.5, 90.2, 90.4])
    assert reasons(judged) == ["", "too_fast", "too_fast", "", ""]


def test_scattered_wild_values_are_never_accepted(validator):
    judged = feed(validator, FLOW, [60, 110, 20, 115, 15, 100, 25])
    assert reasons(judged)[1:] == ["too_fast"] * 6


def test_a_slow_change_within_the_rate_is_good(validator):
    assert set(reasons(feed(validator, FLOW, [60 + 9 * i for i in range(6)]))) == {""}


def test_noise_between_values_in_quick_succession_is_no_speed(validator):
    judged = feed(validator, TEMPERATURE, [100, 104, 98, 103], every=1.0)  # 4 K/s, period 60 s
    assert set(reasons(judged)) == {""}


def test_bad_and_late_values_confirm_no_step(validator):
    feed(validator, FLOW, [60.0, 60.1])
    for at, quality in ((T0 + 20, Quality.BAD), (T0 + 30, Quality.UNCERTAIN), (T0 + 2, Quality.GOOD)):
        validator.judge([field(FLOW, 110.0, at, quality)], T0 + 30)
    judged = feed(validator, FLOW, [110.0, 60.2], start=T0 + 40)
    assert reasons(judged) == ["too_fast", ""]


# frozen


def test_a_value_without_any_change_freezes(validator):
    judged = feed(validator, FLOW, [60.0] * 184)
    assert set(reasons(judged[:181])) == {""}
    assert {(s.quality, s.reason) for s in judged[181:]} == {(Quality.UNCERTAIN, "frozen")}


def test_the_first_change_thaws(validator):
    judged = feed(validator, FLOW, [60.0] * 184 + [60.1])
    assert judged[-1].usable


def test_a_tag_that_may_stand_still_never_freezes(validator):
    assert set(reasons(feed(validator, SETPOINT, [60.0] * 2000))) == {""}


def test_a_gap_is_no_evidence_of_standing_still(validator):
    feed(validator, FLOW, [60.0] * 100)
    judged = feed(validator, FLOW, [60.0] * 100, start=T0 + 3600.0)
    assert set(reasons(judged)) == {""}


def test_a_spike_does_not_thaw_a_frozen_value(validator):
    judged = feed(validator, FLOW, [60.0] * 184 + [119.0, 60.0])
    assert reasons(judged[-2:]) == ["too_fast", "frozen"]


# stale


@pytest.mark.parametrize("tag", [FLOW, TEMPERATURE, SILICON, IRON])
def test_stale_after_three_periods_and_the_delay(validator, tag):
    middle = tag.unit.from_si(0.5 * (tag.low + tag.high))
    validator.judge([field(tag, middle, T0)], T0)
    last_fresh = T0 + 3 * tag.period + tag.delay
    assert validator.image(last_fresh).usable(tag.name) is not None
    late = validator.image(last_fresh + 0.5)
    assert late.usable(tag.name) is None
    assert late.why_not(tag.name) == "stale"
    assert late.readings[tag.name].value is not None
    assert late.readings[tag.name].quality == Quality.BAD


def test_staleness_allows_for_the_clock_s_resolution_but_not_for_laboratories():
    assert allowance(FLOW, 300.0) == 900.0
    assert allowance(SILICON, 3000.0) == 3 * 1800.0 + 1800.0


def test_a_plant_clock_that_runs_ahead_cannot_hide_an_outage(validator):
    validator.judge([field(FLOW, 60, T0 + 50, arrival=T0)], T0)
    assert validator.image(T0 + 31).why_not(FLOW.name) == "stale"


def test_silence_of_everything_is_a_fault(validator):
    feed(validator, FLOW, [60])
    assert "silent" not in validator.image(T0 + 30).faults
    assert "silent" in validator.image(T0 + 31).faults


# swapped units


@pytest.mark.parametrize(
    ("tag", "right", "wrong", "named"),
    [
        (IRON, 1500.0, 1773.15, "K"),
        (UTILISATION, 48.0, 0.48, "fraction"),
        (FLOW, 100.0, 100_000.0, "kg/h"),
        (PRESSURE, 230.0, 230_000.0, "kPa"),
    ],
)
def test_out_of_range_but_right_in_another_unit(validator, tag, right, wrong, named):
    good = feed(validator, tag, [right, right * 1.001, right * 0.999])
    assert all(sample.usable for sample in good)
    (sample,) = feed(validator, tag, [wrong], start=T0 + 3 * tag.period)
    assert sample.quality == Quality.BAD
    if named == "kPa":  # Pa gauge is no unit of ours: absolute pressure is offered only where it fits
        assert sample.reason in ("out_of_range", "out_of_range;unit_suspect:Pa")
    else:
        assert sample.reason == f"out_of_range;unit_suspect:{named}"


@pytest.mark.parametrize(
    ("tag", "levels", "wrong", "named"),
    [
        (TEMPERATURE, [61.0, 60.0, 60.5, 60.2], 60.1 + 273.15, "K"),
        (SILICON, [0.42, 0.40, 0.41], 0.0041, "fraction"),
        (FLOW, [64.0, 64.2, 64.1], 64.1 / 3.6, "kg/s"),
        (PRESSURE, [230.0, 231.0, 230.5], 230.4 + 101.325, "kPa"),
        (MOISTURE, [15.0, 15.1, 14.9], 0.015, "kg/Nm3"),
    ],
)
def test_a_jump_within_range_to_the_same_level_in_another_unit(validator, tag, levels, wrong, named):
    assert all(sample.usable for sample in feed(validator, tag, levels))
    judged = feed(validator, tag, [wrong] * 4, start=T0 + 10 * tag.period)
    assert [(s.quality, s.reason) for s in judged] == [(Quality.BAD, f"unit_suspect:{named}")] * 4
    (back,) = feed(validator, tag, [levels[0]], start=T0 + 15 * tag.period)
    assert back.usable


def test_a_wrong_unit_from_the_first_value_on(validator):
    (sample,) = feed(validator, IRON, [1773.15])
    assert sample.reason == "out_of_range;unit_suspect:K"


@pytest.mark.parametrize("stopped", [0.0, 0.3, 1.5])
def test_stopping_the_coal_is_no_swapped_unit(validator, stopped):
    feed(validator, FLOW, [64.0, 64.2, 64.1])
    judged = feed(validator, FLOW, [stopped] * 3, start=T0 + 30)
    assert not any("unit" in sample.reason for sample in judged)
    assert judged[-1].usable


def test_depressurising_the_top_is_no_swapped_unit(validator):
    feed(validator, PRESSURE, [230.0, 231.0, 230.5])
    assert feed(validator, PRESSURE, [0.5], start=T0 + 30)[0].usable


@pytest.mark.parametrize("restart", [1.5, 30.0, 101.0, 103.0, 230.0])
def test_pressurising_after_a_stop_is_no_swapped_unit(validator, restart):
    """Around 0 kPa gauge every factor fits, and 101 kPa gauge reads like 0 kPa gauge in absolute units."""
    feed(validator, PRESSURE, [0.5, 0.3, 0.8, 0.4])
    assert feed(validator, PRESSURE, [restart], start=T0 + 40)[0].usable


def test_a_coarse_signal_is_no_swapped_unit():
    """A top pressure recorded in whole bars goes from 1 to 2 bar gauge: just what 1 bar gauge reads in absolute bar."""
    tag = make_tag("top_pressure", "bar(g)", 0, 3.5)
    validator = Validator(TagDictionary({tag.name: tag}), 1.0)
    assert all(sample.usable for sample in feed(validator, tag, [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 2.0]))


def test_a_wild_value_names_no_unit(validator):
    feed(validator, FLOW, [64.0, 64.2, 64.1])
    assert feed(validator, FLOW, [9999.0], start=T0 + 30)[0].reason == "out_of_range"


# clocks and order


def test_a_source_ahead_of_us_is_uncertain_and_heals(validator):
    (sample,) = validator.judge([field(FLOW, 60, T0 + 61, arrival=T0)], T0)
    assert (sample.quality, sample.reason) == (Quality.UNCERTAIN, "clock_ahead")
    (good,) = validator.judge([field(FLOW, 60.1, T0 + 5)], T0 + 5)
    assert good.usable


def test_a_stamp_from_next_year_does_not_hide_what_comes_after(validator):
    validator.judge([field(FLOW, 60, T0 + 3.0e7, arrival=T0)], T0)
    assert validator.image(T0 + 1).usable(FLOW.name) is None
    validator.judge([field(FLOW, 61, T0 + 10)], T0 + 10)
    assert validator.image(T0 + 11).usable(FLOW.name) == FLOW.unit.to_si(61)


def test_a_late_value_is_kept_but_does_not_replace_a_newer(validator):
    validator.judge([field(FLOW, 60, T0 + 10)], T0 + 10)
    (late,) = validator.judge([field(FLOW, 59, T0)], T0 + 11)
    assert (late.quality, late.reason) == (Quality.UNCERTAIN, "late")
    image = validator.image(T0 + 12)
    assert image.usable(FLOW.name) == FLOW.unit.to_si(60)
    assert len(image.arrivals) == 2


def test_laboratories_may_report_out_of_order(validator):
    validator.judge([field(SILICON, 0.4, T0, arrival=T0 + 1800)], T0 + 1800)
    (older,) = validator.judge([field(SILICON, 0.5, T0 - 900, arrival=T0 + 1900)], T0 + 1900)
    assert older.usable
    assert validator.image(T0 + 1901).usable(SILICON.name) == SILICON.unit.to_si(0.4)


def test_a_correction_of_the_same_sample_replaces_it(validator):
    validator.judge([field(SILICON, 0.4, T0)], T0 + 1800)
    validator.judge([field(SILICON, 0.45, T0)], T0 + 2400)
    assert validator.image(T0 + 2401).usable(SILICON.name) == SILICON.unit.to_si(0.45)


def test_a_failed_probe_leaves_the_sample_before_it_in_place_until_that_is_stale(validator):
    validator.judge([field(IRON, 1500.0, T0)], T0 + 60)
    failed = Sample(IRON.name, None, Quality.BAD, T0 + 1800, T0 + 1860, "probe_failed")
    validator.judge([failed], T0 + 1860)
    image = validator.image(T0 + 1861)
    assert image.usable(IRON.name) == IRON.unit.to_si(1500.0)
    assert image.readings[IRON.name].age == 1861.0
    assert image.arrivals[-1].reason == "probe_failed;missing"
    assert validator.image(T0 + 3 * 1800 + 61).why_not(IRON.name) == "stale"


def test_a_failed_instrument_takes_its_value_away(validator):
    feed(validator, FLOW, [60.0, None])
    assert validator.image(T0 + 11).why_not(FLOW.name) == "missing"


def test_duplicates_are_dropped_and_counted(validator):
    sample = field(FLOW, 60, T0)
    assert len(validator.judge([sample, sample], T0)) == 1
    again = Sample(FLOW.name, sample.value, Quality.GOOD, T0, T0 + 5)
    assert validator.judge([again], T0 + 5) == []
    assert validator.duplicates == {FLOW.name: 2}
    assert len(validator.image(T0 + 6).arrivals) == 1


def test_a_stamp_that_is_no_number_makes_the_value_unusable(validator):
    (sample,) = validator.judge([Sample(FLOW.name, 16.0, Quality.GOOD, math.nan, T0)], T0)
    assert (sample.quality, sample.reason, sample.source_time) == (Quality.BAD, "no_time", T0)


@pytest.mark.parametrize(
    ("step", "fault"), [(600.0, False), (3599.0, False), (3601.0, True), (-0.5, False), (-2.0, True)]
)
def test_our_own_clock(validator, step, fault):
    validator.image(T0)
    assert ("clock_jump" in validator.image(T0 + step).faults) is fault
    assert "clock_jump" not in validator.image(T0 + step + 10).faults


def test_after_our_clock_went_back_new_values_are_taken(validator):
    feed(validator, FLOW, [60.0, 60.1])
    validator.image(T0 + 20)
    back = T0 - 7200.0
    (sample,) = validator.judge([field(FLOW, 60.2, back)], back)
    assert sample.usable
    image = validator.image(back + 1)
    assert "clock_jump" in image.faults
    assert image.usable(FLOW.name) == FLOW.unit.to_si(60.2)


def test_a_plant_clock_that_runs_behind_is_named(validator):
    tags = (FLOW, MOISTURE, PRESSURE, SETPOINT, RODS[0])
    validator.judge([field(tag, 5.0, T0 - 300, arrival=T0) for tag in tags], T0)
    assert "clock_behind" in validator.image(T0).faults


# redundancy


def judged_rods(values) -> list[str]:
    samples = {tag.name: field(tag, value, T0) for tag, value in zip(RODS, values, strict=True)}
    return sorted(redundancy.judge(RODS, samples))


def test_one_rod_that_departs_from_two_that_agree():
    assert judged_rods([1.5, 1.6, 8.0]) == ["stock_level_3"]


@pytest.mark.parametrize("values", [(1.5, 1.6, 2.5), (1.5, 5.0, 9.0), (1.5, 1.6, None)])
def test_no_word_where_they_agree_or_where_nobody_agrees_or_too_few_are_good(values):
    assert judged_rods(values) == []


def test_the_image_shows_a_departing_rod_as_uncertain(validator):
    validator.judge([field(tag, value, T0) for tag, value in zip(RODS, (1.5, 1.6, 8.0), strict=True)], T0)
    image = validator.image(T0 + 1)
    assert image.why_not("stock_level_3") == "disagrees"
    assert image.usable("stock_level_1") == 1.5


# image and snapshot


def test_an_image_holds_newest_readings_with_age_and_arrivals_since_the_last(validator):
    feed(validator, FLOW, [60.0, 60.1])
    first = validator.image(T0 + 15, faults=("link_down",))
    assert first.faults == ("link_down",)
    assert [s.value for s in first.arrivals] == [FLOW.unit.to_si(60.0), FLOW.unit.to_si(60.1)]
    assert first.readings[FLOW.name].age == 5.0
    assert validator.image(T0 + 16).arrivals == ()


def test_a_snapshot_goes_on_bit_for_bit(validator):
    feed(validator, FLOW, [60.0, 110.0, 60.3, 60.3])
    feed(validator, SILICON, [0.4, None, 0.41])
    copy = Validator(TAGS, 1.0)
    copy.restore(validator.snapshot())
    assert copy.snapshot() == validator.snapshot()
    now = T0 + 6000.0
    values = [field(FLOW, 60.3, now), field(SILICON, 0.004, now)]
    assert copy.judge(values, now) == validator.judge(values, now)
    assert copy.image(now) == validator.image(now)


def test_other_bytes_are_no_snapshot(validator):
    with pytest.raises(DataError, match="no snapshot"):
        validator.restore(b"{}")
