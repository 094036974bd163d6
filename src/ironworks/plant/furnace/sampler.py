"""Plausible furnaces that nobody has seen, drawn from a seed.

A draw gives lines, burden, blast, kinetics, disturbances, instruments and habits; laws keep together what belongs
together; the calibration finds the coke for the furnace's own aim. What does not settle, or settles to figures that no
furnace shows, is drawn again. The distributions are data: `sampler.toml`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path

import numpy as np

from ironworks.core.errors import CallError, ConfigurationError
from ironworks.core.faults import Fault, refuse
from ironworks.core.layers import works_folders
from ironworks.core.located_toml import LocatedToml
from ironworks.physics.constants import MOLAR_VOLUME_NORMAL
from ironworks.plant.furnace.blend import blend_for_slag
from ironworks.plant.furnace.calibrate import CHUNK, Aims, Calibration, Operation, Outcome, calibrate
from ironworks.plant.furnace.distributions import Distributions, read_distributions
from ironworks.plant.furnace.parameters import FurnaceParameters, read_furnace_parameters
from ironworks.plant.furnace.scaling import BLOWER_MARGIN, Shape, frustum, inner_volume, sized
from ironworks.plant.furnace.surroundings import Overrides, surroundings

BASE = "demo"  # the works that drawn furnaces build on
MOST_ATTEMPTS = 40  # a furnace wanted; more says that the distributions and the physics do not fit
DAY, TONNE, NITROGEN_SIDE = 86400.0, 1e3, 0.79
REFERENCE_FUEL, REFERENCE_HEIGHT = 0.498, 26.7  # kg/kg; m from tuyeres to throat top, of the base furnace
REFERENCE_TAPPING = 142.0  # kg/s of metal and slag, to which the base furnace's drill belongs


@dataclass(frozen=True, slots=True)
class DrawnFurnace:
    """One drawn furnace, calibrated and settled.

    number: of the attempt that gave it, so that (seed, number) names it for good. draws: the raw draws, SI. quality:
    "good" or "rough" sampling of hot metal. overrides: entries of the works' files besides the furnace, SI.
    """

    seed: int
    number: int
    parameters: FurnaceParameters
    aims: Aims
    operation: Operation
    quality: str
    draws: Mapping[str, float]
    overrides: Overrides

    @property
    def name(self) -> str:
        """Name of its works."""
        return f"drawn_{self.seed}_{self.number}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The furnaces drawn, how many attempts it took, and why each of the others was rejected, by attempt."""

    furnaces: tuple[DrawnFurnace, ...]
    attempts: int
    rejected: Mapping[int, str]

    @property
    def acceptance(self) -> float:
        """Share of the attempts that were kept."""
        return 1.0 - len(self.rejected) / self.attempts if self.attempts else 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A drawn furnace before its calibration."""

    number: int
    parameters: FurnaceParameters
    aims: Aims
    draws: Mapping[str, float]


def draw_furnaces(count: int, seed: int) -> list[DrawnFurnace]:
    """`count` furnaces; the same seed gives the same, and more of them begin with these. See `draw`."""
    return list(draw(count, seed).furnaces)


def draw(count: int, seed: int, distributions: Distributions | None = None) -> Drawing:
    """Draw until `count` furnaces are kept; about ten seconds a furnace kept on one core. CallError for a count below
    one, ConfigurationError when hardly anything is plausible."""
    if count < 1:
        raise CallError(f"{count} furnaces", "draw", "at least one")
    d = distributions or read_distributions()
    base_folder = works_folders(BASE)[0]
    base = read_furnace_parameters(base_folder / "parameters.toml")
    ranges = parameter_ranges(base_folder)
    found: list[DrawnFurnace] = []
    rejected: dict[int, str] = {}
    attempts = 0
    candidates = _candidates(d, base, ranges, seed, rejected)
    while len(found) < count:
        batch = [next(candidates) for _ in range(CHUNK)]
        results = calibrate([one.parameters for one in batch], [one.aims for one in batch])
        for one, result in zip(batch, results, strict=True):
            if len(found) == count:
                break
            attempts = one.number + 1
            reason = implausible(d, result) or outside(result.parameters, ranges)
            if reason:
                rejected[one.number] = reason
            else:
                found.append(_drawn(d, seed, one, result))
        if attempts > MOST_ATTEMPTS * count:
            raise ConfigurationError(
                f"{len(found)} of {attempts} furnaces drawn are plausible", d.file, "distributions that fit the model",
                f"most often: {max(rejected.values(), key=list(rejected.values()).count)}",
            )  # fmt: skip
    return Drawing(tuple(found), attempts, {n: why for n, why in sorted(rejected.items()) if n < attempts})


def _candidates(
    d: Distributions, base: FurnaceParameters, ranges: Mapping[str, tuple[float, float]], seed: int,
    rejected: dict[int, str],
) -> Iterator[Candidate]:  # fmt: skip
    """Furnaces worth a calibration; the others are noted with their reason."""
    tried_in_vain = 0
    for number in count_from():
        draws = d.draw(seed, number)
        try:
            one = propose(d, base, draws, number)
            reason = outside(one.parameters, ranges)
        except CallError as fault:
            one, reason = None, fault.what
        if one is None or reason:  # cheap: nothing has run yet
            rejected[number] = reason
            tried_in_vain += 1
            if tried_in_vain > 100 * MOST_ATTEMPTS:
                raise ConfigurationError("no furnace can be drawn", d.file, "other distributions", reason)
            continue
        tried_in_vain = 0
        yield one


def propose(d: Distributions, base: FurnaceParameters, draws: Mapping[str, float], number: int = 0) -> Candidate:
    """The furnace of these draws, with first guesses of blast and coke. CallError when its lines cannot be built or its
    burden cannot give its slag."""
    x = draws
    shape = draw_shape(d, base, x)
    volume = inner_volume(shape)
    production = x["productivity"] * volume * TONNE / DAY
    p = _inside(sized(base, shape), x)
    low, high = d.ranges["coal_rate"].low, d.ranges["coal_rate"].high
    rich = (x["coal_rate"] - low) / (high - low)  # coal wants oxygen and hot blast
    blast_temperature = _between(d.law("blast_temperature"), rich) + x["blast_temperature"]
    enrichment = _between(d.law("enrichment"), rich) + x["enrichment"]
    sizes = d.ranges["inner_volume"]
    top_pressure = _between(d.law("top_pressure"), (volume - sizes.low) / (sizes.high - sizes.low)) + x["top_pressure"]
    coke = _coke_guess(d, x, blast_temperature)
    fuel = coke + x["coal_rate"]
    oxygen = d.law("oxygen_per_metal")[0] * (0.1 + 0.9 * fuel / REFERENCE_FUEL) / (1.0 - x["blast_leak"]) * production
    dry = oxygen / (0.21 + enrichment)
    silicon, per_kelvin = d.law("silicon")
    aim = x["hot_metal_temperature"]
    silicon += per_kelvin * (aim - 1773.15) + x["silicon"]
    burden = _burden(d, p, x, coke, silicon)
    drop, tapping = _drop(d, shape, x), production * (1.0 + x["slag_rate"])
    charge = p.coke_bulk_density * x["coke_layer"] * math.pi / 4.0 * shape.throat_diameter**2
    p = burden._replace(
        reference_blast_volume=dry * (1.0 - enrichment / NITROGEN_SIDE),
        reference_oxygen_flow=dry * enrichment / NITROGEN_SIDE,
        reference_blast_temperature=blast_temperature,
        reference_blast_moisture=x["blast_moisture"],
        reference_coal_injection_rate=x["coal_rate"] * production,
        reference_top_pressure=top_pressure,
        reference_coke_base=charge,
        reference_ore_base=charge / coke * burden.reference_ore_base,  # which held kg of ore per kg of metal
        blower_pressure=top_pressure + BLOWER_MARGIN,
        reference_drill_diameter=base.reference_drill_diameter * math.sqrt(tapping / REFERENCE_TAPPING),
        tuyere_diameter=_tuyere(x, dry, blast_temperature, top_pressure + drop, shape.tuyere_count),
    )
    return Candidate(number, p, Aims(aim, production, silicon, bed_pressure_drop=drop), draws)


def draw_shape(d: Distributions, base: FurnaceParameters, x: Mapping[str, float]) -> Shape:
    """Lines whose volumes add up to the inner volume: the stack's height closes the sum."""
    ratio = x["inner_volume"] / inner_volume(base)
    hearth = base.hearth_diameter * ratio ** d.law("hearth_exponent")[0] * x["hearth_scatter"]
    tall = ratio ** d.law("height_exponent")[0] * x["height_scatter"]
    belly, throat = hearth * x["belly_over_hearth"], hearth * x["throat_over_hearth"]
    count = 2.0 * round(math.pi * hearth / d.law("tuyere_spacing")[0] / 2.0)
    shape = Shape(
        hearth, belly, throat, base.bosh_height * tall, base.belly_height * tall, 1.0, base.throat_height,
        base.tuyere_to_bosh, base.tuyere_above_tap_hole * tall, x["stock_line"], count, x["active_share"],
    )  # fmt: skip
    rest = x["inner_volume"] - (inner_volume(shape) - frustum(belly, throat, 1.0))
    stack = rest / frustum(belly, throat, 1.0)
    low, high = d.law("stack_range")
    if not low <= stack <= high:
        raise CallError("a stack height that is not built", "draw_shape", f"{low:g} ... {high:g} m")
    return shape._replace(stack_height=stack)


