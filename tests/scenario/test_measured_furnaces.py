"""The figures on measured furnaces. Needs the folder named by IRONWORKS_DATA; takes a few minutes of one core."""

from pathlib import Path

import pytest

from ironworks.backtest import BacktestReport, run_backtest
from ironworks.core.forecast import MEASURED

WORKS = Path(__file__).parents[2] / "works"
HORIZON = 7200.0
pytestmark = pytest.mark.timeout(1800)


def backtest(data: Path, furnace: str, target: str) -> BacktestReport:
    return run_backtest(data / f"{furnace}.parquet", WORKS / furnace / "mapping.toml", target, HORIZON)


@pytest.mark.parametrize(
    ("furnace", "target", "fewest"),
    [
        ("furnace_a", "hot_metal_silicon", 900),
        ("furnace_b", "hot_metal_silicon", 2500),
        ("furnace_b", "hot_metal_temperature", 2500),
    ],
)
def test_the_headline_beats_both_baselines_and_its_band_holds(
    measured_data: Path, furnace: str, target: str, fewest: int
) -> None:
    report = backtest(measured_data, furnace, target)
    for scored in MEASURED:
        best = report.row(report.headline, scored)
        assert best.n >= fewest
        assert best.rmse < report.row("persistence", scored).rmse
        assert best.rmse < report.row("mean_24h", scored).rmse
        assert 0.85 <= best.coverage90 <= 0.95
        # far better than the filter would mean that something later leaks in, until proved otherwise
        assert best.rmse > 0.92 * report.row("kalman", scored).rmse


def test_process_columns_of_a_furnace_without_hot_metal(measured_data: Path) -> None:
    report = backtest(measured_data, "furnace_c", "top_gas_temperature")
    for scored in MEASURED:
        best = report.row(report.headline, scored)
        assert best.n > 3000
        assert best.rmse < report.row("persistence", scored).rmse
        assert 0.85 <= best.coverage90 <= 0.95
