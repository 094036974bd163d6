"""The whole chain on the virtual clock, with the simulated works in the same process: half a day in seconds."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ironworks.act.direct import DirectSink
from ironworks.commands.plant import operate
from ironworks.commands.scores import score_run
from ironworks.core.clock import SimulatedClock, parse_iso
from ironworks.core.decision import Move
from ironworks.core.dictionary import Role
from ironworks.core.mode import Mode
from ironworks.core.sample import Sample
from ironworks.link.direct import DirectLink
from ironworks.plant.works import SAMPLING_STEP, SimulatedWorks
from ironworks.record import SqliteRecord
from ironworks.runtime.chain import Chain
from ironworks.runtime.cycle import run_cycle
from ironworks.runtime.desk import Desk
from ironworks.runtime.past import import_history, remember
from ironworks.runtime.service import Service
from ironworks.runtime.summary import summarise
from ironworks.runtime.wiring import wire_chain
from ironworks.sense.direct import DirectSource

DAY = 86400.0
START = parse_iso("2026-01-05T00:00:00Z")
HALF_A_DAY = 12 * 3600.0
COAL = "coal_injection_rate_setpoint"


@dataclass
class World:
    """A works, its clock, and a chain with its record."""

    plant: SimulatedWorks
    clock: SimulatedClock
    chain: Chain
    record: SqliteRecord
    service: Service | None = None

    async def run(self, seconds: float) -> Service:
        self.service = service = Service(self.chain)
        await service.run(self.clock.now() + seconds, first_number=self.record.last_cycle() + 1)
        return service

    async def run_and_crash(self, seconds: float) -> None:
        """Cycles as the service runs them, without its orderly end."""
        for number in range(1, round(seconds / self.chain.works.cycle) + 1):
            self.clock.advance(self.chain.works.cycle)
            await run_cycle(self.chain, number)
        self.record.close()


@dataclass
class Past:
    """A day in which the plant's own operator ran it: what was measured, and the plant as it then stood."""

    samples: list[Sample]
    plant: bytes


@pytest.fixture(scope="module")
def past(demo_works) -> Past:
    plant = SimulatedWorks(demo_works, 3, START - DAY)
    return Past(operate(plant, demo_works, DAY, lambda text: None), plant.snapshot())


async def make(works, folder: Path, past: Past | None = None, plant: SimulatedWorks | None = None) -> World:
    """A chain with a record in `folder`: at its first start with a past, or going on with a plant that runs."""
    if plant is None:
        plant = SimulatedWorks(works, 3, START)
    if past is not None:
        plant.restore(past.plant)
    clock = SimulatedClock(plant.time, SAMPLING_STEP)
    link, record = DirectLink(plant, clock), SqliteRecord(folder)
    source = DirectSource(link)
    chain = wire_chain(works, clock, source, DirectSink(works, link), record)
    if past is not None:
        import_history(chain, past.samples, lambda text: None)
    remember(chain, record)
    await source.open()
    return World(plant, clock, chain, record)


@pytest.fixture(scope="module")
async def half_a_day(demo_works, past, tmp_path_factory):
    """A works that has been run by the chain for half a day; others may look, but not touch."""
    world = await make(demo_works, tmp_path_factory.mktemp("half_a_day"), past)
    await world.run(HALF_A_DAY)
    return world


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_stage_does_its_work(half_a_day, demo_works):
    record, end = half_a_day.record, half_a_day.clock.now()
    summary = summarise(record, demo_works, START, end, 1.0, half_a_day.service)
    assert summary.cycles == HALF_A_DAY / demo_works.cycle
    assert summary.failed_cycles == 0
    assert summary.defects == []
    assert summary.commands_written > 0
    assert summary.commands_read_back == summary.commands_written
    assert summary.limit_violations == []
    assert record.verify().sound
    scored = {(row["target"], row["model"]) for row in score_run(record, demo_works, START, end)}
    for target in demo_works.targets:
        assert {(target, "persistence"), (target, "mean_24h"), (target, half_a_day.chain.predictor.name)} <= scored


