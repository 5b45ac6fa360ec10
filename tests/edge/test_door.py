"""Every state of a door by every event, and what a door remembers between them."""

import pytest

from edge.core.door import OPENING_S, Alarm, DoorState, Event, Input
from tests.edge.door_runs import SETTLED_S, TIMES, TO, Run, T, brought_to

LOCKED, UNLOCKED, OPEN, HELD_OPEN, FORCED_OPEN, HELD_UNLOCKED, LOCKDOWN = DoorState
STATES = list(DoorState)

AFTER: dict[Event, dict[DoorState, DoorState]] = {
    Event.GRANT: {LOCKED: UNLOCKED, LOCKDOWN: UNLOCKED},
    Event.HOLD: dict.fromkeys(STATES, HELD_UNLOCKED),
    Event.RELEASE: {HELD_UNLOCKED: LOCKED},
    Event.LOCKDOWN_BEGINS: {LOCKED: LOCKDOWN},
    Event.LOCKDOWN_ENDS: {LOCKDOWN: LOCKED},
    Event.CONTACT_OPEN: {LOCKED: FORCED_OPEN, LOCKDOWN: FORCED_OPEN, UNLOCKED: OPEN},
    Event.CONTACT_CLOSED: {OPEN: UNLOCKED, HELD_OPEN: LOCKED, FORCED_OPEN: LOCKED},
    Event.EXIT_ACTIVE: {LOCKED: UNLOCKED, LOCKDOWN: UNLOCKED},
    Event.EXIT_INACTIVE: {},
    Event.FIRE_ACTIVE: dict.fromkeys(STATES, HELD_UNLOCKED),
    Event.FIRE_INACTIVE: {},
    Event.TAMPER_ACTIVE: {},
    Event.TAMPER_INACTIVE: {},
    Event.PARTNER_OPEN: {},
    Event.PARTNER_CLOSED: {},
    Event.TICK: {},
}
"""What is not named stays as it was."""
PULSING = {UNLOCKED, OPEN}
"""In these somebody was granted a second ago."""
OF_STATE = {FORCED_OPEN: {Alarm.FORCED_OPEN}, HELD_OPEN: {Alarm.HELD_OPEN}}
OF_EVENT = {Event.TAMPER_ACTIVE: {Alarm.TAMPER}, Event.FIRE_ACTIVE: {Alarm.FIRE}}


def test_no_event_and_no_state_is_left_out() -> None:
    assert set(AFTER) == set(Event)
    assert set(TO) == set(DoorState)


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", STATES)
def test_every_state_by_every_event(state: DoorState, event: Event) -> None:
    run = brought_to(state)
    after = AFTER[event].get(state, state)
    assert run.at(T, event) is after
    is_held = event is Event.HOLD or (state is HELD_UNLOCKED and event is not Event.RELEASE)
    assert run.shown.relay is (is_held or state in PULSING or event is Event.GRANT)
    assert run.door.is_pulsing is (run.shown.relay and not is_held)
    assert run.alarms == OF_STATE.get(after, set()) | OF_EVENT.get(event, set())
    assert not run.shown.refused


@pytest.mark.parametrize("state", STATES)
def test_a_grant_moves_nothing_while_the_partner_is_open(state: DoorState) -> None:
    run = brought_to(state)
    before = run.shown.relay
    run.door.handle(Event.PARTNER_OPEN, T)
    shown = run.door.handle(Event.GRANT, T)
    assert (shown.refused, shown.relay, shown.state) == (True, before, state)
    run.door.handle(Event.PARTNER_CLOSED, T)
    assert not run.door.handle(Event.GRANT, T).refused


@pytest.mark.parametrize("blocking", [Event.PARTNER_OPEN, Event.LOCKDOWN_BEGINS, Event.RELEASE])
@pytest.mark.parametrize("way_out", [Event.EXIT_ACTIVE, Event.FIRE_ACTIVE])
def test_nothing_blocks_a_way_out(blocking: Event, way_out: Event) -> None:
    run = Run()
    run.at(1, blocking)
    run.at(2, way_out)
    assert run.at(3, Event.CONTACT_OPEN) in (OPEN, HELD_UNLOCKED)
    assert Alarm.FORCED_OPEN not in run.alarms
    assert not run.shown.relay


def test_a_second_grant_begins_the_pulse_anew() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    run.at(4, Event.GRANT)
    assert run.door.next_at_s() == 9
    assert run.at(8, Event.TICK) is UNLOCKED
    assert run.at(9, Event.TICK) is LOCKED
    assert not run.shown.relay
    assert run.door.next_at_s() is None


def test_a_release_ends_a_pulse_only_with_the_hold_it_ends() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    assert run.at(2, Event.RELEASE) is UNLOCKED
    run.at(3, Event.HOLD, Event.GRANT)
    assert run.at(4, Event.RELEASE) is LOCKED
    assert not run.shown.relay


def test_a_pulse_runs_out_in_a_lockdown_that_begins_meanwhile() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    assert run.at(2, Event.LOCKDOWN_BEGINS) is UNLOCKED
    assert run.at(6, Event.TICK) is LOCKDOWN


