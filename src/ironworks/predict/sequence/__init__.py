"""Learned on many simulated furnaces, used at the one at hand."""

from ironworks.predict.sequence.model import SequenceForecast

__all__ = ["SequenceForecast"]
