"""A works as data: a folder with works.toml, tags.csv, limits.toml, modes.toml, parameter files and SOURCES.md.

`read_works` collects every fault of the folder with file and line; `load_works` refuses a faulty folder with all.
"""

from pathlib import Path
from zoneinfo import available_timezones

from ironworks.core.dictionary import TagDictionary, read_tag_layers
from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
from ironworks.core.layers import BASE_KEY, DEEPEST, base_folder, folders, known_works, layers, works_folders
from ironworks.core.located_toml import LocatedToml, read_text
from ironworks.core.parameters import Parameter, load_parameters, read_parameters
from ironworks.core.works_data import ModeRule, SetpointLimits, Target, Works
from ironworks.core.works_tables import read_limits, read_modes, read_targets

__all__ = [
    "ModeRule", "Parameter", "SetpointLimits", "Target", "Works", "find_works", "load_parameters", "load_works",
    "read_parameters", "read_works",
]  # fmt: skip


KINDS = ("simulated", "real")
STRUCTURED_FILES = ("works.toml", "limits.toml", "modes.toml", "mapping.toml")
"""The TOML files with a form of their own; every other one holds parameters."""


def find_works(name_or_path: str) -> Path:
    """The folder of a works: a path, a name under ./works, or one of those that ship with the package."""
    found = works_folders(name_or_path)
    if found:
        return found[0]
    raise ConfigurationError(
        f"no works '{name_or_path}'",
        expected="a folder with works.toml or tags.csv, or the name of a works",
        remedy=nearest(name_or_path, known_works()),
    )


def load_works(name_or_path: str) -> Works:
    """A works without faults, or a ConfigurationError that shows all its faults."""
    works, faults = read_works(find_works(name_or_path))
    refuse(faults)
    assert works is not None  # read_works gives a works whenever there are no faults
    return works


def read_works(folder: Path) -> tuple[Works | None, list[Fault]]:
    """The works, if it has no faults, and all faults of the folder."""
    faults: list[Fault] = []
    tags = _read_dictionary(folder / "tags.csv", faults)
    head = LocatedToml.read(folder / "works.toml", faults)
    limit_tables = LocatedToml.read(folder / "limits.toml", faults)
    limits = read_limits(limit_tables, tags, faults)
    targets = read_targets(limit_tables, tags, faults)
    modes = read_modes(LocatedToml.read(folder / "modes.toml", faults), tags, limits, faults)
    name, title_en, title_zh, kind, endpoint = (
        head.text((), key, faults) for key in ("name", "title_en", "title_zh", "kind", "endpoint")
    )
    cycle = head.number((), "cycle_s", faults, above=1.0)
    if kind and kind not in KINDS:
        faults.append(head.fault((), "kind", f"unknown kind '{kind}'", " or ".join(KINDS), nearest(kind, KINDS)))
    if head.under is not None and "name" not in head.own:
        faults.append(head.fault((), BASE_KEY, "this works has no name of its own", "a name in its works.toml", ""))
    time_zone = _read_time_zone(head, faults)
    faults += _base_faults(folder, head)
    names = {file.name for one in folders(folder) for file in one.glob("*.toml")}
    for name_of_file in sorted(names.difference(STRUCTURED_FILES)):
        read_parameters(folder / name_of_file, faults)
    if not (folder / "SOURCES.md").exists():
        faults.append(
            Fault(str(folder / "SOURCES.md"), 0, "missing", "where the figures of this works come from", "write it")
        )
    if faults:
        return None, faults
    return Works(folder, name, title_en, title_zh, kind, endpoint, cycle, tags, limits, targets, modes, time_zone), []


def _read_time_zone(head: LocatedToml, faults: list[Fault]) -> str:
    """The zone in which times are shown; UTC when the file names none."""
    if "time_zone" not in head.content:
        return "UTC"
    name, known = head.text((), "time_zone", faults), available_timezones() | {"UTC"}
    if name and name not in known:
        faults.append(head.fault((), "time_zone", f"unknown time zone '{name}'", "an IANA name", nearest(name, known)))
    return name


def _base_faults(folder: Path, head: LocatedToml) -> list[Fault]:
    """A base that is missing, or that builds on its own heir."""
    seen = [folder]
    while len(seen) < DEEPEST:
        name, base = base_folder(seen[-1])
        if not name:
            return []
        if base is None or any(base.resolve() == one.resolve() for one in seen):
            what = f"{BASE_KEY} names '{name}', which " + ("is not there" if base is None else "builds on this works")
            place = Fault(str(seen[-1] / "works.toml"), 0, what, "another works", nearest(name, known_works()))
            return [head.fault((), BASE_KEY, what, place.expected, place.remedy) if seen[-1] == folder else place]
        seen.append(base)
    return [head.fault((), BASE_KEY, f"more than {DEEPEST} works one upon the other", "fewer", "")]


def _read_dictionary(file: Path, faults: list[Fault]) -> TagDictionary:
    found = layers(file)
    if not found:
        faults.append(Fault(str(file), 0, "missing", "the tag dictionary", "see docs: a works as data"))
        return TagDictionary({})
    tags, tag_faults = read_tag_layers([(read_text(one, faults), str(one)) for one in found])
    faults += tag_faults
    return tags
