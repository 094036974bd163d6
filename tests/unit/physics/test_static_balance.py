"""Static balances and the operating line against worked examples, and laws that they must follow."""

import pytest

from ironworks.physics.constants import ZERO_CELSIUS
from ironworks.physics.operating_line import blast_heat, operating_line
from ironworks.physics.static_balance import heat_balance, static_balance
from ironworks.plant.validation.worked_examples import DAY, DAY_TERMS, EXAMPLE_ONE, EXAMPLE_TWO


def test_first_textbook_example():
    """Course example 1 (irumeria/blast_furnace_calculation, MIT): 1129 Nm3 wet blast with 2 % steam."""
    found = static_balance(EXAMPLE_ONE)
    assert found.blast == pytest.approx(1106.4, rel=0.02)
    assert found.top_gas == pytest.approx(1597.0, rel=0.02)
    assert 100.0 * found.carbon_monoxide == pytest.approx(21.5, abs=0.5)
    assert 100.0 * found.carbon_dioxide == pytest.approx(21.6, abs=0.5)
    assert 100.0 * found.hydrogen == pytest.approx(2.1, abs=0.3)
    assert found.direct_reduction == pytest.approx(0.47, abs=0.03)


def test_second_textbook_example():
    """Course example 2 of the same source: more coke, scrap, a poorer gas utilisation."""
    found = static_balance(EXAMPLE_TWO)
    assert found.blast == pytest.approx(1338.2, rel=0.04)
    assert found.top_gas == pytest.approx(1877.0, rel=0.04)
    assert 100.0 * found.carbon_monoxide == pytest.approx(24.3, abs=0.5)
    assert 100.0 * found.carbon_dioxide == pytest.approx(16.9, abs=0.5)
    assert found.direct_reduction == pytest.approx(0.45, abs=0.05)


def test_the_balances_close_in_the_solution():
    """Fractions add up, and oxygen taken from the ore is what the gas has gained."""
    found = static_balance(EXAMPLE_ONE)
    total = found.carbon_monoxide + found.carbon_dioxide + found.hydrogen + found.nitrogen
    assert total == pytest.approx(1.0, abs=1e-12)
    argon_free = 0.79 * found.blast + 22.414 * (365.6 * 0.0020 + 125.2 * 0.0088) / 28.014
    assert found.nitrogen * found.top_gas == pytest.approx(argon_free, rel=1e-9)


def test_better_used_gas_needs_more_blast_carbon_for_the_same_fuel():
    """With fuel given, a gas that takes more oxygen from the ore leaves less of it to direct reduction."""
    better = EXAMPLE_ONE._replace(gas_utilisation=EXAMPLE_ONE.gas_utilisation + 0.02)
    assert static_balance(better).direct_reduction < static_balance(EXAMPLE_ONE).direct_reduction
    assert static_balance(better).blast > static_balance(EXAMPLE_ONE).blast


def test_heat_balance_of_a_plant_day():
    """The plant's own terms (MJ/tHM) within 0.1 %, and its closure of 1.002 within 0.02."""
    terms = heat_balance(DAY)
    for name, stated in DAY_TERMS.items():
        assert terms[name] == pytest.approx(stated, rel=1e-3)
    assert terms["closure"] == pytest.approx(1.002, abs=0.02)


@pytest.mark.parametrize(("celsius", "kilojoule"), [(1100, 14.2), (1200, 22.5), (1250, 26.7)])
def test_blast_heat_over_the_wustite_point(celsius, kilojoule):
    assert blast_heat(celsius + ZERO_CELSIUS) / 1e6 == pytest.approx(kilojoule, rel=0.01)


def test_operating_line_of_the_ideal_shaft():
    """Demand 340 MJ/kmol Fe at 1200 degC: 1.601 kmol C/kmol Fe, utilisation 0.575, 370 kg C/tHM with 4.7 % C."""
    found = operating_line(340e6, 1200.0 + ZERO_CELSIUS)
    assert found.active_carbon == pytest.approx(1.601, rel=0.005)
    assert found.top_gas_oxygen - 1.0 == pytest.approx(0.575, abs=0.002)
    assert found.carbon_per_tonne + 47.0 == pytest.approx(370.0, abs=5.0)