def _inside(p: FurnaceParameters, x: Mapping[str, float]) -> FurnaceParameters:
    """Kinetics, heat transfer, wall and charging pattern."""
    centre, middle, wall = p.annulus_area_share
    pattern = {
        f"reference_burden_pattern_{kind}": (inner, (1.0 - centre * inner - wall * outer) / middle, outer)
        for kind, inner, outer in (
            ("ore", x["centre_ore"], x["wall_ore"]), ("coke", x["centre_coke"], x["wall_coke"])
        )
    }  # fmt: skip
    return p._replace(
        reduction_factor=_times(p.reduction_factor, x["reduction_factor"]),
        sulphur_approach=_times(p.sulphur_approach, x["sulphur_approach"]),
        gasification_rate=_times(p.gasification_rate, x["gasification_rate"]),
        heat_transfer_ore=p.heat_transfer_ore * x["heat_transfer"],
        heat_transfer_coke=p.heat_transfer_coke * x["heat_transfer"],
        wall_inner_coefficient=tuple(
            value * (x["wall_heat"] if zone > 1 else 1.0) for zone, value in enumerate(p.wall_inner_coefficient)
        ),
        lateral_mixing=x["lateral_mixing"], blast_leak_share=x["blast_leak"], **pattern,
    )  # fmt: skip


