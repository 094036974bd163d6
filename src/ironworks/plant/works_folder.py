"""Writes a works folder for a furnace: only what differs from the works that it is based on.

Flows, masses and their limits follow the furnace's size; what the furnace itself decides (drop limit, iron a charge,
tuyeres) follows its settled operation. Every entry keeps the unit of the base and says where it comes from.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ironworks.core.dictionary import COLUMNS
from ironworks.core.errors import CallError
from ironworks.core.faults import Fault, refuse
from ironworks.core.layers import layers
from ironworks.core.located_toml import LocatedToml
from ironworks.core.units import unit
from ironworks.plant.furnace.parameters import FurnaceParameters

METAL_IRON = 0.945  # as level 1 reckons
DROP_LIMIT = 1.12  # over the settled drop; as the reference works
PRESSURE_RESERVE = 50e3  # Pa over the settled hot blast pressure, where the protection acts; as the reference works
DIGITS = 3  # of numbers that were scaled

SURROUNDINGS = ("tags.csv", "limits.toml", "operator.toml", "instruments.toml", "disturbances.toml", "twin.toml")
"""Files that follow from the furnace and the base; they are made, not edited."""

# name pattern -> exponent of the size ratio (blast with oxygen over the base's), per file.
SIZE_RULES = {
    "operator.toml": {
        "fast.coal_step": 1, "fast.coal_effect": -1, "slow.coal_tolerance": 1, "ramp.blast_volume": 1,
        "ramp.oxygen_flow": 1, "ramp.coal_injection_rate": 1, "remote.coal_injection_rate_setpoint.max_step": 1,
    },
    "instruments.toml": {
        "steam_flow.noise": 1, "heat_load.wander": 1, "torpedo_mass.noise": 1, "station.water_flow": 1,
    },
    "twin.toml": {
        "response.coal_injection_rate_setpoint.*.gain.*": -1, "response.oxygen_flow_setpoint.*.gain.*": -1,
        "controller.least_blast_volume": 1, "controller.setpoints.coal_injection_rate_setpoint.deadband": 1,
        "controller.setpoints.coal_injection_rate_setpoint.follow_tolerance": 1,
    },
}  # fmt: skip
# as SIZE_RULES, for the ratio of coal
COAL_RULES = {
    "operator.toml": {
        "fast.coal_range": 1, "remote.coal_injection_rate_setpoint.low": 1,
        "remote.coal_injection_rate_setpoint.high": 1,
    },
}  # fmt: skip
SIZED_TAGS = (
    "blast_volume*", "oxygen_flow*", "steam_flow", "coal_injection_rate*", "coal_sector_flow_*", "bosh_gas_volume",
    "top_gas_flow", "cooling_water_flow", "heat_load_*", "iron_tapping_rate", "slag_tapping_rate", "torpedo_mass",
    "production_rate",
)  # fmt: skip
CHARGE_TAGS = ("ore_charge_mass", "coke_charge_mass", "ore_base_setpoint", "coke_base_setpoint")
UNSIZED_UNITS = ("-",)  # flags among those tags
COAL_LIMITS = "coal_injection_rate_setpoint"


@dataclass(frozen=True, slots=True)
class WorksPlan:
    """What a works folder is written from. SI.

    sources: where the furnace's numbers come from, by parameter ("" for all others). overrides: (value in SI, source)
    by file and dotted name, for entries of the base that no size rule covers; factors: (factor, source) by file and
    pattern of names, on what the entry would be otherwise. pressure_drop: settled, hot blast less
    top. sources_text: the folder's SOURCES.md.
    """

    name: str
    title_en: str
    title_zh: str
    endpoint: str
    parameters: FurnaceParameters
    hot_metal_temperature: float  # K, aim
    silicon: float  # aim
    pressure_drop: float
    sources: Mapping[str, str]
    sources_text: str
    overrides: Mapping[str, Mapping[str, tuple[Any, str]]] = field(default_factory=dict)
    factors: Mapping[str, Mapping[str, tuple[float, str]]] = field(default_factory=dict)


def write_works(folder: Path, plan: WorksPlan, base: Path, base_parameters: FurnaceParameters, base_name: str) -> None:
    """Write the folder of `plan` over `base`; CallError when the folder holds anything already."""
    if folder.exists() and any(folder.iterdir()):
        raise CallError("the folder is not empty", str(folder), "a new or empty folder", "choose another --out")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in works_files(plan, base, base_parameters, base_name).items():
        (folder / name).write_text(text, encoding="utf-8")


def works_files(plan: WorksPlan, base: Path, base_parameters: FurnaceParameters, base_name: str) -> dict[str, str]:
    """Text of every file of the folder, by name."""
    p, b = plan.parameters, base_parameters
    size = (p.reference_blast_volume + p.reference_oxygen_flow) / (b.reference_blast_volume + b.reference_oxygen_flow)
    coal = p.reference_coal_injection_rate / b.reference_coal_injection_rate
    charge = p.reference_ore_base / b.reference_ore_base
    files = {
        "works.toml": _head(plan, base_name), "SOURCES.md": plan.sources_text,
        "parameters.toml": _furnace(plan, base), "limits.toml": _limits(plan, base, size, coal),
        "tags.csv": _tags(base, size, charge),
    }  # fmt: skip
    own = _own_entries(plan)
    for file in ("operator.toml", "instruments.toml", "disturbances.toml", "twin.toml"):
        entries = _scaled(base / file, SIZE_RULES.get(file, {}), size, "by blast")
        entries |= _scaled(base / file, COAL_RULES.get(file, {}), coal, "by coal")
        entries |= _converted(base / file, {**own.get(file, {}), **plan.overrides.get(file, {})})
        entries |= _multiplied(base / file, entries, plan.factors.get(file, {}))
        files[file] = f"# What differs from {base_name}/{file}.\n" + "".join(
            _table(name, entry) for name, entry in sorted(entries.items())
        )
    return files


def _own_entries(plan: WorksPlan) -> dict[str, dict[str, tuple[Any, str]]]:
    """What follows from the furnace itself, SI with source."""
    p, settled = plan.parameters, "settled operation of this furnace"
    hot_blast = p.reference_top_pressure + plan.pressure_drop
    return {
        "operator.toml": {
            "aim.hot_metal_temperature": (plan.hot_metal_temperature, "aim of this works; limits.toml"),
            "aim.hot_metal_silicon": (plan.silicon, "aim of this works; limits.toml"),
            "slow.iron_per_charge": (
                p.reference_ore_base * p.reference_ore_iron / METAL_IRON,
                "ore of a charge, its iron, 94.5 % iron in hot metal",
            ),
            "blast.drop_limit": (DROP_LIMIT * plan.pressure_drop, f"12 % above the drop of the {settled}"),
            "protection.hot_blast_pressure": (hot_blast + PRESSURE_RESERVE, f"50 kPa above the {settled}"),
        },
        "instruments.toml": {
            "level_one.tuyere_count": (p.tuyere_count, "furnace drawing; parameters.toml"),
            "level_one.tuyere_diameter": (p.tuyere_diameter, "furnace drawing; parameters.toml"),
            "level_one.ore_iron": (p.reference_ore_iron, "burden calculation; parameters.toml"),
            "level_one.coal_hydrogen": (p.coal_hydrogen, "coal analysis; parameters.toml"),
        },
        "disturbances.toml": {
            "coal.lances": (p.tuyere_count, "one a tuyere; parameters.toml"),
            "mean.coal_ash": (p.coal_ash, "injection coal; parameters.toml"),
        },
        "twin.toml": {
            "controller.setpoints.blast_moisture_setpoint.rest": (
                p.reference_blast_moisture, "moisture of the reference operation; parameters.toml",
            ),
        },
    }  # fmt: skip


def _head(plan: WorksPlan, base_name: str) -> str:
    return (
        f'name = "{plan.name}"\nbased_on = "{base_name}"   # what is not said here is as there\n'
        f'title_en = "{plan.title_en}"\ntitle_zh = "{plan.title_zh}"\nendpoint = "{plan.endpoint}"\n'
    )


def _furnace(plan: WorksPlan, base: Path) -> str:
    """The `[furnace.*]` tables that differ from the base's."""
    tables = _read(base / "parameters.toml")["furnace"]
    text = "# The furnace, where it differs from its base. Units are SI; fractions have the unit 1.\n"
    for name, value in plan.parameters._asdict().items():
        entry = tables[name]
        numbers = [float(x) for x in value] if isinstance(entry["value"], list) else float(value)
        if numbers == entry["value"]:
            continue
        source = plan.sources.get(name, plan.sources.get("", ""))
        text += _table(f"furnace.{name}", {**entry, "value": numbers, "source": source})
    return text


