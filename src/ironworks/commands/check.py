"""`ironworks check`: every fault of a works folder at once."""

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from ironworks.backtest.mapping import read_mapping
from ironworks.core.faults import Fault
from ironworks.core.works import find_works, read_works
from ironworks.estimate.cast_heat import CAST_TIME, RUNNERS
from ironworks.estimate.together import inside_lacks
from ironworks.predict.sequence.features import SEEN


def check(works: str, console: Console) -> int:
    """Print every fault of the folder; 0 when there is none, else 1."""
    if (mapping := Path(works) / "mapping.toml").exists() and not (Path(works) / "tags.csv").exists():
        plan = read_mapping(mapping)  # it raises with all its faults
        console.print(f"{mapping}: {len(plan.columns)} columns: no faults", highlight=False, soft_wrap=True)
        _say_what_forecasts_lack(plan.columns, console)
        return 0
    folder = find_works(works)
    found, faults = read_works(folder)
    for fault in sorted(faults, key=lambda fault: (fault.file, fault.line)):
        _show(console, fault, folder)
    if found is None:
        console.print(f"[bold]{len(faults)} fault{'s' if len(faults) != 1 else ''}[/bold] in {folder}")
        return 1
    roles = {
        role: sum(tag.role == role for tag in found.tags) for role in dict.fromkeys(tag.role for tag in found.tags)
    }
    console.print(
        f"{folder}: {len(found.tags)} tags ({', '.join(f'{n} {role}' for role, n in roles.items())}), ", end=""
    )
    console.print(f"{len(found.limits)} set points, {len(found.targets)} targets: no faults")
    _say_what_forecasts_lack([tag.name for tag in found.tags], console)
    return 0


def _say_what_forecasts_lack(names: Collection[str], console: Console) -> None:
    """The tags that the model across furnaces and the estimate of the cast look at and this works does not have; of
    the pyrometers over the runners one will do."""
    wanted = {*SEEN, CAST_TIME, *(() if set(RUNNERS) & set(names) else RUNNERS[:1])}
    lacking = sorted(wanted - set(names))
    if lacking:
        text = f"forecasts do without {', '.join(lacking)}: what each kind costs stands in docs/forecasts.md"
        console.print(text, highlight=False, soft_wrap=True)
    if unseen := inside_lacks(names):
        text = f"no estimate of the furnace's inside without {', '.join(unseen)}"
        console.print(text, highlight=False, soft_wrap=True)


def _show(console: Console, fault: Fault, folder: Path) -> None:
    where = f"{fault.file}:{fault.line}" if fault.line else fault.file
    console.print(f"{where}: {fault.what}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"    expected {fault.expected}", markup=False, highlight=False, soft_wrap=True)
    if fault.remedy:
        console.print(f"    {fault.remedy}", markup=False, highlight=False, soft_wrap=True)
