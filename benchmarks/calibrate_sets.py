"""Makes the calibrated values of the parameter sets anew and writes them into their TOML files, comments kept.

    python -m benchmarks.calibrate_sets [SET ...] [--dry]

Run it after any change of the furnace's physics. Aims: `published.toml` of each set. With --dry nothing is written.
Exit code 1 if a set did not converge; its files are then left alone.
"""

import sys

from ironworks.core.layers import works_folders
from ironworks.core.units import unit
from ironworks.physics import backend
from ironworks.plant.furnace.calibrate import calibrate
from ironworks.plant.furnace.sets import NAMES, parameters_of, read_published, replace_value, write_calibrated
from ironworks.plant.works_folder import DROP_LIMIT, PRESSURE_RESERVE


def main(arguments: list[str]) -> int:
    dry = "--dry" in arguments
    names = [one for one in arguments if not one.startswith("--")] or list(NAMES)
    backend.configure()
    folders = [works_folders(name)[0] for name in names]
    aims = [read_published(folder).aims for folder in folders]
    failed = 0
    for folder, aim, found in zip(folders, aims, calibrate([parameters_of(f) for f in folders], aims), strict=True):
        print(f"{folder.name}: {found.message}")
        if found.outcome != "converged":
            failed += 1
        elif not dry:
            for line in [*write_calibrated(folder, found, aim), *_follow(folder, float(found.operation.pressure_drop),
                         float(found.inputs.top_pressure))]:  # fmt: skip
                print(f"    {line}")
    return 1 if failed else 0


def _follow(folder, pressure_drop: float, top_pressure: float) -> list[str]:
    """Operator's drop limit and the protection's pressure, where the set has them of its own."""
    file = folder / "operator.toml"
    text, said = file.read_text(encoding="utf-8"), []
    hot_blast = unit("kPa(g)").from_si(top_pressure + pressure_drop + PRESSURE_RESERVE)
    for table, value in (
        ("blast.drop_limit", DROP_LIMIT * pressure_drop / 1e3),
        ("protection.hot_blast_pressure", hot_blast),
    ):
        if f"[{table}]" in text:
            text, old = replace_value(text, table, float(f"{value:.5g}"), file)
            said.append(f"{file}: {table} {old} -> {value:.5g}")
    file.write_text(text, encoding="utf-8")
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
