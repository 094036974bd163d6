"""The tables of a works folder: limits, targets and modes, each with its faults."""

from collections.abc import Mapping

from ironworks.core.dictionary import Role, TagDictionary
from ironworks.core.errors import nearest
from ironworks.core.faults import Fault
from ironworks.core.located_toml import LocatedToml
from ironworks.core.mode import Mode
from ironworks.core.units import UNITS
from ironworks.core.works_data import ModeRule, SetpointLimits, Target


def _same_unit(toml: LocatedToml, path: tuple[str, ...], tags: TagDictionary, faults: list[Fault]) -> bool:
    """Whether the table is of a known tag and in that tag's unit, so that its figures can be converted."""
    name, unit = path[-1], str(toml.table(*path).get("unit"))
    if name not in tags:
        faults.append(toml.fault(path, "", f"unknown tag '{name}'", "a tag of tags.csv", nearest(name, tags.tags)))
        return False
    if unit != tags[name].unit.symbol:
        faults.append(
            toml.fault(
                path,
                "unit",
                f"{name}: unit is '{unit}'",
                f"'{tags[name].unit.symbol}' as in tags.csv",
                nearest(unit, UNITS) if unit not in UNITS else "",
            )
        )
        return False
    return True


def read_limits(toml: LocatedToml, tags: TagDictionary, faults: list[Fault]) -> dict[str, SetpointLimits]:
    found: dict[str, SetpointLimits] = {}
    for name in toml.table("setpoints"):
        path = ("setpoints", name)
        if not _same_unit(toml, path, tags, faults):
            continue
        unit = tags[name].unit
        if tags[name].role != Role.SETPOINT:
            faults.append(
                toml.fault(
                    path,
                    "",
                    f"'{name}' is a {tags[name].role}",
                    "a tag of role setpoint",
                    nearest(name, [tag.name for tag in tags.with_role(Role.SETPOINT)]),
                )
            )
        low, high = unit.to_si(toml.number(path, "low", faults)), unit.to_si(toml.number(path, "high", faults))
        if low >= high:
            faults.append(toml.fault(path, "low", f"{name}: low is not below high", "low < high", ""))
        if low < tags[name].low or high > tags[name].high:
            faults.append(
                toml.fault(
                    path,
                    "low",
                    f"{name}: limits reach beyond the tag's range",
                    "limits within low .. high of tags.csv",
                    "",
                )
            )
        step, rate = toml.number(path, "max_step", faults, 0.0), toml.number(path, "max_rate_per_h", faults, 0.0)
        interval = toml.number(path, "min_interval_min", faults, 0.0)
        floor = str(toml.table(*path).get("floor_tag", ""))
        if floor and (floor not in tags or tags[floor].unit != unit):
            what, remedy = f"{name}: floor_tag is '{floor}'", nearest(floor, tags.tags) if floor not in tags else ""
            faults.append(toml.fault(path, "floor_tag", what, f"a tag in {unit.symbol}", remedy))
        found[name] = SetpointLimits(
            low, high, unit.difference_to_si(step), unit.difference_to_si(rate), interval * 60.0,
            toml.text(path, "source", faults), toml.text(path, "owner", faults), floor,
        )  # fmt: skip
    return found


def read_targets(toml: LocatedToml, tags: TagDictionary, faults: list[Fault]) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for name in toml.table("targets"):
        path = ("targets", name)
        if not _same_unit(toml, path, tags, faults):
            continue
        value, low, high = (tags[name].unit.to_si(toml.number(path, key, faults)) for key in ("value", "low", "high"))
        if not low < value < high:
            faults.append(
                toml.fault(path, "value", f"{name}: target is not between low and high", "low < value < high", "")
            )
        hits = toml.table(*path).get("hits", [])
        if not isinstance(hits, list) or not all(isinstance(band, int | float) and band > 0.0 for band in hits):
            faults.append(toml.fault(path, "hits", f"{name}: hits is {hits!r}", "a list of positive numbers", ""))
            hits = []
        source, owner = toml.text(path, "source", faults), toml.text(path, "owner", faults)
        found[name] = Target(value, low, high, source, owner, tuple(map(float, hits)))
    return found


def read_modes(
    toml: LocatedToml, tags: TagDictionary, limits: Mapping[str, SetpointLimits], faults: list[Fault]
) -> dict[str, ModeRule]:
    found: dict[str, ModeRule] = {}
    for name, table in toml.content.items():
        if not isinstance(table, Mapping):
            faults.append(toml.fault((), name, f"'{name}' is a bare value", "a table named after a set point", ""))
            continue
        if name not in limits:
            faults.append(
                toml.fault(
                    (name,),
                    "",
                    f"set point '{name}' has no limits",
                    "a set point of limits.toml",
                    nearest(name, limits),
                )
            )
            continue
        first, ceiling = toml.mode((name,), "first_start", faults), toml.mode((name,), "ceiling", faults)
        if first > ceiling:
            faults.append(
                toml.fault(
                    (name,), "first_start", f"{name}: first_start is above ceiling", f"at most {ceiling.name}", ""
                )
            )
        signed, reason = str(table.get("signed_by", "")), str(table.get("reason", ""))
        if first == Mode.AUTO and not (signed.strip() and reason.strip()):
            faults.append(
                toml.fault(
                    (name,),
                    "signed_by",
                    f"{name}: AUTO at first start is not signed",
                    "signed_by and reason",
                    "climbing needs a person",
                )
            )
        critical = tuple(table.get("critical", ()))
        for tag in critical:
            if tag not in tags:
                faults.append(
                    toml.fault(
                        (name,),
                        "critical",
                        f"{name}: unknown critical tag '{tag}'",
                        "a tag of tags.csv",
                        nearest(str(tag), tags.tags),
                    )
                )
        found[name] = ModeRule(first, ceiling, critical, signed, reason)
    for name in limits:
        if name not in found:
            faults.append(
                Fault(
                    str(toml.file),
                    0,
                    f"set point '{name}' has no mode",
                    "a table named after it",
                    'add it, for instance with first_start = "OFF"',
                )
            )
    return found
