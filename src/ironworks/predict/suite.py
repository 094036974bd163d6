"""All models of a works as one predictor: baselines, filter, learned model, twin, sequence model, and the combination,
which is the headline."""

from collections.abc import Sequence

from ironworks.core.dictionary import Role, TagDictionary
from ironworks.core.errors import CallError, nearest
from ironworks.core.estimate import StateEstimate
from ironworks.core.forecast import Forecast
from ironworks.core.image import ProcessImage
from ironworks.predict.baselines import MeanOfDay, Persistence
from ironworks.predict.calibrated import CalibratedPredictor
from ironworks.predict.combination import Combination
from ironworks.predict.drift import InputWatch
from ironworks.predict.kalman import KalmanForecast
from ironworks.predict.learned import Learned
from ironworks.predict.sequence import SequenceForecast
from ironworks.predict.sequence.features import SAMPLES
from ironworks.predict.sequence.network import Network
from ironworks.predict.twin import INSIDE, TwinForecast
from ironworks.predict.underlying import CastClock, Underlying
from ironworks.predict.watch import View, Watch

HEADLINE = Combination.name
MODELS = (
    Persistence.name, MeanOfDay.name, KalmanForecast.name, Learned.name, TwinForecast.name, SequenceForecast.name,
    Combination.name,
)  # fmt: skip
DEFAULT_INPUTS = (
    "blast_volume", "oxygen_flow", "blast_temperature", "hot_blast_pressure", "blast_moisture", "top_pressure",
    "coal_injection_rate", "blast_volume_setpoint", "oxygen_flow_setpoint", "blast_temperature_setpoint",
    "blast_moisture_setpoint", "coal_injection_rate_setpoint", "ore_base_setpoint", "coke_base_setpoint",
    "flame_temperature", "pressure_drop", "gas_utilisation", "top_gas_temperature", "top_gas_hydrogen",
    "heat_load_total", "charge_rate", "production_rate",
)  # fmt: skip
"""Process tags that say something of the furnace's heat; those that a works lacks are left out."""
OWN_WORD = {TwinForecast.name: INSIDE, SequenceForecast.name: SAMPLES}
"""The driver by which the answer of a model that may have nothing to add to the filter's is known to have."""
NEVER_INPUTS = frozenset({Role.EVENT, Role.STATUS, Role.REMOTE_VALUE, Role.REMOTE_ENABLE, Role.HEARTBEAT})


class Suite:
    """Implements core.ports.Predictor: every cycle the forecasts of all models, the headline's last. `beneath`: models
    of which what lies under the samples is forecast too."""

    def __init__(
        self, targets: Sequence[str], horizons: Sequence[float], inputs: Sequence[str], network: Network | None = None,
        beneath: Sequence[str] = (HEADLINE,),
    ) -> None:  # fmt: skip
        self._watch = Watch(tuple(targets), tuple(horizons))
        models = (
            Persistence(),
            MeanOfDay(),
            KalmanForecast(),
            Learned(inputs),
            TwinForecast(),
            SequenceForecast(network),
        )
        self._models = tuple(CalibratedPredictor(model, targets, horizons) for model in models)
        self._combination, self._input_watch = Combination(), InputWatch(inputs)
        self._beneath, self._casts = {name: Underlying() for name in beneath}, CastClock()
        self.inputs = tuple(inputs)

    @property
    def name(self) -> str:
        """The headline's name."""
        return HEADLINE

    @property
    def headline(self) -> str:
        """The model to show, to decide on and to be judged by."""
        return HEADLINE

    @property
    def models(self) -> tuple[str, ...]:
        """The names of all models."""
        return MODELS

    def step(self, image: ProcessImage, estimate: StateEstimate) -> tuple[Forecast, ...]:
        """Forecasts of all models at the image's time."""
        view = self._watch.look(image, estimate)
        made = [forecast for model in self._models for forecast in model.see(view)]
        self._input_watch.step(image)
        points = {model.name: model.points for model in self._models}
        for name, driver in OWN_WORD.items():  # else the filter would speak with several voices
            points[name] = {question: point for question, point in points[name].items() if driver in point.drivers}
        made += self._combination.see(view, points, self._input_watch.signs)
        return (*self._all_beneath(view, made), *made)

    def _all_beneath(self, view: View, made: Sequence[Forecast]) -> list[Forecast]:
        """What lies under the forecasts of those models of which it is wanted."""
        casts = self._casts.step(view.image)
        found: list[Forecast] = []
        for name, beneath in self._beneath.items():
            beneath.learn(view, casts)
            found += beneath.forecasts(view, [forecast for forecast in made if forecast.model == name])
        return found


def build(
    tags: TagDictionary,
    targets: Sequence[str],
    horizons: Sequence[float],
    inputs: Sequence[str] | None = None,
    network: Network | None = None,
    beneath: Sequence[str] = (HEADLINE,),
) -> Suite:
    """The full set of models for these targets and horizons (s).

    `inputs`: process tags for the learned model; by default those of DEFAULT_INPUTS that the works has. `network`: that
    of the sequence model; by default the shipped one. `beneath`: models of which the truth and the tap mean are
    forecast too.
    CallError for an unknown target or input, or a horizon that is not positive.
    """
    for name in (*targets, *(inputs or ())):
        if name not in tags:
            raise CallError(
                f"cannot forecast with unknown tag '{name}'",
                expected="a tag of the works",
                remedy=nearest(name, tags.tags),
            )
    if not targets or not horizons or not all(horizon > 0.0 for horizon in horizons):
        raise CallError(
            f"targets {tuple(targets)} at horizons {tuple(horizons)} s",
            expected="at least one of each, and positive horizons",
        )
    chosen = inputs if inputs is not None else [name for name in DEFAULT_INPUTS if name in tags]
    usable = [name for name in chosen if name not in targets and tags[name].role not in NEVER_INPUTS]
    return Suite(targets, horizons, usable, network, beneath)
