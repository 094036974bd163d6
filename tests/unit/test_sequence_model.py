"""The sequence model: its memory, its network, and the trust that a furnace gives it."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_kit import CYCLE, DAY, HOUR, SILICON, TEMPERATURE, Images, furnace
from ironworks.core.errors import ConfigurationError
from ironworks.core.estimate import Belief, Health, StateEstimate
from ironworks.core.forecast import Scored
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_works
from ironworks.estimate import JointFilter
from ironworks.predict.kalman import KalmanForecast
from ironworks.predict.points import Question
from ironworks.predict.sequence.features import DRIVERS, SEEN, UNITS, WIDTH, SequenceFeatures
from ironworks.predict.sequence.gamma_memory import CASCADES, MOST, TAPS, GammaMemory
from ironworks.predict.sequence.model import SequenceForecast
from ironworks.predict.sequence.network import NAMES, Network
from ironworks.predict.sequence.quantities import Quantity
from ironworks.predict.sequence.questions import ASKED, HORIZONS, weights_for
from ironworks.predict.watch import Watch

RANDOM = np.random.default_rng(5)


def network(members: int = 2, hidden: int = 5, scale: float = 0.1) -> Network:
    shapes = {
        "w1": (WIDTH, hidden), "b1": (hidden,), "w2": (hidden, hidden), "b2": (hidden,),
        "w3": (2 * hidden, 2 * len(ASKED)), "b3": (2 * len(ASKED),), "w0": (WIDTH, len(ASKED)),
    }  # fmt: skip
    weights = (scale * RANDOM.normal(size=(members, *shapes[name])) for name in NAMES)
    return Network(*weights, reach=np.full(WIDTH, 4.0))


def biased(by: float) -> Network:
    """Says the same of everything: the truth lies `by` units above the filter's forecast."""
    silent = network(1, 1, 0.0)
    return Network(*(getattr(silent, name) for name in NAMES[:5]), np.full_like(silent.b3, by), silent.w0, silent.reach)


def image(time: float, **values: float) -> ProcessImage:
    readings = {tag: Reading(Sample(tag, value, Quality.GOOD, time, time), 0.0) for tag, value in values.items()}
    return ProcessImage(time, readings)


NOTHING = StateEstimate(0.0, {}, Health.STARTING)


def hot_blast(days: float) -> list[Sample]:
    """A blast that stands still until the last cycle, in which it is 100 K hotter."""
    times = np.arange(1, round(days * DAY / CYCLE) + 1) * CYCLE
    return [
        Sample("blast_temperature", 1450.0 + 100.0 * (at == times[-1]), Quality.GOOD, float(at), float(at))
        for at in times
    ]


class TestQuantities:
    def test_a_mean_of_several_is_none_when_one_of_them_is_missing(self) -> None:
        ring = Quantity(("p_1", "p_2"), 0.01, True, named="pressure_drop")
        assert ring.read({"p_1": 300e3, "p_2": 310e3}, NOTHING) == 305e3
        assert ring.read({"p_1": 300e3}, NOTHING) is None
        assert (ring.driver, ring.looks_at) == ("pressure_drop", ("p_1", "p_2"))

    def test_a_ratio_wants_both_and_a_positive_divisor(self) -> None:
        ratio = Quantity(("coke_base_setpoint",), 0.01, True, by="ore_base_setpoint")
        assert ratio.read({"coke_base_setpoint": 20.0, "ore_base_setpoint": 80.0}, NOTHING) == 0.25
        assert ratio.read({"coke_base_setpoint": 20.0}, NOTHING) is None
        assert ratio.read({"coke_base_setpoint": 20.0, "ore_base_setpoint": 0.0}, NOTHING) is None
        assert (ratio.driver, ratio.looks_at) == ("coke_base", ("coke_base_setpoint", "ore_base_setpoint"))

    def test_every_tag_that_is_looked_at_is_one_of_the_dictionary(self) -> None:
        known = {tag.name for tag in load_works("demo").tags}
        assert [tag for tag in sorted(SEEN) if tag not in known] == []


