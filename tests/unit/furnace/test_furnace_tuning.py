"""The tuning benchmark: numbers set by name, and moves that would bring linear rows into their bands."""

import numpy as np
import pytest
from benchmarks.furnace_tuning import STEPS, propose, value_of, variant

from ironworks.plant.validation.target import judge


def row(name, value, low, high):
    return judge(name, name, value, "1", "", low, high, "")


def test_numbers_are_set_by_name(furnace):
    base = furnace.parameters
    changed = variant(base, {"reduction_factor[1]": 7.0, "coke_base": 3e4, "centre": 0.8})
    assert np.asarray(changed.reduction_factor).tolist() == [float(base.reduction_factor[0]), 7.0,
                                                             float(base.reduction_factor[2])]  # fmt: skip
    assert value_of(changed, "coke_base") == float(changed.reference_coke_base) == 3e4
    weights, areas = np.asarray(changed.reference_burden_pattern_ore), np.asarray(base.annulus_area_share)
    assert weights[0] == 0.8
    assert weights @ areas == pytest.approx(1.0, abs=1e-12)


def test_an_unknown_parameter_is_named(furnace):
    with pytest.raises(ValueError, match="no parameter 'bypass'"):
        variant(furnace.parameters, {"bypass": 0.1})


def test_the_smallest_moves_into_the_bands_are_proposed():
    """Row a is 2 too high and falls by 4 a step of the first knob; row b forbids more than the first knob alone."""
    point = {"coke_base": 100.0, "gas_bypass_share": 0.2}
    now = [row("a", 12.0, 0.0, 10.0), row("b", 5.0, 0.0, 10.0)]
    first = [row("a", 8.0, 0.0, 10.0), row("b", 5.0, 0.0, 10.0)]
    second = [row("a", 11.0, 0.0, 10.0), row("b", 25.0, 0.0, 10.0)]
    new, left = propose(point, [now, first, second])
    assert left == []
    assert new["gas_bypass_share"] == 0.2
    assert new["coke_base"] == pytest.approx(100.0 + STEPS["coke_base"] * (2.0 + 0.02 * 10.0) / 4.0)


def test_what_no_parameter_moves_is_named():
    now = [row("a", 12.0, 0.0, 10.0), row("b", 5.0, 0.0, 10.0)]
    new, left = propose({"coke_base": 100.0}, [now, now])
    assert left == ["a"]
    assert new["coke_base"] == 100.0
