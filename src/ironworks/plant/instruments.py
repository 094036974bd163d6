"""Instruments: from true values to what the plant reads. Vectorised over all measured tags.

Reading = true value behind the sensor's own lag, with gain error and drift, bias drift, correlated and white noise,
rounded to the last digit, clipped to the instrument's range. Now and then an instrument drops out (no value, BAD),
freezes or shows a spike. Frozen values and spikes come as GOOD, as they do in a plant: to find them is the chain's
business.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ironworks.core.dictionary import Tag
from ironworks.core.errors import ConfigurationError
from ironworks.plant.random_streams import Stream
from ironworks.plant.settings import Settings

Vector = NDArray[np.float64]
KINDS = (
    "noise", "noise_relative", "wander", "wander_time", "drift", "gain_drift", "resolution", "drift_time", "lag",
    "gain_error", "low_cut",
)  # fmt: skip
SPAN = ("top_gas_carbon_monoxide", "top_gas_carbon_dioxide")
"""Tags of one analyser, whose span errs and drifts for both alike: their ratio stays right."""
LINE = (*SPAN, "top_gas_hydrogen")
"""Tags that share a sample line: its pressure, leaks and back-flushes with nitrogen dilute all of them alike."""
FAULTS = ("dropout", "outlier", "freeze")
U_DROPOUT, U_DROPOUT_TIME, U_OUTLIER, U_OUTLIER_SIZE, U_FREEZE, U_FREEZE_TIME = range(6)
N_WHITE, N_WANDER, N_DRIFT, N_GAIN = range(4)


@dataclass(frozen=True, slots=True)
class InstrumentState:
    """What the instruments remember, every array (tags,): correlated noise and drifts in standard deviations, until
    when an instrument is missing or frozen (plant seconds), its last reading and the true value behind its lag (NaN:
    none)."""

    step: int
    wander: Vector
    drift: Vector
    gain: Vector
    missing_until: Vector
    frozen_until: Vector
    last: Vector
    lagged: Vector
    span: float  # error of the analyser's span in standard deviations


class Instruments:
    """The instruments of `tags`, each with the entry of `instruments.toml` whose name fits it best."""

    def __init__(self, tags: tuple[Tag, ...], settings: Settings, seed: int, faults: bool = True) -> None:
        self.tags = tags
        groups = [self._group(tag.name, settings) for tag in tags]
        columns = {kind: np.array([settings.get(f"{g}.{kind}", 0.0) for g in groups]) for kind in KINDS}
        self._noise, self._relative = columns["noise"], columns["noise_relative"]
        self._wander, self._drift, self._gain = columns["wander"], columns["drift"], columns["gain_drift"]
        self._wander_time = np.where(columns["wander_time"] > 0.0, columns["wander_time"], 1.0)
        own = columns["drift_time"]
        self._drift_time = np.where(own > 0.0, own, settings["common.drift_time"])
        self._error, self._cut = columns["gain_error"], columns["low_cut"]
        self._shared = np.array([float(tag.name in SPAN) for tag in tags])
        self._span = [settings.get(f"analyser.{kind}", 0.0) for kind in ("span_error", "span_drift")]
        self._on_line = np.array([tag.name in LINE for tag in tags])
        self._dilution = settings.get("analyser.dilution_noise", 0.0)
        self._span_time = settings.get("analyser.span_time", 1.0)
        self._lag = np.maximum(columns["lag"], 1e-9)
        self._resolution, self._coarse = columns["resolution"], columns["resolution"] > 0.0
        self._digit = np.where(self._coarse, self._resolution, 1.0)
        self._low, self._high = np.array([t.low for t in tags]), np.array([t.high for t in tags])
        self._settings, self._faults = settings, faults
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Draw from the streams of another seed from now on."""
        count = len(self.tags)
        self._normals = Stream(seed, "instruments", 4 * count)
        self._spans, self._line = Stream(seed, "analyser span", 1), Stream(seed, "sample line", 2)
        self._uniforms = Stream(seed, "instrument faults", 6 * count)

    @staticmethod
    def _group(name: str, settings: Settings) -> str:
        fits = [g for g in settings.groups() if name == g or name.startswith(f"{g}_")]
        if not fits:
            raise ConfigurationError(
                f"no instrument for tag '{name}'", settings.where, "a table named after the tag or its beginning"
            )
        return max(fits, key=len)

    def start(self) -> InstrumentState:
        """Drifts and noise in their stationary distribution; nothing missing or frozen."""
        n = self._normals.normal(0).reshape(4, -1)
        never, none = np.full(len(self.tags), -np.inf), np.full(len(self.tags), np.nan)
        return InstrumentState(0, n[N_WANDER], n[N_DRIFT], n[N_GAIN], never, never, none, none,
                               float(self._spans.normal(0)[0]))  # fmt: skip

    def read(
        self, state: InstrumentState, truth: Vector, time: float, seconds: float
    ) -> tuple[InstrumentState, Vector]:
        """Readings (tags,) at `time`, `seconds` after the last; NaN where there is none or `truth` is NaN."""
        step = state.step + 1
        n = self._normals.normal(step).reshape(4, -1)
        wander = _correlated(state.wander, n[N_WANDER], self._wander_time, seconds)
        drift = _correlated(state.drift, n[N_DRIFT], self._drift_time, seconds)
        gain = _correlated(state.gain, n[N_GAIN], self._drift_time, seconds)
        lagged = truth + (state.lagged - truth) * np.exp(-seconds / self._lag)
        lagged = np.where(np.isfinite(lagged), lagged, truth)  # the first value after none is taken as it is
        keep = np.exp(-seconds / self._span_time)
        span = float(keep * state.span + np.sqrt(1.0 - keep * keep) * self._spans.normal(step)[0])
        gain_error = self._error + self._shared * (self._span[0] + self._span[1] * span)
        gain_error = gain_error + self._on_line * self._dilution * self._line.normal(step)[0]
        reading = lagged * (1.0 + gain_error) * (1.0 + self._gain * gain + self._relative * n[N_WHITE])
        reading = reading + self._drift * drift + self._wander * wander + self._noise * n[N_WHITE]
        missing, frozen, last = state.missing_until, state.frozen_until, state.last
        if self._faults:
            u = self._uniforms.uniform(step).reshape(6, -1)
            missing, frozen = self._begin(missing, frozen, u, time, seconds)
            reading = self._spike(reading, u, self._line.uniform(step))
        reading = np.where(self._coarse, np.round(reading / self._digit) * self._digit, reading)
        reading = np.where(reading < self._cut, 0.0, reading)  # a meter's low-flow cut-off
        reading = np.clip(reading, self._low, self._high)
        held = (frozen > time) & np.isfinite(last) & np.isfinite(truth)
        reading = np.where(held, last, reading)
        reading = np.where(missing > time, np.nan, reading)
        last = np.where(np.isfinite(reading), reading, last)
        return InstrumentState(step, wander, drift, gain, missing, frozen, last, lagged, span), reading

    def _begin(self, missing: Vector, frozen: Vector, u: Vector, time: float, seconds: float) -> tuple[Vector, Vector]:
        """Drop-outs and freezings that begin now; both last an exponentially distributed time."""
        s = self._settings
        drops = u[U_DROPOUT] < s["common.dropout_rate"] * seconds
        drop_time = -s["common.dropout_time"] * np.log1p(-u[U_DROPOUT_TIME])
        freezes = u[U_FREEZE] < s["common.freeze_rate"] * seconds
        freeze_time = -s["common.freeze_time"] * np.log1p(-u[U_FREEZE_TIME])
        missing = np.where(drops, np.maximum(missing, time + drop_time), missing)
        return missing, np.where(freezes, np.maximum(frozen, time + freeze_time), frozen)

    def _spike(self, reading: Vector, u: Vector, line: Vector) -> Vector:
        """Single wrong values, up or down; in the sample line a flush, that dilutes all its gases to the same share."""
        share = self._settings["common.outlier_share"]
        low, high = self._settings.pair("common.outlier_size")
        size = (low + (high - low) * u[U_OUTLIER_SIZE]) * (self._high - self._low)
        sign = np.where(u[U_OUTLIER] < 0.5 * share, -1.0, 1.0)
        alone = reading + np.where(u[U_OUTLIER] < share, sign * size, 0.0)
        left = 1.0 - (low + (high - low) * float(line[1])) if line[0] < share else 1.0
        return np.where(self._on_line, reading * left, alone)


def _correlated(now: Vector, normal: Vector, time: Vector, seconds: float) -> Vector:
    """An Ornstein-Uhlenbeck process of unit variance, `seconds` later."""
    keep = np.exp(-seconds / time)
    return keep * now + np.sqrt(1.0 - keep * keep) * normal


def to_tree(state: InstrumentState) -> dict[str, Any]:
    """The state as a tree for `snapshot.pack`."""
    return asdict(state)


def from_tree(tree: dict[str, Any]) -> InstrumentState:
    """The state from such a tree."""
    return InstrumentState(**tree)
