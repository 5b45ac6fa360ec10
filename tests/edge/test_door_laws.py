"""What no sequence of events can bring about at a door."""

from hypothesis import given
from hypothesis import strategies as st

from edge.core.door import Alarm, DoorState, Event
from tests.edge.door_runs import TIMES, Run

STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.01, 0.05, 0.1, 1.0, 4.99, 5.0, 31.0]) | st.floats(0, 40), st.sampled_from(Event)
    ),
    max_size=60,
)


@given(STEPS)
def test_the_relay_is_on_while_held_or_in_the_pulse_of_the_last_grant_and_never_else(
    steps: list[tuple[float, Event]],
) -> None:
    run, now_s = Run(), 0.0
    held, pulse_end_s = False, 0.0
    for wait_s, event in steps:
        now_s += wait_s
        shown = run.door.handle(event, now_s)
        if event is Event.HOLD:
            held = True
        elif event is Event.RELEASE and held:
            held, pulse_end_s = False, now_s
        elif event is Event.GRANT and not shown.refused and not held:
            pulse_end_s = now_s + TIMES.pulse_s
        assert shown.relay is (held or now_s < pulse_end_s)
        if event is Event.LOCKDOWN_BEGINS and not held and now_s >= pulse_end_s:
            assert not shown.relay


@given(STEPS)
def test_alarms_are_those_of_the_state_and_the_state_lasts_until_its_tick(
    steps: list[tuple[float, Event]],
) -> None:
    run, now_s = Run(), 0.0
    for wait_s, event in steps:
        now_s += wait_s
        shown = run.door.handle(event, now_s)
        assert (Alarm.FORCED_OPEN in shown.alarms) is (shown.state is DoorState.FORCED_OPEN)
        assert (Alarm.HELD_OPEN in shown.alarms) is (shown.state is DoorState.HELD_OPEN)
        assert all(since_s <= now_s for since_s in shown.alarms.values())
        next_at_s = run.door.next_at_s()
        if next_at_s is None:
            assert run.door.handle(Event.TICK, now_s + 10_000).state is shown.state
            now_s += 10_000


@given(STEPS)
def test_a_door_is_forced_only_while_it_may_be_open(steps: list[tuple[float, Event]]) -> None:
    run, now_s = Run(), 0.0
    for wait_s, event in steps:
        now_s += wait_s
        state = run.door.handle(event, now_s).state
        if state in (DoorState.OPEN, DoorState.HELD_OPEN, DoorState.FORCED_OPEN):
            assert run.door.may_be_open
