"""V10 to V21: the settled furnace at its reference, means over two days."""

from functools import partial

import numpy as np

from ironworks.physics.constants import ZERO_CELSIUS
from ironworks.plant.validation.bench import Bench, Course
from ironworks.plant.validation.readings import HOUR, per_tonne
from ironworks.plant.validation.target import Result, around, judge

DAY = 86400.0
LENGTH = 2.0 * DAY  # fifteen casts: the ripple of tapping averages out
MIDDLE = 1  # annulus that carries more than half of the gas
BLAST_STEP = 0.10  # relative step of all blast for the exponent of the pressure drop; the ripple of charging is 2 %
BLAST_WINDOW = (1200.0, 3600.0)  # s after it: blast has followed, temperatures of the burden have not
RESERVE = (1170.0, 1270.0)  # K, temperature of the reserve zone
RESERVE_SEARCH = (700.0, 1450.0)  # K, between drying and melting: where the slowest heating is looked for
GRID = 0.1  # m
SLOWEST_OVER = 2.0  # m, the length over which "most slowly" is meant
WORLD = "practice of large furnaces; reference furnace of 4350 m3"


def steady_targets(bench: Bench) -> list[Result]:
    """Two days at the reference, and an hour with more and with less blast."""
    bench.say("two days at the reference")
    return [*read_steady(bench.run([bench.inputs], LENGTH, keep=True)), *_exponent(bench)]


def read_steady(course: Course) -> list[Result]:
    """V10 to V21 without the exponent of the pressure drop, from a course that kept its profiles."""
    return [*_totals(course), *_metal(course), *_gas(course), *_loss(course), *_reserve(course)]


def _mean(course: Course, name: str) -> float:
    return float(np.mean(course[name][:, 0]))


def _totals(course: Course) -> list[Result]:
    production = _mean(course, "production_rate") * 86.4  # t/d
    coke, coal = per_tonne(course, 0, 0.0)
    slag = 1e3 * _mean(course, "slag_rate") / _mean(course, "production_rate")
    row = partial(around, source=WORLD)
    return [
        row("V10", "production", production, "t/d", 9600.0, 480.0),
        row("V11a", "coke and coal", coke + coal, "kg/tHM", 490.0, 10.0),
        judge("V11b", "coke", coke, "kg/tHM", "320-330 +-10", 310.0, 340.0, WORLD),
        judge("V11c", "coal", coal, "kg/tHM", "165-170 +-10", 155.0, 180.0, WORLD),
        row("V17a", "slag", slag, "kg/tHM", 275.0, 8.25),
        row("V17b", "slag CaO/SiO2", _mean(course, "slag_basicity"), "1", 1.20, 0.01),
        judge("V21", "age of the burden at the tuyeres", _mean(course, "residence_time") / HOUR, "h", "6.5 (5.5-8)",
              5.5, 8.0, WORLD),
        row("V15", "direct reduction, C/Fe", _mean(course, "direct_reduction"), "1", 0.38, 0.06),
    ]  # fmt: skip


def _metal(course: Course) -> list[Result]:
    row = partial(around, source=WORLD)
    heat = _mean(course, "hot_metal_temperature") - ZERO_CELSIUS
    return [
        row("V16a", "hot metal temperature", heat, "degC", 1505.0, 10.0),
        row("V16b", "hot metal silicon", 100.0 * _mean(course, "hot_metal_silicon"), "%", 0.40, 0.08),
        row("V16c", "hot metal carbon", 100.0 * _mean(course, "hot_metal_carbon"), "%", 4.7, 0.15),
        row("V16d", "hot metal sulphur", 100.0 * _mean(course, "hot_metal_sulphur"), "%", 0.025, 0.008),
    ]  # fmt: skip


