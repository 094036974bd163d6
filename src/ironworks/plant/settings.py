"""Parameter files of the simulated works, as SI numbers that know where they stand."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.parameters import load_parameters
from ironworks.core.units import unit


class Settings:
    """The numbers of one parameter file in SI, by dotted name.

    Differences and standard deviations must stand in a unit without offset (K and not degC, kPa and not kPa(g)).
    """

    def __init__(self, numbers: Mapping[str, float | tuple[float, ...]], where: str) -> None:
        self.numbers, self.where = MappingProxyType(dict(numbers)), where

    @classmethod
    def load(cls, file: Path) -> "Settings":
        """Read a file; ConfigurationError with all its faults, or with the first unknown unit."""
        numbers: dict[str, float | tuple[float, ...]] = {}
        for name, parameter in load_parameters(file).items():
            symbol = unit(parameter.unit, f"{file}: {name}")
            value = parameter.value
            numbers[name] = tuple(map(symbol.to_si, value)) if isinstance(value, tuple) else symbol.to_si(value)
        return cls(numbers, str(file))

    def __getitem__(self, name: str) -> float:
        value = self._find(name)
        if isinstance(value, tuple):
            raise ConfigurationError(f"'{name}' is a list", self.where, "one number")
        return value

    def pair(self, name: str) -> tuple[float, float]:
        """A list of two numbers that rise: a range to draw from."""
        value = self._find(name)
        if not isinstance(value, tuple) or len(value) != 2 or value[0] > value[1]:
            raise ConfigurationError(f"'{name}' is {value}", self.where, "a list of two numbers, the lower first")
        return value[0], value[1]

    def get(self, name: str, default: float) -> float:
        """A number that may be left out because its absence has a meaning of its own (no noise, no drift)."""
        return self[name] if name in self.numbers else default

    def groups(self) -> list[str]:
        """The first words of all names, each once, in the order of the file."""
        return list(dict.fromkeys(name.split(".")[0] for name in self.numbers))

    def _find(self, name: str) -> float | tuple[float, ...]:
        if name not in self.numbers:
            raise ConfigurationError(
                f"'{name}' is missing", self.where, "a table with value, unit and source", nearest(name, self.numbers)
            )
        return self.numbers[name]