def _limits(plan: WorksPlan, base: Path, size: float, coal: float) -> str:
    content = _read(base / "limits.toml")
    entry = dict(content["setpoints"][COAL_LIMITS])
    for key, ratio in (("low", coal), ("high", coal), ("max_step", size), ("max_rate_per_h", size)):
        entry[key] = _rounded(entry[key] * ratio)
    entry["source"] = f"{entry['source']}; scaled to this furnace"
    text = f"# What differs from the base's limits.toml.\n{_table(f'setpoints.{COAL_LIMITS}', entry)}"
    for name, aim in (("hot_metal_temperature", plan.hot_metal_temperature), ("hot_metal_silicon", plan.silicon)):
        target = dict(content["targets"][name])
        value = round(unit(target["unit"]).from_si(aim), 3)
        moved = value - target["value"]
        if abs(moved) > 1e-9:
            low, high = (round(target[key] + moved, 3) for key in ("low", "high"))
            if low <= 0.0:
                low = round(0.5 * value, 3)
            target |= {"value": value, "low": low, "high": high, "source": "aim of this works"}
            text += _table(f"targets.{name}", target)
    return text


def _tags(base: Path, size: float, charge: float) -> str:
    """Rows whose range follows the furnace's size."""
    rows: dict[str, dict[str, str]] = {}
    for layer in reversed(layers(base / "tags.csv")):
        for row in csv.DictReader(io.StringIO(layer.read_text(encoding="utf-8-sig"))):
            rows[row["name"]] = row
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for name, row in rows.items():
        ratio = charge if name in CHARGE_TAGS else size
        if row["unit"] in UNSIZED_UNITS or not any(fnmatchcase(name, one) for one in (*SIZED_TAGS, *CHARGE_TAGS)):
            continue
        changed = {
            key: f"{_rounded(float(row[key]) * ratio, 2):g}" for key in ("high", "max_rate_per_min") if row[key].strip()
        }
        writer.writerow({**row, **changed})
    return out.getvalue()


