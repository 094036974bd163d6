"""From set points and disturbances to what is done to the furnace.

Ramps of the set points are here; the first-order lags of mains, mixer and dispensing are part of the furnace's own
state (`furnace.blast_lag`: volume 10 s, oxygen 60 s, temperature 300 s, moisture 180 s, coal 180 s) and not repeated.
Blast moisture cannot fall below the humidity of the day: steam only adds.
"""

from typing import NamedTuple

import numpy as np
from jax.typing import ArrayLike

from ironworks.plant.disturbances import Disturbed
from ironworks.plant.furnace.inputs import VALID, FurnaceInputs
from ironworks.plant.scenarios import SECTORS
from ironworks.plant.settings import Settings

CHEMISTRY_BOUND = 0.004
"""Largest departure of the ore's iron from its reference that the balance of oxides is asked to carry, kg/kg."""
M_FE2O3_PER_FE = 1.4297  # kg Fe2O3 per kg Fe, from the molar masses 159.69 and 2 x 55.845


class Setpoints(NamedTuple):
    """Set points of the shift, SI; the burden pattern is the reference's."""

    blast_volume: float
    oxygen_flow: float
    blast_temperature: float
    blast_moisture: float
    coal_injection_rate: float
    top_pressure: float
    coke_base: float
    ore_base: float


RAMPED = ("blast_volume", "oxygen_flow", "blast_temperature", "blast_moisture", "coal_injection_rate", "top_pressure")


def number(value: ArrayLike) -> float:
    """A scalar field of the furnace's inputs as a float."""
    return float(np.asarray(value).item())


class Actuators:
    """The actuators of a works: ramp rates from `operator.toml`, SI per second. Their state is a `Setpoints`."""

    def __init__(self, settings: Settings) -> None:
        self._ramp = {name: settings[f"ramp.{name}"] for name in RAMPED}

    def step(self, demand: Setpoints, setpoints: Setpoints, seconds: float) -> Setpoints:
        """The demand after `seconds`, moved towards the set points by no more than each ramp allows."""
        moved = {}
        for name, ramp in self._ramp.items():
            now, aim = getattr(demand, name), getattr(setpoints, name)
            moved[name] = now + min(max(aim - now, -ramp * seconds), ramp * seconds)
        return setpoints._replace(**moved)


def blast_moisture(demand: float, humidity: float, valve_noise: float) -> float:
    """Moisture of the blast, kg/Nm3: what the steam valve makes of the demand, never below the humidity of the day."""
    return max(demand + valve_noise, humidity)


def coal_factors(now: Disturbed, settings: Settings) -> np.ndarray:
    """Coal of each tuyere sector over its even share, shape (SECTORS,): 0 in a trip, less where lances are plugged.

    `settings`: disturbances. The station holds its flow: what plugged lances do not take goes to the others in equal
    parts, as far as `coal.lance_capacity` lets them; only the rest is lost.
    """
    if now.coal_tripped:
        return np.zeros(SECTORS)
    free = np.maximum(1.0 - now.lances_plugged / (settings["coal.lances"] / SECTORS), 0.0)
    taken = min(settings["coal.lance_capacity"], 1.0 / max(float(np.mean(free)), 1e-9))
    return free * taken * max(1.0 + now.slow["coal_flow"], 0.0)


