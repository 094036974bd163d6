"""A works as data: a folder with works.toml, tags.csv, limits.toml, modes.toml, parameter files and SOURCES.md.

`read_works` collects every fault of the folder with file and line; `load_works` refuses a faulty folder with all.
"""

from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

from ironworks.core.dictionary import TagDictionary, read_tags
from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.faults import Fault, refuse
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
    time_zone = _read_time_zone(head, faults)
    for file in sorted(folder.glob("*.toml")):
        if file.name not in STRUCTURED_FILES:
            read_parameters(file, faults)
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


def _read_dictionary(file: Path, faults: list[Fault]) -> TagDictionary:
    if not file.exists():
        faults.append(Fault(str(file), 0, "missing", "the tag dictionary", "see docs: a works as data"))
        return TagDictionary({})
    tags, tag_faults = read_tags(read_text(file, faults), str(file))
    faults += tag_faults
    return tags
