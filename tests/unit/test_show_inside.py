"""The inside on the page: in the units of the field, aged, compared with 8 h ago, and never made up."""

from dataclasses import replace

import pytest

from ironworks.core.estimate import INSIDE_HOLDS, INSIDE_LACKS, INSIDE_LOST, Belief, Health, StateEstimate
from ironworks.show.inside import TREND_S, Inside

CYCLE, NOW = 600.0, 1_000_000.0
BELIEFS = {
    "inside.temperature.00": Belief(1773.15, 20.0), "inside.temperature.01": Belief(673.15, 10.0),
    "inside.gas_temperature.00": Belief(2273.15, 40.0), "inside.gas_temperature.01": Belief(773.15, 10.0),
    "inside.oxidation.00": Belief(0.0, 0.0), "inside.oxidation.01": Belief(1.2, 0.03),
    "inside.cohesive_top": Belief(0.31, 0.02), "inside.cohesive_bottom": Belief(0.2, 0.01),
    "inside.residence_time": Belief(25200.0, 360.0), "inside.wall_loss": Belief(8.6e7, 2e6),
    "inside.shaft_efficiency": Belief(0.97, 0.01), "inside.coke_error": Belief(-0.012, 0.004),
    "inside.stored_heat": Belief(3.3674e12, 2.1e10), "hot_metal_temperature": Belief(1773.0, 3.0),
}  # fmt: skip


class Reader:
    """Estimates, and the spans of time that were asked for."""

    def __init__(self, *estimates: StateEstimate) -> None:
        self.rows, self.asked = list(estimates), []

    def estimates(self, start: float, end: float) -> list[StateEstimate]:
        self.asked.append((start, end))
        return [row for row in self.rows if start <= row.time <= end]


def estimate(time: float, reasons: tuple[str, ...] = (), **changed: Belief) -> StateEstimate:
    return StateEstimate(time, BELIEFS | {f"inside.{name}": one for name, one in changed.items()}, Health.GOOD, reasons)


def unknown(time: float, *reasons: str) -> StateEstimate:
    return StateEstimate(time, {"hot_metal_temperature": Belief(1773.0, 3.0)}, Health.STARTING, reasons)


def seen(*estimates: StateEstimate, cycle_time: float = NOW) -> Inside:
    inside = Inside(Reader(*estimates), CYCLE)
    inside.update(cycle_time)
    return inside


def test_the_newest_estimate_stands_in_the_units_of_the_field():
    told = seen(estimate(NOW - CYCLE), estimate(NOW, wall_loss=Belief(9.0e7, 2e6))).section(NOW + 5.0)
    assert (told["state"], told["time"]) == ("good", NOW)
    assert told["profile"]["height"] == [25.0, 75.0]
    assert told["profile"]["burden"] == [1500.0, 400.0]
    assert told["profile"]["burden_sd"] == [20.0, 10.0]
    assert told["profile"]["gas"] == [2000.0, 500.0]
    assert told["profile"]["reduction"] == [pytest.approx(100.0), pytest.approx(20.0)]
    assert told["profile"]["reduction_sd"] == [0.0, pytest.approx(2.0)]
    means = {name: figure[:2] for name, figure in told["figures"].items()}
    assert means == {
        "cohesive_top": [31.0, 2.0], "cohesive_bottom": [20.0, 1.0], "residence_time": [7.0, 0.1],
        "stored_heat": [3367.0, 21.0], "wall_loss": [90.0, 2.0], "shaft_efficiency": [97.0, 1.0],
        "coke_error": [-1.2, 0.4],
    }  # fmt: skip


def test_figures_are_compared_with_eight_hours_ago_where_there_was_an_estimate():
    then = estimate(NOW - TREND_S + 200.0, residence_time=Belief(26100.0, 360.0))
    told = seen(then, estimate(NOW)).section(NOW)
    assert told["before_time"] == then.time
    assert told["figures"]["residence_time"] == [7.0, 0.1, 7.25]
    alone = seen(unknown(NOW - TREND_S), estimate(NOW)).section(NOW)
    assert alone["before_time"] is None
    assert alone["figures"]["residence_time"] == [7.0, 0.1, None]


def test_without_an_estimate_nothing_is_told_but_the_reasons_that_concern_the_inside():
    told = seen(unknown(NOW, INSIDE_LACKS + "coal_injection_rate, oxygen_flow", "few samples")).section(NOW)
    reason = {"code": "lacks", "tags": ["coal_injection_rate", "oxygen_flow"]}
    assert told == {"state": "none", "reasons": [reason]}
    held = seen(replace(estimate(NOW), reasons=(INSIDE_HOLDS + "oxygen_flow",))).section(NOW)
    assert held["reasons"] == [{"code": "holds", "tags": ["oxygen_flow"]}]
    assert seen().section(NOW) == {"state": "none", "reasons": []}
    assert Inside(Reader(), CYCLE).section(NOW) == {"state": "none", "reasons": []}


def test_an_estimate_is_stale_after_three_cycles_and_not_before():
    inside = seen(estimate(NOW))
    assert inside.section(NOW + 3 * CYCLE)["state"] == "good"
    assert inside.section(NOW + 3 * CYCLE + 1.0)["state"] == "stale"
    assert inside.section(NOW + 3 * CYCLE + 1.0)["figures"], "the old figures stay readable"


def test_cycles_without_an_estimate_of_the_inside_leave_the_last_one_to_grow_old():
    reader = Reader(estimate(NOW))
    inside = Inside(reader, CYCLE)
    inside.update(NOW)
    reader.rows.append(unknown(NOW + 4 * CYCLE, INSIDE_LOST))
    assert inside.update(NOW + 4 * CYCLE)
    told = inside.section(NOW + 4 * CYCLE)
    assert (told["state"], told["time"]) == ("stale", NOW)
    assert told["reasons"] == [{"code": "lost", "tags": []}]


def test_what_an_estimate_does_not_say_is_left_out():
    few = {name: BELIEFS[name] for name in ("inside.temperature.00", "inside.temperature.01", "inside.cohesive_top")}
    told = seen(StateEstimate(NOW, few, Health.GOOD)).section(NOW)
    assert told["profile"]["gas"] == [None, None]
    assert list(told["figures"]) == ["cohesive_top"]


def test_the_record_is_read_once_a_cycle_and_only_in_short_spans():
    reader = Reader(estimate(NOW), estimate(NOW + CYCLE))
    inside = Inside(reader, CYCLE)
    assert not inside.update(None)
    assert inside.update(NOW)
    assert not inside.update(NOW)
    assert inside.update(NOW + CYCLE)
    assert len(reader.asked) == 4
    assert max(end - start for start, end in reader.asked) <= 3 * CYCLE