def furnace_inputs(
    demand: Setpoints, now: Disturbed, reference: FurnaceInputs, settings: Settings
) -> tuple[FurnaceInputs, float]:
    """(inputs of the furnace for this step, coal injected [kg/s]).

    `settings`: disturbances. Coal whose ash is above the reference counts as that much less reference coal, because the
    furnace knows only one coal analysis. The burden's other differences go into its inputs one by one.
    """
    slow = now.slow
    coal = demand.coal_injection_rate * float(np.mean(coal_factors(now, settings)))
    gauge_error = (1.0 - settings["charge.moisture_gauge_share"]) * slow["coke_moisture"]
    split = np.array(
        [
            slow["gas_split_centre"] + slow["gas_split_quick_centre"],
            slow["gas_split_middle"],
            slow["gas_split_wall"] + slow["gas_split_quick_wall"],
        ]
    )
    inputs = reference._replace(
        blast_volume=demand.blast_volume * (1.0 + slow["blast_volume"]),
        oxygen_flow=max(demand.oxygen_flow * (1.0 + slow["oxygen_flow"]), 0.0),
        blast_temperature=demand.blast_temperature + slow["blast_temperature"] - now.blast_temperature_dip,
        blast_moisture=blast_moisture(demand.blast_moisture, now.ambient_humidity, slow["blast_moisture"]),
        coal_injection_rate=coal * (1.0 - slow["coal_ash"] / (1.0 - settings["mean.coal_ash"])),
        top_pressure=demand.top_pressure + slow["top_pressure"],
        coke_base=demand.coke_base,
        ore_base=demand.ore_base,
        coke_weighing_factor=1.0 + slow["coke_weighing_bias"] + now.coke_weighing - gauge_error,
        ore_weighing_factor=1.0 + slow["ore_weighing_bias"] + now.ore_weighing,
        coke_moisture=max(number(reference.coke_moisture) + slow["coke_moisture"], 0.0),
        coke_ash=number(reference.coke_ash) + now.coke_ash,
        coke_csr=number(reference.coke_csr) + 100.0 * now.coke_csr,
        coke_cri=number(reference.coke_cri) + 100.0 * slow["coke_cri"],
        ore_moisture=max(number(reference.ore_moisture) + slow["ore_moisture"], 0.0),
        ore_fines=max(number(reference.ore_fines) + slow["ore_fines"], 0.0),
        ore_reducibility=number(reference.ore_reducibility) + slow["ore_reducibility"],
        gas_split_disturbance=np.exp(split),
        gas_bypass=slow["gas_bypass"] + slow["gas_bypass_quick"],
        wall_heat_factor=np.full(np.shape(reference.wall_heat_factor), np.exp(slow["wall_heat"])),
        tap_automatic=0.0 if now.tap_late else 1.0,
        tap_open=np.zeros(np.shape(reference.tap_open)),
        drip_side_share=0.5 + slow["drip_side_share"],
        drip_side_temperature=slow["drip_side_temperature"],
        **_ore(now, reference, settings),
    )
    return _with_effect(inputs, now), coal


def _with_effect(inputs: FurnaceInputs, now: Disturbed) -> FurnaceInputs:
    """The inputs with what the scenarios under way do to the furnace itself, kept in the model's range."""
    targets = {t for t in (*now.effect.add, *now.effect.factor) if t.startswith("furnace.")}
    changed = {}
    for target in targets:
        name = target.removeprefix("furnace.")
        low, high, _ = VALID[name]
        changed[name] = np.clip(now.effect.on(target, np.asarray(getattr(inputs, name))), low, high)
    return inputs._replace(**changed) if changed else inputs


def _ore(now: Disturbed, reference: FurnaceInputs, settings: Settings) -> dict[str, float]:
    """Iron, FeO, lime and silica of the burden when its sinter differs from the mean; the oxides' sum stays."""
    share, basicity = settings["mean.sinter_share"], settings["mean.sinter_basicity"]
    iron = min(max(share * now.slow["sinter_iron"], -CHEMISTRY_BOUND), CHEMISTRY_BOUND)
    gangue = -M_FE2O3_PER_FE * iron
    lime_by_basicity = share * settings["mean.sinter_silica"] * now.slow["sinter_basicity"]
    silica = (gangue - lime_by_basicity) / (1.0 + basicity)
    return {
        "ore_iron": number(reference.ore_iron) + iron,
        "ore_ferrous_oxide": max(number(reference.ore_ferrous_oxide) + share * now.slow["sinter_iron_oxide"], 0.0),
        "ore_silica": number(reference.ore_silica) + silica,
        "ore_lime": number(reference.ore_lime) + basicity * silica + lime_by_basicity,
    }
