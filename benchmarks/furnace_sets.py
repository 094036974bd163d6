"""Settled operation of each parameter set beside its published figures: python -m benchmarks.furnace_sets [SET ...]

The sets run as they stand in their files, knobs held: four days from the settled guess, means over the last day.
"""

import sys

from rich.console import Console
from rich.table import Table

from ironworks.core.layers import works_folders
from ironworks.core.units import unit
from ironworks.physics import backend
from ironworks.plant.furnace.calibrate import settled_operations
from ironworks.plant.furnace.scaling import inner_volume
from ironworks.plant.furnace.sets import NAMES, parameters_of, read_published

UNITS = {
    "production": "t/d", "hot_metal_temperature": "degC", "hot_metal_silicon": "%", "hot_metal_carbon": "%",
    "hot_metal_sulphur": "%", "coke_rate": "kg/tHM", "coal_rate": "kg/tHM", "gas_utilisation": "%",
    "hydrogen_utilisation": "%", "top_gas_temperature": "degC", "bed_pressure_drop": "kPa", "pressure_drop": "kPa",
    "direct_reduction": "1", "heat_loss": "MJ/kg", "slag_rate": "kg/tHM", "slag_basicity": "1",
    "flame_temperature": "degC", "flame_temperature_plant": "degC", "tuyere_velocity": "m/s", "residence_time": "h",
}  # fmt: skip
AIMED = {"silicon": "hot_metal_silicon", "sulphur": "hot_metal_sulphur"}


def main(names: list[str]) -> None:
    backend.configure()
    folders = [works_folders(name)[0] for name in names]
    sets = [parameters_of(folder) for folder in folders]
    for folder, p, now in zip(folders, sets, settled_operations(sets), strict=True):
        published = read_published(folder)
        aims = {AIMED.get(k, k): v for k, v in published.aims._asdict().items() if v == v}
        table = Table("quantity", "unit", "model", "published", "kind", title=f"{folder.name}: profile "
                      f"{inner_volume(p):.0f} m3, named {published.inner_volume:.0f} m3")  # fmt: skip
        for name, value in now._asdict().items():
            symbol = unit(UNITS[name])
            wanted = aims.get(name, published.figures.get(name))
            shown = "" if wanted is None else f"{symbol.from_si(wanted):.4g}"
            kind = "aim" if name in aims else "figure" if wanted is not None else ""
            table.add_row(name, UNITS[name], f"{symbol.from_si(float(value)):.4g}", shown, kind)
        Console(width=110).print(table)


if __name__ == "__main__":
    main(sys.argv[1:] or list(NAMES))