async def test_the_record_tells_the_cycle_as_it_was(half_a_day):
    record = half_a_day.record
    for number in (1, record.last_cycle()):
        cycle = record.cycle_record(number)
        assert cycle.number == number
        assert all(sample.arrival_time <= cycle.image.time + SAMPLING_STEP for sample in cycle.image.arrivals)
        assert len(cycle.verdicts) == len(cycle.proposals) == 2


async def test_every_command_came_from_a_move_that_was_recorded(half_a_day):
    record = half_a_day.record
    for number in range(1, record.last_cycle() + 1):
        cycle = record.cycle_record(number)
        for receipt in cycle.receipts:
            assert isinstance(receipt.command.verdict.move, Move)
            assert receipt.command.verdict in cycle.verdicts
            assert receipt.command.mode == Mode.AUTO


async def test_it_repeats_bit_for_bit(demo_works, past, tmp_path):
    span = 2 * 3600.0
    first, second = await make(demo_works, tmp_path / "a", past), await make(demo_works, tmp_path / "b", past)
    await first.run(span)
    await second.run(span)
    assert first.plant.snapshot() == second.plant.snapshot()
    numbers = range(1, first.record.last_cycle() + 1)
    assert len(numbers) == span / demo_works.cycle
    for number in numbers:
        one, other = first.record.cycle_record(number), second.record.cycle_record(number)
        assert (one.image, one.estimate, one.forecasts) == (other.image, other.estimate, other.forecasts)
        assert (one.proposals, one.verdicts) == (other.proposals, other.verdicts)


async def test_after_a_restart_nothing_is_above_advisory_and_the_plant_has_its_operator_back(
    demo_works, past, tmp_path
):
    world = await make(demo_works, tmp_path, past)
    await world.run_and_crash(2 * 3600.0)
    assert world.chain.ladder[COAL] == Mode.AUTO
    enable = demo_works.tags.remote(COAL, Role.REMOTE_ENABLE).name
    assert [s.value for s in world.plant.advance(60.0) if s.tag == enable] == [1.0]
    again = await make(demo_works, tmp_path, plant=world.plant)
    assert all(mode <= Mode.ADVISORY for mode in again.chain.ladder.modes.values())
    await again.run(3600.0)
    assert again.record.receipts(world.clock.now(), again.clock.now()) == []
    assert again.record.latest()[enable].value == 0.0
    Desk(again.chain).climb(COAL, Mode.AUTO, "Li", "the start looks right")
    await again.run(3600.0)
    assert any(receipt.command.setpoint == COAL for receipt in again.record.receipts(START, again.clock.now()))


async def test_when_the_chain_stops_the_plant_goes_on_by_itself(demo_works, past, tmp_path):
    world = await make(demo_works, tmp_path, past)
    await world.run_and_crash(2 * 3600.0)
    samples = world.plant.advance(4 * 3600.0)
    in_charge = [sample.value for sample in samples if sample.tag == "operator_mode"]
    assert in_charge[-1] == 1.0


async def test_a_warm_start_knows_the_furnace(demo_works, past, tmp_path):
    """A chain that has read the record again makes of the next image what one makes that has lived through it: what
    was imported before its first cycle counts as well."""
    world = await make(demo_works, tmp_path, past)
    await world.run_and_crash(6 * 3600.0)
    last = world.record.last_cycle()
    again = await make(demo_works, tmp_path, plant=world.plant)
    await again.run(demo_works.cycle)
    first = again.record.cycle_record(again.record.last_cycle())
    assert first.number == last + 1
    image, lived = first.image, world.chain
    expected = lived.predictor.step(image, lived.estimator.step(image))
    before = {(f.target, f.model, f.scored, f.horizon): f for f in expected}
    assert len(before) == len(first.forecasts)
    for forecast in first.forecasts:
        old = before[forecast.target, forecast.model, forecast.scored, forecast.horizon]
        assert forecast.quantiles == pytest.approx(old.quantiles, rel=1e-9)
        assert forecast.calibrated_on == old.calibrated_on
