"""The limit of forecasts with instruments: covariances, and what knowing more and less must do."""

import numpy as np
import pytest
from benchmarks.forecast_limit.gaussian import Limit, Moments, hourly, together
from benchmarks.forecast_limit.instruments import Channel
from benchmarks.forecast_limit.responses import HOUR, LENGTH, Answers, Process
from hypothesis import given, settings
from hypothesis import strategies as st

HOURS = np.arange(1, LENGTH + 1, dtype=float)
GAS, DIPS = "gas analysis", "samples of iron"


def rising(size: float, dead: float, time: float) -> np.ndarray:
    return size * (1.0 - np.exp(-np.maximum(HOURS - dead, 0.0) / time))


def process(name: str, hours: float, heat: float, dead: float, gas: float) -> Process:
    answer = {f"hot_metal_temperature_{side}": rising(heat, dead, 6.0) for side in range(2)}
    answer |= {f"hot_metal_silicon_{side}": rising(1e-4 * heat, dead, 7.0) for side in range(2)}
    return Process(name, 1.0, hours * HOUR, answer | {"gas_utilisation": rising(gas, 0.0, 0.5)})


def furnace(heat: float = 20.0) -> Answers:
    processes = process("gas_bypass", 24.0, -heat, 0.5, -0.01), process("coke_ash", 12.0, -0.5 * heat, 5.0, 0.001)
    return Answers(processes, {"gas_utilisation": 0.5}, {"gas_utilisation": 1e-4})


def read(noise: float = 1e-4) -> list[Channel]:
    return [Channel("gas_utilisation", GAS, noise), Channel("hot_metal_temperature", DIPS, 3.0, sided=True)]


@pytest.mark.parametrize("hours", [0.25, 1.0, 8.0, 48.0])
def test_covariance_of_hourly_means_is_that_of_the_process_averaged(hours: float) -> None:
    fine = 400
    times = (np.arange(2 * fine) + 0.5) / fine
    whole = np.exp(-np.abs(times[:, None] - times) / hours)
    means = whole.reshape(2, fine, 2, fine).mean(axis=(1, 3))
    assert hourly(hours * HOUR, 2) == pytest.approx(means, rel=2e-3)


@settings(max_examples=15, deadline=None)
@given(st.floats(5.0, 40.0), st.floats(1e-5, 1e-2), st.sampled_from([1, 2, 4, 8]))
def test_who_knows_more_errs_less(heat: float, noise: float, horizon: int) -> None:
    limit = Limit(furnace(heat), read(noise))
    whole, less = limit.moments(horizon), limit.moments(horizon, without=(GAS,))
    both, one = whole.variance(whole.gains()), less.variance(less.gains())
    slack = 1e-6 * whole.unknown
    assert np.all(whole.told <= both + slack)
    assert np.all(both <= one + slack)
    assert np.all(one <= whole.unknown + slack)


def test_readings_without_value_leave_everything_open() -> None:
    moments = Limit(furnace(), [Channel("gas_utilisation", GAS, 1e3)]).moments(2)
    assert moments.variance(moments.gains()) == pytest.approx(moments.unknown, rel=1e-3)


def test_disturbances_that_are_read_themselves_are_as_good_as_told() -> None:
    exact = [Channel(name, GAS, 1e-4) for name in ("gas_bypass", "coke_ash")]
    moments = Limit(furnace(), exact).moments(4)
    # what was before the window of the readings is still felt a little
    assert moments.variance(moments.gains()) == pytest.approx(moments.told, rel=0.02)


def test_gains_of_another_furnace_are_worse_than_its_own() -> None:
    mine, other = (Limit(furnace(heat), read()).moments(2) for heat in (20.0, 35.0))
    own = mine.variance(mine.gains())
    assert np.all(mine.variance(other.gains()) > own)
    between: Moments = together([mine, other])
    assert np.all(mine.variance(between.gains()) < mine.variance(other.gains()))
