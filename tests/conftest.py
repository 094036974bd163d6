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
