"""Many columns side by side: their parameters drawn, their disturbances, and their start in the state of a furnace.

Every member is a furnace that could be the one at hand: parameters drawn from how furnaces differ, and disturbances
that wander as those of furnaces do. A member starts settled: carbon per iron and silicon are turned until its hearth is
as warm and as rich as the furnace's own samples say, which takes up all that the twin does not know of ore, coke and
losses.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ironworks.twin import column
from ironworks.twin.column import ColumnInputs, ColumnOutputs, ColumnParameters, ColumnState

ORE_IRON = 0.59 / column.M_FE  # kmol Fe per kg of dry ore: usual mixed burden
COKE_CARBON = 0.87 / column.M_C  # kmol C per kg of dry coke
RESIDENCE = 6.5 * 3600.0  # s that burden takes to the tuyeres
USUAL_LOSS = 35e6  # J per kmol Fe: the wall and what the twin leaves out (phosphorus, manganese, steam with coke)

SPREAD = {
    "volume": 0.10, "ore_heat_transfer": 0.20, "coke_heat_transfer": 0.20, "liquid_heat_transfer": 0.25,
    "reduction_rate": 0.20, "gasification_rate": 0.30, "melting_time": 0.25, "hearth_time": 0.25, "wall": 0.20,
}  # fmt: skip
"""Standard deviation of the logarithm over furnaces of one kind (design values)."""
USUAL = {
    "ore_heat_transfer": 1500.0, "coke_heat_transfer": 300.0, "liquid_heat_transfer": 2000.0, "reduction_rate": 0.6,
    "gasification_rate": 0.08, "melting_time": 700.0, "hearth_time": 4500.0,
}  # fmt: skip
"""With these the column's profile is a furnace's, and it answers to coal, coke, moisture and blast temperature with the
signs and, in the end, the gains of the field, though to coal and coke more slowly. Two quicker sets, nearer to the
field's times, forecast four drawn furnaces less well, 8 h ahead most of all."""


class Walk(NamedTuple):
    """A disturbance that wanders: stationary standard deviation and correlation time, s."""

    spread: float
    time: float


WALKS = {
    "carbon": Walk(0.012, 10.0 * 3600.0),  # relative, of the coke ratio: weighing, moisture, ash
    "wall": Walk(0.10, 8.0 * 3600.0),  # relative, of the loss: accretions come and go
    "shaft": Walk(0.06, 12.0 * 3600.0),  # relative, of the shaft's exchange: distribution of the gas
    "drip": Walk(15.0, 2.0 * 3600.0),  # K, of the metal that drips: the radius, what falls and leaks
}
"""Design values. What drips wanders more than a furnace does: it stands for all that the column leaves out."""
SETTLING = 14.0 * 86400.0  # s
SETTLING_STEP = 180.0  # s
HOTTER_BY_CARBON = 2300.0  # K per relative change of carbon per iron, in the long run (field: 3-6 K per kg of coke)
AT_ONCE, TURNED_OVER = 1.5, 60.0 * 3600.0  # share of a departure countered at once, and s in which all of it is
MOST_AT_ONCE = 0.04  # relative carbon; the first guess is no measure
RICHER_OVER = 12.0 * 3600.0  # s
MOST_CARBON_ERROR = 0.25


class Disturbances(NamedTuple):
    """Where the wandering ones are, (M,) each, in their own unit of `WALKS`."""

    carbon: Array
    wall: Array
    shaft: Array
    drip: Array


class Given(NamedTuple):
    """What the works' instruments say goes in, scalars, SI."""

    air: float  # Nm3/s
    oxygen: float  # Nm3/s
    moisture: float  # kg/Nm3
    blast_temperature: float  # K
    coal: float  # kg/s
    coke_ratio: float  # kg dry coke per kg dry ore


class Ensemble(NamedTuple):
    """M columns. `carbon_error`: relative, of what the coke ratio says of carbon per iron."""

    parameters: ColumnParameters
    state: ColumnState
    disturbances: Disturbances
    carbon_error: Array


def inputs_of(given: Given, members: Ensemble) -> ColumnInputs:
    """The inputs of every member: what is measured, and its own disturbances on top."""
    d, size = members.disturbances, members.carbon_error.shape
    ratio = given.coke_ratio * COKE_CARBON / ORE_IRON * (1.0 + members.carbon_error + d.carbon)
    air, oxygen, moisture, temperature, coal, _ = (jnp.full(size, value) for value in given)
    wall, shaft = jnp.maximum(1.0 + d.wall, 0.1), jnp.maximum(1.0 + d.shaft, 0.1)
    return ColumnInputs(air, oxygen, moisture, temperature, coal, ratio, wall, shaft, d.drip)


def draw(rng: np.random.Generator, count: int, given: Given, silicon: float) -> Ensemble:
    """`count` furnaces of the size that this blast asks for, with the first guess of a state; not settled."""
    ratio = given.coke_ratio * COKE_CARBON / ORE_IRON
    melt = expected_melt(given)
    values = {name: USUAL[name] * np.exp(SPREAD[name] * rng.standard_normal(count)) for name in USUAL}
    taken = melt * (column.ORE_VOLUME + ratio * column.COKE_VOLUME)
    values["volume"] = RESIDENCE * taken * np.exp(SPREAD["volume"] * rng.standard_normal(count))
    values["wall"] = USUAL_LOSS * melt / 1000.0 * np.exp(SPREAD["wall"] * rng.standard_normal(count))
    values["reference_melt"] = np.full(count, melt)
    values["silicon"] = np.full(count, silicon)
    parameters = ColumnParameters(*[jnp.asarray(values[name]) for name in ColumnParameters._fields])
    walks = Disturbances(*[jnp.zeros(count) for _ in Disturbances._fields])
    return Ensemble(parameters, first_guess(parameters, jnp.full(count, ratio)), walks, jnp.zeros(count))


