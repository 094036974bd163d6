"""The twin answers steps as the literature says a furnace does, and its discrete form is exact."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ironworks.core.errors import CallError, ConfigurationError
from ironworks.core.works import Parameter, load_parameters, load_works
from ironworks.twin.furnace import COKE_RATIO, difference_in_si, in_si, load_response, read_inputs, response_from
from ironworks.twin.response import Lag, ResponseModel

HOUR = 3600.0
MOISTURE, COAL = "blast_moisture_setpoint", "coal_injection_rate_setpoint"
DAYS_4 = 4 * 144

GOLDEN = Path(__file__).parents[1] / "golden" / "twin_reference.toml"


@pytest.fixture(scope="module")
def model():
    works = load_works("demo")
    return load_response(GOLDEN, works.cycle)


def course(model, name, output="hot_metal_temperature"):
    return model.step_response(name, DAYS_4)[:, model.outputs.index(output)]


def t63(model, name):
    response, gain = course(model, name), model.gain(name, "hot_metal_temperature")
    return float(np.argmax(response / gain >= 1.0 - math.exp(-1.0)) + 1) * model.period


def test_moisture_cools_at_once_and_never_heats(model):
    response = course(model, MOISTURE)
    assert (response <= 0.0).all()
    assert (np.diff(response) <= 1e-12).all()
    assert response[6] < 0.0  # within 70 min
    assert 2 * HOUR <= t63(model, MOISTURE) <= 4 * HOUR
    per_gram = model.gain(MOISTURE, "hot_metal_temperature") * 1e-3
    assert -3.0 <= per_gram <= -1.5


def test_coal_first_cools_then_heats(model):
    response = course(model, COAL)
    crossing = (np.argmax(response > 0.0) + 1) * model.period
    assert response[0] < 0.0
    assert 0.5 * HOUR <= crossing <= 2.0 * HOUR
    assert -5.0 <= response.min() <= -0.5
    assert (response[round(crossing / model.period) :] > 0.0).all()
    assert 5 * HOUR <= t63(model, COAL) <= 8 * HOUR
    per_kg_tonne = model.gain(COAL, "hot_metal_temperature") / 8.7
    assert 1.5 <= per_kg_tonne <= 3.0


def test_coke_has_a_dead_time(model):
    response = course(model, COKE_RATIO)
    assert (response[: 5 * 6] == 0.0).all()
    assert response[8 * 6] > 0.0
    assert 10 * HOUR <= t63(model, COKE_RATIO) <= 12 * HOUR


def test_blast_temperature_overshoots_and_oxygen_turns(model):
    blast, oxygen = course(model, "blast_temperature"), course(model, "oxygen_flow_setpoint")
    final = model.gain("blast_temperature", "hot_metal_temperature")
    assert blast.max() > final > 0.0
    assert 0.15 <= final <= 0.30
    assert oxygen[2] > 0.0 > oxygen[-1]
    assert -15.0 <= oxygen[-1] * 20.0 / 60.0 <= -5.0  # 20 Nm3/min


def test_silicon_moves_with_the_temperature(model):
    for name in model.inputs:
        heat, silicon = course(model, name), course(model, name, "hot_metal_silicon")
        late = np.abs(heat) > 0.5 * np.abs(heat).max()
        assert (np.sign(heat[late]) == np.sign(silicon[late])).all()
        assert 0.07 <= silicon[-1] / heat[-1] * 100.0 * 10.0 <= 0.12  # 0.1 % for 10 degC


def simulate(model, moves, steps):
    state = model.start()
    state = model.step(state, dict.fromkeys(model.inputs, 0.0))
    rows = []
    for k in range(steps):
        state = model.step(state, {name: moves(name, k) for name in model.inputs})
        rows.append(model.output(state))
    return np.array(rows), state


def test_stepping_gives_the_closed_form_step_response(model):
    for name in model.inputs:
        rows, _ = simulate(model, lambda other, k, name=name: 1.0 if other == name else 0.0, 100)
        np.testing.assert_allclose(rows, model.step_response(name, 100), rtol=1e-9, atol=1e-12)


def test_dead_times_within_a_period_are_exact():
    """Against an integration of the differential equation itself, with moves at the edges of the periods."""
    lag = Lag("u", "lag", 1700.0, 1010.0, {"y": 3.0})
    model = ResponseModel((lag,), ("y",), 600.0)
    u = [0.0, 1.0, -0.5, 2.0, 2.0, 0.3, 0.3, 0.3, 0.3, 0.3]

    def slope(t, x):
        k = math.floor((t - lag.dead_time) / 600.0)
        return [((u[k] if k >= 0 else 0.0) - x[0]) / lag.time_constant]

    exact = solve_ivp(slope, (0.0, 6000.0), [0.0], t_eval=600.0 * np.arange(1, 11), rtol=1e-9, atol=1e-12, max_step=5.0)
    rows, _ = simulate(model, lambda _, k: u[k], len(u))
    np.testing.assert_allclose(rows[:, 0], 3.0 * exact.y[0], rtol=0, atol=0.02)


def test_free_response_is_what_stepping_on_without_moves_gives(model):
    _, state = simulate(model, lambda name, k: math.sin(k + len(name)), 50)
    ahead = model.free_response(state, 72)
    held = {name: state.base[i] + state.inputs[0, i] for i, name in enumerate(model.inputs)}
    for row in ahead:
        state = model.step(state, held)
        np.testing.assert_allclose(row, model.output(state), rtol=1e-9, atol=1e-12)


def test_an_unknown_input_is_held_and_named(model):
    _, state = simulate(model, lambda name, k: 1.0, 3)
    values = dict.fromkeys(model.inputs, 1.0) | {COAL: None}
    after = model.step(state, values)
    assert after.held == {COAL}
    column = model.inputs.index(COAL)
    assert after.inputs[0, column] == state.inputs[0, column]
    assert model.step(after, dict.fromkeys(model.inputs, 1.0)).held == frozenset()


def test_an_input_known_late_starts_without_deviation(model):
    state = model.step(model.start(), dict.fromkeys(model.inputs))
    assert np.isnan(state.base).all()
    state = model.step(state, dict.fromkeys(model.inputs, 7.0))
    assert (state.base == 7.0).all()
    assert (state.inputs[0] == 0.0).all()
    assert (model.output(state) == 0.0).all()


def test_bad_calls_say_what_was_expected(model):
    with pytest.raises(CallError, match="did you mean 'coal_injection_rate_setpoint'"):
        model.step_response("coal_injection_rate_setpont", 3)
    with pytest.raises(CallError, match="positive time constant"):
        Lag("u", "lag", 0.0, 0.0, {"y": 1.0})
    with pytest.raises(CallError, match="positive time constant"):
        Lag("u", "lag", 1.0, -1.0, {"y": 1.0})
    with pytest.raises(CallError, match="period"):
        replace(model, period=0.0)
    with pytest.raises(CallError, match="0 lags"):
        ResponseModel((), ("y",), 600.0)


def test_gains_are_converted_as_differences():
    parameters = {
        "gain": Parameter(-2.0, "degC per g/Nm3", "test"),
        "zone": Parameter(3.0, "degC", "test"),
        "list": Parameter((1.0, 2.0), "h", "test"),
    }
    assert in_si(parameters, "gain") == pytest.approx(-2000.0)
    assert difference_in_si(parameters, "zone") == 3.0
    assert in_si(parameters, "zone") == pytest.approx(276.15)
    with pytest.raises(ConfigurationError, match="is a list"):
        in_si(parameters, "list")
    with pytest.raises(ConfigurationError, match="'none' is missing"):
        in_si(parameters, "none")


def test_a_faulty_twin_file_is_refused(tmp_path):
    good = load_parameters(GOLDEN)
    with pytest.raises(ConfigurationError, match="no responses"):
        response_from({}, 600.0)
    without = {name: value for name, value in good.items() if ".gain." not in name or MOISTURE not in name}
    with pytest.raises(ConfigurationError, match=r"'response.blast_moisture_setpoint.cooling' has no gain"):
        response_from(without, 600.0)
    without = {name: value for name, value in good.items() if not name.endswith("time_constant")}
    with pytest.raises(ConfigurationError, match="time_constant' is missing"):
        response_from(without, 600.0)
    file = tmp_path / "twin.toml"
    file.write_text("[response.a.b.dead_time]\nvalue = 1.0\nunit = 'h'\n")
    with pytest.raises(ConfigurationError, match="source"):
        load_response(file, 600.0)


def test_the_coke_ratio_needs_both_bases():
    known = {"coke_base_setpoint": 30e3, "ore_base_setpoint": 150e3, "blast_temperature": 1473.0}
    read = read_inputs(("blast_temperature", COKE_RATIO), known.get)
    assert read == {"blast_temperature": 1473.0, COKE_RATIO: pytest.approx(math.log(0.2))}
    for missing in ("coke_base_setpoint", "ore_base_setpoint"):
        assert read_inputs((COKE_RATIO,), {**known, missing: None}.get) == {COKE_RATIO: None}
        assert read_inputs((COKE_RATIO,), {**known, missing: 0.0}.get) == {COKE_RATIO: None}
