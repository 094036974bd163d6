"""The furnace's inside: an ensemble of twins that the measurements correct, for what no instrument sees."""

from ironworks.estimate.inside.filter import InsideFilter

__all__ = ["InsideFilter"]
