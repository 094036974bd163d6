"""ironworks: the open smart blast furnace."""

__version__ = "0.1.0"
