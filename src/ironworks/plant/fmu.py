"""The furnace as an FMU: FMI 2.0 co-simulation, so that other simulators can run it.

Needs the extra `fmi` (`pip install 'ironworks[fmi]'`): the native library of pythonfmu loads Python and this package.
The machine that runs the FMU needs Python with ironworks as well (the FMU says `needsExecutionTool`); parameters and
the settled state of the furnace travel inside it. A host that is itself Python (FMPy) works on Linux x86-64; another
one must have libpython loaded for all (RTLD_GLOBAL), since the library does not link it.

Three things that pythonfmu's library (0.7.0) gets wrong end the host's process in a crash, and are made good here:
`hold_namespace`, `survivable` and `finalize_early` say what and how.

Inputs are the set points, outputs the furnace's true values (moments at the end of a step), in the units of the field,
which stand in modelDescription.xml with their conversion to SI. Steps are whole multiples of 30 s. An input that the
furnace cannot take makes the step fail (fmi2Discard) with the reason in the log; a furnace that freezes goes on, with
`frozen` true.
"""

import ctypes
import functools
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from ironworks.core.errors import IronworksError
from ironworks.core.units import UNITS, Unit
from ironworks.core.works import Works
from ironworks.physics import backend
from ironworks.plant.furnace.freezing import FreezeWatch, Outcome, Signs, watch
from ironworks.plant.furnace.furnace import Furnace, restore, snapshot
from ironworks.plant.furnace.parameters import FurnaceParameters
from ironworks.plant.furnace.start import starting_state
from ironworks.plant.process import settled_state

try:
    from pythonfmu import Boolean, Fmi2Causality, Fmi2Initial, Fmi2Slave, Fmi2Variability, Real
    from pythonfmu.builder import FmuBuilder
    from pythonfmu.enums import Fmi2Status
except ImportError as error:
    raise ImportError(
        "ironworks.plant.fmu needs pythonfmu; expected the extra 'fmi'; pip install 'ironworks[fmi]'"
    ) from error

PARAMETERS, STATE = "parameters.npz", "settled.npz"
MODULE = "ironworks_furnace"
SCRIPT = '''"""The furnace; the code is in the installed package ironworks."""

from ironworks.plant.fmu import FurnaceSlave, hold_namespace

hold_namespace(globals())


class Furnace(FurnaceSlave):
    """FMI 2.0 slave."""
'''
INPUTS = {
    "blast_volume": "Nm3/min", "oxygen_flow": "Nm3/min", "blast_temperature": "degC", "blast_moisture": "g/Nm3",
    "coal_injection_rate": "t/h", "top_pressure": "kPa(g)", "coke_base": "t", "ore_base": "t", "limestone_base": "t",
}  # fmt: skip
OUTPUTS = {
    "production_rate": "t/d", "tapped_metal_rate": "t/min", "hot_metal_temperature": "degC", "hot_metal_silicon": "%",
    "hot_metal_carbon": "%", "hot_metal_sulphur": "%", "slag_basicity": "-", "slag_rate": "t/min",
    "top_gas_temperature": "degC", "top_gas_flow": "Nm3/min", "top_gas_carbon_monoxide": "%",
    "top_gas_carbon_dioxide": "%", "top_gas_hydrogen": "%", "gas_utilisation": "%", "hot_blast_pressure": "kPa(g)",
    "pressure_drop": "kPa", "flame_temperature": "degC", "bosh_gas_volume": "Nm3/min", "stock_level": "m",
    "coke_rate": "kg/tHM", "coal_rate": "kg/tHM", "fuel_rate": "kg/tHM", "direct_reduction": "-", "iron_mass": "t",
    "slag_level": "m", "metal_produced": "t", "metal_tapped": "t",
}  # fmt: skip
BASE = {
    "K": {"K": 1}, "kg": {"kg": 1}, "kg/s": {"kg": 1, "s": -1}, "Nm3/s": {"m": 3, "s": -1}, "m": {"m": 1}, "1": {},
    "kg/Nm3": {"kg": 1, "m": -3}, "Pa": {"kg": 1, "m": -1, "s": -2}, "-": {},
}  # fmt: skip
"""Exponents of the SI base units of our SI symbols; a normal cubic metre counts as a cubic metre."""