def _times(value: float | tuple[float, ...], factor: float) -> float | tuple[float, ...]:
    """A parameter, or each of its annuli, times a factor."""
    return tuple(one * factor for one in value) if isinstance(value, tuple) else value * factor


def _burden(
    d: Distributions, p: FurnaceParameters, x: Mapping[str, float], coke: float, silicon: float
) -> FurnaceParameters:
    """`reference_ore_base` here is the ore of a kilogram of hot metal, which the caller scales to a charge."""
    cri, csr, slope = d.law("coke_cri")
    fuel = p._replace(
        reference_ore_ferrous_oxide=x["ore_ferrous_oxide"], reference_ore_fines=x["ore_fines"],
        reference_coke_ash=x["coke_ash"], reference_coke_sulphur=x["coke_sulphur"], reference_coke_csr=x["coke_csr"],
        reference_coke_cri=cri + slope * (x["coke_csr"] - csr) + x["coke_cri"],
        reference_coke_moisture=x["coke_moisture"], reference_ore_titania=x["ore_titania"],
        reference_ore_alkali=x["ore_alkali"], reference_coke_alkali=x["coke_alkali"],
    )  # fmt: skip
    blend = blend_for_slag(
        fuel, x["slag_rate"], x["basicity"], x["slag_alumina"], x["slag_magnesia"], coke, x["coal_rate"], silicon
    )
    ore = {f"reference_{name}": value for name, value in blend._asdict().items() if name != "ore_rate"}
    return fuel._replace(**ore, reference_ore_base=blend.ore_rate)


