"""What the network is trained to answer, and how an answer for any horizon is made of that."""

import bisect
import math

import numpy as np
from numpy.typing import NDArray

from ironworks.core.forecast import Scored
from ironworks.predict.points import Question
from ironworks.predict.sequence.features import TARGETS

Array = NDArray[np.float64]

HORIZONS = (3600.0, 7200.0, 14400.0, 28800.0)
ASKED = tuple(
    Question(target, horizon, scored)
    for target in TARGETS for scored in (Scored.SAMPLE, Scored.MEAN) for horizon in HORIZONS
)  # fmt: skip
"""The order of the network's answers: the value at the horizon, and the mean until then, without a sample's scatter."""
NEAREST, FARTHEST = 0.45 * HORIZONS[0], 1.5 * HORIZONS[-1]


def weights_for(question: Question) -> dict[int, float] | None:
    """Which trained answers make up this one, linearly in the logarithm of the horizon; None where there is none."""
    if question.target not in TARGETS or question.scored not in (Scored.SAMPLE, Scored.MEAN):
        return None
    if not NEAREST <= question.horizon <= FARTHEST:
        return None
    first = ASKED.index(Question(question.target, HORIZONS[0], question.scored))
    horizon = min(max(question.horizon, HORIZONS[0]), HORIZONS[-1])
    above = min(max(bisect.bisect_left(HORIZONS, horizon), 1), len(HORIZONS) - 1)
    low, high = HORIZONS[above - 1], HORIZONS[above]
    share = math.log(horizon / low) / math.log(high / low)
    return {first + above - 1: 1.0 - share, first + above: share}
