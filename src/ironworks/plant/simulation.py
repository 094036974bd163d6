"""Days of a works in this process: what it measures, and, apart from that, the truth. Nothing is kept in memory.

`simulate` gives the days piece by piece; whoever calls writes them down. Everything repeats from the seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ironworks.core.errors import CallError
from ironworks.core.sample import Sample
from ironworks.core.units import UNITS
from ironworks.plant.furnace.freezing import Ending, FreezeWatch, Outcome, Signs, watch
from ironworks.plant.works import SAMPLING_STEP, SimulatedWorks

DAY = 86400.0
PIECE = 600.0  # s of plant time between two pieces; how often freezing is looked for
TRUTH_STEP = SAMPLING_STEP
MOST_DAYS = 3660.0

TRUTH_UNITS = {
    "production_rate": "t/d", "tapped_metal_rate": "t/min", "tapped_slag_rate": "t/min",
    "hot_metal_temperature": "degC", "hot_metal_temperature_tapped": "degC", "hot_metal_silicon": "%",
    "hot_metal_carbon": "%", "hot_metal_manganese": "%", "hot_metal_phosphorus": "%", "hot_metal_sulphur": "%",
    "slag_lime": "%", "slag_silica": "%", "slag_alumina": "%", "slag_magnesia": "%", "slag_ferrous_oxide": "%",
    "slag_manganese_oxide": "%", "slag_sulphur": "%", "slag_basicity": "-", "top_gas_carbon_monoxide": "%",
    "top_gas_carbon_dioxide": "%", "top_gas_hydrogen": "%", "top_gas_nitrogen": "%", "top_gas_steam": "%",
    "top_gas_temperature": "degC", "top_gas_flow": "Nm3/min", "gas_utilisation": "%", "hot_blast_pressure": "kPa(g)",
    "top_pressure": "kPa(g)",
    "pressure_drop": "kPa", "flame_temperature": "degC", "stock_level": "m", "charge_count": "-", "coke_charged": "t",
    "ore_charged": "t", "coal_injected": "t", "metal_produced": "t", "metal_tapped": "t", "slag_tapped": "t",
    "coke_rate": "kg/tHM", "fuel_rate": "kg/tHM", "iron_mass": "t", "slag_level": "m", "cast_count": "-",
    "time_in_cast": "min", "top_gas_temperature_annulus": "degC", "shaft_pressure": "kPa(g)", "heat_loss": "MW",
    "stave_temperature": "degC", "tap_open": "-", "actual_blast_volume": "Nm3/min", "actual_oxygen_flow": "Nm3/min",
    "actual_blast_temperature": "degC", "actual_blast_moisture": "g/Nm3", "actual_coal_injection_rate": "t/h",
    "hearth_refractory_temperature": "degC", "tapped_metal_silicon": "%", "tapped_metal_carbon": "%",
    "tapped_metal_manganese": "%", "tapped_metal_phosphorus": "%", "tapped_metal_sulphur": "%",
    "tapped_slag_lime": "%", "tapped_slag_silica": "%", "tapped_slag_alumina": "%", "tapped_slag_magnesia": "%",
    "tapped_slag_ferrous_oxide": "%", "tapped_slag_manganese_oxide": "%", "tapped_slag_sulphur": "%",
}  # fmt: skip
"""Units of the truth, those of tags.csv where a tag has the same name; true values not named here stay SI."""
WET = ("carbon_monoxide", "carbon_dioxide", "hydrogen", "nitrogen", "flow")
RENAMED = {f"top_gas_{name}": f"top_gas_{name}_wet" for name in WET}
"""The analyser and the tag of the flow are of dry gas, the truth of the furnace is of wet gas: other names."""
SI = "SI"


@dataclass(frozen=True, slots=True)
class Piece:
    """What came in a piece of time: samples in order of arrival (SI), truth rows in `TRUTH_UNITS` with their `time`
    [plant s], and how the run ended, if it did."""

    time: float
    samples: list[Sample]
    truth: list[dict[str, float]]
    ending: Ending | None


def whole_pieces(days: float) -> int:
    """Pieces in so many days; `CallError` if they are not a whole number."""
    count = days * DAY / PIECE
    if not 0.0 < days <= MOST_DAYS or abs(count - round(count)) > 1e-6:
        raise CallError(f"{days:g} days", "--days", f"a multiple of 10 min up to {MOST_DAYS:g} d, for instance 0.5")
    return round(count)


def simulate(plant: SimulatedWorks, days: float) -> Iterator[Piece]:
    """The works piece by piece, by its own operator. Ends before its time with the piece in which it froze."""
    begin, state = plant.time, None
    count = whole_pieces(days)
    for number in range(1, count + 1):
        samples: list[Sample] = []
        rows: list[dict[str, float]] = []
        for _ in range(round(PIECE / TRUTH_STEP)):
            samples += plant.advance(TRUTH_STEP)
            rows.append(truth_row(plant))
        state = usual(plant) if state is None else state
        state, ending = watch(state, plant.time - begin, signs(plant))
        if ending is None and number == count:
            ending = Ending(Outcome.COMPLETED, plant.time - begin, "")
        yield Piece(plant.time, samples, rows, ending)
        if ending is not None:
            return


def truth_row(plant: SimulatedWorks) -> dict[str, float]:
    """True values now by column: vectors as `name_1`, `name_2` ...; slow disturbances as `disturbance_...` in SI."""
    row: dict[str, float] = {"time": plant.time}
    for name, value in plant.truth.items():
        convert = UNITS[TRUTH_UNITS[name]].from_si if name in TRUTH_UNITS else float
        if np.ndim(value):
            row |= {f"{name}_{i}": convert(x) for i, x in enumerate(np.asarray(value).tolist(), 1)}
        else:
            row[RENAMED.get(name, name)] = convert(float(value))
    return row | {f"disturbance_{name}": value for name, value in plant.hidden_disturbances.items()}


def truth_unit(column: str) -> str:
    """Unit of a column of the truth."""
    if column == "time":
        return "s"
    stem = column.removesuffix("_wet")
    head, _, number = stem.rpartition("_")
    return TRUTH_UNITS.get(head if number.isdigit() else stem, SI)


def usual(plant: SimulatedWorks) -> FreezeWatch:
    """What is usual, from the settled start; a furnace that is not the model is not judged by its production."""
    blast = plant.setpoints.blast_volume
    if plant.furnace is None:
        return FreezeWatch(0.0, blast, 0.0)
    state, parameters = plant.furnace.state, plant.furnace.parameters
    return FreezeWatch(float(state.smoothed.production), blast, float(parameters.melting_temperature))


def signs(plant: SimulatedWorks) -> Signs:
    """What shows whether the furnace of a works freezes."""
    truth = plant.truth
    seen = truth["hot_metal_temperature"], truth["production_rate"], truth["actual_blast_volume"]
    if plant.furnace is None:
        return Signs(*seen)
    shares, cells = np.asarray(plant.furnace.parameters.annulus_area_share), plant.furnace.state.cells
    bottom, carbon = np.asarray(cells.temperature)[:, 0], np.asarray(cells.carbon)[:, 0]
    return Signs(*seen, float(shares @ bottom), float(shares @ (carbon <= 0.0)))
