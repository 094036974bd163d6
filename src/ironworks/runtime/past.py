"""What a chain must know of the past when it starts: from its record, or at the very first start from a historian."""

from collections.abc import Callable, Sequence

from ironworks.core.image import ProcessImage
from ironworks.core.sample import Sample
from ironworks.decide.predictive import PredictiveController
from ironworks.record import SqliteRecord
from ironworks.runtime.chain import Chain

REMEMBERED_CYCLES = 3 * 144
"""Cycles of the record that a start shows the models again: three days at one cycle every 10 min."""


def show_past(chain: Chain, image: ProcessImage) -> None:
    """Let the filter, the models and the controller see a past image, so that they know what was. Decides nothing."""
    estimate = chain.estimator.step(image)
    chain.predictor.step(image, estimate)
    if isinstance(chain.controller, PredictiveController):
        chain.controller.observe(image)


def remember(chain: Chain, record: SqliteRecord, progress: Callable[[str], None] = lambda text: None) -> int:
    """Show the chain the images of the last days of its record, and the newest value of every tag; cycles shown.

    Where the record has fewer cycles than that, what its first start took from the historian comes before them.
    """
    last = record.last_cycle()
    first = max(1, last - REMEMBERED_CYCLES + 1)
    if first == 1 <= last:
        begin = record.image(1).time - chain.works.cycle
        _replay(chain, _imported(chain, record, begin), progress)
    for number in range(first, last + 1):
        if (number - first) % 72 == 0:
            progress(f"reading the record again: cycle {number} of {last}")
        show_past(chain, record.image(number))
    newest = sorted(record.latest().values(), key=lambda sample: sample.arrival_time)
    chain.validator.judge(newest, chain.clock.now())
    chain.validator.image(chain.clock.now())  # the models have seen these: they must not arrive again
    return max(0, last - first + 1)


def import_history(chain: Chain, samples: Sequence[Sample], progress: Callable[[str], None]) -> int:
    """Judge, record and show the chain the past, cycle by cycle, as it would have arrived; the number of samples."""
    _replay(chain, samples, progress, chain.record.samples)
    return len(samples)


def _imported(chain: Chain, record: SqliteRecord, end: float) -> list[Sample]:
    """What the record holds of as many cycles before `end` as a start remembers, in the order of arrival."""
    begin = end - REMEMBERED_CYCLES * chain.works.cycle
    by_tag = record.history([tag.name for tag in chain.works.tags], begin, end)
    samples = [sample for one in by_tag.values() for sample in one if sample.arrival_time <= end]
    return sorted(samples, key=lambda sample: sample.arrival_time)


def _replay(
    chain: Chain,
    samples: Sequence[Sample],
    progress: Callable[[str], None],
    keep: Callable[[Sequence[Sample]], object] = lambda judged: None,
) -> None:
    """Judge samples, keep them, and show their images, cycle by cycle as they would have arrived."""
    if not samples:
        return
    position, end = 0, samples[0].arrival_time
    while position < len(samples):
        end += chain.works.cycle
        first = position
        while position < len(samples) and samples[position].arrival_time <= end:
            position += 1
        judged = chain.validator.judge(samples[first:position], end)
        keep(judged)
        show_past(chain, chain.validator.image(end))
        if first // 20_000 != position // 20_000:
            progress(f"reading the works' history: {position} of {len(samples)} samples")
