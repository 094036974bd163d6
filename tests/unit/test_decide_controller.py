"""The controller's contract, cycle by cycle: what it proposes, when it holds, and what it tells the operator."""

import math
import time as wall
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ironworks.core.decision import Hold, Move, Solved, SolverStatus, Unsolved
from ironworks.core.errors import ConfigurationError
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.ports import Controller
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_parameters, load_works
from ironworks.decide.predictive import PredictiveController
from ironworks.decide.problem import MoveProblem, Room
from ironworks.decide.settings import load_settings, settings_from
from ironworks.decide.trial import image_of
from ironworks.twin.furnace import load_response

GOLDEN = Path(__file__).parents[1] / "golden" / "twin_reference.toml"
WORKS = load_works("demo")
RESPONSE = load_response(GOLDEN, WORKS.cycle)
SETTINGS = load_settings(GOLDEN)
MOISTURE, COAL = "blast_moisture_setpoint", "coal_injection_rate_setpoint"
HMT, SILICON = "hot_metal_temperature", "hot_metal_silicon"
FREE = (MOISTURE, COAL)
STAND = {MOISTURE: 0.012, COAL: 62.0 / 3.6}
STEADY = {"blast_volume": 6700.0 / 60.0, "blast_temperature": 1220.0 + 273.15}
AIM = 1505.0 + 273.15


def a_controller(**changes):
    return PredictiveController(WORKS, RESPONSE, replace(SETTINGS, **changes), "combination")


def estimate(time, heat=AIM, silicon=0.004, health=Health.GOOD):
    return StateEstimate(time, {HMT: Belief(heat, 3.0), SILICON: Belief(silicon, 3e-4)}, health)


def forecasts(time, heat=AIM, silicon=0.004, model="combination", horizon=7200.0, scored=Scored.SAMPLE):
    return [
        Forecast(target, time, horizon, scored, model, LEVELS, (value,) * 5)
        for target, value in ((HMT, heat), (SILICON, silicon))
    ]


def cycle(controller, number, heat=AIM, silicon=0.004, values=STAND, steady=STEADY, free=FREE, **spoilt):
    time = 600.0 * number
    image = image_of(WORKS, time, values, steady)
    readings = dict(image.readings)
    for tag, reading in spoilt.items():
        if reading is None:
            readings.pop(tag, None)
        else:
            readings[tag] = reading
    image = ProcessImage(time, readings)
    return {
        p.setpoint: p
        for p in controller.step(image, estimate(time, heat, silicon), forecasts(time, heat, silicon), free)
    }


def stale(tag, value):
    return Reading(Sample(tag, value, Quality.UNCERTAIN, 0.0, 0.0, "stale"), 9000.0)


def settled(heat, cycles=12, **more):
    """Proposals of a controller that has seen the same deviation for two hours, nobody moving anything."""
    controller = a_controller()
    for number in range(cycles):
        made = cycle(controller, number, heat, **more)
    return made


def test_it_is_a_controller_and_a_works_makes_the_same_one():
    typed: Controller = PredictiveController.from_works(WORKS, "combination")
    image = image_of(WORKS, 0.0, STAND, STEADY)
    asked = (image, estimate(0.0), forecasts(0.0), FREE)
    file = WORKS.folder / "twin.toml"
    same = PredictiveController(WORKS, load_response(file, WORKS.cycle), load_settings(file), "combination")
    assert typed.step(*asked) == same.step(*asked)


def test_on_aim_it_does_nothing_and_says_so():
    for proposal in settled(AIM).values():
        assert isinstance(proposal, Hold)
        assert isinstance(proposal.outcome, Solved)
        assert proposal.reason == "Hot metal temperature expected 1505 degC at 2 h (aim 1505); no move"


@pytest.mark.parametrize("off", [-2.5, 2.5])
def test_inside_the_noise_it_does_nothing(off):
    assert all(isinstance(proposal, Hold) for proposal in settled(AIM + off).values())


def test_cold_iron_takes_moisture_away_and_adds_coal():
    made = settled(AIM - 16.0)
    assert isinstance(made[MOISTURE], Move)
    assert made[MOISTURE].value < made[MOISTURE].current == STAND[MOISTURE]
    assert isinstance(made[COAL], Move)
    assert made[COAL].value > made[COAL].current == STAND[COAL]


def test_hot_iron_adds_moisture_and_takes_coal_away():
    made = settled(AIM + 16.0)
    assert made[MOISTURE].value > made[MOISTURE].current
    assert made[COAL].value < made[COAL].current


