"""A trial of a controller on a furnace that responds otherwise than its model: before it is let near a real one.

The furnace of the trial is a response model with other gains and dead times, plus disturbances that no model knows,
seen through noisy samples. It says how a controller bears being wrong; it says nothing of how right the model is.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ironworks.core.decision import Move, Proposal
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.ports import Controller
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import Works
from ironworks.twin.response import ResponseModel

Array = NDArray[np.float64]
Apply = Callable[[Proposal, ProcessImage], float | None]
"""What becomes of a proposal: the value (SI) that the plant takes, or None."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A trial. `start`: inputs at the start, SI. `disturbance`: added to the outputs (n_cycles, n_outputs), SI.

    `sample_noise`: sd of one sample by output, SI. `sample_every`: cycles between samples. `settle`: time constant of
    the trial's estimator, s. `levels`: the outputs at the start, SI. `steady`: measured tags that stand still, SI.
    """

    start: Mapping[str, float]
    levels: Mapping[str, float]
    disturbance: Array
    sample_noise: Mapping[str, float]
    steady: Mapping[str, float]
    sample_every: int = 3
    settle: float = 3600.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The true outputs (n_cycles, n_outputs), the set points (n_cycles, n_setpoints), and every proposal by cycle."""

    outputs: Array
    setpoints: Array
    names: tuple[str, ...]
    proposals: tuple[tuple[Proposal, ...], ...]


def otherwise(
    model: ResponseModel, gain: float = 1.0, more_dead_time: float = 0.0, slower: float = 1.0
) -> ResponseModel:
    """The model with all gains and time constants multiplied, and all dead times longer by that many s."""
    lags = tuple(
        dataclasses.replace(
            lag,
            time_constant=lag.time_constant * slower,
            dead_time=lag.dead_time + more_dead_time,
            gains={output: value * gain for output, value in lag.gains.items()},
        )
        for lag in model.lags
    )
    return ResponseModel(lags, model.outputs, model.period)


def take_moves(proposal: Proposal, _image: ProcessImage) -> float | None:
    """Every move is taken as proposed."""
    return proposal.value if isinstance(proposal, Move) else None


def run_trial(
    works: Works,
    furnace: ResponseModel,
    scenario: Scenario,
    controller: Controller | None,
    apply: Apply = take_moves,
    model_name: str = "trial",
) -> TrialResult:
    """Run the scenario; with no controller the set points stand still."""
    noise = np.random.default_rng(scenario.seed)
    names = tuple(name for name in scenario.start if name in works.limits)
    values = dict(scenario.start)
    state = furnace.step(furnace.start(), values)
    believed = dict(scenario.levels)
    outputs, setpoints, proposals = [], [], []
    for cycle, disturbance in enumerate(scenario.disturbance):
        time = cycle * furnace.period
        truth = furnace.output(state) + disturbance
        truth = {name: scenario.levels[name] + truth[i] for i, name in enumerate(furnace.outputs)}
        if cycle % scenario.sample_every == 0:
            share = -np.expm1(-scenario.sample_every * furnace.period / scenario.settle)
            for name in furnace.outputs:
                sample = truth[name] + noise.normal(0.0, scenario.sample_noise[name])
                believed[name] += share * (sample - believed[name])
        outputs.append([truth[name] for name in furnace.outputs])
        setpoints.append([values[name] for name in names])
        made: tuple[Proposal, ...] = ()
        if controller is not None:
            image = image_of(works, time, values, scenario.steady)
            made = controller.step(image, estimate_of(time, believed), forecasts_of(time, believed, model_name), names)
            for proposal in made:
                value = apply(proposal, image)
                if value is not None:
                    values[proposal.setpoint] = value
        proposals.append(made)
        state = furnace.step(state, values)
    return TrialResult(np.array(outputs), np.array(setpoints), names, tuple(proposals))


def image_of(works: Works, time: float, values: Mapping[str, float], steady: Mapping[str, float]) -> ProcessImage:
    """An image in which every set point is followed exactly and every value is good and fresh."""
    known = dict(steady) | {name: value for name, value in values.items() if name in works.tags}
    known |= {works.tags[name].belongs_to: value for name, value in values.items() if name in works.limits}
    return ProcessImage(
        time,
        {name: Reading(Sample(name, value, Quality.GOOD, time, time), 0.0) for name, value in known.items()},
    )


def estimate_of(time: float, believed: Mapping[str, float]) -> StateEstimate:
    """What the trial's simple estimator believes."""
    return StateEstimate(time, {name: Belief(value, 0.0) for name, value in believed.items()}, Health.GOOD)


def forecasts_of(
    time: float, believed: Mapping[str, float], model: str, horizon: float = 7200.0
) -> tuple[Forecast, ...]:
    """Persistence of the belief: a forecast that knows nothing of moves, the hardest to live with."""
    return tuple(
        Forecast(name, time, horizon, Scored.SAMPLE, model, LEVELS, (value,) * len(LEVELS))
        for name, value in believed.items()
    )
