"""What of a furnace is read, how often, how late and how well, as errors of hourly means."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from ironworks.core.works import Works
from ironworks.plant.sampling_quality import total_noise
from ironworks.plant.settings import Settings

HOUR, MINUTE = 3600.0, 60.0
READINGS = HOUR / MINUTE
QUADRANTS, UPTAKES, LEVELS = 4, 4, 4
ZONES = range(1, 6)
"""Of the wall, but for the hearth."""
CAST = 2.67 * HOUR
"""Nine casts a day."""
SAMPLES, SLAG_SAMPLES = 2.4, 0.56
"""Of iron and of slag in an hour: one in 25 min, three in two casts."""
OF_CAST = 0.33
"""Share of a sample's variance that all samples of a cast have in common (base works)."""
COUNT_ERROR = 0.5 / math.sqrt(12.0)
"""Of a count of dumps, in charges."""
METERS = {
    "blast_volume": "blast_volume", "oxygen_flow": "oxygen_flow", "coal_injection_rate": "coal_flow",
    "blast_temperature": "blast_temperature", "blast_moisture": "blast_moisture", "top_pressure": "top_pressure",
}  # fmt: skip
"""By tag, the disturbance that it reads."""
MATERIALS: dict[str, tuple[str, float | None]] = {
    "sinter_iron": ("sinter_iron", None), "sinter_iron_oxide": ("sinter_iron_oxide", None),
    "sinter_basicity": ("sinter_basicity", None), "coal_ash": ("coal_ash", None), "coke_ash": ("coke_ash", 0.12),
    "sinter_fines": ("ore_fines", 0.05), "coke_strength_after_reaction": ("coke_csr", 0.65),
    "coke_reactivity": ("coke_cri", 0.25),
}  # fmt: skip
"""By tag, the disturbance that it reads, and the usual content, of which its error is a share; None: see the works."""


class Channel(NamedTuple):
    """One thing that is read, SI.

    looks_at: a channel of the furnace, or a disturbance that is read itself. noise: standard deviation of what one
    hour's mean has alone. drift, drift_time: an error that stays, and how long, s. late: hours until it is known.
    counted: error of a count, of which the next hour has the opposite. sided: of the side that is tapped. share: told
    as a share of what is usual. group: of instruments that a works has or has not.
    """

    looks_at: str
    group: str
    noise: float
    drift: float = 0.0
    drift_time: float = HOUR
    late: int = 0
    counted: float = 0.0
    sided: bool = False
    share: bool = False


def channels(works: Works, usual: Mapping[str, float], quality: str) -> list[Channel]:
    """The channels of a works whose means are `usual`, its hot metal sampled with that quality."""
    s, d = Settings.load(works.folder / "instruments.toml"), Settings.load(works.folder / "disturbances.toml")
    return [
        *_iron(s, usual, quality), *_gas(s, d, usual), *_pressures(s, d), *_walls(s, usual), *_blast(s),
        *_burden(s, d, works),
    ]  # fmt: skip


def _hourly(s: Settings, tag: str) -> float:
    """Error of an hour's mean: of the readings, and what is left of an error that stays for minutes."""
    stays = math.sqrt(min(2.0 * s.get(f"{tag}.wander_time", 0.0) / HOUR, 1.0))
    return math.hypot(s.get(f"{tag}.noise", 0.0) / math.sqrt(READINGS), s.get(f"{tag}.wander", 0.0) * stays)


def _iron(s: Settings, usual: Mapping[str, float], quality: str) -> list[Channel]:
    total, drift_time = total_noise(quality), s["common.drift_time"]
    sampled = [
        Channel(f"hot_metal_{one}", "samples of iron", total[one] * math.sqrt((1.0 - OF_CAST) / SAMPLES),
                total[one] * math.sqrt(OF_CAST), 0.5 * CAST, sided=True)
        for one in ("temperature", "silicon")
    ]  # fmt: skip
    others = [
        Channel(f"hot_metal_{one}", "samples of iron", s[f"sample.{one}_noise"] / math.sqrt(SAMPLES))
        for one in ("carbon", "manganese", "sulphur")
    ]
    runner = "runner_temperature"
    pyrometer = Channel("hot_metal_temperature", "pyrometers", _hourly(s, runner), s[f"{runner}.drift"], drift_time,
                        sided=True)  # fmt: skip
    basicity = usual["slag_basicity"] * math.sqrt(2.0 / SLAG_SAMPLES) * s["slag_sample.noise_relative"]
    return [*sampled, *others, pyrometer, Channel("slag_basicity", "samples of slag", basicity, late=1)]


