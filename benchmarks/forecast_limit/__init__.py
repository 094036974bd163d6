"""How near a forecaster with instruments could come: optimal linear forecasts of a furnace, from its step responses.

`python -m benchmarks.forecast_limit [FURNACES [SEED [good|rough]]]` (4, 21, good): the furnaces that `forecast-bench`
draws with that seed. See docs/forecasts.md.
"""
