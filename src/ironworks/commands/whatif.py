"""`ironworks whatif`: the difference that settings make, as a table, small curves, a picture or JSON."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from ironworks.core.errors import CallError
from ironworks.core.works import load_works
from ironworks.physics import backend
from ironworks.plant.furnace.freezing import Outcome
from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.process import settled_state
from ironworks.plant.whatif import UNITS_OF, WhatIf, what_if
from ironworks.plant.whatif_settings import apply_settings, parse_settings

BARS = "▁▂▃▄▅▆▇█"
SHOWN_HOURS = (0.5, 1, 2, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336, 480, 720, 1440)
WIDTH = 64  # columns of a small curve
DIGITS = {
    "hot_metal_temperature": 1, "hot_metal_silicon": 3, "production": 0, "gas_utilisation": 4,
    "top_gas_temperature": 1, "pressure_drop": 1, "flame_temperature": 1, "fuel_rate": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhatIfOptions:
    """What the command line says. `window`: of the means, s; `picture`: PNG to write, if any."""

    settings: tuple[str, ...]
    hours: float
    works: str
    window: float
    picture: Path | None


def run_what_if(options: WhatIfOptions, console: Console) -> WhatIf:
    """Run the two furnaces with a progress bar; every refusal comes before the first step."""
    if options.picture is not None and find_spec("matplotlib") is None:
        raise CallError("matplotlib is not installed", "--plot", "matplotlib", "pip install matplotlib, or --no-plot")
    works = load_works(options.works)
    if not works.simulated:
        raise CallError(f"works '{works.name}' is not simulated", expected='kind = "simulated" in works.toml')
    backend.configure()
    furnace = Furnace.of_works(works.folder)
    texts = list(options.settings)
    apply_settings(parse_settings(texts), furnace.reference_inputs(), furnace.parameters)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("settling (only the first time), then two furnaces", total=1.0)
        state = settled_state(works, furnace.parameters)
        answer = what_if(
            furnace, state, texts, options.hours, options.window, lambda share: bar.update(task, completed=share)
        )
    if options.picture is not None:
        draw(answer, options.picture)
    return answer


def show(answer: WhatIf, console: Console, curves: bool) -> None:
    """Settings, table of hours, and small curves."""
    for s in answer.settings:
        console.print(f"{s.name}: {_value(s.before)} -> {_value(s.after)} {s.unit}", highlight=False, markup=False)
    table = Table(title=f"difference, means over {answer.window / 60.0:g} min", title_justify="left")
    table.add_column("after h", justify="right")
    for name, unit in UNITS_OF.items():
        table.add_column(f"{name.replace('_', ' ')}\n{unit}", justify="right")
    for i in _shown_rows(answer.time_h):
        cells = [_signed(answer.deviation[name][i], DIGITS[name]) for name in UNITS_OF]
        table.add_row(f"{answer.time_h[i]:g}", *cells)
    console.print(table)
    if curves and answer.time_h:
        console.print(_curves(answer))
    if answer.ending.outcome != Outcome.COMPLETED:
        message = f"outcome: {answer.ending.outcome.value}: {answer.ending.message}"
        console.print(Text(message, style="bold red"), soft_wrap=True)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}:{','.join(f'{w:.4f}' for w in weights)}" for name, weights in value.items())
    return f"{value:.6g}"


def _signed(value: float, digits: int) -> str:
    """With its sign, and without one when it rounds to nothing."""
    text = f"{value:+.{digits}f}"
    return text if float(text) != 0.0 else f"{0.0:.{digits}f}"


def _shown_rows(times: tuple[float, ...]) -> list[int]:
    """Rows near the hours of SHOWN_HOURS, and the last."""
    if not times:
        return []
    wanted = [h for h in SHOWN_HOURS if times[0] - 1e-9 <= h <= times[-1] + 1e-9]
    rows = {min(range(len(times)), key=lambda i: abs(times[i] - hour)) for hour in wanted}
    return sorted(rows | {len(times) - 1})


def _curves(answer: WhatIf) -> Table:
    """One line of bars a quantity, between its lowest and highest difference."""
    grid = Table(title=f"0 to {answer.time_h[-1]:g} h", title_justify="left")
    for head in ("", "lowest", "course", "highest", "unit"):
        grid.add_column(head, justify="left" if head in ("", "course", "unit") else "right")
    for name, unit in UNITS_OF.items():
        values = answer.deviation[name]
        low, high = min(*values, 0.0), max(*values, 0.0)
        shown = [_signed(x, DIGITS[name]) for x in (low, high)]
        grid.add_row(name.replace("_", " "), shown[0], sparkline(values, low, high), shown[1], unit)
    return grid


def sparkline(values: tuple[float, ...], low: float, high: float) -> str:
    """Bars of the values between `low` and `high`, thinned to the width of a terminal; flat where they are equal."""
    count = min(WIDTH, len(values))
    picked = [values[round(i * (len(values) - 1) / max(count - 1, 1))] for i in range(count)]
    span = high - low
    return "".join(BARS[round((x - low) / span * (len(BARS) - 1))] if span > 0.0 else BARS[0] for x in picked)


def draw(answer: WhatIf, file: Path) -> None:
    """The differences over time as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 10.0), layout="constrained")
    axes = figure.subplots(4, 2, sharex=True).ravel()
    for axis, (name, unit) in zip(axes, UNITS_OF.items()):
        axis.plot(answer.time_h, answer.deviation[name], linewidth=1.2)
        axis.axhline(0.0, color="0.6", linewidth=0.8)
        axis.set_title(f"{name.replace('_', ' ')}, {unit}", fontsize=9)
    for axis in axes[-2:]:
        axis.set_xlabel("h")
    figure.suptitle(", ".join(s.text for s in answer.settings))
    try:
        figure.savefig(file, format="png", dpi=120)
    except OSError as error:
        raise CallError(f"cannot write: {error}", str(file), "a place to write a PNG") from error
