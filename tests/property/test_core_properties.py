"""Properties of the shared words."""

import math

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ironworks.core.errors import CallError
from ironworks.core.mode import Mode, ModeLadder
from ironworks.core.sample import Quality, Sample
from ironworks.core.units import UNITS

finite = st.floats(-1e9, 1e9)


@given(st.sampled_from(sorted(UNITS)), finite)
def test_units_there_and_back(symbol, value):
    unit = UNITS[symbol]
    scale = max(1.0, abs(value), abs(unit.offset / unit.factor))
    assert abs(unit.from_si(unit.to_si(value)) - value) <= 1e-12 * scale
    assert math.isclose(unit.difference_from_si(unit.difference_to_si(value)), value, rel_tol=1e-12, abs_tol=1e-300)


@given(st.one_of(st.none(), st.floats()), st.sampled_from(Quality), st.sampled_from(Quality))
def test_no_sample_holds_what_is_not_finite_and_quality_never_rises(value, quality, judged):
    sample = Sample("t", value, quality, 0.0, 0.0)
    assert sample.value is None or math.isfinite(sample.value)
    assert sample.value is not None or sample.quality == Quality.BAD
    assert sample.judged(judged, "why").quality <= sample.quality


class Ladder(RuleBasedStateMachine):
    """Whatever happens in whatever order: nobody climbs without a person, a restart leaves nothing above ADVISORY."""

    def __init__(self):
        super().__init__()
        self.ladder = ModeLadder({"a": Mode.OFF, "b": Mode.SHADOW}, {"a": Mode.ADVISORY})
        self.highest_permitted = dict(self.ladder.modes)

    @rule(setpoint=st.sampled_from("ab"), to=st.sampled_from(Mode))
    def lower(self, setpoint, to):
        before = self.ladder[setpoint]
        self.ladder.lower(setpoint, to, 0.0, "rule", "why")
        assert self.ladder[setpoint] == min(before, to)

    @rule(setpoint=st.sampled_from("ab"), to=st.sampled_from(Mode), person=st.sampled_from(["", "  ", "Li"]))
    def climb(self, setpoint, to, person):
        before = self.ladder[setpoint]
        ceiling = Mode.ADVISORY if setpoint == "a" else Mode.AUTO
        try:
            self.ladder.climb(setpoint, to, 0.0, person, "why")
        except CallError:
            assert not person.strip() or to > ceiling
            assert self.ladder[setpoint] == before
        else:
            assert person.strip()
            assert self.ladder[setpoint] == to <= ceiling

    @rule()
    def restart(self):
        self.ladder.restart(0.0)
        assert all(mode <= Mode.ADVISORY for mode in self.ladder.modes.values())

    @invariant()
    def every_rise_has_a_person(self):
        assert all(change.by == "Li" for change in self.ladder.changes if change.new > change.old)


TestLadder = Ladder.TestCase
