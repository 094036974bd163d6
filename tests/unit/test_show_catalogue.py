"""One catalogue, two languages: no key is missing, none is left over, both say something."""

import json
import re
from pathlib import Path

import pytest

from ironworks.core.decision import GuardEffect, SolverStatus, WriteStatus
from ironworks.core.mode import Mode
from ironworks.core.works import load_works
from ironworks.show.panels import GAS_PANELS
from ironworks.show.scores import BASELINES

SOURCES = Path(__file__).parents[2] / "web" / "src"
CATALOGUE = json.loads((SOURCES / "catalogue.json").read_text(encoding="utf-8"))
TEXT = "\n".join(
    file.read_text(encoding="utf-8") for file in sorted(SOURCES.rglob("*")) if file.suffix in (".ts", ".svelte")
)
LITERAL = set(re.findall(r"""["'`]([a-z_]+\.[A-Za-z_]+)["'`]""", TEXT))
FAMILIES = set(re.findall(r"\bt\(`([a-z_]+\.(?:[a-z_]+_)?)\$\{", TEXT)) | {
    f"{family}." for family in re.findall(r'\bword\("([a-z_]+)"', TEXT)
}


def words(family: str) -> set[str]:
    return {key.partition(".")[2] for key in CATALOGUE if key.startswith(f"{family}.")}


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_both_languages_say_something_with_the_same_names(key: str):
    entry = CATALOGUE[key]
    assert set(entry) == {"en", "zh"}
    assert entry["en"].strip()
    assert entry["zh"].strip()
    assert set(re.findall(r"\{(\w+)\}", entry["en"])) == set(re.findall(r"\{(\w+)\}", entry["zh"]))


def test_every_key_of_the_sources_is_in_the_catalogue():
    used = set(re.findall(r"""\bt\(\s*["']([^"']+)["']""", TEXT))
    used |= {key for pair in re.findall(r"""\?\s*"([a-z_]+\.\w+)"\s*:\s*"([a-z_]+\.\w+)\"""", TEXT) for key in pair}
    assert len(used) > 50, "the search for keys has found nothing: has the way of writing them changed?"
    assert used - set(CATALOGUE) == set()


def test_no_key_is_left_over():
    unused = {key for key in CATALOGUE if key not in LITERAL and not any(key.startswith(name) for name in FAMILIES)}
    assert unused == set()


def test_the_words_of_the_chain_are_all_there():
    assert words("outcome") >= {status.value for status in SolverStatus}
    assert words("write") >= {status.value for status in WriteStatus}
    assert words("effect") >= {effect.value for effect in GuardEffect}
    assert words("mode") >= set(Mode.__members__)
    assert words("panel") == {name for name, _, _ in GAS_PANELS}
    assert words("model") >= set(BASELINES)
    assert words("group") >= {tag.group for tag in load_works("demo").tags}
    assert words("guard") >= {"absolute_limit", "rate", "freshness", "quality", "solver_outcome", "permission"}


def test_chinese_is_chinese():
    latin = {key for key, entry in CATALOGUE.items() if not re.search(r"[\u4e00-\u9fff]", entry["zh"])}
    assert latin == set()
