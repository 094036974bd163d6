"""What lets a set point fall to ADVISORY, after how many cycles, and with which reason."""

import pytest

from ironworks.core.decision import Allowed, Command, Hold, Move, Receipt, Solved, SolverStatus, Unsolved, WriteStatus
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeLadder
from ironworks.core.works import load_works
from ironworks.decide.trial import image_of
from ironworks.guard.ladder import FallWatch

WORKS = load_works("demo")
MOISTURE, COAL = "blast_moisture_setpoint", "coal_injection_rate_setpoint"
VALUES = {MOISTURE: 0.012, COAL: 17.0}
STEADY = {"blast_volume": 111.0, "hot_metal_temperature": 1778.0}
GOOD = Solved("test", 0.0, 1)


class Furnace:
    """A watch and a ladder at AUTO, a cycle at a time."""

    def __init__(self, mode=Mode.AUTO):
        self.watch = FallWatch.from_works(WORKS)
        self.ladder = ModeLadder(dict.fromkeys(WORKS.modes, mode))
        self.number = 0

    def cycle(self, lacking=(), outcome=GOOD, receipts=(), faults=()):
        self.number += 1
        time = 600.0 * self.number
        readings = dict(image_of(WORKS, time, VALUES, STEADY).readings)
        image = ProcessImage(
            time, {tag: each for tag, each in readings.items() if tag not in lacking}, faults=tuple(faults)
        )
        proposals = [Hold(name, outcome, time, "") for name in VALUES]
        self.watch.watch(self.ladder, image, proposals, list(receipts))
        return self

    @property
    def modes(self):
        return self.ladder[MOISTURE], self.ladder[COAL]

    @property
    def reasons(self):
        return [(change.setpoint, change.by, change.reason) for change in self.ladder.changes]


BOTH_UP, BOTH_DOWN = (Mode.AUTO, Mode.AUTO), (Mode.ADVISORY, Mode.ADVISORY)


def a_receipt(setpoint, status):
    move = Move(setpoint, VALUES[setpoint], VALUES[setpoint], GOOD, 0.0, "")
    return Receipt(
        Command.from_verdict(Allowed(move, move.value, 0.0), Mode.AUTO, 0.0), status, 0.0, None, "limit switch"
    )


def test_all_well_nothing_falls():
    furnace = Furnace()
    for _ in range(50):
        furnace.cycle(receipts=[a_receipt(COAL, WriteStatus.CONFIRMED)])
    assert furnace.modes == BOTH_UP
    assert furnace.ladder.changes == []


def test_a_critical_tag_may_be_bad_for_one_cycle_and_not_for_two():
    furnace = Furnace().cycle().cycle(["blast_volume"])
    assert furnace.modes == BOTH_UP
    furnace.cycle().cycle(["blast_volume"])
    assert furnace.modes == BOTH_UP
    furnace.cycle(["blast_volume"])
    assert furnace.modes == BOTH_DOWN
    assert furnace.reasons[0] == (
        MOISTURE,
        "guard.critical",
        "critical for 2 cycles running: blast_volume (never_arrived)",
    )


def test_only_the_set_point_whose_tag_it_is_falls():
    furnace = Furnace().cycle().cycle(["coal_injection_rate"]).cycle(["coal_injection_rate"])
    assert furnace.modes == (Mode.AUTO, Mode.ADVISORY)


def test_what_has_not_come_yet_since_the_start_is_no_fall():
    furnace = Furnace()
    for _ in range(30):
        furnace.cycle(["hot_metal_temperature"])
    assert furnace.modes == BOTH_UP
    furnace.cycle().cycle(["hot_metal_temperature"]).cycle(["hot_metal_temperature"])
    assert furnace.modes == BOTH_DOWN


@pytest.mark.parametrize(
    "status",
    [
        SolverStatus.INFEASIBLE,
        SolverStatus.ITERATION_LIMIT,
        SolverStatus.NUMERICAL_TROUBLE,
        SolverStatus.OPTIMAL_INACCURATE,
    ],
)
def test_a_solver_that_fails_three_times_running(status):
    bad = Unsolved(status, "why")
    furnace = Furnace().cycle(outcome=bad).cycle(outcome=bad)
    furnace.cycle().cycle(outcome=bad).cycle(outcome=bad)
    assert furnace.modes == BOTH_UP
    furnace.cycle(outcome=bad)
    assert furnace.modes == BOTH_DOWN
    assert furnace.reasons[0] == (MOISTURE, "guard.solver", "the solver failed 3 cycles running")


