"""The ore blend by mass balance: which analysis gives the slag that is wanted, in amount and composition."""

from typing import NamedTuple

from ironworks.core.errors import CallError
from ironworks.physics.constants import M_FE, M_FE2O3, M_FEO, M_SI, M_SIO2
from ironworks.plant.furnace.parameters import FurnaceParameters

METAL_IRON = 0.9455  # kg iron per kg hot metal with 4.7 % C, 0.4 % Si, 0.2 % Mn, 0.1 % P
OXIDES = 0.9985  # of the dry ore; the rest is phosphorus, sulphur and what is not analysed
SLAG_REST = 0.013  # of the slag: FeO 0.36-0.61 %, sulphur 0.7-1.0 %, published
ORE_RATE = 1.6  # kg/kg hot metal, for the minor oxides
TITANIUM_RECOVERY = 0.35  # at 1500 degC; ironworks.physics.slag
ALKALI_IN_SLAG = 0.9  # 80-95 % of the input, field value
SLAG_IRON = 0.0042  # of the slag: iron as FeO
MANGANESE_RECOVERY = 0.65  # published 60-70 %
FE2O3_PER_FE = M_FE2O3 / (2.0 * M_FE)


class Blend(NamedTuple):
    """Analysis of the dry ore blend, mass fractions, and kg of it charged per kg of hot metal."""

    ore_iron: float
    ore_lime: float
    ore_silica: float
    ore_alumina: float
    ore_magnesia: float
    ore_rate: float


def blend_for_slag(
    p: FurnaceParameters, slag_rate: float, basicity: float, alumina: float, magnesia: float, coke_rate: float,
    coal_rate: float, silicon: float,
) -> Blend:  # fmt: skip
    """The blend that gives `slag_rate` [kg/kg] of this CaO/SiO2, Al2O3 and MgO [mass fractions of slag].

    coke_rate, coal_rate [kg/kg]: their ash goes to the slag; silicon: of the hot metal, taken from the silica. FeO and
    minor oxides of the ore and alkali of the coke are those of the parameters. CallError when the fuel ash alone gives
    more slag.
    """
    coke_ash = coke_rate * (1.0 - p.coke_dust_share) * (p.reference_coke_ash - p.reference_coke_alkali)
    coal_ash = coal_rate * p.coal_ash
    from_ash = [coke_ash * a + coal_ash * b for a, b in zip(p.coke_ash_analysis, p.coal_ash_analysis, strict=True)]
    ore_alkali, coke_alkali = ORE_RATE * p.reference_ore_alkali, coke_rate * p.reference_coke_alkali
    rest = SLAG_REST * slag_rate + ALKALI_IN_SLAG * (ore_alkali + coke_alkali)
    rest += ORE_RATE * (1.0 - MANGANESE_RECOVERY) * p.reference_ore_manganese_oxide
    rest += ORE_RATE * (1.0 - TITANIUM_RECOVERY) * p.reference_ore_titania
    acid = (slag_rate * (1.0 - alumina - magnesia) - rest) / (1.0 + basicity)
    wanted = (acid + silicon * M_SIO2 / M_SI, slag_rate * alumina, acid * basicity, slag_rate * magnesia)
    silica, alumina_mass, lime, magnesia_mass = (w - a for w, a in zip(wanted, from_ash, strict=True))
    if min(silica, alumina_mass, lime, magnesia_mass) <= 0.0:
        raise CallError(
            f"a slag of {1e3 * slag_rate:.0f} kg/tHM", "blend_for_slag", "more slag than the fuel ash gives",
            "ask for more slag, or for more alumina in it",
        )  # fmt: skip
    iron = METAL_IRON + SLAG_IRON * slag_rate
    gangue = silica + alumina_mass + lime + magnesia_mass
    ferrous = p.reference_ore_ferrous_oxide
    # oxides: rate (OXIDES - MnO - TiO2 - K2O) = gangue + FeO + Fe2O3, where Fe2O3 holds the iron that FeO does not.
    ferric_less = ferrous * (FE2O3_PER_FE * M_FE / M_FEO - 1.0)
    minor = p.reference_ore_manganese_oxide + p.reference_ore_titania + p.reference_ore_alkali
    rate = (gangue + FE2O3_PER_FE * iron) / (OXIDES - minor + ferric_less)
    return Blend(iron / rate, lime / rate, silica / rate, alumina_mass / rate, magnesia_mass / rate,
                 rate / (1.0 - p.ore_dust_share))  # fmt: skip
