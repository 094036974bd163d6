"""An ensemble as a matrix that a linear filter may turn, and back; its quantities lie within bounds.

Rows (X, M): by cell the share of ore, the oxidation and the temperature; the pool; the disturbances; the logarithms of
parameters; what the instruments are off by. A cell is always full: what is not ore is coke.
"""

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ironworks.twin import column
from ironworks.twin.column import CELLS, ColumnState
from ironworks.twin.ensemble import Disturbances, Ensemble

Array = NDArray[np.float64]

LEARNED = (
    "volume", "ore_heat_transfer", "coke_heat_transfer", "liquid_heat_transfer", "reduction_rate", "gasification_rate",
    "melting_time", "wall", "hearth_time", "silicon",
)  # fmt: skip
"""Parameters that measurements move."""
MOST_ORE = 0.9


def to_matrix(members: Ensemble) -> Array:
    """Rows of all members, (X, M)."""
    s, p = members.state, members.parameters
    cell = np.asarray(p.volume)[:, None] / CELLS
    iron = np.asarray(s.iron)
    walks = np.stack([np.asarray(one) for one in members.disturbances])
    return np.vstack(
        [
            (iron * column.ORE_VOLUME / cell).T,
            (np.asarray(s.oxygen) / np.maximum(iron, 1e-9)).T,
            np.asarray(column.solid_temperature(s)).T,
            np.asarray(s.pool_temperature), np.asarray(s.pool_silicon), walks,
            np.log(np.stack([np.asarray(getattr(p, name)) for name in LEARNED])), np.asarray(members.carbon_error),
        ]
    )  # fmt: skip


def from_matrix(rows: Array, like: Ensemble) -> Ensemble:
    """The ensemble that these rows say; `like` gives what is not in them. Values are held within what can be."""
    ore = np.clip(rows[:CELLS].T, 0.0, MOST_ORE)
    oxidation = np.clip(rows[CELLS : 2 * CELLS].T, 0.0, column.HEMATITE_OXYGEN)
    temperature = np.clip(rows[2 * CELLS : 3 * CELLS].T, column.LOWEST, column.HIGHEST)
    pool, silicon, *rest = rows[3 * CELLS :]
    count = len(Disturbances._fields)
    learned = dict(zip(LEARNED, np.exp(np.stack(rest[count : count + len(LEARNED)]))))
    parameters = like.parameters._replace(**{name: jnp.asarray(values) for name, values in learned.items()})
    cell = np.asarray(learned["volume"])[:, None] / CELLS
    iron, carbon = ore * cell / column.ORE_VOLUME, (1.0 - ore) * cell / column.COKE_VOLUME
    heat = (iron * column.ORE_CAPACITY + carbon * column.COKE_CAPACITY) * (temperature - column.COLD)
    state = ColumnState(
        jnp.asarray(iron), jnp.asarray(iron * oxidation), jnp.asarray(carbon), jnp.asarray(np.maximum(heat, 0.0)),
        jnp.asarray(pool), jnp.asarray(np.maximum(silicon, 1e-5)),
    )  # fmt: skip
    walks = Disturbances(*[jnp.asarray(one) for one in rest[:count]])
    return Ensemble(parameters, state, walks, jnp.asarray(rest[-1]))
