"""Spans of time as people write them: 90s, 30min, 2h, 3d, 1w."""

import re

from ironworks.core.errors import CallError, nearest

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def parse_duration(text: str) -> float:
    """Seconds of a text such as `2h` or `3d`; CallError if it is not one."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*([a-z]*)\s*", text.lower())
    if match is None or (match[2] or "s") not in SECONDS or float(match[1]) <= 0.0:
        unit = match[2] if match else ""
        hint = nearest(unit, SECONDS) if unit else "a number and a unit, without a space"
        raise CallError(f"'{text}' is not a duration", expected="for instance 90s, 30min, 2h or 3d", remedy=hint)
    return float(match[1]) * SECONDS[match[2] or "s"]
