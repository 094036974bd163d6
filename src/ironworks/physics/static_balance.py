"""Static balances of a furnace over a tonne of hot metal: blast, top gas and direct reduction from coke, coal and the
utilisation of the top gas; and the heat balance as plants write it.

Element balances of carbon, oxygen, hydrogen and nitrogen over the whole furnace (A. Rist's way of reckoning, as in any
ironmaking textbook); no kinetics, no equilibrium. It says what a furnace did, not what it would do.
"""

from typing import NamedTuple

from ironworks.physics.constants import (
    M_C,
    M_CO2,
    M_FE,
    M_H2,
    M_H2O,
    M_MN,
    M_N2,
    M_O,
    M_P,
    M_SI,
    MOLAR_VOLUME_NORMAL,
)

GASIFIED_CARBONATE = 0.5  # share of the fluxes' CO2 that meets coke hot enough to become 2 CO; textbook habit


class StaticInputs(NamedTuple):
    """One tonne of hot metal. Masses kg/tHM, analyses mass fractions of the dry fuel, gases mole fractions."""

    coke: float
    coke_carbon: float
    coke_hydrogen: float
    coke_nitrogen: float
    coal: float
    coal_carbon: float
    coal_hydrogen: float
    coal_oxygen: float
    coal_nitrogen: float
    coal_moisture: float
    metal_iron: float  # kg Fe in the hot metal
    metal_carbon: float  # kg
    metal_silicon: float  # kg
    metal_manganese: float  # kg
    metal_phosphorus: float  # kg
    ore_oxygen: float  # mol reducible O per mol Fe of the burden
    dust_carbon: float  # kg that leaves as flue dust
    scrap_iron: float  # kg metallic Fe charged
    scrap_carbon: float  # kg
    flux_carbon_dioxide: float  # kg CO2 of carbonates
    blast_oxygen: float  # mole fraction O2 of the dry blast
    blast_moisture: float  # mol water per mol dry blast
    gas_utilisation: float  # CO2/(CO+CO2) of the top gas
    hydrogen_utilisation: float  # share of the hydrogen that leaves as water


class StaticBalance(NamedTuple):
    """What the balances give, per tonne of hot metal; the top gas is dry."""

    blast: float  # Nm3 dry
    top_gas: float  # Nm3 dry
    carbon_monoxide: float  # mole fraction
    carbon_dioxide: float
    hydrogen: float
    nitrogen: float
    tuyere_carbon: float  # kg C burnt to CO before the tuyeres
    direct_reduction: float  # mol C (direct and solution loss) per mol Fe reduced


def static_balance(given: StaticInputs) -> StaticBalance:
    """Solve the balances. Oxygen fixes the blast, since it is the only source of oxygen not given; the rest follows.

    Left out: sulphur, iron in the slag, volatile matter other than hydrogen, and hydrates of the ore.
    """
    g = given
    fuel = (g.coke * g.coke_carbon + g.coal * g.coal_carbon + g.scrap_carbon - g.metal_carbon - g.dust_carbon) / M_C
    flux = g.flux_carbon_dioxide / M_CO2
    carbon = fuel + flux  # kmol C in the top gas
    coal_water = g.coal * g.coal_moisture / M_H2O
    coal_oxygen = g.coal * g.coal_oxygen / M_O + coal_water
    fuel_hydrogen = (g.coke * g.coke_hydrogen + g.coal * g.coal_hydrogen) / M_H2 + coal_water
    iron = (g.metal_iron - g.scrap_iron) / M_FE
    others = 2.0 * g.metal_silicon / M_SI + g.metal_manganese / M_MN + 2.5 * g.metal_phosphorus / M_P
    # kmol O that the blast must bring, but for what its own steam takes away again as water
    wanted = carbon * (1.0 + g.gas_utilisation) + g.hydrogen_utilisation * fuel_hydrogen
    wanted -= g.ore_oxygen * iron + others + 2.0 * flux + coal_oxygen
    per_blast = 2.0 * g.blast_oxygen + g.blast_moisture * (1.0 - g.hydrogen_utilisation)
    blast = wanted / per_blast  # kmol dry
    tuyere = blast * (2.0 * g.blast_oxygen + g.blast_moisture) + coal_oxygen
    hydrogen = (1.0 - g.hydrogen_utilisation) * (fuel_hydrogen + blast * g.blast_moisture)
    nitrogen = blast * (1.0 - g.blast_oxygen) + (g.coke * g.coke_nitrogen + g.coal * g.coal_nitrogen) / M_N2
    top = carbon + hydrogen + nitrogen
    return StaticBalance(
        blast=blast * MOLAR_VOLUME_NORMAL,
        top_gas=top * MOLAR_VOLUME_NORMAL,
        carbon_monoxide=carbon * (1.0 - g.gas_utilisation) / top,
        carbon_dioxide=carbon * g.gas_utilisation / top,
        hydrogen=hydrogen / top,
        nitrogen=nitrogen / top,
        tuyere_carbon=tuyere * M_C,
        direct_reduction=(fuel - tuyere - others - GASIFIED_CARBONATE * flux) / iron,
    )


