"""Where commands go: OPC UA, or a plant in this process."""

from ironworks.act.direct import DirectSink
from ironworks.act.opcua import OpcUaSink

__all__ = ["DirectSink", "OpcUaSink"]
