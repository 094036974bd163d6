"""What the command line says of a run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says."""

    works: str
    speed: float
    duration: float | None
    page: bool
    host: str
    port: int
    state: Path | None
    seed: int
    history: float
    endpoint: str
    credentials: Path | None
