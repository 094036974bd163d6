"""What the plant counts: charges since midnight, the masses of the last charge, casts, iron in the torpedoes."""

import math
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ironworks.plant.actuators import Setpoints
from ironworks.plant.disturbances import Disturbed
from ironworks.plant.process import Truth


@dataclass(frozen=True, slots=True)
class Books:
    """Counts so far. Masses in kg; `ore` and `coke` of the last charge are NaN before the first one, and
    `tapped_before_cast` is NaN until a cast begins: nobody weighed what ran before the start."""

    day: int
    charges: float = 0.0
    charges_at_midnight: int = 0
    ore: float = math.nan
    coke: float = math.nan
    casts: float = 0.0
    casting: bool = False
    tapped: float = 0.0
    tapped_before_cast: float = math.nan

    @property
    def charge_count(self) -> float:
        """Whole charges since midnight."""
        return float(math.floor(self.charges) - self.charges_at_midnight)

    @property
    def torpedo_mass(self) -> float:
        """Iron of the cast that runs, or of the last one."""
        return self.tapped - self.tapped_before_cast


def count(
    books: Books, truth: Truth, now: Disturbed, base: Setpoints, day: int, seconds: float
) -> tuple[Books, NDArray[np.float64]]:
    """(books after a step, masses of the step for level 1's windows: coke, coal, ore [kg], charges)."""
    if day != books.day:
        books = replace(books, day=day, charges_at_midnight=math.floor(books.charges))
    charges = truth["charge_count"] - books.charges
    if math.floor(truth["charge_count"]) > math.floor(books.charges):
        # The scales see the random part of the weighing; their bias stays hidden.
        ore, coke = base.ore_base * (1.0 + now.ore_weighing), base.coke_base * (1.0 + now.coke_weighing)
        books = replace(books, ore=ore, coke=coke)
    if truth["cast_count"] != books.casts:
        books = replace(books, casts=truth["cast_count"], tapped_before_cast=books.tapped)
    masses = [
        charges * base.coke_base,
        truth["actual_coal_injection_rate"] * seconds,
        charges * base.ore_base,
        charges,
    ]
    casting = bool(truth["tap_open"].max() > 0.5)
    books = replace(books, charges=truth["charge_count"], tapped=truth["metal_tapped"], casting=casting)
    return books, np.array(masses)


def day_of(time: float, zone: ZoneInfo) -> int:
    """Number of the plant's own day."""
    return datetime.fromtimestamp(time, zone).toordinal()
