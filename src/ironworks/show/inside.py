"""What the chain believes of the furnace's inside, for the page: profile over the height, cohesive zone, figures.

Everything comes from the beliefs of the recorded estimates whose names begin with `inside.`; what an estimate does not
say is left out, never filled in. Heights in % of that between the tuyeres and the stock line.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ironworks.core.estimate import INSIDE_HOLDS, INSIDE_LACKS, INSIDE_LOST, Belief, StateEstimate
from ironworks.core.ports import RecordReader

ZERO_CELSIUS = 273.15
HEMATITE_OXYGEN = 1.5  # kmol O per kmol Fe of ore that is not reduced at all
STALE_CYCLES = 3.0
"""An estimate older than this many cycle times is said to be stale: the rule of the page's cycle."""

TREND_S = 8 * 3600.0
"""How far back the figures are compared, s: about the time that the burden stays in the furnace."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the page: shown = scale * (belief + shift), with so many decimals."""

    belief: str
    scale: float
    decimals: int
    shift: float = 0.0

    def of(self, belief: Belief) -> tuple[float, float]:
        """Mean and standard deviation in the unit of the page."""
        mean, sd = self.scale * (belief.mean + self.shift), abs(self.scale) * belief.sd
        return round(mean, self.decimals), round(sd, self.decimals + 1)


FIGURES = {
    "cohesive_top": Figure("inside.cohesive_top", 100.0, 1),  # % of the height
    "cohesive_bottom": Figure("inside.cohesive_bottom", 100.0, 1),  # % of the height
    "residence_time": Figure("inside.residence_time", 1 / 3600.0, 2),  # h
    "stored_heat": Figure("inside.stored_heat", 1e-9, 0),  # GJ
    "wall_loss": Figure("inside.wall_loss", 1e-6, 1),  # MW
    "shaft_efficiency": Figure("inside.shaft_efficiency", 100.0, 1),  # % of usual
    "coke_error": Figure("inside.coke_error", 100.0, 2),  # %
}
PROFILES = {
    "burden": Figure("inside.temperature", 1.0, 0, -ZERO_CELSIUS),  # degC
    "gas": Figure("inside.gas_temperature", 1.0, 0, -ZERO_CELSIUS),  # degC
    "reduction": Figure("inside.oxidation", -100.0 / HEMATITE_OXYGEN, 1, -HEMATITE_OXYGEN),  # %
}
Reason = dict[str, Any]
"""code: lacks, holds or lost; tags: names of those that have to do with it."""
FIRST_CELL = f"{PROFILES['burden'].belief}.00"


class Inside:
    """The newest estimate of the inside. `update` touches the record: once per cycle, a few estimates; `section` not.

    cycle: the works' cycle time in s, or the shortest plant time that the page can tell apart if that is longer.
    """

    def __init__(self, reader: RecordReader, cycle: float) -> None:
        self._reader, self._cycle = reader, cycle
        self._seen = -math.inf
        self._reasons: list[Reason] = []
        self._said: dict[str, Any] = {}

    def update(self, cycle_time: float | None) -> bool:
        """Take in the estimate of the last cycle, frozen at plant time `cycle_time`; whether there was a new cycle.

        A cycle may have failed before its estimate: those just before it are read too, not more.
        """
        if cycle_time is None or cycle_time <= self._seen:
            return False
        start = max(self._seen, cycle_time - STALE_CYCLES * self._cycle)
        fresh = self._reader.estimates(start, cycle_time)
        known = [estimate for estimate in fresh if _knows(estimate)]
        if known:
            self._said = _told(known[-1], self._before(known[-1].time))
        if fresh:
            self._reasons = [coded for reason in fresh[-1].reasons if (coded := _coded(reason)) is not None]
        self._seen = cycle_time
        return True

    def section(self, now: float) -> dict[str, Any]:
        """The page's section at plant time `now`. state: good, stale, or none where nothing was estimated."""
        if not self._said:
            return {"state": "none", "reasons": self._reasons}
        stale = now - self._said["time"] > STALE_CYCLES * self._cycle
        return {**self._said, "state": "stale" if stale else "good", "reasons": self._reasons}

    def _before(self, time: float) -> StateEstimate | None:
        """The estimate of the inside nearest to TREND_S before; None when there was none within a cycle of it."""
        then = time - TREND_S
        found = self._reader.estimates(then - self._cycle, then + self._cycle)
        return min(filter(_knows, found), key=lambda one: abs(one.time - then), default=None)


def _coded(reason: str) -> Reason | None:
    """A reason of the estimate of the inside as a word for the page, with the tags that it names; None for others."""
    if reason == INSIDE_LOST:
        return {"code": "lost", "tags": []}
    for code, begins in (("lacks", INSIDE_LACKS), ("holds", INSIDE_HOLDS)):
        if reason.startswith(begins):
            return {"code": code, "tags": reason.removeprefix(begins).split(", ")}
    return None


def _knows(estimate: StateEstimate) -> bool:
    return FIRST_CELL in estimate.beliefs


def _told(estimate: StateEstimate, before: StateEstimate | None) -> dict[str, Any]:
    """What is told of an estimate, beside what was so before."""
    heights = _heights(estimate.beliefs)
    return {
        "time": estimate.time,
        "before_time": None if before is None else before.time,
        "profile": {"height": heights, **_profiles(estimate.beliefs, len(heights))},
        "figures": _figures(estimate.beliefs, {} if before is None else before.beliefs),
    }


def _heights(beliefs: Mapping[str, Belief]) -> list[float]:
    """Heights of the cells' middles in %, from the tuyeres up; as many cells as the burden has."""
    count = sum(name.startswith(PROFILES["burden"].belief + ".") for name in beliefs)
    return [round(100.0 * (cell + 0.5) / count, 2) for cell in range(count)]


def _profiles(beliefs: Mapping[str, Belief], count: int) -> dict[str, list[float | None]]:
    """Columns of means and of standard deviations (`..._sd`) by cell, None where nothing is believed."""
    found: dict[str, list[float | None]] = {}
    for name, figure in PROFILES.items():
        pairs = [_pair(figure, beliefs.get(f"{figure.belief}.{cell:02d}")) for cell in range(count)]
        found[name], found[f"{name}_sd"] = [mean for mean, _ in pairs], [sd for _, sd in pairs]
    return found


def _pair(figure: Figure, belief: Belief | None) -> tuple[float | None, float | None]:
    return (None, None) if belief is None else figure.of(belief)


def _figures(beliefs: Mapping[str, Belief], then: Mapping[str, Belief]) -> dict[str, Sequence[float | None]]:
    """Per figure: mean, standard deviation, and the mean of before (None where it is not known)."""
    return {
        name: [*figure.of(beliefs[figure.belief]), _pair(figure, then.get(figure.belief))[0]]
        for name, figure in FIGURES.items()
        if figure.belief in beliefs
    }
