"""A works that builds on another one: `based_on = "NAME"` in its works.toml.

Each file of such a works is read together with the same file of its base, which may have a base of its own. Tables
of tables are joined by name; an innermost table (a parameter, a limit, a mode) stands for the base's table of that
name as a whole, so that a number is never left with the unit or source of another. Rows of tags.csv replace by name.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from ironworks.core.errors import ConfigurationError

BASE_KEY = "based_on"
DEEPEST = 8  # works one upon the other; more is a mistake
WORKS_MARKS = ("works.toml", "tags.csv")  # a folder with one of them is a works; one may come from the base


def works_folders(name_or_path: str, beside: Path | None = None) -> list[Path]:
    """All folders of that name or path that hold a works, the first choice first; `beside`: look there before."""
    roots = [*([beside] if beside else []), Path("works"), *_shipped_roots()]
    candidates = [*([] if beside else [Path(name_or_path)]), *(root / name_or_path for root in roots)]
    return [folder for folder in candidates if any((folder / file).exists() for file in WORKS_MARKS)]


def known_works() -> set[str]:
    """Names of the works under ./works and of those that ship with the package."""
    roots = [Path("works"), *_shipped_roots()]
    return {path.parent.name for root in roots for mark in WORKS_MARKS for path in root.glob(f"*/{mark}")}


def shipped_file(name: str) -> Path:
    """A file beside the works that ship with the package; ConfigurationError when it is not there."""
    for root in _shipped_roots():
        if (root / name).exists():
            return root / name
    raise ConfigurationError(f"'{name}' did not ship", str(_shipped_roots()[0]), "the package's works folder")


def _shipped_roots() -> list[Path]:
    package = Path(str(files("ironworks")))
    return [package / "_works", package.parents[1] / "works"]


def base_folder(folder: Path) -> tuple[str, Path | None]:
    """(name of the base as works.toml of `folder` gives it, its folder or None); ("", None) without a base."""
    try:
        with (folder / "works.toml").open("rb") as file:
            name = tomllib.load(file).get(BASE_KEY, "")
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return "", None  # whoever reads works.toml itself reports this
    if not isinstance(name, str) or not name:
        return "", None
    return name, next((one for one in works_folders(name, folder.parent) if one.resolve() != folder.resolve()), None)


def folders(folder: Path) -> list[Path]:
    """The folder and its bases, the nearest first; ends where a base is missing or comes round."""
    found = [folder]
    while len(found) < DEEPEST:
        _, base = base_folder(found[-1])
        if base is None or any(base.resolve() == one.resolve() for one in found):
            break
        found.append(base)
    return found


def layers(file: Path) -> list[Path]:
    """The files that make up `file` of a works: its own and those of its bases, as far as they exist."""
    return [one / file.name for one in folders(file.parent) if (one / file.name).exists()]


def joined(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Content of `base` with that of `over` laid over it."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and not (innermost(value) or innermost(old)):
            result[key] = joined(old, value)
        else:
            result[key] = value
    return result


def innermost(table: Mapping[str, Any]) -> bool:
    """Whether a table holds no further tables: a parameter, a limit, a mode."""
    return bool(table) and not any(isinstance(value, Mapping) for value in table.values())
