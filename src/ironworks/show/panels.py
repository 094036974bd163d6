"""Which tags the trend panels of the page hold: at most four pens each, two axes at most."""

from dataclasses import dataclass

from ironworks.core.dictionary import Role, Tag
from ironworks.core.works import Works

GAS_PANELS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("top_gas", ("top_gas_carbon_monoxide", "top_gas_carbon_dioxide"), ("top_gas_hydrogen",)),
    ("gas_flow", ("gas_utilisation",), ("permeability_index",)),
    ("gas_temperatures", ("flame_temperature",), ("top_gas_temperature",)),
    ("pressures", ("hot_blast_pressure", "top_pressure"), ("pressure_drop",)),
)
"""Name, tags on the left axis, tags on the right axis."""

KEY_FIGURES = ("production_rate", "fuel_rate", "coke_rate", "coal_rate")
"""Tags of the strip of key figures."""


STANDING_ROLES = frozenset({Role.SETPOINT, Role.STATUS, Role.EVENT, Role.REMOTE_VALUE, Role.REMOTE_ENABLE})
"""Roles of what stands until it is changed."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One trend panel: its name (a word of the page's catalogue or a tag) and the tags of both axes."""

    kind: str  # thermal | setpoint | gas
    name: str
    left: tuple[str, ...]
    right: tuple[str, ...] = ()


def panels(works: Works) -> list[Panel]:
    """The panels of a works; a tag that it does not have is left out, and so is a panel without tags."""
    tags = works.tags
    found = [Panel("thermal", target, (target,)) for target in works.targets]
    for setpoint in works.limits:
        measured = (tags[setpoint].belongs_to,) if tags[setpoint].belongs_to in tags else ()
        found.append(Panel("setpoint", setpoint, (setpoint, *measured)))
    for name, left, right in GAS_PANELS:
        held = [tuple(tag for tag in side if tag in tags) for side in (left, right)]
        if any(held):
            found.append(Panel("gas", name, held[0], held[1]))
    return found


def trend_tags(works: Works) -> list[Tag]:
    """All tags of the panels, each once."""
    names = dict.fromkeys(tag for panel in panels(works) for tag in (*panel.left, *panel.right))
    return [works.tags[name] for name in names]


def pen_style(tag: Tag) -> str:
    """How a tag is drawn: laboratory values as dots, what stands until it is changed as steps, the rest as a line."""
    if tag.role == Role.LABORATORY:
        return "dots"
    return "steps" if tag.role in STANDING_ROLES else "line"
