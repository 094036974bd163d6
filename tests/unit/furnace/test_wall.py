"""Heat to walls and tuyere coolers ebbs with the blast, but not to nothing."""

import jax.numpy as jnp
import numpy as np
import pytest

from ironworks.plant.furnace.column import column_geometry, layers
from ironworks.plant.furnace.raceway import burn
from ironworks.plant.furnace.wall import convection, wall_flow


def at(settled, volume):
    """The blast of the settled furnace with another volume, Nm3/s."""
    return settled.blast._replace(blast_volume=jnp.asarray(volume))


def test_convection_is_one_at_the_reference_and_falls_with_the_blast(furnace, settled):
    p = furnace.parameters
    assert float(convection(p, at(settled, p.reference_blast_volume))) == pytest.approx(1.0)
    found = [float(convection(p, at(settled, share * p.reference_blast_volume))) for share in (1.1, 0.8, 0.4, 0.1)]
    assert np.all(np.diff(found) < 0.0)
    off = float(convection(p, at(settled, 0.0)))
    assert float(p.wall_still_share) <= off < float(p.wall_still_share) + 0.1  # the least flow that is marched


def test_off_blast_walls_take_a_part_of_their_heat(furnace, settled, inputs):
    p, geometry = furnace.parameters, column_geometry(furnace.parameters)
    lay = layers(p, geometry, settled.cells, settled.active)
    usual, still = (
        wall_flow(p, geometry, inputs, at(settled, volume), settled.cells, lay, settled.wall)
        for volume in (p.reference_blast_volume, 0.0)
    )
    share = float(jnp.sum(still.cells) / jnp.sum(usual.cells))
    # Less than convection's share is not to be had; lining and skull, which stay, carry a part of the resistance.
    assert float(p.wall_still_share) < share < 0.9


def test_off_blast_tuyeres_take_a_part_of_their_heat(furnace, settled, inputs):
    p, cells = furnace.parameters, settled.cells
    ash = cells.ash[:, 0] / cells.carbon[:, 0]
    usual, still = (
        burn(p, inputs, at(settled, v), settled.gas_share, settled.gas_share, cells.temperature[:, 0], ash)
        for v in (p.reference_blast_volume, 0.0)
    )
    share = float(jnp.sum(still.loss) / jnp.sum(usual.loss))
    assert share == pytest.approx(float(convection(p, at(settled, 0.0))))
