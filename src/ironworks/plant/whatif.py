"""What if: two equal furnaces from one settled state, no operator, no disturbance; the second one gets new settings.

The answer is the difference of the two over time. Charges, merges of cells and casts make every furnace ripple with
periods of 5 to 15 minutes, and the two soon ripple out of step; so every value is the mean of all steps of the window
that ends at its time. The window is an hour unless told: long enough for nine dumps, short enough to show the inverse
response of coal. A shorter one shows more detail and more ripple.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError
from ironworks.core.units import UNITS
from ironworks.plant.furnace import furnace as model
from ironworks.plant.furnace.burden import IRON_OF_METAL
from ironworks.plant.furnace.freezing import Ending, FreezeWatch, Outcome, Signs, watch
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import FurnaceState
from ironworks.plant.whatif_settings import Applied, apply_settings, parse_settings

WINDOW = 3600.0  # s
LONGEST = 60 * 86400.0  # s; two furnaces of 60 days take about a minute
UNITS_OF = {
    "hot_metal_temperature": "K", "hot_metal_silicon": "%", "production": "t/d", "gas_utilisation": "-",
    "top_gas_temperature": "K", "pressure_drop": "kPa", "flame_temperature": "K", "fuel_rate": "kg/tHM",
}  # fmt: skip
"""What is compared, and the units of the deviations (degC and K are the same for a difference)."""

OUTPUTS = (
    "hot_metal_temperature", "hot_metal_silicon", "production_rate", "gas_utilisation", "top_gas_temperature",
    "pressure_drop", "flame_temperature",
)  # fmt: skip
FUEL, BLAST, BOTTOM, STARVED = range(len(OUTPUTS), len(OUTPUTS) + 4)

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer. `time_h` (n,) ends of the windows; `deviation` and `base` (the furnace left alone) by quantity, (n,)
    in `UNITS_OF`; `ending` says whether a furnace froze, and then the course ends there."""

    settings: tuple[Applied, ...]
    window: float
    time_h: tuple[float, ...]
    deviation: dict[str, tuple[float, ...]]
    base: dict[str, tuple[float, ...]]
    ending: Ending

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "time_h": list(self.time_h),
            "deviation": {name: list(values) for name, values in self.deviation.items()},
            "units": {"time_h": "h", **UNITS_OF},
            "settings": [
                {"set": s.text, "name": s.name, "unit": s.unit, "before": s.before, "after": s.after}
                for s in self.settings
            ],
            "window_h": self.window / 3600.0,
            "outcome": self.ending.outcome.value,
            "message": self.ending.message,
        }


def what_if(
    furnace: model.Furnace,
    state: FurnaceState,
    settings: list[str],
    hours: float,
    window: float = WINDOW,
    progress: Progress = lambda share: None,
) -> WhatIf:
    """Compare the reference operation with the settings over `hours`, both from `state`.

    settings: texts as `whatif_settings` explains. window: of the means, s, a whole number of steps. progress: called
    with the share done. Raises `CallError` for settings that are refused, before anything runs; a furnace that freezes
    is an outcome.
    """
    reference = furnace.reference_inputs()
    changed, applied = apply_settings(parse_settings(settings), reference, furnace.parameters)
    count, steps = _grid(hours, window, furnace.dt)
    runs = [Course(furnace, state, inputs, steps) for inputs in (reference, changed)]
    rows: list[NDArray[np.float64]] = []
    ending = Ending(Outcome.COMPLETED, hours * 3600.0, "")
    for number in range(1, count + 1):
        both = np.stack([run.next() for run in runs])
        found = [run.judge() for run in runs]
        if all(one is None or one.outcome != Outcome.NOT_FINITE for one in found):
            rows.append(both)
        progress(number / count)
        if any(found):
            ending = _ending(found)
            break
    means = np.stack(rows) if rows else np.zeros((0, 2, len(UNITS_OF)))
    names, times = list(UNITS_OF), tuple(window / 3600.0 * np.arange(1, len(rows) + 1))
    deviation = {name: tuple((means[:, 1, i] - means[:, 0, i]).tolist()) for i, name in enumerate(names)}
    base = {name: tuple(means[:, 0, i].tolist()) for i, name in enumerate(names)}
    return WhatIf(tuple(applied), window, tuple(float(t) for t in times), deviation, base, ending)


