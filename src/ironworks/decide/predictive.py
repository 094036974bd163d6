"""Model-predictive control of the furnace's heat by blast moisture and coal injection.

Moisture answers first, coal carries the load in the long run while moisture returns to its rest. Every cycle: bring the
model's free response (what is in the pipe) to what the estimate and the forecast say, solve for the best plan of the
next hours, propose its first move if that is large enough and the last one is long enough ago. After Hashimoto et
al., Control Engineering Practice 82 (2019) 130, which acts on coal with a first-principles model; here the model is
linear.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ironworks.core.decision import Hold, Move, Proposal, Solved, SolverStatus, Unsolved
from ironworks.core.errors import ConfigurationError, nearest
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.works import SetpointLimits, Works
from ironworks.decide import wording
from ironworks.decide.memory import Bias, MoveMemory
from ironworks.decide.outlook import Known, all_known
from ironworks.decide.problem import MoveProblem, Room
from ironworks.decide.quadratic import Array, Solver, solve
from ironworks.decide.settings import ControllerSettings, SetpointSettings, load_settings
from ironworks.twin.furnace import load_response, read_inputs
from ironworks.twin.response import ResponseModel

HOUR = 3600.0
EFFECT_HORIZONS = (1 * HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR)
"""Horizons at which the effect of a move is given, s."""
TOLD_HORIZON = 6 * HOUR
"""Horizon of the effect in the operator's sentence, s."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one cycle expects without further moves: outputs at the problem's points, and what it tells the operator."""

    expected: Array
    outputs: tuple[str, ...]
    headline: str
    pipe: str


class PredictiveController:
    """core.ports.Controller. Holds the moves in the pipe, the filtered bias and who has been handed over.

    `headline` names the model whose median at `settings.forecast_horizon` is relied on; without it nothing is decided.
    """

    def __init__(
        self,
        works: Works,
        response: ResponseModel,
        settings: ControllerSettings,
        headline: str,
        solver: Solver = solve,
    ) -> None:
        self._works, self._response, self._settings = works, response, settings
        self._headline, self._solver = headline, solver
        for name in settings.setpoints:
            _check(name, works.limits, response.inputs)
        self._targets = tuple(name for name in settings.targets if name in works.targets and name in response.outputs)
        critical = {tag for name in settings.setpoints for tag in works.modes[name].critical}
        self._required = frozenset(critical.intersection(self._targets))
        self._memory = MoveMemory(response, {name: each.resolution for name, each in settings.setpoints.items()})
        self._bias = Bias(settings.bias_time, settings.bias_slow_time, settings.bias_fade_time)
        self._handed_over: set[str] = set()
        self._problems: dict[tuple[tuple[str, ...], tuple[str, ...]], MoveProblem] = {}
        self._ahead = round(settings.forecast_horizon / response.period)
        self._steps = {name: self._course(name) for name in settings.setpoints}
        self.problem(tuple(settings.setpoints), self._targets)  # the usual one, before the first cycle needs it

    @classmethod
    def from_works(cls, works: Works, headline: str) -> "PredictiveController":
        """The controller of a works that has a twin.toml."""
        file = works.folder / "twin.toml"
        return cls(works, load_response(file, works.cycle), load_settings(file), headline)

    def observe(self, image: ProcessImage) -> dict[str, str]:
        """Follow the plant for one cycle without deciding. Returns why each set point that is not free to move is not.

        `step` does this itself. After a restart it can be fed the recorded images of the last hours, oldest first, so
        that the moves in the pipe are known again.
        """
        read = {name: image.usable(name) for name in self._settings.setpoints}
        inputs = read_inputs(self._response.inputs, image.usable)
        trouble: dict[str, str] = {}
        for name, current in read.items():
            if current is None:
                trouble[name] = f"the set point's read-back is not usable: {image.why_not(name)}"
                continue
            measured = image.usable(self._works.tags[name].belongs_to)
            followed = max(current, self._floor(name, image))
            inputs[name] = followed
            if measured is not None and abs(measured - followed) > self._settings.setpoints[name].follow_tolerance:
                trouble[name] = wording.does_not_follow(self._works.tags, name, measured, current)
                inputs[name] = measured  # what the furnace really gets
        if not self._memory.observe(image.time, inputs, read):
            self._bias.forget(self._targets)
        return trouble

    def step(
        self, image: ProcessImage, estimate: StateEstimate, forecasts: Sequence[Forecast], free: Collection[str]
    ) -> tuple[Proposal, ...]:
        """One proposal for every set point in `free`, in the order of twin.toml, then any that it cannot decide on."""
        trouble = self.observe(image)
        ours = [name for name in self._settings.setpoints if name in free]
        strangers = sorted(set(free).difference(ours))
        proposals: list[Proposal] = []
        outlook = self._not_normal(image) or self._outlook(image, estimate, forecasts)
        if isinstance(outlook, Unsolved):
            proposals += [_hold(name, outlook, image.time) for name in ours]
        else:
            proposals += self._decide(image, outlook, ours, trouble)
        self._handed_over = {name for name in ours if name not in trouble}
        message = "this controller knows no response to it"
        return (
            *proposals,
            *(_hold(name, Unsolved(SolverStatus.BAD_INPUT, message), image.time) for name in strangers),
        )

    def problem(self, setpoints: tuple[str, ...], outputs: tuple[str, ...]) -> MoveProblem:
        """The matrices for that choice, built once."""
        key = (setpoints, outputs)
        if key not in self._problems:
            works = self._works
            self._problems[key] = MoveProblem(
                self._response, self._settings, works.limits, works.targets, setpoints, outputs
            )
        return self._problems[key]

    def _not_normal(self, image: ProcessImage) -> Unsolved | None:
        """The responses hold in normal blast only."""
        if "blast_volume" not in self._works.tags:
            return None
        blast, tag = image.usable("blast_volume"), self._works.tags["blast_volume"]
        if blast is None:
            return Unsolved(SolverStatus.BAD_INPUT, f"the blast volume is not known: {image.why_not('blast_volume')}")
        least = self._settings.least_blast_volume
        if blast >= least:
            return None
        text = f"blast volume {wording.number(tag, blast)} {tag.unit.symbol} is below {wording.number(tag, least)}"
        return Unsolved(SolverStatus.BAD_INPUT, f"{text}: the model holds in normal blast only")

    def _outlook(
        self, image: ProcessImage, estimate: StateEstimate, forecasts: Sequence[Forecast]
    ) -> Outlook | Unsolved:
        """The expected outputs: free response of the model, shifted to what estimate and forecast say."""
        horizon, newest = self._settings.forecast_horizon, image.time - 0.5 * self._response.period
        found = all_known(self._targets, self._required, estimate, forecasts, self._headline, horizon, newest)
        if isinstance(found, Unsolved):
            return found
        known, without = found
        self._bias.forget(without)
        outputs = tuple(known)
        steps = self.problem(tuple(self._settings.setpoints), self._targets).steps()
        now = self._response.output(self._memory.state)
        ahead = self._response.free_response(self._memory.state, int(steps[-1]))
        columns = [self._response.outputs.index(output) for output in outputs]
        bias = [
            self._bias_course(output, known[output], now[column], ahead[self._ahead - 1, column], image.time, steps)
            for output, column in zip(outputs, columns, strict=True)
        ]
        first, tags = outputs[0], self._works.tags
        told = round(TOLD_HORIZON / self._response.period)
        headline = wording.expected(tags, first, known[first].forecast, self._works.targets[first].value, horizon)
        pipe = wording.in_the_pipe(tags, first, ahead[told - 1, columns[0]] - now[columns[0]], TOLD_HORIZON)
        return Outlook(
            ahead[steps - 1][:, columns] + np.column_stack(bias),
            outputs,
            wording.sentence(headline, wording.doing_without(tags, without)),
            pipe,
        )

    def _bias_course(
        self, output: str, known: Known, now: float, ahead: float, time: float, steps: NDArray[np.int64]
    ) -> Array:
        """What the model misses of an output by the forecast and by the estimate, as expected at the points ahead."""
        weight = self._settings.forecast_weight
        raw = weight * (known.forecast - ahead) + (1.0 - weight) * (known.now - now)
        self._bias.update(output, raw, time)
        return self._bias.course(output, np.asarray(steps * self._response.period, dtype=np.float64))

    def _decide(
        self, image: ProcessImage, outlook: Outlook, ours: Sequence[str], trouble: Mapping[str, str]
    ) -> list[Proposal]:
        able = tuple(name for name in ours if name not in trouble)
        rooms, waits = {}, {}
        for name in able:
            current = image.usable(name)
            assert current is not None  # `observe` has listed as trouble every set point without a usable read-back
            waits[name] = self._waiting(name, image.time)
            rooms[name] = self._room(name, current, bool(waits[name]), image)
        answer = self._solved(able, outlook, rooms)
        proposals: list[Proposal] = []
        for name in ours:
            if name in trouble:
                proposals.append(_hold(name, Unsolved(SolverStatus.BAD_INPUT, trouble[name]), image.time))
            elif isinstance(answer, Unsolved):
                proposals.append(_hold(name, answer, image.time))
            else:
                proposals.append(self._proposal(name, answer, rooms[name], waits[name], outlook, image.time))
        return proposals

    def _solved(
        self, able: tuple[str, ...], outlook: Outlook, rooms: Mapping[str, Room]
    ) -> tuple[Solved, dict[str, float]] | Unsolved:
        if not able:
            return Unsolved(SolverStatus.NOT_RUN, "no set point is free to move")
        problem = self.problem(able, outlook.outputs)
        answer = self._solver(problem.program(outlook.expected, rooms))
        if isinstance(answer, Unsolved):
            return answer
        outcome, values = answer
        if not np.isfinite(values).all():
            return Unsolved(
                SolverStatus.NUMERICAL_TROUBLE, "the plan holds numbers that are not finite", outcome.solver
            )
        return outcome, problem.moves_due(values)

    def _waiting(self, name: str, time: float) -> str:
        """Why a set point must wait, or nothing: it has just been handed over, or was moved a short while ago."""
        if name not in self._handed_over:
            return "handed over in this cycle: starts at the value in force"
        moved_at = self._memory.moved_at.get(name)
        own = self._settings.setpoints[name]
        if moved_at is None or time - moved_at >= max(own.hold_off, self._works.limits[name].min_interval):
            return ""
        return f"{wording.named(self._works.tags, name)} was moved {(time - moved_at) / 60.0:.0f} min ago: waiting"

    def _floor(self, name: str, image: ProcessImage) -> float:
        """What the plant cannot go below, as far as it is known: the lower limit, or the value of the floor tag."""
        limits = self._works.limits[name]
        measured = image.usable(limits.floor_tag) if limits.floor_tag else None
        return limits.low if measured is None else max(limits.low, min(measured, limits.high))

    def _room(self, name: str, current: float, waits: bool, image: ProcessImage) -> Room:
        """How far a set point may move now by its largest step, its rate within the last hour, and its floor."""
        if waits:
            return Room(current, 0.0, 0.0)
        limits = self._works.limits[name]
        lowest, highest = self._memory.extremes(name, image.time)
        floor = self._floor(name, image)
        up = min(limits.max_step, lowest + limits.max_rate_per_h - current)
        down = min(limits.max_step, current - (highest - limits.max_rate_per_h), current - floor)
        return Room(current, max(down, 0.0), max(up, 0.0), floor)

    def _proposal(
        self,
        name: str,
        answer: tuple[Solved, dict[str, float]],
        room: Room,
        waits: str,
        outlook: Outlook,
        time: float,
    ) -> Proposal:
        outcome, moves = answer
        own, current = self._settings.setpoints[name], room.current
        due = min(max(moves[name], -room.down), room.up)
        value = _on_grid(current, due, own, self._works.limits[name])
        move = value - current
        if waits or abs(move) < own.deadband * (1.0 - 1e-9):
            return Hold(name, outcome, time, wording.sentence(outlook.headline, waits or "no move", outlook.pipe))
        effects = tuple(
            (output, horizon, float(self._steps[name][horizon][index]) * move)
            for horizon in EFFECT_HORIZONS
            for index, output in enumerate(self._response.outputs)
        )
        first = outlook.outputs[0]
        course = [(at, by) for output, at, by in effects if output == first and at <= TOLD_HORIZON]
        tags = self._works.tags
        what = f"{wording.named(tags, name)} {wording.change(tags[name], move)}: {wording.effect(tags, first, course)}"
        return Move(
            name, value, current, outcome, time, wording.sentence(outlook.headline, what, outlook.pipe), effects
        )

    def _course(self, name: str) -> dict[float, Array]:
        """Outputs (n_outputs,) at the effect horizons after a lasting step of 1 (SI)."""
        last = round(EFFECT_HORIZONS[-1] / self._response.period)
        steps = self._response.step_response(name, last)
        return {horizon: steps[round(horizon / self._response.period) - 1] for horizon in EFFECT_HORIZONS}


def _on_grid(current: float, move: float, own: SetpointSettings, limits: SetpointLimits) -> float:
    """The value of a move, rounded to the grid towards the current value and clipped to the limits towards it."""
    steps = np.trunc(move / own.resolution * (1.0 + 1e-6))  # a hair, so that a whole number of grid steps stays whole
    value = current + float(steps) * own.resolution
    if move > 0.0:
        return max(current, min(value, limits.high))
    return min(current, max(value, limits.low))


def _hold(name: str, outcome: Unsolved, time: float) -> Hold:
    return Hold(name, outcome, time, wording.sentence(f"no decision: {outcome.message}"))


def _check(name: str, limits: Mapping[str, SetpointLimits], inputs: Collection[str]) -> None:
    if name not in limits:
        raise ConfigurationError(
            f"controller.setpoints.{name} has no limits", "twin.toml", "limits.toml", nearest(name, limits)
        )
    if name not in inputs:
        raise ConfigurationError(
            f"controller.setpoints.{name} has no response", "twin.toml", "a response", nearest(name, inputs)
        )
