"""The rolling origin: recorded samples pass through the same stages, cycle by cycle, as they would have live."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ironworks import predict
from ironworks.backtest.mapping import Mapping
from ironworks.core.dictionary import Role
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.ports import Estimator, Predictor
from ironworks.core.sample import Sample
from ironworks.estimate import together as estimators
from ironworks.validate import Validator

Progress = Callable[[float], None]
"""Is told the share that is done, 0 to 1."""

CLOCK_RESOLUTION = 1.0
"""Of a record's times, s."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle of the walk."""

    image: ProcessImage
    estimate: StateEstimate
    forecasts: tuple[Forecast, ...]


def stages(mapping: Mapping, target: str, horizon: float) -> tuple[Validator, Estimator, Predictor]:
    """Fresh stages for one target: laboratory targets are filtered together with the other laboratory tags."""
    tags = mapping.tags
    together = (
        [tag.name for tag in tags.with_role(Role.LABORATORY)] if tags[target].role == Role.LABORATORY else [target]
    )
    inputs = [name for name, column in mapping.columns.items() if column.is_input and name != target]
    return (
        Validator(tags, CLOCK_RESOLUTION),
        estimators.build(tags, [together]),
        predict.build(tags, [target], [horizon], inputs),
    )


def walk(
    samples: Sequence[Sample], mapping: Mapping, target: str, horizon: float, progress: Progress | None = None
) -> Iterator[Cycle]:
    """Every cycle from the first arrival until all samples have arrived. `samples` in order of arrival."""
    validator, estimator, predictor = stages(mapping, target, horizon)
    first = math.ceil(samples[0].arrival_time / mapping.cycle)
    last = math.ceil(samples[-1].arrival_time / mapping.cycle)
    index = 0
    for number in range(first, last + 1):
        now, start = number * mapping.cycle, index
        while index < len(samples) and samples[index].arrival_time <= now:
            index += 1
        validator.judge(samples[start:index], now)
        image = validator.image(now)
        estimate = estimator.step(image)
        yield Cycle(image, estimate, predictor.step(image, estimate))
        if progress is not None and number % 100 == 0:
            progress((number - first) / max(1, last - first))
