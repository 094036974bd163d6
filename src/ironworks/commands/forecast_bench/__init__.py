"""`ironworks forecast-bench`: the forecasts of the whole chain on furnaces that nobody has seen, beside the ceiling."""

from ironworks.commands.forecast_bench.bench import Outcome, run_bench, show
from ironworks.commands.forecast_bench.options import BenchOptions

__all__ = ["BenchOptions", "Outcome", "run_bench", "show"]