def expected_melt(given: Given) -> float:
    """kmol Fe/s that this blast makes: the carbon it burns, by what a kmol of iron leaves for burning (field: 0.4
    direct reduction)."""
    oxygen = 2.0 * (column.OXYGEN_IN_AIR * given.air + given.oxygen) / column.MOLAR_VOLUME_NORMAL
    burnt = oxygen + given.air * given.moisture / column.M_H2O - column.COAL_CARBON * given.coal
    left = given.coke_ratio * COKE_CARBON / ORE_IRON - 0.42 - column.CARBON_IN_METAL
    return max(burnt, 0.05) / max(left, 0.2)


def first_guess(p: ColumnParameters, ratio: Array) -> ColumnState:
    """A profile such as all furnaces have, from which settling takes some days."""
    height = jnp.asarray(column.HEIGHT)[None]
    temperature = 1850.0 - 1500.0 * height**1.2
    ore = jnp.clip((height - 0.1) / 0.15, 0.0, 1.0)
    cell = (p.volume / column.CELLS)[:, None]
    iron = ore * cell / (column.ORE_VOLUME + ratio[:, None] * column.COKE_VOLUME)
    oxidation = column.CHARGED_OXYGEN * jnp.clip((height - 0.2) / 0.5, 0.0, 1.0)
    carbon = (cell - iron * column.ORE_VOLUME) / column.COKE_VOLUME
    heat = (iron * column.ORE_CAPACITY + carbon * column.COKE_CAPACITY) * (temperature - column.COLD)
    size = p.volume.shape
    return ColumnState(iron, iron * oxidation, carbon, heat, jnp.full(size, 1773.0), jnp.full(size, 0.004))


@jax.jit
def settle(members: Ensemble, given: Given, temperature: Array, silicon: Array) -> Ensemble:
    """Members settled at constant inputs, their pools at `temperature` and `silicon` (M,), by carbon and silicon."""

    def turn(_: Any, carry: tuple[Ensemble, Array]) -> tuple[Ensemble, Array]:
        now, before = carry
        state = column.step(now.parameters, now.state, inputs_of(given, now), SETTLING_STEP)[0]
        off = jnp.clip((state.pool_temperature - temperature) / HOTTER_BY_CARBON, -MOST_AT_ONCE, MOST_AT_ONCE)
        error = now.carbon_error - AT_ONCE * (off - before) - off * SETTLING_STEP / TURNED_OVER
        error = jnp.clip(error, -MOST_CARBON_ERROR, MOST_CARBON_ERROR)
        poorer = jnp.clip(jnp.log(state.pool_silicon / silicon), -0.5, 0.5)
        richer = now.parameters.silicon * jnp.exp(-poorer * SETTLING_STEP / RICHER_OVER)
        return now._replace(parameters=now.parameters._replace(silicon=richer), state=state, carbon_error=error), off

    return jax.lax.fori_loop(0, round(SETTLING / SETTLING_STEP), turn, (members, jnp.zeros_like(temperature)))[0]


@jax.jit
def advance(members: Ensemble, given: Given, shocks: Array, steps: Array) -> tuple[Ensemble, ColumnOutputs]:
    """`steps` steps of the column with wandering disturbances: shocks (D, M), standard normal, one for all steps.

    Returns the members and what is seen of them in the last step.
    """
    seconds = steps * column.STEP
    moved = [
        value * jnp.exp(-seconds / walk.time) + walk.spread * jnp.sqrt(-jnp.expm1(-2.0 * seconds / walk.time)) * shock
        for value, walk, shock in zip(members.disturbances, WALKS.values(), shocks, strict=True)
    ]
    now = members._replace(disturbances=Disturbances(*moved))
    inputs = inputs_of(given, now)
    first = column.step(now.parameters, now.state, inputs)

    def more(_: Any, carry: tuple[ColumnState, ColumnOutputs]) -> tuple[ColumnState, ColumnOutputs]:
        return column.step(now.parameters, carry[0], inputs)

    state, outputs = jax.lax.fori_loop(1, steps, more, first)
    return now._replace(state=state), outputs


LOOK = 600.0  # s between two values of an outlook
OUTLOOK_STEP = 200.0  # s


@jax.jit
def outlook(members: Ensemble, given: Given, looks: Array) -> tuple[Array, Array]:
    """Pool temperature and silicon, (looks, M), every LOOK s ahead: inputs stay, disturbances fade away."""
    per_look = round(LOOK / OUTLOOK_STEP)

    def one(members: Ensemble, _: Array) -> tuple[Ensemble, tuple[Array, Array]]:
        faded = [
            value * jnp.exp(-LOOK / walk.time) for value, walk in zip(members.disturbances, WALKS.values(), strict=True)
        ]
        now = members._replace(disturbances=Disturbances(*faded))
        inputs = inputs_of(given, now)

        def more(_: Array, state: ColumnState) -> ColumnState:
            return column.step(now.parameters, state, inputs, OUTLOOK_STEP)[0]

        state = jax.lax.fori_loop(0, per_look, more, now.state)
        return now._replace(state=state), (state.pool_temperature, state.pool_silicon)

    return jax.lax.scan(one, members, looks)[1]