def _gas(s: Settings, d: Settings, usual: Mapping[str, float]) -> list[Channel]:
    carbon, eta, drift_time = usual["top_gas_carbon"], usual["gas_utilisation"], s["common.drift_time"]
    monoxide, dioxide, hydrogen, flow = (
        "top_gas_carbon_monoxide", "top_gas_carbon_dioxide", "top_gas_hydrogen", "top_gas_flow",
    )  # fmt: skip
    # of a ratio CO2/(CO + CO2), from the relative errors of its two parts
    noise = math.hypot(s[f"{monoxide}.noise"] / (1.0 - eta), s[f"{dioxide}.noise"] / eta) / carbon
    gain = math.hypot(s[f"{monoxide}.gain_drift"], s[f"{dioxide}.gain_drift"])
    ratio, root = eta * (1.0 - eta), math.sqrt(READINGS)
    found = [
        Channel("gas_utilisation", "gas analysis", ratio * noise / root, ratio * gain, s[f"{monoxide}.drift_time"]),
        Channel("top_gas_carbon", "gas analysis", carbon * s["analyser.dilution_noise"] / root,
                carbon * s["analyser.span_drift"], s["analyser.span_time"]),
        Channel(hydrogen, "gas analysis", _hourly(s, hydrogen), usual[hydrogen] * s[f"{hydrogen}.gain_drift"],
                drift_time),
        Channel(flow, "gas meter", usual[flow] * s[f"{flow}.noise_relative"] / root,
                usual[flow] * s[f"{flow}.gain_drift"], drift_time, share=True),
        Channel("top_gas_temperature", "top gas temperature", _hourly(s, "top_gas_temperature") / math.sqrt(UPTAKES),
                d["spread.uptake"] / math.sqrt(UPTAKES), d["spread.time"]),
    ]  # fmt: skip
    centre, others = "cross_probe_temperature_1", "cross_probe_temperature"
    for annulus, tag in enumerate((centre, others, others)):
        found.append(Channel(f"cross_probe_temperature_{annulus}", "probe over the burden", _hourly(s, tag)))
    return found


def _pressures(s: Settings, d: Settings) -> list[Channel]:
    quadrants, blast = math.sqrt(QUADRANTS), "hot_blast_pressure"
    drift = math.hypot(s["shaft_pressure.drift"], d["spread.shaft_pressure"]) / quadrants
    noise = _hourly(s, "shaft_pressure") / quadrants
    shaft = [
        Channel(f"shaft_pressure_{level}", "pressures", noise, drift, d["spread.time"], share=True)
        for level in range(LEVELS)
    ]
    return [
        Channel(blast, "pressures", _hourly(s, blast), s[f"{blast}.drift"], s["common.drift_time"], share=True), *shaft,
    ]  # fmt: skip


def _walls(s: Settings, usual: Mapping[str, float]) -> list[Channel]:
    relative = s["heat_load.noise_relative"] / math.sqrt(READINGS)
    return [
        Channel(name, "heat loads", math.hypot(usual[name] * relative, _hourly(s, "heat_load")), share=True)
        for name in (f"heat_load_{zone}" for zone in ZONES)
    ]


def _blast(s: Settings) -> list[Channel]:
    """Departures of the blast from its set points, read by the meters of the blast."""
    found = []
    for tag, disturbance in METERS.items():
        relative = f"{tag}.noise_relative" in s.numbers
        noise, drift = (s.get(f"{tag}.{one}", 0.0) for one in (
            ("noise_relative", "gain_drift") if relative else ("noise", "drift")))  # fmt: skip
        found.append(Channel(disturbance, "blast meters", noise / math.sqrt(READINGS), drift, s["common.drift_time"]))
    return found


def _burden(s: Settings, d: Settings, works: Works) -> list[Channel]:
    found = [
        Channel("coke_moisture", "gauge of coke moisture", _hourly(s, "coke_moisture")),
        Channel("charge_rate", "count of charges", 0.0, counted=COUNT_ERROR, share=True),
    ]
    for name, (disturbance, mean) in MATERIALS.items():
        tag, fines = works.tags[name], "_fines" if name == "sinter_fines" else ""
        noise = (d[f"mean.{name}"] if mean is None else mean) * s[f"material_sample.noise_relative{fines}"]
        found.append(Channel(disturbance, "materials analysed", noise * math.sqrt(tag.period / HOUR),
                             late=round(tag.delay / HOUR)))  # fmt: skip
    return found
