"""From what furnaces are drawn: `sampler.toml`, read with all its faults, and the draws themselves.

Every quantity has a random stream of its own, a pure function of (seed, name, attempt): a new quantity leaves the
draws of all others as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.special import ndtr, ndtri

from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
from ironworks.core.layers import shipped_file
from ironworks.core.located_toml import LocatedToml
from ironworks.core.units import UNITS
from ironworks.plant.random_streams import Stream

SHAPES = ("uniform", "normal")
CUT = 2.0  # standard deviations at which a normal distribution is cut: `low` and `high`


@dataclass(frozen=True, slots=True)
class Range:
    """Distribution of one quantity, SI: uniform, or normal and cut at two standard deviations."""

    low: float
    high: float
    normal: bool

    def at(self, uniform: float) -> float:
        """The value at this quantile (0-1)."""
        if not self.normal:
            return self.low + (self.high - self.low) * uniform
        outside = float(ndtr(-CUT))
        reach = float(ndtri(outside + uniform * (1.0 - 2.0 * outside))) / CUT
        return 0.5 * (self.low + self.high) + 0.5 * (self.high - self.low) * reach


@dataclass(frozen=True, slots=True)
class Distributions:
    """The ranges to draw from, and the laws that tie quantities together; all SI."""

    ranges: Mapping[str, Range]
    laws: Mapping[str, tuple[float, ...]]
    file: str

    def draw(self, seed: int, attempt: int) -> dict[str, float]:
        """One value of every quantity."""
        return {
            name: one.at(float(Stream(seed, f"furnace/{name}", 1).uniform(attempt)[0]))
            for name, one in self.ranges.items()
        }

    def law(self, name: str) -> tuple[float, ...]:
        """The numbers of a law; ConfigurationError when it is not there."""
        if name not in self.laws:
            raise ConfigurationError(f"no law '{name}'", self.file, f"[law.{name}]", nearest(name, self.laws))
        return self.laws[name]


def read_distributions(file: Path | None = None) -> Distributions:
    """The distributions of a file, by default the one that ships; ConfigurationError with all its faults."""
    file = file or shipped_file("sampler.toml")
    faults: list[Fault] = []
    toml = LocatedToml.read(file, faults)
    ranges = {name: _range(toml, ("draw", name), faults) for name in toml.table("draw")}
    laws = {name: _law(toml, ("law", name), faults) for name in toml.table("law")}
    refuse(faults)
    return Distributions(ranges, laws, str(file))


def _range(toml: LocatedToml, path: tuple[str, ...], faults: list[Fault]) -> Range:
    toml.text(path, "source", faults)
    symbol, shape = toml.text(path, "unit", faults), toml.text(path, "shape", faults)
    low, high = toml.number(path, "low", faults), toml.number(path, "high", faults)
    if low >= high:
        faults.append(toml.fault(path, "low", f"{path[-1]}: low is not below high", "low < high", ""))
    if shape not in SHAPES:
        faults.append(
            toml.fault(path, "shape", f"{path[-1]}: shape '{shape}'", " or ".join(SHAPES), nearest(shape, SHAPES))
        )
    if symbol not in UNITS:
        faults.append(toml.fault(path, "unit", f"{path[-1]}: unit '{symbol}'", "a known unit", nearest(symbol, UNITS)))
        return Range(low, high, shape == "normal")
    one = UNITS[symbol]
    return Range(one.to_si(low), one.to_si(high), shape == "normal")


def _law(toml: LocatedToml, path: tuple[str, ...], faults: list[Fault]) -> tuple[float, ...]:
    toml.text(path, "source", faults)
    symbol, value = toml.text(path, "unit", faults), toml.table(*path).get("value")
    numbers: list[Any] = value if isinstance(value, list) else [value]
    if symbol not in UNITS or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in numbers):
        faults.append(toml.fault(path, "value", f"{path[-1]}: {value!r} {symbol}", "numbers in a known unit", ""))
        return ()
    return tuple(UNITS[symbol].to_si(float(x)) for x in numbers)
