"""The same furnace, seed and disturbances with its own shift operator and with the chain in AUTO, on the virtual clock.

`python -m benchmarks.closed_loop [DAYS [SEED ...]]` (3 days, seeds 1 2 3). The true hot metal temperature and silicon
are compared, which neither of the two has seen: of the pool in the hearth, and of the metal in the runner, which
is what is sampled, and which the runner's bed cools early in a cast. `--plot FILE` draws the last seed.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ironworks.act.direct import DirectSink
from ironworks.commands.plant import operate
from ironworks.core.clock import SimulatedClock, parse_iso
from ironworks.core.works import Works, load_works
from ironworks.link.direct import DirectLink
from ironworks.plant.works import SAMPLING_STEP, SimulatedWorks
from ironworks.record import SqliteRecord
from ironworks.runtime.past import import_history
from ironworks.runtime.service import Service
from ironworks.runtime.summary import summarise
from ironworks.runtime.wiring import wire_chain
from ironworks.sense.direct import DirectSource

DAY = 86400.0
START = parse_iso("2026-01-05T00:00:00Z")
HISTORY = 3 * DAY
WATCHED = (
    "hot_metal_temperature",
    "hot_metal_silicon",
    "fuel_rate",
    "coal_injection_rate_setpoint",
    "blast_moisture_setpoint",
)
TAPPED = "hot_metal_temperature_tapped"
Trace = dict[str, list[tuple[float, float]]]


class Watcher(SimulatedWorks):
    """A works that notes what is true, for us and for nobody else."""

    trace: Trace

    def advance(self, seconds):
        """As the works does."""
        samples = super().advance(seconds)
        truth, tags = self.truth, self.works.tags
        for name in WATCHED[:2]:
            self.trace.setdefault(name, []).append((self.time, tags[name].unit.from_si(float(truth[name]))))
        if float(truth["tapped_metal_rate"]) > 0.0:
            value = tags[WATCHED[0]].unit.from_si(float(truth[TAPPED]))
            self.trace.setdefault(TAPPED, []).append((self.time, value))
        for sample in samples:
            if sample.tag in WATCHED[2:] and sample.value is not None:
                value = tags[sample.tag].unit.from_si(sample.value)
                self.trace.setdefault(sample.tag, []).append((sample.source_time, value))
        return samples


def by_operator(works: Works, plant: Watcher, days: float) -> Trace:
    """The plant's own shift."""
    plant.trace = {}
    for _ in range(round(days * DAY / works.cycle)):
        plant.advance(works.cycle)
    return plant.trace


async def by_chain(works: Works, plant: Watcher, past: list, days: float) -> tuple[Trace, dict]:
    """The chain in AUTO on moisture and coal; the shift keeps the rest."""
    with tempfile.TemporaryDirectory() as folder:
        clock = SimulatedClock(plant.time, SAMPLING_STEP)
        link, record = DirectLink(plant, clock), SqliteRecord(Path(folder))
        source = DirectSource(link)
        chain = wire_chain(works, clock, source, DirectSink(works, link), record)
        import_history(chain, past, lambda text: None)
        await source.open()
        plant.trace = {}
        started, begin = time.perf_counter(), clock.now()
        service = Service(chain)
        await service.run(begin + days * DAY)
        wall = time.perf_counter() - started
        summary = summarise(record, works, begin, clock.now(), wall, service).to_json()
        record.close()
    return plant.trace, summary


def spread(trace: Trace, name: str) -> tuple[float, float]:
    """Mean and standard deviation."""
    values = np.array([value for _, value in trace.get(name, [])])
    return (float(values.mean()), float(values.std())) if len(values) else (float("nan"), float("nan"))


def draw(pictures: dict[str, Trace], file: str) -> None:
    """All watched values over time."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(len(WATCHED), 1, figsize=(14, 3 * len(WATCHED)), sharex=True)
    for axis, name in zip(axes, WATCHED):
        for who, trace in pictures.items():
            points = np.array(trace.get(name, []))
            if len(points):
                axis.plot((points[:, 0] - START) / 3600.0, points[:, 1], label=who)
        axis.set_ylabel(name)
        axis.grid(True)
    axes[0].legend()
    plt.savefig(file, dpi=60, bbox_inches="tight")


def main(arguments: list[str]) -> None:
    """Print one line a seed and who ran the furnace."""
    plot = arguments.pop(arguments.index("--plot") + 1) if "--plot" in arguments else ""
    numbers = [argument for argument in arguments if not argument.startswith("--")]
    days, seeds = float(numbers[0]) if numbers else 3.0, [int(n) for n in numbers[1:]] or [1, 2, 3]
    works = load_works("demo")
    print("seed  who        pool mean, sd, degC   tapped mean, sd    Si mean, sd, %", end="")
    print("    fuel kg/tHM  moves  violations  wall s")
    for seed in seeds:
        plant = Watcher(works, seed, START - HISTORY)
        plant.trace = {}
        past = operate(plant, works, HISTORY, lambda text: None)
        begun = plant.snapshot()
        operator = by_operator(works, plant, days)
        plant.restore(begun)
        chain, summary = asyncio.run(by_chain(works, plant, past, days))
        for who, trace, facts in (("operator", operator, None), ("ironworks", chain, summary)):
            heat, tapped, silicon = (spread(trace, name) for name in (WATCHED[0], TAPPED, WATCHED[1]))
            line = f"{seed:4}  {who:9}  {heat[0]:9.1f} {heat[1]:6.1f}    {tapped[0]:9.1f} {tapped[1]:6.1f}"
            line += f"     {silicon[0]:7.3f} {silicon[1]:6.3f}    "
            line += f"{spread(trace, 'fuel_rate')[0]:9.1f}"
            if facts:
                line += (
                    f"  {facts['commands_written']:5}  {len(facts['limit_violations']):10}  {facts['wall_time_s']:6.1f}"
                )
            print(line, flush=True)
    if plot:
        draw({"operator": operator, "ironworks": chain}, plot)


if __name__ == "__main__":
    main(sys.argv[1:])
