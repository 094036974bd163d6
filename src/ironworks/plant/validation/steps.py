"""V22: step responses. Eight equal furnaces from one settled state, one of them untouched; the response is the
difference from that one, as a centred mean over an hour, which takes out the ripple of charging (nine dumps an hour).
Final values are means of the last twelve hours of 72, which takes out the ripple of tapping (four casts). The first
hours, where both furnaces still charge and tap together, are read from ten-minute means: an hour's mean would halve a
short dip. Coal's dip is some tenths of a kelvin, as much as it matters whether a cell of burden melts just before or
just after the step: it is the mean of four pairs of furnaces that took the step at different moments of charging.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ironworks.plant.furnace.inputs import FurnaceInputs
from ironworks.plant.furnace.state import FurnaceState
from ironworks.plant.validation.bench import INTERVAL, LANES, Bench, Course, lane
from ironworks.plant.validation.readings import HOUR, Values, first_time, per_tonne, smoothed, time_to_share
from ironworks.plant.validation.target import Result, judge, letters

LENGTH = 72.0 * HOUR
FINAL = 12.0 * HOUR  # s
RATES = 24.0 * HOUR  # s at the end of the run over which rates per tonne are read
STOP, WITHOUT_COAL = 4.0 * HOUR, 6.0 * HOUR
GAIN = (0.6, 1.6)  # of the band's centre
SLACK = 0.3  # the band of a time is widened by this much at both edges
DEAD_SHARE = 0.05  # of the final value: less than this has not answered yet
SOURCE = "field practice; response about 12 h: Hashimoto et al., Control Eng. Pract. 82 (2019) 130"
SMALLEST = 1e-3  # K: a sign is a sign
RIPPLE = 0.3  # K, what tapping and charging leave in an hour's mean
INVERSE_WITHIN = 6.0  # h: an inverse response comes before the burden that was charged at the step
LEAST_RETURN = 0.02  # of the peak: less than this is no return
MOMENTS = LANES // 2  # of charging and tapping at which coal's step is taken: pairs that the bench holds side by side
APART = 1050.0  # s between two of them; no whole number of charges
OFF = {"blast_volume": 0.0, "oxygen_flow": 0.0, "coal_injection_rate": 0.0}


class Steps(NamedTuple):
    """The run: a course, the lane of every step, and the first hours after coal's step taken at several moments."""

    course: Course
    lanes: dict[str, int]
    dip: Values  # K, ten-minute means, mean of the moments

    def response(self, name: str, output: str) -> Values:
        """Smoothed difference of an output from the untouched furnace, SI, at `times`."""
        values = self.course[output]
        return smoothed(values[:, self.lanes[name]] - values[:, 0], INTERVAL)

    def early(self, name: str) -> Values:
        """Ten-minute means of the pool temperature's difference, K, not smoothed; for the first hours."""
        values = self.course["hot_metal_temperature"]
        return values[:, self.lanes[name]] - values[:, 0]

    @property
    def times(self) -> Values:
        """Hours after the step at the middle of each interval."""
        return (self.course.time - 0.5 * INTERVAL) / HOUR


def step_inputs(u: FurnaceInputs) -> dict[str, FurnaceInputs]:
    """The inputs of every lasting step."""

    def plus(name: str, change: float) -> FurnaceInputs:
        return u._replace(**{name: np.asarray(getattr(u, name)) + change})

    return {
        "coal": plus("coal_injection_rate", 1.0),  # kg/s
        "moisture": plus("blast_moisture", 5e-3),  # kg/Nm3
        "blast_temperature": plus("blast_temperature", 30.0),  # K
        "oxygen": plus("oxygen_flow", 20.0 / 60.0),  # Nm3/s
        "coke": u._replace(coke_base=np.asarray(u.coke_base) * 1.02),
    }


def run_steps(bench: Bench) -> Steps:
    """Untouched, five lasting steps, four hours off blast, six hours without coal: 72 h each."""
    bench.say("step responses over 72 h")
    u, lasting = bench.inputs, step_inputs(bench.inputs)
    stop, dry = u._replace(**OFF), u._replace(coal_injection_rate=0.0)
    first = bench.run([u, *lasting.values(), stop, dry], STOP)
    second = bench.run([u, *lasting.values(), u, dry], WITHOUT_COAL - STOP, start=first.states)
    third = bench.run([u, *lasting.values(), u, u], LENGTH - WITHOUT_COAL, start=second.states)
    names = [*lasting, "stop", "no_coal"]
    lanes = {name: i for i, name in enumerate(names, 1)}
    return Steps(first.then(second).then(third), lanes, coal_dip(bench, lasting["coal"]))


