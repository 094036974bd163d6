"""The twin's column: it balances, answers as the field says, and may be differentiated."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from inside_kit import USUAL
from ironworks.physics import enthalpy as h
from ironworks.physics.constants import WUSTITE_OXYGEN
from ironworks.twin import column, ensemble
from ironworks.twin.column import ColumnInputs, ColumnState
from ironworks.twin.ensemble import Ensemble, Given, inputs_of

ONE = np.zeros(1)


class Course(NamedTuple):
    """Hours, pool temperature [K], melt [kmol/s]."""

    hours: np.ndarray
    temperature: np.ndarray
    melt: np.ndarray


@pytest.fixture(scope="module")
def furnace() -> Ensemble:
    """One furnace with the usual parameters, settled at 1505 degC."""

    class Middle(np.random.Generator):
        def standard_normal(self, *args: object, **kwargs: object) -> np.ndarray:  # pyright: ignore
            return ONE

    drawn = ensemble.draw(Middle(np.random.PCG64(0)), 1, USUAL, 0.004)
    return ensemble.settle(drawn, USUAL, jnp.full(1, 1778.0), jnp.full(1, 0.004))


def course(furnace: Ensemble, given: Given, hours: float) -> Course:
    now, rows = furnace, []
    for _ in range(round(hours * 6)):
        now, seen = ensemble.advance(now, given, jnp.zeros((4, 1)), jnp.asarray(5))
        rows.append((float(now.state.pool_temperature[0]), float(seen.melt[0])))
    temperature, melt = np.array(rows).T
    return Course(np.arange(1, len(rows) + 1) / 6.0, temperature, melt)


def answer(furnace: Ensemble, hours: float = 60.0, **changed: float) -> Course:
    base, moved = (course(furnace, given, hours) for given in (USUAL, USUAL._replace(**changed)))
    return Course(base.hours, moved.temperature - base.temperature, moved.melt / base.melt - 1.0)


def after(one: Course, hours: float) -> float:
    return float(np.interp(hours, one.hours, one.temperature))


def test_what_is_charged_melts_and_cells_stay_full(furnace: Ensemble) -> None:
    state, inputs = furnace.state, inputs_of(USUAL, furnace)
    for _ in range(50):
        later, seen = column.step(furnace.parameters, state, inputs)
        gained = float(jnp.sum(later.iron) - jnp.sum(state.iron))
        assert gained == pytest.approx(column.STEP * float((seen.charged_iron - seen.melt)[0]), abs=1e-6)
        state = later
    volume = state.iron * column.ORE_VOLUME + state.carbon * column.COKE_VOLUME
    assert np.asarray(volume) == pytest.approx(float(furnace.parameters.volume[0]) / column.CELLS, rel=1e-9)


def test_the_settled_furnace_is_one_that_a_master_knows(furnace: Ensemble) -> None:
    _, seen = column.step(furnace.parameters, furnace.state, inputs_of(USUAL, furnace))
    assert 0.40 < float(seen.utilisation[0]) < 0.52
    assert 380.0 < float(seen.top_temperature[0]) < 620.0  # K; 110-350 degC
    assert 0.30 < float(seen.direct_reduction[0]) < 0.50
    assert 85.0 < float(seen.melt[0]) * column.METAL_PER_IRON < 125.0  # kg/s: 7,300-10,800 t/d
    temperature, oxidation = np.asarray(seen.solid_temperature[0]), np.asarray(seen.oxidation[0])
    assert np.all(np.diff(temperature) < 0.0)  # colder all the way up
    assert np.all(np.diff(oxidation) > -1e-6)
    reserve = (temperature > 1120.0) & (temperature < 1320.0)
    assert 3 <= reserve.sum() <= 8  # of 20 cells
    assert 0.6 < oxidation[reserve].mean() < WUSTITE_OXYGEN


def test_coal_cools_first_and_warms_after(furnace: Ensemble) -> None:
    coal = answer(furnace, coal=USUAL.coal + 1.0)
    assert coal.temperature[:2].min() < -0.1
    assert 25.0 < coal.temperature[-1] < 90.0
    assert coal.melt[-1] < -0.03


@pytest.mark.xfail(strict=True, reason="the parameters that forecast best answer to coal in 30 h and to coke 2 h late")
def test_coal_and_coke_are_as_quick_as_the_field_says(furnace: Ensemble) -> None:
    coal, coke = answer(furnace, coal=USUAL.coal + 1.0), answer(furnace, coke_ratio=USUAL.coke_ratio * 1.02)
    assert 3.5 < coal.hours[np.argmax(coal.temperature > 0.63 * coal.temperature[-1])] < 10.4
    assert 5.0 < coke.hours[np.argmax(coke.temperature > 0.05 * coke.temperature[-1])] < 7.0


def test_moisture_cools_and_a_warmer_blast_warms_at_once(furnace: Ensemble) -> None:
    moisture = answer(furnace, moisture=USUAL.moisture + 5e-3)
    assert np.all(np.diff(moisture.temperature[:12]) < 0.0)
    assert moisture.temperature.max() < 0.0
    assert -24.0 < moisture.temperature[-1] < -5.0
    blast = answer(furnace, blast_temperature=USUAL.blast_temperature + 30.0)
    assert np.all(np.diff(blast.temperature[:12]) > 0.0)
    assert 3.0 < blast.temperature[-1] < 15.0


def test_coke_has_a_dead_time(furnace: Ensemble) -> None:
    coke = answer(furnace, coke_ratio=USUAL.coke_ratio * 1.02)
    end = coke.temperature[-1]
    assert 20.0 < end < 70.0
    assert after(coke, 4.0) < 0.02 * end


def test_without_blast_the_burden_stands_and_cools(furnace: Ensemble) -> None:
    now = furnace
    still = Given(0.0, 0.0, 0.0, 300.0, 0.0, USUAL.coke_ratio)
    for _ in range(24):
        now, seen = ensemble.advance(now, still, jnp.zeros((4, 1)), jnp.asarray(5))
    assert all(np.all(np.isfinite(np.asarray(leaf))) for leaf in jax.tree.leaves((now, seen)))
    assert float(jnp.sum(now.state.heat)) < float(jnp.sum(furnace.state.heat))
    assert float(seen.charged_iron[0]) < 0.2 * 1.8


def test_derivatives_are_those_of_finite_differences(furnace: Ensemble) -> None:
    def later(coal: jax.Array) -> jax.Array:
        inputs = inputs_of(USUAL, furnace)._replace(coal=coal)

        def one(_: int, state: ColumnState) -> ColumnState:
            return column.step(furnace.parameters, state, inputs)[0]

        return jax.lax.fori_loop(0, 120, one, furnace.state).pool_temperature

    coal, small = jnp.full(1, USUAL.coal), 1e-3
    _, slope = jax.jvp(later, (coal,), (jnp.ones(1),))
    finite = (later(coal + small) - later(coal - small)) / (2.0 * small)
    assert float(slope[0]) == pytest.approx(float(finite[0]), rel=1e-3)


def test_heats_of_reaction_are_those_of_physics() -> None:
    def at(species: h.Coefficients) -> float:
        return float(h.enthalpy(species, 1200.0))

    gas = at(h.CARBON_DIOXIDE) - at(h.CARBON_MONOXIDE)
    steps = (
        (h.WUSTITE_PER_IRON, h.IRON, WUSTITE_OXYGEN),
        (h.MAGNETITE_PER_IRON, h.WUSTITE_PER_IRON, 4 / 3 - WUSTITE_OXYGEN),
        (h.HEMATITE_PER_IRON, h.MAGNETITE_PER_IRON, 1 / 6),
    )  # fmt: skip
    for (before, later, oxygen), known in zip(steps, column.REDUCTION_HEAT, strict=True):
        assert gas + (at(later) - at(before)) / oxygen == pytest.approx(known, abs=0.1e6)
    assert at(h.CARBON_MONOXIDE) - gas - at(h.CARBON) == pytest.approx(column.GASIFICATION_HEAT, abs=0.1e6)


def test_members_do_not_know_of_each_other(furnace: Ensemble) -> None:
    drawn = ensemble.draw(np.random.default_rng(3), 3, USUAL, 0.004)
    together, _ = column.step(drawn.parameters, drawn.state, inputs_of(USUAL, drawn))
    alone = jax.tree.map(lambda x: x[1:2], drawn)
    single, _ = column.step(alone.parameters, alone.state, inputs_of(USUAL, alone))
    for many, one in zip(together, single, strict=True):
        assert np.asarray(many)[1] == pytest.approx(np.asarray(one)[0], rel=1e-12)


def test_inputs_are_one_a_member(furnace: Ensemble) -> None:
    inputs = inputs_of(USUAL, furnace)
    assert isinstance(inputs, ColumnInputs)
    assert {np.shape(value) for value in inputs} == {(1,)}