class TestGammaMemory:
    def pulse(self, relative: bool, step: float) -> np.ndarray:
        """Taps by cycle after a long rest, a pulse of two steps for one cycle, and rest again; (cycles, TAPS)."""
        memory, rest = GammaMemory([Quantity(("x",), step, relative)]), 100.0
        move = 2.0 * step * (rest if relative else 1.0)
        for number in range(400):
            memory.step(image(number * CYCLE, x=rest), NOTHING)
        seen = []
        for number in range(400, 600):
            memory.step(image(number * CYCLE, x=rest + move if number == 400 else rest), NOTHING)
            seen.append(memory.features()[:, 0])
        return np.array(seen)

    @pytest.mark.parametrize(("relative", "step"), [(True, 0.01), (False, 0.5)])
    def test_a_move_counts_in_steps_of_the_quantity(self, relative: bool, step: float) -> None:
        assert self.pulse(relative, step)[0, 0] == pytest.approx(2.0, rel=0.01)

    def test_each_tap_is_fullest_when_its_gamma_density_says(self) -> None:
        seen, tap = self.pulse(False, 0.5), 1
        for count, stage in CASCADES:
            for place in range(1, count + 1):
                fullest = float(seen[:, tap].argmax()) * CYCLE
                assert fullest == pytest.approx((place - 1) * stage, rel=0.15, abs=1.5 * CYCLE)
                tap += 1
        assert tap == TAPS

    def test_what_is_missing_stays_where_it_was_and_what_was_never_seen_reads_zero(self) -> None:
        memory = GammaMemory([Quantity(("x",), 1.0, False), Quantity(("y", "z"), 1.0, True)])
        for number in range(50):
            memory.step(image(number * CYCLE, x=5.0 if number < 49 else 7.0), NOTHING)
        before = memory.features()
        memory.step(image(50 * CYCLE), NOTHING)
        assert memory.features()[0, 0] == before[0, 0] > 0.0
        assert not memory.features()[:, 1].any()

    def test_a_belief_is_looked_at_like_a_tag(self) -> None:
        memory = GammaMemory([Quantity(("casts.heat",), 10.0, False, believed=True)])
        for number in range(50):
            heat = Belief(1770.0 if number < 49 else 1790.0, 3.0)
            memory.step(image(number * CYCLE), StateEstimate(0.0, {"casts.heat": heat}, Health.GOOD))
        assert memory.features()[0, 0] == pytest.approx(2.0, rel=0.05)

    def test_a_defect_of_an_instrument_is_held_within_bounds(self) -> None:
        memory = GammaMemory([Quantity(("x",), 1.0, False)])
        for number in range(50):
            memory.step(image(number * CYCLE, x=5.0 if number < 45 else 1e9), NOTHING)
        assert np.abs(memory.features()).max() <= MOST


class TestNetwork:
    def test_the_slope_is_that_of_the_answer(self) -> None:
        net, at, small = network(), RANDOM.normal(size=WIDTH), 1e-5
        slope = net.slope(at, np.eye(len(ASKED)))
        for index in (0, 24, 40, WIDTH - 1):
            move = np.zeros(WIDTH)
            move[index] = small
            by_difference = (net.answer(at + move)[0] - net.answer(at - move)[0]) / (2.0 * small)
            assert slope[index] == pytest.approx(by_difference, rel=1e-4, abs=1e-8)

    def test_the_parts_of_all_features_add_up_to_what_they_move(self) -> None:
        net, at = network(), RANDOM.normal(size=WIDTH)
        moved = net.answer(at)[0] - net.answer(np.zeros(WIDTH))[0]
        assert net.parts(at, np.eye(len(ASKED))).sum(axis=0) == pytest.approx(moved, rel=0.02, abs=0.02)

    def test_it_comes_back_from_its_file_and_refuses_another_shape(self, tmp_path: Path) -> None:
        net, at = network(), RANDOM.normal(size=WIDTH)
        net.save(tmp_path / "weights.npz")
        again = Network.load(tmp_path / "weights.npz", WIDTH, len(ASKED))
        assert again.answer(at)[0] == pytest.approx(net.answer(at)[0], abs=0.02)
        with pytest.raises(ConfigurationError, match="train anew"):
            Network.load(tmp_path / "weights.npz", WIDTH + 1, len(ASKED))


class TestQuestions:
    def test_a_trained_horizon_is_answered_by_itself(self) -> None:
        for index, question in enumerate(ASKED):
            found = {i: share for i, share in (weights_for(question) or {}).items() if share > 0.0}
            assert found == {index: pytest.approx(1.0)}

    def test_one_between_is_made_of_its_neighbours(self) -> None:
        found = weights_for(Question(TEMPERATURE, math.sqrt(HORIZONS[1] * HORIZONS[2]), Scored.MEAN))
        assert found is not None
        assert {(ASKED[i].horizon, round(share, 6)) for i, share in found.items()} == {(7200.0, 0.5), (14400.0, 0.5)}

    @pytest.mark.parametrize(("target", "horizon"), [("slag_basicity", 7200.0), (SILICON, 300.0), (SILICON, 2 * DAY)])
    def test_the_rest_is_not_answered(self, target: str, horizon: float) -> None:
        assert weights_for(Question(target, horizon, Scored.SAMPLE)) is None


