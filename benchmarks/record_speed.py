"""How fast the record is: `python benchmarks/record_speed.py [FOLDER]`.

Wall time in ms, median and worst of the repeats, and CPU time: on a shared machine the wall waits for others too.

append      one cycle with 2,000 samples and 30 forecasts, each call durable on the disk (goal: < 150 ms)
history     24 h of 8 tags (goal: < 100 ms), at 60 s and at 10 s between values
latest      the newest sample of 168 tags (goal: < 20 ms)
roll out    one part of 100,000 samples from SQLite into Parquet
start       opening a record with a day of hot samples
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ironworks.core.decision import Allowed, Hold, Move, Solved, SolverStatus, Unsolved
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.ports import CycleRecord
from ironworks.core.sample import Quality, Sample
from ironworks.record import SqliteReader, SqliteRecord
from ironworks.record.writer import PART_ROWS

TAGS, FAST = 168, 40  # as many as the demonstration works has; 40 of them every 10 s, the rest every 60 s
DAY = 86_400.0
START = 1_790_000_000.0
QUANTILES = (1.1, 2.2, 3.3, 4.4, 5.5)


def samples_between(start: float, end: float) -> list[Sample]:
    """What the works measures in that span, in order of arrival."""
    found = []
    for step in range(int(start // 10), int(end // 10)):
        moment = step * 10.0
        for tag in range(TAGS if step % 6 == 0 else FAST):
            found.append(Sample(f"tag_{tag}", tag + 0.1 * (step % 97), Quality.GOOD, moment, moment + 0.5))
    return found


def cycle(number: int, arrivals: list[Sample]) -> CycleRecord:
    """A cycle with an image of all tags, 60 beliefs, 30 forecasts, two proposals and two verdicts."""
    now = arrivals[-1].arrival_time
    newest = {sample.tag: sample for sample in arrivals}
    image = ProcessImage(now, {t: Reading(s, now - s.source_time) for t, s in newest.items()}, tuple(arrivals))
    estimate = StateEstimate(now, {f"tag_{i}": Belief(i / 7, i / 11) for i in range(60)}, Health.GOOD)
    forecasts = tuple(
        Forecast(f"target_{i % 2}", now, 600.0 * (1 + i // 2), Scored.SAMPLE, f"model_{i % 5}", LEVELS, QUANTILES)
        for i in range(30)
    )  # fmt: skip
    move = Move("setpoint_1", 0.011, 0.010, Solved("solver", 1.0, 12), now, "cooler than aimed for")
    hold = Hold("setpoint_2", Unsolved(SolverStatus.NO_FORECAST, "too little is known"), now, "no forecast")
    return CycleRecord(number, image, estimate, forecasts, (move, hold), (Allowed(move, 0.011, now),), (), ())


def timed(label: str, repeats: int, work: Callable[[], object]) -> None:
    """Print the median and the worst wall time and the median CPU time of `work`."""
    wall, cpu = [], []
    for _ in range(repeats):
        began, busy = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.process_time() - busy) * 1e3)
    print(f"{label:<58}{statistics.median(wall):9.1f}{max(wall):9.1f}{statistics.median(cpu):9.1f}")


def main(folder: Path) -> None:
    """All measurements on a record in `folder`."""
    record = SqliteRecord(folder)
    print(f"{'ms':<58}{'median':>9}{'worst':>9}{'CPU':>9}")
    for hour in range(24):
        record.samples(samples_between(START + hour * 3600, START + (hour + 1) * 3600))
    end = START + DAY
    batches = [samples_between(end + i * 300, end + (i + 1) * 300)[:2000] for i in range(30)]
    work = iter([(cycle(number, batch), batch) for number, batch in enumerate(batches, 1)])

    def append() -> None:
        thought, batch = next(work)
        record.samples(batch)
        record.cycle(thought)

    timed("append 2,000 samples and a cycle with 30 forecasts", 25, append)
    reader = SqliteReader(folder)
    slow, fast = [f"tag_{i}" for i in range(60, 68)], [f"tag_{i}" for i in range(8)]
    timed(f"history hot, 8 tags x 24 h, {DAY / 60 * 8:.0f} rows", 10, lambda: reader.history(slow, START, end))
    timed(f"history hot, 8 tags x 24 h, {DAY / 10 * 8:.0f} rows", 10, lambda: reader.history(fast, START, end))
    timed("outline hot, the same 24 h, 800 points", 10, lambda: reader.outline(fast, START, end, 800))
    timed("latest, 168 tags", 20, reader.latest)
    timed("image of a cycle, rebuilt", 10, lambda: reader.image(1))
    timed("forecasts of one target, 25 cycles", 10, lambda: reader.forecasts("target_0", START, end + DAY))
    timed("decisions, 25 cycles", 10, lambda: reader.decisions(START, end + DAY))
    timed("verify the chain, 25 cycles", 3, reader.verify)
    record.close()

    def restart() -> None:
        SqliteRecord(folder).close()

    timed("start with a day of hot samples", 3, restart)
    record = SqliteRecord(folder)
    timed(f"roll out one part of {PART_ROWS:,} samples", 4, lambda: record._roll(*record._span(end, part_only=True)))  # type: ignore[misc]
    record.roll_out(end)
    timed("history past, 8 tags x 24 h at 60 s", 10, lambda: reader.history(slow, START, end))
    timed("history past, 8 tags x 24 h at 10 s", 10, lambda: reader.history(fast, START, end))
    print("rows:", record.counts()["samples"], "sound:", record.verify().sound)
    sizes = {kind: sum(file.stat().st_size for file in folder.rglob(kind)) for kind in ("hot*", "*.parquet")}
    print("bytes:", sizes)
    record.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