def test_the_operator_reads_one_sentence_in_his_units():
    move = settled(AIM - 16.0)[COAL]
    tons = (move.value - move.current) * 3.6
    effect = {(target, horizon): by for target, horizon, by in move.effects}
    assert move.reason.startswith("Hot metal temperature expected 1489 degC at 2 h (aim 1505); ")
    assert f"coal injection rate {tons:+.1f} t/h: " in move.reason
    assert f"{effect[HMT, 6 * 3600.0]:+.0f} degC in 6 h" in move.reason
    assert "\n" not in move.reason


def test_effects_are_those_of_the_move_alone_in_si():
    for move in settled(AIM - 16.0).values():
        assert isinstance(move, Move)
        step = RESPONSE.step_response(move.setpoint, 72) * (move.value - move.current)
        for target, horizon, by in move.effects:
            expected = step[round(horizon / 600.0) - 1, RESPONSE.outputs.index(target)]
            assert by == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert {horizon for _, horizon, _ in move.effects} == {3600.0, 7200.0, 21600.0, 43200.0}


def test_coal_that_first_cools_is_announced():
    controller = a_controller()
    for number in range(40):
        made = cycle(controller, number, AIM - 60.0, silicon=0.001)
    assert made[COAL].value == pytest.approx(STAND[COAL] + WORKS.limits[COAL].max_step)
    assert "-1 degC in 1 h, then +" in made[COAL].reason


def test_the_first_cycle_after_a_hand_over_starts_at_the_value_in_force():
    controller = a_controller()
    first = cycle(controller, 0, AIM - 40.0)
    assert all(isinstance(p, Hold) and isinstance(p.outcome, Solved) for p in first.values())
    second = cycle(controller, 1, AIM - 40.0)
    assert isinstance(second[MOISTURE], Move)
    assert second[MOISTURE].current == STAND[MOISTURE]
    cycle(controller, 2, AIM - 40.0, free=(COAL,))
    back = cycle(controller, 3, AIM - 40.0)
    assert "handed over" in back[MOISTURE].reason
    assert isinstance(back[MOISTURE], Hold)


def test_only_free_set_points_are_answered_and_each_once():
    controller = a_controller()
    assert set(cycle(controller, 0, free=(COAL,))) == {COAL}
    assert cycle(controller, 1, free=()) == {}
    strange = cycle(controller, 2, free=(COAL, "top_pressure_setpoint"))
    assert strange["top_pressure_setpoint"].outcome.status == SolverStatus.BAD_INPUT
    assert isinstance(strange[COAL].outcome, Solved)


def test_after_a_move_it_waits_and_tells_what_is_still_coming():
    """A move of the operator's is seen in the read-back as ours is; 3 g/Nm3 take 6 degC in the long run."""
    controller = a_controller()
    for number in range(3):
        cycle(controller, number, AIM + 14.0)
    moved = STAND | {MOISTURE: 0.015}
    waiting = cycle(controller, 3, AIM + 14.0, values=moved)[MOISTURE]
    assert isinstance(waiting, Hold)
    assert isinstance(waiting.outcome, Solved)
    assert "blast moisture was moved 10 min ago: waiting" in waiting.reason
    assert "moves already made bring -5 degC within 6 h" in waiting.reason
    for number in range(4, 6):
        assert isinstance(cycle(controller, number, AIM + 14.0, values=moved)[MOISTURE], Hold)


def test_moves_in_the_pipe_are_not_made_again():
    """Two controllers see the same cold iron; the one that knows of 3 t/h of coal on its way does less."""
    knowing, other = a_controller(), a_controller()
    before = STAND | {COAL: STAND[COAL] - 3.0 / 3.6}
    for number in range(3):
        cycle(knowing, number, AIM - 16.0, values=before)
        cycle(other, number, AIM - 16.0)
    for number in range(3, 10):
        with_pipe = cycle(knowing, number, AIM - 16.0)
        without = cycle(other, number, AIM - 16.0)
    assert isinstance(without[COAL], Move)
    assert isinstance(with_pipe[COAL], Hold)
    assert "moves already made bring +" in with_pipe[COAL].reason


def test_no_forecast_no_decision():
    for given in (
        [],
        forecasts(600.0, model="persistence"),
        forecasts(600.0, horizon=3600.0),
        forecasts(600.0, scored=Scored.MEAN),
        forecasts(0.0),
        forecasts(600.0)[1:],
    ):
        controller = a_controller()
        cycle(controller, 0)
        made = controller.step(image_of(WORKS, 600.0, STAND, STEADY), estimate(600.0), given, FREE)
        assert {p.setpoint for p in made} == set(FREE)
        for proposal in made:
            assert isinstance(proposal, Hold)
            assert proposal.outcome.status == SolverStatus.NO_FORECAST
            assert "no forecast of hot_metal_temperature at 2 h by model 'combination'" in proposal.reason


