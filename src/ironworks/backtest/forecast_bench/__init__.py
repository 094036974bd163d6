"""Scoring of the whole chain on furnaces whose truth is known, beside the ceiling that luck leaves.

It knows no plant: truth, casts and replays are handed in. `ironworks.commands.forecast_bench` wires the two.
"""
