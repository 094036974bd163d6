"""The hand-shake as a controller lives it: enable, heart-beat, moves, a heart-beat that stops, an alarm."""

import pytest

from ironworks.core.errors import CallError
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess

CYCLE = 600.0
G = 1e-3  # kg per g
T_H = 1000.0 / 3600.0  # kg/s per t/h


class Controller:
    """Writes as a controller does and remembers the newest sample of every tag."""

    def __init__(self, demo_works, **options) -> None:
        self.plant = SimulatedWorks(demo_works, 8, 1.79e9, process=SketchProcess(demo_works.folder), **options)
        self.seen: dict[str, float | None] = {}
        self.beat = 0
        self.cycle(beating=False)

    def cycle(self, beating: bool = True, seconds: float = CYCLE) -> None:
        if beating:
            self.beat += 1
            self.plant.write("remote_heartbeat", self.beat)
        self.look(seconds)

    def look(self, seconds: float = 0.0) -> None:
        self.seen |= {sample.tag: sample.value for sample in self.plant.advance(seconds)}

    def take_both(self) -> None:
        for word in ("blast_moisture", "coal_injection_rate"):
            self.plant.write(f"{word}_remote_value", self.seen[f"{word}_setpoint"])
            self.plant.write(f"{word}_remote_enable", 1.0)

    @property
    def remote(self) -> tuple[float | None, ...]:
        return tuple(
            self.seen[name]
            for name in ("blast_moisture_remote_active", "coal_injection_rate_remote_active", "operator_mode")
        )


@pytest.fixture
def controller(demo_works):
    return Controller(demo_works, without=["coal_trip"])


def test_nothing_is_remote_until_the_heart_beats(controller):
    controller.take_both()
    controller.look(CYCLE)
    assert controller.remote == (0.0, 0.0, 1.0)
    controller.cycle()
    assert controller.remote == (1.0, 1.0, 0.0)


def test_a_move_is_read_back_at_once_and_reaches_the_blast(controller):
    controller.cycle()
    controller.take_both()
    controller.look()
    assert controller.remote == (1.0, 1.0, 0.0)
    controller.plant.write("blast_moisture_remote_value", 15.0 * G)
    controller.look()
    assert controller.seen["blast_moisture_remote_value"] == controller.seen["blast_moisture_setpoint"] == 15.0 * G
    for _ in range(6):
        controller.cycle()
    assert controller.seen["blast_moisture_setpoint"] == 15.0 * G
    assert controller.seen["blast_moisture"] == pytest.approx(15.0 * G, abs=1.5 * G)


def test_one_set_point_may_be_remote_alone(controller):
    controller.cycle()
    controller.plant.write("blast_moisture_remote_enable", 1.0)
    controller.look()
    assert controller.remote == (1.0, 0.0, 0.0)


def test_when_the_heart_stops_the_operator_takes_over_without_a_bump(controller):
    controller.cycle()
    controller.take_both()
    controller.plant.write("coal_injection_rate_remote_value", 68.0 * T_H)
    controller.cycle()
    last_beat = controller.plant.time - CYCLE
    while controller.plant.time < last_beat + 1860.0:
        controller.cycle(beating=False, seconds=60.0)
        assert controller.remote == (1.0, 1.0, 0.0)
    controller.cycle(beating=False, seconds=120.0)
    assert controller.remote == (0.0, 0.0, 1.0)
    assert controller.seen["coal_injection_rate_setpoint"] == 68.0 * T_H  # where the remote controller had left it
    assert controller.seen["coal_injection_rate_remote_enable"] == 0.0


def test_a_heart_that_beats_again_gets_nothing_back_by_itself(controller):
    controller.cycle()
    controller.take_both()
    controller.cycle(seconds=3600.0)
    assert controller.remote == (0.0, 0.0, 1.0)
    for _ in range(3):
        controller.cycle()
    assert controller.remote == (0.0, 0.0, 1.0)
    controller.take_both()
    controller.look()
    assert controller.remote == (1.0, 1.0, 0.0)


def test_the_same_count_twice_is_no_beat(controller):
    controller.cycle()
    controller.take_both()
    for _ in range(4):
        controller.plant.write("remote_heartbeat", controller.beat)
        controller.look(CYCLE)
    assert controller.remote == (0.0, 0.0, 1.0)


def test_a_jump_is_refused_and_the_old_value_stays(controller):
    controller.cycle()
    controller.take_both()
    controller.look()
    before = controller.seen["blast_moisture_setpoint"]
    assert before is not None
    with pytest.raises(CallError, match="smaller steps"):
        controller.plant.write("blast_moisture_remote_value", before + 7.0 * G)
    controller.cycle()
    assert controller.seen["blast_moisture_setpoint"] == before


def test_enabling_with_a_far_value_is_refused(controller):
    controller.cycle()
    controller.plant.write("coal_injection_rate_remote_value", 80.0 * T_H)
    with pytest.raises(CallError, match="smaller steps"):
        controller.plant.write("coal_injection_rate_remote_enable", 1.0)
    controller.cycle()
    assert controller.seen["coal_injection_rate_remote_enable"] == 0.0


def test_remote_moisture_cannot_dry_the_air(controller):
    controller.cycle()
    controller.take_both()
    for value in (8.0, 5.0, 4.0):
        controller.plant.write("blast_moisture_remote_value", value * G)
        controller.cycle()
    for _ in range(3):
        controller.cycle()
    assert controller.seen["blast_moisture_setpoint"] == 4.0 * G
    assert controller.seen["blast_moisture"] >= controller.seen["ambient_humidity"] - 1.0 * G


def test_protection_drops_what_is_remote(demo_works):
    """Coal trips, here a hundred times as frequent: then nothing is remote and no enable is taken."""
    controller = Controller(demo_works)
    numbers = dict(controller.plant._disturbances.settings.numbers)
    numbers["coal.trip_rate"] *= 100.0
    controller.plant._disturbances.settings = type(controller.plant._disturbances.settings)(numbers, "test")
    controller.cycle()
    controller.take_both()
    for _ in range(1440):
        controller.cycle(seconds=60.0)
        if controller.seen["plant_alarm"] == 1.0:
            break
    assert controller.seen["plant_alarm"] == 1.0
    controller.cycle(seconds=60.0)
    assert controller.remote == (0.0, 0.0, 1.0)
    controller.plant.write("blast_moisture_remote_enable", 1.0)
    controller.look()
    assert controller.remote == (0.0, 0.0, 1.0)
    assert controller.seen["blast_moisture_remote_enable"] == 0.0


def test_the_operator_goes_on_with_coke_while_coal_and_moisture_are_remote(demo_works):
    controller = Controller(demo_works, without=["coal_trip"])
    controller.cycle()
    controller.take_both()
    before = controller.seen["coke_base_setpoint"]
    coal = controller.seen["coal_injection_rate_setpoint"]
    controller.plant.write("coal_injection_rate_remote_value", coal + 4.0 * T_H)  # too hot for long: coke must give way
    for _ in range(2 * 144):
        controller.cycle()
        assert controller.remote == (1.0, 1.0, 0.0)
        assert controller.seen["coal_injection_rate_setpoint"] == coal + 4.0 * T_H
    assert controller.seen["coke_base_setpoint"] < before
