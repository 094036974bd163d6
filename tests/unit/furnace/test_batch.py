"""A batch goes as its members would alone."""

import jax
import numpy as np
import pytest

from ironworks.core.errors import CallError
from ironworks.plant.furnace import batch
from ironworks.plant.furnace.batch import advance_batch, member, repeat, stack
from ironworks.plant.furnace.furnace import STEP, Furnace
from ironworks.plant.furnace.parameters import FurnaceParameters

SECONDS = 3600.0


@pytest.fixture(scope="module")
def members(furnace, settled, inputs):
    """Parameters, states and inputs of three furnaces that differ in all of them."""
    later, _ = furnace.advance(settled, inputs, 1800.0)
    p = furnace.parameters
    parameters = [
        p,
        p._replace(reduction_factor=1.1 * p.reduction_factor),
        p._replace(melting_time=0.9 * p.melting_time),
    ]
    changed = [
        inputs,
        inputs._replace(coal_injection_rate=inputs.coal_injection_rate + 2.0),
        inputs._replace(blast_moisture=0.03),
    ]
    return parameters, [settled, later, later], changed


def in_use(state):
    """The state of one furnace with nothing in its empty slots: when their burden was charged means nothing."""
    used = np.arange(state.cells.carbon.shape[1]) < np.asarray(state.active)[:, None]
    return state._replace(cells=state.cells._replace(charged_at=used * state.cells.charged_at))


def test_a_batch_equals_single_runs(members):
    states, outputs = advance_batch(*(stack(one) for one in members), SECONDS)
    assert outputs.hot_metal_temperature.shape == (3,)
    for i, (parameters, state, inputs) in enumerate(zip(*members, strict=True)):
        alone, values = Furnace(parameters).advance(state, inputs, SECONDS)
        for pair in zip(jax.tree.leaves(in_use(member(states, i))), jax.tree.leaves(in_use(alone)), strict=True):
            scale = max(float(np.max(np.abs(pair[1]))), 1.0)
            np.testing.assert_allclose(*pair, rtol=1e-8, atol=1e-10 * scale)
        assert float(outputs.hot_metal_silicon[i]) == pytest.approx(float(values.hot_metal_silicon), rel=1e-8)


@pytest.mark.parametrize(("charge", "passes"), [(1.0, [64]), (0.4, [64, None])])
def test_slots_that_stay_empty_are_left_out(furnace, settled, inputs, monkeypatch, charge, passes):
    """Light charges make more cells: the column grows into the slots left out, and all are taken."""
    used, run = [], batch._advance

    def watched(*given, slots=None, **named):
        used.append(slots)
        return run(*given, slots=slots, **named)

    monkeypatch.setattr(batch, "_advance", watched)
    names = ("coke_base", "ore_base", "limestone_base")
    light = inputs._replace(**{name: charge * getattr(inputs, name) for name in names})
    states, outputs = advance_batch(furnace.parameters, repeat(settled, 4), light, SECONDS)
    assert sorted(used, key=str) == sorted(2 * passes, key=str)
    alone, values = furnace.advance(settled, light, SECONDS)
    for ours, theirs in zip(jax.tree.leaves(in_use(member(states, 1))), jax.tree.leaves(in_use(alone)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10 * max(float(np.max(np.abs(theirs))), 1.0))
    for name, value in values._asdict().items():
        scale = max(float(np.max(np.abs(value))), 1e-3)
        np.testing.assert_allclose(getattr(outputs, name)[1], value, rtol=1e-8, atol=1e-9 * scale, err_msg=name)


def test_what_has_no_batch_axis_is_shared(furnace, settled, inputs):
    states, _ = advance_batch(furnace.parameters, repeat(settled, 3), inputs, SECONDS)
    for leaf in jax.tree.leaves(states):
        scale = max(float(np.max(np.abs(leaf))), 1.0)
        np.testing.assert_allclose(leaf[1:], np.stack([leaf[0]] * 2), rtol=1e-8, atol=1e-10 * scale)


def test_a_fault_names_its_member(members):
    parameters, states, inputs = members
    bad = [*inputs[:2], inputs[2]._replace(coal_injection_rate=-1.0)]
    with pytest.raises(CallError, match="member 2"):
        advance_batch(stack(parameters), stack(states), stack(bad), SECONDS)
    with pytest.raises(CallError, match="coal_injection_rate"):
        advance_batch(parameters[0], stack(states), stack(bad), SECONDS)


@pytest.mark.parametrize("seconds", [0.0, -2.0 * STEP, 1.5 * STEP])
def test_a_batch_runs_whole_steps(furnace, settled, inputs, seconds):
    with pytest.raises(CallError, match="whole number"):
        advance_batch(furnace.parameters, repeat(settled, 2), inputs, seconds)


def test_sizes_must_agree(furnace, settled, inputs):
    with pytest.raises(CallError, match="members"):
        advance_batch(furnace.parameters, repeat(settled, 3), repeat(inputs, 2), SECONDS)
    with pytest.raises(CallError, match="members"):
        advance_batch(furnace.parameters, settled, inputs, SECONDS)
    with pytest.raises(CallError, match="at least one"):
        stack(list[FurnaceParameters]())
