"""V24 to V26: thirty days of the works with its shift operator, everyday disturbances and instruments."""

from typing import NamedTuple

import numpy as np

from ironworks.core.sample import Sample
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.readings import HOUR, Values
from ironworks.plant.validation.target import Result, judge, reported
from ironworks.plant.works import SimulatedWorks

DAYS, WARM_UP = 30, 2  # the shift's memory and level 1's windows fill in the first two days
START = 1.79e9  # s since the epoch, an autumn day
EVERY = 600.0  # s, the sampling of the records
TRUE = ("hot_metal_temperature", "hot_metal_silicon", "gas_utilisation")
MEASURED = (
    "gas_utilisation", "coal_injection_rate", "production_rate", "coke_charge_mass", "ore_charge_mass",
    "hot_metal_silicon", "hot_metal_temperature",
)  # fmt: skip
ORE_IRON, METAL_IRON = 0.5975, 0.945  # kg/kg, the burden calculation's
SILICON_GRID = 1800.0  # s, the grid of the published records
RECORDS = "4388 published records of one furnace in 86 days"
RECORDS_10 = "25,405 published records of another at 10 min"
PLANT = "a plant's published operating figures"
FULL_BLAST = 0.9  # of the reference: periods under it are left out, as in the published statistics


class Month(NamedTuple):
    """What was kept: true values every EVERY s, and the samples of some tags as (source time, arrival time, value)."""

    time: Values
    true: dict[str, Values]
    samples: dict[str, Values]


def run_month(bench: Bench, days: float = DAYS) -> Month:
    """Operate the works in this process with the bench's seed; the warm-up is run and not kept."""
    plant = SimulatedWorks(bench.works, bench.seed, START)
    plant.advance(WARM_UP * 24.0 * HOUR)
    rows: list[list[float]] = []
    kept: dict[str, list[tuple[float, float, float]]] = {name: [] for name in MEASURED}
    count = round(days * 24.0 * HOUR / EVERY)
    for number in range(count):
        if number % 720 == 0:
            bench.say(f"the works with its operator, day {number * EVERY / (24.0 * HOUR):.0f} of {days:g}")
        for sample in plant.advance(EVERY):
            _keep(kept, sample)
        rows.append([plant.time, *(float(plant.truth[name]) for name in (*TRUE, "actual_blast_volume"))])
    table = np.array(rows)
    true = {name: table[:, i] for i, name in enumerate((*TRUE, "actual_blast_volume"), 1)}
    return Month(table[:, 0], true, {name: np.array(found).reshape(-1, 3) for name, found in kept.items()})


def _keep(kept: dict[str, list[tuple[float, float, float]]], sample: Sample) -> None:
    if sample.tag in kept and sample.usable and sample.value is not None:
        kept[sample.tag].append((sample.source_time, sample.arrival_time, sample.value))


def statistics_targets(bench: Bench) -> list[Result]:
    """Silicon, the sign flip from fuel to heat, and gas utilisation."""
    month = run_month(bench)
    return [*silicon(month), *sign_flip(month), *utilisation(month, float(np.asarray(bench.inputs.blast_volume)))]


def gridded(times: Values, values: Values, step: float, edges: tuple[float, float]) -> Values:
    """Means of irregular values on a grid of `step` s from edges[0] to edges[1]; NaN where there is none."""
    count = round((edges[1] - edges[0]) / step)
    at = np.floor((times - edges[0]) / step).astype(int)
    inside = (at >= 0) & (at < count)
    numbers = np.bincount(at[inside], minlength=count)
    sums = np.bincount(at[inside], weights=values[inside], minlength=count)
    return np.where(numbers > 0, sums / np.maximum(numbers, 1), np.nan)


def correlation(first: Values, second: Values, lag: int) -> float:
    """Correlation of first(t) with second(t + lag), over the pairs where both are there; lag in grid steps, >= 0."""
    a, b = first[: len(first) - lag], second[lag:]
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[both], b[both])[0, 1])


