"""A picture of one furnace of the forecast bench: truth, samples, forecast and ceiling of hot metal temperature.

    python -m benchmarks.forecast_bench_plot --seed 21 --days 5 --out furnace.png

Upper half: the truth in the runner, the samples, the headline's forecast made `--horizon` earlier with the band of the
truth. Lower half: casts, their mean truth, the headline, and the ceiling with its band. Needs matplotlib.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console

from ironworks import predict
from ironworks.backtest.forecast_bench.judge import Judge
from ironworks.backtest.forecast_bench.targets import TAP_MEAN_TRUTH
from ironworks.commands.forecast_bench.one_furnace import FurnaceRun, two_works
from ironworks.commands.forecast_bench.options import BenchOptions
from ironworks.core.durations import parse_duration
from ironworks.core.forecast import LEVELS, Scored
from ironworks.physics import backend
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace.sampler import draw
from ironworks.plant.replays import seed_of
from ironworks.plant.sampling_quality import sampled

TARGET, KELVIN, DAY = "hot_metal_temperature", 273.15, 86400.0


class Watched(Judge):
    """Keeps what it scores, for the picture."""

    def watch(self, horizon: float) -> None:
        self.horizon, self.pairs, self.course = horizon, [], []

    def minute(self, time, truth, flows, cast, iron) -> None:
        super().minute(time, truth, flows, cast, iron)
        self.course.append((time, float(truth[0]) if iron else np.nan))

    def _score(self, row, said, ensembles) -> None:
        super()._score(row, said, ensembles)
        if row.target or row.horizon != self.horizon or row.scored != TAP_MEAN_TRUTH:
            return
        ours = said.get((TARGET, row.horizon, Scored.TRUTH), {}).get(predict.HEADLINE)
        found = [e.forecast(0, np.array(row.times), False) for e in ensembles]
        best = next((one[0] for one in found if one is not None), None)
        self.pairs.append((row.made_at + row.horizon, row.value, ours, best))


def main() -> None:
    """Run one furnace and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--days", type=float, default=5.0)
    parser.add_argument("--horizon", default="2h")
    parser.add_argument("--instrumentation", default="good")
    parser.add_argument("--out", type=Path, default=Path("forecast_bench.png"))
    given = parser.parse_args()
    backend.configure()
    horizon = parse_duration(given.horizon)
    options = BenchOptions(1, given.days, given.seed, given.instrumentation, 1.5 * DAY, 8)
    furnace = draw(1, given.seed).furnaces[0]
    seed, made, samples = seed_of(given.seed, "bench", furnace.number), [], []

    def observe(run, image, said) -> None:
        samples.extend((s.source_time, s.value) for s in image.arrivals if s.tag == TARGET and s.usable)
        made.extend(
            f for f in said if f.target == TARGET and f.scored == Scored.TRUTH and f.horizon == horizon
            and f.model == predict.HEADLINE
        )  # fmt: skip

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / furnace.name
        write_drawn(folder, sampled(furnace, given.instrumentation))
        run = FurnaceRun(*two_works(folder, seed, options), seed, options, observe)
        old = run.judge
        run.judge = Watched(old.targets, (horizon,), old.models, old.score_from, old.cycle)
        run.judge.watch(horizon)
        run.run()
    picture(run, made, samples, given.out, horizon)
    Console().print(f"{given.out}: {len(run.judge.pairs)} casts", highlight=False)


def picture(run: FurnaceRun, made, samples, out: Path, horizon: float) -> None:
    """Two panels over days."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (upper, lower) = plt.subplots(2, 1, figsize=(16, 10), sharex=True)
    course = np.array(run.judge.course)
    day = lambda times: (np.asarray(times) - run.begin) / DAY  # noqa: E731
    upper.plot(day(course[:, 0]), course[:, 1] - KELVIN, "k-", lw=0.8, label="truth in the runner")
    upper.plot(
        day([t for t, _ in samples]), [v - KELVIN for _, v in samples], ".", ms=4, c="tab:orange", label="samples"
    )
    valid = day([f.valid_at for f in made])
    upper.plot(
        valid, [f.median - KELVIN for f in made], c="tab:blue", label=f"headline, made {horizon / 3600:g} h before"
    )
    ends = [[f.at(level) - KELVIN for f in made] for level in (LEVELS[0], LEVELS[-1])]
    upper.fill_between(valid, *ends, alpha=0.15, color="tab:blue")
    pairs = [pair for pair in run.judge.pairs if pair[2] is not None]
    lower.plot(day([p[0] for p in pairs]), [p[1] - KELVIN for p in pairs], "k.-", label="mean truth of the cast")
    lower.plot(day([p[0] for p in pairs]), [p[2].point - KELVIN for p in pairs], ".-", c="tab:blue", label="headline")
    best = [p for p in pairs if p[3] is not None]
    half = np.array([[p[3].point - p[3].low, p[3].high - p[3].point] for p in best]).T if best else np.zeros((2, 0))
    lower.errorbar(day([p[0] for p in best]), [p[3].point - KELVIN for p in best], half, fmt="o", ms=4, c="tab:green",
                   lw=0.8, label="ceiling, 90 % band")  # fmt: skip
    for axis in (upper, lower):
        axis.legend(loc="upper right")
        axis.grid(alpha=0.3)
        axis.set_ylabel("degC")
    lower.set_xlabel("days")
    figure.tight_layout()
    figure.savefig(out, dpi=70)


if __name__ == "__main__":
    main()
