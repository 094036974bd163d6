"""What a cycle does when something goes wrong: it is recorded, nothing is written, the heart-beat stops."""

import dataclasses
import math

import pytest

from ironworks.core.clock import SimulatedClock
from ironworks.core.decision import Allowed, Hold, Move, Receipt, Refused, Solved, SolverStatus, Unsolved, WriteStatus
from ironworks.core.errors import RecordError
from ironworks.core.estimate import Health, StateEstimate
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.mode import Mode, ModeLadder
from ironworks.core.ports import LinkState
from ironworks.core.sample import Quality, Sample
from ironworks.runtime.chain import Chain
from ironworks.runtime.cycle import run_cycle
from ironworks.runtime.desk import Desk
from ironworks.runtime.service import Service

COAL = "coal_injection_rate_setpoint"
GOOD = Solved("test", 0.0, 1)


class World:
    """A source, a sink, a record and all stages, which do as told and note what was asked of them."""

    link = LinkState.CONNECTED
    faults = ()

    def __init__(self, clock):
        self.clock, self.written, self.released, self.beats = clock, [], [], []
        self.events, self.kept_samples, self.cycles, self.changes = [], [], [], []
        self.to_drain, self.record_is_full, self.fail_at = [], False, ""
        self.proposal = Move(COAL, 17.5, 17.0, GOOD, 0.0, "warmer")

    def maybe_fail(self, stage):
        if self.fail_at == stage:
            raise ZeroDivisionError(f"in {stage}")

    # source and sink
    async def drain(self):
        drained, self.to_drain = self.to_drain, []
        return drained

    async def write(self, command):
        self.events.append("write")
        self.written.append(command)
        return Receipt(command, WriteStatus.CONFIRMED, self.clock.now(), command.value)

    async def release(self, setpoint):
        self.released.append(setpoint)
        return True

    async def heartbeat(self, count):
        self.beats.append(count)
        return True

    # record
    def take(self):
        if self.record_is_full:
            raise RecordError("the disk is full", "/record", "free space", "make room")

    def samples(self, samples):
        self.take()
        self.kept_samples += samples

    def intend(self, commands):
        self.take()
        self.events.append("intend")

    def cycle(self, record):
        self.take()
        self.events.append("cycle")
        self.cycles.append(record)

    def mode_change(self, change):
        self.take()
        self.changes.append(change)


class Stage:
    """One stage of the world."""

    def __init__(self, world, name, answer):
        self.world, self.name, self.answer = world, name, answer

    def step(self, *arguments):
        self.world.maybe_fail(self.name)
        return self.answer(*arguments)


class Validation:
    def __init__(self, clock):
        self.clock = clock
        self.readings = {COAL: Reading(Sample(COAL, 17.0, Quality.GOOD, 0.0, 0.0), 0.0)}

    def judge(self, samples, now):
        return list(samples)

    def image(self, now):
        return ProcessImage(now, self.readings)


class Guards:
    def judge(self, proposal, image, mode, recent):
        if isinstance(proposal, Hold):
            return Refused(proposal, image.time, ())
        return Allowed(proposal, proposal.value, image.time)


class NoFalls:
    def watch(self, ladder, image, proposals, receipts):
        return None


@pytest.fixture
def world():
    return World(SimulatedClock(6000.0))


@pytest.fixture
def chain(world, demo_works):
    estimate = StateEstimate(6000.0, {}, Health.GOOD)
    return Chain(
        works=demo_works, clock=world.clock, source=world, sink=world, validator=Validation(world.clock),
        estimator=Stage(world, "estimate", lambda image: estimate),
        predictor=Stage(world, "predict", lambda image, estimate: ()),
        controller=Stage(world, "decide", lambda *arguments: (world.proposal,)),
        guard=Guards(), watch=NoFalls(), record=world,
        ladder=ModeLadder({COAL: Mode.AUTO}, {}), beaten=True,
    )  # fmt: skip


async def test_a_good_cycle_records_the_command_before_it_writes_it_and_beats(chain, world):
    record = await run_cycle(chain, 1)
    assert world.events == ["intend", "write", "cycle"]
    assert [command.value for command in world.written] == [17.5]
    assert record.receipts[0].status == WriteStatus.CONFIRMED
    assert world.beats == [1]
    assert record.failures == ()


