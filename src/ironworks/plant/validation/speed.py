"""V29: how fast it runs here. Reported, not judged: a wall clock says as much of the machine as of the program."""

import time

import jax

from ironworks.plant.furnace.batch import GROUP, advance_batch, repeat
from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.target import Result, reported

DAY = 86400.0
SPAN = 6.0 * 3600.0  # s of furnace time a run
STEP = 30.0  # s
RUNS = 2
BATCH = 2 * GROUP  # furnaces: as many as keep two cores busy
SOURCE = "figure of the project; wall clock on this machine"


def speed_targets(bench: Bench) -> list[Result]:
    """Best of two: six hours of one furnace, and of a batch, full physics, step 30 s."""
    bench.say("timing")
    furnace = Furnace(bench.furnace.parameters, dt=STEP)
    one = _best(lambda: furnace.advance(bench.settled, bench.inputs, SPAN))
    states = repeat(bench.settled, BATCH)
    many = _best(lambda: advance_batch(furnace.parameters, states, bench.inputs, SPAN, STEP))
    return [
        reported("V29a", "one furnace, step 30 s", SPAN / one, "x real time", ">= 30000", SOURCE),
        reported("V29b", f"{BATCH} furnaces in a batch, step 30 s", BATCH * SPAN / DAY / many, "furnace-days/s",
                 ">= 10", SOURCE),
    ]  # fmt: skip


def _best(run) -> float:
    """Least wall time, s, of RUNS runs after one that compiles."""
    seconds = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        jax.block_until_ready(run())
        seconds.append(time.perf_counter() - begin)
    return min(seconds[1:])
