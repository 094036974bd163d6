"""What we expect of one target: the forecast, the estimate and the model's free response brought together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ironworks.core.decision import SolverStatus, Unsolved
from ironworks.core.estimate import Health, StateEstimate
from ironworks.core.forecast import Forecast, Scored

RELIABLE = (Health.GOOD, Health.DEGRADED)


@dataclass(frozen=True, slots=True)
class Known:
    """The two things known of a target: its estimate now and the headline forecast at the horizon, SI."""

    now: float
    forecast: float


def known(
    target: str, estimate: StateEstimate, forecasts: Sequence[Forecast], model: str, horizon: float, newest: float
) -> Known | Unsolved:
    """Both, or why not. Only a forecast made at or after `newest` (plant time, s) counts; no other model stands in."""
    if estimate.health not in RELIABLE:
        reasons = f": {', '.join(estimate.reasons)}" if estimate.reasons else ""
        return Unsolved(SolverStatus.BAD_INPUT, f"the estimate is {estimate.health}{reasons}")
    belief = estimate.beliefs.get(target)
    if belief is None or not math.isfinite(belief.mean):
        return Unsolved(SolverStatus.BAD_INPUT, f"no estimate of {target}")
    if estimate.time < newest:
        return Unsolved(SolverStatus.BAD_INPUT, "the estimate is of an earlier cycle")
    for forecast in forecasts:
        same = forecast.target == target and forecast.model == model and forecast.scored == Scored.SAMPLE
        if same and math.isclose(forecast.horizon, horizon) and forecast.made_at >= newest:
            return Known(belief.mean, forecast.median)
    return Unsolved(
        SolverStatus.NO_FORECAST, f"no forecast of {target} at {horizon / 3600.0:g} h by model '{model}' in this cycle"
    )


def all_known(
    targets: Sequence[str],
    required: frozenset[str],
    estimate: StateEstimate,
    forecasts: Sequence[Forecast],
    model: str,
    horizon: float,
    newest: float,
) -> tuple[Mapping[str, Known], tuple[str, ...]] | Unsolved:
    """What is known of each target, and the targets to do without; Unsolved if a required one, or every one, is
    unknown.
    """
    found: dict[str, Known] = {}
    without: list[str] = []
    last: Unsolved | None = None
    for target in targets:
        answer = known(target, estimate, forecasts, model, horizon, newest)
        if isinstance(answer, Known):
            found[target] = answer
            continue
        if target in required:
            return answer
        without.append(target)
        last = answer
    if not found:
        return last if last is not None else Unsolved(SolverStatus.BAD_INPUT, "there are no targets")
    return found, tuple(without)
