"""V23: finer steps in time and more cells per charge must not move the furnace."""

import numpy as np

from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.start import SLOTS
from ironworks.plant.furnace.state import FurnaceState
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.readings import HOUR
from ironworks.plant.validation.target import Result, judge

STEP, FINE_STEP = 30.0, 10.0  # s
TURN, READ = 72.0 * HOUR, 24.0 * HOUR  # s to forget the other step, s over which means are read
HEAT_LIMIT, GAS_LIMIT = 2.0, 0.01  # K, -
SOURCE = "numerical: explicit step of the burden; charges as cells"


def refinement_targets(bench: Bench) -> list[Result]:
    """Step 30 s and the furnace's own against 10 s; and charges in four cells against charges in two."""
    bench.say(f"refining the step to {FINE_STEP:g} s")
    steps = dict.fromkeys((STEP, bench.furnace.dt, FINE_STEP))
    means = {dt: _means(bench, dt, bench.inputs, bench.settled) for dt in steps}
    fine = means.pop(FINE_STEP)
    rows = []
    for dt, found in means.items():
        rows += [
            ("heat", f"step {dt:g} -> {FINE_STEP:g} s: pool temperature", fine[0] - found[0]),
            ("gas", f"step {dt:g} -> {FINE_STEP:g} s: gas utilisation", fine[1] - found[1]),
        ]
    bench.say("refining the charges to four cells")
    # Half a charge twice as often is the same burden in cells half as big: a dump is half a charge, and one cell.
    u = bench.inputs
    half = u._replace(
        **{name: 0.5 * np.asarray(getattr(u, name)) for name in ("coke_base", "ore_base", "limestone_base")}
    )
    small, coarse = _means(bench, STEP, half, bench.settle(half, 2 * SLOTS)), means[STEP]
    rows += [
        ("heat", f"cells per charge 2 -> 4, step {STEP:g} s: pool temperature", small[0] - coarse[0]),
        ("gas", f"cells per charge 2 -> 4, step {STEP:g} s: gas utilisation", small[1] - coarse[1]),
    ]
    return [_row(f"V23{name}", *row) for name, row in zip("abcdefgh", rows, strict=False)]


def _row(name: str, kind: str, what: str, value: float) -> Result:
    limit, unit = (HEAT_LIMIT, "K") if kind == "heat" else (GAS_LIMIT, "1")
    return judge(name, what, value, unit, f"0 +-{limit:g}", -limit, limit, SOURCE)


def _mean(course, name: str) -> float:
    return float(np.mean(course[name][:, 0]))


def _means(bench: Bench, dt: float, inputs: FurnaceInputs, start: FurnaceState) -> tuple[float, float]:
    """(pool temperature, gas utilisation), means of the fourth day at this step."""
    turned = bench.run([inputs], TURN, dt=dt, every=TURN, start=start)
    course = bench.run([inputs], READ, dt=dt, start=turned.states)
    return _mean(course, "hot_metal_temperature"), _mean(course, "gas_utilisation")
