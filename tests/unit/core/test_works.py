"""A works folder: all faults at once, each with file, line, what was expected and the nearest valid name."""

import shutil
from pathlib import Path

import pytest

from ironworks.core.errors import ConfigurationError
from ironworks.core.mode import Mode
from ironworks.core.works import find_works, load_works, read_works

DEMO = Path(__file__).parents[3] / "works" / "demo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "mine"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults_of(folder: Path) -> str:
    works, faults = read_works(folder)
    assert works is None
    return "\n".join(map(str, faults))


def test_the_demonstration_works_has_no_faults():
    works = load_works(str(DEMO))
    assert len(works.tags) >= 120
    assert works.limits["coal_injection_rate_setpoint"].max_step == pytest.approx(1.5 / 3.6)
    assert works.targets["hot_metal_temperature"].value == pytest.approx(1778.15)
    assert works.modes["blast_moisture_setpoint"].ceiling == Mode.AUTO


def test_all_faults_are_shown_at_once(folder: Path):
    edit(
        folder / "tags.csv",
        "blast_temperature,Hot blast temperature,热风温度,degC",
        "blast_temperature,Hot blast,,degc",
    )
    edit(
        folder / "tags.csv",
        "top_pressure,Top pressure,炉顶压力,kPa(g),0,350",
        "top_pressure,Top pressure,炉顶压力,kPa(g),350,0",
    )
    edit(folder / "limits.toml", "[setpoints.coal_injection_rate_setpoint]", "[setpoints.coal_injection_rat_setpoint]")
    edit(folder / "modes.toml", 'first_start = "AUTO"', 'first_start = "ATUO"')
    (folder / "SOURCES.md").unlink()
    text = faults_of(folder)
    unknown = "tags.csv:7: blast_temperature: unknown unit 'degc'; expected a unit of ironworks.core.units"
    assert f"{unknown}; did you mean 'degC'?" in text
    assert "tags.csv:7: blast_temperature: label_zh is empty" in text
    assert "top_pressure: low 350 is not below high 0" in text
    assert "did you mean 'coal_injection_rate_setpoint'?" in text
    assert "is 'ATUO'; expected a mode; did you mean 'AUTO'?" in text
    assert "SOURCES.md:0: missing" in text


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("tags.csv", "cold_blast_pressure,", "blast_temperature,", "tag 'blast_temperature' stands twice"),
        ("tags.csv", "BF1.Blast.Oxygen,", "BF1.Blast.Volume,", "already belongs to 'blast_volume'"),
        ("tags.csv", ",laboratory,iron,", ",labratory,iron,", "did you mean 'laboratory'?"),
        ("tags.csv", ",9000,10,0,measurement", ",many,10,0,measurement", "high is 'many'; expected a finite number"),
        (
            "tags.csv",
            "BF1.Blast.VolumeSP,,,blast_volume",
            "BF1.Blast.VolumeSP,,,blast_volum",
            "did you mean 'blast_volume'?",
        ),
        ("limits.toml", 'unit = "g/Nm3"', 'unit = "%"', "'g/Nm3' as in tags.csv"),
        ("limits.toml", "low = 6.0", "low = 60.0", "low is not below high"),
        ("limits.toml", "high = 30.0", "high = 55.0", "beyond the tag's range"),
        ("limits.toml", "max_step = 3.0", "max_step = -3.0", "a number of at least 0"),
        ("limits.toml", "value = 1505.0", "value = 1525.0", "target is not between low and high"),
        ("modes.toml", 'signed_by = "demonstration"', 'signed_by = ""', "is not signed"),
        ("modes.toml", '"hot_metal_temperature"', '"hot_metal_temprature"', "did you mean 'hot_metal_temperature'?"),
        ("works.toml", 'kind = "simulated"', 'kind = "imaginary"', "unknown kind 'imaginary'"),
        ("works.toml", "cycle_s = 600", "cycle_s =", "not valid TOML"),
    ],
)
def test_each_fault_names_what_was_expected(folder: Path, file: str, old: str, new: str, expected: str):
    edit(folder / file, old, new)
    assert expected in faults_of(folder)


def test_a_parameter_needs_unit_and_source(folder: Path):
    (folder / "extra.toml").write_text(
        '[a.b]\nvalue = 3\nunit = "m"\n\n[c]\nvalue = 9\nunit = "m"\nsource = "x"\nhigh = 5\n'
    )
    text = faults_of(folder)
    assert "extra.toml:1: a.b.source is None; expected a text" in text
    assert "extra.toml:6: c: value 9 is outside -inf .. 5" in text


def test_missing_columns_are_named(folder: Path):
    edit(folder / "tags.csv", "label_zh,", "")
    assert "missing columns label_zh" in faults_of(folder)


def test_a_binary_file_is_unreadable_not_a_crash(folder: Path):
    (folder / "limits.toml").write_bytes(b"\xff\xfe\x00")
    assert "limits.toml:0: unreadable" in faults_of(folder)


def test_the_nearest_works_is_named():
    with pytest.raises(ConfigurationError, match="did you mean 'demo'"):
        find_works("dmeo")
