"""Faults of configuration files: collected, so that all are shown at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from ironworks.core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, at which line of which file (line 0: the file as a whole), what was expected, what to do."""

    file: str
    line: int
    what: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}: {self.what}; expected {self.expected}"
        return f"{text}; {self.remedy}" if self.remedy else text


def refuse(faults: Iterable[Fault]) -> None:
    """Raise one ConfigurationError that shows all faults, if there are any."""
    faults = list(faults)
    if faults:
        listing = "\n  ".join(map(str, faults))
        raise ConfigurationError(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}\n  {listing}")
