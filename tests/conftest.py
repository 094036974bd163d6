"""Shared by all tests."""

import os
from pathlib import Path

import pytest

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