def test_solver_trouble_is_counted_running_and_not_in_sum_with_other_holds():
    bad, blind = Unsolved(SolverStatus.INFEASIBLE, ""), Unsolved(SolverStatus.NO_FORECAST, "")
    furnace = Furnace()
    for _ in range(6):
        furnace.cycle(outcome=bad).cycle(outcome=bad).cycle(outcome=blind)
    assert furnace.modes == BOTH_UP


@pytest.mark.parametrize("status", [SolverStatus.NO_FORECAST, SolverStatus.BAD_INPUT, SolverStatus.NOT_RUN])
def test_a_controller_that_cannot_decide_for_two_hours_gives_back(status):
    blind = Unsolved(status, "why")
    furnace = Furnace().cycle()
    for _ in range(12):
        furnace.cycle(outcome=blind)
    assert furnace.modes == BOTH_UP
    furnace.cycle(outcome=blind)
    assert furnace.modes == BOTH_DOWN
    assert furnace.reasons[0] == (MOISTURE, "guard.blind", "no decision was possible for 13 cycles running")


def test_a_decision_between_starts_the_count_again():
    blind = Unsolved(SolverStatus.NO_FORECAST, "why")
    furnace = Furnace()
    for _ in range(4):
        furnace.cycle()
        for _ in range(12):
            furnace.cycle(outcome=blind)
    assert furnace.modes == BOTH_UP


def test_while_nothing_was_ever_decided_there_is_nothing_to_give_back():
    furnace = Furnace()
    for _ in range(200):
        furnace.cycle(outcome=Unsolved(SolverStatus.NO_FORECAST, "starting"))
    assert furnace.modes == BOTH_UP


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (WriteStatus.MISMATCH, "the plant reads otherwise than written: limit switch"),
        (WriteStatus.REFUSED_BY_PLANT, "the plant refused the write: limit switch"),
    ],
)
def test_a_write_that_went_wrong_lets_its_set_point_fall_at_once(status, words):
    furnace = Furnace().cycle(receipts=[a_receipt(COAL, status)])
    assert furnace.modes == (Mode.AUTO, Mode.ADVISORY)
    assert furnace.reasons == [(COAL, "guard.write", words)]


def test_a_link_that_is_down_for_more_than_a_cycle():
    furnace = Furnace().cycle().cycle(faults=["link_down"]).cycle().cycle(faults=["link_down"])
    assert furnace.modes == BOTH_UP
    furnace.cycle(faults=["link_down"])
    assert furnace.modes == BOTH_DOWN
    assert furnace.reasons[0] == (MOISTURE, "guard.link", "the link to the plant is down for 2 cycles running")


@pytest.mark.parametrize("status", [WriteStatus.LINK_DOWN, WriteStatus.TIMED_OUT])
def test_writes_that_are_lost_count_as_the_link(status):
    furnace = Furnace().cycle(receipts=[a_receipt(COAL, status)])
    assert furnace.modes == BOTH_UP
    furnace.cycle(receipts=[a_receipt(COAL, status)])
    assert furnace.modes == (Mode.AUTO, Mode.ADVISORY)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SHADOW, Mode.ADVISORY])
def test_what_stands_lower_stays_there(mode):
    furnace = Furnace(mode).cycle().cycle(["blast_volume"], faults=["link_down"])
    furnace.cycle(["blast_volume"], faults=["link_down"], receipts=[a_receipt(COAL, WriteStatus.MISMATCH)])
    assert furnace.modes == (mode, mode)
    assert furnace.ladder.changes == []


def test_after_a_person_has_raised_it_it_falls_again_while_the_cause_lasts():
    furnace = Furnace().cycle().cycle(["blast_volume"]).cycle(["blast_volume"])
    furnace.ladder.climb(COAL, Mode.AUTO, 0.0, "shift leader", "I think it is well")
    assert furnace.cycle(["blast_volume"]).modes == BOTH_DOWN
    furnace.cycle()
    furnace.ladder.climb(COAL, Mode.AUTO, 0.0, "shift leader", "the meter is back")
    assert furnace.cycle().modes == (Mode.ADVISORY, Mode.AUTO)
