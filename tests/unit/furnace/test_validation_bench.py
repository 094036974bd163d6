"""The bench that the validation runs on: its lanes are furnaces of their own, and a broken balance is told."""

import numpy as np
import pytest

from ironworks.plant.furnace import balance
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.closure import closure_targets


@pytest.fixture(scope="module")
def bench(demo_works, settled):
    made = Bench(demo_works)
    made.settled = settled  # the session's: one settling for all
    return made


def test_a_lane_runs_like_the_furnace_alone(bench, furnace, inputs, settled):
    course = bench.run([inputs], 6 * 600.0, keep=True)
    _, outputs = furnace.advance(settled, inputs, 3600.0)
    last = course.last[-1]
    assert last.hot_metal_temperature[0] == pytest.approx(float(outputs.hot_metal_temperature), abs=1e-6)
    assert last.coke_charged[0] == pytest.approx(float(outputs.coke_charged))
    assert course["production_rate"].shape == (6, 1)
    assert np.min(course["production_rate"]) > 0.0


def test_closure_is_met_and_a_lost_flow_is_told(bench, monkeypatch):
    rows = closure_targets(bench)
    assert all(row.ok for row in rows)
    right = balance.stored_elements
    monkeypatch.setattr(
        balance, "stored_elements", lambda p, state: right(p, state) * (1.0 + 1e-6 * (state.time > 0.0))
    )
    missed = [row.id for row in closure_targets(bench) if not row.ok]
    assert "V1a" in missed
    assert "V2" not in missed


def test_a_finer_step_moves_nothing(bench, inputs):
    """V23 at its limits over two days instead of four: the furnace's own step against 10 s."""
    own, fine = (bench.run([inputs], 48 * 3600.0, every=24 * 3600.0, dt=dt).mean for dt in (bench.furnace.dt, 10.0))
    heat, gas = (fine[name][1, 0] - own[name][1, 0] for name in ("hot_metal_temperature", "gas_utilisation"))
    assert 0.0 < abs(heat) < 2.0  # K; not exactly nothing, or the step was not another one
    assert abs(gas) < 0.01
