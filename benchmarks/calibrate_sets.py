"""Makes the calibrated values of the parameter sets anew and writes them into their TOML files, comments kept.

    python -m benchmarks.calibrate_sets [SET ...] [--dry]

Run it after any change of the furnace's physics, and after any change of the base works' operator, twin, instruments or
limits: the files around bf1800 and bf3200 are scaled anew from it. Aims: `published.toml` of each set. With --dry
nothing is written.
Exit code 1 if a set did not converge; its files are then left alone.
"""

import sys
from pathlib import Path

from ironworks.core.layers import base_folder, works_folders
from ironworks.physics import backend
from ironworks.plant.furnace.calibrate import Aims, calibrate
from ironworks.plant.furnace.sets import NAMES, parameters_of, read_published, write_calibrated
from ironworks.plant.works_folder import SURROUNDINGS, WorksPlan, works_files


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
            said = write_calibrated(folder, found, aim) + _follow(folder, aim, float(found.operation.pressure_drop))
            print("\n".join(f"    {line}" for line in said))
    return 1 if failed else 0


def _follow(folder: Path, aims: Aims, pressure_drop: float) -> list[str]:
    """The files around the furnace of a set that builds on another works: scaled anew from the base as it is now."""
    name, base = base_folder(folder)
    if base is None:
        return []
    plan = WorksPlan(
        folder.name, "", "", "", parameters_of(folder), aims.hot_metal_temperature, aims.silicon, pressure_drop, {}, ""
    )
    said = []
    for file, text in works_files(plan, base, parameters_of(base), name).items():
        if file in SURROUNDINGS and (folder / file).read_text(encoding="utf-8") != text:
            (folder / file).write_text(text, encoding="utf-8")
            said.append(f"{folder / file}: scaled anew from {base / file}")
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