def _coke_guess(d: Distributions, x: Mapping[str, float], blast_temperature: float) -> float:
    """kg of coke per kg of hot metal by the rules of equivalence; the calibration finds the right one."""
    start, by_coal, by_slag, by_blast, by_moisture, by_wall = d.law("coke_guess")
    kilograms = start - by_coal * (1e3 * x["coal_rate"] - 159.0) + by_slag * (1e3 * x["slag_rate"] - 279.0)
    kilograms += by_moisture * (1e3 * x["blast_moisture"] - 12.0) - by_blast * (blast_temperature - 1493.15)
    return 1e-3 * (kilograms + by_wall * (x["wall_heat"] - 1.0))


def _drop(d: Distributions, shape: Shape, x: Mapping[str, float]) -> float:
    """Bed pressure drop to be reached, Pa: as the flow to its exponent and the height."""
    at, productivity, exponent = d.law("pressure_drop")
    height = shape.tuyere_to_bosh + shape.bosh_height + shape.belly_height + shape.stack_height + shape.throat_height
    flow = (x["productivity"] / productivity) ** exponent
    return 1e3 * at * flow * height / REFERENCE_HEIGHT * x["pressure_drop"]


def _tuyere(x: Mapping[str, float], dry: float, temperature: float, pressure: float, count: float) -> float:
    """Diameter, m, for the velocity drawn."""
    wet = dry * (1.0 + x["blast_moisture"] * MOLAR_VOLUME_NORMAL / 18.015)
    actual = wet * temperature / 273.15 * 101325.0 / pressure
    return math.sqrt(actual / x["tuyere_velocity"] / count * 4.0 / math.pi)


def _between(pair: tuple[float, ...], share: float) -> float:
    return pair[0] + (pair[1] - pair[0]) * share


def implausible(d: Distributions, result: Calibration) -> str:
    """Why a settled furnace is rejected; "" when it is kept."""
    if result.outcome != Outcome.CONVERGED:
        return str(result.outcome)
    now = result.operation
    watched = {
        "fuel_rate": now.coke_rate + now.coal_rate, "gas_utilisation": now.gas_utilisation,
        "top_gas_temperature": now.top_gas_temperature, "flame_temperature": now.flame_temperature,
    }  # fmt: skip
    for name, value in watched.items():
        low, high = d.law(name)
        if not low <= float(value) <= high:
            return f"{name} {'below' if float(value) < low else 'above'} its range"
    return ""


def parameter_ranges(works: Path) -> dict[str, tuple[float, float]]:
    """Range of every furnace parameter, from a works' parameters.toml."""
    faults: list[Fault] = []
    tables = LocatedToml.read(works / "parameters.toml", faults).table("furnace")
    refuse(faults)
    return {name: (float(table["low"]), float(table["high"])) for name, table in tables.items()}


def outside(p: FurnaceParameters, ranges: Mapping[str, tuple[float, float]]) -> str:
    """The first parameter outside its range, in words; "" when there is none."""
    for name, value in p._asdict().items():
        low, high = ranges[name]
        if not (np.min(value) >= low and np.max(value) <= high):
            return f"{name} outside its range"
    return ""


def _drawn(d: Distributions, seed: int, one: Candidate, result: Calibration) -> DrawnFurnace:
    quality = "rough" if one.draws["rough"] > 0.5 else "good"
    operation = Operation(*[float(value) for value in result.operation])
    overrides = surroundings(d, one.draws, quality, one.aims, result.parameters)
    return DrawnFurnace(seed, one.number, result.parameters, one.aims, operation, quality, one.draws, overrides)