@pytest.mark.parametrize(
    "believed",
    [
        estimate(600.0, health=Health.FAILED),
        estimate(600.0, health=Health.STARTING),
        estimate(600.0, heat=math.nan),
        estimate(0.0),
        StateEstimate(600.0, {SILICON: Belief(0.004, 0.0)}, Health.GOOD),
        StateEstimate(600.0, {}, Health.FAILED, ("no samples",)),
    ],
)
def test_no_estimate_no_decision(believed):
    controller = a_controller()
    made = controller.step(image_of(WORKS, 600.0, STAND, STEADY), believed, forecasts(600.0), FREE)
    assert [p.outcome.status for p in made] == [SolverStatus.BAD_INPUT] * 2
    if believed.reasons:
        assert "no samples" in made[0].reason


def test_a_works_whose_modes_require_no_target_still_needs_one():
    modes = {name: replace(rule, critical=()) for name, rule in WORKS.modes.items()}
    controller = PredictiveController(replace(WORKS, modes=modes), RESPONSE, SETTINGS, "combination")
    made = controller.step(image_of(WORKS, 0.0, STAND, STEADY), estimate(0.0), [], FREE)
    assert [p.outcome.status for p in made] == [SolverStatus.NO_FORECAST] * 2
    made = controller.step(image_of(WORKS, 600.0, STAND, STEADY), estimate(600.0), forecasts(600.0)[1:], FREE)
    assert made[0].reason.startswith("Hot metal silicon expected 0.40 % at 2 h (aim 0.40)")


def test_a_works_that_does_not_measure_blast_is_not_asked_for_it():
    tags = {name: tag for name, tag in WORKS.tags.tags.items() if name != "blast_volume"}
    works = replace(WORKS, tags=replace(WORKS.tags, tags=tags))
    controller = PredictiveController(works, RESPONSE, SETTINGS, "combination")
    made = controller.step(image_of(works, 0.0, STAND, {}), estimate(0.0), forecasts(0.0), FREE)
    assert all(isinstance(p.outcome, Solved) for p in made)


def test_silicon_missing_is_done_without_and_said():
    controller = a_controller()
    for number in range(12):
        time = 600.0 * number
        made = controller.step(
            image_of(WORKS, time, STAND, STEADY), estimate(time, AIM - 16.0), forecasts(time, AIM - 16.0)[:1], FREE
        )
    assert isinstance(made[1], Move)
    assert "hot metal silicon is not known" in made[1].reason


def test_a_stale_set_point_is_left_alone_and_the_other_goes_on():
    made = settled(AIM - 16.0, **{COAL: stale(COAL, STAND[COAL])})
    assert made[COAL].outcome.status == SolverStatus.BAD_INPUT
    assert "read-back is not usable: stale" in made[COAL].reason
    assert isinstance(made[MOISTURE], Move)


def test_set_points_that_never_arrived_leave_nothing_to_solve():
    made = settled(AIM - 16.0, **{COAL: None, MOISTURE: None})
    for proposal in made.values():
        assert proposal.outcome.status == SolverStatus.BAD_INPUT
        assert "never_arrived" in proposal.reason


def test_a_set_point_that_the_plant_does_not_follow_is_left_alone():
    tripped = Reading(Sample("coal_injection_rate", 20.0 / 3.6, Quality.GOOD, 0.0, 0.0), 0.0)
    made = settled(AIM - 16.0, coal_injection_rate=tripped)
    assert made[COAL].outcome.status == SolverStatus.BAD_INPUT
    assert "is measured 20.0 t/h and does not follow its set point of 62.0" in made[COAL].reason


@pytest.mark.parametrize("humidity", [0.0118, 0.0200])
def test_moisture_is_never_asked_for_below_the_humidity_of_the_day(humidity):
    """A cold furnace wants less moisture; steam only adds, so that the humidity of the day is the floor."""
    of_the_day = Reading(Sample("ambient_humidity", humidity, Quality.GOOD, 0.0, 0.0), 0.0)
    blast = Reading(Sample("blast_moisture", max(humidity, STAND[MOISTURE]), Quality.GOOD, 0.0, 0.0), 0.0)
    made = settled(AIM - 25.0, ambient_humidity=of_the_day, blast_moisture=blast)
    assert isinstance(made[MOISTURE].outcome, Solved)  # the plant does what it can: no trouble
    assert not isinstance(made[MOISTURE], Move) or made[MOISTURE].value >= STAND[MOISTURE]
    free = settled(AIM - 25.0)
    assert isinstance(free[MOISTURE], Move)
    assert free[MOISTURE].value < STAND[MOISTURE]


