"""The shift's fast loop: coal against what the samples say, and back to its base when they say nothing."""

from dataclasses import replace

import pytest

from ironworks.core.sample import Quality, Sample
from ironworks.plant.actuators import Setpoints
from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.operator import Operator
from ironworks.plant.settings import Settings

START, NOW = 1.79e9, 1.79e9 + 4 * 3600.0
TONNE_PER_HOUR = 1000.0 / 3600.0  # kg/s


@pytest.fixture(scope="module")
def operator(demo_works):
    inputs = Furnace.of_works(demo_works.folder).reference_inputs()
    reference = Setpoints(*(float(getattr(inputs, name)) for name in Setpoints._fields))
    return Operator(Settings.load(demo_works.folder / "operator.toml"), reference, 7)


def decided(operator, departure, coal_over_base):
    """Coal over its base, kg/s, after a look at samples that depart from the aim by `departure` K, as the silicon does
    that goes with it. Nothing was moved before, so that nothing is still to come."""
    aim = operator.settings["aim.hot_metal_temperature"], operator.settings["aim.hot_metal_silicon"]
    off = departure, departure / operator.settings["fast.temperature_per_silicon"]
    samples = [
        Sample(tag, value + more, Quality.GOOD, at, at)
        for at in (NOW - 3.0 * 3600.0, NOW - 2.5 * 3600.0, NOW - 1.5 * 3600.0, NOW - 600.0)
        for tag, value, more in zip(("hot_metal_temperature", "hot_metal_silicon"), aim, off, strict=True)
    ]
    base = operator.reference.coal_injection_rate
    state = operator.start(START)
    raised = state.setpoints._replace(coal_injection_rate=base + coal_over_base)
    state = operator.hear(replace(state, setpoints=raised, fast_at=NOW, slow_at=NOW + 1.0), samples, NOW)
    return operator.step(state, NOW, {}, {}, 0.0).setpoints.coal_injection_rate - base


@pytest.mark.parametrize(("departure", "step"), [(-6.0, 1.0), (-15.0, 2.0), (6.0, -1.0), (15.0, -2.0)])
def test_cold_iron_gets_coal_and_hot_iron_loses_it(operator, departure, step):
    assert decided(operator, departure, 0.0) == pytest.approx(step * TONNE_PER_HOUR)


@pytest.mark.parametrize(("over", "left"), [(2.0, 1.5), (-2.0, -1.5), (0.3, 0.0), (0.0, 0.0)])
def test_calm_iron_lets_coal_go_back_to_its_base(operator, over, left):
    assert decided(operator, 1.0, over * TONNE_PER_HOUR) == pytest.approx(left * TONNE_PER_HOUR, abs=1e-9)
