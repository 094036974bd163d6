"""The error tree. Exceptions are for bad configuration, bad calls and bad files; numerical trouble is an outcome.

    IronworksError
    ├── ConfigurationError    a works folder, a mapping or a parameter is wrong
    ├── DataError             a data file cannot be used
    ├── LinkError             a connection was refused or cannot be made (credentials, certificates, address)
    ├── RecordError           the record cannot be written or read
    └── CallError             a function was called with arguments outside its contract

Every error says what, where, what was expected and what to do next.
"""

import difflib
from collections.abc import Iterable


class IronworksError(Exception):
    """Base of all our errors.

    Parameters: `what` is wrong, `where` it is (file:line, tag, address), what was `expected`, and the `remedy`.
    """

    def __init__(self, what: str, where: str = "", expected: str = "", remedy: str = "") -> None:
        self.what, self.where, self.expected, self.remedy = what, where, expected, remedy
        super().__init__(self.message())

    def message(self) -> str:
        """The whole error as one readable line."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)


class ConfigurationError(IronworksError):
    """A works folder, a mapping, a limit, a mode or a parameter is wrong."""


class DataError(IronworksError):
    """A data file is unreadable, empty, or lacks what a mapping names."""


class LinkError(IronworksError):
    """A connection was refused or cannot be made."""


class RecordError(IronworksError):
    """The record cannot be written or read; nothing that was acknowledged before is lost."""


class CallError(IronworksError):
    """A function was called with arguments outside its contract."""


def nearest(name: str, valid: Iterable[str]) -> str:
    """The remedy for a misspelt name: `did you mean 'x'?`, or the valid names when none is near."""
    names = sorted(set(valid))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    return f"valid names: {shown}" if names else "there are no valid names"
