"""V1, V2: elements and energy over a day that is far from steady."""

import numpy as np

from ironworks.plant.furnace import balance
from ironworks.plant.validation.bench import Bench, lane
from ironworks.plant.validation.target import Result, judge, letters

DAY = 86400.0
ELEMENT_LIMIT = 1e-10  # of what entered: rounding of some 1e3 steps leaves 1e-13, a lost flow leaves 1e-6 or more
ENERGY_LIMIT = 1e-4  # of the sensible enthalpy of the hot metal


def closure_targets(bench: Bench) -> list[Result]:
    """A day of four quarters: little coal; wet blast and a leak; more coke with raw limestone; the reference."""
    u = bench.inputs
    quarters = (
        u._replace(coal_injection_rate=0.55 * np.asarray(u.coal_injection_rate)),
        u._replace(blast_moisture=np.asarray(u.blast_moisture) + 0.018, leak_water=0.5),
        u._replace(coke_base=np.asarray(u.coke_base) * 1.2, limestone_base=2000.0),
        u,
    )
    state = bench.settled
    for one in quarters:
        state = bench.run([one], DAY / len(quarters), start=state, every=DAY / len(quarters)).states
    closed = balance.closure(bench.furnace.parameters, bench.settled, lane(state, 0))
    rows = [
        judge(f"V1{name}", f"closure of {element} over an unsteady day", error, "1", "0 +-1e-10",
              -ELEMENT_LIMIT, ELEMENT_LIMIT, "conservation")
        for name, (element, error) in zip(letters(len(closed.elements)), closed.elements.items(), strict=True)
    ]  # fmt: skip
    energy = judge("V2", "closure of energy over an unsteady day", closed.energy, "1", "0 +-1e-4",
                   -ENERGY_LIMIT, ENERGY_LIMIT, "conservation")  # fmt: skip
    return [*rows, energy]
