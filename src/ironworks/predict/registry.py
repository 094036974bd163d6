"""The versions of the sequence model that a works holds, and which of them forecasts: champion and challengers.

A folder beside the record: one file of weights a version (numbers only, nothing that could run), and `registry.json`
with what each is, its digest, and every change of champion with its reason. The version `shipped` is the one of the
package; it needs no file and can always be gone back to. Files are written whole or not at all.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ironworks.core.errors import CallError, DataError, nearest
from ironworks.predict.sequence.features import WIDTH
from ironworks.predict.sequence.model import shipped
from ironworks.predict.sequence.network import Network
from ironworks.predict.sequence.questions import ASKED

SHIPPED = "shipped"
FILE = "registry.json"


@dataclass(frozen=True, slots=True)
class Version:
    """One model: its name, the digest of its file (SHA-256), when it came and from where."""

    name: str
    digest: str
    added_at: float
    origin: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of champion, with its reason in words."""

    time: float
    before: str
    after: str
    reason: str


class Registry:
    """Of one works, in `folder`, which is made when something is first written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.versions: dict[str, Version] = {}
        self.changes: list[Change] = []
        if (folder / FILE).exists():
            self._read()

    @property
    def champion(self) -> str:
        """The version that forecasts."""
        return self.changes[-1].after if self.changes else SHIPPED

    @property
    def names(self) -> tuple[str, ...]:
        """All versions, the shipped one first."""
        return (SHIPPED, *self.versions)

    def network(self, name: str) -> Network:
        """The weights of a version. CallError for an unknown one; DataError when its file is not what was added."""
        self._known(name)
        if name == SHIPPED:
            return shipped()
        file = self._file(name)
        if not file.exists() or _digest(file) != self.versions[name].digest:
            raise DataError(
                f"the weights of '{name}' are missing or not those that were added", str(file),
                f"a file with the digest {self.versions[name].digest[:12]}",
                f"put it back from a copy, or `ironworks models rollback` to leave '{name}'",
            )  # fmt: skip
        return _load(file)

    def add(self, file: Path, origin: str, now: float) -> str:
        """Take in a file of weights as a challenger; its name. A file that is there already is not taken in again."""
        if not file.is_file():
            raise CallError("no such file of weights", str(file), "a file that `ironworks train-across` wrote")
        _load(file)
        digest = _digest(file)
        for name, version in self.versions.items():
            if version.digest == digest:
                raise CallError(f"these weights are here as '{name}' already", str(file))
        name = f"v{len(self.versions) + 1}"
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self._file(name), file.read_bytes())
        self.versions[name] = Version(name, digest, now, origin)
        self._save()
        return name

    def promote(self, name: str, reason: str, now: float) -> None:
        """Make a version the champion. Whether it may be is for the caller to have found out."""
        self.network(name)
        if name == self.champion:
            raise CallError(f"'{name}' is the champion already")
        self._change(name, reason, now)

    def rollback(self, reason: str, now: float) -> str:
        """Go back to the champion before this one; its name. CallError when there was none."""
        if not self.changes:
            raise CallError("there is no earlier champion", expected="a promotion to take back")
        before = self.changes[-1].before
        self.network(before)
        self._change(before, reason, now)
        return before

    def _change(self, name: str, reason: str, now: float) -> None:
        self.changes.append(Change(now, self.champion, name, reason))
        self._save()

    def _known(self, name: str) -> None:
        if name not in self.names:
            raise CallError(
                f"no model version '{name}'", str(self.folder), ", ".join(self.names), nearest(name, self.names)
            )

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    def _read(self) -> None:
        file = self.folder / FILE
        try:
            content = json.loads(file.read_text("utf-8"))
            versions = [Version(**one) for one in content["versions"]]
            self.changes = [Change(**one) for one in content["changes"]]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                "the registry of models cannot be read", str(file), "what `ironworks models` wrote",
                "put it back from a copy; without it the shipped model forecasts",
            ) from error  # fmt: skip
        self.versions = {one.name: one for one in versions}

    def _save(self) -> None:
        content: dict[str, Any] = {
            "versions": [asdict(one) for one in self.versions.values()],
            "changes": [asdict(one) for one in self.changes],
        }
        _write(self.folder / FILE, json.dumps(content, indent=1, ensure_ascii=False).encode())


def _load(file: Path) -> Network:
    return Network.load(file, WIDTH, len(ASKED))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write(file: Path, content: bytes) -> None:
    """The whole file or none of it, also when the power fails."""
    draft = file.with_suffix(".new")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
