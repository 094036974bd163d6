"""How a settled furnace answers to each of its disturbances: step responses of what is forecast and of what instruments
show."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from ironworks.core.works import load_works
from ironworks.physics.backend import COMPILER
from ironworks.physics.constants import M_C, M_FE, M_SI
from ironworks.plant.actuators import Setpoints, furnace_inputs, number
from ironworks.plant.disturbances import Disturbances, Disturbed
from ironworks.plant.furnace.batch import repeat, stack
from ironworks.plant.furnace.furnace import STEP, step
from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.outputs import FurnaceOutputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import FurnaceState
from ironworks.plant.process import FurnaceProcess
from ironworks.plant.scenarios import SECTORS
from ironworks.plant.settings import Settings

Array = NDArray[np.float64]

HOUR, LOOK = 3600.0, 300.0  # s
LENGTH = 72
"""Hours after a step; from then on its answer counts as whole."""
SIDES = ("hot_metal_temperature", "hot_metal_silicon")
"""What is forecast; it differs between the two sides of the hearth."""
WEIGHINGS = {"coke_weighing": "coke_weighing_bias", "ore_weighing": "ore_weighing_bias"}
"""Errors of single charges, and the lasting error that acts as they do."""
TREND = 3  # order of the polynomial that is taken out before ripple is measured


class Process(NamedTuple):
    """A disturbance: standard deviation (SI), correlation time (s; 0: every charge has its own), and its step response
    by channel, (LENGTH,) means of hours for a step of one standard deviation."""

    name: str
    sd: float
    time: float
    answer: dict[str, Array]


class Answers(NamedTuple):
    """A furnace. `usual`: means of the channels; `ripple`: standard deviation of their hourly means where nothing
    disturbs."""

    processes: tuple[Process, ...]
    usual: dict[str, float]
    ripple: dict[str, float]


def answers_of(folder: Path) -> Answers:
    """The step responses of a works to all slow disturbances that reach its furnace, half of the difference of a step
    up and one down."""
    works = load_works(str(folder))
    settings = Settings.load(works.folder / "disturbances.toml")
    names = Disturbances(settings, 1).names
    process = FurnaceProcess(works, LOOK)
    calm = _inputs(process.reference, settings, names)
    both = {
        name: [_inputs(process.reference, settings, names, name, way * settings[f"slow.{name}.sd"]) for way in (1, -1)]
        for name in names
    }
    acting = [name for name, (up, _) in both.items() if _differ(up, calm)]
    courses = _courses(process.parameters, process.state, [calm, *(one for name in acting for one in both[name])])
    answers = {
        name: {channel: _smooth(0.5 * (course[1 + 2 * i] - course[2 + 2 * i])) for channel, course in courses.items()}
        for i, name in enumerate(acting)
    }
    found = [
        Process(name, settings[f"slow.{name}.sd"], settings[f"slow.{name}.time"], answers[name]) for name in acting
    ]
    for name, like in WEIGHINGS.items():
        sd = settings[f"charge.{name}"]
        share = sd / settings[f"slow.{like}.sd"]
        found.append(Process(name, sd, 0.0, {channel: share * answer for channel, answer in answers[like].items()}))
    usual = {channel: float(course[0].mean()) for channel, course in courses.items()}
    return Answers(tuple(found), usual, {channel: _ripple(course[0]) for channel, course in courses.items()})


def _inputs(
    reference: FurnaceInputs, settings: Settings, names: Sequence[str], name: str = "", value: float = 0.0
) -> FurnaceInputs:
    """The reference operation with that disturbance and no other."""
    slow = dict.fromkeys(names, 0.0) | ({name: value} if name else {})
    now = Disturbed(
        slow, {}, 1, 0.0, False, np.zeros(SECTORS), slow["coke_ash"], slow["coke_csr"], 0.0, 0.0,
        settings["mean.ambient_humidity"], settings["mean.ambient_temperature"], False, 0.0, 0.0,
    )  # fmt: skip
    demand = Setpoints(*(number(getattr(reference, field)) for field in Setpoints._fields))
    return furnace_inputs(demand, now, reference, settings)[0]


def _differ(one: FurnaceInputs, other: FurnaceInputs) -> bool:
    return any(not np.allclose(a, b, rtol=1e-12, atol=0.0) for a, b in zip(one, other))


def _courses(parameters: FurnaceParameters, start: FurnaceState, inputs: Sequence[FurnaceInputs]) -> dict[str, Array]:
    """Means of hours (members, LENGTH) by channel, all from the same state on."""
    states, together = repeat(start, len(inputs)), stack(inputs)
    rows: list[dict[str, Array]] = []
    for _ in range(LENGTH):
        states, means = _hour(parameters, states, together)
        rows.append({channel: np.asarray(values) for channel, values in means.items()})
    return {channel: np.stack([row[channel] for row in rows], axis=1) for channel in rows[0]}


@partial(jax.jit, compiler_options=COMPILER)
def _hour(
    parameters: FurnaceParameters, states: FurnaceState, inputs: FurnaceInputs
) -> tuple[FurnaceState, dict[str, jax.Array]]:
    """An hour of every member: its end, and the mean of each channel over looks LOOK apart."""

    def look(state: FurnaceState, u: FurnaceInputs) -> tuple[FurnaceState, dict[str, jax.Array]]:
        state = jax.lax.fori_loop(0, round(LOOK / STEP) - 1, lambda _, now: step(parameters, now, u)[0], state)
        state, outputs = step(parameters, state, u)
        return state, _channels(state, outputs)

    def member(state: FurnaceState, u: FurnaceInputs) -> tuple[FurnaceState, dict[str, jax.Array]]:
        end, looks = jax.lax.scan(lambda now, _: look(now, u), state, None, round(HOUR / LOOK))
        means = {channel: values.mean(axis=0) for channel, values in looks.items()}
        return end, means | {"charge_rate": end.charge_count - state.charge_count}

    return jax.vmap(member)(states, inputs)


def _channels(state: FurnaceState, o: FurnaceOutputs) -> dict[str, jax.Array]:
    """What is forecast and what instruments look at, SI."""
    hearth, dry = state.hearth, 1.0 - o.top_gas_steam
    silicon = M_SI * hearth.silicon / (M_FE * hearth.iron + M_C * hearth.carbon + M_SI * hearth.silicon)
    found = {
        "hot_metal_carbon": o.hot_metal_carbon, "hot_metal_manganese": o.hot_metal_manganese,
        "hot_metal_sulphur": o.hot_metal_sulphur, "slag_basicity": o.slag_basicity,
        "gas_utilisation": o.gas_utilisation, "top_gas_hydrogen": o.top_gas_hydrogen / dry,
        "top_gas_carbon": (o.top_gas_carbon_monoxide + o.top_gas_carbon_dioxide) / dry,
        "top_gas_temperature": o.top_gas_temperature, "hot_blast_pressure": o.hot_blast_pressure,
        "top_gas_flow": o.top_gas_flow * dry,
    }  # fmt: skip
    for name, values in (
        ("hot_metal_temperature", o.hot_metal_temperature_side), ("hot_metal_silicon", silicon),
        ("cross_probe_temperature", o.top_gas_temperature_annulus), ("shaft_pressure", o.shaft_pressure),
        ("heat_load", o.heat_loss),
    ):  # fmt: skip
        found |= {f"{name}_{place}": values[place] for place in range(len(values))}
    return found


def _smooth(answer: Array) -> Array:
    """Without most of the ripple of charges and casts: means over a span that grows with the time since the step."""
    hours = np.arange(LENGTH)
    reach = np.minimum(np.minimum(hours // 6, 4), LENGTH - 1 - hours)
    return np.array([answer[hour - r : hour + r + 1].mean() for hour, r in enumerate(reach)])


def _ripple(course: Array) -> float:
    hours = np.arange(LENGTH) / LENGTH
    return float(np.std(course - np.polyval(np.polyfit(hours, course, TREND), hours)))
