"""A TOML file that knows, well enough for a message, at which line a key stands."""

import math
import tomllib
from pathlib import Path
from typing import Any

from ironworks.core.errors import nearest
from ironworks.core.faults import Fault
from ironworks.core.layers import innermost, joined, layers
from ironworks.core.mode import Mode


def read_text(file: Path, faults: list[Fault]) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(str(file), 0, f"unreadable: {error}", "a UTF-8 text file", ""))
        return ""


class LocatedToml:
    """Content of a TOML file, with getters that note a fault with its line instead of raising.

    A file of a works that builds on another one is read with the same file of its base under it (`core.layers`);
    `content` is then that of both, and a fault names the file in which the entry stands.
    """

    def __init__(
        self, file: Path, lines: list[str], content: dict[str, Any], under: "LocatedToml | None" = None
    ) -> None:
        self.file, self.lines, self.own, self.under = file, lines, content, under
        self.content = joined(under.content, content) if under else content

    @classmethod
    def read(cls, file: Path, faults: list[Fault]) -> "LocatedToml":
        """The file and those under it; a missing file, unreadable text or faulty TOML is a fault."""
        found: LocatedToml | None = None
        for one in reversed(layers(file)):
            text = read_text(one, faults)
            try:
                found = cls(one, text.splitlines(), tomllib.loads(text), found)
            except tomllib.TOMLDecodeError as error:
                line = next(
                    (int(word.rstrip(",")) for word in str(error).split("line ")[1:2] for word in word.split()[:1]), 0
                )
                faults.append(Fault(str(one), line, f"not valid TOML: {error}", "valid TOML", ""))
                return cls(file, [], {})
        if found is None:
            faults.append(Fault(str(file), 0, "missing", "this file", "see docs: a works as data"))
            return cls(file, [], {})
        return found

    def origin(self, path: tuple[str, ...], key: str = "") -> "LocatedToml":
        """The file in which an entry stands, or in which it should stand: the uppermost that has it or replaces it."""
        stack: list[LocatedToml] = [self]
        while stack[-1].under is not None:
            stack.append(stack[-1].under)
        having = [one for one in stack if one._has(path)]
        for one in having:
            if one._has((*path, key)) or (path and innermost(one.table_alone(*path))):
                return one
        return having[0] if having else self

    def table_alone(self, *path: str) -> dict[str, Any]:
        """The table of this file without those under it."""
        node: Any = self.own
        for key in path:
            node = node.get(key, {}) if isinstance(node, dict) else {}
        return node if isinstance(node, dict) else {}

    def _has(self, path: tuple[str, ...]) -> bool:
        node: Any = self.own
        for key in path:
            if not isinstance(node, dict) or key not in node:
                return False
            node = node[key]
        return True

    def table(self, *path: str) -> dict[str, Any]:
        node: Any = self.content
        for key in path:
            node = node.get(key, {}) if isinstance(node, dict) else {}
        return node if isinstance(node, dict) else {}

    def line(self, path: tuple[str, ...], key: str = "") -> int:
        header = f"[{'.'.join(path)}]"
        start = (
            next((i for i, text in enumerate(self.lines) if text.split("#")[0].strip() == header), -1) if path else -1
        )
        if path and start < 0:  # an inline table stands on the line of its name
            return self.line(path[:-1], path[-1])
        for i in range(start + 1, len(self.lines)):
            if self.lines[i].strip().startswith("["):
                break
            if key and self.lines[i].split("=")[0].strip() == key:
                return i + 1
        return max(start + 1, 1)

    def fault(self, path: tuple[str, ...], key: str, what: str, expected: str, remedy: str) -> Fault:
        place = self.origin(path, key)
        return Fault(str(place.file), place.line(path, key), what, expected, remedy)

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
        value = str(self.table(*path).get(key))
        if value in Mode.__members__:
            return Mode[value]
        faults.append(
            self.fault(path, key, f"{'.'.join((*path, key))} is '{value}'", "a mode", nearest(value, Mode.__members__))
        )
        return Mode.OFF
