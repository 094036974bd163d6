"""One furnace of the bench: the plant by its own operator, the chain as if live, and the replays for the ceiling."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from threadpoolctl import threadpool_limits

from ironworks import predict
from ironworks.backtest.forecast_bench.ceiling import Ensemble
from ironworks.backtest.forecast_bench.judge import WEEK, Judge
from ironworks.backtest.forecast_bench.live import LiveChain
from ironworks.backtest.forecast_bench.tally import Tallies
from ironworks.backtest.forecast_bench.targets import HORIZONS, Target, targets_of
from ironworks.commands.forecast_bench.options import DAY, BenchOptions
from ironworks.commands.processes import Tell
from ironworks.core.clock import parse_iso
from ironworks.core.errors import IronworksError
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.sample import Sample
from ironworks.core.works import load_works
from ironworks.plant.furnace.freezing import Ending, FreezeWatch, watch
from ironworks.plant.furnace.freezing import Outcome as FurnaceOutcome
from ironworks.plant.replays import Replayer, seed_of
from ironworks.plant.runner import Runner
from ironworks.plant.simulation import signs, usual
from ironworks.plant.works import SAMPLING_STEP, SimulatedWorks

START = "2025-01-01T00:00:00Z"
NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class FurnaceResult:
    """What came of one furnace. `outcome`: completed, frozen, not_finite, or not_run when it could not be set up;
    `weeks`: the headline's tallies of the weeks that are complete; `scatter`: samples less truth (SI) by target;
    `seconds`: wall time by part."""

    name: str
    number: int
    seed: int
    outcome: str
    message: str
    days: float
    tallies: Tallies = field(default_factory=dict)
    weeks: tuple[Tallies, ...] = ()
    scatter: dict[str, list[float]] = field(default_factory=dict)
    casts: int = 0
    moments: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    slowest_cycle: float = 0.0


def run_furnace(folder: Path, number: int, options: BenchOptions, progress: Tell) -> FurnaceResult:
    """Run and score one furnace. One that freezes is scored until then; one that cannot be set up says why."""
    seed = seed_of(options.seed, "bench", number)
    try:
        run = FurnaceRun(*two_works(folder, seed, options), seed, options)
    except (IronworksError, ArithmeticError) as failure:
        return FurnaceResult(folder.name, number, seed, NOT_RUN, str(failure), 0.0)
    with threadpool_limits(1):  # each process has a core, and small matrices
        ending = run.run(progress)
    judge, wall = run.judge, {**run.seconds, **run.chain.seconds}
    return FurnaceResult(
        run.plant.works.name, number, seed, ending.outcome.value, ending.message, ending.time / DAY, judge.tallies,
        run.complete_weeks(ending), judge.scatter, judge.casts, run.moments, wall, run.chain.slowest,
    )  # fmt: skip


def two_works(folder: Path, seed: int, options: BenchOptions) -> tuple[SimulatedWorks, SimulatedWorks | None]:
    """The works, and one to replay it on."""
    works, start = load_works(str(folder)), parse_iso(START)
    other = SimulatedWorks(works, seed, start, publish=False) if options.replays else None
    return SimulatedWorks(works, seed, start), other


Observe = Callable[["FurnaceRun", ProcessImage, tuple[Forecast, ...]], None]


class FurnaceRun:
    """A works under way. `plant` is run by its own operator, `other`, the same works, is where the replays are made;
    None for no ceiling. `observe`, if given, sees every cycle: for pictures and tests."""

    def __init__(
        self, plant: SimulatedWorks, other: SimulatedWorks | None, seed: int, options: BenchOptions,
        observe: Observe | None = None,
    ) -> None:  # fmt: skip
        works = plant.works
        self.options, self.observe, self.plant, self.begin = options, observe, plant, plant.time
        self.targets: tuple[Target, ...] = targets_of(works.tags)
        names = tuple(target.name for target in self.targets)
        self.cycle = works.cycle
        self.runner = Runner(plant, names)
        self.replayer = None if other is None else Replayer(other, names, options.replays, seed)
        self.chain = LiveChain(works.tags, self.targets, HORIZONS)
        self.judge = Judge(
            self.targets, HORIZONS, predict.MODELS, self.begin + options.warm_up, self.cycle, options.every,
            predict.HEADLINE,
        )  # fmt: skip
        self.seconds = {"plant": 0.0, "replays": 0.0}
        self.moments = 0
        self._kept: OrderedDict[float, bytes] = OrderedDict()

    def run(self, progress: Tell = lambda days: None) -> Ending:
        """All days, or until it freezes; then all that is left is judged."""
        state: FreezeWatch | None = None
        ending: Ending | None = None
        for _ in range(round(self.options.days * DAY / self.cycle)):
            state, ending = self._cycle(state)
            progress(self.cycle / DAY)
            if ending is not None:
                break
        self._replay(last=True)
        self.judge.judge(float("inf"))
        return ending or Ending(FurnaceOutcome.COMPLETED, self.plant.time - self.begin, "")

    def complete_weeks(self, ending: Ending) -> tuple[Tallies, ...]:
        """The weeks that were scored from end to end."""
        return tuple(
            self.judge.weeks.get(week, {}) for week in range(int((ending.time - self.options.warm_up) // WEEK))
        )

    def _cycle(self, state: FreezeWatch | None) -> tuple[FreezeWatch, Ending | None]:
        begin = time.perf_counter()
        samples: list[Sample] = []
        for _ in range(round(self.cycle / SAMPLING_STEP)):
            samples += self.plant.advance(SAMPLING_STEP)
            look = self.runner.look(self.plant)
            self.judge.minute(look.time, look.truth, look.flows, look.cast, look.iron)
        now = self.plant.time
        self._keep(now)
        self.seconds["plant"] += time.perf_counter() - begin
        image, made = self.chain.cycle(samples, now)
        self.judge.arrived(image.arrivals)
        self.judge.said(made, now)
        if self.observe is not None:
            self.observe(self, image, made)
        self._replay()
        self.judge.judge(now)
        state = usual(self.plant) if state is None else state
        return watch(state, now - self.begin, signs(self.plant))

    def _keep(self, now: float) -> None:
        """Snapshots as long as one may be wanted."""
        if self.replayer is None or now < self.begin + self.options.warm_up:
            return
        self._kept[now] = self.plant.snapshot()
        while next(iter(self._kept)) < now - self.judge.keep:
            self._kept.popitem(last=False)

    def _replay(self, last: bool = False) -> None:
        for wanted in self.judge.close_casts(self.plant.time, last):
            if self.replayer is None or wanted.origin not in self._kept:
                continue
            begin = time.perf_counter()
            replays = self.replayer.run(self._kept[wanted.origin], wanted.seconds)
            ensemble = Ensemble(replays.time, replays.truth, replays.expected, self.runner.white_noise())
            self.judge.replayed(wanted.origin, ensemble)
            self.moments += 1
            self.seconds["replays"] += time.perf_counter() - begin