CALLED = (
    "setup_experiment", "enter_initialization_mode", "exit_initialization_mode", "do_step", "terminate",
    "get_real", "get_integer", "get_boolean", "get_string", "set_real", "set_integer", "set_boolean", "set_string",
)  # fmt: skip
"""Methods that the library calls."""


def hold(thing: object) -> None:
    """One reference more to `thing`, for one that the library gives back without owning it."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def hold_namespace(namespace: dict[str, Any]) -> None:
    """Keep the namespace of the script alive, which the library runs once for every instance.

    Its `findClass` gives back a reference to the namespace that `PyModule_GetDict` only lent it. Without this the
    namespace is freed in use: a second instance no longer finds its class (NTNU-IHB/PythonFMU issue 228), and the end
    of the process clears whatever has taken that place in memory.
    """
    hold(namespace)


def survivable(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of the slave whose exceptions leave it whole.

    The library answers an exception with the status fatal and gives back class, instance and messages, but forgets
    that it did: it uses them again in any later call and gives them back once more with the instance.
    """

    @functools.wraps(method)
    def guarded(self: "FurnaceSlave", *given: Any) -> Any:
        try:
            return method(self, *given)
        except Exception:
            for thing in (type(self), self, self.log_queue):
                hold(thing)
            raise

    return guarded


def finalize_early(resources: Path) -> None:
    """Let a Python that the library has started end before what JAX needs for that is gone.

    In a host that is not Python the library ends Python when its own variables are destroyed. It was loaded before
    JAX, so that JAX's variables are destroyed earlier, and objects of JAX that are freed then reach for them. The call
    noted here comes, at the exit of the process, before all that is there by now is destroyed. A host that is Python
    has ended its interpreter by then, and nothing is left to do.
    """
    if sys.platform != "linux":
        return
    file = resources.parent / "binaries" / "linux64" / f"{MODULE}.so"
    try:
        library = ctypes.CDLL(str(file), mode=os.RTLD_NOW | os.RTLD_NOLOAD | os.RTLD_NODELETE)
        finalize = library.finalizePythonInterpreter
    except (OSError, AttributeError):  # the slave is used without the library, as by the builder, or with another one
        return
    ctypes.CDLL(None)["__cxa_atexit"](finalize, None, None)


