"""`ironworks export-fmu`: the furnace of a works for other simulators."""

from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from ironworks.core.errors import CallError
from ironworks.core.works import load_works


def export_fmu(works: str, out: Path, console: Console) -> None:
    """Write the FMU and say what is in it."""
    if find_spec("pythonfmu") is None:
        raise CallError("pythonfmu is not installed", "export-fmu", "the extra 'fmi'", "pip install 'ironworks[fmi]'")
    if out.suffix != ".fmu" or not out.absolute().parent.is_dir():
        raise CallError(f"'{out}'", "--out", "a file NAME.fmu in a folder that exists")
    found = load_works(works)
    if not found.simulated:
        raise CallError(f"works '{found.name}' is not simulated", expected='kind = "simulated" in works.toml')
    from ironworks.plant import fmu

    fmu.export_fmu(found, out)
    console.print(
        f"{out}: FMI 2.0 co-simulation, {len(fmu.INPUTS)} inputs, {len(fmu.OUTPUTS) + 1} outputs", soft_wrap=True
    )
