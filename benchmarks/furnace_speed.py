"""Speed of one furnace: how many times faster than real time it runs.

Run on one core, without other load:  taskset -c 0 python benchmarks/furnace_speed.py
The project asks for at least 50,000 times real time, 1.73 s per simulated day.
"""

import time
from pathlib import Path

import jax

from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.furnace.start import starting_state

DAY = 86400.0
WORKS = Path(__file__).resolve().parents[1] / "works" / "demo"
RUNS = 5


def main() -> None:
    """Time RUNS simulated days after one for compiling, and print the best and the median."""
    furnace = Furnace.of_works(WORKS)
    inputs = furnace.reference_inputs()
    state, _ = furnace.advance(starting_state(furnace.parameters, inputs), inputs, DAY)
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        state, outputs = furnace.advance(state, inputs, DAY)
        jax.block_until_ready(outputs)
        seconds.append(time.perf_counter() - begin)
    best, median = min(seconds), sorted(seconds)[RUNS // 2]
    print(f"step {furnace.dt:g} s: best {best:.3f} s per simulated day = {DAY / best:,.0f} x real time;")
    print(f"median {median:.3f} s = {DAY / median:,.0f} x real time")


if __name__ == "__main__":
    main()
