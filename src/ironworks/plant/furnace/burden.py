"""Burdens that cannot become hot metal and liquid slag, whatever the blast does: refused before a run.

Only what is impossible by amounts or by phase is refused here. A burden with too little fuel for its heat is a matter
of the run: the furnace then cools and freezes, and says so (`freezing`).
"""

import numpy as np

from ironworks.core.errors import CallError
from ironworks.physics.constants import M_C, M_CACO3, M_CAO, M_FE
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters

LEAST_DIRECT_REDUCTION = 0.2  # kmol C per kmol Fe: furnaces rich in hydrogen come down to 0.2-0.25; field value
LEAST_CARBON_OF_METAL = 0.042  # kg C per kg hot metal; 4.2 % is the lowest of usual hot metal (saturation 4.5-5)
IRON_OF_METAL = 0.945  # kg Fe per kg hot metal; field value
# Window outside which a slag of CaO, SiO2, Al2O3 and MgO is not liquid at 1500-1550 degC: no furnace could drain it.
# Measured: liquid below 1460 degC at CaO/SiO2 1.10 (Ma, Zhang, Zhao, Evans, Zhao, ISIJ Int. 56 (2016) 513), liquidus
# 1450-1550 degC at CaO/SiO2 1.50 (Metall. Mater. Trans. B 2016, doi 10.1007/s11663-016-0584-2), between the fields of
# dicalcium silicate, merwinite, melilite, spinel and periclase; the fields over the whole range: Osborn, DeVries, Gee,
# Kraner, J. Metals 6 (1954) 33; Slag Atlas, 2nd ed., VDEh 1995. Chosen to lie outside what these call liquid, not read
# off an isotherm: the borders of the four oxides depend on one another, and a slag inside may still be stiff or solid.
LIQUID_BASICITY = (0.6, 1.6)  # CaO/SiO2
MOST_ALUMINA = 0.30  # mass fraction of the four oxides; operated slags hold 8-20 %
MOST_MAGNESIA = 0.20  # likewise; operated slags hold 4-12 %
MOST_TITANIA = 0.30  # of the five oxides; slags of 22-25 % are smelted from titanomagnetite, more turn thick; recalled
MOST_ALKALI = 0.03  # kg K2O per kg hot metal: ten times what furnaces take (2-5 kg/t); design value
ASH_OXIDES = ("silica", "alumina", "lime", "magnesia")  # order of the ash analyses of the parameters


def slag_of_charge(inputs: FurnaceInputs, parameters: FurnaceParameters) -> dict[str, float]:
    """Masses of lime, silica, alumina and magnesia, kg per charge, from ore, limestone and coke ash. Scalar inputs.

    Left out: coal ash (it comes with time, not with the charge, and is a tenth of the silica) and silica reduced.
    """
    u = FurnaceInputs(*(np.asarray(x, dtype=np.float64) for x in inputs))
    ash = float(u.coke_base * u.coke_weighing_factor * (u.coke_ash - u.coke_alkali))
    masses = {}
    for name, share in zip(ASH_OXIDES, np.asarray(parameters.coke_ash_analysis).tolist()):
        ore = float(u.ore_base * u.ore_weighing_factor * getattr(u, f"ore_{name}"))
        masses[name] = ore + ash * share
    masses["lime"] += float(u.limestone_base) * M_CAO / M_CACO3
    return masses


def burden_faults(inputs: FurnaceInputs, parameters: FurnaceParameters) -> list[str]:
    """Why this burden cannot be smelted; empty when it can. Scalar inputs that passed `inputs.check`."""
    u = FurnaceInputs(*(np.asarray(x, dtype=np.float64) for x in inputs))
    iron = float(u.ore_base * u.ore_weighing_factor * u.ore_iron)
    if iron <= 0.0:
        return ["ore_base is zero: without ore there is no hot metal"]
    metal = iron / IRON_OF_METAL
    carbon = float(u.coke_base * u.coke_weighing_factor * (1.0 - u.coke_ash - u.coke_sulphur))
    needed = LEAST_DIRECT_REDUCTION * M_C / M_FE * iron + LEAST_CARBON_OF_METAL * metal
    faults = []
    if carbon < needed:
        faults.append(
            f"the coke brings {1e3 * carbon / metal:.0f} kg of carbon per t of hot metal; direct reduction and "
            f"carburisation alone take at least {1e3 * needed / metal:.0f}"
        )
    alkali = float(
        u.ore_base * u.ore_weighing_factor * u.ore_alkali + u.coke_base * u.coke_weighing_factor * u.coke_alkali
    )
    if alkali > MOST_ALKALI * metal:
        faults.append(
            f"the burden brings {1e3 * alkali / metal:.0f} kg of alkali per t of hot metal; at most "
            f"{1e3 * MOST_ALKALI:.0f}"
        )
    slag = slag_of_charge(inputs, parameters)
    titania = float(u.ore_base * u.ore_weighing_factor * u.ore_titania)
    return faults + _slag_faults(slag) + _titania_faults(slag, titania)


def _titania_faults(slag: dict[str, float], titania: float) -> list[str]:
    share = titania / max(titania + sum(slag.values()), 1e-9)
    if share <= MOST_TITANIA:
        return []
    return [f"the slag would hold {100.0 * share:.0f} % titania and not run; at most {100.0 * MOST_TITANIA:.0f} %"]


def _slag_faults(slag: dict[str, float]) -> list[str]:
    faults, total = [], sum(slag.values())
    low, high = LIQUID_BASICITY
    basicity = slag["lime"] / max(slag["silica"], 1e-9)
    if not low <= basicity <= high:
        faults.append(
            f"the slag would have CaO/SiO2 = {basicity:.2f} and not be liquid; it is between {low:g} and {high:g}"
        )
    for name, most in (("alumina", MOST_ALUMINA), ("magnesia", MOST_MAGNESIA)):
        if slag[name] > most * total:
            faults.append(
                f"the slag would hold {100.0 * slag[name] / total:.0f} % {name} and not be liquid; at most "
                f"{100.0 * most:.0f} %"
            )
    return faults


def check_burden(inputs: FurnaceInputs, parameters: FurnaceParameters) -> None:
    """Refuse a burden that cannot be smelted: `CallError` with every reason."""
    faults = burden_faults(inputs, parameters)
    if faults:
        raise CallError(
            "; ".join(faults), "the burden", "a charge of ore and coke that gives liquid metal and slag",
            "change coke_base, ore_base or the analyses",
        )  # fmt: skip