@pytest.mark.parametrize("stage", ["estimate", "predict", "decide"])
async def test_a_failing_stage_writes_nothing_and_stops_the_heart_beat(chain, world, stage):
    world.fail_at = stage
    record = await run_cycle(chain, 1)
    assert world.written == []
    assert world.beats == []
    assert record.failures == (f"{stage}: ZeroDivisionError: in {stage}",)
    assert chain.ladder[COAL] == Mode.ADVISORY
    assert world.released == [COAL]
    assert world.cycles == [record]


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.ADVISORY])
async def test_only_auto_writes(chain, world, mode):
    chain.ladder.lower(COAL, mode, 0.0, "test", "test")
    await run_cycle(chain, 1)
    assert world.written == []
    assert world.beats == [1]


async def test_a_defect_outside_the_stages_ends_no_service(chain, world):
    calls = []

    async def drain():
        calls.append(world.clock.now())
        if len(calls) == 1:
            raise KeyError("a defect")
        return []

    world.drain = drain
    service = Service(chain)
    await service.run(world.clock.now() + 1800.0)
    assert service.defects == ["KeyError: 'a defect'"]
    assert service.cycles >= 2
    assert chain.ladder[COAL] == Mode.ADVISORY
    assert world.written == []


async def test_cycles_that_pass_while_one_is_at_work_are_counted(chain, world):
    def slowly(*_):
        if not world.cycles:
            world.clock.advance(1500.0)
        return ()

    chain.predictor = Stage(world, "predict", slowly)
    service = Service(chain)
    await service.run(world.clock.now() + 3600.0)
    assert (service.cycles, service.skipped) == (4, 2)


async def test_the_first_cycle_after_a_start_only_watches(chain, world):
    chain.beaten = False
    await run_cycle(chain, 1)
    assert world.written == []
    await run_cycle(chain, 2)
    assert [command.value for command in world.written] == [17.5]


async def test_off_is_not_even_calculated(chain, world):
    chain.ladder.lower(COAL, Mode.OFF, 0.0, "test", "test")
    assert chain.free() == set()


async def test_a_full_disk_writes_nothing_and_loses_nothing(chain, world):
    sample = Sample(COAL, 17.0, Quality.GOOD, 5999.0, 6000.0)
    world.to_drain, world.record_is_full = [sample], True
    record = await run_cycle(chain, 1)
    assert world.written == []
    assert world.beats == []
    assert any("the disk is full" in failure for failure in record.failures)
    assert chain.ladder[COAL] == Mode.ADVISORY
    world.record_is_full = False
    later = await run_cycle(chain, 2)
    assert world.kept_samples == [sample]
    assert [kept.number for kept in world.cycles] == [1, 2]
    assert later.failures == ()
    assert world.beats == [2]


async def test_in_auto_a_good_hold_takes_charge_at_the_value_in_force_once(chain, world):
    world.proposal = Hold(COAL, GOOD, 0.0, "on target")
    await run_cycle(chain, 1)
    assert [command.value for command in world.written] == [17.0]
    enable = "coal_injection_rate_remote_enable"
    chain.validator.readings[enable] = Reading(Sample(enable, 1.0, Quality.GOOD, 0.0, 0.0), 0.0)
    await run_cycle(chain, 2)
    assert len(world.written) == 1


async def test_a_hold_without_a_good_outcome_never_takes_charge(chain, world):
    world.proposal = Hold(COAL, Unsolved(SolverStatus.INFEASIBLE, "no"), 0.0, "no")
    await run_cycle(chain, 1)
    assert world.written == []


async def test_a_fall_gives_the_set_point_back_once(chain, world):
    await run_cycle(chain, 1)
    Desk(chain).lower(COAL, Mode.ADVISORY, "Li", "watching")
    await run_cycle(chain, 2)
    await run_cycle(chain, 3)
    assert world.released == [COAL]
    assert [(change.by, change.new) for change in world.changes] == [("Li", Mode.ADVISORY)]
    assert all(record.mode_changes == () for record in world.cycles)


async def test_a_link_that_is_down_is_a_fault_of_the_image(chain, world):
    world.link = LinkState.RECONNECTING
    record = await run_cycle(chain, 1)
    assert "link_down" in record.image.faults


async def test_a_climb_that_cannot_be_recorded_does_not_happen(chain, world):
    desk = Desk(chain)
    desk.lower(COAL, Mode.SHADOW, "Li", "test")
    world.record_is_full = True
    with pytest.raises(RecordError):
        desk.climb(COAL, Mode.AUTO, "Li", "test")
    assert desk.modes() == {COAL: Mode.SHADOW}


async def test_an_impossible_value_never_reaches_the_plant(chain, world):
    for value in (math.nan, math.inf):
        with pytest.raises(Exception, match="finite"):
            dataclasses.replace(world.proposal, value=value)
