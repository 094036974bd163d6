"""Burden distribution from a charging pattern: chute angles and rounds in, weights per annulus out.

A bell-less top lets a batch run over a rotating chute; the pattern says how many rounds the chute makes at which tilt
(from the vertical). Here each round lands as one ring:

1. the stream speeds up along the chute (gravity, friction, centrifugal force), leaves its tip and falls freely to the
   stock line, `landing_radius`; equations of Radhakrishnan and Maruthy Ram, J. Process Control 11 (2001) 565;
2. it spreads about that radius (width of the stream and of the pieces' scatter), a normal law cut off at axis and wall;
   what would land beyond the wall strikes it and falls along it;
3. a share rolls down the slope that the stock line has toward the axis and spreads evenly over the area inside the
   landing radius (ore more than coke: it is denser and lies flatter);
4. the heap gives way toward its angle of repose: a share passes between neighbouring rings of equal area, one 3-tap
   kernel.

Left out: Coriolis friction in the chute, the gas's drag, segregation by size, coke pushed inward by ore. `stock_line`
is one depth for the whole throat. Weights are relative: their mean by area is 1 whatever the batch weighs. NumPy: a
pattern is worked out before a run, not in it.
"""

import math
from typing import NamedTuple

import numpy as np

from ironworks.physics.constants import GRAVITY
from ironworks.plant.furnace.parameters import FurnaceParameters

RINGS = 20  # of equal area, 0.1-1.1 m wide in a throat of 10 m: as wide as a stream
MATERIALS = ("ore", "coke")


class ChuteTable(NamedTuple):
    """A charging pattern of one material ("ore" or "coke"): tilts from the vertical [deg] and rounds at each."""

    material: str
    angles: tuple[float, ...]
    rounds: tuple[float, ...]


def reference_table(p: FurnaceParameters, material: str) -> ChuteTable:
    """The works' own pattern of "ore" or "coke"; positions without a round are left out."""
    rounds = np.asarray(getattr(p, f"reference_{material}_rounds"), dtype=np.float64)
    angles = np.asarray(p.chute_angles, dtype=np.float64)
    used = rounds > 0.0
    return ChuteTable(material, tuple(angles[used].tolist()), tuple(rounds[used].tolist()))


def landing_radius(p: FurnaceParameters, angle: float, stock_line: float | None = None) -> float:
    """Distance from the axis, m, at which the stream meets the burden; not cut off at the wall.

    angle: tilt of the chute from the vertical, deg; stock_line: m below the throat's top, default the works' own.
    """
    depth = float(p.stock_line) if stock_line is None else stock_line
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    length, turning, friction = float(p.chute_length), float(p.chute_rotation), float(p.chute_friction)
    squared = (
        (float(p.chute_entry_speed) * cosine) ** 2  # across the chute the stream loses its speed
        + 2.0 * GRAVITY * length * (cosine - friction * sine)
        + (turning * length) ** 2 * sine * (sine + friction * cosine)
    )
    speed = math.sqrt(max(squared, 0.0))
    fall = max(float(p.chute_height) + depth - length * cosine, 0.0)
    down = speed * cosine
    time = (math.sqrt(down**2 + 2.0 * GRAVITY * fall) - down) / GRAVITY
    return math.hypot(length * sine + speed * sine * time, turning * length * sine * time)


def ring_shares(p: FurnaceParameters, table: ChuteTable, stock_line: float | None = None) -> np.ndarray:
    """(RINGS,) share of the batch in each ring of equal area, axis to wall; adds up to 1."""
    throat = 0.5 * float(p.throat_diameter)
    edges = throat * np.sqrt(np.linspace(0.0, 1.0, RINGS + 1))
    rolls = float(getattr(p, f"{table.material}_roll_share"))
    shares = np.zeros(RINGS)
    for angle, rounds in zip(table.angles, table.rounds, strict=True):
        radius = min(landing_radius(p, angle, stock_line), throat)
        below = np.array([0.5 * math.erfc((radius - edge) / (math.sqrt(2.0) * float(p.ring_spread))) for edge in edges])
        lying = np.diff(below) / (below[-1] - below[0])
        rolled = np.diff(np.minimum((edges / radius) ** 2, 1.0))
        shares += rounds * ((1.0 - rolls) * lying + rolls * rolled)
    shares /= shares.sum()
    beside = np.pad(shares, 1, mode="edge")  # nothing passes axis or wall
    return shares + float(p.repose_exchange) * (beside[2:] - 2.0 * shares + beside[:-2])


def pattern_weights(p: FurnaceParameters, table: ChuteTable, stock_line: float | None = None) -> np.ndarray:
    """(A,) weights per annulus (centre, middle, wall); their mean by area is 1."""
    areas = np.asarray(p.annulus_area_share, dtype=np.float64)
    inside = np.concatenate([[0.0], np.cumsum(ring_shares(p, table, stock_line))])
    borders = np.concatenate([[0.0], np.cumsum(areas)])
    held = np.diff(np.interp(borders, np.linspace(0.0, 1.0, RINGS + 1), inside))
    return held / areas / held.sum()


def changed_weights(p: FurnaceParameters, now: np.ndarray, table: ChuteTable) -> np.ndarray:
    """(A,) weights when the works changes from its own pattern, which gives `now`, to `table`.

    The model moves `now` in the ratio of the two patterns, so that the works' own pattern changes nothing.
    """
    areas = np.asarray(p.annulus_area_share, dtype=np.float64)
    moved = now * pattern_weights(p, table) / pattern_weights(p, reference_table(p, table.material))
    return moved / float(moved @ areas)


def table_faults(p: FurnaceParameters, table: ChuteTable) -> list[str]:
    """What is wrong with a pattern: angles out of the chute's reach or twice, rounds that do not add up."""
    low, high = float(p.chute_least_angle), float(p.chute_largest_angle)
    faults = [
        f"{angle:g} deg is outside the chute's {low:g} ... {high:g} deg"
        for angle in table.angles
        if not low <= angle <= high  # NaN too
    ]
    faults += [f"{angle:g} deg stands twice" for angle in set(table.angles) if table.angles.count(angle) > 1]
    faults += [
        f"{rounds:g} rounds at {angle:g} deg are not a number above zero"
        for angle, rounds in zip(table.angles, table.rounds, strict=True)
        if not (math.isfinite(rounds) and rounds > 0.0)
    ]
    needed, got = sum(reference_table(p, table.material).rounds), sum(table.rounds)
    if not faults and abs(got - needed) > 1e-9 * needed:
        faults.append(f"the rounds add up to {got:g}, a batch of {table.material} is let out in {needed:g}")
    return faults
