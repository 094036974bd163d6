"""A validation target and what was found for it."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One row: what was measured and what it should be.

    low, high: the band in which `value` must lie; either may be infinite. `ok` None: reported only, not judged.
    `note`: cause of a miss, or an outcome in words.
    """

    id: str
    what: str
    value: float
    unit: str
    target: str
    low: float
    high: float
    ok: bool | None
    source: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON holds it: infinite limits and values that are not finite become null."""

        def number(x: float) -> float | None:
            return x if math.isfinite(x) else None

        return {
            "id": self.id, "what": self.what, "value": number(self.value), "unit": self.unit, "target": self.target,
            "low": number(self.low), "high": number(self.high), "ok": self.ok, "source": self.source, "note": self.note,
        }  # fmt: skip


def judge(
    id: str, what: str, value: float, unit: str, target: str, low: float, high: float, source: str, note: str = ""
) -> Result:
    """A row whose `ok` says whether value lies in [low, high]; a value that is not a number is a miss."""
    value = float(value)
    return Result(id, what, value, unit, target, low, high, bool(low <= value <= high), source, note)


def around(
    id: str, what: str, value: float, unit: str, target: float, tolerance: float, source: str, note: str = ""
) -> Result:
    """A row with a symmetric tolerance."""
    text = f"{target:g} +-{tolerance:g}"
    return judge(id, what, value, unit, text, target - tolerance, target + tolerance, source, note)


def reported(id: str, what: str, value: float, unit: str, target: str, source: str, note: str = "") -> Result:
    """A row that is shown and not judged."""
    return Result(id, what, float(value), unit, target, -math.inf, math.inf, None, source, note)


def letters(count: int) -> list[str]:
    """a, b ... z, aa, ab ...: the parts of a target."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return [("" if i < 26 else alphabet[i // 26 - 1]) + alphabet[i % 26] for i in range(count)]
