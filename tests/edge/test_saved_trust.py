"""What of trust outlives a process, and what a reboot."""

from datetime import timedelta

import pytest

from edge.core.clock_trust import NO_MARKS, ClockMarks, Mark
from edge.core.saved_trust import recalled, saved
from tests.edge.fakes import NOON

MARKS = ClockMarks(Mark(NOON, 900.0), Mark(NOON + timedelta(seconds=1), 901.0), Mark(NOON, 902.0))


def test_in_the_same_boot_all_goes_on() -> None:
    assert recalled(saved(MARKS, 890.0, "boot", 1_000.0), "boot", 1_010.0) == (MARKS, 890.0)
    assert recalled(saved(NO_MARKS, None, "boot", 1_000.0), "boot", 1_000.0) == (NO_MARKS, None)


@pytest.mark.parametrize(
    ("then", "now", "at_s"), [("one", "another", 2_000.0), (None, None, 2_000.0), ("boot", "boot", 999.0)]
)
def test_of_an_earlier_boot_the_floor_is_left_and_time_off_is_not_known(
    then: str | None, now: str | None, at_s: float
) -> None:
    marks, whole_s = recalled(saved(MARKS, 890.0, then, 1_000.0), now, at_s)
    assert whole_s is None
    assert marks == ClockMarks(floor=Mark(NOON + timedelta(seconds=100), 0.0))
    assert recalled(saved(NO_MARKS, 890.0, then, 1_000.0), now, at_s) == (NO_MARKS, None)


def test_where_nothing_was_saved() -> None:
    assert recalled(None, "boot", 1.0) == (NO_MARKS, None)
