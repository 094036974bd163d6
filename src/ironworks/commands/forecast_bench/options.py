"""What the command line says, checked before anything runs."""

import os
from dataclasses import dataclass
from pathlib import Path

from ironworks.core.errors import CallError
from ironworks.plant.sampling_quality import total_noise

DAY = 86400.0
FEWEST_REPLAYS = 4
"""Fewer say nothing of a spread."""
MOST_DAYS = 366.0


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """furnaces, days: how many. seed: of the furnaces and of all their luck. instrumentation: good | rough. warm_up: s
    that are not scored. replays: of every moment, 0 for no ceiling. every: a cast in so many gets a moment. workers:
    processes, 0 for as many as there are cores. keep: folder of results by furnace, which are not worked out again."""

    furnaces: int = 4
    days: float = 10.0
    seed: int = 1
    instrumentation: str = "good"
    warm_up: float = 3.0 * DAY
    replays: int = 8
    every: int = 1
    workers: int = 0
    keep: Path | None = None

    def check(self) -> None:
        """CallError for what cannot be done."""
        for name, value in (("furnaces", self.furnaces), ("every", self.every)):
            if value < 1:
                raise CallError(f"{value}", f"--{name}", "at least 1")
        if not 0.0 < self.days <= MOST_DAYS:
            raise CallError(f"{self.days:g} days", "--days", f"more than the warm-up, up to {MOST_DAYS:g}")
        if self.warm_up < 0.0 or self.days * DAY <= self.warm_up:
            raise CallError(
                f"{self.days:g} days, of which {self.warm_up / DAY:g} are warm-up", "--days",
                "more days than the warm-up, which is not scored", "give more --days or a shorter --warm-up",
            )  # fmt: skip
        if self.replays != 0 and self.replays < FEWEST_REPLAYS:
            raise CallError(f"{self.replays} replays", "--replays", f"0 (no ceiling) or at least {FEWEST_REPLAYS}")
        if self.workers < 0:
            raise CallError(f"{self.workers} workers", "--workers", "0 (one a core) or more")
        total_noise(self.instrumentation)

    @property
    def processes(self) -> int:
        """As many as there is work for."""
        return min(self.workers or len(os.sched_getaffinity(0)), self.furnaces)
