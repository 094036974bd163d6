"""The stages of the chain from sense to predict, cycle by cycle as live."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ironworks import predict
from ironworks.backtest.forecast_bench.targets import Target
from ironworks.core.dictionary import TagDictionary
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.core.ports import Estimator
from ironworks.core.sample import Sample
from ironworks.estimate import together as estimators
from ironworks.validate import Validator

CLOCK_RESOLUTION = 1.0  # s


@dataclass(slots=True)
class LiveChain:
    """Validates, estimates and predicts. What the laboratory takes of iron and slag is filtered together, what
    instruments read by itself. `seconds`: wall time by stage; `slowest`: of one cycle, all stages together."""

    tags: TagDictionary
    targets: Sequence[Target]
    horizons: Sequence[float]
    seconds: dict[str, float] = field(default_factory=lambda: {"validate": 0.0, "estimate": 0.0, "predict": 0.0})
    slowest: float = 0.0
    _validator: Validator = field(init=False)
    _estimator: Estimator = field(init=False)
    _suite: predict.Suite = field(init=False)

    def __post_init__(self) -> None:
        together = [target.name for target in self.targets if target.by_cast]
        alone = [[target.name] for target in self.targets if not target.by_cast]
        self._validator = Validator(self.tags, CLOCK_RESOLUTION)
        self._estimator = estimators.build(self.tags, ([together] if together else []) + alone)
        names = [target.name for target in self.targets]
        self._suite = predict.build(self.tags, names, self.horizons, beneath=predict.MODELS)

    def cycle(self, samples: Sequence[Sample], now: float) -> tuple[ProcessImage, tuple[Forecast, ...]]:
        """The image at `now` of what has arrived, and the forecasts made from it, also of what lies under samples."""
        begin = time.perf_counter()
        self._validator.judge(samples, now)
        image = self._validator.image(now)
        validated = time.perf_counter()
        estimate = self._estimator.step(image)
        estimated = time.perf_counter()
        made = self._suite.step(image, estimate)
        end = time.perf_counter()
        for stage, wall in zip(self.seconds, (validated - begin, estimated - validated, end - estimated)):
            self.seconds[stage] += wall
        self.slowest = max(self.slowest, end - begin)
        return image, made
