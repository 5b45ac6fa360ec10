"""How far the clock is believed: every state with everything that happens to it, and what the floor does."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from contract.trust import ClockState
from edge.core.clock_trust import TOLERANCE, ClockMarks, ClockTrust, Mark
from tests.edge.fakes import NOON

AT_S = 1_000.0
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
JUST_TOO_FAR = TOLERANCE + SECOND


def unknown() -> ClockTrust:
    """Nothing was ever heard."""
    return ClockTrust()


def heard() -> ClockTrust:
    """The hub has said that it is noon; the kernel says nothing of the clock."""
    trust = ClockTrust()
    assert trust.heard(NOON, AT_S, AT_S, NOON)
    return trust


def synced() -> ClockTrust:
    trust = heard()
    trust.look(True, NOON, AT_S)
    return trust


def holdover() -> ClockTrust:
    trust = synced()
    trust.look(False, NOON, AT_S)
    return trust


def says(hub_at: datetime, wall_at: datetime = NOON) -> Callable[[ClockTrust], object]:
    return lambda trust: trust.heard(hub_at, AT_S, AT_S, wall_at)


def kernel(synchronized: bool, wall_at: datetime = NOON) -> Callable[[ClockTrust], object]:
    return lambda trust: trust.look(synchronized, wall_at, AT_S)


STATES = [unknown, heard, synced, holdover]
U, H, S = ClockState.UNKNOWN, ClockState.HOLDOVER, ClockState.SYNCED
EVENTS = {
    "kernel synchronized": (kernel(True), NOON, [U, S, S, S]),
    "kernel not synchronized": (kernel(False), NOON, [U, U, H, H]),
    "hub says the same": (says(NOON), NOON, [U, U, S, H]),
    "hub is 5 minutes ahead": (says(NOON + TOLERANCE), NOON, [U, U, S, H]),
    "hub is further ahead": (says(NOON + JUST_TOO_FAR), NOON, [U, U, H, H]),
    "hub is 5 minutes behind": (says(NOON - TOLERANCE), NOON, [U, U, S, H]),
    "hub is further behind": (says(NOON - JUST_TOO_FAR), NOON, [U, U, H, H]),
    "clock set 5 minutes forth": (kernel(False, NOON + TOLERANCE), NOON + TOLERANCE, [U, U, H, H]),
    "clock set further forth": (kernel(False, NOON + HOUR), NOON + HOUR, [U, U, U, U]),
    "clock set back, and the kernel calls it right": (kernel(True, NOON - HOUR), NOON - HOUR, [U, U, U, U]),
    "clock and hub an hour on": (says(NOON + HOUR, NOON + HOUR), NOON + HOUR, [U, U, S, U]),
}


@pytest.mark.parametrize("number", range(len(STATES)), ids=[each.__name__ for each in STATES])
@pytest.mark.parametrize("event", EVENTS)
def test_every_state_takes_every_event(event: str, number: int) -> None:
    happen, wall_at, states = EVENTS[event]
    trust = STATES[number]()
    happen(trust)
    assert trust.state(wall_at, AT_S) is states[number]


def test_a_clock_that_was_set_shows_before_the_kernel_is_asked_again() -> None:
    trust = synced()
    assert trust.state(NOON + HOUR, AT_S) is ClockState.UNKNOWN
    assert trust.state(NOON + HOUR, AT_S + 3_600) is ClockState.SYNCED


def test_holdover_is_measured_from_when_the_clock_was_last_synced() -> None:
    trust = synced()
    for minutes in range(4, 13, 4):  # slowly, and within what the hub says
        at, at_s = NOON + timedelta(minutes=minutes), AT_S + 60 * minutes - 60 * minutes // 4
        trust.look(True, at, at_s)
        assert trust.state(at, at_s) is ClockState.SYNCED
    trust.look(False, at, at_s)
    assert trust.state(at + TOLERANCE, at_s) is ClockState.HOLDOVER
    assert trust.state(at + JUST_TOO_FAR, at_s) is ClockState.UNKNOWN


def test_without_a_floor_it_is_what_the_wall_clock_says() -> None:
    assert unknown().now(NOON - HOUR, AT_S) == NOON - HOUR


def test_an_unknown_clock_is_held_at_the_hubs_time_and_what_has_elapsed() -> None:
    trust = heard()
    assert trust.now(NOON - 1_000 * HOUR, AT_S + 10) == NOON + 10 * SECOND
    assert trust.now(NOON + HOUR, AT_S) == NOON + HOUR


def test_a_believed_clock_is_held_only_where_it_is_5_minutes_behind() -> None:
    trust = synced()
    assert trust.now(NOON - timedelta(minutes=3), AT_S) == NOON - timedelta(minutes=3)
    trust.heard(NOON + HOUR, AT_S, AT_S, NOON)  # the hub contradicts a clock that nobody has set
    assert trust.state(NOON, AT_S) is ClockState.HOLDOVER
    assert trust.now(NOON, AT_S) == NOON + HOUR - TOLERANCE


def test_a_wall_clock_never_moves_the_floor() -> None:
    trust = synced()
    trust.look(True, NOON + 1_000 * HOUR, AT_S)
    assert trust.marks().floor == Mark(NOON, AT_S)
    assert trust.now(NOON - HOUR, AT_S) == NOON


def test_one_wrong_time_of_the_hub_lasts_until_its_next_answer() -> None:
    trust = heard()
    assert trust.heard(NOON + 10_000 * HOUR, AT_S, AT_S, NOON)
    assert trust.now(NOON, AT_S) == NOON + 10_000 * HOUR
    assert trust.heard(NOON + 60 * SECOND, AT_S + 60, AT_S + 60, NOON)
    assert trust.now(NOON, AT_S + 60) == NOON + 60 * SECOND


@pytest.mark.parametrize(
    ("hub_at", "after", "corrected"),
    [
        (NOON + HOUR, NOON + HOUR, True),  # what it said is past: the floor rises
        (NOON - 10 * SECOND, NOON, False),  # the answer took 30 s: the floor lies in between
        (NOON - HOUR, NOON - HOUR + 30 * SECOND, True),
    ],
)
def test_an_answer_brings_the_floor_to_what_can_be_true(
    hub_at: datetime, after: datetime, corrected: bool
) -> None:
    trust = heard()
    answered_s = AT_S + 30
    floor_at = trust.now(NOON - HOUR, answered_s)
    assert floor_at == NOON + 30 * SECOND
    assert trust.heard(hub_at + 30 * SECOND, AT_S, answered_s, NOON) is corrected
    assert trust.now(NOON - 9 * HOUR, answered_s) == after + 30 * SECOND


def test_an_answer_that_was_kept_back_lowers_the_floor_by_nothing_and_judges_no_clock() -> None:
    trust = synced()
    at, answered_s = NOON + HOUR, AT_S + 3_600
    assert not trust.heard(NOON, AT_S, answered_s, at)
    assert trust.state(at, answered_s) is ClockState.SYNCED
    assert trust.now(NOON - HOUR, answered_s) == at


def test_marks_are_those_of_the_next_process() -> None:
    trust = ClockTrust(holdover().marks())
    assert trust.marks() == ClockMarks(Mark(NOON, AT_S), Mark(NOON, AT_S), Mark(NOON, AT_S))
    assert trust.state(NOON, AT_S) is ClockState.HOLDOVER
