"""Sentences for the operator, in plain English with numbers in the field's units."""

from collections.abc import Sequence

from ironworks.core.dictionary import Tag, TagDictionary

HOUR = 3600.0
_DECIMALS = {"degC": 0, "%": 2}
"""Decimals that mean something in that unit; 1 in all others."""


def number(tag: Tag, value: float) -> str:
    """An SI value of that tag in its field unit."""
    return f"{tag.unit.from_si(value):.{_DECIMALS.get(tag.unit.symbol, 1)}f}"


def change(tag: Tag, value: float) -> str:
    """An SI difference of that tag, with sign and unit."""
    return f"{tag.unit.difference_from_si(value):+.{_DECIMALS.get(tag.unit.symbol, 1)}f} {tag.unit.symbol}"


def expected(tags: TagDictionary, target: str, value: float, aim: float, horizon: float) -> str:
    """`hot metal temperature expected 1489 degC at 2 h (aim 1505)`."""
    tag = tags[target]
    return (
        f"{tag.label_en} expected {number(tag, value)} {tag.unit.symbol} at {horizon / HOUR:g} h"
        f" (aim {number(tag, aim)})"
    )


def named(tags: TagDictionary, setpoint: str) -> str:
    """What a set point sets, in the operator's words."""
    return tags[tags[setpoint].belongs_to].label_en.lower()


def effect(tags: TagDictionary, target: str, course: Sequence[tuple[float, float]]) -> str:
    """`-1 degC in 1 h, then +6 degC in 6 h` from (horizon, change) in SI: the first if it has another sign than the
    last.
    """
    tag = tags[target]
    (first_at, first), (last_at, last) = course[0], course[-1]
    words = f"{change(tag, last)} in {last_at / HOUR:g} h"
    visible = abs(tag.unit.difference_from_si(first)) >= 0.5 * 10.0 ** -_DECIMALS.get(tag.unit.symbol, 1)
    return f"{change(tag, first)} in {first_at / HOUR:g} h, then {words}" if first * last < 0 and visible else words


def in_the_pipe(tags: TagDictionary, target: str, value: float, horizon: float) -> str:
    """`moves already made bring +6 degC within 6 h`, or nothing if that is less than the last digit shown."""
    tag = tags[target]
    if abs(tag.unit.difference_from_si(value)) < 10.0 ** -_DECIMALS.get(tag.unit.symbol, 1):
        return ""
    return f"moves already made bring {change(tag, value)} within {horizon / HOUR:g} h"


def does_not_follow(tags: TagDictionary, setpoint: str, measured: float, current: float) -> str:
    """Why a set point that the plant does not follow is left alone."""
    tag = tags[setpoint]
    return (
        f"{named(tags, setpoint)} is measured {number(tags[tag.belongs_to], measured)} {tag.unit.symbol} and does not"
        f" follow its set point of {number(tag, current)}"
    )


def doing_without(tags: TagDictionary, targets: Sequence[str]) -> str:
    """Which targets had no say."""
    return ", ".join(f"{tags[target].label_en.lower()} is not known" for target in targets)


def sentence(*parts: str) -> str:
    """The parts that say something, joined, with a capital first letter."""
    text = "; ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]
