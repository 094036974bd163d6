"""Parameter sets that ship as works: what each is calibrated to and compared with (`published.toml`), and how its
calibrated values go back into its files.

A set's own numbers stand under its name, so that a works never takes the published figures of its base for its own.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ironworks.core.errors import ConfigurationError
from ironworks.core.parameters import load_parameters
from ironworks.core.units import unit
from ironworks.plant.furnace.calibrate import Aims, Calibration, Operation
from ironworks.plant.furnace.parameters import FurnaceParameters, read_furnace_parameters

NAMES = ("bf1800", "bf3200", "demo")
DIGITS = 6  # of calibrated values in the files
CALIBRATED = {
    "hot_metal_temperature": ("reference_coke_base",),
    "production": ("reference_blast_volume", "reference_oxygen_flow"),
    "silicon": ("silicon_approach",),
    "sulphur": ("sulphur_approach",),
    "bed_pressure_drop": ("ore_voidage",),
}  # fmt: skip
"""Parameters that each aim calibrates."""


@dataclass(frozen=True, slots=True)
class Published:
    """The published side of a set, SI: inner volume [m3], aims, and figures by name of `Operation`, with sources."""

    inner_volume: float
    aims: Aims
    figures: dict[str, float]
    sources: dict[str, str]


def read_published(works: Path) -> Published:
    """`published.toml` of a works' own; ConfigurationError when it says nothing of this works."""
    prefix = f"{works.resolve().name}."
    file = works / "published.toml"
    own = {name.removeprefix(prefix): one for name, one in load_parameters(file).items() if name.startswith(prefix)}
    if "inner_volume" not in own or "aim.hot_metal_temperature" not in own:
        raise ConfigurationError(
            f"nothing of '{prefix[:-1]}'", str(file), f"[{prefix}inner_volume] and [{prefix}aim.hot_metal_temperature]"
        )
    values: dict[str, float] = {}
    for name, one in own.items():
        if isinstance(one.value, tuple):
            raise ConfigurationError(f"'{prefix}{name}' is a list", str(file), "one number")
        values[name] = unit(one.unit, f"{file}: {name}").to_si(one.value)
    aims = {name.removeprefix("aim."): value for name, value in values.items() if name.startswith("aim.")}
    figures = {name.removeprefix("figure."): value for name, value in values.items() if name.startswith("figure.")}
    for name, valid in ((n, Aims._fields) for n in aims):
        _known(name, valid, file)
    for name in figures:
        _known(name, Operation._fields, file)
    return Published(values["inner_volume"], Aims(**aims), figures, {name: one.source for name, one in own.items()})


def _known(name: str, valid: tuple[str, ...], file: Path) -> None:
    if name not in valid:
        raise ConfigurationError(f"'{name}' is not calibrated or compared", str(file), f"one of {', '.join(valid)}")


def parameters_of(works: Path) -> FurnaceParameters:
    """The furnace of a set."""
    return read_furnace_parameters(works / "parameters.toml")


def write_calibrated(works: Path, found: Calibration, aims: Aims) -> list[str]:
    """Put the calibrated values into the set's own parameters.toml, comments and all else kept; what was changed.

    ConfigurationError when a table to be changed does not stand in the set's own file.
    """
    file = works / "parameters.toml"
    text, said = file.read_text(encoding="utf-8"), []
    for name in (n for aim, names in CALIBRATED.items() if getattr(aims, aim) == getattr(aims, aim) for n in names):
        value = float(f"{getattr(found.parameters, name):.{DIGITS}g}")
        text, old = replace_value(text, f"furnace.{name}", value, file)
        said.append(f"{file}: {name} {old} -> {value!r}")
    file.write_text(text, encoding="utf-8")
    return said


def replace_value(text: str, table: str, value: float, file: Path) -> tuple[str, str]:
    """(the text with the `value` of `[table]` replaced, the old value)."""
    pattern = re.compile(rf"(^\[{re.escape(table)}\][^\[]*?^value\s*=\s*)([^\s#]+)", re.MULTILINE)
    match = pattern.search(text)
    if match is None:
        raise ConfigurationError(f"no table [{table}] with a value", str(file), "the set's own value to replace")
    return text[: match.start(2)] + repr(value) + text[match.end(2) :], match.group(2)
