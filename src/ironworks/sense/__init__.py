"""Where samples come from: OPC UA, a plant in this process, or a record."""

from ironworks.sense.direct import DirectSource
from ironworks.sense.opcua import OpcUaSource
from ironworks.sense.replay import ReplaySource

__all__ = ["DirectSource", "OpcUaSource", "ReplaySource"]