def coal_dip(bench: Bench, coal: FurnaceInputs) -> Values:
    """Difference of the pool temperature, K, in ten-minute means over the first hours after coal's step, as the mean of
    MOMENTS pairs of furnaces that took it APART s after one another."""
    states: list[FurnaceState] = [bench.settled]
    for _ in range(MOMENTS - 1):
        after = bench.run([bench.inputs], APART, every=APART, start=states[-1]).states
        states.append(lane(after, 0))
    pairs = jax.tree.map(lambda *x: jnp.stack([jnp.asarray(value) for value in x for _ in range(2)]), *states)
    course = bench.run([bench.inputs, coal] * MOMENTS, INVERSE_WITHIN * HOUR, start=pairs)
    values = course["hot_metal_temperature"]
    return np.mean(values[:, 1::2] - values[:, ::2], axis=1)


def step_targets(bench: Bench) -> list[Result]:
    """Every row of the table of step responses."""
    return read_steps(run_steps(bench))


def read_steps(steps: Steps) -> list[Result]:
    """The rows of the table from the run."""
    rows = [*coal(steps), *moisture(steps), *blast_temperature(steps), *oxygen(steps), *coke(steps), *events(steps)]
    return [
        judge(f"V22{name}", row.what, row.value, row.unit, row.target, row.low, row.high, SOURCE, row.note)
        for name, row in zip(letters(len(rows)), rows, strict=True)
    ]


class Row(NamedTuple):
    """A result without its id."""

    what: str
    value: float
    unit: str
    target: str
    low: float
    high: float
    note: str = ""


def gain(what: str, value: float, unit: str, low: float, high: float, note: str = "") -> Row:
    """A gain: within 0.6 to 1.6 of the centre of the band."""
    edges = sorted(0.5 * (low + high) * factor for factor in GAIN)
    return Row(what, value, unit, f"{low:g}...{high:g}", edges[0], edges[1], note)


def reached(what: str, hours: float, low: float, high: float, note: str = "") -> Row:
    """A time to 63 % of the final value: the band widened by 30 % at both edges."""
    return Row(what, hours, "h", f"{low:g}-{high:g}", (1.0 - SLACK) * low, (1.0 + SLACK) * high, note)


def sign(what: str, value: float, unit: str, positive: bool) -> Row:
    """A sign, exact."""
    return Row(
        what, value, unit, "> 0" if positive else "< 0", *((SMALLEST, np.inf) if positive else (-np.inf, -SMALLEST))
    )


def final(steps: Steps, name: str, output: str = "hot_metal_temperature") -> float:
    """Mean response over the last twelve hours."""
    late = steps.course.time > LENGTH - FINAL
    values = steps.course[output][late]
    return float(np.mean(values[:, steps.lanes[name]] - values[:, 0]))


def heat(steps: Steps, name: str) -> tuple[Values, Values]:
    """(hours, smoothed response of the pool temperature in K)."""
    return steps.times, steps.response(name, "hot_metal_temperature")


def t63(steps: Steps, name: str) -> float:
    """Hours until the pool temperature has first gone 63 % of its way."""
    return time_to_share(*heat(steps, name), final(steps, name))


def extra_fuel(steps: Steps, name: str) -> tuple[float, float]:
    """(coke, coal) kg/tHM more than the untouched furnace over the last day."""
    coke, coal = per_tonne(steps.course, steps.lanes[name], LENGTH - RATES)
    coke0, coal0 = per_tonne(steps.course, 0, LENGTH - RATES)
    return coke - coke0, coal - coal0


def flame_at_once(steps: Steps, name: str) -> float:
    """Change of the flame temperature, K, 10-30 min after the step: actuators have followed, the coke has not."""
    values = steps.course["flame_temperature"][1:3]
    return float(np.mean(values[:, steps.lanes[name]] - values[:, 0]))


def coal(steps: Steps) -> list[Row]:
    """Coal +1 kg/s: first down, then up."""
    values = steps.dip
    hours = steps.times[: len(values)]
    bottom = int(np.argmin(values))
    back = first_time(hours[bottom:], values[bottom:] > 0.0)
    coke_more, coal_more = extra_fuel(steps, "coal")
    more = coke_more + coal_more
    note = f"{final(steps, 'coal'):+.1f} K for {more:+.2f} kg/tHM fuel (coal {coal_more:+.2f})"
    return [
        sign("coal +1 kg/s: flame temperature at once", flame_at_once(steps, "coal"), "K", False),
        Row("coal +1 kg/s: inverse response, depth", values[bottom], "K", "-0.5...-5", -5.0, -0.5),
        Row("coal +1 kg/s: inverse response, until", back, "h", "0.5-2", 0.5, 2.0),
        gain("coal +1 kg/s: heat per extra fuel", final(steps, "coal") / more, "K/(kg/tHM)", 1.5, 3.0, note),
        reached("coal +1 kg/s: t63", t63(steps, "coal"), 5.0, 8.0),
    ]


