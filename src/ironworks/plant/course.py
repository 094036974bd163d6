"""A scenario as a course of furnace inputs: one furnace, its set points held, nothing else going on.

What the shift does of its own accord (heat by coal, moisture and coke) is left out; what the scenario orders it to do
(less wind, a stop and a start, coke before it) is in, with the ramps of the actuators.
"""

import jax
import numpy as np

from ironworks.core.errors import CallError
from ironworks.core.works import Works
from ironworks.plant.actuators import Actuators, Setpoints, furnace_inputs, number
from ironworks.plant.disturbances import EVENTS, Disturbances
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.scenarios import NONE, Effect, Scenario
from ironworks.plant.settings import Settings
from ironworks.plant.stoppage import off_blast

STEP = 60.0  # s


def course(
    works: Works, reference: FurnaceInputs, scenario: Scenario | None, seconds: float, at: float = 0.0,
    step: float = STEP,
) -> FurnaceInputs:  # fmt: skip
    """Inputs for `Furnace.run`, every field with a leading axis of seconds/step entries.

    scenario: None for an undisturbed course; at: when it begins, s. Raises CallError for a course without a step.
    """
    count = round(seconds / step)
    if count < 1:
        raise CallError(f"a course of {seconds} s in steps of {step} s", "course", "at least one step")
    settings = Settings.load(works.folder / "disturbances.toml")
    rules = Settings.load(works.folder / "operator.toml")
    quiet = Disturbances(settings, 0, [*Disturbances(settings, 0).names, *EVENTS, "spread"])
    normal = Setpoints(*(number(getattr(reference, name)) for name in Setpoints._fields))
    actuators, demand, state = Actuators(rules), normal, quiet.start(0.0, scenario, at)
    still = furnace_inputs(normal, quiet.step(quiet.start(0.0), 0.0, step, 0.0, True)[1], reference, settings)[0]
    rows = []
    for i in range(count):
        acting = scenario is not None and at <= i * step < at + scenario.duration
        if not acting and demand == normal:
            rows.append(still)
            continue
        state, now = quiet.step(state, i * step, step, 0.0, True)
        demand = actuators.step(demand, ordered(normal, now.effect, rules), step)
        rows.append(furnace_inputs(demand, now, reference, settings)[0])
    return jax.tree.map(lambda *x: np.stack([np.asarray(one, dtype=np.float64) for one in x]), *rows)


def ordered(normal: Setpoints, effect: Effect, rules: Settings) -> Setpoints:
    """Set points of a shift that does what a scenario orders, and nothing else."""
    if effect == NONE:
        return normal
    share = float(effect.multiplied("order.blast_share"))
    extra = float(effect.added("order.extra_coke")) * rules["slow.iron_per_charge"]
    ore = normal.ore_base * float(effect.multiplied("order.ore_share"))
    setpoints = normal._replace(coke_base=normal.coke_base + extra, ore_base=ore)
    return off_blast(setpoints, share, rules) if share < 1.0 else setpoints
