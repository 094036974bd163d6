"""Properties of the random streams, snapshots, instruments and actuators of the simulated works."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironworks.plant.actuators import Actuators, Setpoints, blast_moisture, coal_factors, furnace_inputs
from ironworks.plant.disturbances import Disturbances
from ironworks.plant.furnace.inputs import check
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.instruments import Instruments
from ironworks.plant.publishing import measured_tags
from ironworks.plant.random_streams import BLOCK, Stream
from ironworks.plant.scenarios import SECTORS
from ironworks.plant.settings import Settings
from ironworks.plant.snapshot import pack, unpack
from plant_kit import SketchProcess

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.integers(0, 2**40), st.integers(0, 10 * BLOCK))
@settings(max_examples=50)
def test_random_numbers_are_a_function_of_seed_name_and_step(seed, step):
    there_and_back = Stream(seed, "a", 3)
    there_and_back.normal(step + 5 * BLOCK)
    assert np.array_equal(there_and_back.normal(step), Stream(seed, "a", 3).normal(step))
    assert not np.array_equal(there_and_back.normal(step), Stream(seed, "b", 3).normal(step))
    assert not np.array_equal(there_and_back.normal(step), there_and_back.normal(step + 1))


def test_random_numbers_have_the_distribution_they_are_named_after():
    stream = Stream(7, "a", 4)
    normal = np.array([stream.normal(i) for i in range(20000)])
    uniform = np.array([stream.uniform(i) for i in range(20000)])
    bound = 5.0 / math.sqrt(normal.size)
    assert abs(normal.mean()) < bound
    assert abs(normal.std() - 1.0) < bound
    assert abs(uniform.mean() - 0.5) < bound
    assert uniform.min() >= 0.0
    assert uniform.max() < 1.0
    assert abs(np.corrcoef(normal[:-1, 0], normal[1:, 0])[0, 1]) < 5.0 / math.sqrt(20000)
    assert abs(np.corrcoef(normal[:, 0], uniform[:, 0])[0, 1]) < 5.0 / math.sqrt(20000)


@given(st.lists(finite, max_size=5), st.binary(max_size=20), st.one_of(finite, st.just(math.inf), st.text()))
def test_snapshots_lose_nothing(numbers, data, leaf):
    tree = {"array": np.array(numbers), "bytes": data, "leaf": leaf, "deep": [{"none": None, "flag": True}]}
    back = unpack(pack(tree))
    assert back["array"].tobytes() == tree["array"].tobytes()
    assert back["bytes"] == data
    assert back["leaf"] == leaf
    assert back["deep"] == tree["deep"]
    assert pack(back) == pack(tree)


@pytest.fixture(scope="module")
def bench(demo_works):
    """Instruments of the demonstration works without faults, and a middling true value for each."""
    tags = measured_tags(demo_works.tags)
    chosen = Instruments(tags, Settings.load(demo_works.folder / "instruments.toml"), 3, faults=False)
    return tags, chosen, np.array([0.5 * (tag.low + tag.high) for tag in tags])


def test_readings_scatter_about_the_truth_by_what_the_file_says(bench, demo_works):
    tags, chosen, truth = bench
    state, readings = chosen.start(), []
    for i in range(3000):
        state, reading = chosen.read(state, truth, 60.0 * i, 60.0)
        readings.append(reading)
    sd = dict(zip((tag.name for tag in tags), np.std(np.diff(readings, axis=0), axis=0) / math.sqrt(2.0)))
    assert sd["hot_blast_pressure"] == pytest.approx(1200.0, rel=0.08)  # Pa, the file's 1.2 kPa
    assert sd["hearth_temperature_3"] == pytest.approx(0.5, rel=0.08)
    span = 1.0 + Settings.load(demo_works.folder / "instruments.toml")["analyser.span_error"]
    middle = 0.5 * (demo_works.tags["top_gas_carbon_monoxide"].low + demo_works.tags["top_gas_carbon_monoxide"].high)
    shared = 0.003 * middle * span  # the sample line's dilution
    assert sd["top_gas_carbon_monoxide"] == pytest.approx(math.hypot(0.0005, shared), rel=0.08)
    middle = 0.5 * (demo_works.tags["coal_injection_rate"].low + demo_works.tags["coal_injection_rate"].high)
    assert sd["coal_injection_rate"] == pytest.approx(0.01 * middle, rel=0.08)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_readings_stay_within_the_range_and_missing_truth_stays_missing(bench, data):
    tags, chosen, _ = bench
    share = data.draw(st.floats(-2.0, 3.0))
    missing = data.draw(st.integers(0, len(tags) - 1))
    truth = np.array([tag.low + share * (tag.high - tag.low) for tag in tags])
    truth[missing] = math.nan
    state, reading = chosen.read(chosen.start(), truth, 60.0, 60.0)
    rest = np.delete(np.arange(len(tags)), missing)
    assert math.isnan(reading[missing])
    assert np.isfinite(reading[rest]).all()
    low, high = np.array([tag.low for tag in tags]), np.array([tag.high for tag in tags])
    assert (reading[rest] >= low[rest]).all()
    assert (reading[rest] <= high[rest]).all()
    assert state.step == 1


TOP_GAS = {"top_gas_carbon_monoxide": 0.225, "top_gas_carbon_dioxide": 0.235, "top_gas_hydrogen": 0.04}


def analysed(demo_works, faults: bool, count: int) -> np.ndarray:
    """(count, 3) readings of CO, CO2 and H2 of an unchanging top gas, every 10 min; seed fixed."""
    tags = tuple(demo_works.tags[name] for name in TOP_GAS)
    chosen = Instruments(tags, Settings.load(demo_works.folder / "instruments.toml"), 7, faults)
    state, truth, rows = chosen.start(), np.array(list(TOP_GAS.values())), []
    for i in range(count):
        state, reading = chosen.read(state, truth, 600.0 * i, 600.0)
        rows.append(reading)
    return np.array(rows)


def quick(values: np.ndarray) -> float:
    """First difference over sqrt 2, of the values that are there."""
    return float(np.nanstd(np.diff(values)) / math.sqrt(2.0))


@pytest.mark.parametrize("faults", [False, True])
def test_the_analyser_blurs_the_ratio_less_than_its_components(demo_works, faults):
    monoxide, dioxide, _ = analysed(demo_works, faults, 6000).T
    ratio = dioxide / (monoxide + dioxide)
    # Published quick noise, furnace included: 0.13 % CO, 0.09 % CO2, 0.0019 gas utilisation.
    assert quick(ratio) < 0.0012
    middle = float(np.nanmean(ratio))
    parts = math.hypot(quick(monoxide) / np.nanmean(monoxide), quick(dioxide) / np.nanmean(dioxide))
    own = middle * (1.0 - middle) * parts
    assert quick(ratio) < 0.75 * own  # what independent errors of that size would give
    if not faults:
        assert 0.0006 < quick(monoxide) < 0.0013
        assert 0.0006 < quick(dioxide) < 0.0013


def test_a_flush_of_the_sample_line_dilutes_all_its_gases_alike(demo_works):
    readings = analysed(demo_works, True, 20000)
    ordinary = np.nanmedian(readings, axis=0)
    left = readings / ordinary
    flushed = left[left[:, 0] < 0.94]
    assert len(flushed) > 0
    assert flushed[:, 1] == pytest.approx(flushed[:, 0], abs=0.03)
    assert flushed[:, 2] == pytest.approx(flushed[:, 0], abs=0.1)


def test_faults_come_as_often_as_the_file_says(bench, demo_works):
    tags, _, truth = bench
    file = Settings.load(demo_works.folder / "instruments.toml")
    chosen = Instruments(tags, file, 3)
    state, readings = chosen.start(), []
    for i in range(1, 10001):
        state, reading = chosen.read(state, truth, 60.0 * i, 60.0)
        readings.append(reading)
    values = np.array(readings)
    missing = np.isnan(values).mean()
    expected = file["common.dropout_rate"] * file["common.dropout_time"]
    assert missing == pytest.approx(expected, rel=0.35)
    frozen = (np.diff(values[:, [tag.name == "hot_blast_pressure" for tag in tags]], axis=0) == 0.0).mean()
    assert frozen < 0.01
    drops = np.isnan(values).any(axis=0).sum()
    assert drops > 0.5 * len(tags)


def reference_of(folder):
    return SketchProcess(folder).reference


def setpoints_of(folder) -> Setpoints:
    reference = reference_of(folder)
    return Setpoints(*(float(getattr(reference, name)) for name in Setpoints._fields))


@given(st.floats(0.004, 0.04), st.floats(1.0, 600.0))
@settings(max_examples=50, deadline=None)
def test_ramps_never_overshoot_and_never_exceed_their_rate(demo_works, aim, seconds):
    rules = Settings.load(demo_works.folder / "operator.toml")
    start = setpoints_of(demo_works.folder)
    moved = Actuators(rules).step(start, start._replace(blast_moisture=aim), seconds)
    low, high = sorted((start.blast_moisture, aim))
    assert low - 1e-12 <= moved.blast_moisture <= high + 1e-12  # a sum may round
    assert abs(moved.blast_moisture - start.blast_moisture) <= rules["ramp.blast_moisture"] * seconds * (1.0 + 1e-9)
    assert moved._replace(blast_moisture=0.0) == start._replace(blast_moisture=0.0)


@given(st.floats(0.0, 0.05), st.floats(0.0, 0.05), st.floats(-0.002, 0.002))
def test_steam_only_adds(demand, humidity, noise):
    assert blast_moisture(demand, humidity, noise) >= humidity


def test_disturbed_inputs_are_inputs_the_furnace_takes(demo_works):
    """Fifty days of disturbances: never outside what the model can take, iron and oxides always consistent."""
    file = Settings.load(demo_works.folder / "disturbances.toml")
    parameters = read_furnace_parameters(demo_works.folder / "parameters.toml")
    reference, demand = reference_of(demo_works.folder), setpoints_of(demo_works.folder)
    disturbances = Disturbances(file, 11)
    state = disturbances.start(0.0)
    for i in range(1200):
        state, now = disturbances.step(state, 3600.0 * i, 3600.0, i // 3, i % 3 != 0)
        inputs, coal = furnace_inputs(demand, now, reference, file)
        check(inputs, parameters)
        assert (coal == 0.0) == now.coal_tripped
        assert float(inputs.blast_moisture) >= now.ambient_humidity


def test_slow_disturbances_have_the_deviation_and_memory_that_the_file_says(demo_works):
    file = Settings.load(demo_works.folder / "disturbances.toml")
    disturbances = Disturbances(file, 2)
    state, seen = disturbances.start(0.0), []
    for i in range(20000):
        state, now = disturbances.step(state, 3600.0 * i, 3600.0, 0.0, True)
        seen.append((now.slow["coke_moisture"], now.slow["gas_split_quick_centre"]))
    moisture, quick = np.array(seen).T
    assert moisture.std() == pytest.approx(file["slow.coke_moisture.sd"], rel=0.15)
    assert quick.std() == pytest.approx(file["slow.gas_split_quick_centre.sd"], rel=0.03)
    lag_12 = np.corrcoef(moisture[:-12], moisture[12:])[0, 1]
    assert lag_12 == pytest.approx(math.exp(-1.0), abs=0.12)


def test_switching_one_off_leaves_the_others_as_they_were(demo_works):
    file = Settings.load(demo_works.folder / "disturbances.toml")
    every, without = Disturbances(file, 4), Disturbances(file, 4, ["coke_moisture", "stove_change", "spread"])
    a, b = every.start(0.0), without.start(0.0)
    for i in range(100):
        a, now_a = every.step(a, 60.0 * i, 60.0, 0.0, True)
        b, now_b = without.step(b, 60.0 * i, 60.0, 0.0, True)
    assert now_b.slow["coke_moisture"] == 0.0
    assert now_b.stove == 1
    assert not now_b.spread["stave"].any()
    assert {**now_a.slow, "coke_moisture": 0.0} == now_b.slow
    assert now_a.stove != 1


@given(st.lists(st.integers(0, 6), min_size=SECTORS, max_size=SECTORS))
def test_coal_that_plugged_lances_do_not_take_goes_to_the_others(demo_works, plugged):
    file = Settings.load(demo_works.folder / "disturbances.toml")
    lances, most = file["coal.lances"], file["coal.lance_capacity"]
    now = SimpleNamespace(coal_tripped=False, lances_plugged=np.array(plugged, float), slow={"coal_flow": 0.0})
    factors = coal_factors(now, file)
    free = np.maximum(lances / SECTORS - now.lances_plugged, 0.0)
    assert factors.mean() == pytest.approx(min(1.0, most * free.sum() / lances))  # lost only beyond their capacity
    per_lance = factors[free > 0.0] * (lances / SECTORS) / free[free > 0.0]
    assert len(per_lance) == 0 or np.ptp(per_lance) < 1e-9
    assert per_lance.max(initial=0.0) <= most + 1e-9
    assert (factors[free == 0.0] == 0.0).all()


def test_no_coal_in_a_trip_and_none_through_plugged_lances_alone(demo_works):
    file = Settings.load(demo_works.folder / "disturbances.toml")
    tripped = SimpleNamespace(coal_tripped=True, lances_plugged=np.zeros(SECTORS), slow={"coal_flow": 0.0})
    shut = SimpleNamespace(coal_tripped=False, lances_plugged=np.full(SECTORS, 9.0), slow={"coal_flow": 0.0})
    assert not coal_factors(tripped, file).any()
    assert not coal_factors(shut, file).any()
