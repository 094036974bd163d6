"""What an ensemble of twins makes known, as beliefs by name (SI):

    hot_metal_temperature.ahead.<s>, hot_metal_silicon.ahead.<s>     in so many seconds, of AHEAD, if inputs stay
    inside.temperature.<cell>, inside.gas_temperature.<cell>, inside.oxidation.<cell>     profile, 00 at the tuyeres
    inside.cohesive_top, inside.cohesive_bottom     share of the height between tuyeres and stock line
    inside.stored_heat             J in burden and coke
    inside.wall_loss               W: the wall's, and all losses that the twin leaves out
    inside.shaft_efficiency        1, exchange in the shaft against usual
    inside.coke_error              relative, of carbon per iron against what is weighed
    inside.reducibility            1, against usual
    inside.residence_time          s, from the stock line to the tuyeres
    inside.utilisation_offset      1, the analyser's reading less the twin's

The standard deviation of a belief is the spread of the members: how sure the ensemble is, not how right the twin is.
"""

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.core.estimate import Belief, ahead
from ironworks.estimate.inside.instruments import Instruments
from ironworks.estimate.inside.reading import SILICON, TEMPERATURE
from ironworks.twin import column, ensemble
from ironworks.twin.column import CELLS, HEIGHT, ColumnOutputs
from ironworks.twin.ensemble import LOOK, Ensemble, Given

Array = NDArray[np.float64]

AHEAD = (0.0, 1800.0, 3600.0, 5400.0, 7200.0, 10800.0, 14400.0, 21600.0, 28800.0)
SOFTENING, MELTED = 1473.15, column.MELTING  # K, edges of the cohesive zone
PROFILES = ("temperature", "gas_temperature", "oxidation")


def beliefs(members: Ensemble, outputs: ColumnOutputs, usual: Given, instruments: Instruments) -> dict[str, Belief]:
    """All beliefs; `usual`: the inputs that are taken to stay."""
    return _ahead(members, usual) | _profiles(members, outputs) | _parameters(members, outputs, instruments)


def _ahead(members: Ensemble, usual: Given) -> dict[str, Belief]:
    future = ensemble.outlook(members, usual, jnp.arange(round(AHEAD[-1] / LOOK)))
    present = members.state.pool_temperature, members.state.pool_silicon
    found: dict[str, Belief] = {}
    for tag, now, later in zip((TEMPERATURE, SILICON), present, future, strict=True):
        course = np.vstack([np.asarray(now), np.asarray(later)])
        found |= {ahead(tag, seconds): _belief(course[round(seconds / LOOK)]) for seconds in AHEAD}
    return found


def _profiles(members: Ensemble, outputs: ColumnOutputs) -> dict[str, Belief]:
    solid = np.asarray(column.solid_temperature(members.state))
    oxidation = np.asarray(members.state.oxygen) / np.maximum(np.asarray(members.state.iron), 1e-9)
    rows = solid, np.asarray(outputs.gas_temperature), oxidation
    found = {
        f"inside.{name}.{cell:02d}": _belief(values[:, cell])
        for name, values in zip(PROFILES, rows, strict=True)
        for cell in range(CELLS)
    }
    return found | {
        "inside.cohesive_top": _belief(_height_of(solid, SOFTENING)),
        "inside.cohesive_bottom": _belief(_height_of(solid, MELTED)),
    }


def _parameters(members: Ensemble, outputs: ColumnOutputs, instruments: Instruments) -> dict[str, Belief]:
    p, d, state = members.parameters, members.disturbances, members.state
    kept = np.asarray(state.carbon[:, -1]) / np.maximum(np.asarray(state.iron[:, -1]), 1e-9)
    taken = np.asarray(outputs.charged_iron) * (column.ORE_VOLUME + kept * column.COKE_VOLUME)
    return {
        "inside.stored_heat": _belief(np.asarray(state.heat).sum(axis=1)),
        "inside.wall_loss": _belief(np.asarray(outputs.wall_loss)),
        "inside.shaft_efficiency": _belief(1.0 + np.asarray(d.shaft)),
        "inside.coke_error": _belief(np.asarray(members.carbon_error) + np.asarray(d.carbon)),
        "inside.reducibility": _belief(np.asarray(p.reduction_rate) / ensemble.USUAL["reduction_rate"]),
        "inside.residence_time": _belief(np.asarray(p.volume) / np.maximum(taken, 1e-3)),
        "inside.utilisation_offset": _belief(instruments.offsets[0]),
    }


def _belief(values: Array) -> Belief:
    return Belief(float(values.mean()), float(values.std(ddof=1)))


def _height_of(solid: Array, temperature: float) -> Array:
    """Relative height, (M,), below which the burden is hotter than this."""
    falling = np.maximum.accumulate(solid[:, ::-1], axis=1)[:, ::-1]
    return np.array([np.interp(-temperature, -one, HEIGHT) for one in falling])
