"""Units of the field to SI and back. Conversion happens only at the edges: sense, act, show, files.

`si = field * factor + offset`. A normal cubic metre (0 degC, 101.325 kPa) counts as SI here, as in all of ironmaking.
"""

from dataclasses import dataclass

from ironworks.core.errors import ConfigurationError, nearest


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the field: its symbol, the SI symbol, and the affine conversion between them."""

    symbol: str
    si_symbol: str
    factor: float
    offset: float = 0.0

    def to_si(self, value: float) -> float:
        """Field value to SI."""
        return value * self.factor + self.offset

    def from_si(self, value: float) -> float:
        """SI value to the field's unit."""
        return (value - self.offset) / self.factor

    def difference_to_si(self, value: float) -> float:
        """A difference, rate or standard deviation in the field's unit to SI (no offset)."""
        return value * self.factor

    def difference_from_si(self, value: float) -> float:
        """A difference, rate or standard deviation in SI to the field's unit (no offset)."""
        return value / self.factor


ATMOSPHERE_PA = 101325.0
"""Standard atmosphere, Pa: offset of gauge pressures (ISO 2533)."""

_UNITS = [
    Unit("-", "-", 1.0),
    Unit("1", "-", 1.0),
    Unit("%", "1", 0.01),
    Unit("ppm", "1", 1e-6),
    Unit("degC", "K", 1.0, 273.15),
    Unit("K", "K", 1.0),
    Unit("s", "s", 1.0),
    Unit("min", "s", 60.0),
    Unit("h", "s", 3600.0),
    Unit("m", "m", 1.0),
    Unit("m3", "m3", 1.0),
    Unit("mm", "m", 1e-3),
    Unit("m/s", "m/s", 1.0),
    Unit("kg", "kg", 1.0),
    Unit("t", "kg", 1000.0),
    Unit("kg/s", "kg/s", 1.0),
    Unit("t/h", "kg/s", 1000.0 / 3600.0),
    Unit("t/d", "kg/s", 1000.0 / 86400.0),
    Unit("t/min", "kg/s", 1000.0 / 60.0),
    Unit("kg/h", "kg/s", 1.0 / 3600.0),
    Unit("kg/tHM", "1", 1e-3),
    Unit("Nm3/s", "Nm3/s", 1.0),
    Unit("Nm3/min", "Nm3/s", 1.0 / 60.0),
    Unit("Nm3/h", "Nm3/s", 1.0 / 3600.0),
    Unit("10^4 Nm3/h", "Nm3/s", 1e4 / 3600.0),
    Unit("m3/h", "m3/s", 1.0 / 3600.0),
    Unit("Nm3/min/m2", "Nm3/s/m2", 1.0 / 60.0),
    Unit("kg/Nm3", "kg/Nm3", 1.0),
    Unit("g/Nm3", "kg/Nm3", 1e-3),
    Unit("g/m3", "kg/m3", 1e-3),
    Unit("Pa", "Pa", 1.0),
    Unit("kPa", "Pa", 1e3),
    Unit("MPa", "Pa", 1e6),
    Unit("bar", "Pa", 1e5),
    Unit("kPa(g)", "Pa", 1e3, ATMOSPHERE_PA),
    Unit("bar(g)", "Pa", 1e5, ATMOSPHERE_PA),
    Unit("MPa(g)", "Pa", 1e6, ATMOSPHERE_PA),
    Unit("W", "W", 1.0),
    Unit("kW", "W", 1e3),
    Unit("kJ/s", "W", 1e3),
    Unit("MW", "W", 1e6),
    Unit("GJ/h", "W", 1e9 / 3600.0),
    Unit("MJ/kg", "J/kg", 1e6),
    Unit("1/h", "1/s", 1.0 / 3600.0),
]
UNITS = {unit.symbol: unit for unit in _UNITS}


def unit(symbol: str, where: str = "") -> Unit:
    """The unit of that symbol; a ConfigurationError with the nearest valid symbol if there is none."""
    if symbol not in UNITS:
        raise ConfigurationError(
            f"unknown unit '{symbol}'", where, "a unit of ironworks.core.units", nearest(symbol, UNITS)
        )
    return UNITS[symbol]
