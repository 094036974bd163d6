"""The coupled interfaces of a particle against what any network of resistances must do, solved in another way."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.physics import equilibrium as k
from ironworks.physics import reduction as r
from ironworks.physics.constants import WUSTITE_OXYGEN

TEMPERATURE = 1173.0  # K
RADIUS, FILM = 0.01, 0.15  # m, m/s: a pellet in the shaft
FACTOR = np.array([1.3, 0.8, 0.4])  # unequal, so that a factor in the wrong place shows
RADII = (0.45, 0.7, 0.9)
NOTHING = r.Interface(-60.0, 0.0, 8.76, 14100.0)  # an interface that takes 1e-24 of the usual, within a usual layer


def constants(temperature=TEMPERATURE):
    return tuple(
        f(jnp.asarray(temperature))
        for f in (k.hematite_carbon_monoxide, k.magnetite_carbon_monoxide, k.wustite_carbon_monoxide)
    )


def network(gas=r.CARBON_MONOXIDE, radii=RADII, known=None, temperature=TEMPERATURE, factor=FACTOR):
    known = constants(temperature) if known is None else known
    made = r.network(
        gas, tuple(map(jnp.asarray, radii)), tuple(map(jnp.asarray, known)), jnp.asarray(temperature), RADIUS, FILM,
        factor,
    )  # fmt: skip
    return np.array(made.gas, dtype=float), np.array(made.oxidised, dtype=float)


def resistances(gas=r.CARBON_MONOXIDE, radii=RADII, known=None, temperature=TEMPERATURE, factor=FACTOR):
    """(of the interfaces, of the layers outside each with the film in the last), s/m, written out from the sheet:
    kappa x^2 (1 + 1/K) and D x_in x_out / (r (x_out - x_in))."""
    known = constants(temperature) if known is None else known
    interfaces, layers = [], []
    for j in range(3):
        outside = (*radii, 1.0)[j + 1]
        rate = float(r.chemical_rate(gas[j], temperature)) * factor[j] * radii[j] ** 2 * (1.0 + 1.0 / float(known[j]))
        spread = float(r.layer_diffusivity(gas[j], temperature)) * factor[j]
        interfaces.append(1.0 / rate)
        layers.append((outside - radii[j]) * RADIUS / (spread * radii[j] * outside))
    layers[2] += 1.0 / FILM
    return np.array(interfaces), np.array(layers)


def by_loops(bulk, oxide, known=None, **given):
    """Rates of the interfaces, kmol/m2/s: along the way to each, what all flows lose adds up to its driving force.

    A layer carries the gas of all interfaces inside it, so that two ways share the layers outside the outer one.
    """
    known = constants(given.get("temperature", TEMPERATURE)) if known is None else known
    a, b = resistances(known=known, **given)
    driving = [bulk - (bulk + oxide) / (1.0 + float(one)) for one in known]
    shared = [[b[max(i, j) :].sum() for j in range(3)] for i in range(3)]
    return np.linalg.solve(np.diag(a) + np.array(shared), driving)


@pytest.mark.parametrize("gas", [r.CARBON_MONOXIDE, r.HYDROGEN])
@pytest.mark.parametrize("radii", [RADII, (0.05, 0.05, 0.6), (0.05, 0.9, 1.0), (1.0, 1.0, 1.0), (0.3, 0.3, 0.3)])
@pytest.mark.parametrize("temperature", [773.0, 1173.0, 1473.0])
def test_the_determinants_solve_the_network(gas, radii, temperature):
    known = constants(temperature)
    of_gas, oxidised = network(gas, radii, known, temperature)
    for bulk, oxide in ((4e-3, 0.0), (3e-3, 2e-3), (1e-3, 5e-3)):
        expected = by_loops(bulk, oxide, gas=gas, radii=radii, known=known, temperature=temperature)
        found = of_gas * bulk - oxidised * (bulk + oxide)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("alone", [0, 1, 2])
def test_one_interface_alone_is_a_chain(alone):
    """Interface, the layers outside it, film, one after the other."""
    gas = tuple(one if j == alone else one._replace(chemical_log=NOTHING.chemical_log)
                for j, one in enumerate(r.CARBON_MONOXIDE))  # fmt: skip
    of_gas, oxidised = network(gas)
    a, b = resistances(gas)
    chain = a[alone] + b[alone:].sum()
    assert of_gas[alone] == pytest.approx(1.0 / chain, rel=1e-9)
    assert oxidised[alone] == pytest.approx(1.0 / chain / (1.0 + float(constants()[alone])), rel=1e-9)
    assert np.abs(np.delete(of_gas, alone)).max() < 1e-15 * of_gas[alone]


def test_coupling_is_symmetric_and_takes_from_the_others():
    """How much interface i loses when interface j pulls more is what j loses when i does (reciprocity), and it loses.

    The pull of j alone is moved: its equilibrium goes elsewhere and its rate constant makes up for it, so that no
    resistance changes; rates are linear in the pull.
    """
    known = [float(one) for one in constants()]
    _, before = network()
    coupling = np.zeros((3, 3))
    for j in range(3):
        moved = list(known)
        moved[j] = 2.0 * known[j] + 1.0
        makes_up = math.log((1.0 + 1.0 / known[j]) / (1.0 + 1.0 / moved[j]))
        gas = list(r.CARBON_MONOXIDE)
        gas[j] = gas[j]._replace(chemical_log=gas[j].chemical_log + makes_up)
        of_gas, after = network(tuple(gas), known=moved)
        np.testing.assert_allclose(of_gas, network()[0], rtol=1e-9)  # no resistance moved
        coupling[:, j] = (after - before) / (1.0 / (1.0 + moved[j]) - 1.0 / (1.0 + known[j]))
    np.testing.assert_allclose(coupling, coupling.T, rtol=1e-6)
    assert np.all(np.diag(coupling) > 0.0)
    assert np.all(coupling[~np.eye(3, dtype=bool)] < 0.0)


@pytest.mark.parametrize("constant", [0.4, 2.0, 50.0])
def test_without_driving_force_nothing_happens(constant):
    """Where one gas is at rest with all three interfaces at once, none of them works, coupled or not."""
    of_gas, oxidised = network(known=(constant,) * 3)
    bulk, oxide = 1e-3, constant * 1e-3
    np.testing.assert_allclose(of_gas * bulk, oxidised * (bulk + oxide), rtol=1e-12)


@pytest.mark.parametrize("radii", [RADII, (0.2, 0.5, 0.95), (0.9, 0.95, 1.0)])
def test_coupled_interfaces_take_less_than_each_alone_and_no_more_than_the_film_carries(radii):
    known = (40.0, 40.0, 40.0)  # no way back, so that all three pull
    of_gas, oxidised = network(radii=radii, known=known)
    coupled = of_gas - oxidised  # per unit of reducing gas, no oxide in the bulk
    a, b = resistances(radii=radii, known=known)
    pull = known[0] / (1.0 + known[0])
    alone = np.array([pull / (a[j] + b[j:].sum()) for j in range(3)])
    assert np.all(coupled > 0.0)
    assert np.all(coupled < alone)
    assert alone.max() < coupled.sum() < FILM


def test_the_three_steps_take_all_oxygen_and_wustite_is_short_of_iron():
    """From hematite to iron 1.5 O go per Fe, whatever lies between; the last step gives Fe0.947O's 1/0.947."""
    per_iron = 1.0 / np.array(r.IRON_PER_OXYGEN)
    assert per_iron.sum() == pytest.approx(1.5, rel=1e-12)
    np.testing.assert_allclose(per_iron, -np.diff([*r.OXYGEN_PER_IRON, 0.0]), rtol=1e-12)
    assert pytest.approx(1.0 / 0.947, abs=5e-4) == WUSTITE_OXYGEN


def test_a_particle_without_oxide_or_without_iron_keeps_its_radii_in_order():
    for fractions in ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.2, 0.3, 0.4)):
        inner, middle, outer = (float(one) for one in r.interface_radii(*fractions))
        assert r.SMALLEST_RADIUS * (1.0 - 1e-12) <= inner <= middle <= outer <= 1.0
        of_gas, oxidised = network(radii=(inner, middle, outer))
        assert np.all(np.isfinite(of_gas))
        assert np.all(np.isfinite(oxidised))
    assert float(r.interface_radii(0.0, 0.0, 0.125)[2]) == pytest.approx(0.5)