def test_what_the_furnace_really_gets_is_in_the_pipe():
    """Coal trips while its set point stands: the model must see 42 t/h less, not the set point."""
    controller = a_controller()
    cycle(controller, 0)
    tripped = Reading(Sample("coal_injection_rate", 20.0 / 3.6, Quality.GOOD, 0.0, 0.0), 0.0)
    cycle(controller, 1, coal_injection_rate=tripped)
    column = RESPONSE.inputs.index(COAL)
    assert controller._memory.state.inputs[0, column] == pytest.approx(-42.0 / 3.6)


@pytest.mark.parametrize("blast", [3000.0 / 60.0, None])
def test_out_of_normal_blast_it_decides_nothing(blast):
    steady = {name: value for name, value in STEADY.items() if name != "blast_volume"}
    if blast is not None:
        steady["blast_volume"] = blast
    made = settled(AIM - 16.0, steady=steady)
    for proposal in made.values():
        assert proposal.outcome.status == SolverStatus.BAD_INPUT
        assert ("below 5600.0" if blast else "never_arrived") in proposal.reason


def test_trouble_of_the_solver_holds_both():
    def fails(_):
        return Unsolved(SolverStatus.ITERATION_LIMIT, "the solver ended with MaxIterations", "clarabel")

    controller = PredictiveController(WORKS, RESPONSE, SETTINGS, "combination", solver=fails)
    made = cycle(controller, 0, AIM - 16.0)
    assert [p.outcome.status for p in made.values()] == [SolverStatus.ITERATION_LIMIT] * 2
    assert all("MaxIterations" in p.reason for p in made.values())


def test_numbers_that_are_not_finite_never_become_a_value():
    def poisoned(program):
        return Solved("test", 0.0, 1), np.full(len(program.linear), np.nan)

    controller = PredictiveController(WORKS, RESPONSE, SETTINGS, "combination", solver=poisoned)
    for number in range(4):
        made = cycle(controller, number, AIM - 16.0)
        assert [p.outcome.status for p in made.values()] == [SolverStatus.NUMERICAL_TROUBLE] * 2


def test_limits_that_cannot_be_met_are_an_infeasible_outcome():
    limits = dict(WORKS.limits)
    limits[COAL] = replace(limits[COAL], max_step=0.4, max_rate_per_h=-1.0)
    controller = PredictiveController(replace(WORKS, limits=limits), RESPONSE, SETTINGS, "combination")
    for number in range(4):
        made = cycle(controller, number, AIM - 16.0)
        assert [p.outcome.status for p in made.values()] == [SolverStatus.INFEASIBLE] * 2


@pytest.mark.parametrize("at", ["low", "high"])
def test_at_a_limit_it_goes_no_further(at):
    ends = {name: getattr(WORKS.limits[name], at) for name in FREE}
    for heat in (AIM - 60.0, AIM + 60.0):
        for name, proposal in settled(heat, values=ends, cycles=20).items():
            if isinstance(proposal, Move):
                assert WORKS.limits[name].low <= proposal.value <= WORKS.limits[name].high


def test_outside_its_limits_a_set_point_is_not_taken_further_out():
    outside = {MOISTURE: 0.034, COAL: 44.0 / 3.6}
    for heat in (AIM - 60.0, AIM + 60.0):
        made = settled(heat, values=outside, cycles=20)
        for name, proposal in made.items():
            if isinstance(proposal, Move):
                inwards = -1.0 if name == MOISTURE else 1.0
                assert (proposal.value - proposal.current) * inwards > 0.0


def test_steps_stay_within_max_step_and_on_the_grid():
    for heat in (AIM - 80.0, AIM + 80.0):
        for name, proposal in settled(heat, cycles=40).items():
            assert isinstance(proposal, Move)
            move = abs(proposal.value - proposal.current)
            assert move <= WORKS.limits[name].max_step * (1.0 + 1e-9)
            steps = move / SETTINGS.setpoints[name].resolution
            assert steps == pytest.approx(round(steps), abs=1e-6)


