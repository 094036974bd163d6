"""A furnace of another size: volumes and areas of a profile, and what follows from them by geometric laws.

Heights in metres, diameters in metres, volumes in m3. Inner volume: tap hole to throat top, hearth included.
"""

import math
from typing import NamedTuple

from ironworks.plant.furnace.parameters import FurnaceParameters

TUYERE_BAND = 4.55  # m, height of the wall that counts as the tuyere zone: 200 m2 at 14 m; as the reference furnace
BLOWER_MARGIN = 252e3  # Pa the blower holds over the top pressure; as the reference furnace
TAP_LENGTH_EXPONENT = 0.5  # the tap hole grows more slowly than the hearth: 2.8 m at 9.8 m, 3.4 m at 14 m; recalled


class Shape(NamedTuple):
    """The lines of a furnace. `active_share`: burden volume over the volume from tuyeres to stock line; the rest is
    the deadman."""

    hearth_diameter: float
    belly_diameter: float
    throat_diameter: float
    bosh_height: float
    belly_height: float
    stack_height: float
    throat_height: float
    tuyere_to_bosh: float
    tuyere_above_tap_hole: float
    stock_line: float
    tuyere_count: float
    active_share: float


def frustum(lower: float, upper: float, height: float) -> float:
    """Volume of a truncated cone, m3, from two diameters."""
    return math.pi * height / 12.0 * (lower**2 + lower * upper + upper**2)


def volumes(p: FurnaceParameters | Shape) -> dict[str, float]:
    """Volume of each part of the profile, m3; together the inner volume."""
    hearth = p.tuyere_above_tap_hole + p.tuyere_to_bosh
    return {
        "hearth": frustum(p.hearth_diameter, p.hearth_diameter, hearth),
        "bosh": frustum(p.hearth_diameter, p.belly_diameter, p.bosh_height),
        "belly": frustum(p.belly_diameter, p.belly_diameter, p.belly_height),
        "stack": frustum(p.belly_diameter, p.throat_diameter, p.stack_height),
        "throat": frustum(p.throat_diameter, p.throat_diameter, p.throat_height),
    }


def inner_volume(p: FurnaceParameters | Shape) -> float:
    """Inner volume, m3."""
    return sum(volumes(p).values())


def burden_space(p: FurnaceParameters | Shape) -> float:
    """Volume from the tuyeres to the stock line, m3, deadman included."""
    part = volumes(p)
    below = frustum(p.hearth_diameter, p.hearth_diameter, p.tuyere_above_tap_hole)
    over = frustum(p.throat_diameter, p.throat_diameter, p.stock_line)
    return sum(part.values()) - below - over


def wall_areas(p: FurnaceParameters | Shape) -> tuple[float, ...]:
    """Area of the six wall zones, m2: hearth, tuyere, bosh, belly, lower and upper half of the stack."""
    middle = 0.5 * (p.belly_diameter + p.throat_diameter)
    half = 0.5 * p.stack_height
    around = math.pi * p.hearth_diameter
    return (
        around * (p.tuyere_above_tap_hole + p.tuyere_to_bosh),
        around * TUYERE_BAND,
        _mantle(p.hearth_diameter, p.belly_diameter, p.bosh_height),
        math.pi * p.belly_diameter * p.belly_height,
        _mantle(p.belly_diameter, middle, half),
        _mantle(middle, p.throat_diameter, half),
    )


def _mantle(lower: float, upper: float, height: float) -> float:
    return math.pi * 0.5 * (lower + upper) * math.hypot(height, 0.5 * (upper - lower))


def sized(base: FurnaceParameters, shape: Shape) -> FurnaceParameters:
    """The base furnace with these lines and with the masses, areas and heat flows that go with them."""
    ratio = shape.hearth_diameter / base.hearth_diameter
    size = inner_volume(shape) / inner_volume(base)
    throat = shape.throat_diameter / base.throat_diameter
    lines = {name: value for name, value in shape._asdict().items() if name != "active_share"}
    return base._replace(
        **lines,
        active_volume=shape.active_share * burden_space(shape),
        wall_area=wall_areas(shape),
        sump_metal=base.sump_metal * ratio**3,
        deadman_heat_capacity=base.deadman_heat_capacity * ratio**3,
        deadman_conductance=base.deadman_conductance * size,
        deadman_base_share=_deadman_base(base, shape.hearth_diameter),
        hearth_heat_transfer=base.hearth_heat_transfer * ratio**2,
        hearth_reference_flow=base.hearth_reference_flow * size,
        tuyere_heat_transfer=base.tuyere_heat_transfer * shape.tuyere_count / base.tuyere_count,
        tap_hole_length=base.tap_hole_length * ratio**TAP_LENGTH_EXPONENT,
        least_blast_volume=base.least_blast_volume * size,
        chute_length=base.chute_length * throat,
        chute_height=(base.chute_height + base.stock_line) * throat - shape.stock_line,  # the fall is in proportion
        chute_entry_speed=base.chute_entry_speed * throat**0.5,  # free fall from a feeder as tall in proportion
        ring_spread=base.ring_spread * throat,
    )


def _deadman_base(base: FurnaceParameters, hearth_diameter: float) -> float:
    """Share of the hearth that the deadman takes: raceways are as deep on a small furnace, the ring is as wide."""
    ring = 0.5 * base.hearth_diameter * (1.0 - math.sqrt(base.deadman_base_share))
    return max(1.0 - 2.0 * ring / hearth_diameter, 0.0) ** 2
