"""Snapshots, sequences, refusals, parameters, and hard cases that must not break the numbers."""

import jax
import numpy as np
import pytest

from ironworks.core.errors import CallError, ConfigurationError, DataError
from ironworks.plant.furnace.furnace import Furnace, constant_inputs, restore, snapshot
from ironworks.plant.furnace.parameters import read_furnace_parameters

from .conftest import WORKS


def test_snapshot_restores_bit_for_bit(settled):
    again = restore(snapshot(settled), settled)
    assert jax.tree.structure(again) == jax.tree.structure(settled)
    for a, b in zip(jax.tree.leaves(settled), jax.tree.leaves(again), strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing"])
def test_a_broken_snapshot_is_refused(settled, data):
    with pytest.raises(DataError):
        restore(data, settled)


def test_a_sequence_equals_steps(furnace, settled, inputs):
    sequence = constant_inputs(inputs, 3)
    coal = sequence.coal_injection_rate.copy()
    coal[1] = 15.0
    _, outputs = furnace.run(settled, sequence._replace(coal_injection_rate=coal), every=600.0)
    state = settled
    for i in range(3):
        state, one = furnace.advance(state, inputs._replace(coal_injection_rate=coal[i]), 600.0)
        assert float(outputs.hot_metal_temperature[i]) == pytest.approx(float(one.hot_metal_temperature), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coal_injection_rate": -1.0}, "coal_injection_rate"),
        ({"blast_temperature": float("nan")}, "not finite"),
        ({"burden_pattern_ore": np.array([1.0, 1.0, 1.2])}, "area-weighted mean"),
        ({"burden_pattern_coke": np.ones(2)}, "shape"),
        ({"ore_iron": 0.71}, "add up"),
    ],
)
def test_bad_inputs_are_refused(furnace, settled, inputs, change, words):
    with pytest.raises(CallError, match=words):
        furnace.step(settled, inputs._replace(**change))


def test_all_faults_of_the_parameters_are_reported_at_once(tmp_path):
    text = (WORKS / "parameters.toml").read_text()
    text = text.replace("[furnace.belly_diameter]", "[furnace.bely_diameter]")
    throat = "[furnace.throat_diameter]\nvalue = 10.1\nunit = "
    text = text.replace(throat + '"m"', throat + '"mm"')
    (tmp_path / "parameters.toml").write_text(text)
    with pytest.raises(ConfigurationError) as fault:
        read_furnace_parameters(tmp_path / "parameters.toml")
    assert all(word in str(fault.value) for word in ("bely_diameter", "belly_diameter", "throat_diameter", "'mm'"))


def test_a_step_too_long_is_refused(furnace):
    with pytest.raises(CallError):
        Furnace(furnace.parameters, dt=600.0)


@pytest.mark.parametrize(
    ("change", "hours"),
    [
        ({"blast_volume": 0.0, "oxygen_flow": 0.0, "coal_injection_rate": 0.0}, 4),
        ({"coal_injection_rate": 0.0}, 6),
        ({"blast_temperature": 1293.15}, 12),
        ({"leak_water": 5.0}, 12),
        ({"ore_base": 0.0}, 3),
    ],
)
def test_hard_cases_stay_finite_and_recover(furnace, settled, inputs, change, hours):
    state, _ = furnace.advance(settled, inputs._replace(**change), hours * 3600.0)
    state, outputs = furnace.advance(state, inputs, 86400.0)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves((state, outputs)))
    assert min(float(np.min(x)) for x in (state.cells.carbon, state.cells.wustite, state.hearth.iron)) > -1e-6
