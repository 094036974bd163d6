"""True values of everything that an instrument looks at, by tag, in SI; NaN with a reason where there is nothing."""

import math
from typing import NamedTuple

from ironworks.core.units import ATMOSPHERE_PA
from ironworks.plant.actuators import coal_factors
from ironworks.plant.disturbances import Disturbed
from ironworks.plant.process import Truth
from ironworks.plant.scenarios import SECTORS
from ironworks.plant.settings import Settings

ZONES = ("hearth", "tuyere", "bosh", "belly", "lower_stack", "upper_stack")
AIR_EXPONENT = 0.2857  # (kappa - 1)/kappa of air
KELVIN = 273.15
CLOSED, STOPPAGE, UNWEIGHED = "tap_hole_closed", "stoppage", "cast_began_before_start"
NOT_FINITE = "simulation_not_finite"  # numerical trouble of the furnace model: shown, never hidden
RUNNERS = tuple(f"runner_temperature_{hole}" for hole in range(1, 5))


class Around(NamedTuple):
    """What the truth of the tags depends on besides the furnace: iron in the torpedoes of this cast [kg], share of the
    reference blast volume."""

    torpedo_mass: float
    blast_share: float


def true_values(
    furnace: Truth, now: Disturbed, around: Around, station: Settings, disturbance: Settings, reference_volume: float
) -> tuple[dict[str, float], dict[str, str]]:
    """(true value by tag, reason by tag where the value is NaN). `station`: instruments.toml."""
    values: dict[str, float] = {}
    _blast(values, furnace, now, around, station, disturbance, reference_volume)
    _gas(values, furnace, now)
    _walls(values, furnace, now, station)
    _taps(values, furnace, around)
    # A closed hole shows nothing, and a furnace off blast has no gas to analyse.
    reasons = {name: NOT_FINITE for name, value in values.items() if math.isnan(value)}
    reasons |= {name: CLOSED for name in RUNNERS if name in reasons}
    if "torpedo_mass" in reasons:
        reasons["torpedo_mass"] = UNWEIGHED
    if around.blast_share < station["common.stoppage_share"]:
        for name in STOPPED:
            values[name] = math.nan
            reasons[name] = STOPPAGE
    return values, reasons


STOPPED = (
    "top_gas_carbon_monoxide", "top_gas_carbon_dioxide", "top_gas_hydrogen", "top_gas_flow", "blast_temperature",
    "blast_moisture", "steam_flow",
)  # fmt: skip
"""Tags that a furnace off blast does not give: analysers and gas meters are shut off, the hot blast valve is closed."""


def _blast(
    v: dict[str, float], f: Truth, now: Disturbed, around: Around, s: Settings, d: Settings, reference_volume: float
) -> None:
    volume, oxygen, moisture = f["actual_blast_volume"], f["actual_oxygen_flow"], f["actual_blast_moisture"]
    v["blast_volume"], v["oxygen_flow"], v["blast_moisture"] = volume, oxygen, moisture
    v["blast_temperature"] = f["actual_blast_temperature"]
    v["hot_blast_pressure"] = f["hot_blast_pressure"]
    cold = f["hot_blast_pressure"] + s["station.stove_drop"] * (volume / reference_volume) ** 2
    v["cold_blast_pressure"] = cold
    ratio = max(cold / ATMOSPHERE_PA, 1.0)
    v["cold_blast_temperature"] = now.ambient_temperature * ratio ** (AIR_EXPONENT / s["station.blower_efficiency"])
    v["ambient_humidity"] = now.ambient_humidity
    v["steam_flow"] = max(moisture - now.ambient_humidity, 0.0) * (volume + oxygen)
    v["top_pressure"] = f["top_pressure"]
    v["coal_injection_rate"] = f["actual_coal_injection_rate"] / (
        1.0 - now.slow["coal_ash"] / (1.0 - d["mean.coal_ash"])
    )
    factors = coal_factors(now, d)
    all_sectors = float(factors.sum())
    for sector in range(SECTORS):
        share = float(factors[sector]) / all_sectors if all_sectors > 0.0 else 1.0 / SECTORS
        v[f"coal_sector_flow_{sector + 1}"] = v["coal_injection_rate"] * share


def _gas(v: dict[str, float], f: Truth, now: Disturbed) -> None:
    dry = 1.0 - f["top_gas_steam"]
    for gas in ("carbon_monoxide", "carbon_dioxide", "hydrogen"):
        v[f"top_gas_{gas}"] = f[f"top_gas_{gas}"] / dry
    v["top_gas_flow"] = f["top_gas_flow"] * dry
    for i, offset in enumerate(now.spread["uptake"].tolist(), 1):
        v[f"top_gas_temperature_{i}"] = f["top_gas_temperature"] + offset
    centre, middle, wall = f["top_gas_temperature_annulus"].tolist()
    probes = (centre, 0.4 * centre + 0.6 * middle, middle, 0.5 * middle + 0.5 * wall, wall)
    for i, temperature in enumerate(probes, 1):
        v[f"cross_probe_temperature_{i}"] = temperature
    for level, pressure in enumerate(f["shaft_pressure"].tolist(), 1):
        for quadrant in range(1, 5):
            offset = float(now.spread["shaft_pressure"][4 * (level - 1) + quadrant - 1])
            v[f"shaft_pressure_{level}_{quadrant}"] = pressure + offset
    for i, offset in enumerate(now.spread["stock_line"].tolist(), 1):
        v[f"stock_level_{i}"] = f["stock_level"] + offset


def _walls(v: dict[str, float], f: Truth, now: Disturbed, s: Settings) -> None:
    water = s["station.water_inlet"]
    staves, spread = f["stave_temperature"].tolist(), now.spread["stave"].tolist()
    for zone, name in enumerate(ZONES[1:]):
        for quadrant in range(4):
            rise = (staves[zone + 1] - water) * (1.0 + spread[4 * zone + quadrant])
            v[f"stave_temperature_{name}_{quadrant + 1}"] = water + rise
        v[f"heat_load_{name}"] = float(f["heat_loss"][zone + 1])
    flow = s["station.water_flow"]
    v["cooling_water_flow"], v["cooling_water_inlet_temperature"] = flow, water
    capacity = flow * s["level_one.water_density"] * s["level_one.water_heat_capacity"]
    v["cooling_water_outlet_temperature"] = water + float(f["heat_loss"].sum()) / capacity
    low, high = s.pair("station.hearth_depth")
    rise = f["hearth_refractory_temperature"] - water
    for i, offset in enumerate(now.spread["hearth"].tolist()):
        depth = low + (high - low) * (i % 2)
        v[f"hearth_temperature_{i + 1}"] = water + rise * depth * (1.0 + offset)


def _taps(v: dict[str, float], f: Truth, around: Around) -> None:
    running = f["tapped_metal_rate"] > 0.0
    for hole, is_open in enumerate(f["tap_open"].tolist(), 1):
        v[f"runner_temperature_{hole}"] = f["hot_metal_temperature_tapped"] if is_open > 0.5 and running else math.nan
    v["iron_tapping_rate"], v["slag_tapping_rate"] = f["tapped_metal_rate"], f["tapped_slag_rate"]
    v["torpedo_mass"] = around.torpedo_mass


def coke_moisture(mean: float, now: Disturbed) -> float:
    """Water of the coke as the gauge sees it, kg per kg of wet coke; `mean` is kg per kg of dry coke."""
    water = max(mean + now.slow["coke_moisture"], 0.0)
    return water / (1.0 + water)