# Heats as plants use them, from published heat balances.
CARBON_TO_DIOXIDE = 32.8  # MJ/kg C
MONOXIDE_HEAT = 12.64  # MJ/Nm3 CO
HYDROGEN_HEAT = 10.79  # MJ/Nm3 H2
IRON_REDUCTION = 7.38  # MJ/kg Fe from Fe2O3
SILICON_REDUCTION = 32.4  # MJ/kg Si, dissociation of SiO2 (its CO is counted with the top gas)
SLAG_HEAT = 1.80  # MJ/kg at 1500 degC
METAL_HEAT = 1.378  # MJ/kg at 1500 degC
BLAST_HEAT_CAPACITY = 1.40e-3  # MJ/Nm3/K
TOP_GAS_HEAT_CAPACITY = 1.38e-3  # MJ/Nm3/K
DATUM = 25.0  # degC, zero of sensible heat


class HeatInputs(NamedTuple):
    """A plant's day per tonne of hot metal: kg, Nm3, degC, mole fractions."""

    fuel_carbon: float  # kg C of coke and coal
    metal_carbon: float  # kg C in the hot metal
    metal_iron: float  # kg Fe
    metal_silicon: float  # kg Si
    slag: float  # kg
    blast: float  # Nm3
    blast_temperature: float  # degC
    top_gas: float  # Nm3 dry
    top_gas_temperature: float  # degC
    carbon_monoxide: float
    hydrogen: float
    loss: float  # MJ to cooling water


def heat_balance(given: HeatInputs) -> dict[str, float]:
    """Terms of the heat balance, MJ/tHM, and `closure`, what goes out over what comes in.

    In: carbon as if burnt to CO2, and the blast. Out: reduction of iron and silicon, chemical and sensible heat of the
    top gas, hot metal, slag, cooling. Left out: drying, coal's hydrogen and its cracking, manganese and phosphorus.
    """
    g = given
    terms = {
        "carbon": CARBON_TO_DIOXIDE * (g.fuel_carbon - g.metal_carbon),
        "blast": BLAST_HEAT_CAPACITY * g.blast * (g.blast_temperature - DATUM),
        "iron_reduction": IRON_REDUCTION * g.metal_iron,
        "silicon_reduction": SILICON_REDUCTION * g.metal_silicon,
        "top_gas_chemical": g.top_gas * (MONOXIDE_HEAT * g.carbon_monoxide + HYDROGEN_HEAT * g.hydrogen),
        "top_gas_sensible": TOP_GAS_HEAT_CAPACITY * g.top_gas * (g.top_gas_temperature - DATUM),
        "hot_metal": METAL_HEAT * 1000.0,
        "slag": SLAG_HEAT * g.slag,
        "loss": g.loss,
    }
    enters = terms["carbon"] + terms["blast"]
    return terms | {"closure": (sum(terms.values()) - enters) / enters}