def _grid(hours: float, window: float, dt: float) -> tuple[int, int]:
    """(number of windows, steps in a window)."""
    if not (window >= dt and abs(window / dt - round(window / dt)) < 1e-9):
        raise CallError(f"a window of {window:g} s", "what_if", f"a multiple of the step, {dt:g} s")
    count = hours * 3600.0 / window
    if not (0.0 < hours * 3600.0 <= LONGEST) or abs(count - round(count)) > 1e-9:
        raise CallError(
            f"{hours:g} hours", "what_if", f"a multiple of {window / 3600.0:g} h up to {LONGEST / 3600.0:g} h"
        )
    return round(count), round(window / dt)


def _ending(found: list[Ending | None]) -> Ending:
    """The endings of both furnaces as one."""
    words = [
        f"{who} at {one.time / 3600.0:.1f} h: {one.message}"
        for who, one in zip(("the furnace left alone", "the furnace with the settings"), found)
        if one is not None
    ]
    first = next(one for one in found if one is not None)
    return Ending(first.outcome, first.time, "; ".join(words))


class Course:
    """One furnace with constant inputs, window by window."""

    def __init__(self, furnace: model.Furnace, state: FurnaceState, inputs: FurnaceInputs, steps: int) -> None:
        check(inputs, furnace.parameters)
        self._furnace, self._state, self._steps = furnace, state, steps
        self._inputs = jax.tree.map(lambda x: jnp.asarray(x, dtype=jnp.float64), inputs)
        self._coke_rate = _coke_rate(inputs, furnace.parameters)
        usual = float(state.smoothed.production), float(state.blast.blast_volume)
        self._watch = FreezeWatch(*usual, float(furnace.parameters.melting_temperature))
        self._time, self._means = 0.0, np.full(STARVED + 1, np.nan)

    def next(self) -> NDArray[np.float64]:
        """Means of the next window, (8,) in the order and units of `UNITS_OF`."""
        self._state, means = _window(self._furnace.parameters, self._state, self._inputs, self._steps, self._furnace.dt)
        self._means = np.asarray(means)
        self._time += self._steps * self._furnace.dt
        values = dict(zip(OUTPUTS, self._means.tolist()))
        production = values.pop("production_rate")
        # Coke as charged with the ore, coal as injected: the fuel rate of the shift's book, without its 24 h memory.
        fuel = self._coke_rate + self._means[FUEL] / max(production, 1e-9)
        values |= {"production": production, "fuel_rate": fuel}
        silicon = UNITS["%"].from_si(values["hot_metal_silicon"])
        values |= {"hot_metal_silicon": silicon}
        for name in ("production", "pressure_drop", "fuel_rate"):
            values[name] = UNITS[UNITS_OF[name]].from_si(values[name])
        return np.array([values[name] for name in UNITS_OF])

    def judge(self) -> Ending | None:
        """Whether the furnace has frozen by the end of the window."""
        m = self._means.tolist()
        production = m[OUTPUTS.index("production_rate")]
        self._watch, ending = watch(self._watch, self._time, Signs(m[0], production, m[BLAST], m[BOTTOM], m[STARVED]))
        return ending


def _coke_rate(inputs: FurnaceInputs, parameters: FurnaceParameters) -> float:
    """kg of coke charged per kg of hot metal that the ore charged with it gives."""
    ore = float(inputs.ore_base * inputs.ore_weighing_factor * inputs.ore_iron) * (1.0 - parameters.ore_dust_share)
    return float(inputs.coke_base * inputs.coke_weighing_factor) * IRON_OF_METAL / float(ore)


@functools.partial(jax.jit, static_argnames=("steps", "dt"))
def _window(
    parameters: FurnaceParameters, state: FurnaceState, inputs: FurnaceInputs, steps: int, dt: float
) -> tuple[FurnaceState, jax.Array]:
    """State after `steps` and means over them: OUTPUTS, coal, blast, and of the bottom cells the temperature and the
    share of area without coke (all SI)."""
    shares = jnp.asarray(parameters.annulus_area_share)

    def one(now: FurnaceState, _: None) -> tuple[FurnaceState, jax.Array]:
        after, outputs = model.step(parameters, now, inputs, dt)
        bottom = jnp.sum(shares * after.cells.temperature[:, 0])
        starved = jnp.sum(shares * (after.cells.carbon[:, 0] <= 0.0))
        extra = [after.blast.coal_injection_rate, after.blast.blast_volume, bottom, starved]
        return after, jnp.stack([getattr(outputs, name) for name in OUTPUTS] + extra)

    after, values = jax.lax.scan(one, state, None, length=steps)
    return after, jnp.mean(values, axis=0)
