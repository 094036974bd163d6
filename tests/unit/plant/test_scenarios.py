"""Named scenarios as data and as pure functions of time; stops, events and instruments of a works that lives them."""

import math

import numpy as np
import pytest

from ironworks.core.errors import CallError, ConfigurationError
from ironworks.core.sample import Quality
from ironworks.plant.course import course
from ironworks.plant.disturbances import RANDOM_SCENARIOS, Disturbances
from ironworks.plant.scenarios import NONE, SCENARIOS, Effect, read_scenarios, scenario
from ironworks.plant.settings import Settings
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess

START = 1.79e9
HOUR = 3600.0
NAMED = [
    "hanging_and_slip", "bad_descent_day", "channelling", "scab_fall_small", "scab_fall_large", "tuyere_leak_small",
    "tuyere_leak_severe", "stave_leak", "planned_stop_12h", "unplanned_stop_1h", "unplanned_stop_4h",
    "stop_36h_with_coke_blank", "coal_trip_short", "coal_loss_6h", "stove_loss", "lance_plugging", "tap_delay",
    "dry_cast", "tap_hole_break", "coke_moisture_step", "coke_ash_step", "sinter_basicity_shift", "fines_wave",
    "ore_weighing_error", "analyser_drift", "blast_flow_error", "blast_leak", "humid_day",
]  # fmt: skip


def make(demo_works, seed=5, **options) -> SimulatedWorks:
    return SimulatedWorks(demo_works, seed, START, process=SketchProcess(demo_works.folder), **options)


def values(samples, tag):
    return {s.source_time - START: s for s in samples if s.tag == tag}


def test_all_named_scenarios_are_there_with_texts_and_sources():
    assert set(NAMED) == set(SCENARIOS)
    for one in SCENARIOS.values():
        assert one.english
        assert any("一" <= letter <= "鿿" for letter in one.chinese)
        assert one.when
        assert all(change.source for change in one.changes)


@pytest.mark.parametrize("name", NAMED)
def test_a_scenario_acts_within_its_time_and_not_outside(name):
    one = SCENARIOS[name]
    times = np.linspace(0.0, one.duration, 400, endpoint=False)
    assert any(one.effect(time) for time in times)
    assert one.effect(-1.0) == NONE
    assert one.effect(one.duration) == NONE
    assert one.effect(1.9 * one.duration, stretch=2.0).add.keys() <= one.effect(0.95 * one.duration).add.keys()
    assert not one.effect(0.5 * one.duration, size=0.0)


def test_effects_add_and_multiply():
    both = Effect({"a": 1.0}, {"b": 0.5}) | Effect({"a": 2.0}, {"b": 0.5, "c": 3.0})
    assert (both.added("a"), both.multiplied("b"), both.multiplied("c")) == (3.0, 0.25, 3.0)
    assert both.on("b", 8.0) == 2.0
    assert both.on("unknown", 8.0) == 8.0


