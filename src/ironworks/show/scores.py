"""How good the forecasts of the last day were, beside persistence and the 24 h mean, on the same moments."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from ironworks.core.dictionary import Tag
from ironworks.core.forecast import Forecast, Scored
from ironworks.show.values import field_difference, field_value, short

BASELINES = ("persistence", "mean_24h")
"""Names of the models that always run beside."""

TOLERANCES = {"hot_metal_temperature": 10.0, "hot_metal_silicon": 0.0005}
"""Half-width of a hit by target, SI (10 K; 0.05 % as a mass fraction): the tolerances by which plants speak of hits."""

WINDOW_S = 24 * 3600.0
USUAL_HORIZON = 2 * 3600.0
"""What plants speak of when they speak of a forecast, s."""


class ModelScore(TypedDict):
    """Score of one model. `hits` and `coverage` as fractions; `rmse` in the unit of the field."""

    model: str
    hits: float
    coverage: float | None
    rmse: float


class TargetScore(TypedDict):
    """Scores of all models of one target on `count` common moments, the headline model first."""

    target: str
    tolerance: float
    scored: str
    count: int
    headline: str
    models: list[ModelScore]


@dataclass(frozen=True, slots=True)
class Truth:
    """Good samples of a target that have arrived: source times, which rise, and SI values."""

    times: Sequence[float]
    values: Sequence[float]

    def of(self, forecast: Forecast, nearness: float) -> float | None:
        """What the forecast is scored against; None when nothing was measured there."""
        if forecast.scored == Scored.MEAN:
            first = bisect.bisect_right(self.times, forecast.made_at)
            last = bisect.bisect_right(self.times, forecast.valid_at)
            return sum(self.values[first:last]) / (last - first) if last > first else None
        at = bisect.bisect_left(self.times, forecast.valid_at)
        near = [i for i in (at - 1, at) if 0 <= i < len(self.times) and self.times[i] > forecast.made_at]
        best = min(near, key=lambda i: abs(self.times[i] - forecast.valid_at), default=None)
        if best is None or abs(self.times[best] - forecast.valid_at) > nearness:
            return None
        return self.values[best]


def headline_model(forecasts: Sequence[Forecast]) -> str:
    """The model that is shown: that of the newest forecast which is no baseline; a baseline if there is no other."""
    ours = [forecast for forecast in forecasts if forecast.model not in BASELINES]
    newest = max(ours or forecasts, key=lambda forecast: forecast.made_at, default=None)
    return newest.model if newest else ""


def shown_horizon(forecasts: Sequence[Forecast]) -> float:
    """The horizon whose forecasts are drawn and scored: the usual 2 h, or the longest if there are none of those, s."""
    horizons = {forecast.horizon for forecast in forecasts}
    return USUAL_HORIZON if USUAL_HORIZON in horizons else max(horizons, default=0.0)


def score(tag: Tag, forecasts: Sequence[Forecast], truth: Truth, now: float, headline: str) -> TargetScore | None:
    """Scores over the forecasts that came due in the last day, or None while there are none.

    A sample counts as being at the horizon within one period of the tag. A forecast comes due once every such sample
    must have arrived. All models are scored on the moments that they share.
    """
    nearness, tolerance = tag.period, TOLERANCES.get(tag.name)
    due = now - tag.delay - nearness
    ripe = [f for f in forecasts if f.scored == Scored.SAMPLE and due - WINDOW_S < f.valid_at <= due]
    models = [name for name in (headline, *BASELINES) if any(f.model == name for f in ripe)]
    models = list(dict.fromkeys(models))
    if tolerance is None or headline not in models:
        return None
    horizon = shown_horizon([f for f in ripe if f.model == headline])
    by_model = {name: {f.made_at: f for f in ripe if f.model == name and f.horizon == horizon} for name in models}
    moments = sorted(set.intersection(*(set(rows) for rows in by_model.values())))
    pairs = [(moment, truth.of(by_model[headline][moment], nearness)) for moment in moments]
    known = [(moment, value) for moment, value in pairs if value is not None]
    if not known:
        return None
    scores = [_model_score(tag, name, [(by_model[name][m], value) for m, value in known], tolerance) for name in models]
    return TargetScore(
        target=tag.name, tolerance=field_difference(tag, tolerance), scored=Scored.SAMPLE.value, count=len(known),
        headline=headline, models=scores,
    )  # fmt: skip


def _model_score(tag: Tag, model: str, rows: Sequence[tuple[Forecast, float]], tolerance: float) -> ModelScore:
    errors = [field_value(tag, forecast.median) - field_value(tag, value) for forecast, value in rows]
    limit = field_difference(tag, tolerance) + 1e-9
    banded = [f.at(0.05) <= value <= f.at(0.95) for f, value in rows if 0.05 in f.levels and 0.95 in f.levels]
    return ModelScore(
        model=model,
        hits=short(sum(abs(error) <= limit for error in errors) / len(errors)),
        coverage=short(sum(banded) / len(banded)) if banded else None,
        rmse=short((sum(error**2 for error in errors) / len(errors)) ** 0.5),
    )
