"""`ironworks plant serve`: run a plant behind its server until somebody stops it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from pathlib import Path

from ironworks.core.ports import Plant
from ironworks.core.works import Works
from ironworks.plant.server.server import PlantServer

_log = logging.getLogger(__name__)


async def serve_plant(
    plant: Plant,
    works: Works,
    state_dir: Path,
    *,
    endpoint: str | None = None,
    speed: float = 1.0,
    per_batch: int = 1,
    resume: bool = True,
    ready: Callable[[PlantServer], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve `plant` until `stop`, SIGTERM or SIGINT; then save its state and close.

    `ready` is called once the endpoint is open (`server.endpoint`, `server.credentials_file()`). Errors:
    ConfigurationError for a state folder that cannot be used, DataError for a saved state that cannot, LinkError for
    an address that cannot.
    """
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not in every system or thread
            loop.add_signal_handler(number, stop.set)
    server = PlantServer(plant, works, state_dir, endpoint, speed, per_batch)
    try:
        await server.start(resume)
        if ready is not None:
            ready(server)
        await server.run(stop)
    finally:
        await server.stop()
        for number in signals:
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(number)
