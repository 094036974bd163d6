"""The furnace as the works sees it: inputs in, true values out, one compiled call a sampling step.

Inputs and the values that instruments look at cross into and out of the compiled program as one flat vector each; that
keeps the cost of a call below the cost of the furnace.
"""

import functools
import hashlib
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.core.errors import CallError, DataError
from ironworks.core.layers import layers
from ironworks.core.works import Works
from ironworks.physics import backend
from ironworks.plant.furnace import furnace as model
from ironworks.plant.furnace.inputs import SHAPES, VALID, FurnaceInputs
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.state import FurnaceState

Truth = Mapping[str, Any]
"""True values by name of `FurnaceOutputs`: a float, or an array (k,); besides these `actual_*`, the blast after its
lags, and `hearth_refractory_temperature`."""

VECTORS = {"top_gas_temperature_annulus": 3, "shaft_pressure": 4, "heat_loss": 6, "stave_temperature": 6, "tap_open": 4}
SCALARS = (
    "production_rate", "tapped_metal_rate", "tapped_slag_rate", "hot_metal_temperature", "hot_metal_temperature_tapped",
    "hot_metal_silicon", "hot_metal_carbon", "hot_metal_manganese", "hot_metal_phosphorus", "hot_metal_sulphur",
    "slag_lime", "slag_silica", "slag_alumina", "slag_magnesia", "slag_ferrous_oxide", "slag_manganese_oxide",
    "slag_sulphur", "slag_basicity", "top_gas_carbon_monoxide", "top_gas_carbon_dioxide", "top_gas_hydrogen",
    "top_gas_nitrogen", "top_gas_steam", "top_gas_temperature", "top_gas_flow", "gas_utilisation", "hot_blast_pressure",
    "top_pressure", "pressure_drop", "flame_temperature", "stock_level", "charge_count", "coke_charged", "ore_charged",
    "coal_injected", "metal_produced", "metal_tapped", "slag_tapped", "coke_rate", "fuel_rate", "iron_mass",
    "slag_level", "cast_count", "time_in_cast", "tapped_metal_silicon", "tapped_metal_carbon", "tapped_metal_manganese",
    "tapped_metal_phosphorus", "tapped_metal_sulphur", "tapped_slag_lime", "tapped_slag_silica", "tapped_slag_alumina",
    "tapped_slag_magnesia", "tapped_slag_ferrous_oxide", "tapped_slag_manganese_oxide", "tapped_slag_sulphur",
)  # fmt: skip
ACTUAL = ("blast_volume", "oxygen_flow", "blast_temperature", "blast_moisture", "coal_injection_rate")


class Process(Protocol):
    """What the works needs of a furnace."""

    @property
    def reference(self) -> FurnaceInputs:
        """Inputs of the reference operation."""
        ...

    @property
    def truth(self) -> Truth:
        """True values now; empty before the first step."""
        ...

    def advance(self, inputs: FurnaceInputs, seconds: float) -> Truth:
        """Run on with constant inputs."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """State as a tree for `snapshot.pack`."""
        ...

    def restore(self, tree: dict[str, Any]) -> None:
        """Go on from such a tree."""
        ...


class FurnaceProcess:
    """The furnace of a works, starting from the settled state of its reference operation.

    Settling costs time on a first start, so its result is kept in the user's cache directory under a hash of the
    parameters and of the model's sources; it is written to a temporary file and renamed, so that a half-written one is
    never read.
    """

    def __init__(self, works: Works, step: float) -> None:
        backend.configure()
        # Never longer than the furnace's own step, at which it was calibrated and settled.
        self._steps = math.ceil(step / model.STEP)
        self._furnace = model.Furnace.of_works(works.folder, step / self._steps)
        self._reference = self._furnace.reference_inputs()
        self._parameters: FurnaceParameters = self._furnace.parameters
        self._state: FurnaceState = settled_state(works, self._parameters)
        self._seconds, self._truth = step, {}

    @property
    def reference(self) -> FurnaceInputs:
        """Inputs of the reference operation."""
        return self._reference

    @property
    def truth(self) -> Truth:
        """True values now; empty before the first step."""
        return self._truth

    @property
    def parameters(self) -> FurnaceParameters:
        """Parameters of the model."""
        return self._parameters

    @property
    def state(self) -> FurnaceState:
        """State of the model now."""
        return self._state

    def advance(self, inputs: FurnaceInputs, seconds: float) -> Truth:
        """Run on by one sampling step (the one given at the start) with constant inputs, put into the model's range."""
        if seconds != self._seconds:
            raise CallError(f"a furnace step of {seconds} s", "FurnaceProcess", f"{self._seconds} s")
        vector = flatten_inputs(inputs)
        self._state, flat = _advance(self._parameters, self._state, vector, self._steps, self._furnace.dt)
        self._truth = unflatten_truth(np.asarray(flat))
        return self._truth

    def snapshot(self) -> dict[str, Any]:
        """State as a tree for `snapshot.pack`."""
        return {"state": model.snapshot(self._state), "truth": dict(self._truth)}

    def restore(self, tree: dict[str, Any]) -> None:
        """Go on from such a tree."""
        self._state, self._truth = model.restore(tree["state"], self._state), tree["truth"]


