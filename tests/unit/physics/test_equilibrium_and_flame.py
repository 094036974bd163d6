"""Equilibria, flame temperature and bosh gas against published tables."""

import numpy as np
import pytest

from ironworks.physics import equilibrium as k
from ironworks.physics import flame_temperature as flame
from ironworks.physics import metal, slag
from ironworks.physics.constants import ZERO_CELSIUS

TEMPERATURES = np.array([1000.0, 1200.0, 1400.0])


@pytest.mark.parametrize(
    ("constant", "expected"),
    [(k.magnetite_carbon_monoxide, (2.17, 4.38, 7.24)), (k.wustite_carbon_monoxide, (0.656, 0.462, 0.360))],
)
def test_measured_equilibria(constant, expected):
    assert np.asarray(constant(TEMPERATURES)) == pytest.approx(expected, rel=2e-3)


# Gibbs energies of the seven-coefficient NASA polynomials, evaluated apart from this code (Cantera 3.2), bar.
POLYNOMIALS = [
    (k.hematite_carbon_monoxide, (600, 2.61510e6), (900, 1.62608e5), (1000, 9.36084e4), (1400, 1.94914e4)),
    (k.solution_loss, (600, 1.73522e-6), (900, 0.179096), (1200, 52.9119), (1800, 13398.6), (2300, 134093.0)),
    (k.steam_gasification, (600, 4.90586e-5), (900, 0.411957), (1200, 38.5354), (1800, 3507.47), (2300, 23925.5)),
    (k.water_gas_shift, (600, 28.2723), (900, 2.30021), (1200, 0.728293), (1800, 0.261779), (2300, 0.178425)),
    (k.calcination, (800, 3.10926e-4), (1000, 0.0549137), (1200, 1.62337), (1400, 17.2323)),
    (k.silicon_monoxide, (1700, 5.72402e-4), (1800, 7.69405e-3), (2000, 0.614486), (2300, 97.8076)),
]


@pytest.mark.parametrize(("constant", "points"), [(one, points) for one, *points in POLYNOMIALS])
def test_equilibria_follow_the_full_polynomials(constant, points):
    temperatures, expected = np.array(points, dtype=float).T
    assert np.asarray(constant(temperatures)) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("constant", [one for one, *_ in POLYNOMIALS])
def test_equilibria_stay_positive_and_finite_outside_their_range(constant):
    values = np.asarray(constant(np.linspace(250.0, 3500.0, 200)))
    assert np.all(np.isfinite(values))
    assert np.all(values > 0.0)


def test_hematite_constant_does_not_jump_at_its_kink():
    below, above = np.asarray(k.hematite_carbon_monoxide(np.array([960.0 - 1e-9, 960.0])))
    assert below == pytest.approx(above, rel=1e-3)


def test_shift_is_the_quotient_of_the_gasifications_so_that_gas_cannot_run_in_a_loop_through_carbon():
    quotient = np.asarray(k.steam_gasification(TEMPERATURES) / k.solution_loss(TEMPERATURES))
    assert np.asarray(k.water_gas_shift(TEMPERATURES)) == pytest.approx(quotient, rel=1e-12)


def test_wustite_equilibrium_is_the_measured_one_not_stoichiometric_feo():
    assert float(k.wustite_carbon_monoxide(1200.0)) > 0.4


def test_hydrogen_and_monoxide_constants_meet_in_the_shift_exactly():
    for co, h2 in (
        (k.hematite_carbon_monoxide, k.hematite_hydrogen),
        (k.magnetite_carbon_monoxide, k.magnetite_hydrogen),
        (k.wustite_carbon_monoxide, k.wustite_hydrogen),
    ):
        assert np.asarray(co(TEMPERATURES) / h2(TEMPERATURES)) == pytest.approx(
            np.asarray(k.water_gas_shift(TEMPERATURES)), rel=1e-14
        )


# Blast degC, O2 %, moisture g, coal g, flame with coke at 1500 degC, bosh gas, plant formula.
FLAMES = [
    (1200, 21, 0, 0, 2363, 1.2100, 2566),
    (1200, 21, 10, 0, 2306, 1.235, 2505),
    (1200, 21, 20, 0, 2251, 1.2598, 2445),
    (1200, 24, 15, 100, 2224, 1.3359, 2357),
    (1200, 25, 15, 150, 2179, 1.3752, 2268),
    (1250, 24.5, 12, 170, 2175, 1.374, 2230),
]


@pytest.mark.parametrize(("blast", "oxygen", "moisture", "coal", "expected", "bosh", "plant"), FLAMES)
def test_flame_temperature(blast, oxygen, moisture, coal, expected, bosh, plant):
    temperature, volume = flame.rigorous(
        blast + ZERO_CELSIUS, oxygen / 100, moisture / 1e3, coal / 1e3, 1500.0 + ZERO_CELSIUS
    )
    assert float(temperature) - ZERO_CELSIUS == pytest.approx(expected, abs=3.0)
    assert float(volume) == pytest.approx(bosh, rel=1e-3)
    enrichment = 1000.0 * (oxygen / 100 - 0.21) / (1.0 - oxygen / 100)
    formula = flame.plant_formula(blast + ZERO_CELSIUS, enrichment, moisture / 1e3, coal / 1e3)
    assert float(formula) - ZERO_CELSIUS == pytest.approx(plant, abs=2.0)


def test_coal_brings_the_heat_of_its_mill():
    def at(temperature):
        return float(flame.rigorous(1473.0, 0.24, 0.015, 0.1, 1773.0, flame.Coal(temperature=temperature))[0])

    # 100 g of coal 55 K warmer: 6.9 kJ on 1.34 Nm3 of bosh gas at about 1.65 kJ/Nm3/K and 25 g of ash.
    assert at(353.15) - at(298.15) == pytest.approx(6.9 / (1.34 * 1.65 + 0.03), rel=0.05)


def test_plant_means_give_the_plant_flame_temperature_and_bosh_gas():
    blast, oxygen, coal = 5595.0, 277.0, 45.8e3 / 60.0  # Nm3/min, Nm3/min, kg/min: means of a published plant
    formula = flame.plant_formula(1098 + ZERO_CELSIUS, 1000.0 * oxygen / blast, 13.1e-3, coal / blast)
    assert float(formula) - ZERO_CELSIUS == pytest.approx(2218, abs=5.0)
    bosh = flame.bosh_gas_volume(blast, oxygen, 13.1e-3 * blast, coal, 0.05)
    assert float(bosh) == pytest.approx(7943, rel=0.01)


def test_silicon_equilibrium_follows_the_published_table():
    for celsius, pressure, expected in [(1427, 1.5, 0.57), (1500, 1.5, 2.1), (1500, 2.5, 0.99), (1550, 4.0, 1.1)]:
        percent = metal.silicon_equilibrium(celsius + ZERO_CELSIUS, pressure, 0.06, 5.0)
        assert float(percent) == pytest.approx(expected, rel=0.1)


def test_sulphur_partition_rises_with_basicity_and_temperature():
    def partition(basicity, celsius):
        silica = 79.0 / (1.0 + basicity)
        optical = slag.optical_basicity(basicity * silica / 56.08, silica / 60.08, 13.0 / 101.96, 8.0 / 40.3)
        return float(slag.sulphur_partition(celsius + ZERO_CELSIUS, optical, 4.8, 0.4, 2.0))

    assert partition(1.2, 1500) == pytest.approx(29, rel=0.1)
    assert partition(1.0, 1450) == pytest.approx(11, rel=0.15)
    assert partition(1.2, 1500) < partition(1.3, 1500)
