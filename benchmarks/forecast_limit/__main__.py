"""`python -m benchmarks.forecast_limit [FURNACES [SEED [good|rough]]]` (4, 21, good)."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from benchmarks.forecast_limit.gaussian import Limit, Moments, together
from benchmarks.forecast_limit.instruments import channels
from benchmarks.forecast_limit.responses import SIDES, answers_of
from ironworks.core.works import load_works
from ironworks.physics import backend
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace.sampler import draw
from ironworks.plant.sampling_quality import sampled

Array = NDArray[np.float64]

HORIZONS, WEIGHED = (1, 2, 4, 8), 2  # h
SHOWN = {"hot_metal_temperature": (1.0, 10.0, "K"), "hot_metal_silicon": (100.0, 0.05, "%")}
"""By target: factor on SI, what counts as a hit and the unit."""


def show(what: str, variances: Sequence[Array]) -> None:
    """Root mean square errors and hit rates of some furnaces together; variances: (T,) of each."""
    for target, column in zip(SIDES, np.transpose(variances)):
        factor, limit, unit = SHOWN[target]
        rate = 100.0 * np.mean(erf(limit / factor / np.sqrt(2.0 * column)))
        print(
            f"{what}, {target}: {factor * np.sqrt(column.mean()):.3g} {unit}, {rate:.0f} % within {limit:g}", flush=True
        )


def of_others(moments: Sequence[Moments]) -> list[Array]:
    """Variances of each furnace, forecast by what is best on the average of the others."""
    return [
        one.variance(together([*moments[:place], *moments[place + 1 :]]).gains()) for place, one in enumerate(moments)
    ]


def limits(furnaces: int, seed: int, quality: str) -> dict[str, tuple[Limit, list[str]]]:
    """By furnace: its limit, and the groups of its instruments."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="ironworks-limit-") as scratch:
        for furnace in draw(furnaces, seed).furnaces:
            folder = Path(scratch) / furnace.name
            write_drawn(folder, sampled(furnace, quality))
            answers = answers_of(folder)
            read = channels(load_works(str(folder)), answers.usual, quality)
            found[furnace.name] = Limit(answers, read), list(dict.fromkeys(one.group for one in read))
    return found


def main(furnaces: int, seed: int, quality: str) -> None:
    """Print the limit of every furnace and of all, and what a group of instruments is worth."""
    backend.configure()
    found = limits(furnaces, seed, quality)
    for horizon in HORIZONS:
        moments = [limit.moments(horizon) for limit, _ in found.values()]
        best = [one.variance(one.gains()) for one in moments]
        for name, one in zip(found, best) if horizon == WEIGHED else ():
            show(f"{horizon} h, {name}, its own instruments", [one])
        show(f"{horizon} h, all furnaces, nothing known", [one.unknown for one in moments])
        if furnaces > 1:
            show(
                f"{horizon} h, all furnaces, instruments, weighed as is best on the other furnaces", of_others(moments)
            )
        show(f"{horizon} h, all furnaces, instruments", best)
        show(f"{horizon} h, all furnaces, all disturbances known until now", [one.told for one in moments])
    for group in next(iter(found.values()))[1]:
        moments = [limit.moments(WEIGHED, without=(group,)) for limit, _ in found.values()]
        show(f"{WEIGHED} h, all furnaces, without {group}", [one.variance(one.gains()) for one in moments])


if __name__ == "__main__":
    count, seed, quality = (*sys.argv[1:], *("4", "21", "good")[len(sys.argv) - 1 :])
    main(int(count), int(seed), quality)
