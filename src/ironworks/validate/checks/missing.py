"""Missing: a sample without a value, a tag that never arrived, a plant from which nothing comes."""

from collections.abc import Iterable

from ironworks.core.dictionary import Tag
from ironworks.core.sample import Quality, Sample
from ironworks.validate.checks.stale import allowance
from ironworks.validate.state import Finding

MISSING = Finding(Quality.BAD, "missing")


def judge(sample: Sample) -> Finding | None:
    """A sample without a value (NaN and infinities cannot even be held by a sample) says so."""
    return MISSING if sample.value is None else None


def never_arrived(tags: Iterable[Tag], arrived: Iterable[str], waited: float, resolution: float) -> tuple[str, ...]:
    """Fault words for tags that should have come by now, after `waited` seconds, and never did."""
    known = set(arrived)
    return tuple(
        f"never_arrived:{tag.name}" for tag in tags if tag.name not in known and waited > allowance(tag, resolution)
    )


def silent(since_last_arrival: float, shortest_period: float, resolution: float) -> tuple[str, ...]:
    """The fault word when nothing at all has come for three of the shortest periods."""
    return ("silent",) if since_last_arrival > 3.0 * max(shortest_period, resolution) else ()
