"""How the controller weighs, read from the `controller` tables of twin.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ironworks.core.works import Parameter, load_parameters
from ironworks.twin.furnace import difference_in_si, in_si


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """Say of one target: weight (-), the deviation that counts as 1 and the deviation that counts as none, SI."""

    weight: float
    scale: float
    dead_zone: float


@dataclass(frozen=True, slots=True)
class Rest:
    """Where a quick set point should return to when others have taken over: value and scale SI, weight (-)."""

    value: float
    scale: float
    weight: float


@dataclass(frozen=True, slots=True)
class SetpointSettings:
    """Of one set point: price of a move of max_step (-); smallest move and its grid, SI; least time between moves, s;
    how far the measured value may stand from the set point, SI; and its rest, if it has one."""

    move_weight: float
    deadband: float
    resolution: float
    hold_off: float
    follow_tolerance: float
    rest: Rest | None


@dataclass(frozen=True, slots=True)
class ControllerSettings:
    """All of them; times in s, blast volume in Nm3/s, weights without unit."""

    prediction_horizon: float
    control_horizon: float
    block: float
    forecast_horizon: float
    forecast_weight: float
    bias_time: float
    bias_slow_time: float
    bias_fade_time: float
    least_blast_volume: float
    band_weight: float
    targets: Mapping[str, TargetSettings]
    setpoints: Mapping[str, SetpointSettings]


def load_settings(file: Path) -> ControllerSettings:
    """The settings of a works' twin.toml; a ConfigurationError that names what is missing."""
    return settings_from(load_parameters(file), str(file))


def settings_from(parameters: Mapping[str, Parameter], where: str = "twin.toml") -> ControllerSettings:
    """The settings from parameters named `controller....`."""

    def plain(name: str) -> float:
        return in_si(parameters, f"controller.{name}", where)

    def difference(name: str) -> float:
        return difference_in_si(parameters, f"controller.{name}", where)

    def names(kind: str) -> list[str]:
        prefix = f"controller.{kind}."
        return list(dict.fromkeys(name.split(".")[2] for name in parameters if name.startswith(prefix)))

    def rest(path: str) -> Rest | None:
        if f"controller.{path}.rest" not in parameters:
            return None
        return Rest(plain(f"{path}.rest"), difference(f"{path}.rest_scale"), plain(f"{path}.rest_weight"))

    targets = {
        name: TargetSettings(
            plain(f"targets.{name}.weight"),
            difference(f"targets.{name}.scale"),
            difference(f"targets.{name}.dead_zone"),
        )
        for name in names("targets")
    }
    setpoints = {
        name: SetpointSettings(
            plain(f"setpoints.{name}.move_weight"),
            difference(f"setpoints.{name}.deadband"),
            difference(f"setpoints.{name}.resolution"),
            plain(f"setpoints.{name}.hold_off"),
            difference(f"setpoints.{name}.follow_tolerance"),
            rest(f"setpoints.{name}"),
        )
        for name in names("setpoints")
    }
    single = (
        "prediction_horizon", "control_horizon", "block", "forecast_horizon", "forecast_weight", "bias_time",
        "bias_slow_time", "bias_fade_time",        "least_blast_volume", "band_weight",
    )  # fmt: skip
    return ControllerSettings(**{name: plain(name) for name in single}, targets=targets, setpoints=setpoints)
