"""`ironworks check`: what the forecasts of a works must do without is said before they are made."""

from pathlib import Path

import pytest
from rich.console import Console

from ironworks.commands.check import check

WORKS = Path(__file__).parents[2] / "works"


@pytest.mark.parametrize(
    ("works", "lacking", "has"),
    [("furnace_a", "hot_metal_temperature", "blast_volume"), ("furnace_b", "top_gas_hydrogen", "hot_metal_silicon")],
)
def test_what_a_measured_furnace_lacks_is_told(works: str, lacking: str, has: str) -> None:
    console = Console(record=True, width=2000)
    assert check(str(WORKS / works), console) == 0
    told = console.export_text().split("forecasts do without")[1]
    assert lacking in told
    assert has not in told
    assert "docs/forecasts.md" in told
    assert "no estimate of the furnace's inside without" in told


def test_a_works_with_all_of_it_is_told_nothing() -> None:
    console = Console(record=True, width=2000)
    assert check(str(WORKS / "demo"), console) == 0
    assert "do without" not in console.export_text()
