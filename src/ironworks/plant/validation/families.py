"""All validation targets by family, and the choice among them."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from ironworks.core.errors import CallError, nearest
from ironworks.plant.validation.bench import Bench
from ironworks.plant.validation.closure import closure_targets
from ironworks.plant.validation.equivalents import equivalent_targets
from ironworks.plant.validation.refinement import refinement_targets
from ironworks.plant.validation.scenario_targets import scenario_targets
from ironworks.plant.validation.speed import speed_targets
from ironworks.plant.validation.static_targets import static_targets
from ironworks.plant.validation.statistics import statistics_targets
from ironworks.plant.validation.steady import steady_targets
from ironworks.plant.validation.steps import step_targets
from ironworks.plant.validation.target import Result


class Family(NamedTuple):
    """Targets that one run answers."""

    name: str
    ids: tuple[str, ...]
    run: Callable[[Bench], list[Result]]


def _ids(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"V{number}" for number in range(first, last + 1))


FAMILIES = (
    Family("tables and worked examples", _ids(3, 9), static_targets),
    Family("closure", _ids(1, 2), closure_targets),
    Family("the settled furnace", _ids(10, 21), steady_targets),
    Family("step responses", _ids(22, 22), step_targets),
    Family("refinement", _ids(23, 23), refinement_targets),
    Family("hard cases", _ids(27, 27), scenario_targets),
    Family("coke equivalents", _ids(28, 28), equivalent_targets),
    Family("speed", _ids(29, 29), speed_targets),
    Family("a month with the operator", _ids(24, 26), statistics_targets),
)


def main_id(name: str) -> str:
    """V7 of V7b."""
    return name.rstrip("abcdefghijklmnopqrstuvwxyz")


def order(name: str) -> tuple[int, int, str]:
    """Sorting key of an id: by number, then a ... z, aa, ab ..."""
    number = main_id(name)
    part = name[len(number) :]
    return int(number[1:]), len(part), part


def chosen(only: Collection[str]) -> list[Family]:
    """The families that hold the targets named (all if none is); CallError for an unknown one."""
    known = [name for family in FAMILIES for name in family.ids]
    for name in only:
        if main_id(name) not in known:
            raise CallError(f"no validation target '{name}'", "--only", "V1 to V29, V7b for a part",
                            nearest(name, known))  # fmt: skip
    wanted = {main_id(name) for name in only}
    return [family for family in FAMILIES if not wanted or wanted & set(family.ids)]


def selected(results: list[Result], only: Collection[str]) -> list[Result]:
    """The rows named, in order of their ids: V7 names all its parts, V7b one."""
    kept = [row for row in results if not only or row.id in only or main_id(row.id) in only]
    return sorted(kept, key=lambda row: order(row.id))
