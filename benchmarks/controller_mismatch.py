"""How well the controller steadies a furnace that responds otherwise than its model. Prints a table.

    .venv/bin/python benchmarks/controller_mismatch.py [days]

The disturbance is made, not measured: hot metal temperature wanders with 8 K and 2.7 h (too fast for any controller of
this furnace), 10 K and 12 h (burden and coke), 6 K and 140 h (drift), the figures' order being that of real plants;
silicon moves with it, 0.1 % to 10 K, plus 0.03 % of its own. Samples every 30 min with 6 K and 0.05 % of noise; the
forecast is persistence of the estimate, which knows nothing of moves. The furnace is the controller's own model with
other gains, dead times and time constants, so the figures say how it bears being wrong, not what it would reach on a
plant.
"""

import sys
import time

import numpy as np

from ironworks.core.works import load_works
from ironworks.decide.predictive import PredictiveController
from ironworks.decide.trial import Scenario, TrialResult, otherwise, run_trial
from ironworks.twin.furnace import load_response

HOUR = 3600.0
AIM = 1505.0 + 273.15
CASES = {
    "as modelled": {},
    "gains x 0.6": {"gain": 0.6},
    "gains x 1.6": {"gain": 1.6},
    "dead time + 1 h": {"more_dead_time": HOUR},
    "gains x 1.6, dead time + 1 h": {"gain": 1.6, "more_dead_time": HOUR},
    "gains x 1.6, times x 1.5": {"gain": 1.6, "slower": 1.5},
    "gains x 2.5": {"gain": 2.5},
}


def wander(rng: np.random.Generator, cycles: int, period: float, sd: float, hours: float) -> np.ndarray:
    """A stationary Ornstein-Uhlenbeck process (n_cycles,)."""
    keep = np.exp(-period / (hours * HOUR))
    shocks = rng.normal(0.0, sd * np.sqrt(1.0 - keep**2), cycles)
    values = np.empty(cycles)
    values[0] = rng.normal(0.0, sd)
    for cycle in range(1, cycles):
        values[cycle] = keep * values[cycle - 1] + shocks[cycle]
    return values


def disturbance(seed: int, cycles: int, period: float) -> np.ndarray:
    """Hot metal temperature in K and silicon as a mass fraction (n_cycles, 2)."""
    rng = np.random.default_rng(seed)
    heat = sum(wander(rng, cycles, period, sd, hours) for sd, hours in ((8.0, 2.7), (10.0, 12.0), (6.0, 140.0)))
    return np.column_stack([heat, heat * 1e-4 + wander(rng, cycles, period, 3e-4, 3.0)])


def main(days: float = 10.0, seeds: int = 3) -> None:
    """Print the table: one row a furnace, over all seeds together."""
    works = load_works("demo")
    model = load_response(works.folder / "twin.toml", works.cycle)
    cycles = round(days * 24 * HOUR / works.cycle)
    scenarios = [
        Scenario(
            start={"blast_moisture_setpoint": 0.012, "coal_injection_rate_setpoint": 62.0 / 3.6},
            levels={"hot_metal_temperature": AIM, "hot_metal_silicon": 0.004},
            disturbance=disturbance(seed, cycles, works.cycle),
            sample_noise={"hot_metal_temperature": 6.0, "hot_metal_silicon": 5e-4},
            steady={"blast_volume": 6700.0 / 60.0},
            seed=seed,
        )
        for seed in range(1, seeds + 1)
    ]
    print(
        f"{seeds} seeds of {days:g} days, {works.cycle:g} s cycles; root mean square from the aim and sd, degC and %;"
    )
    print("moves and travel a day of moisture (m, g/Nm3) and coal (c, t/h); wall ms a cycle, trial and all")
    print(
        f"{'furnace':30s} {'rms HMT':>8s} {'sd HMT':>7s} {'sd Si':>6s} {'moves m':>8s} {'c':>5s} {'travel m':>9s}"
        f" {'c':>6s} ms"
    )
    show("no control", [run_trial(works, model, scenario, None) for scenario in scenarios], days, 0.0)
    for name, case in CASES.items():
        started = time.perf_counter()
        furnace = otherwise(model, **case)
        results = [
            run_trial(works, furnace, scenario, PredictiveController.from_works(works, "trial"))
            for scenario in scenarios
        ]
        show(name, results, days * seeds, (time.perf_counter() - started) / (cycles * seeds) * 1e3)


def show(name: str, results: list[TrialResult], days: float, milliseconds: float) -> None:
    """One row."""
    heat = [result.outputs[:, 0] - AIM for result in results]
    silicon = [result.outputs[:, 1] * 100.0 for result in results]
    moves = np.vstack([np.diff(result.setpoints, axis=0) for result in results])
    count, travel = (moves != 0.0).sum(axis=0) / days, np.abs(moves).sum(axis=0) / days * [1e3, 3.6]
    rms, sd = np.sqrt(np.mean(np.square(heat))), np.sqrt(np.mean(np.var(heat, axis=1)))
    spread = np.sqrt(np.mean(np.var(silicon, axis=1)))
    print(
        f"{name:30s} {rms:8.2f} {sd:7.2f} {spread:6.3f} {count[0]:8.1f} {count[1]:5.1f}"
        f" {travel[0]:9.1f} {travel[1]:6.1f} {milliseconds:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
