"""Champion against challenger: two versions of the sequence model on the same recorded images, as if live.

Both see what the chain saw, no more; both are judged by the samples that came in. The loss is the squared error of a
sample over the champion's mean squared error at that question, so that temperature and silicon, 1 h and 8 h count
alike. Days are the units of the test: within one day errors hang together.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ironworks.core.forecast import Scored
from ironworks.core.image import ProcessImage
from ironworks.estimate import JointFilter
from ironworks.predict.calibrated import Ledger, questions
from ironworks.predict.points import Question
from ironworks.predict.sequence.features import TARGETS
from ironworks.predict.sequence.model import SequenceForecast
from ironworks.predict.sequence.network import Network
from ironworks.predict.watch import Watch

DAY = 86400.0
WARM_UP = 2 * DAY
"""The filter and both models' trust in themselves are not judged before, s."""
FEWEST_DAYS = 5
CLEAR = 1.645
"""Standard errors of the mean daily gain from which on a win is clear: chance does it once in twenty."""
LARGEST_LOSS = 0.02
"""Of the champion's root mean square error, that a challenger may lose on a target while it wins over all."""


class Errors(NamedTuple):
    """Root mean square errors (SI) of both at one target and horizon."""

    target: str
    horizon: float
    n: int
    champion: float
    challenger: float


@dataclass(frozen=True, slots=True)
class Duel:
    """What came out: errors by question, days judged, mean daily gain (a share of the champion's mean squared error)
    and its standard error."""

    rows: tuple[Errors, ...]
    days: int
    gain: float
    standard_error: float

    @property
    def won(self) -> bool:
        """Whether the challenger may take the champion's place."""
        return not self.verdict

    @property
    def verdict(self) -> str:
        """Why the challenger may not take the champion's place; empty when it may."""
        if self.days < FEWEST_DAYS:
            return f"{self.days} days could be judged; {FEWEST_DAYS} are needed, after two to warm up"
        if not self.gain > CLEAR * self.standard_error:
            return f"its gain of {self.gain:.1%} +-{self.standard_error:.1%} is not clear of chance"
        for target in dict.fromkeys(row.target for row in self.rows):
            own = [row for row in self.rows if row.target == target]
            ratio = math.fsum(row.challenger / row.champion for row in own) / len(own)
            if ratio > 1.0 + LARGEST_LOSS:
                return f"it errs {ratio - 1.0:.1%} more on {target}"
        return ""


def duel(
    images: Iterable[ProcessImage], champion: Network, challenger: Network, targets: Sequence[str],
    horizons: Sequence[float],
) -> Duel:  # fmt: skip
    """Run both over the images, in order of time; `targets`: those of the works that are forecast (the filter takes
    them together), of which the sequence model's are judged."""
    watch, estimator = Watch(tuple(targets), tuple(horizons)), JointFilter(tuple(targets))
    models = (SequenceForecast(champion), SequenceForecast(challenger))
    ledgers, asked = (Ledger(), Ledger()), questions(targets, horizons)
    errors: dict[Question, list[tuple[float, float, float]]] = defaultdict(list)
    begin = None
    for image in images:
        begin = image.time if begin is None else begin
        view = watch.look(image, estimator.step(image))
        for settled in view.settled:
            question = Question(settled.target, settled.horizon, settled.scored)
            one, other = (ledger.at(question, settled.made_at) for ledger in ledgers)
            judged = settled.scored == Scored.SAMPLE and settled.target in TARGETS
            if judged and one is not None and other is not None and settled.made_at > begin + WARM_UP:
                errors[question].append((settled.made_at, settled.truth - one.mean, settled.truth - other.mean))
        for model, ledger in zip(models, ledgers):
            ledger.issue(view.time, model.points(view, asked))
    return _judged(errors)


def _judged(errors: dict[Question, list[tuple[float, float, float]]]) -> Duel:
    rows, gains = [], defaultdict(list)
    for question, found in errors.items():
        time, one, other = np.array(found).T
        own = float(np.mean(one**2))
        rows.append(
            Errors(question.target, question.horizon, len(found), math.sqrt(own), float(np.sqrt(np.mean(other**2))))
        )
        for day, gain in zip(time // DAY, (one**2 - other**2) / own if own > 0.0 else 0.0 * one):
            gains[float(day)].append(float(gain))
    daily = np.array([np.mean(day) for day in gains.values()])
    if len(daily) < 2:
        return Duel(tuple(rows), len(daily), 0.0, math.inf)
    return Duel(tuple(rows), len(daily), float(daily.mean()), float(daily.std(ddof=1) / math.sqrt(len(daily))))
