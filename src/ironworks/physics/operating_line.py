"""The operating line of a blast furnace (Rist; Peacey and Davenport): carbon that an ideal shaft needs.

Per kmol of iron. The furnace is cut in two at the wustite point (1200 K): gas leaves the lower part in equilibrium with
wustite and iron, so that its oxygen over carbon is 1.3, and the heat of the lower part must close.
"""

from typing import NamedTuple

from jax.typing import ArrayLike

from ironworks.physics import enthalpy as h
from ironworks.physics.constants import M_C, M_FE, OXYGEN_IN_AIR

WUSTITE_POINT = 1200.0  # K
OXYGEN_OF_WUSTITE = 1.06  # kmol O/kmol Fe
OXYGEN_OF_ORE = 1.5  # kmol O/kmol Fe
GAS_OXYGEN = 1.3  # kmol O/kmol C of gas in equilibrium with wustite and iron at 1200 K (1.316 from the constants)
CARBON_HEAT = 198.0e6  # J/kmol C: half its oxygen comes from wustite, heat supplied per kmol of active carbon
METAL_IRON = 945.0  # kg Fe/tHM


class OperatingLine(NamedTuple):
    """Results per kmol Fe, and per tonne of hot metal where said."""

    active_carbon: float  # kmol C gasified
    blast_oxygen: float  # kmol O of the blast
    top_gas_oxygen: float  # kmol O/kmol C of the top gas; its utilisation is this less 1
    carbon_per_tonne: float  # kg C/tHM, carbon in the hot metal not counted


def blast_heat(blast_temperature: ArrayLike) -> float:
    """Heat of the dry blast over the wustite point, J/kmol O (with its nitrogen), at blast_temperature [K]."""
    oxygen = h.enthalpy(h.OXYGEN, blast_temperature) - h.enthalpy(h.OXYGEN, WUSTITE_POINT)
    nitrogen = h.enthalpy(h.NITROGEN, blast_temperature) - h.enthalpy(h.NITROGEN, WUSTITE_POINT)
    return float(0.5 * (oxygen + (1.0 - OXYGEN_IN_AIR) / OXYGEN_IN_AIR * nitrogen))


def operating_line(demand: float, blast_temperature: float) -> OperatingLine:
    """Least carbon for a heat demand of the lower furnace [J/kmol Fe] at blast_temperature [K].

    Oxygen: N_OB + 1.06 = 1.3 N_AC; heat: demand = E_B N_OB + 198e6 N_AC. Real furnaces run 5-15 % above it.
    """
    heat = blast_heat(blast_temperature)
    carbon = (demand + OXYGEN_OF_WUSTITE * heat) / (CARBON_HEAT + GAS_OXYGEN * heat)
    oxygen = GAS_OXYGEN * carbon - OXYGEN_OF_WUSTITE
    return OperatingLine(carbon, oxygen, (oxygen + OXYGEN_OF_ORE) / carbon, carbon * M_C * METAL_IRON / M_FE)
