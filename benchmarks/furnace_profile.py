"""Where a step of the furnace spends its time: parts, cells and days, for one furnace and for a group of a batch.

    python -m benchmarks furnace_profile

The parts are compiled each for itself, so that their sum is not the step, in which the compiler joins them.
"""

import functools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from ironworks.physics import slag
from ironworks.physics.backend import COMPILER
from ironworks.plant.furnace import charging, descent, gas, liquids, model, pool, pressures, wall
from ironworks.plant.furnace.batch import GROUP, advance_batch, repeat
from ironworks.plant.furnace.column import column_geometry, layers
from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.furnace.rates import solid_rates
from ironworks.plant.furnace.report import report
from ironworks.plant.furnace.solids import temperatures
from ironworks.plant.furnace.start import starting_state

WORKS = Path(__file__).resolve().parents[1] / "works" / "demo"
STEP = 30.0  # s
HOUR = 3600.0
CALLS, RUNS = 30, 5
SLOTS = (40, 80, 160)


def parts(furnace: Furnace, slots: int) -> dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Parts of a step by name: function and arguments, of one furnace an hour after its start."""
    p, u = furnace.parameters, jax.tree.map(lambda x: jnp.asarray(x, dtype=jnp.float64), furnace.reference_inputs())
    g = column_geometry(p)
    s, _ = furnace.advance(starting_state(p, furnace.reference_inputs(), slots), furnace.reference_inputs(), HOUR)
    after, f = jax.jit(functools.partial(model.advance_state, dt=STEP))(p, g, s, u)
    c, lay, monoxide = s.cells, f.lay, f.arriving.carbon_monoxide
    hot, viscosity = c.temperature[0, 0], slag.viscosity(s.hearth.temperature, pool.oxides(s.hearth))
    across = pool.crossing(p, g.hearth_area, s.hearth, f.level, viscosity, STEP)
    in_pool = (p, u, s.hearth, f.arriving, f.running.flow, across, hot)
    return {
        "whole step": (functools.partial(model.advance_state, dt=STEP), (p, g, s, u)),
        "outputs, once a call": (report, (p, g, s, after, u, f)),
        "volumes and heights": (layers, (p, g, c, s.active)),
        "rates": (functools.partial(solid_rates, dt=STEP), (p, c, lay)),
        "gas sweep": (gas.march, (c, f.rates, f.raceway, monoxide, f.sweep.enthalpy[:, 0])),
        "liquid sweep": (liquids.descend, (p, c, lay, f.rates.melting)),
        "pressures": (pressures.bed_pressures, (p, u, s, f.sweep, lay, f.drip, f.raceway, f.level)),
        "wall": (wall.wall_flow, (p, g, u, c, lay, s.wall)),
        "pool": (functools.partial(pool.advance_pool, dt=STEP), in_pool),
        "descent": (functools.partial(descent.come_down, dt=STEP), (p, g, u, s, c, lay, f.pressures.drop)),
        "merging": (charging.merge_bottom, (c, s.active, monoxide, monoxide < 1e9)),
        "charging": (charging.charge, (p, u, c, s.active, s.descent.void, s.time)),
        "temperatures": (temperatures, (p, c)),
    }  # fmt: skip


def microseconds(function: Callable[..., Any], given: tuple[Any, ...], size: int) -> float:
    """Least time of a call, a furnace, us; `size` furnaces side by side."""
    arrays = jax.tree.map(lambda x: jnp.repeat(jnp.asarray(x)[None], size, axis=0), given)
    compiled = jax.jit(jax.vmap(function), compiler_options=COMPILER)
    jax.block_until_ready(compiled(*arrays))
    best = float("inf")
    for _ in range(RUNS):
        begin = time.perf_counter()
        for _ in range(CALLS):
            jax.block_until_ready(compiled(*arrays))
        best = min(best, (time.perf_counter() - begin) / CALLS)
    return 1e6 * best / size


def seconds(run: Callable[[], Any]) -> tuple[float, float]:
    """(first call with compiling or reading the cache, least of RUNS calls), s."""
    times = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        jax.block_until_ready(run())
        times.append(time.perf_counter() - begin)
    return times[0], min(times[1:])


def main() -> None:
    """Print the three tables; with an empty `IRONWORKS_CACHE_DIR` the first calls are compilations."""
    furnace = Furnace.of_works(WORKS, dt=STEP)
    inputs = furnace.reference_inputs()
    print(f"{os.cpu_count()} cores, step {STEP:g} s, least of {RUNS}, load {os.getloadavg()[0]:.1f}")
    print("cells: slots, us a furnace and step alone and in a batch of two groups, first call of both, s")
    for slots in SLOTS:
        state = starting_state(furnace.parameters, inputs, slots)
        first, one = seconds(functools.partial(furnace.advance, state, inputs, HOUR))
        states = repeat(state, 2 * GROUP)
        begin, many = seconds(functools.partial(advance_batch, furnace.parameters, states, inputs, HOUR, STEP))
        steps = HOUR / STEP
        print(f"  {slots:4d} {1e6 * one / steps:8.1f} {1e6 * many / steps / 2 / GROUP:8.1f} {first:8.1f} {begin:8.1f}")
    print(f"parts: us a furnace and step, {GROUP} side by side")
    for name, (function, given) in parts(furnace, SLOTS[1]).items():
        print(f"  {name:22s} {microseconds(function, given, GROUP):8.1f}")
    print("days: furnace-days, s")
    state = starting_state(furnace.parameters, inputs)
    for days in (0.25, 0.5, 1.0):
        print(f"  {days:4.2f} {seconds(functools.partial(furnace.advance, state, inputs, days * 24.0 * HOUR))[1]:8.3f}")


if __name__ == "__main__":
    main()
