"""How a furnace is taken off blast and put on again: what each share of the normal blast means for all set points.

Coal and oxygen go down with the wind and are off before it is; on the way back they come last. Top pressure is held as
long as there is wind for it. Blast temperature and moisture stay where they are.
"""

from ironworks.core.units import ATMOSPHERE_PA
from ironworks.plant.actuators import Setpoints
from ironworks.plant.settings import Settings


def off_blast(normal: Setpoints, share: float, rules: Settings) -> Setpoints:
    """Set points at `share` (0-1) of the normal blast; `rules`: operator.toml [stop]."""

    def part(of: str) -> float:
        low, high = rules.pair(f"stop.{of}")
        return min(max((share - low) / (high - low), 0.0), 1.0)

    return normal._replace(
        blast_volume=normal.blast_volume * share,
        oxygen_flow=normal.oxygen_flow * share * part("oxygen"),
        coal_injection_rate=normal.coal_injection_rate * share * part("coal"),
        top_pressure=ATMOSPHERE_PA + (normal.top_pressure - ATMOSPHERE_PA) * part("top_pressure"),
    )
