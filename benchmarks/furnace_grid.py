"""What the furnace's settled state owes to how finely the charges are cut into cells.

    python -m benchmarks.furnace_grid             two, four and eight cells a charge
    python -m benchmarks.furnace_grid 2 16        others; even numbers

Means of two days at the reference, three days after settling. Eight cells take two minutes.
"""

import sys

import numpy as np

from ironworks.core.works import load_works
from ironworks.physics.constants import ZERO_CELSIUS
from ironworks.plant.furnace.charging import DUMPS_PER_CHARGE
from ironworks.plant.furnace.start import SLOTS
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.readings import HOUR

CELLS = (2, 4, 8)
TURN, READ = 72.0 * HOUR, 48.0 * HOUR
CHARGED = ("coke_base", "ore_base", "limestone_base")
NUMBERS = {
    "hot_metal_temperature": ("metal, degC", 1.0, -ZERO_CELSIUS, ".1f"),
    "hot_metal_silicon": ("Si, %", 100.0, 0.0, ".3f"),
    "gas_utilisation": ("CO used, %", 100.0, 0.0, ".2f"),
    "hydrogen_utilisation": ("H2 used, %", 100.0, 0.0, ".2f"),
    "direct_reduction": ("C/Fe", 1.0, 0.0, ".4f"),
    "top_gas_temperature": ("top gas, degC", 1.0, -ZERO_CELSIUS, ".1f"),
    "bed_pressure_drop": ("drop, kPa", 1e-3, 0.0, ".1f"),
}


def settled_means(bench: Bench, cells: int) -> dict[str, float]:
    """Means at the reference with `cells` a charge: smaller charges as many times more often are the same burden."""
    part = DUMPS_PER_CHARGE / cells
    u = bench.inputs._replace(**{name: part * np.asarray(getattr(bench.inputs, name)) for name in CHARGED})
    turned = bench.run([u], TURN, every=TURN, start=bench.settle(u, round(SLOTS / part)))
    course = bench.run([u], READ, start=turned.states)
    return {name: float(np.mean(course[name][:, 0])) for name in NUMBERS}


def main() -> None:
    """See the module."""
    bench = Bench(load_works("demo"))
    print(f"{'cells a charge':15}", *[f"{title:>13}" for title, *_ in NUMBERS.values()])
    for cells in [int(one) for one in sys.argv[1:]] or CELLS:
        found = settled_means(bench, cells)
        texts = (format(scale * found[name] + zero, form) for name, (_, scale, zero, form) in NUMBERS.items())
        print(f"{cells:<15}", *[f"{text:>13}" for text in texts], flush=True)


if __name__ == "__main__":
    main()
