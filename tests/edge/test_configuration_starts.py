"""A configuration change over starts and refusals: how often it is tried, and what the hub is told at last."""

from dataclasses import replace

from contract.orders import Refused
from edge.core.configuration_change import STARTS_MAX
from edge.core.configuration_events import Apply, Fault, State, Tick
from edge.core.saved_orders import ConfigurationOrders
from tests.edge.change_runs import ELSEWHERE, FAULT, OWN, UNREACHABLE_S, ChangeRun, configuration, desired

UNREAD = desired(3, readers=None)


def tried(starts: int) -> ConfigurationOrders:
    return ConfigurationOrders(heard=(7, 3), stands=desired(3, broker=ELSEWHERE), trying=True, starts=starts)


def test_the_last_start_of_those_that_try_still_does() -> None:
    assert ChangeRun(tried(STARTS_MAX - 1)).state is State.TRYING
    assert ChangeRun(tried(STARTS_MAX)).state is State.STANDS


def test_the_time_to_reach_the_hub_begins_as_it_stands() -> None:
    run = ChangeRun()
    run.at_s += 10 * UNREACHABLE_S
    run.handle(desired(1, broker=ELSEWHERE))
    run.at_s += UNREACHABLE_S - 1
    run.handle(Tick())
    assert run.state is State.TRYING
    run.at_s += 1
    run.handle(Tick())
    assert run.refused.step == "unreachable"


def test_what_is_broken_stays_so_where_another_one_fails_too() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 1), stands=desired(1)), begun=False)
    run.faults[Apply] = [FAULT, Fault("another")]
    run.do(run.first)
    assert run.state is State.BROKEN
    run.handle(desired(2))
    assert run.state is State.BROKEN
    run.handle(Tick())
    assert (run.state, run.applied) == (State.STANDS, [configuration()])


def test_what_stands_and_cannot_be_applied_is_told_once_as_refused_until_it_can() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 1), stands=desired(1)), begun=False)
    run.faults[Apply] = [FAULT, FAULT, Fault("another")]
    run.do(run.first)
    refused = run.change.refused
    assert refused is not None
    assert (refused.generation, refused.step, refused.field, refused.why) == (1, "apply", FAULT.field, FAULT.why)
    assert (run.change.standing, run.change.orders.refused) == (None, None)
    run.handle(Tick())
    assert run.told == [refused]
    run.handle(Tick())
    assert [each.why for each in run.told if isinstance(each, Refused)] == [FAULT.why, "another"]
    run.handle(Tick())
    assert (run.change.refused, run.change.standing, run.state) == (None, desired(1), State.STANDS)


def test_another_one_stands_in_the_place_of_one_that_cannot_be_applied() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 1), stands=desired(1)), begun=False)
    run.faults[Apply] = [FAULT]
    run.do(run.first)
    run.handle(desired(2))
    assert (run.change.refused, run.change.standing, run.state) == (None, desired(2), State.STANDS)


def test_what_was_not_put_back_stands_no_more() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 1), stands=desired(1)))
    run.faults[Apply] = [replace(FAULT, broken=True), FAULT]
    run.handle(desired(2))
    run.handle(Tick())
    refused = run.change.refused
    assert refused is not None
    assert (run.change.standing, refused.generation) == (None, 2)
    assert [each.generation for each in run.told if isinstance(each, Refused)] == [2, 1]


def test_of_two_refusals_the_newest_is_kept() -> None:
    run = ChangeRun()
    run.handle(desired(1, broker=ELSEWHERE), desired(2, readers=[]))
    assert (run.state, run.refused.generation) == (State.TRYING, 2)
    run.at_s += UNREACHABLE_S
    run.handle(Tick())
    assert (run.stands, run.refused.generation) == (0, 2)
    assert [each.generation for each in run.told if isinstance(each, Refused)] == [2, 1]


def test_what_this_software_cannot_read_any_more_is_kept_and_told_as_refused() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 3), stands=UNREAD, refused=None))
    assert (run.applied, run.state) == ([OWN], State.STANDS)
    assert (run.change.standing, run.change.orders.stands) == (None, UNREAD)
    refused = run.change.refused
    assert refused is not None
    assert (refused.generation, refused.step) == (3, "validate")
    assert run.told == [refused]


def test_it_is_told_once_however_often_the_edges_own_cannot_be_applied() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 3), stands=UNREAD), begun=False)
    run.faults[Apply] = [FAULT, FAULT]
    run.do(run.first)
    run.handle(Tick())
    assert run.state is State.BROKEN
    assert len(run.told) == 1


def test_another_one_stands_in_its_place() -> None:
    run = ChangeRun(ConfigurationOrders(heard=(7, 3), stands=UNREAD))
    run.handle(desired(4))
    assert run.change.standing == desired(4)
    assert (run.change.refused, run.stands) == (None, 4)


def test_one_that_is_tried_and_cannot_be_read_any_more_is_taken_back() -> None:
    good = desired(2)
    run = ChangeRun(ConfigurationOrders(heard=(7, 3), stands=UNREAD, trying=True, good=good))
    assert (run.state, run.change.standing) == (State.STANDS, good)
    assert (run.refused.generation, run.refused.step) == (3, "validate")
