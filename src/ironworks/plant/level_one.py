"""What the plant's own level 1 calculates, from measured values only. A missing input leaves the result missing.

Rates per tonne are means over up to 24 h per tonne of the hot metal that the charged ore will give, as plants reckon
them: casts come in too large lumps. In the first two hours they are missing.
"""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ironworks.physics import flame_temperature, tuyere
from ironworks.physics.constants import MOLAR_VOLUME_NORMAL
from ironworks.plant.settings import Settings

BIN_S = 600.0
LEAST_FLOW = 1.0  # Nm3/s, guard against a division by nothing
FLAME_REGISTER = (273.15 - 3000.0, 273.15 + 3000.0)  # K; published records show -3000 degC at zero blast
NORMAL_AIR_DENSITY = 1.293  # kg/Nm3, dry air
NORMAL_OXYGEN_DENSITY = 1.429  # kg/Nm3
PER_10000_NM3_H = 3600.0 / 1e4
PERCENT = 100.0
MEASURED_NEEDED = (
    "blast_volume", "oxygen_flow", "blast_temperature", "blast_moisture", "coal_injection_rate", "hot_blast_pressure",
)  # fmt: skip
WINDOW_FILLING, INPUT_MISSING, STOPPAGE = "window_filling", "input_missing", "stoppage"

Measured = Mapping[str, float]
"""Newest readings by tag; NaN when missing."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Masses of the last 24 h in bins of 10 min, columns as in `COLUMNS` (bins, 4), the time of the bin being filled
    (its start, plant s), what it holds so far, and how many bins are full."""

    bins: NDArray[np.float64]
    filling: NDArray[np.float64]
    bin_start: float
    full: int


COLUMNS = ("coke", "coal", "ore", "charges")


