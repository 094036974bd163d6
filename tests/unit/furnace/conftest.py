"""One furnace, settled once, for all furnace tests."""

from pathlib import Path

import pytest

from ironworks.plant.furnace.furnace import Furnace

WORKS = Path(__file__).resolve().parents[3] / "works" / "demo"


@pytest.fixture(scope="session")
def furnace():
    return Furnace.of_works(WORKS)


@pytest.fixture(scope="session")
def inputs(furnace):
    return furnace.reference_inputs()


@pytest.fixture(scope="session")
def settled(furnace):
    return furnace.settled_state()
