"""What a works is, for the page: tags, labels, units, limits, targets, panels. All figures in the field's units."""

import math
from typing import Any

from ironworks.core.clock import Clock
from ironworks.core.dictionary import Role, Tag
from ironworks.core.mode import Mode
from ironworks.core.works import Works
from ironworks.show.panels import KEY_FIGURES, panels, pen_style
from ironworks.show.trends import LONGEST_SPAN_S
from ironworks.show.values import field_difference, field_value, page_resolution, stale_after

COUNTING_ROLES = frozenset({Role.STATUS, Role.EVENT, Role.HEARTBEAT, Role.REMOTE_ENABLE})
"""Roles of tags that hold whole numbers."""


def describe(works: Works, clock: Clock, can_change_modes: bool) -> dict[str, Any]:
    """The answer of /api/works."""
    return {
        "name": works.name,
        "title": {"en": works.title_en, "zh": works.title_zh},
        "kind": works.kind,
        "time_zone": works.time_zone,
        "cycle_s": works.cycle,
        "longest_span_h": LONGEST_SPAN_S / 3600.0,
        "can_change_modes": can_change_modes,
        "groups": list(dict.fromkeys(tag.group for tag in works.tags)),
        "tags": {tag.name: {**_tag(tag, page_resolution(clock)), "digits": digits(works, tag)} for tag in works.tags},
        "targets": {name: _target(works, name) for name in works.targets},
        "setpoints": {name: _setpoint(works, name) for name in works.limits},
        "panels": [
            {"kind": panel.kind, "name": panel.name, "left": panel.left, "right": panel.right}
            for panel in panels(works)
        ],
        "key_figures": [name for name in KEY_FIGURES if name in works.tags],
    }


def digits(works: Works, tag: Tag) -> int:
    """Decimals with which a tag is shown: three significant figures of its range, and fine enough for a step of a move.

    What counts or says yes or no has none.
    """
    if tag.unit.symbol == "-" and tag.role in COUNTING_ROLES:
        return 0
    found = _decimals(field_difference(tag, tag.high - tag.low) / 100.0)
    for setpoint, limits in works.limits.items():
        if tag.name in (setpoint, works.tags[setpoint].belongs_to):
            found = max(found, _decimals(field_difference(tag, limits.max_step) / 10.0))
    return found


def _decimals(step: float) -> int:
    return min(3, max(0, -math.floor(math.log10(step))))


def _tag(tag: Tag, resolution: float) -> dict[str, Any]:
    return {
        "label": {"en": tag.label_en, "zh": tag.label_zh},
        "unit": tag.unit.symbol,
        "group": tag.group,
        "role": tag.role.value,
        "pen": pen_style(tag),
        "low": field_value(tag, tag.low),
        "high": field_value(tag, tag.high),
        "period_s": tag.period,
        "delay_s": tag.delay,
        "stale_after_s": stale_after(tag, resolution),
        "belongs_to": tag.belongs_to,
    }


def _target(works: Works, name: str) -> dict[str, Any]:
    tag, target = works.tags[name], works.targets[name]
    return {
        "value": field_value(tag, target.value),
        "low": field_value(tag, target.low),
        "high": field_value(tag, target.high),
        "source": target.source,
        "owner": target.owner,
    }


def _setpoint(works: Works, name: str) -> dict[str, Any]:
    tag, limits, rule = works.tags[name], works.limits[name], works.modes.get(name)
    return {
        "measured": tag.belongs_to,
        "low": field_value(tag, limits.low),
        "high": field_value(tag, limits.high),
        "max_step": field_difference(tag, limits.max_step),
        "max_rate_per_h": field_difference(tag, limits.max_rate_per_h),
        "min_interval_s": limits.min_interval,
        "source": limits.source,
        "owner": limits.owner,
        "ceiling": rule.ceiling.name if rule else Mode.OFF.name,
        "critical": rule.critical if rule else (),
    }
