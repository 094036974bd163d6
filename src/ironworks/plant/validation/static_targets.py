"""V3 to V9: flame temperature, bosh gas, equilibria and static balances against tables and worked examples."""

from decimal import Decimal

import numpy as np

from ironworks.physics import equilibrium, flame_temperature
from ironworks.physics.constants import ZERO_CELSIUS
from ironworks.physics.operating_line import operating_line
from ironworks.physics.static_balance import heat_balance, static_balance
from ironworks.plant.validation import worked_examples as examples
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.target import Result, around, judge, letters

COKE_SHARE = 0.75  # of the flame's temperature in degC: the coke's, in the table's last column
SETTLES = 12  # repeats of coke temperature from flame temperature; each shrinks the error fivefold
HYDROGEN_PAIRS = ("hematite", "magnetite", "wustite")


def static_targets(bench: Bench) -> list[Result]:
    """All rows of the family; the furnace itself is not needed."""
    del bench
    return [
        *flame_temperatures(), *plant_formulas(), *equilibrium_constants(), *worked_balances(), plant_heat(), rist(),
    ]  # fmt: skip


def flame_temperatures() -> list[Result]:
    """V3: the rigorous flame temperature at the table's six blasts, coke at 1500 degC and at 0.75 of the flame."""
    rows = []
    for name, (blast, oxygen, moisture, coal, at_1500, at_share) in zip(letters(6), examples.FLAMES, strict=True):
        case = f"{blast} degC, {oxygen:g} % O2, {moisture} g moisture, {coal} g coal"
        rows.append((name, f"flame, coke 1500 degC: {case}", _flame(blast, oxygen, moisture, coal, 1500.0), at_1500))
        coke = 0.75 * at_1500
        for _ in range(SETTLES):
            coke = COKE_SHARE * _flame(blast, oxygen, moisture, coal, coke)
        rows.append((name, f"flame, coke 0.75 of it: {case}", _flame(blast, oxygen, moisture, coal, coke), at_share))
    source = "calculated: combustion to CO, H2 and N2 with NASA polynomials"
    return [
        around(f"V3{name}", what, value, "degC", target, 3.0, source)
        for name, (_, what, value, target) in zip(letters(len(rows)), rows, strict=True)
    ]


def _flame(blast: float, oxygen: float, moisture: float, coal: float, coke: float) -> float:
    """Rigorous flame temperature, degC, in the table's units."""
    flame, _ = flame_temperature.rigorous(
        blast + ZERO_CELSIUS, oxygen / 100.0, moisture / 1e3, coal / 1e3, coke + ZERO_CELSIUS
    )
    return float(flame) - ZERO_CELSIUS


def plant_formulas() -> list[Result]:
    """V4, V5: the plant's formulas on a plant's mean blast."""
    w = examples.Blast()
    flame = flame_temperature.plant_formula(
        w.temperature + ZERO_CELSIUS, 1000.0 * w.oxygen / w.air, w.moisture / 1e3, w.coal / w.air
    )
    bosh = flame_temperature.bosh_gas_volume(w.air, w.oxygen, w.moisture / 1e3 * w.air, w.coal, w.coal_hydrogen)
    return [
        around("V4", "flame temperature, plant formula, a plant's means", float(flame) - ZERO_CELSIUS, "degC", w.flame,
               2.0, examples.PLANT_MEANS),
        around("V5", "bosh gas, plant formula, a plant's means", float(bosh), "Nm3/min", w.bosh, 0.01 * w.bosh,
               examples.PLANT_MEANS),
    ]  # fmt: skip


def equilibrium_constants() -> list[Result]:
    """V6: the largest departure of each constant from its table, and the rule that ties the hydrogen constants."""
    names = letters(len(examples.EQUILIBRIA) + 1)
    rows = []
    for name, (what, (function, temperatures, printed)) in zip(names, examples.EQUILIBRIA.items(), strict=False):
        values = np.asarray(getattr(equilibrium, function)(np.array(temperatures, dtype=float)))
        errors = [100.0 * (v / float(p) - 1.0) for v, p in zip(values, printed, strict=True)]
        # The table rounds: half of its last digit belongs to the table, not to the constant.
        limits = [1.0 + 100.0 * _half_digit(p) for p in printed]
        worst = max(range(len(errors)), key=lambda i: abs(errors[i]) / limits[i])
        note = f"at {temperatures[worst]} K against the printed {printed[worst]}"
        rows.append(
            judge(f"V6{name}", f"{what}, departure from the table", errors[worst], "%",
                  "0 +-1 and the table's rounding", -limits[worst], limits[worst], examples.TABLE, note)
        )  # fmt: skip
    temperatures = np.linspace(700.0, 1800.0, 12)
    shift = np.asarray(equilibrium.water_gas_shift(temperatures))
    off = max(
        float(np.max(np.abs(np.asarray(
            getattr(equilibrium, f"{one}_carbon_monoxide")(temperatures)
            / getattr(equilibrium, f"{one}_hydrogen")(temperatures)
        ) / shift - 1.0)))
        for one in HYDROGEN_PAIRS
    )  # fmt: skip
    text = "K(CO)/K(H2) = K(shift), relative departure"
    return [*rows, judge(f"V6{names[-1]}", text, off, "1", "0, exactly", 0.0, 1e-14, "thermodynamics")]


def _half_digit(printed: str) -> float:
    """Half a unit of the last digit printed, relative."""
    number = Decimal(printed)
    _, digits, _ = number.as_tuple()
    return 0.5 / float(int("".join(map(str, digits))))


def worked_balances() -> list[Result]:
    """V7: the static balance on two textbook examples."""
    rows = []
    for example, (given, found) in examples.EXAMPLES.items():
        got = static_balance(given)
        share, direct = found.volume_tolerance, found.direct_tolerance
        rows += [
            (f"{example} dry blast", got.blast, "Nm3/tHM", found.blast, share * found.blast),
            (f"{example} dry top gas", got.top_gas, "Nm3/tHM", found.top_gas, share * found.top_gas),
            (f"{example} top gas CO", 100.0 * got.carbon_monoxide, "%", found.carbon_monoxide, 0.5),
            (f"{example} top gas CO2", 100.0 * got.carbon_dioxide, "%", found.carbon_dioxide, 0.5),
            (f"{example} direct reduction", got.direct_reduction, "1", found.direct_reduction, direct),
        ]
    return [
        around(f"V7{name}", what, value, unit, target, tolerance, examples.TEXTBOOK)
        for name, (what, value, unit, target, tolerance) in zip(letters(len(rows)), rows, strict=True)
    ]


def plant_heat() -> Result:
    """V8: heat out over heat in on a plant's day."""
    terms = heat_balance(examples.DAY)
    off = max(abs(terms[name] / stated - 1.0) for name, stated in examples.DAY_TERMS.items())
    note = f"terms that the plant states are met within {100.0 * off:.2g} %"
    return around(
        "V8", "heat balance of a plant's day, out over in", terms["closure"], "1", 1.002, 0.02, examples.PLANT_DAY, note
    )


def rist() -> Result:
    """V9: active carbon of the ideal shaft."""
    value = operating_line(340e6, 1200.0 + ZERO_CELSIUS).active_carbon
    source = "Rist; Peacey and Davenport 1979"
    return around("V9", "active carbon at 1200 degC, 340 MJ/kmol Fe", value, "kmol/kmol Fe", 1.601, 0.008, source)
