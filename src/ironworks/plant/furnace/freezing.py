"""When a furnace counts as frozen. That is an outcome of a run, not an error: what was calculated until then stays."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from ironworks.physics.constants import ZERO_CELSIUS

SOLIDIFIES = 1426.0  # K, 1153 degC: eutectic of iron and graphite; below it no hot metal is liquid (Fe-C phase diagram)
STILL_PRODUCTION = 0.05  # of the usual production: less than this counts as none; design value
STILL_TIME = 4 * 3600.0  # s without production, on blast and with a cold bottom, that make a frozen furnace; two casts
ON_BLAST = 0.5  # of the usual blast: with less the furnace is stopped or nearly so, and is not expected to produce
STARVED_SHARE = 0.5  # of the hearth's area: this much without coke at the tuyeres; design value
STARVED_TIME = 3600.0  # s of that; a chill that passes by itself is shorter; design value


class Outcome(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    FROZEN = "frozen"
    NOT_FINITE = "not_finite"  # numerical trouble of the model


@dataclass(frozen=True, slots=True)
class Ending:
    """Outcome of a run, the time at which it was seen (same clock as given to `watch`, s), and a message to show."""

    outcome: Outcome
    time: float
    message: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What the judgement looks at, SI: a moment, or means over a window.

    bottom_temperature: of the cells at the tuyeres, mean by area; infinity where it is not known, and then standing
    still is not held against the furnace. starved_share: share of the area where unmelted ore stands at the tuyeres and
    the coke there is used up; 0 where it is not known.
    """

    hot_metal_temperature: float
    production_rate: float
    blast_volume: float
    bottom_temperature: float = math.inf
    starved_share: float = 0.0


@dataclass(frozen=True, slots=True)
class FreezeWatch:
    """What is usual (production [kg/s], blast [Nm3/s]), the melting temperature of the burden [K], and since when [s]
    the furnace stands still or starves at the tuyeres (infinity: it does not)."""

    usual_production: float
    usual_blast: float
    melting_temperature: float
    still_since: float = math.inf
    starved_since: float = math.inf


def watch(before: FreezeWatch, time: float, signs: Signs) -> tuple[FreezeWatch, Ending | None]:
    """Judge the signs at `time` [s].

    The furnace is frozen when its hot metal is colder than the eutectic of iron and carbon, when it has produced
    nothing for four hours on blast while its bottom is too cold to melt, or when for an hour unmelted ore has stood in
    half of its bottom with no coke left there. A furnace off blast and one that descends only coke (hot bottom, no
    iron) are not frozen.
    """
    if not all(map(math.isfinite, (signs.hot_metal_temperature, signs.production_rate, signs.blast_volume))):
        return before, Ending(Outcome.NOT_FINITE, time, "the model gave a value that is not finite")
    if signs.hot_metal_temperature < SOLIDIFIES:
        found = f"the hot metal fell to {signs.hot_metal_temperature - ZERO_CELSIUS:.0f} degC; iron saturated with"
        return before, Ending(Outcome.FROZEN, time, f"{found} carbon is solid below {SOLIDIFIES - ZERO_CELSIUS:.0f}")
    blowing = signs.blast_volume > ON_BLAST * before.usual_blast
    idle = signs.production_rate < STILL_PRODUCTION * before.usual_production
    still = blowing and idle and signs.bottom_temperature < before.melting_temperature
    starved = signs.starved_share >= STARVED_SHARE
    now = replace(
        before,
        still_since=min(before.still_since, time) if still else math.inf,
        starved_since=min(before.starved_since, time) if starved else math.inf,
    )
    if time - now.still_since >= STILL_TIME:
        words = f"no iron has come down for {STILL_TIME / 3600.0:.0f} h on blast, and the bottom is too cold to melt"
        return now, Ending(Outcome.FROZEN, time, words)
    if time - now.starved_since >= STARVED_TIME:
        return now, Ending(Outcome.FROZEN, time, "unmelted ore stands at the tuyeres, and the coke there is used up")
    return now, None
