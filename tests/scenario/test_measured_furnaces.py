"""What holds on measured furnaces, in the last 30 % of their time. Needs the folder named by IRONWORKS_DATA; takes some
minutes of one core. The figures themselves: `python -m benchmarks.measured_furnaces`."""

from pathlib import Path

import polars
import pytest

from ironworks.backtest import BacktestReport, run_backtest
from ironworks.backtest.mapping import read_mapping
from ironworks.core.forecast import MEASURED

WORKS = Path(__file__).parents[2] / "works"
HORIZON = 7200.0
SCORED = 0.3
pytestmark = pytest.mark.timeout(1800)


def backtest(data: Path, scratch: Path, furnace: str, target: str, known: float) -> BacktestReport:
    """Scored on the last 30 % of the time; the models have seen `known` of it before."""
    mapping, file = WORKS / furnace / "mapping.toml", scratch / f"{furnace}.parquet"
    whole = polars.read_parquet(data / file.name)
    times = whole[read_mapping(mapping).time_column].dt.epoch("s")
    begin, end = times.min(), times.max()
    whole.filter(times >= end - (SCORED + known) * (end - begin)).write_parquet(file)
    return run_backtest(file, mapping, target, HORIZON, end - SCORED * (end - begin))


@pytest.mark.parametrize(
    ("furnace", "target", "known", "fewest"),
    [
        ("furnace_a", "hot_metal_silicon", 0.7, 900),
        ("furnace_b", "hot_metal_silicon", 0.3, 2500),  # of a whole year
        ("furnace_b", "hot_metal_temperature", 0.3, 2500),
    ],
)
def test_the_headline_beats_both_baselines_and_its_band_holds(
    measured_data: Path, tmp_path: Path, furnace: str, target: str, known: float, fewest: int
) -> None:
    report = backtest(measured_data, tmp_path, furnace, target, known)
    for scored in MEASURED:
        best = report.row(report.headline, scored)
        assert best.n >= fewest
        assert best.rmse < report.row("persistence", scored).rmse
        assert best.rmse < report.row("mean_24h", scored).rmse
        assert 0.85 <= best.coverage90 <= 0.95
        # far better than the filter would mean that something later leaks in, until proved otherwise
        assert best.rmse > 0.92 * report.row("kalman", scored).rmse


def test_process_columns_of_a_furnace_without_hot_metal(measured_data: Path, tmp_path: Path) -> None:
    report = backtest(measured_data, tmp_path, "furnace_c", "top_gas_temperature", 0.7)
    for scored in MEASURED:
        best = report.row(report.headline, scored)
        assert best.n > 3000
        assert best.rmse < report.row("persistence", scored).rmse
        assert 0.85 <= best.coverage90 <= 0.95