class FurnaceSlave(Fmi2Slave):
    """The furnace behind FMI's functions. `resources`: the folder with parameters and state."""

    author = "ironworks"
    license = "Apache-2.0"
    description = "Blast furnace, dynamic, of a works of ironworks. Gases wet, values are moments."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        backend.configure()
        folder = Path(str(self.resources))
        self._furnace = Furnace(_read_parameters(folder / PARAMETERS))
        self._inputs = self._furnace.reference_inputs()
        self._state = restore((folder / STATE).read_bytes(), starting_state(self._furnace.parameters, self._inputs))
        self.guid = uuid5(NAMESPACE_URL, (folder / PARAMETERS).read_bytes().hex())
        self.modelName = "ironworks_furnace"
        usual = float(self._state.smoothed.production), float(self._state.blast.blast_volume)
        self._watch = FreezeWatch(*usual, float(self._furnace.parameters.melting_temperature))
        self._time, self._outputs, self.frozen = 0.0, dict.fromkeys(OUTPUTS, 0.0), False
        self._units: dict[str, str] = {}
        for name, unit in INPUTS.items():
            self._register(name, unit, Fmi2Causality.input, Fmi2Variability.continuous)
        for name, unit in OUTPUTS.items():
            self._register(name, unit, Fmi2Causality.output, Fmi2Variability.continuous)
        self.register_variable(
            Boolean(
                "frozen", causality=Fmi2Causality.output, variability=Fmi2Variability.discrete,
                description="the furnace has frozen", getter=lambda: self.frozen,
            )
        )  # fmt: skip
        finalize_early(folder)

    def __init_subclass__(cls) -> None:
        """The library calls the subclass that the script of the FMU makes."""
        for name in CALLED:
            setattr(cls, name, survivable(getattr(cls, name)))

    def _register(self, name: str, symbol: str, causality: Fmi2Causality, variability: Fmi2Variability) -> None:
        unit = UNITS[symbol]
        self._units[name] = symbol
        words = name.replace("_", " ")
        if causality == Fmi2Causality.input:
            self.register_variable(
                Real(name, causality=causality, variability=variability, description=f"set point: {words}",
                     getter=lambda: unit.from_si(float(getattr(self._inputs, name))),
                     setter=lambda value: self._set(name, unit.to_si(value)))
            )  # fmt: skip
            return
        self.register_variable(
            Real(name, causality=causality, variability=variability, initial=Fmi2Initial.calculated,
                 description=words, getter=lambda: self._outputs[name])
        )  # fmt: skip

    def _set(self, name: str, value: float) -> None:
        self._inputs = self._inputs._replace(**{name: value})

    def enter_initialization_mode(self) -> None:
        """Outputs of the first instant: those of a step from the settled state, which is not kept. The master may have
        set any start values of the inputs; the first step checks them."""
        try:
            self._read(self._furnace.step(self._state, self._inputs)[1])
        except IronworksError as error:
            self.log(str(error), Fmi2Status.warning)

    def exit_initialization_mode(self) -> None:
        """The same with the inputs that the master has set since."""
        self.enter_initialization_mode()
        finalize_early(Path(str(self.resources)))  # again: the first step has compiled the furnace, and JAX has more

    def do_step(self, current_time: float, step_size: float) -> bool:
        """One communication step; False with a reason in the log where the furnace refuses."""
        try:
            self._state, outputs = self._furnace.advance(self._state, self._inputs, step_size)
        except IronworksError as error:
            self.log(str(error), Fmi2Status.error)
            return False
        self._time += step_size
        self._read(outputs)
        signs = Signs(
            float(outputs.hot_metal_temperature), float(outputs.production_rate), float(self._state.blast.blast_volume)
        )
        self._watch, ending = watch(self._watch, self._time, signs)
        if ending is not None and not self.frozen:
            self.frozen = ending.outcome == Outcome.FROZEN
            self.log(ending.message, Fmi2Status.warning)
        return ending is None or ending.outcome != Outcome.NOT_FINITE

    def _read(self, outputs: Any) -> None:
        self._outputs = {name: UNITS[unit].from_si(float(getattr(outputs, name))) for name, unit in OUTPUTS.items()}

    def to_xml(self, model_options: dict[str, str] | None = None) -> Element:
        """The model description, with the units that pythonfmu leaves out."""
        root = super().to_xml(model_options or {})
        definitions = Element("UnitDefinitions")
        for symbol in dict.fromkeys(self._units.values()):
            definitions.append(unit_definition(UNITS[symbol]))
        at = [child.tag for child in root].index("LogCategories")
        root.insert(at, definitions)
        for variable in root.iter("ScalarVariable"):
            real, symbol = variable.find("Real"), self._units.get(variable.attrib["name"])
            if real is not None and symbol is not None:
                real.set("unit", symbol)
        return root


def unit_definition(unit: Unit) -> Element:
    """FMI's definition of a unit: SI value = factor * value + offset."""
    one = Element("Unit", {"name": unit.symbol})
    exponents = {base: str(power) for base, power in BASE[unit.si_symbol].items()}
    own = {"factor": repr(unit.factor)} | ({"offset": repr(unit.offset)} if unit.offset else {})
    SubElement(one, "BaseUnit", exponents | own)
    return one


def _read_parameters(file: Path) -> FurnaceParameters:
    with np.load(file, allow_pickle=False) as stored:
        return FurnaceParameters(**{name: stored[name] for name in FurnaceParameters._fields})


def export_fmu(works: Works, out: Path) -> Path:
    """Write the furnace of a works as an FMU to `out` (NAME.fmu), settled at its reference operation."""
    backend.configure()
    parameters = Furnace.of_works(works.folder).parameters
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / f"{MODULE}.py"
        script.write_text(SCRIPT, encoding="utf-8")
        files = Path(folder) / PARAMETERS, Path(folder) / STATE
        # The numbers and not the file: a works may be built on another one, whose files do not travel.
        np.savez(files[0], allow_pickle=False, **{k: np.asarray(v) for k, v in parameters._asdict().items()})
        files[1].write_bytes(snapshot(settled_state(works, parameters)))
        FmuBuilder.build_FMU(script, out, files)
    return out
