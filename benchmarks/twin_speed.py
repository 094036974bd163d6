"""How fast the twin's column and the estimate of the inside are: `python -m benchmarks.twin_speed`."""

import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from ironworks.twin import column, ensemble
from ironworks.twin.ensemble import Given

USUAL = Given(108.3, 5.5, 0.012, 1493.0, 18.8, 0.2095)
CYCLE_STEPS = round(600.0 / column.STEP)
DAY_STEPS = round(86400.0 / column.STEP)
RUNS = 5


def main() -> None:
    """Print, for one column and for ensembles: times real time of one member, and ms of a cycle and of its outlook."""
    print("members   x real time, each   cycle, ms   outlook of 8 h, ms   settling, s")
    for members in (1, 16, 64):
        day, cycle, ahead, start = seconds(members)
        print(f"{members:7d}   {86400.0 / day:17,.0f}   {1e3 * cycle:9.2f}   {1e3 * ahead:18.1f}   {start:12.2f}")


def seconds(members: int) -> tuple[float, float, float, float]:
    """Wall seconds of a plant day, a cycle, an outlook and the settling of an ensemble."""
    drawn = ensemble.draw(np.random.default_rng(1), members, USUAL, 0.004)
    aims = jnp.full(members, 1778.0), jnp.full(members, 0.004)
    settled = ensemble.settle(drawn, USUAL, *aims)
    calm = jnp.zeros((len(ensemble.WALKS), members))
    return (
        _median(lambda: ensemble.advance(settled, USUAL, calm, jnp.asarray(DAY_STEPS))),
        _median(lambda: ensemble.advance(settled, USUAL, calm, jnp.asarray(CYCLE_STEPS))),
        _median(lambda: ensemble.outlook(settled, USUAL, jnp.arange(48))),
        _median(lambda: ensemble.settle(drawn, USUAL, *aims)),
    )


def _median(call: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        jax.block_until_ready(call())
        times.append(time.perf_counter() - begin)
    return float(np.median(times[1:]))


if __name__ == "__main__":
    main()
