"""The estimator of the inside: an ensemble of columns run by what goes in and corrected by what comes out."""

from collections import deque
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.core.estimate import INSIDE_HOLDS, INSIDE_LACKS, INSIDE_LOST, Health, StateEstimate
from ironworks.core.image import ProcessImage
from ironworks.estimate.cast_heat import CastHeat
from ironworks.estimate.inside.beliefs import beliefs
from ironworks.estimate.inside.instruments import SAMPLE_NOISE, Instruments
from ironworks.estimate.inside.reading import SILICON, TEMPERATURE, Reader, Reading
from ironworks.estimate.inside.update import assimilate
from ironworks.estimate.inside.vector import from_matrix, to_matrix
from ironworks.twin import column, ensemble
from ironworks.twin.column import ColumnOutputs
from ironworks.twin.ensemble import LOOK, WALKS, Disturbances, Ensemble, Given

Array = NDArray[np.float64]

MEMBERS = 64
SEED = 20240607  # of the ensemble's draws: the same images give the same estimate
START_AFTER, FEWEST_SAMPLES = 8 * 3600.0, 4
"""An estimate must be there within 12 h; until then what comes in is kept and gone over at the start."""
LATEST_START = 11 * 3600.0
REMEMBERED = 5 * 3600.0  # s: a sample older than this comes too late
LONGEST_STEP = 6 * 3600.0  # s without an image, after which the ensemble begins anew
SMOOTHING = 1800.0  # s: the outlook goes by the inputs' mean, a dip of a stove change does not last
CARBON_WALK = 0.002  # in a day: ore and coke change
PARAMETER_WALK = {"wall": 0.03, "silicon": 0.05}  # of the logarithm in a day
USUAL = {TEMPERATURE: 1773.15, SILICON: 0.004}  # where nothing is sampled; the offsets of instruments take it up
LEAST_SILICON = 5e-4
DAY = 86400.0


class _Said(NamedTuple):
    """What the members said at a time, (M,) each."""

    time: float
    temperature: Array
    silicon: Array


class _Run(NamedTuple):
    """An ensemble under way. `usual`: the inputs, smoothed."""

    members: Ensemble
    usual: Given
    time: float
    outputs: ColumnOutputs | None = None


