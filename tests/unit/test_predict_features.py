"""What models look at: the readings of a cycle taken together, and process values that have moved."""

import numpy as np
import pytest

from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample
from ironworks.predict.features import RECENT, ProcessMeans, recent_means

CYCLE = 600.0


def sample(tag: str, value: float | None, at: float, quality: Quality = Quality.GOOD) -> Sample:
    return Sample(tag, value, quality, at, at)


def image(time: float, *arrivals: Sample) -> ProcessImage:
    """The newest arrival of each tag is its reading."""
    newest = {one.tag: Reading(one, time - one.source_time) for one in arrivals}
    return ProcessImage(time, newest, arrivals)


def test_readings_since_the_last_image_are_taken_together() -> None:
    seen = image(CYCLE, *(sample("x", value, at) for value, at in [(1.0, 480.0), (2.0, 540.0), (6.0, 600.0)]))
    assert recent_means(seen, {"x", "never_arrived"}) == {"x": 3.0}


def test_where_nothing_new_came_the_newest_value_stands() -> None:
    old = Reading(sample("x", 7.0, 0.0), CYCLE)
    assert recent_means(ProcessImage(CYCLE, {"x": old}), ("x",)) == {"x": 7.0}


@pytest.mark.parametrize("value", [9.0, None])
def test_a_bad_reading_is_no_part_of_the_mean(value: float | None) -> None:
    seen = image(CYCLE, sample("x", value, 540.0, Quality.BAD), sample("x", 2.0, 600.0))
    assert recent_means(seen, {"x"}) == {"x": 2.0}


def test_a_tag_that_is_bad_now_is_missing_whatever_it_read_before() -> None:
    seen = image(CYCLE, sample("x", 2.0, 540.0), sample("x", 9.0, 600.0, Quality.BAD))
    assert recent_means(seen, {"x"}) == {}


def test_what_waited_behind_a_broken_link_is_history() -> None:
    backlog = [sample("x", 50.0, 7200.0 - RECENT - 60.0 * number) for number in range(100, -1, -1)]
    assert recent_means(image(7200.0, *backlog, sample("x", 2.0, 7200.0)), {"x"}) == {"x": 2.0}


def test_ten_readings_err_less_than_one() -> None:
    """The features of a value that stands still behind noise: spread by a third of what single readings give."""
    numbers = np.random.default_rng(3)
    spreads = []
    for readings in (1, 10):
        means = ProcessMeans(["x"])
        seen = []
        for cycle in range(2000):
            times = [cycle * CYCLE - 60.0 * back for back in range(readings - 1, -1, -1)]
            means.step(image(cycle * CYCLE, *(sample("x", 100.0 + numbers.normal(), at) for at in times)))
            seen.append(float(means._fast[0, 0]))
        spreads.append(np.std(seen[500:]))
    assert spreads[1] == pytest.approx(spreads[0] / np.sqrt(10.0), rel=0.2)
