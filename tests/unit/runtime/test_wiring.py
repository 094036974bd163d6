"""With which modes a chain starts."""

import pytest

from ironworks.core.mode import Mode
from ironworks.runtime.wiring import starting_ladder

MOISTURE, COAL = "blast_moisture_setpoint", "coal_injection_rate_setpoint"


class Known:
    """What a record says of modes."""

    def __init__(self, modes, new):
        self._modes, self._new = modes, new

    def modes(self):
        return self._modes

    def is_new(self):
        return self._new


def test_the_very_first_start_has_the_modes_of_the_works_with_the_name_of_who_signed(demo_works):
    ladder = starting_ladder(demo_works, Known({}, new=True), 0.0)
    assert ladder.modes == {MOISTURE: Mode.AUTO, COAL: Mode.AUTO}
    assert {change.by for change in ladder.changes} == {"demonstration"}


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({MOISTURE: Mode.AUTO, COAL: Mode.AUTO}, {MOISTURE: Mode.ADVISORY, COAL: Mode.ADVISORY}),
        ({MOISTURE: Mode.OFF, COAL: Mode.SHADOW}, {MOISTURE: Mode.OFF, COAL: Mode.SHADOW}),
        ({MOISTURE: Mode.SHADOW}, {MOISTURE: Mode.SHADOW, COAL: Mode.ADVISORY}),
        ({}, {MOISTURE: Mode.ADVISORY, COAL: Mode.ADVISORY}),  # the record was damaged and set aside
    ],
)
def test_no_later_start_is_above_advisory(demo_works, known, expected):
    ladder = starting_ladder(demo_works, Known(known, new=False), 0.0)
    assert ladder.modes == expected
    assert all(change.by == "restart" for change in ladder.changes)
