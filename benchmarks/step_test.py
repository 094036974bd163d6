"""Step tests on the simulated furnace, as a process engineer makes them, and the lags that describe them for twin.toml.

Each input is stepped with all others held and no operator; the differences of pool temperature and silicon over two
days are fitted by first-order lags on a coarse grid of dead times and time constants (least squares, fixed signs).
`python -m benchmarks.step_test [WORKS]` (demo).
"""

import itertools
import sys

import numpy as np
from scipy.optimize import nnls

from ironworks.core.works import find_works
from ironworks.plant.furnace.furnace import Furnace

PERIOD_S, HOURS = 600.0, 48.0
TIMES = np.arange(1, round(HOURS * 3600.0 / PERIOD_S) + 1) * PERIOD_S / 3600.0
SLOW = ((0.0, 1.0), (10.0, 12.0, 15.0, 18.0, 24.0, 30.0))
# input, size of the step in the unit of twin.toml, the same in SI (None: a share of the value), and the lags tried:
# dead times, time constants (h) and the sign of each
CASES = {
    "blast_moisture, g/Nm3": (
        *("blast_moisture", 3.0, 3e-3),
        [((0.0, 0.5), (1.0, 1.5, 2.5, 4.0), -1), ((0.0,), (8.0, 12.0, 18.0, 24.0), -1)],
    ),
    "coal_injection_rate, kg/s": (
        *("coal_injection_rate", 0.5, 0.5),
        [((0.0,), (0.5,), -1), ((0.5, 1.0, 1.5, 2.0), (3.0, 4.0, 6.0, 8.0), 1), (*SLOW, 1)],
    ),
    "oxygen_flow, Nm3/min": (
        *("oxygen_flow", 20.0, 20.0 / 60.0),
        [((0.0,), (0.5,), 1), (*SLOW, -1)],
    ),
    "blast_temperature, degC": (
        *("blast_temperature", 20.0, 20.0),
        [((0.0, 0.5), (1.0, 2.0, 3.0, 4.0), 1), ((0.5,), (12.0, 24.0), -1)],
    ),
    "coke_ratio, 1": (
        *("coke_base", 0.01, None),
        [((5.0, 6.0, 6.5, 7.0), (2.0, 4.0, 6.0), 1), ((5.0, 6.0, 7.0), (8.0, 10.0, 12.0, 15.0, 18.0, 24.0, 30.0), 1)],
    ),
}


def course(furnace: Furnace, state, inputs) -> np.ndarray:
    """Pool temperature in K and silicon in %, (n, 2)."""
    rows = []
    for _ in TIMES:
        state, outputs = furnace.advance(state, inputs, PERIOD_S)
        rows.append((float(outputs.hot_metal_temperature), 100.0 * float(outputs.hot_metal_silicon)))
    return np.array(rows)


def fit(response: np.ndarray, choices) -> tuple[float, list[tuple[float, float, np.ndarray]]]:
    """The best lags: their root mean square error, and dead time, time constant and both gains of each."""
    best: tuple[float, list] = (np.inf, [])
    for lags in itertools.product(*[list(itertools.product(dead, constants)) for dead, constants, _ in choices]):
        signs = [sign for _, _, sign in choices]
        columns = [s * (1.0 - np.exp(-np.maximum(TIMES - d, 0.0) / t)) for (d, t), s in zip(lags, signs)]
        matrix = np.stack(columns, axis=1)
        heat, error = nnls(matrix, response[:, 0])
        silicon, _ = nnls(matrix, response[:, 1])
        if error < best[0]:
            found = [(d, t, s * np.array([h, c])) for (d, t), s, h, c in zip(lags, signs, heat, silicon)]
            best = (error, found)
    return best[0] / np.sqrt(len(TIMES)), best[1]


def main(works: str = "demo") -> None:
    """Print the lags of every input."""
    furnace = Furnace.of_works(find_works(works))
    inputs = furnace.reference_inputs()
    settled = furnace.settled_state(inputs)
    base = course(furnace, settled, inputs)
    for what, (name, size, change, choices) in CASES.items():
        value = np.asarray(getattr(inputs, name))
        stepped = inputs._replace(**{name: value * np.exp(size) if change is None else value + change})
        response = (course(furnace, settled, stepped) - base) / size
        error, lags = fit(response, choices)
        shown = [round(float(response[int(hour * 6) - 1, 0]), 3) for hour in (6, 12, 24, 48)]
        print(f"{what}: at 6, 12, 24, 48 h {shown} K, error {error:.3g} K")
        for dead, constant, gains in lags:
            print(f"    dead time {dead:g} h, time constant {constant:g} h: {gains[0]:+.4g} degC, {gains[1]:+.4g} %")


if __name__ == "__main__":
    main(*sys.argv[1:])
