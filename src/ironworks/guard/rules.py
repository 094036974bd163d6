"""The guards' own figures, from `guard.toml` of the works."""

from dataclasses import dataclass, fields
from pathlib import Path

from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.works import load_parameters


@dataclass(frozen=True, slots=True)
class GuardRules:
    """Without unit: counts of periods or of cycles.

    `age_periods`: how many periods old a critical value may be. `proposal_age_cycles`: how many cycles old a proposal.
    `bad_cycles`, `link_cycles`, `blind_cycles`: cycles running that critical tags may be bad, the link down, or no
    decision possible before a set point falls. `solver_failures`: failures of the solver running that let it fall.
    """

    age_periods: float
    proposal_age_cycles: float
    bad_cycles: float
    link_cycles: float
    solver_failures: float
    blind_cycles: float


def load_rules(file: Path) -> GuardRules:
    """The rules of a works' guard.toml; a ConfigurationError that names what is missing, unknown or negative."""
    parameters = load_parameters(file)
    names = {f"guard.{field.name}" for field in fields(GuardRules)}
    for name in sorted(names.symmetric_difference(parameters)):
        word = "missing" if name in names else "unknown"
        raise ConfigurationError(
            f"'{name}' is {word}", str(file), "exactly the figures of GuardRules", nearest(name, names)
        )
    for name, parameter in parameters.items():
        if isinstance(parameter.value, tuple) or parameter.value < 0 or parameter.unit != "1":
            raise ConfigurationError(
                f"'{name}' is {parameter.value} {parameter.unit}", str(file), "a number >= 0, unit 1"
            )
    return GuardRules(**{name.removeprefix("guard."): float(each.value) for name, each in parameters.items()})  # pyright: ignore[reportArgumentType]  # lists are refused above
