"""Range: a value outside what is possible for its tag (low .. high of tags.csv)."""

from ironworks.core.dictionary import Tag
from ironworks.core.sample import Quality
from ironworks.validate.state import Finding

OUT_OF_RANGE = Finding(Quality.BAD, "out_of_range")

ROUNDING = 1e-9
"""Share of the range by which conversions between units may round a value over its bound."""


def judge(tag: Tag, value: float) -> Finding | None:
    """Whether the value (SI) is possible."""
    slack = ROUNDING * (tag.high - tag.low)
    return None if tag.low - slack <= value <= tag.high + slack else OUT_OF_RANGE
