"""`ironworks draw-furnaces`: plausible furnaces that nobody has seen, each as a works folder."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ironworks.core.errors import CallError
from ironworks.physics import backend
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace.sampler import Drawing, DrawnFurnace, draw
from ironworks.plant.furnace.scaling import inner_volume

SHOWN = {
    "production": ("t/d", 86.4, 0.0), "coke_rate": ("kg/tHM", 1e3, 0.0), "coal_rate": ("kg/tHM", 1e3, 0.0),
    "hot_metal_temperature": ("degC", 1.0, -273.15), "hot_metal_silicon": ("%", 100.0, 0.0),
    "gas_utilisation": ("%", 100.0, 0.0), "top_gas_temperature": ("degC", 1.0, -273.15),
    "bed_pressure_drop": ("kPa", 1e-3, 0.0), "flame_temperature": ("degC", 1.0, -273.15),
}  # fmt: skip


def draw_furnaces(count: int, seed: int, out: Path, console: Console) -> dict[str, Any]:
    """Draw, write the folders under `out`, and return what was drawn as plain data (the units are in its names)."""
    if out.exists() and not out.is_dir():
        raise CallError("this is a file", str(out), "a folder to write into", "choose another --out")
    backend.configure()
    with console.status(f"drawing {count} furnaces", spinner="line"):
        drawing = draw(count, seed)
    for furnace in drawing.furnaces:
        write_drawn(out / furnace.name, furnace)
    return to_json(drawing, seed, out)


def to_json(drawing: Drawing, seed: int, out: Path) -> dict[str, Any]:
    """What was drawn, in units of the field."""
    return {
        "seed": seed, "attempts": drawing.attempts, "acceptance": round(drawing.acceptance, 4),
        "rejected": {str(number): reason for number, reason in drawing.rejected.items()},
        "furnaces": [_one(furnace, out) for furnace in drawing.furnaces],
    }  # fmt: skip


def _one(furnace: DrawnFurnace, out: Path) -> dict[str, Any]:
    settled = {
        f"{name} [{symbol}]": float(f"{getattr(furnace.operation, name) * factor + offset:.5g}")
        for name, (symbol, factor, offset) in SHOWN.items()
    }
    return {
        "name": furnace.name, "folder": str(out / furnace.name), "number": furnace.number,
        "inner_volume [m3]": round(inner_volume(furnace.parameters), 1), "quality": furnace.quality,
        "settled": settled,
    }  # fmt: skip


def table(drawn: dict[str, Any]) -> Table:
    """The drawing for people."""
    shown = Table("name", "m3", "sampling", *SHOWN, title=f"{len(drawn['furnaces'])} kept of {drawn['attempts']} drawn")
    for one in drawn["furnaces"]:
        values = [f"{value:.4g}" for value in one["settled"].values()]
        shown.add_row(one["name"], f"{one['inner_volume [m3]']:.0f}", one["quality"], *values)
    return shown
