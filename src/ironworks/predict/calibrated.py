"""A point model with calibrated bands: what implements core.ports.Predictor for every single model."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import LEVELS, MEASURED, Forecast
from ironworks.core.image import ProcessImage
from ironworks.predict.conformal import ConformalBand
from ironworks.predict.points import Point, PointModel, Question
from ironworks.predict.watch import LONGEST_STEP, LONGEST_WAIT, View, Watch


def questions(targets: Sequence[str], horizons: Sequence[float]) -> tuple[Question, ...]:
    """Every target at every horizon, both ways in which samples judge."""
    return tuple(Question(target, horizon, scored) for target in targets for horizon in horizons for scored in MEASURED)


class Judged(NamedTuple):
    """A past forecast with what was measured (SI): `quantiles` as its band would be now, before it learns from this."""

    question: Question
    made_at: float
    point: Point
    truth: float
    quantiles: tuple[float, ...]


class Ledger:
    """Forecasts that were issued and are not yet judged, by question and time."""

    def __init__(self) -> None:
        self._issued: dict[Question, dict[float, Point]] = {}  # by time, in its order

    def issue(self, time: float, points: Mapping[Question, Point]) -> None:
        """Note what was said at that time."""
        for question, point in points.items():
            issued = self._issued.setdefault(question, {})
            issued[time] = point
            limit = time - question.horizon - LONGEST_WAIT - LONGEST_STEP - 86400.0
            while (oldest := next(iter(issued))) < limit:
                del issued[oldest]

    def at(self, question: Question, made_at: float) -> Point | None:
        """What was said at exactly that time, if anything."""
        return self._issued.get(question, {}).get(made_at)


class BandKeeper:
    """The ledger and the bands of one model."""

    def __init__(self, name: str) -> None:
        self._name, self._ledger = name, Ledger()
        self._bands: dict[Question, ConformalBand] = {}

    def learn(self, view: View) -> list[Judged]:
        """Judge past forecasts by what has settled."""
        judged = []
        for settled in view.settled:
            question = Question(settled.target, settled.horizon, settled.scored)
            point = self._ledger.at(question, settled.made_at)
            if point is not None:
                band = self._bands[question]
                judged.append(Judged(question, settled.made_at, point, settled.truth, band.quantiles(point)))
                band.learn(settled.made_at, point, settled.truth)
        return judged

    def forecasts(self, time: float, points: Mapping[Question, Point]) -> tuple[Forecast, ...]:
        """Issue these points as forecasts with bands. A point that is not finite is left out."""
        sound = {
            q: p for q, p in points.items() if math.isfinite(p.mean) and math.isfinite(p.sd) and p.sd > 0.0
        }  # fmt: skip
        self._ledger.issue(time, sound)
        made = []
        for question, point in sound.items():
            band = self._bands.get(question)
            if band is None:
                band = self._bands[question] = ConformalBand(question.scored, question.horizon)
            made.append(
                Forecast(
                    question.target, time, question.horizon, question.scored, self._name, LEVELS,
                    band.quantiles(point), band.errors,
                )
            )  # fmt: skip
        return tuple(made)


class CalibratedPredictor:
    """Implements core.ports.Predictor for one point model."""

    def __init__(self, model: PointModel, targets: Sequence[str], horizons: Sequence[float]) -> None:
        self._model, self._questions = model, questions(targets, horizons)
        self._watch, self._keeper = Watch(tuple(targets), tuple(horizons)), BandKeeper(model.name)
        self.points: dict[Question, Point] = {}

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def step(self, image: ProcessImage, estimate: StateEstimate) -> tuple[Forecast, ...]:
        """Forecasts made at the image's time."""
        return self.see(self._watch.look(image, estimate))

    def see(self, view: View) -> tuple[Forecast, ...]:
        """The same from a view that several models share. `points` holds the answers without bands afterwards."""
        self._keeper.learn(view)
        self.points = self._model.points(view, self._questions)
        return self._keeper.forecasts(view.time, self.points)