def silicon(month: Month) -> list[Result]:
    """V24: spread and memory of silicon as sampled; the true pool beside it."""
    taken = month.samples["hot_metal_silicon"]
    edges = (month.time[0] - EVERY, month.time[-1])
    grid = gridded(taken[:, 0], taken[:, 2], SILICON_GRID, edges)
    true = month.true["hot_metal_silicon"]
    spread = 100.0 * float(np.std(taken[:, 2]))
    rows = [judge("V24a", "silicon, sd of samples", spread, "%", "0.11 +-30 %", 0.077, 0.143, RECORDS)]
    for name, hours, target in (("b", 1, 0.62), ("c", 4, 0.35), ("d", 8, 0.21)):
        value = correlation(grid, grid, round(hours * HOUR / SILICON_GRID))
        rows.append(judge(f"V24{name}", f"silicon, autocorrelation of samples at {hours} h", value, "1",
                          f"{target} +-0.15", target - 0.15, target + 0.15, RECORDS))  # fmt: skip
    heat = float(np.std(month.true["hot_metal_temperature"]))
    rows += [
        judge("V24e", "true pool temperature, sd", heat, "K", "8-14", 8.0, 14.0, "figure of the project"),
        judge("V24f", "persistence 2 h ahead, samples within 0.1 % Si", persistence(taken), "%", "37-62", 37.0, 62.0,
              "three furnaces' published records"),
        reported("V24g", "true pool silicon, sd", 100.0 * float(np.std(true)), "%", "", RECORDS),
    ]  # fmt: skip
    for name, hours in (("h", 1), ("i", 4), ("j", 8)):
        value = correlation(true, true, round(hours * HOUR / EVERY))
        rows.append(reported(f"V24{name}", f"true pool silicon, autocorrelation at {hours} h", value, "1", "", RECORDS))
    return rows


def persistence(taken: Values, ahead: float = 2.0 * HOUR, within: float = 1e-3) -> float:
    """Share, %, of samples within `within` of the newest value that was known `ahead` s before they were taken."""
    order = np.argsort(taken[:, 1])
    arrivals, values = taken[order, 1], taken[order, 2]
    known = np.searchsorted(arrivals, taken[:, 0] - ahead, side="right") - 1
    usable = known >= 0
    return 100.0 * float(np.mean(np.abs(taken[usable, 2] - values[known[usable]]) <= within))


def fuel(month: Month) -> Values:
    """Fuel per hot metal, kg/kg, hourly, as a plant reckons it: coke over ore of the charges, and coal."""
    edges = (month.time[0] - EVERY, month.time[-1])

    def hourly(name: str) -> Values:
        taken = month.samples[name]
        return gridded(taken[:, 0], taken[:, 2], HOUR, edges)

    ore_per_metal = METAL_IRON / ORE_IRON
    coke = hourly("coke_charge_mass") / hourly("ore_charge_mass") * ore_per_metal
    return coke + hourly("coal_injection_rate") / hourly("production_rate")


def sign_flip(month: Month) -> list[Result]:
    """V25: fuel against heat, hourly: the shift adds fuel when the furnace is cold, and the furnace answers later."""
    edges = (month.time[0] - EVERY, month.time[-1])
    burnt = fuel(month)
    rows = []
    for part, tag, heat in (
        ("ab", "samples of hot metal temperature", month.samples["hot_metal_temperature"]),
        ("cd", "samples of silicon", month.samples["hot_metal_silicon"]),
        (
            "ef",
            "true pool temperature",
            np.stack([month.time, month.time, month.true["hot_metal_temperature"]], axis=1),
        ),
    ):
        grid = gridded(heat[:, 0], heat[:, 2], HOUR, edges)
        later = [correlation(burnt, grid, lag) for lag in range(4, 10)]
        note = "lags 4...9 h: " + " ".join(f"{value:+.2f}" for value in later)
        at_once = correlation(burnt, grid, 0)
        rows += [
            judge(f"V25{part[0]}", f"fuel against {tag}, at once", at_once, "1", "< 0", -1.0, 0.0, PLANT),
            judge(f"V25{part[1]}", f"fuel against {tag}, mean over 4-9 h later", float(np.mean(later)), "1", "> 0", 0.0,
                  1.0, PLANT, note),
        ]  # fmt: skip
    return rows


def utilisation(month: Month, reference: float) -> list[Result]:
    """V26: gas utilisation at full blast, every 10 min: newest analysis, and the truth beside it."""
    full = month.true["actual_blast_volume"] > FULL_BLAST * reference
    taken = month.samples["gas_utilisation"]
    newest = np.searchsorted(taken[:, 0], month.time, side="right") - 1
    fresh = (newest >= 0) & (month.time - taken[newest, 0] < EVERY) & full
    read = np.where(fresh, taken[newest, 2], np.nan)
    true = np.where(full, month.true["gas_utilisation"], np.nan)
    return [
        judge("V26a", "gas utilisation as analysed, sd", float(np.nanstd(read)), "1", "0.010-0.015, centre +-40 %",
              0.6 * 0.0125, 1.4 * 0.0125, RECORDS_10),
        judge("V26b", "gas utilisation as analysed, quick noise (first difference / sqrt 2, 10 min)", _quick(read), "1",
              "0.002 +-40 %", 0.0012, 0.0028, RECORDS_10),
        reported("V26c", "true gas utilisation, sd", float(np.nanstd(true)), "1", "", RECORDS_10),
        reported("V26d", "true gas utilisation, quick part", _quick(true), "1", "", RECORDS_10),
    ]  # fmt: skip


def _quick(values: Values) -> float:
    return float(np.nanstd(np.diff(values)) / np.sqrt(2.0))
