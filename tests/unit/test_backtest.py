"""The backtest: files and mappings that are wrong, arrival times, both ways of scoring by hand, and the report."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from forecast_kit import BLAST, DAY, HOUR, SILICON, TEMPERATURE, furnace
from ironworks.backtest import run_backtest
from ironworks.backtest.mapping import read_mapping
from ironworks.backtest.read import read_samples
from ironworks.backtest.score import Ledger, rows, score
from ironworks.core.clock import parse_iso
from ironworks.core.errors import CallError, ConfigurationError, DataError
from ironworks.core.forecast import LEVELS, MEASURED, Forecast, Scored
from ironworks.core.sample import Quality
from ironworks.core.units import UNITS

WORKS = Path(__file__).parents[2] / "works"
MAPPING = """
[source]
time_column = "taken"
time_zone = "Asia/Shanghai"
cycle_s = 600
laboratory_delay_s = 2400
process_lag_s = 300

[tags.hot_metal_silicon]
column = "Si"
unit = "%"
role = "laboratory"
low = 0.02
high = 3.0
period_s = 1800
hits = [0.05, 0.1]

[tags.hot_metal_temperature]
column = "HMT"
unit = "degC"
role = "laboratory"
low = 1250
high = 1650
period_s = 1800
delay_s = 60

[tags.blast_temperature]
column = "Hot blast"
unit = "degC"
role = "measurement"
low = 100
high = 1350
period_s = 3600
missing_values = [0.0]
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.toml"
    file.write_text(MAPPING)
    return file


def write(folder: Path, text: str) -> Path:
    file = folder / "plant.csv"
    file.write_text(text)
    return file


def test_times_units_delays_and_gaps(tmp_path: Path, mapping: Path) -> None:
    file = write(
        tmp_path, "taken,Si,HMT,Hot blast\n2025-03-01 08:00:00,0.45,1500,0\n2025-03-01 08:30:00,,1510.5,1200\n"
    )
    samples = read_samples(file, read_mapping(mapping))
    first = parse_iso("2025-03-01T00:00:00")
    silicon = [sample for sample in samples if sample.tag == SILICON]
    assert silicon[0].value == pytest.approx(0.0045)
    assert (silicon[0].source_time, silicon[0].arrival_time) == (first, first + 2400.0)
    assert (silicon[1].value, silicon[1].quality, silicon[1].reason) == (None, Quality.BAD, "missing")
    temperature = next(sample for sample in samples if sample.tag == TEMPERATURE)
    assert temperature.value == pytest.approx(1773.15)
    assert temperature.arrival_time == first + 60.0
    blast = [sample for sample in samples if sample.tag == BLAST]
    assert (blast[0].value, blast[0].reason, blast[0].arrival_time) == (None, "not_measured", first + 300.0)
    assert [sample.arrival_time for sample in samples] == sorted(sample.arrival_time for sample in samples)


def test_the_record_of_a_clock_hour_is_known_when_the_hour_has_passed(tmp_path: Path, mapping: Path) -> None:
    mapping.write_text(MAPPING.replace("process_lag_s = 300", "process_lag_s = 0\nrecord_period_s = 3600"))
    file = write(tmp_path, "taken,Si,HMT,Hot blast\n2025-03-01 08:20:00,0.45,1500,1200\n")
    samples = {sample.tag: sample for sample in read_samples(file, read_mapping(mapping))}
    assert samples[BLAST].arrival_time == parse_iso("2025-03-01T01:00:00")
    assert samples[SILICON].source_time == parse_iso("2025-03-01T00:20:00")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", DataError, ["plant.csv", "unreadable"]),
        ("taken,Si,HMT,Hot blast\n", DataError, ["plant.csv", "no rows"]),
        (
            "taken,Sl,HMT,Hot blast\n2025-03-01 08:00:00,0.4,1500,1200\n",
            ConfigurationError,
            ["'Si'", "plant.csv", "mapping.toml", "did you mean 'Sl'"],
        ),
        ("taken,Si,HMT,Hot blast\nyesterday,0.4,1500,1200\n", DataError, ["'taken' holds no times", "time_column"]),
        ("taken,Si,HMT,Hot blast\n2025-03-01 08:00:00,low,1500,1200\n", DataError, ["'Si' holds no numbers"]),
    ],
)
def test_a_bad_file_is_named_with_the_remedy(
    tmp_path: Path, mapping: Path, text: str, error: type, words: list[str]
) -> None:
    with pytest.raises(error) as raised:
        run_backtest(write(tmp_path, text), mapping, SILICON, 7200.0)
    assert all(word in str(raised.value) for word in words), raised.value


