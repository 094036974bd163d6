"""Hits of the last day: against the right sample, on shared moments, and only once everything must have arrived."""

from dataclasses import replace

import pytest

from ironworks.core.dictionary import Role, Tag
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.units import UNITS
from ironworks.show.scores import Truth, headline_model, score, shown_horizon

HOUR = 3600.0
TAG = Tag(
    "hot_metal_temperature",
    "HMT",
    "铁水温度",
    UNITS["degC"],
    1500.0,
    1900.0,
    1800.0,
    60.0,
    Role.LABORATORY,
    "iron",
    "x",
)
NOW = 100 * HOUR


def forecast(made_at: float, median: float, model: str = "blend", spread: float = 8.0, scored: Scored = Scored.SAMPLE):
    quantiles = (median - spread, median - spread / 2, median, median + spread / 2, median + spread)
    return Forecast(TAG.name, made_at, 2 * HOUR, scored, model, LEVELS, quantiles)


def test_hits_coverage_and_rmse_are_those_of_a_calculation_by_hand():
    made = [NOW - 10 * HOUR, NOW - 9 * HOUR, NOW - 8 * HOUR, NOW - 7 * HOUR]
    truth = Truth([at + 2 * HOUR for at in made], [1780.0, 1780.0, 1780.0, 1780.0])
    rows = [forecast(at, 1780.0 + error) for at, error in zip(made, (0.0, 10.0, -10.5, 8.0), strict=True)]
    found = score(TAG, rows, truth, NOW, "blend")
    assert found is not None
    assert (found["count"], found["tolerance"], found["headline"]) == (4, 10.0, "blend")
    (ours,) = found["models"]
    assert (ours["hits"], ours["coverage"]) == (0.75, 0.5)
    assert ours["rmse"] == pytest.approx(((0 + 100 + 110.25 + 64) / 4) ** 0.5, rel=1e-6)


def test_baselines_stand_beside_on_the_moments_that_all_share():
    made = [NOW - 10 * HOUR, NOW - 9 * HOUR]
    truth = Truth([at + 2 * HOUR for at in made], [1780.0, 1780.0])
    rows = [forecast(made[0], 1780.0), forecast(made[1], 1780.0), forecast(made[1], 1800.0, "persistence")]
    found = score(TAG, rows, truth, NOW, "blend")
    assert found is not None
    assert found["count"] == 1
    assert [(row["model"], row["hits"]) for row in found["models"]] == [("blend", 1.0), ("persistence", 0.0)]


def test_a_forecast_is_scored_only_when_every_sample_near_its_time_must_have_arrived():
    made = NOW - 2 * HOUR - 900.0
    truth = Truth([NOW - 900.0], [1780.0])
    assert score(TAG, [forecast(made, 1780.0)], truth, NOW, "blend") is None
    later = NOW + 1800.0 + 60.0
    assert score(TAG, [forecast(made, 1780.0)], truth, later, "blend") is not None


def test_the_nearest_sample_counts_and_none_that_is_far_away_or_before_the_forecast():
    made = NOW - 10 * HOUR
    row = forecast(made, 1780.0)
    near = Truth([made + 1.8 * HOUR, made + 2.1 * HOUR], [1.0, 2.0])
    assert near.of(row, 1800.0) == 2.0
    assert Truth([made + 1.4 * HOUR], [1.0]).of(row, 1800.0) is None
    assert Truth([made - 60.0], [1.0]).of(row, 10 * HOUR) is None
    assert Truth([], []).of(row, 1800.0) is None


def test_the_mean_is_that_of_the_samples_up_to_the_horizon():
    made = NOW - 10 * HOUR
    row = forecast(made, 1780.0, scored=Scored.MEAN)
    truth = Truth([made, made + HOUR, made + 2 * HOUR, made + 3 * HOUR], [100.0, 1.0, 3.0, 100.0])
    assert truth.of(row, 0.0) == 2.0


def test_the_headline_is_no_baseline_where_there_is_another():
    rows = [forecast(1.0, 1.0), forecast(2.0, 1.0, "persistence")]
    assert headline_model(rows) == "blend"
    assert headline_model(rows[1:]) == "persistence"
    assert headline_model([]) == ""


def test_the_usual_horizon_is_scored_among_others_and_the_longest_where_it_is_missing():
    near, far = forecast(NOW - 20 * HOUR, 1780.0), replace(forecast(NOW - 20 * HOUR, 1900.0), horizon=8 * HOUR)
    truth = Truth([NOW - 18 * HOUR, NOW - 12 * HOUR], [1780.0, 1780.0])
    found = score(TAG, [near, far], truth, NOW, "blend")
    assert found is not None
    assert (found["count"], found["models"][0]["hits"]) == (1, 1.0)
    assert shown_horizon([near, far]) == 2 * HOUR
    assert shown_horizon([far]) == 8 * HOUR
    assert shown_horizon([]) == 0.0