def _gas(course: Course) -> list[Result]:
    hydrogen = 100.0 * np.mean(course["top_gas_hydrogen"][:, 0] / (1.0 - course["top_gas_steam"][:, 0]))
    row = partial(around, source=WORLD)
    return [
        row("V12", "gas utilisation of CO", _mean(course, "gas_utilisation"), "1", 0.50, 0.015),
        row("V13a", "gas utilisation of H2", _mean(course, "hydrogen_utilisation"), "1", 0.42, 0.08),
        row("V13b", "hydrogen in dry top gas", float(hydrogen), "%", 4.0, 0.7),
        row("V14", "top gas temperature", _mean(course, "top_gas_temperature") - ZERO_CELSIUS, "degC", 170.0, 30.0),
        row("V18a", "pressure drop of the bed", _mean(course, "bed_pressure_drop") / 1e3, "kPa", 165.0, 15.0),
    ]


def _loss(course: Course) -> list[Result]:
    loss = float(np.mean(np.sum(course["heat_loss"][:, 0], axis=-1))) / _mean(course, "production_rate") / 1e3
    return [judge("V19", "heat to the cooling water", loss, "MJ/tHM", "400 (300-550)", 300.0, 550.0, WORLD)]


def _reserve(course: Course) -> list[Result]:
    slowest, length, oxygen = reserve_zone(course)
    where = "reserve zone of the middle annulus"
    return [
        judge("V20a", f"{where}: solids where they heat most slowly", slowest, "K", "1170-1270", *RESERVE, WORLD),
        judge("V20b", f"{where}: length between 1170 and 1270 K", length, "m", "2-5", 2.0, 5.0, WORLD),
        judge("V20c", f"{where}: oxidation between 1170 and 1270 K", oxygen, "O/Fe", "0.95-1.05", 0.95, 1.05, WORLD),
    ]


def mean_profile(course: Course, annulus: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(heights [m], mean over the kept instants of a profile) of one annulus of the first furnace: cells sink, so that
    a mean is taken at fixed heights."""
    top = min(float(np.max(one.profile_height[0, annulus])) for one in course.last)
    heights = np.arange(GRID, top, GRID)
    rows = []
    for one in course.last:
        used = one.profile_used[0, annulus] > 0.0
        rows.append(np.interp(heights, one.profile_height[0, annulus][used], getattr(one, name)[0, annulus][used]))
    return heights, np.mean(rows, axis=0)


def reserve_zone(course: Course) -> tuple[float, float, float]:
    """(temperature of slowest heating [K], length [m] and mean O/Fe between 1170 and 1270 K) of the middle annulus."""
    _, temperature = mean_profile(course, MIDDLE, "profile_solid_temperature")
    _, oxygen = mean_profile(course, MIDDLE, "profile_oxygen")
    half = round(SLOWEST_OVER / GRID / 2.0)
    rise = np.abs(temperature[2 * half :] - temperature[: -2 * half])
    centre = temperature[half:-half]
    searched = (centre > RESERVE_SEARCH[0]) & (centre < RESERVE_SEARCH[1])
    slowest = float(centre[np.argmin(np.where(searched, rise, np.inf))])
    inside = (temperature >= RESERVE[0]) & (temperature <= RESERVE[1])
    return slowest, GRID * float(np.sum(inside)), float(np.mean(oxygen[inside])) if np.any(inside) else np.nan


def _exponent(bench: Bench) -> list[Result]:
    """All blast (air, oxygen, coal) up and down together: the exponent of the bed's drop, before the burden follows."""
    names = ("blast_volume", "oxygen_flow", "coal_injection_rate")
    lanes = [
        bench.inputs._replace(**{name: np.asarray(getattr(bench.inputs, name)) * factor for name in names})
        for factor in (1.0, 1.0 + BLAST_STEP, 1.0 - BLAST_STEP)
    ]
    course = bench.run(lanes, BLAST_WINDOW[1])
    _, more, less = np.mean(course["bed_pressure_drop"][course.time > BLAST_WINDOW[0]], axis=0)
    value = float(np.log(more / less) / np.log((1.0 + BLAST_STEP) / (1.0 - BLAST_STEP)))
    note = "blast, oxygen and coal +-10 % together, mean of 20-60 min, top pressure held"
    return [judge("V18b", "exponent of the bed's drop in blast", value, "1", "1.7-1.9", 1.7, 1.9, WORLD, note)]