def test_a_file_that_is_no_parquet_and_one_that_is_not_there(tmp_path: Path, mapping: Path) -> None:
    broken = tmp_path / "plant.parquet"
    broken.write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="unreadable"):
        run_backtest(broken, mapping, SILICON, 7200.0)
    with pytest.raises(DataError, match="no such file"):
        run_backtest(tmp_path / "absent.parquet", mapping, SILICON, 7200.0)


def test_every_fault_of_a_mapping_is_shown_with_its_line(mapping: Path) -> None:
    text = MAPPING.replace('unit = "degC"\nrole = "measurement"', 'unit = "degK"\nrole = "measurment"')
    mapping.write_text(text.replace("cycle_s = 600", "cycles = 600"))
    with pytest.raises(ConfigurationError) as raised:
        read_mapping(mapping)
    for words in (
        "unknown unit 'degK'",
        "unknown role 'measurment'",
        "did you mean 'measurement'",
        "unknown key 'cycles'",
    ):
        assert words in str(raised.value)
    line = text.splitlines().index('unit = "degK"') + 1
    assert f":{line}:" in str(raised.value)


def test_an_unknown_target_is_named_with_the_nearest(tmp_path: Path, mapping: Path) -> None:
    file = write(tmp_path, "taken,Si,HMT,Hot blast\n2025-03-01 08:00:00,0.45,1500,0\n")
    with pytest.raises(ConfigurationError, match="did you mean 'hot_metal_silicon'"):
        run_backtest(file, mapping, "hot_metal_silicone", 7200.0)


@pytest.mark.parametrize("name", ["furnace_a", "furnace_b", "furnace_c"])
def test_the_mappings_of_the_repository_have_no_faults(name: str) -> None:
    assert len(read_mapping(WORKS / name / "mapping.toml").columns) >= 20


def forecast(made_at: float, scored: Scored, median: float, half: float) -> Forecast:
    quantiles = tuple(median + half * step for step in (-1.0, -0.4, 0.0, 0.4, 1.0))
    return Forecast(SILICON, made_at, 1200.0, scored, "m", LEVELS, quantiles)


