"""Drawn furnaces: the same seed gives the same, everything lies in its range, lines and burden are consistent."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironworks.core.errors import CallError, ConfigurationError
from ironworks.core.layers import shipped_file
from ironworks.core.works import load_works
from ironworks.plant.drawn_works import write_drawn
from ironworks.plant.furnace import calibrate as calibration
from ironworks.plant.furnace import sampler
from ironworks.plant.furnace.balance import closure
from ironworks.plant.furnace.distributions import read_distributions
from ironworks.plant.furnace.furnace import Furnace
from ironworks.plant.furnace.inputs import FurnaceInputs, check
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.furnace.sampler import draw, outside, parameter_ranges, propose
from ironworks.plant.furnace.scaling import burden_space, inner_volume, volumes
from ironworks.plant.settings import Settings

DEMO = Path(__file__).parents[2] / "works" / "demo"
DISTRIBUTIONS, BASE, RANGES = (
    read_distributions(),
    read_furnace_parameters(DEMO / "parameters.toml"),
    parameter_ranges(DEMO),
)
SEEDS, NUMBERS = st.integers(0, 2**31), st.integers(0, 5000)


@settings(max_examples=60, deadline=None)
@given(SEEDS, NUMBERS)
def test_draws_are_a_pure_function_within_their_ranges(seed: int, number: int):
    draws = DISTRIBUTIONS.draw(seed, number)
    assert draws == DISTRIBUTIONS.draw(seed, number)
    for name, value in draws.items():
        assert DISTRIBUTIONS.ranges[name].low <= value <= DISTRIBUTIONS.ranges[name].high, name


@settings(max_examples=60, deadline=None)
@given(SEEDS, NUMBERS)
def test_a_proposed_furnace_is_consistent(seed: int, number: int):
    draws = DISTRIBUTIONS.draw(seed, number)
    try:
        one = propose(DISTRIBUTIONS, BASE, draws, number)
    except CallError:
        return  # lines that cannot be built
    p = one.parameters
    assert inner_volume(p) == pytest.approx(draws["inner_volume"], rel=1e-9)
    assert min(volumes(p).values()) > 0.0
    assert p.active_volume == pytest.approx(draws["active_share"] * burden_space(p), rel=1e-9)
    assert one.aims.production * 86.4 / inner_volume(p) == pytest.approx(draws["productivity"], rel=1e-9)
    assert p.reference_coal_injection_rate / one.aims.production == pytest.approx(draws["coal_rate"], rel=1e-9)
    if not outside(p, RANGES):
        check(FurnaceInputs.reference(p), p)  # patterns add up, oxides add up, the model can take it


def test_most_proposals_are_worth_a_calibration():
    good = 0
    for number in range(100):
        try:
            good += not outside(propose(DISTRIBUTIONS, BASE, DISTRIBUTIONS.draw(1, number)).parameters, RANGES)
        except CallError:
            continue
    assert good > 80


def test_coal_comes_with_oxygen_and_hot_blast():
    rows = []
    for number in range(300):
        try:
            p = propose(DISTRIBUTIONS, BASE, DISTRIBUTIONS.draw(5, number))
        except CallError:
            continue
        q = p.parameters
        enrichment = q.reference_oxygen_flow / (q.reference_blast_volume + q.reference_oxygen_flow)
        rows.append((p.draws["coal_rate"], enrichment, q.reference_blast_temperature))
    correlation = np.corrcoef(np.array(rows).T)
    assert correlation[0, 1] > 0.7
    assert correlation[0, 2] > 0.5


def test_faults_of_the_distributions_are_shown_at_once(tmp_path: Path):
    text = shipped_file("sampler.toml").read_text(encoding="utf-8")
    text = text.replace('shape = "uniform"', 'shape = "unifrom"', 1).replace('unit = "Nm3"', "", 1)
    text = text.replace("high = 2.6", "high = 1.6", 1)
    (tmp_path / "sampler.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_distributions(tmp_path / "sampler.toml")
    assert "did you mean 'uniform'?" in str(refused.value)
    assert "productivity: low is not below high" in str(refused.value)


@pytest.fixture(scope="module")
def drawing():
    return draw(1, 1)


def test_the_same_seed_gives_the_same_furnaces(monkeypatch):
    """To the last bit, and more of them begin with these; phases cut short, everything kept."""
    for name in ("STEERING", "SETTLING", "WINDOW"):
        monkeypatch.setattr(calibration, name, 7200.0)
    monkeypatch.setattr(calibration, "ROUNDS", 1)
    monkeypatch.setattr(sampler, "implausible", lambda *_: "")
    few, more, other = draw(2, 7), draw(5, 7), draw(2, 8)
    for a, b in zip(few.furnaces, more.furnaces, strict=False):
        assert a == b
    assert few.furnaces[0].parameters != other.furnaces[0].parameters
    assert len({one.number for one in more.furnaces}) == 5


def test_no_furnace_is_no_wish():
    with pytest.raises(CallError, match="at least one"):
        draw(0, 1)


def test_a_drawn_furnace_is_plausible_and_in_range(drawing):
    (one,) = drawing.furnaces
    assert outside(one.parameters, RANGES) == ""
    assert 0.45 <= one.operation.coke_rate + one.operation.coal_rate <= 0.60
    assert 0.42 <= one.operation.gas_utilisation <= 0.54
    assert 363.15 <= one.operation.top_gas_temperature <= 553.15
    assert 2323.15 <= one.operation.flame_temperature <= 2623.15
    assert abs(one.operation.hot_metal_temperature - one.aims.hot_metal_temperature) <= 2.0
    assert 0.0 < drawing.acceptance <= 1.0
    assert drawing.attempts == 1 + len(drawing.rejected)


def test_a_drawn_works_can_be_run(drawing, tmp_path: Path):
    """Its folder has no faults, its furnace settles at the aim, and a day of it closes its balances."""
    (one,) = drawing.furnaces
    folder = tmp_path / one.name
    write_drawn(folder, one)
    works = load_works(str(folder))
    assert works.simulated
    sampling = Settings.load(folder / "instruments.toml")
    assert sampling["sample.temperature_noise"] == {"good": 4.0, "rough": 12.0}[one.quality]
    assert sampling["sample.silicon_noise"] == pytest.approx({"good": 3e-4, "rough": 6.6e-4}[one.quality])
    furnace = Furnace.of_works(folder)
    start = furnace.settled_state()
    after, outputs = furnace.advance(start, furnace.reference_inputs(), 86400.0)
    found = closure(furnace.parameters, start, after)
    assert max(map(abs, found.elements.values())) < 1e-10
    assert abs(found.energy) < 1e-4
    assert float(outputs.hot_metal_temperature) == pytest.approx(
        one.aims.hot_metal_temperature, abs=15.0
    )  # a cast's ripple
    with pytest.raises(CallError, match="not empty"):
        write_drawn(folder, one)
