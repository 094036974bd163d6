"""The blower holds no more than its pressure: a bed that asks for more gets less blast, and all of it again when it
lets the gas pass."""

import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.plant.furnace.furnace import Furnace

MINUTE = 60.0
OFF = {"blast_volume": 0.0, "oxygen_flow": 0.0, "coal_injection_rate": 0.0}


def course(furnace, state, inputs, minutes):
    """(end state, main pressure Pa, blast Nm3/s), minute by minute."""
    rows = []
    for _ in range(minutes):
        state, outputs = furnace.advance(state, inputs, MINUTE)
        rows.append((float(outputs.hot_blast_pressure), float(state.blast.blast_volume)))
    return state, *np.array(rows).T


@pytest.fixture(scope="module")
def usual(furnace, settled, inputs):
    """Main pressure of the undisturbed furnace, Pa, mean of an hour."""
    return course(furnace, settled, inputs, 60)[1].mean()


def test_the_usual_bed_gets_all_that_is_asked(furnace, settled, inputs, usual):
    _, main, blast = course(furnace, settled, inputs, 60)
    assert main.max() < float(furnace.parameters.blower_pressure)
    np.testing.assert_allclose(blast, inputs.blast_volume, rtol=1e-9)


@pytest.mark.parametrize("cause", ["a weak blower", "a dense bed"])
def test_a_choked_bed_settles_at_the_pressure_of_the_blower(furnace, settled, inputs, usual, cause):
    p, top = furnace.parameters, inputs.top_pressure
    changed = {
        "a weak blower": {"blower_pressure": jnp.asarray(usual - 0.2 * (usual - top))},
        "a dense bed": {"ore_diameter": 0.6 * p.ore_diameter},
    }[cause]
    choked = Furnace(p._replace(**changed))
    _, main, blast = course(choked, settled, inputs, 90)
    limit = float(choked.parameters.blower_pressure)
    # Burden that so much gas lifts hangs and slips, and each slip shows for a minute or two.
    assert main[30:].mean() == pytest.approx(limit, abs=0.01 * (limit - top))
    assert np.median(np.abs(main[30:] - limit)) < 0.05 * (limit - top)
    assert 0.5 * inputs.blast_volume < blast[30:].mean() < 0.98 * inputs.blast_volume


def test_the_blast_comes_back_when_the_bed_is_free_again(furnace, settled, inputs, usual):
    top = inputs.top_pressure
    weak = Furnace(furnace.parameters._replace(blower_pressure=jnp.asarray(usual - 0.3 * (usual - top))))
    state, _, blast = course(weak, settled, inputs, 60)
    assert blast[-1] < 0.95 * inputs.blast_volume
    _, _, blast = course(furnace, state, inputs, 10)
    assert blast[-1] == pytest.approx(inputs.blast_volume, rel=1e-3)


@pytest.mark.parametrize("weaker", [0.0, 0.2])
def test_a_stop_locks_nothing_out(furnace, settled, inputs, usual, weaker):
    """From no blast at all back to the set point, or to what a weak blower drove before the stop."""
    limit = usual - weaker * (usual - inputs.top_pressure) if weaker else furnace.parameters.blower_pressure
    works = Furnace(furnace.parameters._replace(blower_pressure=jnp.asarray(limit)))
    state, _, before = course(works, settled, inputs, 60)
    state, _, stopped = course(works, state, inputs._replace(**OFF), 60)
    assert stopped[-1] < 0.01 * inputs.blast_volume
    _, main, after = course(works, state, inputs, 60)
    assert after[15] > 0.9 * before[-30:].mean()
    assert after[-30:].mean() == pytest.approx(before[-30:].mean(), rel=0.05)
    assert main[-30:].mean() < limit + 0.01 * (limit - inputs.top_pressure)
