"""Rolling evaluation of the chain's stages on recorded data."""

from ironworks.backtest.report import BacktestReport
from ironworks.backtest.run import run_backtest

__all__ = ["BacktestReport", "run_backtest"]
