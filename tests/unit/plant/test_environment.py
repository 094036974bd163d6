"""The Gymnasium environment: the checker, seeds, what is seen and moved, the reward, the two ends."""

import subprocess
import sys

import numpy as np
import pytest

from ironworks.core.errors import CallError
from ironworks.plant.works import SimulatedWorks
from plant_kit import SketchProcess

pytest.importorskip("gymnasium", reason="the extra 'gym' is not installed")

from gymnasium.utils.env_checker import check_env

from ironworks.plant.environment import MOVED, OBSERVED, FurnaceEnvironment

STILL = np.zeros(2)


class FreezingProcess(SketchProcess):
    """Runs cold after three hours."""

    def advance(self, inputs, seconds):
        truth = super().advance(inputs, seconds)
        if self.s["time"] > 3 * 3600.0:
            truth["hot_metal_temperature"] = 1400.0
        return truth


@pytest.fixture
def make(demo_works):
    def build(kind=SketchProcess, **options):
        return FurnaceEnvironment(demo_works, process=lambda: kind(demo_works.folder), **options)

    return build


@pytest.mark.filterwarnings("ignore:.*render_fps.*", "ignore:.*not wrapped.*", "ignore:.*spec.*")
@pytest.mark.parametrize("action", ["increment", "absolute"])
def test_gymnasium_is_content(make, action):
    check_env(make(action=action, warm_up=2.0, horizon=6.0), skip_render_check=True)


def test_gymnasium_is_content_with_the_real_furnace(demo_works):
    check_env(FurnaceEnvironment(demo_works, warm_up=0.0, horizon=1.0), skip_render_check=True)


def episode(environment, seed, actions):
    first, _ = environment.reset(seed=seed)
    rows, rewards = [first], []
    for action in actions:
        observation, reward, *_ = environment.step(action)
        rows.append(observation)
        rewards.append(reward)
    return np.array(rows), np.array(rewards)


def test_an_episode_repeats_from_its_seed_and_only_from_it(make):
    actions = np.random.default_rng(0).uniform(-1.0, 1.0, (6, 2))
    (a, ra), (b, rb), (c, _) = (episode(make(), seed, actions) for seed in (3, 3, 4))
    assert np.array_equal(a, b)
    assert np.array_equal(ra, rb)
    assert not np.array_equal(a, c)


def test_what_is_seen_is_what_the_plant_sent(make, demo_works):
    environment = make(warm_up=6.0)
    seen, info = environment.reset(seed=1)
    plant = SimulatedWorks(demo_works, info["seed_of_works"], 1.7356896e9, process=SketchProcess(demo_works.folder))
    newest = {sample.tag: sample for sample in plant.advance(6 * 3600.0)}
    count = len(OBSERVED)
    assert len(environment.observation_names) == len(seen) == 2 * count + 2
    known = 0
    for i, name in enumerate(OBSERVED):
        sample, tag = newest.get(name), demo_works.tags[name]
        good = sample is not None and sample.usable
        assert seen[count + i] == float(good)
        known += good
        low, high = tag.unit.from_si(tag.low), tag.unit.from_si(tag.high)
        assert seen[i] == (np.clip(tag.unit.from_si(sample.value), low, high) if good else low)
    assert known > 20
    assert seen[-2] == pytest.approx((plant.time - newest["hot_metal_temperature"].source_time) / 3600.0)


def test_increments_move_the_set_points_by_their_step_and_no_further_than_the_limits(make, demo_works):
    environment = make()
    environment.reset(seed=2)
    limits = [demo_works.limits[tag] for tag in MOVED]
    before = None
    for _ in range(20):
        *_, info = environment.step(np.array([1.0, -1.0]))
        now = np.array([info["setpoints"][tag] for tag in MOVED])
        if before is not None:
            moved = now - before
            assert np.all(moved * [1.0, -1.0] >= -1e-12)
            assert np.all(np.abs(moved) <= np.array([one.max_step for one in limits]) + 1e-12)
        before = now
    assert before is not None
    assert before[0] == pytest.approx(limits[0].high)
    assert before[1] == pytest.approx(limits[1].low)


def test_absolute_actions_reach_their_set_point(make, demo_works):
    environment = make(action="absolute")
    environment.reset(seed=2)
    for _ in range(20):
        *_, info = environment.step(np.array([-0.5, 0.5]))
    for tag, share in zip(MOVED, (0.25, 0.75)):
        limits = demo_works.limits[tag]
        assert info["setpoints"][tag] == pytest.approx(limits.low + share * (limits.high - limits.low))


def test_the_reward_is_the_sum_of_its_parts_and_moving_costs(make):
    environment = make()
    environment.reset(seed=5)
    _, reward, _, _, info = environment.step(STILL)
    assert reward == pytest.approx(sum(info["reward"].values()))
    assert info["reward"]["travel"] == 0.0
    assert info["reward"]["heat"] <= 0.0
    _, _, _, _, info = environment.step(np.array([1.0, 0.0]))
    assert info["reward"]["travel"] == pytest.approx(-0.02)


def test_freezing_terminates_and_the_horizon_truncates(make):
    environment = make(FreezingProcess, warm_up=2.0, horizon=10.0)
    environment.reset(seed=1)
    ends = []
    for _ in range(8):
        *_, terminated, truncated, info = environment.step(STILL)
        ends.append((terminated, truncated))
        if terminated:
            break
    assert ends[-1] == (True, False)
    assert "solid below" in info["message"]
    assert info["reward"] == {"frozen": -1000.0}
    environment = make(warm_up=2.0, horizon=1.0)
    environment.reset(seed=1)
    flags = [environment.step(STILL)[2:4] for _ in range(6)]
    assert flags == [(False, False)] * 5 + [(False, True)]


@pytest.mark.parametrize(
    "options", [{"action": "relative"}, {"period": 90.0}, {"horizon": 0.0}, {"warm_up": -1.0}]
)  # fmt: skip
def test_bad_arguments_are_refused(make, options):
    with pytest.raises(CallError):
        make(**options)


def test_bad_actions_are_refused(make):
    environment = make(warm_up=0.0)
    with pytest.raises(CallError, match="reset"):
        environment.step(STILL)
    environment.reset(seed=1)
    for action in (np.array([2.0, 0.0]), np.array([np.nan, 0.0]), np.zeros(3)):
        with pytest.raises(CallError, match="within -1"):
            environment.step(action)


def test_without_the_extra_the_import_says_what_to_install():
    code = "import sys; sys.modules['gymnasium'] = None\nimport ironworks.plant.environment"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "pip install 'ironworks[gym]'" in result.stderr