class LevelOne:
    """The formulas, with the plant's constants from `instruments.toml` [level_one]."""

    def __init__(self, settings: Settings) -> None:
        s = settings
        self._settings, self._tuyeres = s, s["level_one.tuyere_count"]
        self._area = self._tuyeres * math.pi / 4.0 * s["level_one.tuyere_diameter"] ** 2
        self._bins = round(s["level_one.rate_window"] / BIN_S)
        self._least = round(s["level_one.least_window"] / BIN_S)
        self._charge_bins = round(s["level_one.charge_window"] / BIN_S)
        self._water = s["level_one.water_density"] * s["level_one.water_heat_capacity"]

    def start(self, time: float) -> Windows:
        """Empty windows."""
        return Windows(np.zeros((self._bins, len(COLUMNS))), np.zeros(len(COLUMNS)), time, 0)

    def add(self, windows: Windows, masses: NDArray[np.float64], time: float) -> Windows:
        """Masses (kg; charges in number) of the step that ended at `time` put into the windows."""
        filling = windows.filling + masses
        if time < windows.bin_start + BIN_S - 1e-6:
            return Windows(windows.bins, filling, windows.bin_start, windows.full)
        bins = np.concatenate((windows.bins[1:], filling[None]))
        return Windows(bins, np.zeros_like(filling), windows.bin_start + BIN_S, min(windows.full + 1, self._bins))

    def tuyeres(self, m: Measured) -> dict[str, float]:
        """Flame temperature, bosh gas, velocity and kinetic energy at the tuyeres; NaN when an input is missing."""
        vector = np.array([m[name] for name in MEASURED_NEEDED])
        flame, bosh, velocity, energy = np.asarray(
            _tuyeres(vector, self._area, self._tuyeres, self._settings["level_one.coal_hydrogen"])
        ).tolist()
        volume = m["blast_volume"]
        enrichment = (
            (0.21 * volume + m["oxygen_flow"]) / (volume + m["oxygen_flow"]) - 0.21 if volume > 0.0 else math.nan
        )
        return {
            "flame_temperature": flame, "bosh_gas_volume": bosh, "tuyere_velocity": velocity,
            "blast_momentum": energy, "oxygen_enrichment": enrichment,
        }  # fmt: skip

    def flame_off_blast(self, m: Measured) -> float:
        """Flame temperature, K, as level 1 goes on reckoning without blast: nonsense that plants really record.

        A missing input counts as nothing, the flow as the least that the formula divides by; the result stops at the
        end of its register.
        """
        known = {name: 0.0 if math.isnan(m[name]) else m[name] for name in MEASURED_NEEDED}
        air = max(known["blast_volume"], LEAST_FLOW)
        flame = flame_temperature.plant_formula(
            known["blast_temperature"], 1e3 * known["oxygen_flow"] / air, known["blast_moisture"],
            known["coal_injection_rate"] / (air + known["oxygen_flow"]),
        )  # fmt: skip
        return float(np.clip(np.asarray(flame), *FLAME_REGISTER))

    def gas(self, m: Measured) -> dict[str, float]:
        """Pressure drop, permeability, top gas: as level 1 calculates them from the readings."""
        co, co2 = m["top_gas_carbon_monoxide"], m["top_gas_carbon_dioxide"]
        drop = m["hot_blast_pressure"] - m["top_pressure"]
        uptakes = [m[f"top_gas_temperature_{i}"] for i in range(1, 5)]
        return {
            "pressure_drop": drop,
            "permeability_index": PERCENT * m["blast_volume"] * PER_10000_NM3_H / (drop / 1e3)
            if drop > 5e3
            else math.nan,
            "top_gas_nitrogen": 1.0 - co - co2 - m["top_gas_hydrogen"],
            "gas_utilisation": co2 / (co + co2) if co + co2 > 0.0 else math.nan,
            "top_gas_temperature": sum(uptakes) / len(uptakes),
            "heat_load_total": (m["cooling_water_outlet_temperature"] - m["cooling_water_inlet_temperature"])
            * m["cooling_water_flow"]
            * self._water,
        }

    def rates(self, windows: Windows, dust: float) -> dict[str, float]:
        """Production [kg/s] and rates per mass of hot metal over the window; `dust` [kg/kg]. NaN while it fills."""
        names = ("production_rate", "coke_rate", "coal_rate", "fuel_rate", "dust_rate")
        if windows.full < self._least:
            return dict.fromkeys(names, math.nan)
        coke, coal, ore, _ = windows.bins[-windows.full :].sum(axis=0).tolist()
        iron = ore * self._settings["level_one.ore_iron"] / self._settings["level_one.metal_iron"]
        if iron <= 0.0:
            return dict.fromkeys(names, math.nan)
        per_second = iron / (windows.full * BIN_S)
        return dict(zip(names, (per_second, coke / iron, coal / iron, (coke + coal) / iron, dust)))

    def charge_rate(self, windows: Windows) -> float:
        """Charges per second over the last two hours; NaN before half an hour has passed."""
        count = min(windows.full, self._charge_bins)
        if count < 3:
            return math.nan
        return float(windows.bins[-count:, COLUMNS.index("charges")].sum()) / (count * BIN_S)


@functools.partial(jax.jit)
def _tuyeres(measured: jax.Array, area: float, tuyeres: float, hydrogen: float) -> jax.Array:
    volume, oxygen, temperature, moisture, coal, pressure = measured
    dry = volume + oxygen
    flame = flame_temperature.plant_formula(temperature, 1e3 * oxygen / volume, moisture, coal / dry)
    bosh = flame_temperature.bosh_gas_volume(volume, oxygen, moisture * dry, coal, hydrogen)
    wet = dry * (1.0 + moisture * MOLAR_VOLUME_NORMAL / 18.015)
    velocity = tuyere.blast_velocity(wet, temperature, pressure, area)
    mass = NORMAL_AIR_DENSITY * volume + NORMAL_OXYGEN_DENSITY * oxygen + moisture * dry
    energy = tuyere.kinetic_energy(mass, velocity, tuyeres)
    return jax.numpy.stack((flame, bosh, velocity, energy))


def to_tree(windows: Windows) -> dict[str, Any]:
    """The windows as a tree for `snapshot.pack`."""
    return {"bins": windows.bins, "filling": windows.filling, "bin_start": windows.bin_start, "full": windows.full}


def from_tree(tree: dict[str, Any]) -> Windows:
    """The windows from such a tree."""
    return Windows(**tree)