def test_both_ways_of_scoring_by_hand() -> None:
    """Cycles every 10 min, horizon 20 min, samples at 25, 31 and 58 min; worked out on paper."""
    ledger = Ledger(SILICON)
    for scored in MEASURED:
        ledger.forecasts[scored] = {600.0 * k: {"m": forecast(600.0 * k, scored, 0.005, 0.001)} for k in range(6)}
    ledger.samples = [(1500.0, 0.0052), (1860.0, 0.0065), (3480.0, 0.0041)]
    by_sample = rows(ledger, Scored.SAMPLE, ["m"], 1200.0, 0.0)
    assert [(row.made_at, row.truth) for row in by_sample] == [(0.0, 0.0052), (600.0, 0.0065), (1800.0, 0.0041)]
    by_mean = rows(ledger, Scored.MEAN, ["m"], 1200.0, 600.0)
    expected = [(600.0, 0.0052), (1200.0, 0.00585), (1800.0, 0.0065)]
    assert [row.made_at for row in by_mean] == [at for at, _ in expected]
    assert [row.truth for row in by_mean] == pytest.approx([truth for _, truth in expected])
    figures = score("m", Scored.SAMPLE, by_sample, UNITS["%"], (0.05, 0.1))
    assert figures.n == 3
    assert figures.rmse == pytest.approx(np.sqrt((0.02**2 + 0.15**2 + 0.09**2) / 3.0))
    assert figures.mae == pytest.approx(0.26 / 3.0)
    assert figures.bias == pytest.approx((-0.02 - 0.15 + 0.09) / 3.0)
    assert figures.hits == pytest.approx({0.05: 1 / 3, 0.1: 2 / 3})
    assert figures.coverage90 == pytest.approx(2 / 3)
    assert figures.width90 == pytest.approx(0.2)


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """Eight days of a synthetic furnace as a plant would hand it over."""
    values: dict[float, dict[str, float]] = {}
    for sample in furnace(8.0, 31):
        if sample.tag != BLAST and sample.value is not None:
            values.setdefault(sample.source_time, {})[sample.tag] = sample.value
    start = parse_iso("2025-03-01T00:00:00")
    frame = pl.DataFrame(
        {
            "taken": [int((start + time) * 1e6) for time in values],
            "Si": [100.0 * row[SILICON] for row in values.values()],
            "HMT": [row[TEMPERATURE] - 273.15 for row in values.values()],
            "Hot blast": [1150.0 + (time % 7.0) for time in values],
        }
    ).with_columns(pl.col("taken").cast(pl.Datetime("us")))
    file = tmp_path / "plant.parquet"
    frame.write_parquet(file)
    return file


def test_the_report_is_whole(plant: Path, mapping: Path) -> None:
    shares: list[float] = []
    report = run_backtest(plant, mapping, TEMPERATURE, 2.0 * HOUR, progress=shares.append)
    content = json.loads(report.to_json())
    assert set(content) == {"target", "horizon_s", "score_from", "rows", "headline"}
    assert (content["target"], content["horizon_s"]) == (TEMPERATURE, 7200.0)
    names = {"persistence", "mean_24h", "kalman", "learned", "twin", "sequence", "combination"}
    assert {(row["model"], row["scored"]) for row in content["rows"]} == {
        (m, s) for m in names for s in ("sample", "mean")
    }
    assert content["headline"] in names
    for row in content["rows"]:
        assert set(row) == {"model", "scored", "n", "rmse", "mae", "bias", "hits", "coverage90", "width90"}
        assert len(row["hits"]) == 3
        assert 5.0 < row["rmse"] < 25.0
        assert 0.7 < row["coverage90"] <= 1.0
        assert row["width90"] > row["rmse"]
    assert {row["n"] for row in content["rows"] if row["scored"] == "sample"} == {content["rows"][0]["n"]}
    start = parse_iso("2025-02-28T16:00:00")
    assert parse_iso(content["score_from"]) == pytest.approx(start + 0.7 * 8.0 * DAY, abs=2.0 * HOUR)
    assert shares == sorted(shares)
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(report.table())
    assert "combination" in console.export_text()


def test_scoring_may_begin_where_one_likes_but_not_after_the_end(plant: Path, mapping: Path) -> None:
    begin = parse_iso("2025-03-08T00:00:00")
    late = run_backtest(plant, mapping, SILICON, 2.0 * HOUR, begin)
    whole = run_backtest(plant, mapping, SILICON, 2.0 * HOUR)
    assert late.score_from == begin
    assert 0 < late.row("kalman", Scored.SAMPLE).n < whole.row("kalman", Scored.SAMPLE).n
    assert list(late.row("kalman", Scored.SAMPLE).hits) == [0.05, 0.1]
    with pytest.raises(CallError, match="not before the end"):
        run_backtest(plant, mapping, SILICON, 2.0 * HOUR, begin + 30.0 * DAY)
