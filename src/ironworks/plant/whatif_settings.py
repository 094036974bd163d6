"""Settings as a person types them, `NAME=CHANGE`, and what they make of the furnace's inputs.

    NAME=VALUE UNIT     absolutely          blast_moisture=12g/Nm3, blast_temperature=1200 degC
    NAME=+VALUE UNIT    by a difference     coal_injection_rate=+1kg/s, top_pressure=-10kPa
    NAME=+VALUE%        in per cent         coke_base=+2%

A sign always means a difference: none of these quantities can be negative, so a negative absolute value has no meaning.
`oxygen_enrichment` is in points of % oxygen of the dry blast over air (`=3.5%`, `=+0.5%`), reckoned with the blast
volume that the other settings leave (`=+0%` keeps the enrichment while the blast changes; without it the flow of oxygen
is kept), or as a flow of oxygen (`=+20Nm3/min`); it has no relative change. A pressure in kPa, bar or MPa is absolute,
one in kPa(g), bar(g) or MPa(g) is above atmosphere.

    burden_pattern=MATERIAL:CHANGE[;MATERIAL:CHANGE]     MATERIAL: ore or coke
    CHANGE   three weights for centre, middle and wall   ore:0.75,1.04,1.01    their mean by area must be 1
             or one zone's weight in per cent            coke:centre+5%        the other two give way in proportion
    burden_pattern=MATERIAL@ANGLExROUNDS[,ANGLExROUNDS]  a chute table, tilt in degrees from the vertical:
             ore@44x2,42x3,40x4,36x5;coke:centre+5%      its rounds must add up to the works' own
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ironworks.core.errors import CallError, nearest
from ironworks.core.units import UNITS, Unit
from ironworks.plant.furnace.burden import burden_faults
from ironworks.plant.furnace.charging_pattern import ChuteTable, changed_weights, reference_table, table_faults
from ironworks.plant.furnace.inputs import ANNULI, VALID, FurnaceInputs, check
from ironworks.plant.furnace.parameters import FurnaceParameters

OXYGEN_OF_AIR = 0.21  # volume share of dry air, as in the plant formula of the oxygen enrichment
PATTERN, ENRICHMENT = "burden_pattern", "oxygen_enrichment"
MATERIALS, ZONES = ("ore", "coke"), ("centre", "middle", "wall")
ROUNDING = 1e-3  # of the mean: weights typed with three digits
GRAMMAR = (
    "ore:W,W,W or coke:W,W,W (centre, middle, wall; mean by area 1), one zone as in coke:centre+5%, or a chute table "
    "as in ore@44x2,40x3 (degrees x rounds), joined by ;"
)
Part = tuple[float, ...] | tuple[str, float] | ChuteTable

UNITS_OF = {
    "blast_volume": ("Nm3/min", "Nm3/s", "Nm3/h", "10^4 Nm3/h"),
    "blast_temperature": ("degC", "K"),
    "blast_moisture": ("g/Nm3", "kg/Nm3"),
    ENRICHMENT: ("%", "Nm3/min", "Nm3/s", "Nm3/h"),
    "coal_injection_rate": ("kg/s", "t/h", "kg/h", "t/d"),
    "top_pressure": ("kPa", "kPa(g)", "bar", "bar(g)", "MPa", "MPa(g)", "Pa"),
    "coke_base": ("t", "kg"),
    "ore_base": ("t", "kg"),
}
"""Units that may be given; the first one is shown."""
NAMES = (*UNITS_OF, PATTERN)
NUMBER = re.compile(r"([+-]?)\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
POSITION = re.compile(r"\s*([^\sx]+)\s*x\s*(\S+)\s*")
SHIFT = re.compile(r"(\w+)\s*([+-])\s*(\d+\.?\d*|\.\d+)\s*%")


class Kind(StrEnum):
    """How a value changes."""

    ABSOLUTE = "absolute"
    DIFFERENCE = "difference"
    PER_CENT = "per_cent"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its text, the quantity, how it changes and by how much (SI; per cent as a share)."""

    text: str
    name: str
    kind: Kind
    value: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class PatternSetting:
    """A burden pattern: for each material that changes three weights, (zone, factor) or a chute table."""

    text: str
    parts: dict[str, Part]
    name: str = PATTERN


