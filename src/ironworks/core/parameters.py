"""Parameter files: every number is a table with a value, a unit and a source."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ironworks.core.faults import Fault, refuse
from ironworks.core.located_toml import LocatedToml


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with a unit and a source; `value` as it stands in the file, in `unit`."""

    value: float | tuple[float, ...]
    unit: str
    source: str


def read_parameters(file: Path, faults: list[Fault]) -> dict[str, Parameter]:
    """All parameters of a file by dotted name; each table with a `value` must have a unit and a source."""
    toml = LocatedToml.read(file, faults)
    found: dict[str, Parameter] = {}

    def walk(path: tuple[str, ...], node: Mapping[str, Any]) -> None:
        if "value" not in node:
            for key, child in node.items():
                if isinstance(child, Mapping):
                    walk((*path, key), child)
                else:
                    faults.append(
                        toml.fault(
                            path,
                            key,
                            f"{'.'.join((*path, key))} is a bare value",
                            "a table with value, unit and source",
                            "",
                        )
                    )
            return
        unit, source = toml.text(path, "unit", faults), toml.text(path, "source", faults)
        value = node["value"]
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
            faults.append(
                toml.fault(
                    path, "value", f"{'.'.join(path)}: value is {value!r}", "a finite number or a list of them", ""
                )
            )
            return
        low, high = node.get("low", -math.inf), node.get("high", math.inf)
        if any(not low <= number <= high for number in numbers):
            faults.append(
                toml.fault(
                    path,
                    "value",
                    f"{'.'.join(path)}: value {value} is outside {low} .. {high}",
                    "a value in its valid range",
                    "",
                )
            )
        found[".".join(path)] = Parameter(tuple(value) if isinstance(value, list) else value, unit, source)

    walk((), toml.content)
    return found


def load_parameters(file: Path) -> dict[str, Parameter]:
    """All parameters of a file, or a ConfigurationError with all its faults."""
    faults: list[Fault] = []
    found = read_parameters(file, faults)
    refuse(faults)
    return found
