"""The mode ladder under any sequence of events: nothing climbs without a person, nothing restarts above ADVISORY."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ironworks.core.decision import Allowed, Command, Hold, Move, Receipt, Solved, SolverStatus, Unsolved, WriteStatus
from ironworks.core.errors import CallError
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeLadder
from ironworks.core.works import load_works
from ironworks.decide.trial import image_of
from ironworks.guard.ladder import FallWatch
from ironworks.guard.rules import load_rules

WORKS = load_works("demo")
RULES = load_rules(WORKS.folder / "guard.toml")
SETPOINTS = tuple(WORKS.modes)
VALUES = dict.fromkeys(SETPOINTS, 0.012)
STEADY = {"blast_volume": 111.0, "hot_metal_temperature": 1778.0}
CRITICAL = sorted({tag for rule in WORKS.modes.values() for tag in rule.critical})
GOOD = Solved("test", 0.0, 1)


class Ladder(RuleBasedStateMachine):
    """Cycles with any data, outcomes and receipts; persons; restarts."""

    @initialize(ceilings=st.tuples(*[st.sampled_from(Mode)] * len(SETPOINTS)))
    def start(self, ceilings):
        self.ceilings = dict(zip(SETPOINTS, ceilings, strict=True))
        self.ladder = ModeLadder(
            {name: min(Mode.SHADOW, self.ceilings[name]) for name in SETPOINTS}, ceilings=self.ceilings
        )
        self.watch = FallWatch(WORKS, RULES)
        self.time = 0.0
        self.seen = 0
        self.persons = {"shift leader"}

    @rule(
        lacking=st.sets(st.sampled_from(CRITICAL), max_size=2),
        outcome=st.sampled_from([GOOD, GOOD, *(Unsolved(s, "") for s in SolverStatus if s != SolverStatus.OPTIMAL)]),
        status=st.sampled_from([None, None, *WriteStatus]),
        faults=st.sampled_from([(), (), ("link_down",)]),
    )
    def a_cycle(self, lacking, outcome, status, faults):
        self.time += 600.0
        before = dict(self.ladder.modes)
        readings = image_of(WORKS, self.time, VALUES, STEADY).readings
        image = ProcessImage(
            self.time, {tag: each for tag, each in readings.items() if tag not in lacking}, faults=faults
        )
        proposals = [Hold(name, outcome, self.time, "") for name in SETPOINTS]
        receipts = [self.receipt(name, status) for name in SETPOINTS] if status else []
        self.watch.watch(self.ladder, image, proposals, receipts)
        for name in SETPOINTS:
            assert self.ladder[name] in (before[name], min(before[name], Mode.ADVISORY))
            if status in (WriteStatus.MISMATCH, WriteStatus.REFUSED_BY_PLANT):
                assert self.ladder[name] <= Mode.ADVISORY

    def receipt(self, name, status):
        move = Move(name, 0.012, 0.012, GOOD, self.time, "")
        command = Command.from_verdict(Allowed(move, 0.012, self.time), Mode.AUTO, self.time)
        return Receipt(command, status, self.time, None)

    @rule(name=st.sampled_from(SETPOINTS), to=st.sampled_from(Mode))
    def a_person_climbs(self, name, to):
        if to <= self.ceilings[name]:
            self.ladder.climb(name, to, self.time, "shift leader", "I take responsibility")
            assert self.ladder[name] == to
        else:
            self.must_refuse(name, to, "shift leader", "I want to")

    @rule(name=st.sampled_from(SETPOINTS), to=st.sampled_from(Mode), blank=st.sampled_from(["", "  "]))
    def nobody_climbs(self, name, to, blank):
        self.must_refuse(name, to, blank, "because")
        self.must_refuse(name, to, "shift leader", blank)

    def must_refuse(self, name, to, person, reason):
        before = dict(self.ladder.modes)
        try:
            self.ladder.climb(name, to, self.time, person, reason)
        except CallError:
            assert self.ladder.modes == before
        else:
            raise AssertionError("it climbed")

    @rule(name=st.sampled_from(SETPOINTS), to=st.sampled_from(Mode))
    def anything_may_lower(self, name, to):
        before = self.ladder[name]
        self.ladder.lower(name, to, self.time, "anything", "any reason")
        assert self.ladder[name] == min(before, to)

    @rule()
    def a_restart(self):
        self.ladder.restart(self.time)
        self.watch = FallWatch(WORKS, RULES)
        assert all(mode <= Mode.ADVISORY for mode in self.ladder.modes.values())

    @invariant()
    def every_step_up_has_a_person_and_none_is_above_its_ceiling(self):
        if not hasattr(self, "ladder"):
            return
        for change in self.ladder.changes[self.seen :]:
            assert change.reason.strip()
            if change.new > change.old:
                assert change.by in self.persons
        self.seen = len(self.ladder.changes)
        assert all(self.ladder[name] <= self.ceilings[name] for name in SETPOINTS)


TestLadder = Ladder.TestCase
TestLadder.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
