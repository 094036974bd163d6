"""The bench's scoring: casts, pairing, ceiling, sums, and bands of what lies under the samples."""

import math

import numpy as np
import pytest

from ironworks.backtest.forecast_bench.casts import CastBook
from ironworks.backtest.forecast_bench.ceiling import Ensemble, band_of
from ironworks.backtest.forecast_bench.judge import CEILING, Judge
from ironworks.backtest.forecast_bench.report import score_rows, shares_of_ceiling, weekly_coverage, weekly_text
from ironworks.backtest.forecast_bench.tally import Band, Key, Tally, merge
from ironworks.backtest.forecast_bench.targets import SAMPLE, TAP_MEAN, TAP_MEAN_TRUTH, TRUTH, Target, targets_of
from ironworks.commands.forecast_bench.options import BenchOptions
from ironworks.core.errors import CallError
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_works

MINUTE, HOUR, CYCLE = 60.0, 3600.0, 600.0
TEMPERATURE = "hot_metal_temperature"
FLOWS, CLOSED = np.array([True]), np.array([False])


def temperature() -> tuple[Target, ...]:
    return targets_of(load_works("demo").tags, [TEMPERATURE])


def forecasts(time: float, horizon: float, value: float, half: float = 5.0) -> list[Forecast]:
    quantiles = tuple(value + half * x for x in (-1.0, -0.4, 0.0, 0.4, 1.0))
    return [Forecast(TEMPERATURE, time, horizon, scored, model, LEVELS, quantiles)
            for scored in Scored for model in ("a", "b")]  # fmt: skip