def test_a_relay_on_another_pin_begins_at_rest() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    assert not run.door.end_pulse().relay
    run.at(2, Event.HOLD)
    assert run.door.end_pulse().relay


def test_a_bounce_is_no_opening() -> None:
    run = Run()
    run.door.handle(Event.CONTACT_OPEN, 1.0)
    assert run.door.may_be_open
    assert run.door.next_at_s() == 1.05
    assert run.door.handle(Event.CONTACT_CLOSED, 1.04).state is LOCKED
    assert not run.door.may_be_open
    assert run.door.handle(Event.TICK, 2.0).state is LOCKED


def test_an_opening_counts_from_its_edge_however_late_it_is_told() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    run.at(6, Event.TICK)
    late = run.door.handle(Event.CONTACT_OPEN, 5.5)
    assert late.relay is False
    assert run.door.next_at_s() == 5.55
    assert run.door.handle(Event.TICK, 6.2).state is OPEN


def test_a_door_that_opens_a_moment_after_its_pulse_was_let_open() -> None:
    let, forced = Run(), Run()
    for run in (let, forced):
        run.at(1, Event.GRANT)
    assert let.at(6 + OPENING_S - 0.1, Event.CONTACT_OPEN) is OPEN
    assert forced.at(6 + OPENING_S, Event.CONTACT_OPEN) is FORCED_OPEN


def test_who_asked_to_go_out_has_a_pulse_long_to_go() -> None:
    run = Run()
    run.at(1, Event.EXIT_ACTIVE)
    assert run.at(20, Event.EXIT_INACTIVE) is UNLOCKED
    assert run.door.next_at_s() == 20 + TIMES.pulse_s
    assert run.at(24, Event.CONTACT_OPEN) is OPEN
    assert run.at(26, Event.CONTACT_CLOSED) is LOCKED


def test_a_door_that_stays_open_has_an_alarm_until_it_is_shut() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    run.at(2, Event.CONTACT_OPEN)
    run.at(10, Event.TICK)
    assert run.door.next_at_s() == 32
    assert run.at(32, Event.TICK) is HELD_OPEN
    assert run.shown.alarms == {Alarm.HELD_OPEN: 32}
    assert run.at(40, Event.GRANT) is HELD_OPEN
    assert run.shown.alarms == {Alarm.HELD_OPEN: 32}
    assert run.at(50, Event.CONTACT_CLOSED) is LOCKED
    assert run.alarms == set()
    assert run.door.since_s == 50 + SETTLED_S


def test_whoever_is_let_through_an_open_door_gives_it_time_anew() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    run.at(2, Event.CONTACT_OPEN)
    run.at(20, Event.GRANT)
    assert run.at(49, Event.TICK) is OPEN
    assert run.at(50, Event.TICK) is HELD_OPEN


@pytest.mark.parametrize(
    ("begins", "ends"), [(Event.HOLD, Event.RELEASE), (Event.FIRE_ACTIVE, Event.FIRE_INACTIVE)]
)
def test_a_door_that_was_free_is_given_its_time_to_be_shut(begins: Event, ends: Event) -> None:
    run = Run()
    run.at(1, Event.CONTACT_OPEN)
    assert run.alarms == {Alarm.FORCED_OPEN}
    run.at(2, begins)
    assert Alarm.FORCED_OPEN not in run.alarms
    assert run.at(500, Event.TICK) is HELD_UNLOCKED
    assert run.at(600, ends) is OPEN
    assert run.at(629.5, Event.TICK) is OPEN
    assert run.at(630, Event.TICK) is HELD_OPEN


def test_a_door_that_is_shut_and_pulled_open_again_is_forced() -> None:
    run = Run()
    run.at(1, Event.GRANT)
    run.at(2, Event.CONTACT_OPEN)
    run.at(8, Event.CONTACT_CLOSED)
    assert run.at(9, Event.CONTACT_OPEN) is FORCED_OPEN


def test_tamper_and_fire_end_with_their_levels() -> None:
    run = Run()
    run.at(1, Event.TAMPER_ACTIVE, Event.FIRE_ACTIVE)
    assert run.alarms == {Alarm.TAMPER, Alarm.FIRE}
    run.at(2, Event.TAMPER_INACTIVE)
    assert run.alarms == {Alarm.FIRE}
    assert run.at(3, Event.FIRE_INACTIVE) is LOCKED
    assert run.alarms == set()


def test_levels_that_are_found_count_at_once_and_nobody_is_accused() -> None:
    run = Run()
    assert run.door.find(Input.CONTACT, True, 1).state is OPEN
    assert run.door.find(Input.TAMPER, True, 1).alarms == {Alarm.TAMPER: 1}
    assert run.door.find(Input.EXIT, False, 1).state is OPEN
    assert run.door.find(Input.FIRE, True, 2).state is HELD_UNLOCKED
    assert run.door.find(Input.FIRE, False, 500).state is OPEN
    assert run.at(529, Event.TICK) is OPEN
    assert run.door.find(Input.CONTACT, False, 529.5).state is LOCKED