class InsideFilter:
    """Implements core.ports.Estimator; the beliefs stand in `beliefs`.

    casts: steps before it and takes runner, tap hole and pyrometer out of the temperatures; without it the dips count
    as they are. It begins with the mean of the first START_AFTER seconds, goes over them again with their measurements,
    and follows from there. Without an input that the twin needs it says which is missing, and no more. Cost: a cycle
    takes about 1 ms for its ten minutes and 30 ms for the outlook on one core.
    """

    def __init__(self, casts: CastHeat | None = None, members: int = MEMBERS) -> None:
        self._count, self._reader, self._casts = members, Reader(), casts
        self._begin()

    def _begin(self) -> None:
        self._rng = np.random.default_rng(SEED)
        self._waiting: list[Reading] = []
        self._run: _Run | None = None
        self._said: deque[_Said] = deque()
        self._instruments = Instruments()

    def step(self, image: ProcessImage) -> StateEstimate:
        """The estimate at the image's time; without beliefs until the ensemble has started."""
        reading = self._reader.read(image, None if self._casts is None else self._casts.corrected)
        if reading.given is None:
            missing = ", ".join(self._reader.missing())
            return StateEstimate(image.time, {}, Health.STARTING, (INSIDE_LACKS + missing,))
        if self._run is not None and reading.time - self._run.time > LONGEST_STEP:
            self._begin()
        if self._run is None:
            self._run = self._wait(reading)
        else:
            self._run = self._follow(self._run, reading, reading.given)
        if self._run is None or self._run.outputs is None:
            return StateEstimate(image.time, {}, Health.STARTING, ())
        found = beliefs(self._run.members, self._run.outputs, self._run.usual, self._instruments)
        if not all(np.isfinite(one.mean) and np.isfinite(one.sd) for one in found.values()):
            self._begin()
            return StateEstimate(image.time, {}, Health.STARTING, (INSIDE_LOST,))
        held = tuple(INSIDE_HOLDS + name for name in reading.held)
        return StateEstimate(image.time, found, Health.DEGRADED if held else Health.GOOD, held)

    def _wait(self, reading: Reading) -> _Run | None:
        """Keep the reading; start when enough has been seen, and go over what was kept."""
        self._waiting.append(reading)
        since = reading.time - self._waiting[0].time
        values = {tag: [v for r in self._waiting for _, t, v in r.samples if t == tag] for tag in USUAL}
        if since < START_AFTER or (len(values[TEMPERATURE]) < FEWEST_SAMPLES and since < LATEST_START):
            return None
        run = self._started(values)
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if one.given is not None:
                run = self._follow(run, one, one.given, waiting)
        return run

    def _started(self, values: dict[str, list[float]]) -> _Run:
        """Members settled at the mean inputs, with a hearth as warm and as rich as the samples `values` say."""
        usual = Given(*np.mean([one.given for one in self._waiting if one.given is not None], axis=0).tolist())
        aims = {}
        for tag, seen in values.items():
            middle = float(np.median(seen)) if seen else USUAL[tag]
            aims[tag] = middle + SAMPLE_NOISE[tag] / max(len(seen), 1) ** 0.5 * self._draw()
        silicon = np.maximum(aims[SILICON], LEAST_SILICON)
        drawn = ensemble.draw(self._rng, self._count, usual, float(silicon.mean()))
        members = ensemble.settle(drawn, usual, jnp.asarray(aims[TEMPERATURE]), jnp.asarray(silicon))
        walks = Disturbances(*[jnp.asarray(walk.spread * self._draw()) for walk in WALKS.values()])
        return _Run(members._replace(disturbances=walks), usual, self._waiting[0].time - LOOK)

    def _follow(self, run: _Run, reading: Reading, given: Given, start: list[Reading] | None = None) -> _Run:
        """One cycle on, and its measurements. start: the readings over which the instruments' offsets begin."""
        span = max(reading.time - run.time, 0.0)
        share = float(-np.expm1(-span / SMOOTHING))
        usual = Given(*[before + share * (now - before) for before, now in zip(run.usual, given, strict=True)])
        steps = jnp.asarray(max(round(span / column.STEP), 1))
        shocks = jnp.asarray(np.stack([self._draw() for _ in WALKS]))
        members, outputs = ensemble.advance(run.members, given, shocks, steps)
        members = self._wandered(members, span / DAY)
        if self._instruments.offsets:
            self._instruments.wander(span / DAY, self._rng)
        else:
            self._instruments.begin(outputs, start or [reading], self._rng)
        state = members.state
        self._said.append(_Said(reading.time, np.asarray(state.pool_temperature), np.asarray(state.pool_silicon)))
        while self._said[0].time < reading.time - REMEMBERED:
            self._said.popleft()
        return _Run(self._corrected(members, outputs, reading), usual, reading.time, outputs)

    def _wandered(self, members: Ensemble, days: float) -> Ensemble:
        """Parameters drift, slowly."""
        drifted = {
            name: getattr(members.parameters, name) * jnp.asarray(np.exp(days**0.5 * walk * self._draw()))
            for name, walk in PARAMETER_WALK.items()
        }
        error = members.carbon_error + jnp.asarray(days**0.5 * CARBON_WALK * self._draw())
        return members._replace(parameters=members.parameters._replace(**drifted), carbon_error=error)

    def _draw(self) -> Array:
        return self._rng.standard_normal(self._count)

    def _corrected(self, members: Ensemble, outputs: ColumnOutputs, reading: Reading) -> Ensemble:
        """The members after this cycle's measurements. What they said, now and before, is corrected with them, so that
        no measurement corrects twice what another has."""
        compared, samples = self._instruments.compared(outputs, reading), self._in_time(reading)
        if not compared and not samples:
            return members
        rows = to_matrix(members)
        own, offsets = len(rows), self._instruments.offsets
        said = own + len(offsets)
        told = said + 2 * len(self._said)
        temperatures, silicons = ([getattr(one, name) for one in self._said] for name in ("temperature", "silicon"))
        rows = np.vstack([rows, *offsets, *temperatures, *silicons, *[value for _, value, _, _ in compared]])
        for row, (place, _, measured, variance) in enumerate(compared, told):
            rows = assimilate(rows, rows[row] + rows[own + place], measured, variance)
        for place, tag, value in samples:
            row = said + place + (len(self._said) if tag == SILICON else 0)
            rows = assimilate(rows, rows[row], value, self._instruments.variance(tag, value, rows[row]))
        self._instruments.offsets = list(rows[own:said])
        corrected = zip(
            self._said, rows[said : said + len(self._said)], rows[said + len(self._said) : told], strict=True
        )
        self._said = deque(_Said(one.time, temperature, silicon) for one, temperature, silicon in corrected)
        return from_matrix(rows[:own], members)

    def _in_time(self, reading: Reading) -> list[tuple[int, str, float]]:
        """(which remembered moment, tag, value) of the samples that are not from before the first of them."""
        times = np.array([one.time for one in self._said])
        return [
            (int(np.argmin(np.abs(times - time))), tag, value)
            for time, tag, value in reading.samples
            if time >= times[0] - LOOK
        ]
