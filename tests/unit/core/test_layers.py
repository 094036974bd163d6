"""A works that builds on another one: what it takes over, what it replaces, and where its faults are shown."""

import re
import shutil
from pathlib import Path

import pytest

from ironworks.core.parameters import load_parameters
from ironworks.core.works import known_works, load_works, read_works
from ironworks.plant.furnace.parameters import read_furnace_parameters
from ironworks.plant.settings import Settings

WORKS = Path(__file__).parents[3] / "works"
HEAD = 'name = "small"\nbased_on = "base"\ntitle_en = "Small"\ntitle_zh = "小"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(WORKS / "demo", tmp_path / "base")
    small = tmp_path / "small"
    small.mkdir()
    (small / "works.toml").write_text(HEAD, encoding="utf-8")
    (small / "SOURCES.md").write_text("none")
    return small


def faults_of(folder: Path) -> str:
    works, faults = read_works(folder)
    assert (works is None) == bool(faults)
    return "\n".join(map(str, faults))


def test_what_is_not_said_is_that_of_the_base(folder: Path):
    assert faults_of(folder) == ""
    small, base = load_works(str(folder)), load_works(str(folder.parent / "base"))
    assert small.name == "small"
    assert small.tags == base.tags
    assert small.limits == base.limits
    assert small.endpoint == base.endpoint
    assert read_furnace_parameters(folder / "parameters.toml") == read_furnace_parameters(
        folder.parent / "base" / "parameters.toml"
    )


def test_an_innermost_table_replaces_and_its_neighbours_stay(folder: Path):
    (folder / "operator.toml").write_text('[fast.coal_step]\nvalue = 0.2\nunit = "t/h"\nsource = "own"\n')
    here, base = load_parameters(folder / "operator.toml"), load_parameters(folder.parent / "base" / "operator.toml")
    assert here["fast.coal_step"].value == 0.2
    assert {name: one for name, one in here.items() if name != "fast.coal_step"} == {
        name: one for name, one in base.items() if name != "fast.coal_step"
    }
    assert Settings.load(folder / "operator.toml")["fast.coal_step"] == pytest.approx(0.2 / 3.6)


def test_a_row_of_tags_replaces_by_name(folder: Path):
    rows = (folder.parent / "base" / "tags.csv").read_text(encoding="utf-8").splitlines()
    row = next(one for one in rows if one.startswith("blast_volume,")).replace(",9000,", ",5000,")
    (folder / "tags.csv").write_text(f"{rows[0]}\n{row}\n", encoding="utf-8")
    works = load_works(str(folder))
    assert works.tags["blast_volume"].high == pytest.approx(5000.0 / 60.0)
    assert len(works.tags) == len(load_works(str(folder.parent / "base")).tags)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("operator.toml", '\n[fast.coal_step]\nvalue = 0.2\nsource = "own"\n', "operator.toml:2: fast.coal_step.unit"),
        ("works.toml", HEAD.replace('"base"', '"bse"'), "small/works.toml:2: based_on names 'bse', which is not there"),
        ("works.toml", HEAD.replace('name = "small"\n', ""), "small/works.toml:1: this works has no name of its own"),
        ("limits.toml", '[targets.hot_metal_temprature]\nunit = "degC"\n', "small/limits.toml:1: unknown tag"),
        ("parameters.toml", '[furnace.stock_line]\nvalue = 9\nunit = "m"\nsource = "x"\nlow = 0\nhigh = 3\n',
         "small/parameters.toml:2: furnace.stock_line: value 9 is outside"),
        ("guard.toml", "[guard\n", "small/guard.toml:1: not valid TOML"),
        ("tags.csv", "name\nx\n", "small/tags.csv:1: missing columns"),
    ],
)  # fmt: skip
def test_a_fault_is_shown_where_it_stands(folder: Path, file: str, text: str, expected: str):
    (folder / file).write_text(text, encoding="utf-8")
    assert expected in faults_of(folder)


def test_a_fault_of_the_base_is_shown_in_the_base(folder: Path):
    file = folder.parent / "base" / "operator.toml"
    text = file.read_text(encoding="utf-8")
    line = next(i for i, one in enumerate(text.splitlines(), 1) if one.startswith("coal_step"))
    without = re.sub(r'(?m)^(coal_step = \{ value = [^,]+), unit = "t/h"', r"\1", text)
    assert without != text
    file.write_text(without)
    assert f"base/operator.toml:{line}: fast.coal_step.unit is None" in faults_of(folder)


def test_two_works_on_each_other_are_refused(folder: Path):
    head = folder.parent / "base" / "works.toml"
    head.write_text(head.read_text(encoding="utf-8") + 'based_on = "small"\n', encoding="utf-8")
    assert "builds on this works" in faults_of(folder)


@pytest.mark.parametrize("name", ["bf1800", "bf3200"])
def test_the_sets_that_ship_are_known_and_have_no_faults(name: str):
    assert name in known_works()
    works = load_works(name)
    assert works.simulated
    assert works.name == name
    assert works.limits["coal_injection_rate_setpoint"].high < works.tags["coal_injection_rate_setpoint"].high
