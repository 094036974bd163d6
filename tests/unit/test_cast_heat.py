"""The heat of the iron with the cast taken out of it: on a furnace whose heat, holes and runners are known."""

import math

import numpy as np
import pytest

from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.estimate import cast_heat
from ironworks.estimate.cast_heat import CAST_TIME, OPEN, RUNNERS, TEMPERATURE, CastHeat

CYCLE, CAST, GAP = 600.0, 6000.0, 600.0
DAY = 86400.0


class Runners:
    """A furnace that casts by turns through two holes: its heat wanders, hole 3 is warmer, the pyrometers read off."""

    def __init__(
        self, seed: int = 1, cooling: float = 25.0, warmer: float = 8.0, off: float = 12.0, dips: bool = True,
        pyrometers: bool = True, holes: bool = True,
    ) -> None:  # fmt: skip
        self.rng, self.cooling, self.warmer, self.off = np.random.default_rng(seed), cooling, warmer, off
        self.dips, self.pyrometers, self.holes = dips, pyrometers, holes
        self.heat, self.now = 1770.0, 0.0

    def image(self) -> ProcessImage:
        """The next cycle's, minute by minute."""
        arrivals: list[Sample] = []
        for _ in range(10):
            self.now += 60.0
            fade = math.exp(-60.0 / (4.0 * 3600.0))
            self.heat = 1770.0 + fade * (self.heat - 1770.0) + 12.0 * math.sqrt(1.0 - fade**2) * self.rng.normal()
            cast, ran = divmod(self.now, CAST + GAP)
            if ran >= CAST:
                continue
            hole = 2 * (int(cast) % 2)
            iron = self.heat + (self.warmer if hole else 0.0) - self.cooling * math.exp(-ran / cast_heat.RUNNER_TIME)
            if self.pyrometers:
                read = iron + self.off * (1 if hole else -1) + 4.0 * self.rng.normal()
                arrivals.append(Sample(RUNNERS[hole], read, Quality.GOOD, self.now, self.now))
            if self.dips and ran % 1800.0 < 60.0 and ran > 300.0:
                dip = iron + 4.0 * self.rng.normal()
                arrivals.append(Sample(TEMPERATURE, dip, Quality.GOOD, self.now, self.now))
        cast, ran = divmod(self.now, CAST + GAP)
        readings = {}
        if self.holes:
            for hole, tag in enumerate(OPEN):
                is_open = ran < CAST and hole == 2 * (int(cast) % 2)
                readings[tag] = Reading(Sample(tag, float(is_open), Quality.GOOD, self.now, self.now), 0.0)
            if ran < CAST:
                readings[CAST_TIME] = Reading(Sample(CAST_TIME, ran, Quality.GOOD, self.now, self.now), 0.0)
        return ProcessImage(self.now, readings, tuple(arrivals))


def error_of_heat(furnace: Runners, days: float = 6.0) -> tuple[float, CastHeat, dict[str, float]]:
    """Standard deviation of the heat's error after a day, the estimator, and its last beliefs."""
    estimator, off, last = CastHeat(), [], {}
    for _ in range(round(days * DAY / CYCLE)):
        beliefs = estimator.step(furnace.image()).beliefs
        last = {name: one.mean for name, one in beliefs.items()}
        if furnace.now > DAY:
            off.append(last["casts.heat"] - furnace.heat)
    return float(np.std(off)), estimator, last


def test_holes_and_runners_are_found_and_taken_out() -> None:
    with_all, _, last = error_of_heat(Runners())
    blind, _, _ = error_of_heat(Runners(pyrometers=False, holes=False))
    assert last["casts.runner_cooling"] == pytest.approx(25.0, abs=3.0)
    assert last["casts.hole.3"] - last["casts.hole.1"] == pytest.approx(8.0, abs=4.0)
    assert with_all < 0.75 * blind


def test_pyrometers_that_read_off_help_all_the_same() -> None:
    dips_only, _, _ = error_of_heat(Runners(pyrometers=False))
    for off in (0.0, 30.0):
        both, _, _ = error_of_heat(Runners(off=off))
        assert both < 0.9 * dips_only


def test_its_own_standard_deviation_is_about_right() -> None:
    estimator, furnace, off = CastHeat(), Runners(seed=3), []
    for _ in range(round(12.0 * DAY / CYCLE)):
        beliefs = estimator.step(furnace.image()).beliefs
        if furnace.now > DAY:
            middle = beliefs["casts.heat"].mean - furnace.heat
            off.append((middle, beliefs["casts.heat"].sd))
    errors, said = np.array(off).T
    assert 0.5 < np.std(errors) / said.mean() < 1.5


def test_a_failed_dip_moves_it_little() -> None:
    estimator, furnace = CastHeat(), Runners(pyrometers=False)
    for _ in range(round(2.0 * DAY / CYCLE)):
        estimator.step(furnace.image())
    before = estimator.step(furnace.image()).beliefs["casts.heat"].mean
    failed = Sample(TEMPERATURE, furnace.heat - 70.0, Quality.GOOD, furnace.now + 1.0, furnace.now + CYCLE)
    after = estimator.step(ProcessImage(furnace.now + CYCLE, {}, (failed,))).beliefs["casts.heat"].mean
    assert abs(after - before) < 10.0


def test_without_holes_the_dips_count_as_they_are() -> None:
    estimator, furnace = CastHeat(), Runners(pyrometers=False, holes=False)
    seen = []
    for _ in range(round(DAY / CYCLE)):
        image = furnace.image()
        estimator.step(image)
        seen += [(one.value, dip.value) for one, dip in zip(estimator.corrected, image.arrivals, strict=True)]
    assert seen
    assert all(corrected == dip for corrected, dip in seen)


def test_nothing_measured_nothing_believed() -> None:
    estimator = CastHeat()
    for number in range(10):
        assert not estimator.step(ProcessImage(number * CYCLE, {}, ())).beliefs


@pytest.mark.parametrize("days", [0.9, 5.0, 400.0])
def test_after_a_gap_it_goes_on_or_begins_anew(days: float) -> None:
    estimator, furnace = CastHeat(), Runners()
    for _ in range(round(DAY / CYCLE)):
        estimator.step(furnace.image())
    furnace.now += days * DAY
    off = []
    for _ in range(round(DAY / CYCLE)):
        beliefs = estimator.step(furnace.image()).beliefs
        off += [beliefs["casts.heat"].mean - furnace.heat] if "casts.heat" in beliefs else []
    assert np.isfinite(off).all()
    assert abs(np.mean(off[-72:])) < 15.0  # a usual dip is some kelvins colder than the hearth
    assert 0.0 < beliefs["casts.heat"].sd < 10.0