def run(judge: Judge, horizon: float, hours: float = 12.0) -> None:
    """Casts of two hours with half an hour between; truth 1700 K, samples of 1702 K every half hour of a cast, known
    half an hour later; every model says 1701 K."""
    waiting: list[Sample] = []
    for minute in range(1, int(hours * 60) + 1):
        time, phase = minute * MINUTE, minute % 150
        open_ = phase < 120
        judge.minute(time, np.array([1700.0]), FLOWS if open_ else CLOSED, float(minute // 150), open_)
        if open_ and phase % 30 == 10:
            waiting.append(Sample(TEMPERATURE, 1702.0, Quality.GOOD, time, time + 1800.0))
        if time % CYCLE == 0.0:
            judge.arrived([sample for sample in waiting if sample.arrival_time <= time])
            waiting = [sample for sample in waiting if sample.arrival_time > time]
            judge.said(forecasts(time, horizon, 1701.0), time)
            judge.close_casts(time)
            judge.judge(time)


def test_every_way_of_scoring_is_counted_as_defined() -> None:
    judge = Judge(temperature(), (HOUR,), ("a", "b"), score_from=2.0 * HOUR, cycle=CYCLE)
    run(judge, HOUR)
    judge.close_casts(12.0 * HOUR, last=True)
    judge.judge(math.inf)
    tallies = {key.scored: tally for key, tally in judge.tallies.items() if key.model == "a" and not key.paired}
    assert set(tallies) == {SAMPLE, TRUTH, TAP_MEAN, TAP_MEAN_TRUTH}
    # truth: every cycle with running iron whose forecast was made at 2 h or later, so from 3 h on
    running = [t for t in np.arange(18, 73) * CYCLE if (t / MINUTE) % 150 < 120]
    assert tallies[TRUTH].n == len(running)
    assert tallies[TRUTH].bias == pytest.approx(1.0)
    assert tallies[SAMPLE].bias == pytest.approx(-1.0)
    assert tallies[TAP_MEAN].bias == pytest.approx(-1.0)
    assert tallies[TAP_MEAN_TRUTH].bias == pytest.approx(1.0)
    assert tallies[TRUTH].shares == [1.0, 1.0, 1.0]
    assert tallies[TRUTH].coverage == 1.0
    assert tallies[TRUTH].mean_width == pytest.approx(10.0)
    assert tallies[TAP_MEAN].n == tallies[TAP_MEAN_TRUTH].n == 4
    assert judge.scatter[TEMPERATURE] == pytest.approx([2.0] * len(judge.scatter[TEMPERATURE]))


def test_a_row_needs_every_model_and_memory_does_not_grow() -> None:
    judge = Judge(temperature(), (HOUR,), ("a", "b", "silent"), score_from=0.0, cycle=CYCLE)
    run(judge, HOUR, 60.0)
    assert judge.tallies == {}
    assert len(judge._said) <= judge.keep / CYCLE + 2
    assert len(judge._rows) <= judge.keep / CYCLE + 8
    assert len(judge._samples) < 60
    assert len(judge._truth) <= 121


def test_rows_with_a_ceiling_are_counted_apart_for_all_models() -> None:
    judge = Judge(temperature(), (HOUR,), ("a", "b"), score_from=2.0 * HOUR, cycle=CYCLE)
    run(judge, HOUR)
    wanted = judge.close_casts(12.0 * HOUR, last=True)
    assert wanted
    for origin, seconds in wanted:
        time = origin + MINUTE * np.arange(1.0, seconds / MINUTE + 1.0)
        course = np.array([1699.0, 1700.0, 1701.0])[:, None, None] * np.ones((3, len(time), 1))
        judge.replayed(origin, Ensemble(time, course, course + 2.0, np.array([4.0])))
    judge.judge(math.inf)
    key = Key(TEMPERATURE, HOUR, TAP_MEAN_TRUTH, CEILING, True)
    ceiling = judge.tallies[key]
    assert ceiling.n == judge.tallies[key._replace(model="a")].n == len(wanted)
    assert ceiling.rmse == pytest.approx(0.0, abs=1e-9)
    assert judge.tallies[key._replace(scored=TAP_MEAN)].rmse == pytest.approx(0.0, abs=1e-9)
    rows = score_rows(judge.tallies, judge.targets, (HOUR,), ("a", "b"), "b", False)
    assert {row["model"] for row in rows if row["scored"] == TAP_MEAN} == {"a", "b", "headline", "ceiling"}
    shares = shares_of_ceiling(judge.tallies, judge.targets, (HOUR,), "b")
    assert all(row["share"] == 1.0 for row in shares if row["scored"] == TAP_MEAN_TRUTH)


def test_the_headline_is_counted_by_week() -> None:
    judge = Judge(temperature(), (HOUR,), ("a", "b"), score_from=2.0 * HOUR, cycle=CYCLE, headline="b")
    run(judge, HOUR, hours=24.0 * 7.0 + 12.0)
    judge.judge(math.inf)
    assert sorted(judge.weeks) == [0, 1]
    key = Key(TEMPERATURE, HOUR, SAMPLE, "b", False)
    assert {found.model for week in judge.weeks.values() for found in week} == {"b"}
    assert sum(week[key].n for week in judge.weeks.values()) == judge.tallies[key].n
    rows = weekly_coverage([judge.weeks[0]], judge.targets, (HOUR,), "b")
    assert {(row["weeks"], row["lowest"], row["share"]) for row in rows} == {(1, 1.0, 1.0)}
    assert "1 weeks, 4 kinds of forecast" in weekly_text(rows)
    assert "no week" in weekly_text([])


def test_the_ceiling_of_few_replays_is_put_right() -> None:
    random = np.random.default_rng(3)
    count, spread, white = 8, 7.0, 4.0
    held, squares, raw = [], [], []
    for _ in range(4000):
        members = random.normal(0.0, spread, count)
        truth = random.normal(0.0, spread) + random.normal(0.0, white)
        band, factor = band_of(members, float(members.var(ddof=1)), white**2)
        held.append(band.low <= truth <= band.high)
        raw.append((band.point - truth) ** 2)
        squares.append((factor * (band.point - truth)) ** 2)
    best = math.hypot(spread, white)
    assert np.sqrt(np.mean(raw)) > 1.03 * best
    assert np.sqrt(np.mean(squares)) == pytest.approx(best, rel=0.03)
    assert np.mean(held) == pytest.approx(0.9, abs=0.02)


def test_an_ensemble_speaks_only_of_what_it_shows() -> None:
    time = MINUTE * np.arange(1.0, 61.0)
    course = np.arange(4.0)[:, None, None] * np.ones((4, 60, 1))
    ensemble = Ensemble(time, course, np.full_like(course, math.nan), np.array([1.0]))
    assert ensemble.forecast(0, np.array([2.0 * HOUR]), False) is None
    assert ensemble.forecast(0, np.array([]), False) is None
    assert ensemble.forecast(0, np.array([600.0]), True) is None  # no member shows a value
    found = ensemble.forecast(0, np.array([600.0, 1200.0]), False)
    assert found is not None
    assert found[0].point == pytest.approx(1.5)


def test_sums_of_two_furnaces_are_those_of_both() -> None:
    limits, values = np.array([5.0, 10.0]), np.random.default_rng(1).normal(0.0, 8.0, 40)
    whole, halves = Tally.empty(2), [Tally.empty(2), Tally.empty(2)]
    for number, value in enumerate(values):
        for tally in (whole, halves[number % 2]):
            tally.add(Band(-5.0, 0.0, 5.0), float(value), limits)
    key = Key("t", HOUR, TRUTH, "m", False)
    into = {key: halves[0]}
    merge(into, {key: halves[1]})
    assert into[key].n == 40
    assert into[key].rmse == pytest.approx(float(np.sqrt(np.mean(values**2))))
    assert into[key].shares == whole.shares
    assert Tally.empty(2).shares == pytest.approx([math.nan, math.nan], nan_ok=True)


def test_casts_begin_and_end_with_iron_and_short_ones_are_none() -> None:
    book = CastBook()
    for minute in range(1, 300):
        iron = 10 <= minute < 130 or 140 <= minute < 150 or minute >= 160
        number = 1.0 if minute < 135 else 2.0 if minute < 155 else 3.0 if minute < 230 else 4.0
        book.look(minute * MINUTE, np.array([float(minute)]), np.array([iron]), number, iron)
    taken = book.take(math.inf)
    assert [(cast.number, cast.begin / MINUTE, cast.end / MINUTE) for cast in taken] == [
        (1.0, 10.0, 129.0), (3.0, 160.0, 229.0)
    ]  # fmt: skip
    assert taken[0].truth[0] == pytest.approx(69.5)
    assert book.take(math.inf) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"furnaces": 0}, "--furnaces"), ({"days": 0.0}, "--days"), ({"days": 2.0}, "warm-up"), ({"replays": 3}, "replay"),
     ({"instrumentation": "goood"}, "did you mean 'good'"), ({"workers": -1}, "--workers"), ({"every": 0}, "--every"),
     ({"days": math.nan}, "--days")],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(wrong: dict, named: str) -> None:
    with pytest.raises(CallError, match=named):
        BenchOptions(**wrong).check()
    BenchOptions().check()
