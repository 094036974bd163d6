"""Batches of furnaces, step 30 s: furnace-days per second for sizes with parameters and inputs of their own.

Run without other load; JAX uses all cores it finds:  python -m benchmarks furnace_batch
"""

import sys
import time
from pathlib import Path

import jax
import numpy as np

from ironworks.plant.furnace.batch import advance_batch, repeat, stack
from ironworks.plant.furnace.furnace import Furnace

WORKS = Path(__file__).resolve().parents[1] / "works" / "demo"
SIZES = (1, 8, 64, 256)
STEP = 30.0  # s
DAY, HOURS, RUNS = 86400.0, 6.0, 3


def main(sizes: tuple[int, ...]) -> None:
    """Time RUNS times six hours for every size, after one run for compiling, and print the best."""
    furnace = Furnace.of_works(WORKS, dt=STEP)
    inputs, settled = furnace.reference_inputs(), furnace.settled_state()
    print(f"{jax.devices()[0].device_kind}, {len(jax.devices())} device(s), step {furnace.dt:g} s")
    for size in sizes:
        spread = np.linspace(-1.0, 1.0, size) if size > 1 else np.zeros(1)
        p = furnace.parameters
        parameters = stack([p._replace(melting_time=p.melting_time * (1.0 + 0.05 * x)) for x in spread])
        changed = stack([inputs._replace(coal_injection_rate=inputs.coal_injection_rate + x) for x in spread])
        states, seconds = repeat(settled, size), []
        begin = time.perf_counter()
        jax.block_until_ready(advance_batch(parameters, states, changed, STEP, STEP))
        compiled = time.perf_counter() - begin
        for _ in range(RUNS):
            begin = time.perf_counter()
            states, outputs = advance_batch(parameters, states, changed, HOURS * 3600.0, STEP)
            jax.block_until_ready(outputs)
            seconds.append(time.perf_counter() - begin)
        rate = size * HOURS * 3600.0 / DAY / min(seconds)
        print(f"{size:6d} furnaces: {rate:8.2f} furnace-days/s (first call with compiling {compiled:.1f} s)")


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or SIZES)