def test_an_unknown_name_is_refused_with_the_nearest(demo_works):
    with pytest.raises(CallError, match="channelling"):
        scenario("chanelling")
    with pytest.raises(CallError, match="stove_loss"):
        make(demo_works, scenario="stove_los")
    with pytest.raises(CallError, match="cannot begin"):
        make(demo_works, scenario="stove_loss", scenario_at=-1.0)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('target = "coal.trip"', 'target = "coal.tripp"', "nothing listens"),
        ('how = "factor"', 'how = "times"', "expected 'add'"),
        ("minutes = [0, 25]", "minutes = [25, 0]", "do not rise"),
        ("value = [1.0, 1.0, 1.4]", "value = [1.0, 1.4]", "shape"),
        ('unit = "K"', 'unit = "Kelvin"', "unknown unit"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(tmp_path, old, new, word):
    from ironworks.plant.scenarios import FILE

    text = FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "s.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=word):
        read_scenarios(tmp_path / "s.toml")


def test_events_come_as_often_as_the_file_says_and_can_be_switched_off(demo_works):
    file = Settings.load(demo_works.folder / "disturbances.toml")
    days = 4000
    every, calm = Disturbances(file, 3), Disturbances(file, 3, RANDOM_SCENARIOS)
    state, other, begun = every.start(0.0), calm.start(0.0), {}
    for i in range(days * 2):
        state, now = every.step(state, 43200.0 * i, 43200.0, 0.0, True)
        other, quiet = calm.step(other, 43200.0 * i, 43200.0, 0.0, True)
        assert quiet.effect == NONE
        if i == 100:
            assert {**now.slow} == quiet.slow
        for name, at, _, _ in state.running:
            begun.setdefault(name, set()).add(at)
    for event, name in RANDOM_SCENARIOS.items():
        expected = file[f"event.{event}.rate"] * days * 86400.0
        assert abs(len(begun[name]) - expected) < 4.0 * math.sqrt(expected) + 0.05 * expected, event


@pytest.fixture(scope="module")
def stop(demo_works):
    plant = make(demo_works, scenario="unplanned_stop_1h", scenario_at=HOUR, without=[*RANDOM_SCENARIOS, "coal_trip"])
    return plant.advance(6 * HOUR)


def test_a_stop_takes_the_wind_off_and_gives_it_back(stop, demo_works):
    wind = values(stop, "blast_volume_setpoint")
    normal = wind[60.0].value
    assert wind[HOUR + 1200.0].value == 0.0
    assert values(stop, "coal_injection_rate_setpoint")[HOUR + 600.0].value == 0.0
    assert values(stop, "oxygen_flow_setpoint")[HOUR + 600.0].value == 0.0
    climb = [wind[t].value for t in sorted(wind) if t > HOUR + 3600.0]
    assert np.all(np.diff(climb) >= 0.0)
    assert climb[-1] == normal
    assert values(stop, "coal_injection_rate_setpoint")[6 * HOUR].value == pytest.approx(18.0, abs=2.5)
    assert values(stop, "top_pressure_setpoint")[HOUR + 1200.0].value < 105e3


def test_a_stop_leaves_gaps_and_nonsense(stop):
    off = HOUR + 45 * 60.0
    for tag in ("top_gas_carbon_monoxide", "top_gas_flow", "blast_temperature", "blast_moisture", "bosh_gas_volume"):
        sample = values(stop, tag)[off]
        assert sample.value is None, tag
        assert sample.quality == Quality.BAD
        assert sample.reason == "stoppage"
    assert values(stop, "blast_volume")[off].value == 0.0  # under the meter's cut-off
    flame = values(stop, "flame_temperature")
    assert flame[off].quality == Quality.GOOD  # level 1 knows no better, as in recorded plants
    assert flame[off].value < 273.15 + 1600.0
    assert flame[60.0].value == pytest.approx(273.15 + 2250.0, abs=200.0)
    assert values(stop, "top_gas_carbon_monoxide")[6 * HOUR - 600.0].value is not None


def test_a_works_in_a_stop_goes_on_bit_for_bit_from_a_snapshot(demo_works):
    plant = make(demo_works, scenario="unplanned_stop_1h", scenario_at=600.0)
    plant.advance(1.2 * HOUR)
    state = plant.snapshot()
    expected = plant.advance(3 * HOUR)
    other = make(demo_works)
    other.restore(state)
    assert other.advance(3 * HOUR) == expected


def test_scenarios_of_instruments_change_readings_and_not_the_furnace(demo_works):
    free = {"instrument_faults": False}
    plain, drifting = make(demo_works, **free), make(demo_works, scenario="analyser_drift", **free)
    at = 36 * HOUR
    a, b = plain.advance(at), drifting.advance(at)
    assert plain.truth["top_gas_carbon_monoxide"] == drifting.truth["top_gas_carbon_monoxide"]
    co, low = values(a, "top_gas_carbon_monoxide")[35 * HOUR], values(b, "top_gas_carbon_monoxide")[35 * HOUR]
    assert low.value / co.value == pytest.approx(0.94, abs=0.004)
    share, same = values(a, "gas_utilisation")[35 * HOUR], values(b, "gas_utilisation")[35 * HOUR]
    assert same.value == pytest.approx(share.value, abs=0.001)


def test_a_course_begins_and_ends_with_the_reference(demo_works):
    reference = SketchProcess(demo_works.folder).reference
    inputs = course(demo_works, reference, SCENARIOS["unplanned_stop_1h"], 8 * HOUR, at=HOUR)
    still = course(demo_works, reference, None, 600.0)
    for name in inputs._fields:
        for row in (0, -1):
            assert np.allclose(getattr(inputs, name)[row], getattr(still, name)[0], rtol=1e-12), name
    assert inputs.blast_volume.min() == 0.0
    assert inputs.top_pressure.min() > 1e5
