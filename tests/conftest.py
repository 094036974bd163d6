"""Shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# In CI the same examples every time: a red run then means a change, not luck. At a desk every run tries new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

ROOT = Path(__file__).parents[1]
LONGEST_FIRST = (
    "scenario/test_measured_furnaces.py", "unit/furnace/test_gradients.py", "unit/furnace/test_furnace_use.py",
    "unit/furnace/test_batch.py", "scenario/test_chain_in_process.py", "scenario/test_run_command.py",
    "unit/furnace/test_furnace_scenarios.py", "contract/test_no_leakage.py", "unit/furnace/test_hearth.py",
    "unit/furnace/test_parameter_sets.py",
)  # fmt: skip
"""Files that take minutes: they are begun first, so that no worker is left alone with one in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {ROOT / "tests" / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(scope="session")
def demo_works():
    """The demonstration works."""
    from ironworks.core.works import load_works

    return load_works(str(ROOT / "works" / "demo"))


@pytest.fixture(scope="session")
def measured_data() -> Path:
    """The folder of measured plant data, named by IRONWORKS_DATA; skipped where it is absent."""
    folder = os.environ.get("IRONWORKS_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("IRONWORKS_DATA does not name a folder of measured plant data")
    return Path(folder)
