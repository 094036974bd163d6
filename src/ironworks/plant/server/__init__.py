"""The simulated works as a real OPC UA server."""

from ironworks.plant.server.serve import serve_plant
from ironworks.plant.server.server import PlantServer

__all__ = ["PlantServer", "serve_plant"]