class TestModel:
    def run(self, net: Network, days: float) -> tuple[float, float]:
        """By how much the forecast lies above the filter's, in the target's unit: at the first day and at the end."""
        question = Question(TEMPERATURE, 2.0 * HOUR, Scored.SAMPLE)
        targets, estimator = (SILICON, TEMPERATURE), JointFilter((SILICON, TEMPERATURE))
        watch, model, base = Watch(targets, (2.0 * HOUR,)), SequenceForecast(net), KalmanForecast()
        above = []
        for now in Images(furnace(days, 3)).until(days * DAY):
            view = watch.look(now, estimator.step(now))
            said, plain = model.points(view, (question,)), base.points(view, (question,))
            if question in said:
                above.append((said[question].mean - plain[question].mean) / UNITS[TEMPERATURE])
        return above[0], above[-1]

    def test_a_network_that_is_wrong_here_is_believed_less_and_less(self) -> None:
        first, last = self.run(biased(0.5), 8.0)
        assert first == pytest.approx(0.5, rel=0.05)
        assert 0.0 <= last < 0.2

    def test_one_that_says_nothing_leaves_the_filter_as_it_is(self) -> None:
        assert self.run(biased(0.0), 1.0) == (0.0, 0.0)

    def test_what_it_was_not_trained_on_is_the_filters_answer(self) -> None:
        question = Question("top_gas_temperature", 2.0 * HOUR, Scored.SAMPLE)
        estimator, watch = JointFilter(("top_gas_temperature",)), Watch(("top_gas_temperature",), (2.0 * HOUR,))
        model = SequenceForecast(biased(1.0))
        for number in range(30):
            now = number * CYCLE
            sample = Sample("top_gas_temperature", 450.0 + number % 3, Quality.GOOD, now, now)
            view = watch.look(ProcessImage(now, {}, (sample,)), estimator.step(ProcessImage(now, {}, (sample,))))
        assert model.points(view, (question,)) == KalmanForecast().points(view, (question,))

    def test_the_row_is_as_wide_as_said_and_finite_with_nothing_but_samples(self) -> None:
        estimator, watch, features = JointFilter((SILICON,)), Watch((SILICON,), (HOUR,)), SequenceFeatures()
        for now in Images([s for s in furnace(1.0, 2) if s.tag == SILICON]).until(DAY):
            row = features.step(watch.look(now, estimator.step(now)))
            assert row.shape == (WIDTH,)
            assert np.isfinite(row).all()

    def test_it_names_what_moves_the_forecast_and_what_it_has_not_seen(self) -> None:
        blast = DRIVERS.index("blast_temperature")
        straight = biased(0.0).w0
        straight[0, blast, :] = 0.3
        net = replace(biased(0.0), w0=straight)
        question = Question(TEMPERATURE, 2.0 * HOUR, Scored.SAMPLE)
        estimator, watch = JointFilter((TEMPERATURE,)), Watch((TEMPERATURE,), (2.0 * HOUR,))
        model = SequenceForecast(net)
        samples = [s for s in furnace(1.0, 2) if s.tag == TEMPERATURE]
        *before, last = Images(sorted([*samples, *hot_blast(1.0)], key=lambda s: s.arrival_time)).until(DAY)
        said = {}
        for now in before:
            said = model.points(watch.look(now, estimator.step(now)), (question,))
        calm = said[question]
        view = watch.look(last, estimator.step(last))
        point, base = model.points(view, (question,))[question], KalmanForecast().points(view, (question,))[question]
        assert calm.doubts == ()
        assert point.doubts == ("blast_temperature",)
        assert point.drivers["blast_temperature"] == pytest.approx(point.mean - base.mean, rel=1e-3)
        assert point.drivers["heat_now"] == base.drivers["heat_now"]

    def test_it_looks_at_tags_that_the_demonstration_works_has(self) -> None:
        from ironworks.core.works import load_works

        assert set(load_works("demo").tags.tags) >= SEEN