@dataclass(frozen=True, slots=True)
class Applied:
    """What a setting did, in the unit to show: numbers, or `{"ore": [...], "coke": [...]}` for the burden pattern."""

    text: str
    name: str
    unit: str
    before: Any
    after: Any


def parse_settings(texts: list[str]) -> list[Setting | PatternSetting]:
    """The settings; `CallError` for one that cannot be read or a name given twice."""
    if not texts:
        raise CallError("no setting", "--set", "at least one --set NAME=CHANGE", f"names: {', '.join(NAMES)}")
    settings = [_parse(text) for text in texts]
    names = [setting.name for setting in settings]
    for name in names:
        if names.count(name) > 1:
            raise CallError(f"{name} is set {names.count(name)} times", "--set", "each name once")
    return settings


def _parse(text: str) -> Setting | PatternSetting:
    name, sign, change = (part.strip() for part in text.replace("−", "-").partition("="))
    if not sign:
        raise CallError("no '='", f"--set {text}", "NAME=CHANGE, for instance coal_injection_rate=+1kg/s")
    if name not in NAMES:
        raise CallError(f"unknown name '{name}'", f"--set {text}", f"one of {', '.join(NAMES)}", nearest(name, NAMES))
    if name == PATTERN:
        return PatternSetting(text, _pattern_parts(text, change))
    found = NUMBER.fullmatch(change)
    if found is None:
        raise CallError(f"'{change}' is not a change", f"--set {text}", "VALUE UNIT, +VALUE UNIT, -VALUE UNIT or +2%")
    plus_minus, digits, symbol = found.groups()
    value = float(f"{plus_minus}{digits}")
    if not math.isfinite(value):
        raise CallError(f"'{change}' is not finite", f"--set {text}", "a number")
    return _scalar(text, name, plus_minus, value, symbol.strip().replace("°C", "degC"))


def _scalar(text: str, name: str, sign: str, value: float, symbol: str) -> Setting:
    allowed = UNITS_OF[name]
    if symbol == "%" and name != ENRICHMENT:
        if not sign:
            raise CallError(
                f"{value:g} % without a sign", f"--set {text}", f"+{value:g}% or -{value:g}% for a change in per cent",
                f"or an absolute value in {allowed[0]}",
            )  # fmt: skip
        return Setting(text, name, Kind.PER_CENT, value / 100.0, UNITS["%"])
    if symbol not in allowed:
        what = f"'{symbol}' is not a unit of {name}" if symbol else "the unit is missing"
        raise CallError(what, f"--set {text}", f"one of {', '.join(allowed)}", nearest(symbol, allowed))
    unit = UNITS[symbol]
    if sign:
        return Setting(text, name, Kind.DIFFERENCE, unit.difference_to_si(value), unit)
    return Setting(text, name, Kind.ABSOLUTE, unit.to_si(value), unit)


def _pattern_parts(text: str, change: str) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for part in change.split(";"):
        material, mark, rest = (word.strip() for word in [*re.split(r"([:@])", part, maxsplit=1), "", ""][:3])
        if not mark or material not in MATERIALS or material in parts:
            known = "" if material in MATERIALS else nearest(material, MATERIALS)
            raise CallError(f"'{part.strip()}' is not a part of a burden pattern", f"--set {text}", GRAMMAR, known)
        parts[material] = _chute_table(text, material, rest) if mark == "@" else _weights_or_shift(text, rest)
    return parts