def test_what_the_last_hour_leaves_is_respected():
    """The operator has taken coal up by 2.5 t/h within the hour: 0.5 t/h of 3 are left."""
    controller = a_controller(
        setpoints=SETTINGS.setpoints | {COAL: replace(SETTINGS.setpoints[COAL], hold_off=1800.0, deadband=0.01)}
    )
    for number in range(8):
        cycle(controller, number, AIM - 80.0)
    raised = STAND | {COAL: STAND[COAL] + 2.5 / 3.6}
    for number in range(8, 12):
        made = cycle(controller, number, AIM - 80.0, values=raised)
    assert isinstance(made[COAL], Move)
    assert (made[COAL].value - made[COAL].current) * 3.6 == pytest.approx(0.5, abs=1e-6)


def test_a_long_gap_ends_the_memory_and_a_clock_that_jumps_back_too():
    for jump in (100, -1):
        controller = a_controller()
        cycle(controller, 5)
        cycle(controller, 6, values=STAND | {MOISTURE: 0.015})
        assert controller._memory.moved_at
        cycle(controller, 6 + jump, values=STAND)
        assert not controller._memory.moved_at
        assert (RESPONSE.output(controller._memory.state) == 0.0).all()


def test_missed_cycles_are_made_up_for():
    """Every cycle, and one after an hour: the same model time has passed, and the same is in the pipe."""
    states = []
    for numbers in ((1, 2, 3, 4, 5, 6), (1, 6)):
        controller = a_controller()
        cycle(controller, 0)
        for number in numbers:
            cycle(controller, number, values=STAND | {MOISTURE: 0.015})
        states.append(RESPONSE.output(controller._memory.state))
    np.testing.assert_allclose(states[0], states[1], rtol=1e-12)


def test_a_restart_can_be_made_up_for_from_recorded_images():
    went_on, restarted = a_controller(), a_controller()
    values = [STAND] * 3 + [STAND | {MOISTURE: 0.015}] * 3
    for number, value in enumerate(values):
        cycle(went_on, number, values=value)
        restarted.observe(image_of(WORKS, 600.0 * number, value, STEADY))
    one = RESPONSE.free_response(went_on._memory.state, 36)
    np.testing.assert_array_equal(one, RESPONSE.free_response(restarted._memory.state, 36))
    assert restarted._memory.moved_at == went_on._memory.moved_at


def test_the_same_question_has_the_same_answer():
    assert settled(AIM - 16.0) == settled(AIM - 16.0)


def test_a_cycle_takes_less_than_50_ms_on_average():
    controller = a_controller()
    cycle(controller, 0)
    started = wall.perf_counter()
    for number in range(1, 61):
        cycle(controller, number, AIM + 15.0 * math.sin(number))
    assert (wall.perf_counter() - started) / 60 < 0.050


def test_settings_that_do_not_fit_the_works_are_refused():
    parameters = load_parameters(GOLDEN)
    with pytest.raises(ConfigurationError, match=r"'controller.block' is missing"):
        settings_from({name: value for name, value in parameters.items() if name != "controller.block"})
    odd = SETTINGS.setpoints | {"coal_setpoint": SETTINGS.setpoints[COAL]}
    with pytest.raises(ConfigurationError, match=r"controller.setpoints.coal_setpoint has no limits"):
        a_controller(setpoints=odd)
    limits = dict(WORKS.limits) | {"top_pressure_setpoint": WORKS.limits[COAL]}
    with pytest.raises(ConfigurationError, match="no response"):
        PredictiveController(
            replace(WORKS, limits=limits),
            RESPONSE,
            replace(SETTINGS, setpoints={"top_pressure_setpoint": SETTINGS.setpoints[COAL]}),
            "combination",
        )
    with pytest.raises(ConfigurationError, match="whole multiple"):
        a_controller(control_horizon=4.1 * 3600.0)


def test_the_plan_brings_the_furnace_back_by_the_model_itself():
    """The program's own prediction of its plan, made again by stepping the model, ends within the dead zone."""
    from ironworks.decide.quadratic import solve

    problem = MoveProblem(RESPONSE, SETTINGS, WORKS.limits, WORKS.targets, FREE, (HMT, SILICON))
    limits = WORKS.limits
    rooms = {name: Room(STAND[name], limits[name].max_step, limits[name].max_step) for name in FREE}
    off = np.tile([AIM - 12.0, 0.004 - 12e-4], (problem.points, 1))
    _, plan = solve(problem.program(off, rooms))
    outputs = off.copy()
    for index, name in enumerate(FREE):
        for block in range(problem.blocks):
            step = RESPONSE.step_response(name, 72)[2::3] * plan[index * problem.blocks + block]
            outputs[block:] += step[: problem.points - block] * limits[name].max_step
    assert abs(outputs[-1, 0] - AIM) < 6.0
    assert abs(outputs[:, 0] - AIM).mean() < 0.7 * 12.0
