"""A drawn furnace as a works folder, so that everything that runs on a works runs on it."""

from pathlib import Path
from typing import Any

from ironworks.core.layers import works_folders
from ironworks.plant.furnace.parameters import FurnaceParameters, read_furnace_parameters
from ironworks.plant.furnace.sampler import BASE, DrawnFurnace
from ironworks.plant.furnace.scaling import inner_volume
from ironworks.plant.furnace.surroundings import SOURCE
from ironworks.plant.works_folder import WorksPlan, write_works

ENDPOINT = "opc.tcp://127.0.0.1:4850/ironworks/"
DIGITS = 6  # of the furnace's parameters in the file


def write_drawn(folder: Path, furnace: DrawnFurnace) -> None:
    """Write the works folder of a drawn furnace; CallError when the folder holds anything already."""
    base = works_folders(BASE)[0]
    write_works(folder, plan_of(furnace), base, read_furnace_parameters(base / "parameters.toml"), BASE)


def plan_of(furnace: DrawnFurnace) -> WorksPlan:
    """What its folder is written from."""
    p, source = as_written(furnace.parameters), f"{SOURCE}: seed {furnace.seed}, number {furnace.number}"
    files = {file for file, _ in (*furnace.overrides.values, *furnace.overrides.factors)}
    return WorksPlan(
        furnace.name, f"Drawn furnace {furnace.seed}/{furnace.number}, {inner_volume(p):.0f} m3",
        f"随机高炉 {furnace.seed}/{furnace.number}", ENDPOINT, p, furnace.aims.hot_metal_temperature,
        furnace.aims.silicon, furnace.operation.pressure_drop,
        {"": source, "reference_coke_base": f"calibrated for its own aim of hot metal temperature; {source}"},
        _sources(furnace),
        {f: {n: (v, source) for (g, n), v in furnace.overrides.values.items() if g == f} for f in files},
        {f: {n: (v, source) for (g, n), v in furnace.overrides.factors.items() if g == f} for f in files},
    )  # fmt: skip


def as_written(p: FurnaceParameters) -> FurnaceParameters:
    """The parameters with the digits that the file keeps; the middle weight of a charging pattern closes the mean."""

    def kept(value: float) -> float:
        return float(f"{value:.{DIGITS}g}")

    fields: list[Any] = [tuple(map(kept, v)) if isinstance(v, tuple) else kept(v) for v in p]
    p = FurnaceParameters(*fields)
    centre, middle, wall = p.annulus_area_share
    closed = {}
    for name in ("reference_burden_pattern_ore", "reference_burden_pattern_coke"):
        inner, _, outer = getattr(p, name)
        closed[name] = (inner, (1.0 - centre * inner - wall * outer) / middle, outer)
    return p._replace(**closed)


def _sources(furnace: DrawnFurnace) -> str:
    now = furnace.operation
    return (
        f"# Where the figures of {furnace.name} come from\n\n"
        f"An unseen furnace, drawn by `ironworks draw-furnaces` with seed {furnace.seed} (attempt {furnace.number})\n"
        "from the distributions of `sampler.toml`, each with range and source. It is no plant. What no file here says\n"
        f"is as in `works/{BASE}`. Hot metal sampling: {furnace.quality}.\n\n"
        f"Settled: {now.production * 86.4:.0f} t/d at {now.hot_metal_temperature - 273.15:.0f} degC, "
        f"coke {1e3 * now.coke_rate:.0f}, coal {1e3 * now.coal_rate:.0f} kg/tHM,\n"
        f"gas utilisation {100 * now.gas_utilisation:.1f} %, top gas {now.top_gas_temperature - 273.15:.0f} degC.\n"
    )