def _weights_or_shift(text: str, rest: str) -> Part:
    shift = SHIFT.fullmatch(rest)
    if shift is not None and shift[1] not in ZONES:
        raise CallError(f"unknown zone '{shift[1]}'", f"--set {text}", GRAMMAR, nearest(shift[1], ZONES))
    if shift is not None:
        return shift[1], 1.0 + float(shift[2] + shift[3]) / 100.0
    try:
        weights = tuple(float(word) for word in rest.split(","))
    except ValueError:
        weights = ()
    if len(weights) != ANNULI or not all(map(math.isfinite, weights)):
        raise CallError(f"'{rest}' is neither three weights nor a zone's change", f"--set {text}", GRAMMAR)
    return weights


def _chute_table(text: str, material: str, rest: str) -> ChuteTable:
    angles: list[float] = []
    rounds: list[float] = []
    for position in rest.split(","):
        found = POSITION.fullmatch(position)
        try:
            angles.append(float(found[1]) if found else math.nan)
            rounds.append(float(found[2]) if found else math.nan)
        except ValueError:
            found = None
        if found is None:
            raise CallError(f"'{position.strip()}' is not ANGLExROUNDS", f"--set {text}", GRAMMAR)
    return ChuteTable(material, tuple(angles), tuple(rounds))


def apply_settings(
    settings: list[Setting | PatternSetting], inputs: FurnaceInputs, parameters: FurnaceParameters
) -> tuple[FurnaceInputs, list[Applied]]:
    """(inputs with the settings, what each did). `CallError` for what no furnace can take: a value outside the model's
    range, no blast, a pattern whose weights do not add up, a burden that cannot melt."""
    changed, applied = inputs, []
    for setting in sorted(settings, key=lambda one: one.name == ENRICHMENT):  # it needs the blast volume
        if isinstance(setting, PatternSetting):
            changed, done = _apply_pattern(setting, changed, parameters)
        else:
            changed, done = _apply_scalar(setting, inputs, changed, parameters)
        applied.append(done)
    check(changed, parameters)
    faults = burden_faults(changed, parameters)
    if faults:
        raise CallError("; ".join(faults), "these settings", "a burden that can be smelted", "change coke or ore base")
    return changed, applied


def _apply_scalar(
    setting: Setting, inputs: FurnaceInputs, changed: FurnaceInputs, parameters: FurnaceParameters
) -> tuple[FurnaceInputs, Applied]:
    name = setting.name
    field = "oxygen_flow" if name == ENRICHMENT else name
    as_share = name == ENRICHMENT and setting.unit.symbol == "%"
    before = enrichment(inputs) if as_share else float(getattr(inputs, field))
    moves = {Kind.ABSOLUTE: 0.0, Kind.DIFFERENCE: before, Kind.PER_CENT: before * (1.0 + setting.value)}
    after = moves[setting.kind] + (0.0 if setting.kind == Kind.PER_CENT else setting.value)
    if as_share and not 0.0 <= after < 1.0 - OXYGEN_OF_AIR:
        raise CallError(f"an enrichment of {100 * after:.4g} %", f"--set {setting.text}", "0 ... 79 %")
    value = oxygen_flow(after, float(changed.blast_volume)) if as_share else after
    low, high, _ = VALID[field]
    unit = UNITS[UNITS_OF[name][0]] if setting.kind == Kind.PER_CENT else setting.unit
    if name == "blast_volume":
        low = float(parameters.least_blast_volume)
    if not low <= value <= high:
        own = UNITS["Nm3/min"] if as_share else unit
        low_text = f"{own.from_si(low):.4g} ... {own.from_si(high):.4g} {own.symbol}"
        stopped = " (no blast is a stoppage, not a furnace to compare with)" if name == "blast_volume" else ""
        now = float(getattr(inputs, field))
        raise CallError(
            f"{field} would be {own.from_si(value):.4g} {own.symbol}", f"--set {setting.text}", low_text + stopped,
            f"now it is {own.from_si(now):.4g} {own.symbol}; a sign means a difference",
        )  # fmt: skip
    done = Applied(setting.text, name, unit.symbol, unit.from_si(before), unit.from_si(after))
    return changed._replace(**{field: np.float64(value)}), done


