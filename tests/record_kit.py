"""Shared by the record's scenario tests: what is written, known from a number alone, and a process that writes it.

`python record_kit.py FOLDER` forks a writer for every line that it reads, so that twenty writers cost one start of
Python. A writer says `pid N`, then `ack N` for every cycle that the record took, until it is killed; then `dead`.
"""

import os
import sys
from pathlib import Path

from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.ports import CycleRecord
from ironworks.core.sample import Quality, Sample
from ironworks.record import SqliteRecord

T0 = 1_790_000_000.0
TAGS = [f"tag_{i}" for i in range(20)]
PART_ROWS = 5 * len(TAGS)
HOT_S = 3000.0


def batch(number: int) -> list[Sample]:
    """The samples of one cycle."""
    at = T0 + 600.0 * number
    return [Sample(tag, number + i / 7, Quality.GOOD, at + i, at + i + 0.5) for i, tag in enumerate(TAGS)]


def cycle(number: int) -> CycleRecord:
    """The cycle of that number."""
    samples, now = batch(number), T0 + 600.0 * (number + 1)
    image = ProcessImage(now, {s.tag: Reading(s, now - s.source_time) for s in samples}, tuple(samples))
    forecasts = tuple(
        Forecast("silicon", now, 600.0 * i, Scored.MEAN, "model", LEVELS, tuple(number + q for q in LEVELS))
        for i in range(10)
    )
    estimate = StateEstimate(now, {"silicon": Belief(number / 3, 0.1)}, Health.GOOD)
    return CycleRecord(number, image, estimate, forecasts, (), (), (), ())


def say(text: str) -> None:
    """One line, at once and whole."""
    os.write(1, f"{text}\n".encode())


def write_for_ever(folder: Path) -> None:
    """Go on after the last recorded cycle, without end."""
    record = SqliteRecord(folder, hot_for=HOT_S, part_rows=PART_ROWS)
    number = record.last_cycle() + 1
    say(f"pid {os.getpid()}")
    while True:
        known = record.history(TAGS[:1], T0 + 600.0 * number, T0 + 600.0 * number)[TAGS[0]]
        if not known:
            record.samples(batch(number))
        record.cycle(cycle(number))
        say(f"ack {number}")
        number += 1


if __name__ == "__main__":
    for _ in sys.stdin:
        if (child := os.fork()) == 0:
            write_for_ever(Path(sys.argv[1]))
        os.waitpid(child, 0)
        say("dead")
