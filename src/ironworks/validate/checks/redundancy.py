"""Redundancy: instruments that measure the same thing side by side; one that departs from the others that agree.

Only for families where the members should read alike. Staves and cross probes are not among them: one of them alone
running hot is a hot spot or a gas channel, which the operator must see as it is.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from ironworks.core.dictionary import Role, Tag, TagDictionary
from ironworks.core.sample import Quality, Sample
from ironworks.validate.state import Finding

FAMILIES = ("uptake_temperature", "stock_level")
"""First parts of the names NAME_1, NAME_2, ... that measure one thing: uptakes of one top, rods on one stock line."""

DEPARTURE = 0.25
"""Share of the range by which a member may differ from the median: one uptake may well be 150 K hotter for a while."""

AGREEMENT = 0.1
"""Share of the range within which all the others must lie for their word to count."""

DISAGREES = Finding(Quality.UNCERTAIN, "disagrees")


def families(tags: TagDictionary, prefixes: Sequence[str] = FAMILIES) -> tuple[tuple[Tag, ...], ...]:
    """The families of at least three measurements among these tags."""
    found = []
    for prefix in prefixes:
        members = [
            tag
            for tag in tags.with_role(Role.MEASUREMENT)
            if tag.name.startswith(f"{prefix}_") and tag.name[len(prefix) + 1 :].isdigit()
        ]
        if len(members) >= 3:
            found.append(tuple(members))
    return tuple(found)


def judge(family: Sequence[Tag], samples: Mapping[str, Sample]) -> dict[str, Finding]:
    """Findings by tag; `samples` are the newest of every tag, already judged by the other checks."""
    values = {
        tag.name: sample.value
        for tag in family
        if (sample := samples.get(tag.name)) is not None and sample.usable and sample.value is not None
    }
    if len(values) < 3:
        return {}
    span = family[0].high - family[0].low
    found = {}
    for name, value in values.items():
        rest = [other for member, other in values.items() if member != name]
        if max(rest) - min(rest) <= AGREEMENT * span and abs(value - median(rest)) > DEPARTURE * span:
            found[name] = DISAGREES
    return found
