"""The simulated works as a process of its own, started and stopped beside the chain."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ironworks.core.errors import LinkError

READY_WITHIN_S = 240.0
"""A first start compiles the furnace and lets it settle; later ones read both from the cache."""

STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class PlantReady:
    """What the plant says when it can be connected to."""

    endpoint: str
    credentials: Path
    plant_time: float
    speed: float


class PlantProcess:
    """`ironworks plant serve` as a child process."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self._arguments, self._log = arguments, log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, progress: Callable[[str], None]) -> PlantReady:
        """Start it and wait until it serves; LinkError with the end of its log if it does not."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "ironworks", "plant", "serve", "--ready-json", *self._arguments]
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,  # the plant stops by itself when this pipe closes: when we die
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            return await asyncio.wait_for(self._ready(progress), READY_WITHIN_S)
        except (TimeoutError, asyncio.IncompleteReadError) as failure:
            await self.stop()
            raise LinkError(
                "the simulated works did not start",
                str(self._log),
                f"its ready line within {READY_WITHIN_S:.0f} s",
                f"the end of its log: {self._log_end()}",
            ) from failure

    async def _ready(self, progress: Callable[[str], None]) -> PlantReady:
        assert self._process is not None  # started just before
        assert self._process.stdout is not None  # a pipe
        while line := await self._process.stdout.readline():
            said = json.loads(line)
            if "ready" not in said:
                progress(said["progress"])
                continue
            return PlantReady(said["ready"], Path(said["credentials"]), said["plant_time"], said["speed"])
        raise asyncio.IncompleteReadError(b"", None)

    def _log_end(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " | ".join(lines[-3:]) or "(empty)"

    async def stop(self) -> None:
        """Ask it to end; end it if it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