def _scaled(file: Path, rules: Mapping[str, int], ratio: float, how: str) -> dict[str, dict[str, Any]]:
    found = {}
    for name, entry in _entries(_read(file)).items():
        power = next((power for pattern, power in rules.items() if fnmatchcase(name, pattern)), None)
        if power is not None:
            value = _rounded(entry["value"] * ratio**power)  # sizes are single numbers
            found[name] = {**entry, "value": value, "source": f"{entry['source']}; scaled {how} from the base works"}
    return found


def _multiplied(
    file: Path, scaled: Mapping[str, dict[str, Any]], factors: Mapping[str, tuple[float, str]]
) -> dict[str, dict[str, Any]]:
    found = {}
    for name, entry in (_entries(_read(file)) | dict(scaled)).items():
        for pattern, (factor, source) in factors.items():
            if fnmatchcase(name, pattern):
                value = entry["value"]
                moved = [one * factor for one in value] if isinstance(value, list) else value * factor
                found[name] = {**entry, "value": _rounded(moved), "source": f"{source}, times {factor:.3g}"}
    return found


def _converted(file: Path, own: Mapping[str, tuple[Any, str]]) -> dict[str, dict[str, Any]]:
    """Entries from SI values, in the units of the base."""
    entries, found = _entries(_read(file)), {}
    for name, (value, source) in own.items():
        symbol = unit(entries[name]["unit"], f"{file}: {name}")
        found[name] = {**entries[name], "value": _rounded(symbol.from_si(float(value)), 5), "source": source}
    return found


def _entries(content: Mapping[str, Any], path: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """All tables with a value, by dotted name."""
    if "value" in content:
        return {".".join(path): dict(content)}
    found: dict[str, dict[str, Any]] = {}
    for key, child in content.items():
        if isinstance(child, Mapping):
            found |= _entries(child, (*path, key))
    return found


def _read(file: Path) -> dict[str, Any]:
    faults: list[Fault] = []
    content = LocatedToml.read(file, faults).content
    refuse(faults)
    return content


def _rounded(value: Any, digits: int = DIGITS) -> Any:
    if isinstance(value, list):
        return [_rounded(x, digits) for x in value]
    return float(f"{value:.{digits}g}")


def _table(name: str, entry: Mapping[str, Any]) -> str:
    lines = [f"{key} = {_toml(value)}" for key, value in entry.items()]
    return f"\n[{name}]\n" + "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return repr(value)
