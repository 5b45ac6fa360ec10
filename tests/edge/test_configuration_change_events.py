"""Every state and every event: what does not belong to a state changes nothing there; the newest of many waits."""

import pytest

from edge.core.configuration_events import (
    Applied,
    Event,
    Fault,
    HubAnswered,
    Kept,
    SelfTest,
    SelfTested,
    State,
    Tick,
)
from tests.edge.change_runs import ELSEWHERE, FAULT, UNREACHABLE_S, ChangeRun, configuration, desired
from tests.edge.test_configuration_change import STANDING, TRYING


def in_state(state: State) -> ChangeRun:
    """A run that stands there, with what it asked for not done."""
    if state is State.RESTORING:
        return ChangeRun(STANDING, begun=False)
    if state is State.BROKEN:
        run = ChangeRun(STANDING, begun=False)
        run.change.handle(Applied(FAULT), run.at_s)
        return run
    run = ChangeRun(TRYING if state is State.TRYING else STANDING)
    if state in (State.TESTING, State.APPLYING, State.KEEPING):
        run.change.handle(desired(9), run.at_s)
    if state in (State.APPLYING, State.KEEPING):
        run.change.handle(SelfTested(), run.at_s)
    if state is State.KEEPING:
        run.change.handle(Applied(), run.at_s)
    return run


EVENTS: dict[str, Event] = {
    "tested": SelfTested(),
    "tested with a fault": SelfTested(FAULT),
    "applied": Applied(),
    "applied with a fault": Applied(FAULT),
    "kept": Kept(),
    "kept with a fault": Kept(FAULT),
    "hub answered": HubAnswered(),
    "tick": Tick(),
}
THEN = {
    (State.TESTING, "tested"): State.APPLYING,
    (State.TESTING, "tested with a fault"): State.STANDS,
    (State.APPLYING, "applied"): State.KEEPING,
    (State.APPLYING, "applied with a fault"): State.STANDS,
    (State.KEEPING, "kept"): State.STANDS,
    (State.KEEPING, "kept with a fault"): State.RESTORING,
    (State.RESTORING, "applied"): State.STANDS,
    (State.RESTORING, "applied with a fault"): State.BROKEN,
    (State.TRYING, "hub answered"): State.STANDS,
    (State.BROKEN, "tick"): State.RESTORING,
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", EVENTS)
def test_every_event_in_every_state(state: State, name: str) -> None:
    run = in_state(state)
    assert run.state is state
    before = run.change.orders
    actions = run.change.handle(EVENTS[name], run.at_s)
    assert run.state is THEN.get((state, name), state)
    if (state, name) not in THEN:
        assert (actions, run.change.orders) == ([], before)


@pytest.mark.parametrize("state", list(State))
def test_time_takes_back_only_what_is_tried(state: State) -> None:
    run = in_state(state)
    before = run.change.orders.stands
    actions = run.change.handle(Tick(), run.at_s + UNREACHABLE_S)
    assert (run.change.orders.stands == before) is (state is not State.TRYING)
    assert bool(actions) is (state in (State.TRYING, State.BROKEN))


@pytest.mark.parametrize("state", list(State))
def test_a_newer_one_is_taken_up_at_rest_and_waits_else(state: State) -> None:
    run = in_state(state)
    actions = run.change.handle(desired(12, site="house"), run.at_s)
    if state in (State.STANDS, State.TRYING, State.BROKEN):
        assert actions == [SelfTest(configuration(site="house"))]
    else:
        assert (actions, run.state) == ([], state)


def test_of_those_that_wait_the_newest_is_taken_up() -> None:
    run = in_state(State.TESTING)
    run.handle(desired(11), desired(12, site="house"), desired(11), desired(12))
    run.handle(SelfTested())
    assert (run.stands, run.state) == (12, State.STANDS)
    assert run.applied == [configuration(), configuration(), configuration(site="house")]


def test_one_that_waits_is_taken_up_after_a_refusal_and_after_a_start() -> None:
    run = in_state(State.APPLYING)
    run.handle(desired(12, site="house"))
    run.handle(Applied(Fault("no")))
    assert run.stands == 12
    run = in_state(State.RESTORING)
    run.handle(desired(12, broker=ELSEWHERE))
    run.handle(Applied())
    assert (run.stands, run.state) == (12, State.TRYING)


def test_one_that_waits_and_does_not_validate_leaves_the_next_its_turn() -> None:
    run = in_state(State.TESTING)
    run.handle(desired(12, readers=None))
    run.handle(SelfTested())
    assert (run.stands, run.state, run.refused.generation) == (9, State.STANDS, 12)
