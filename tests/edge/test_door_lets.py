"""What lets a door be opened, and for how long: none of it is forced."""

import pytest

from edge.core.door import OPENING_S, Alarm, DoorState, Event, Input
from tests.edge.door_runs import TIMES, Run

OPEN, FORCED_OPEN, UNLOCKED, LOCKED = (
    DoorState.OPEN,
    DoorState.FORCED_OPEN,
    DoorState.UNLOCKED,
    DoorState.LOCKED,
)
SHORT_S = TIMES.debounce_s * 0.6


@pytest.mark.parametrize("contact_at_s", [1.0, 1.01, 1.2, 5.9])
def test_a_press_that_is_too_short_to_count_lets_out_all_the_same(contact_at_s: float) -> None:
    run = Run()
    assert run.door.handle(Event.EXIT_ACTIVE, 1.0).state is UNLOCKED
    run.door.handle(Event.EXIT_INACTIVE, 1.0 + SHORT_S)
    assert run.at(max(contact_at_s, 1.0 + SHORT_S), Event.CONTACT_OPEN) is OPEN


def test_a_handle_whose_switch_reads_a_moment_after_the_contact_forces_nothing() -> None:
    run = Run()
    run.door.handle(Event.CONTACT_OPEN, 1.0)
    run.door.handle(Event.EXIT_ACTIVE, 1.0 + SHORT_S)
    assert run.door.handle(Event.TICK, 1.0 + TIMES.debounce_s).state is OPEN


def test_an_exit_that_lasts_longer_than_a_pulse_lets_out_as_long_as_it_lasts() -> None:
    run = Run()
    run.at(1, Event.EXIT_ACTIVE)
    assert run.at(1 + TIMES.pulse_s + 10, Event.TICK) is UNLOCKED
    assert run.at(1 + TIMES.pulse_s + 11, Event.CONTACT_OPEN) is OPEN


def test_an_exit_that_never_ends_is_told() -> None:
    run = Run()
    run.at(1, Event.EXIT_ACTIVE)
    run.at(7, Event.TICK)
    assert run.door.next_at_s() == 1 + TIMES.held_open_s
    assert run.at(1 + TIMES.held_open_s, Event.TICK) is UNLOCKED
    assert run.alarms == {Alarm.EXIT_STUCK}
    run.at(50, Event.EXIT_INACTIVE)
    assert run.alarms == set()


@pytest.mark.parametrize(
    ("begins", "ends"), [(Event.HOLD, Event.RELEASE), (Event.FIRE_ACTIVE, Event.FIRE_INACTIVE)]
)
@pytest.mark.parametrize(("later_s", "state"), [(OPENING_S - 0.1, OPEN), (OPENING_S, FORCED_OPEN)])
def test_a_door_that_opens_a_moment_after_it_was_free(
    begins: Event, ends: Event, later_s: float, state: DoorState
) -> None:
    run = Run()
    run.at(1, begins)
    run.at(10, ends)
    assert run.at(10 + later_s, Event.CONTACT_OPEN) is state


def test_what_ends_meanwhile_takes_nothing_from_whom_was_granted() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    run.at(1.2, Event.FIRE_ACTIVE)
    run.at(1.4, Event.FIRE_INACTIVE)
    assert run.shown.relay
    assert run.at(4, Event.CONTACT_OPEN) is OPEN


def test_a_door_that_begins_to_shut_may_still_be_open() -> None:
    run = Run()
    run.door.find(Input.CONTACT, True, 1)
    run.door.handle(Event.CONTACT_CLOSED, 2)
    assert run.door.may_be_open
    assert run.at(2.1, Event.TICK) is LOCKED
    assert not run.door.may_be_open
