"""The furnace's response model from `twin.toml`, and how its inputs are read from a process image."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from ironworks.core.errors import ConfigurationError
from ironworks.core.units import unit
from ironworks.core.works import Parameter, load_parameters
from ironworks.twin.response import Lag, ResponseModel

COKE_RATIO = "coke_ratio"
"""Input: natural logarithm of coke base over ore base."""


def load_response(file: Path, period: float) -> ResponseModel:
    """The response model of a works' twin.toml for cycles of `period` s; a ConfigurationError that names what is
    amiss.
    """
    return response_from(load_parameters(file), period, str(file))


def response_from(parameters: Mapping[str, Parameter], period: float, where: str = "twin.toml") -> ResponseModel:
    """The response model from the parameters `response.INPUT.LAG.{dead_time, time_constant, gain.OUTPUT}`."""
    paths = [name.split(".") for name in parameters if name.startswith("response.")]
    lags, outputs = [], {}
    for input, lag in dict.fromkeys((path[1], path[2]) for path in paths if len(path) > 3):
        prefix = f"response.{input}.{lag}"
        gains = {
            name.removeprefix(f"{prefix}.gain."): in_si(parameters, name, where)
            for name in parameters
            if name.startswith(f"{prefix}.gain.")
        }
        if not gains:
            raise ConfigurationError(f"'{prefix}' has no gain", where, f"a table {prefix}.gain.OUTPUT")
        outputs.update(dict.fromkeys(gains))
        times = [in_si(parameters, f"{prefix}.{name}", where) for name in ("time_constant", "dead_time")]
        lags.append(Lag(input, lag, times[0], times[1], gains))
    if not lags:
        raise ConfigurationError("no responses", where, "tables named response.INPUT.LAG")
    return ResponseModel(tuple(lags), tuple(outputs), period)


def in_si(parameters: Mapping[str, Parameter], name: str, where: str = "") -> float:
    """A single-valued parameter in SI. A unit `A per B` is that of a gain: differences, without offsets."""
    if name not in parameters:
        raise ConfigurationError(f"'{name}' is missing", where, "a table with value, unit and source")
    parameter = parameters[name]
    if isinstance(parameter.value, tuple):
        raise ConfigurationError(f"'{name}' is a list", where, "one number")
    if " per " in parameter.unit:
        above, below = (unit(symbol, where) for symbol in parameter.unit.split(" per ", 1))
        return above.difference_to_si(parameter.value) / below.difference_to_si(1.0)
    return unit(parameter.unit, where).to_si(parameter.value)


def difference_in_si(parameters: Mapping[str, Parameter], name: str, where: str = "") -> float:
    """A parameter that is a difference (a tolerance, a step) in SI: without its unit's offset."""
    in_si(parameters, name, where)
    parameter = parameters[name]
    assert not isinstance(parameter.value, tuple)  # in_si has refused a list
    return unit(parameter.unit, where).difference_to_si(parameter.value)


def read_inputs(names: tuple[str, ...], usable: Callable[[str], float | None]) -> dict[str, float | None]:
    """The inputs of the model from an image's `usable`; None where one is not known."""
    found: dict[str, float | None] = {}
    for name in names:
        if name != COKE_RATIO:
            found[name] = usable(name)
            continue
        coke, ore = usable("coke_base_setpoint"), usable("ore_base_setpoint")
        found[name] = math.log(coke / ore) if coke and ore and coke > 0.0 and ore > 0.0 else None
    return found
