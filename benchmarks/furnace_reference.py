"""The settled furnace beside figures of a large modern one, its steps and balances: the tables of docs/furnace.md."""

import numpy as np

from ironworks.core.works import find_works
from ironworks.plant.furnace.balance import closure
from ironworks.plant.furnace.furnace import Furnace

DAY = 86400.0
HOURS = (0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 48.0)
STEPS = {
    "coal +1 kg/s": ("coal_injection_rate", lambda value: value + 1.0),
    "moisture +5 g/Nm3": ("blast_moisture", lambda value: value + 5e-3),
    "blast temperature +30 degC": ("blast_temperature", lambda value: value + 30.0),
    "oxygen +20 Nm3/min": ("oxygen_flow", lambda value: value + 20.0 / 60.0),
    "coke +2 %": ("coke_base", lambda value: value * 1.02),
}
TARGETS = (
    ("production_rate", "t/d", 86.4, 0.0, "9600 +-5 %"),
    ("coke_rate", "kg/tHM", 1e3, 0.0, "320-330"),
    ("coal_rate", "kg/tHM", 1e3, 0.0, "165-170"),
    ("fuel_rate", "kg/tHM", 1e3, 0.0, "490 +-10"),
    ("hot_metal_temperature", "degC", 1.0, -273.15, "1505 +-10"),
    ("hot_metal_silicon", "%", 1e2, 0.0, "0.40 +-0.08"),
    ("hot_metal_carbon", "%", 1e2, 0.0, "4.7 +-0.15"),
    ("hot_metal_sulphur", "%", 1e2, 0.0, "0.025 +-0.008"),
    ("gas_utilisation", "-", 1.0, 0.0, "0.50 +-0.015"),
    ("hydrogen_utilisation", "-", 1.0, 0.0, "0.42 +-0.08"),
    ("top_gas_temperature", "degC", 1.0, -273.15, "170 +-30"),
    ("bed_pressure_drop", "kPa", 1e-3, 0.0, "165 +-15"),
    ("direct_reduction", "-", 1.0, 0.0, "0.38 +-0.06"),
    ("slag_basicity", "-", 1.0, 0.0, "1.20 +-0.01"),
    ("residence_time", "h", 1 / 3600.0, 0.0, "6.5 (5.5-8)"),
    ("reserve_temperature", "K", 1.0, 0.0, "1170-1270"),
)


def main() -> None:
    """Print the three tables."""
    furnace = Furnace.of_works(find_works("demo"))
    inputs = furnace.reference_inputs()
    settled = furnace.settled_state(inputs)
    state, rows = settled, []
    for _ in range(96):
        state, outputs = furnace.advance(state, inputs, 1800.0)
        rows.append(outputs)
    print("two-day means at the reference")
    for name, unit, scale, offset, target in TARGETS:
        mean = float(np.mean([np.asarray(getattr(row, name)) for row in rows])) * scale + offset
        print(f"  {name:24} {mean:10.3f} {unit:7} target {target}")
    loss = float(np.mean([np.asarray(r.heat_loss).sum() / np.asarray(r.production_rate) for r in rows])) / 1e3
    print(f"  {'heat loss':24} {loss:10.1f} {'MJ/tHM':7} target 300-550")
    audit = closure(furnace.parameters, settled, state)
    worst = max(audit.elements.items(), key=lambda item: abs(float(item[1])))
    print(f"closure over two days: worst element {worst[0]} {float(worst[1]):.1e}, energy {float(audit.energy):.1e}")
    print("pool temperature after a step, K, against the same furnace without it")
    print("  h after the step          " + "".join(f"{hour:8.1f}" for hour in HOURS))
    base = course(furnace, settled, inputs)
    for what, (name, change) in STEPS.items():
        stepped = course(furnace, settled, inputs._replace(**{name: change(np.asarray(getattr(inputs, name)))}))
        print(f"  {what:26}" + "".join(f"{b - a:8.1f}" for a, b in zip(base, stepped)))


def course(furnace: Furnace, state, inputs) -> list[float]:
    """Pool temperature at HOURS."""
    found, before = [], 0.0
    for hour in HOURS:
        state, outputs = furnace.advance(state, inputs, (hour - before) * 3600.0)
        found.append(float(outputs.hot_metal_temperature))
        before = hour
    return found


if __name__ == "__main__":
    main()