def enrichment(inputs: FurnaceInputs) -> float:
    """Oxygen of the dry blast over that of air, mole fraction, as the plant's level 1 reckons it."""
    volume, oxygen = float(inputs.blast_volume), float(inputs.oxygen_flow)
    return (OXYGEN_OF_AIR * volume + oxygen) / (volume + oxygen) - OXYGEN_OF_AIR


def oxygen_flow(share: float, blast_volume: float) -> float:
    """Oxygen, Nm3/s, that gives this enrichment [mole fraction] to `blast_volume` [Nm3/s] of air."""
    return share * blast_volume / (1.0 - OXYGEN_OF_AIR - share)


def _apply_pattern(
    setting: PatternSetting, inputs: FurnaceInputs, parameters: FurnaceParameters
) -> tuple[FurnaceInputs, Applied]:
    shares = np.asarray(parameters.annulus_area_share)
    new: dict[str, Any] = {}
    for material, part in setting.parts.items():
        field = f"burden_pattern_{material}"
        now = np.asarray(getattr(inputs, field))
        if isinstance(part, ChuteTable):
            new[field] = _from_table(part, now, parameters, setting.text)
        elif isinstance(part[0], str):
            new[field] = _shifted(now, shares, part[0], float(part[1]), setting.text)
        else:
            new[field] = _weights(np.array(part, dtype=np.float64), shares, setting.text)
        low, high, _ = VALID[field]
        if new[field].min() < low or new[field].max() > high:
            shown = ", ".join(f"{w:.4g}" for w in new[field])
            raise CallError(f"{material} weights {shown}", f"--set {setting.text}", f"{low:g} ... {high:g} each")
    changed = inputs._replace(**new)
    return changed, Applied(setting.text, PATTERN, "-", _patterns(inputs), _patterns(changed))


def _from_table(table: ChuteTable, now: np.ndarray, parameters: FurnaceParameters, text: str) -> np.ndarray:
    faults = table_faults(parameters, table)
    if faults:
        own = reference_table(parameters, table.material)
        shown = ",".join(f"{angle:g}x{rounds:g}" for angle, rounds in zip(own.angles, own.rounds, strict=True))
        raise CallError(
            "; ".join(faults), f"--set {text}", "a table that the chute can run",
            f"the works' own is {table.material}@{shown}",
        )  # fmt: skip
    return changed_weights(parameters, now, table)


def _weights(weights: np.ndarray, shares: np.ndarray, text: str) -> np.ndarray:
    mean = float(weights @ shares)
    if abs(mean - 1.0) > ROUNDING:
        good = ",".join(f"{w / mean:.4f}" for w in weights) if mean > 0.0 else "1,1,1"
        raise CallError(
            f"the weights' mean by area is {mean:.4f}", f"--set {text}",
            f"1, with the area shares {', '.join(f'{s:g}' for s in shares)} of centre, middle and wall",
            f"these would do: {good}",
        )  # fmt: skip
    return weights / mean  # takes out the rounding of typed digits


def _shifted(now: np.ndarray, shares: np.ndarray, zone: str, factor: float, text: str) -> np.ndarray:
    at = ZONES.index(zone)
    rest = 1.0 - shares[at] * now[at]
    left = 1.0 - shares[at] * now[at] * factor
    if factor <= 0.0 or left <= 0.0:
        raise CallError(f"{zone} would get everything or nothing", f"--set {text}", "a smaller change")
    shifted = now * left / rest
    shifted[at] = now[at] * factor
    return shifted


def _patterns(inputs: FurnaceInputs) -> dict[str, list[float]]:
    return {name: np.asarray(getattr(inputs, f"{PATTERN}_{name}")).tolist() for name in MATERIALS}
