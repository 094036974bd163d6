"""Charging pattern to weights: where the stream lands, and what rounds and angles do to the distribution."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironworks.physics.constants import GRAVITY
from ironworks.plant.furnace.charging_pattern import (
    MATERIALS,
    RINGS,
    ChuteTable,
    landing_radius,
    pattern_weights,
    reference_table,
    ring_shares,
)
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.furnace.scaling import Shape, sized

from .conftest import WORKS

P = read_furnace_parameters(WORKS / "parameters.toml")
SHARES = np.asarray(P.annulus_area_share)
THROAT = 0.5 * P.throat_diameter
angles = st.floats(P.chute_least_angle, P.chute_largest_angle)
positions = st.dictionaries(angles, st.floats(0.1, 5.0), min_size=1, max_size=11)
tables = st.builds(lambda m, d: ChuteTable(m, tuple(d), tuple(d.values())), st.sampled_from(MATERIALS), positions)


def test_landing_of_a_smooth_chute_at_rest_is_a_parabola():
    p = P._replace(chute_rotation=0.0, chute_friction=0.0, chute_entry_speed=0.0)
    tilt = math.radians(40.0)
    speed = math.sqrt(2.0 * GRAVITY * p.chute_length * math.cos(tilt))  # energy kept along the chute
    fall = p.chute_height + p.stock_line - p.chute_length * math.cos(tilt)
    radius = landing_radius(p, 40.0)
    time = (radius - p.chute_length * math.sin(tilt)) / (speed * math.sin(tilt))
    assert speed * math.cos(tilt) * time + 0.5 * GRAVITY * time**2 == pytest.approx(fall, rel=1e-9)


@given(angles, st.floats(0.1, 5.0))
def test_a_steeper_chute_lands_closer_to_the_axis(angle, less):
    steeper = max(angle - less, 0.0)
    assert landing_radius(P, steeper) < landing_radius(P, angle)


@given(angles, st.floats(0.0, 3.0), st.floats(0.05, 3.0))
def test_a_deeper_stock_line_lands_further_out(angle, depth, deeper):
    assert landing_radius(P, angle, depth + deeper) > landing_radius(P, angle, depth)


@given(angles)
def test_rotation_throws_outward_and_friction_holds_back(angle):
    assert landing_radius(P._replace(chute_rotation=0.0), angle) < landing_radius(P, angle)
    assert landing_radius(P._replace(chute_friction=0.8), angle) < landing_radius(P, angle)


@given(tables, st.floats(0.5, 3.0))
def test_weights_have_the_mean_one_and_none_is_negative(table, stock_line):
    weights = pattern_weights(P, table, stock_line)
    assert weights @ SHARES == pytest.approx(1.0, abs=1e-12)
    assert weights.min() >= 0.0
    assert ring_shares(P, table, stock_line).sum() == pytest.approx(1.0, abs=1e-12)


@given(tables, st.floats(0.2, 5.0))
def test_only_the_proportion_of_rounds_counts(table, factor):
    more = table._replace(rounds=tuple(factor * one for one in table.rounds))
    assert pattern_weights(P, more) == pytest.approx(pattern_weights(P, table), abs=1e-12)


@given(tables, st.data())
def test_a_round_moved_inward_puts_more_in_the_centre_and_less_at_the_wall(table, data):
    at = data.draw(st.integers(0, len(table.angles) - 1))
    inner = data.draw(st.floats(P.chute_least_angle, table.angles[at]))
    moved = table._replace(angles=tuple(inner if i == at else one for i, one in enumerate(table.angles)))
    before, after = pattern_weights(P, table), pattern_weights(P, moved)
    assert after[0] >= before[0] - 1e-12
    assert after[2] <= before[2] + 1e-12


def test_more_rounds_inward_put_more_in_the_centre():
    inward, outward = ChuteTable("ore", (44.0, 20.0), (8.0, 6.0)), ChuteTable("ore", (44.0, 20.0), (12.0, 2.0))
    assert pattern_weights(P, inward)[0] > 1.5 * pattern_weights(P, outward)[0]


@given(tables)
def test_what_the_heap_gives_way_levels_it_and_loses_nothing(table):
    steep = ring_shares(P._replace(repose_exchange=0.0), table)
    level = ring_shares(P, table)
    assert level.sum() == pytest.approx(steep.sum(), abs=1e-12)
    assert level.max() <= steep.max() + 1e-12
    assert np.abs(np.diff(level)).sum() <= np.abs(np.diff(steep)).sum() + 1e-12


@given(tables, st.floats(0.0, 0.3))
def test_more_that_rolls_puts_less_at_the_wall(table, more):
    rolling = P._replace(ore_roll_share=P.ore_roll_share + more, coke_roll_share=P.coke_roll_share + more)
    weights = pattern_weights(rolling, table)
    assert weights[2] <= pattern_weights(P, table)[2] + 1e-9
    assert weights @ SHARES == pytest.approx(1.0, abs=1e-12)


def test_ore_charged_at_the_wall_alone_still_covers_the_centre_by_rolling():
    wall = ChuteTable("ore", (44.0,), (14.0,))
    assert 0.3 < pattern_weights(P, wall)[0] < 0.7
    assert pattern_weights(P._replace(ore_roll_share=0.0), wall)[0] < 1e-3


def test_a_stream_beyond_the_wall_falls_along_it():
    assert landing_radius(P, P.chute_largest_angle) > THROAT
    shares = ring_shares(P, ChuteTable("coke", (P.chute_largest_angle,), (1.0,)))
    assert int(np.argmax(shares)) == RINGS - 1


@pytest.mark.parametrize("works", ["demo", "bf1800", "bf3200"])
@pytest.mark.parametrize("material", MATERIALS)
def test_the_works_own_pattern_gives_its_weights(works, material):
    p = read_furnace_parameters(WORKS.parent / works / "parameters.toml")
    own = np.asarray(getattr(p, f"reference_burden_pattern_{material}"))
    assert pattern_weights(p, reference_table(p, material)) == pytest.approx(own, abs=0.02)


@pytest.mark.parametrize("material", MATERIALS)
def test_a_furnace_of_another_size_gets_a_chute_in_proportion(material):
    lines = {name: getattr(P, name) for name in Shape._fields if name != "active_share"}
    shape = Shape(**{**lines, "throat_diameter": 7.0, "stock_line": 1.6}, active_share=0.9)
    other = sized(P, shape)
    table = reference_table(P, material)
    assert pattern_weights(other, table) == pytest.approx(pattern_weights(P, table), abs=0.05)
