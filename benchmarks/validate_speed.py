"""How fast validation is: `python benchmarks/validate_speed.py`. Goal: 2,000 samples judged in < 20 ms."""

import statistics
import time
from collections.abc import Callable

from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_works
from ironworks.validate import Validator

START = 1_790_000_000.0


def main() -> None:
    """Judge 30 batches of 2,000 samples and freeze an image after each."""
    tags = list(load_works("demo").tags)
    validator = Validator(load_works("demo").tags, 1.0)
    judging, freezing = [], []
    for batch in range(30):
        samples = []
        for i in range(2000):
            tag, moment = tags[i % len(tags)], START + batch * 600.0 + (i // len(tags)) * 50.0
            value = tag.low + (tag.high - tag.low) * (0.5 + 0.01 * ((i * 7919 + batch) % 13) / 13)
            samples.append(Sample(tag.name, value, Quality.GOOD, moment, moment + 1.0))
        now = START + batch * 600.0 + 600.0
        judging.append(timed(lambda: validator.judge(samples, now)))  # noqa: B023  called at once
        freezing.append(timed(lambda: validator.image(now)))  # noqa: B023  called at once
    print(f"{'ms':<24}{'wall median':>14}{'wall worst':>14}{'CPU median':>14}")
    for label, times in (("judge 2,000 samples", judging), ("freeze an image", freezing)):
        wall, cpu = zip(*times, strict=True)
        print(f"{label:<24}{statistics.median(wall):14.1f}{max(wall):14.1f}{statistics.median(cpu):14.1f}")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU time of `work`, ms: on a shared machine the first holds waiting for others too."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3


if __name__ == "__main__":
    main()
