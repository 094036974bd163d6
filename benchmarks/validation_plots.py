"""Plots of VALIDATION.md: profiles by annulus, step responses, a week of operation.

python -m benchmarks.validation_plots [FOLDER]    default docs/validation
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from ironworks.core.works import load_works
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.steady import mean_profile
from ironworks.plant.validation.steps import Steps, run_steps
from ironworks.plant.works import SimulatedWorks

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "validation"
DAY = 86400.0
ANNULI = ("centre", "middle", "wall")
COLOURS = ("#c0392b", "#2c6fbb", "#3a8f4d")
STEPS = {
    "coal": "coal +1 kg/s", "moisture": "moisture +5 g/Nm3", "blast_temperature": "blast temperature +30 degC",
    "oxygen": "oxygen +20 Nm3/min", "coke": "coke base +2 %", "stop": "4 h off blast", "no_coal": "6 h without coal",
}  # fmt: skip
SEED, START, WARM_UP, WEEK, EVERY = 7, 1.79e9, 2.0 * DAY, 7.0 * DAY, 600.0
# title, unit of the axis, tag measured, true value with its scale and offset
PANELS = (
    ("hot metal temperature", "degC", "hot_metal_temperature", ("hot_metal_temperature", 1.0, -273.15)),
    ("hot metal silicon", "%", "hot_metal_silicon", ("hot_metal_silicon", 100.0, 0.0)),
    ("gas utilisation", "%", "gas_utilisation", ("gas_utilisation", 100.0, 0.0)),
    ("top gas temperature", "degC", "top_gas_temperature", ("top_gas_temperature", 1.0, -273.15)),
    ("pressure drop", "kPa", "pressure_drop", ("pressure_drop", 1e-3, 0.0)),
    ("blast volume", "Nm3/min", "blast_volume", None),
    ("coal injection", "t/h", "coal_injection_rate", None),
    ("blast moisture", "g/Nm3", "blast_moisture", None),
    ("coke base", "t", "coke_base_setpoint", None),
)
IRREGULAR = ("hot_metal_temperature", "hot_metal_silicon")


def profiles(bench: Bench, folder: Path) -> None:
    """Temperatures and oxidation over height, day means; the cohesive zone is the band between 1473 and 1683 K."""
    course = bench.run([bench.inputs], DAY, every=1800.0, keep=True)
    figure, axes = plt.subplots(1, 3, figsize=(11, 6), sharey=True)
    for annulus, (name, colour) in enumerate(zip(ANNULI, COLOURS, strict=True)):
        for axis, kind, offset in (
            (axes[0], "profile_solid_temperature", -273.15),
            (axes[1], "profile_gas_temperature", -273.15),
            (axes[2], "profile_oxygen", 0.0),
        ):
            height, values = mean_profile(course, annulus, kind)
            axis.plot(values + offset, height, color=colour, label=name)
        bottom = float(np.mean(course["cohesive_zone_bottom"][:, 0, annulus]))
        top = float(np.mean(course["cohesive_zone_top"][:, 0, annulus]))
        axes[2].fill_betweenx(
            (bottom, top), *(1.55 + 0.12 * np.array((annulus, annulus + 0.9))), color=colour, alpha=0.5
        )
    for axis, title in zip(axes, ("burden, degC", "gas, degC", "oxidation, mol O/mol Fe"), strict=True):
        axis.set_xlabel(title)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("m above the tuyeres")
    axes[0].legend()
    axes[2].set_title("bars: cohesive zone, 1473-1683 K", fontsize=9)
    _save(figure, folder / "profiles.png")


def responses(steps: Steps, folder: Path) -> None:
    """Pool temperature, smoothed over an hour, against the untouched furnace."""
    figure, axes = plt.subplots(2, 4, figsize=(14, 6), sharex=True)
    for axis, (name, title) in zip(axes.flat, STEPS.items(), strict=False):
        axis.plot(steps.times, steps.response(name, "hot_metal_temperature"), color=COLOURS[1])
        axis.axhline(0.0, color="black", linewidth=0.6)
        axis.set_title(title, fontsize=10)
        axis.grid(alpha=0.3)
    axes.flat[-1].plot(
        steps.times,
        100.0 * steps.response("oxygen", "production_rate") / np.mean(steps.course["production_rate"][:, 0]),
        color=COLOURS[2],
    )
    axes.flat[-1].set_title("oxygen +20 Nm3/min: production, %", fontsize=10)
    axes.flat[-1].grid(alpha=0.3)
    for axis in axes[1]:
        axis.set_xlabel("h after the step")
    for axis in axes[:, 0]:
        axis.set_ylabel("pool temperature, K")
    _save(figure, folder / "step_responses.png")


def week(bench: Bench, folder: Path) -> None:
    """Seven days with the operator, after two to fill the shift's memory."""
    plant = SimulatedWorks(bench.works, SEED, START)
    plant.advance(WARM_UP)
    begin, times, true = plant.time, [], {panel[3][0]: [] for panel in PANELS if panel[3]}
    measured: dict[str, list[tuple[float, float]]] = {panel[2]: [] for panel in PANELS}
    for _ in range(round(WEEK / EVERY)):
        for sample in plant.advance(EVERY):
            if sample.tag in measured and sample.usable and sample.value is not None:
                unit = bench.works.tags[sample.tag].unit
                measured[sample.tag].append(((sample.source_time - begin) / DAY, unit.from_si(sample.value)))
        times.append((plant.time - begin) / DAY)
        for name, values in true.items():
            values.append(float(plant.truth[name]))
    figure, axes = plt.subplots(len(PANELS), 1, figsize=(12, 15), sharex=True)
    for axis, (title, unit, tag, truth) in zip(axes, PANELS, strict=True):
        found = np.array(measured[tag]).reshape(-1, 2)
        found = found if tag in IRREGULAR else found[:: max(len(found) // 2000, 1)]
        style = {"linestyle": "none", "marker": ".", "markersize": 3} if tag in IRREGULAR else {"linewidth": 0.7}
        axis.plot(found[:, 0], found[:, 1], color=COLOURS[1], alpha=0.7, label="measured", **style)
        if truth:
            axis.plot(times, np.array(true[truth[0]]) * truth[1] + truth[2], color="black", linewidth=0.8, label="true")
            axis.legend(loc="upper right", fontsize=7)
        axis.set_ylabel(f"{title}\n{unit}", fontsize=8)
        axis.grid(alpha=0.3)
    axes[-1].set_xlabel("days")
    _save(figure, folder / "week.png")


def _save(figure, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    plt.close(figure)
    print(file)


def main(arguments: list[str]) -> None:
    """Write the three plots."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(load_works("demo"), print)
    profiles(bench, folder)
    responses(run_steps(bench), folder)
    week(bench, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
