"""A works as data: a folder with works.toml, tags.csv, limits.toml, modes.toml, parameter files and SOURCES.md.

`read_works` collects every fault of the folder with file and line; `load_works` refuses a faulty folder with all of them.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from ironworks.core.dictionary import Role, TagDictionary, read_tags
from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
from ironworks.core.mode import Mode
from ironworks.core.units import UNITS


@dataclass(frozen=True, slots=True)
class SetpointLimits:
    """Limits of one set point, SI: range, largest step of a move, largest change within an hour, least time between moves in s."""

    low: float
    high: float
    max_step: float
    max_rate_per_h: float
    min_interval: float
    source: str
    owner: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a quantity should be and the range in which it is good, SI."""

    value: float
    low: float
    high: float
    source: str
    owner: str


@dataclass(frozen=True, slots=True)
class ModeRule:
    """Mode of a set point at the very first start, its ceiling, and the tags without which it falls to ADVISORY."""

    first_start: Mode
    ceiling: Mode
    critical: tuple[str, ...]
    signed_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with a unit and a source; `value` as it stands in the file, in `unit`."""

    value: float | tuple[float, ...]
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Works:
    """A works, read."""

    folder: Path
    name: str
    title_en: str
    title_zh: str
    kind: str
    endpoint: str
    cycle: float
    tags: TagDictionary
    limits: Mapping[str, SetpointLimits]
    targets: Mapping[str, Target]
    modes: Mapping[str, ModeRule]

    @property
    def simulated(self) -> bool:
        """Whether this works is a simulation of ours."""
        return self.kind == "simulated"


def find_works(name_or_path: str) -> Path:
    """The folder of a works: a path, a name under ./works, or one of those that ship with the package."""
    candidates = [Path(name_or_path), Path("works") / name_or_path, *(root / name_or_path for root in _shipped_roots())]
    for folder in candidates:
        if folder.is_dir() and (folder / "tags.csv").exists():
            return folder
    known = {path.parent.name for root in [Path("works"), *_shipped_roots()] for path in root.glob("*/tags.csv")}
    raise ConfigurationError(
        f"no works '{name_or_path}'",
        expected="a folder with tags.csv, or the name of a works",
        remedy=nearest(name_or_path, known),
    )


def _shipped_roots() -> list[Path]:
    package = Path(str(files("ironworks")))
    return [package / "_works", package.parents[1] / "works"]


def load_works(name_or_path: str) -> Works:
    """A works without faults, or a ConfigurationError that shows all its faults."""
    works, faults = read_works(find_works(name_or_path))
    refuse(faults)
    assert works is not None  # read_works gives a works whenever there are no faults
    return works


def read_works(folder: Path) -> tuple[Works | None, list[Fault]]:
    """The works, if it has no faults, and all faults of the folder."""
    faults: list[Fault] = []
    tags, tag_faults = (
        read_tags(_text(folder / "tags.csv", faults), str(folder / "tags.csv"))
        if (folder / "tags.csv").exists()
        else (TagDictionary({}), [Fault(str(folder / "tags.csv"), 0, "missing", "the tag dictionary", "")])
    )
    faults += tag_faults
    head = _Toml.read(folder / "works.toml", faults)
    limits = _read_limits(_Toml.read(folder / "limits.toml", faults), tags, faults)
    targets = _read_targets(_Toml.read(folder / "limits.toml", []), tags, faults)
    modes = _read_modes(_Toml.read(folder / "modes.toml", faults), tags, limits, faults)
    title_en, title_zh = head.text((), "title_en", faults), head.text((), "title_zh", faults)
    name, kind, endpoint = (
        head.text((), "name", faults),
        head.text((), "kind", faults),
        head.text((), "endpoint", faults),
    )
    cycle = head.number((), "cycle_s", faults)
    if kind and kind not in ("simulated", "real"):
        faults.append(
            head.fault((), "kind", f"unknown kind '{kind}'", "simulated or real", nearest(kind, ["simulated", "real"]))
        )
    for parameter_file in sorted(folder.glob("*.toml")):
        if parameter_file.name not in ("works.toml", "limits.toml", "modes.toml", "mapping.toml"):
            read_parameters(parameter_file, faults)
    if not (folder / "SOURCES.md").exists():
        faults.append(
            Fault(str(folder / "SOURCES.md"), 0, "missing", "where the figures of this works come from", "write it")
        )
    if faults:
        return None, faults
    return Works(folder, name, title_en, title_zh, kind, endpoint, cycle, tags, limits, targets, modes), []


def read_parameters(file: Path, faults: list[Fault]) -> dict[str, Parameter]:
    """All parameters of a file by dotted name; each table with a `value` must have a unit and a source."""
    toml = _Toml.read(file, faults)
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


class _Toml:
    """A TOML file that knows, well enough for a message, at which line a key stands."""

    def __init__(self, file: Path, lines: list[str], content: dict[str, Any]) -> None:
        self.file, self.lines, self.content = file, lines, content

    @classmethod
    def read(cls, file: Path, faults: list[Fault]) -> "_Toml":
        if not file.exists():
            faults.append(Fault(str(file), 0, "missing", "this file", "see docs: a works as data"))
            return cls(file, [], {})
        text = _text(file, faults)
        try:
            return cls(file, text.splitlines(), tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            line = next(
                (int(word.rstrip(",")) for word in str(error).split("line ")[1:2] for word in word.split()[:1]), 0
            )
            faults.append(Fault(str(file), line, f"not valid TOML: {error}", "valid TOML", ""))
            return cls(file, [], {})

    def table(self, *path: str) -> dict[str, Any]:
        node: Any = self.content
        for key in path:
            node = node.get(key, {}) if isinstance(node, dict) else {}
        return node if isinstance(node, dict) else {}

    def line(self, path: tuple[str, ...], key: str = "") -> int:
        header = f"[{'.'.join(path)}]"
        start = next((i for i, text in enumerate(self.lines) if text.strip() == header), -1) if path else -1
        for i in range(start + 1, len(self.lines)):
            if self.lines[i].strip().startswith("["):
                break
            if key and self.lines[i].split("=")[0].strip() == key:
                return i + 1
        return max(start + 1, 1)

    def fault(self, path: tuple[str, ...], key: str, what: str, expected: str, remedy: str) -> Fault:
        return Fault(str(self.file), self.line(path, key), what, expected, remedy)

    def text(self, path: tuple[str, ...], key: str, faults: list[Fault]) -> str:
        value = self.table(*path).get(key)
        if isinstance(value, str) and value.strip():
            return value
        if self.lines:
            faults.append(self.fault(path, key, f"{'.'.join((*path, key))} is {value!r}", "a text", ""))
        return ""

    def number(self, path: tuple[str, ...], key: str, faults: list[Fault], above: float = -math.inf) -> float:
        value = self.table(*path).get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= above:
            return float(value)
        if self.lines:
            floor = "" if above == -math.inf else f" of at least {above:g}"
            faults.append(self.fault(path, key, f"{'.'.join((*path, key))} is {value!r}", f"a number{floor}", ""))
        return 0.0

    def mode(self, path: tuple[str, ...], key: str, faults: list[Fault]) -> Mode:
        value = self.table(*path).get(key)
        if value in Mode.__members__:
            return Mode[value]
        faults.append(
            self.fault(
                path, key, f"{'.'.join((*path, key))} is {value!r}", "a mode", nearest(str(value), Mode.__members__)
            )
        )
        return Mode.OFF


def _text(file: Path, faults: list[Fault]) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(str(file), 0, f"unreadable: {error}", "a UTF-8 text file", ""))
        return ""


def _same_unit(toml: _Toml, path: tuple[str, ...], tags: TagDictionary, faults: list[Fault]) -> bool:
    """Whether the table is of a known tag and in that tag's unit, so that its figures can be converted."""
    name, unit = path[-1], toml.table(*path).get("unit")
    if name not in tags:
        faults.append(toml.fault(path, "", f"unknown tag '{name}'", "a tag of tags.csv", nearest(name, tags.tags)))
        return False
    if unit != tags[name].unit.symbol:
        faults.append(
            toml.fault(
                path,
                "unit",
                f"{name}: unit is {unit!r}",
                f"'{tags[name].unit.symbol}' as in tags.csv",
                nearest(str(unit), UNITS) if unit not in UNITS else "",
            )
        )
        return False
    return True


def _read_limits(toml: _Toml, tags: TagDictionary, faults: list[Fault]) -> dict[str, SetpointLimits]:
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
        found[name] = SetpointLimits(
            low, high, unit.difference_to_si(step), unit.difference_to_si(rate), interval * 60.0,
            toml.text(path, "source", faults), toml.text(path, "owner", faults),
        )  # fmt: skip
    return found


def _read_targets(toml: _Toml, tags: TagDictionary, faults: list[Fault]) -> dict[str, Target]:
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
        found[name] = Target(value, low, high, toml.text(path, "source", faults), toml.text(path, "owner", faults))
    return found


def _read_modes(
    toml: _Toml, tags: TagDictionary, limits: Mapping[str, SetpointLimits], faults: list[Fault]
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