def flatten_inputs(inputs: FurnaceInputs) -> NDArray[np.float64]:
    """All fields in one vector, kept within the ranges that the model can take."""
    values = []
    for name, field in zip(FurnaceInputs._fields, inputs, strict=True):
        low, high, _ = VALID[name]
        if name in SHAPES:
            values.extend(min(max(float(x), low), high) for x in field)  # pyright: ignore[reportGeneralTypeIssues]
        else:
            values.append(min(max(float(field), low), high))  # pyright: ignore[reportArgumentType]
    return np.array(values)


def unflatten_inputs(vector: jax.Array) -> FurnaceInputs:
    """The inputs that `flatten_inputs` put into a vector."""
    fields, at = {}, 0
    for name in FurnaceInputs._fields:
        size = SHAPES.get(name, 0)
        fields[name] = vector[at : at + size] if size else vector[at]
        at += size or 1
    return FurnaceInputs(**fields)


def unflatten_truth(flat: NDArray[np.float64]) -> dict[str, Any]:
    """True values by name."""
    scalars = flat[: len(SCALARS)].tolist()
    truth: dict[str, Any] = dict(zip(SCALARS, scalars))
    at = len(SCALARS)
    for name, size in VECTORS.items():
        truth[name] = flat[at : at + size]
        at += size
    for name in ACTUAL:
        truth[f"actual_{name}"] = float(flat[at])
        at += 1
    truth["hearth_refractory_temperature"] = float(flat[at])
    return truth


@functools.partial(jax.jit, compiler_options=backend.COMPILER)
def _advance(
    parameters: FurnaceParameters, state: FurnaceState, vector: jax.Array, count: int, dt: float
) -> tuple[FurnaceState, jax.Array]:
    inputs = unflatten_inputs(vector)
    before = jax.lax.fori_loop(0, count - 1, lambda _, now: model.step(parameters, now, inputs, dt)[0], state)
    after, outputs = model.step(parameters, before, inputs, dt)
    parts = [jnp.stack([getattr(outputs, name) for name in SCALARS])]
    parts += [getattr(outputs, name) for name in VECTORS]
    parts += [jnp.stack([getattr(after.blast, name) for name in ACTUAL])]
    parts += [after.wall.refractory_temperature[:1]]
    return after, jnp.concatenate(parts)


def settled_state(works: Works, parameters: FurnaceParameters) -> FurnaceState:
    """The settled start of the works' furnace, from the cache if it is there and readable."""
    furnace = model.Furnace.of_works(works.folder)
    like = model.starting_state(parameters, furnace.reference_inputs())  # for the shapes only
    file = backend.cache_directory().parent / "plant" / f"settled-{_fingerprint(works.folder)}.npz"
    try:
        return model.restore(file.read_bytes(), like)
    except (OSError, DataError):
        state = furnace.settled_state()
        _write_atomically(file, model.snapshot(state))
        return state


def _fingerprint(folder: Path) -> str:
    """Hash of all that the settled state depends on: parameters and the sources of furnace and physics."""
    digest = hashlib.blake2b(digest_size=12)
    for layer in layers(folder / "parameters.toml"):
        digest.update(layer.read_bytes())
    for package in (Path(model.__file__).parent, Path(backend.__file__).parent):
        for source in sorted(package.glob("*.py")):
            digest.update(source.read_bytes())
    digest.update(jax.__version__.encode())
    return digest.hexdigest()


def _write_atomically(file: Path, content: bytes) -> None:
    """Best effort: a cache that cannot be written costs time, not correctness."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(content)
        os.replace(name, file)
    except OSError:
        return