def moisture(steps: Steps) -> list[Row]:
    """Moisture +5 g/Nm3: down at once, never up."""
    hours, values = steps.times, steps.early("moisture")
    highest = float(np.max(values[hours < INVERSE_WITHIN]))
    return [
        sign("moisture +5 g/Nm3: heat after half an hour", float(np.interp(0.5, hours, values)), "K", False),
        Row("moisture +5 g/Nm3: highest in six hours (no inverse)", highest, "K", "<= 0", -np.inf, RIPPLE),
        gain("moisture +5 g/Nm3: heat per g/Nm3", final(steps, "moisture") / 5.0, "K/(g/Nm3)", -3.0, -1.5),
        reached("moisture +5 g/Nm3: t63", t63(steps, "moisture"), 2.0, 4.0),
    ]


def blast_temperature(steps: Steps) -> list[Row]:
    """Blast temperature +30 degC: up at once, overshoot, partial return as production rises."""
    name = "blast_temperature"
    hours, values = steps.times, steps.early(name)
    long = smoothed(values, INTERVAL, FINAL)
    left = final(steps, name) / float(np.max(long))
    text = "blast temperature +30 degC: final over peak of twelve-hour means (overshoot)"
    return [
        sign("blast temperature +30 degC: heat after half an hour", float(np.interp(0.5, hours, values)), "K", True),
        Row(text, left, "1", "partial return: between 0 and 1", 0.0, 1.0 - LEAST_RETURN),
        gain("blast temperature +30 degC: heat per degC", final(steps, name) / 30.0, "K/K", 0.15, 0.3),
        reached("blast temperature +30 degC: t63", t63(steps, name), 1.5, 4.0),
    ]


def oxygen(steps: Steps) -> list[Row]:
    """Oxygen +20 Nm3/min: more iron at once, heat first up and then down, since coal per tonne falls."""
    hours, values = steps.times, steps.early("oxygen")
    normal = float(np.mean(steps.course["production_rate"][:, 0]))
    more = final(steps, "oxygen", "production_rate")
    quick = time_to_share(hours, steps.response("oxygen", "production_rate"), more)
    return [
        sign("oxygen +20 Nm3/min: flame temperature at once", flame_at_once(steps, "oxygen"), "K", True),
        gain("oxygen +20 Nm3/min: production, coal in kg/s held", 100.0 * more / normal, "%", 1.0, 2.5),
        reached("oxygen +20 Nm3/min: t63 of production", quick, 1.0, 2.0),
        sign("oxygen +20 Nm3/min: heat, mean of the first hour", float(np.mean(values[hours < 1.0])), "K", True),
        gain("oxygen +20 Nm3/min: heat", final(steps, "oxygen"), "K", -15.0, -5.0),
        reached("oxygen +20 Nm3/min: t63 of heat", t63(steps, "oxygen"), 5.0, 8.0),
    ]


def coke(steps: Steps) -> list[Row]:
    """Coke base +2 %: nothing until it has sunk to the tuyeres."""
    hours, values = heat(steps, "coke")
    end = final(steps, "coke")
    coke_more, coal_more = extra_fuel(steps, "coke")
    note = f"{end:+.1f} K for coke {coke_more:+.2f} and coal {coal_more:+.2f} kg/tHM"
    dead = time_to_share(hours, values, end, DEAD_SHARE)
    return [
        Row("coke base +2 %: dead time, to 5 % of the final value", dead, "h", "5-7", 5.0, 7.0),
        gain("coke base +2 %: heat per coke", end / coke_more, "K/(kg/tHM)", 3.0, 6.0, note),
        gain("coke base +2 %: heat per extra fuel", end / (coke_more + coal_more), "K/(kg/tHM)", 1.5, 3.0, note),
        reached("coke base +2 %: t63", t63(steps, "coke"), 10.0, 12.0),
    ]


def events(steps: Steps) -> list[Row]:
    """Four hours off blast without extra coke; six hours without coal and nothing else changed."""
    hours, stop = heat(steps, "stop")
    dip = int(np.argmin(stop))
    made_good = first_time(hours[dip:], stop[dip:] >= (1.0 - 0.632) * stop[dip])
    _, chill = heat(steps, "no_coal")
    depth = float(np.min(chill))
    cold = float(np.sum(chill < (1.0 - 0.632) * depth)) * INTERVAL / HOUR
    return [
        gain("4 h off blast: lowest heat", float(stop[dip]), "K", -80.0, -30.0),
        reached("4 h off blast: 63 % of the dip made good", made_good, 6.0, 12.0, "hours after the stop began"),
        Row("4 h off blast: overshoot", float(np.max(stop[dip:])), "K", "> 0", RIPPLE, np.inf),
        Row("6 h without coal: lowest heat", depth, "K", "-100 or more", -np.inf, -100.0),
        Row("6 h without coal: hours under 37 % of the chill", cold, "h", "days", 24.0, np.inf),
    ]
