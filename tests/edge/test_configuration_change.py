"""How a configuration comes to stand: what is refused, what is tried, what is taken back, and after a start."""

import pytest

from contract.orders import Desired
from edge.core.configuration_change import STARTS_MAX
from edge.core.configuration_events import Apply, Fault, HubAnswered, Keep, SelfTest, Stands, State, Tick
from edge.core.floors import STALE
from edge.core.saved_orders import ConfigurationOrders
from edge.core.sync_events import Dropped
from tests.edge.change_runs import DOOR, ELSEWHERE, FAULT, OWN, UNREACHABLE_S, ChangeRun, configuration, desired

STANDING = ConfigurationOrders(heard=(7, 3), stands=desired(3))
TRIED = desired(4, broker=ELSEWHERE)
TRYING = ConfigurationOrders(heard=(7, 4), stands=TRIED, trying=True, good=desired(3))


def test_a_start_applies_the_edges_own_or_none() -> None:
    assert ChangeRun().applied == [OWN]
    run = ChangeRun(own=None)
    assert (run.applied, run.state, run.stands) == ([None], State.STANDS, 0)


def test_a_start_applies_what_stands() -> None:
    run = ChangeRun(STANDING)
    assert (run.applied, run.state, run.kept) == ([configuration()], State.STANDS, [])


def test_a_desired_one_is_tested_applied_kept_and_stands() -> None:
    run = ChangeRun()
    one = desired(1, site="house")
    assert run.change.handle(one, 0.0) == [SelfTest(configuration(site="house"))]
    assert run.state is State.TESTING
    run = ChangeRun()
    run.handle(one)
    assert run.applied == [OWN, configuration(site="house")]
    assert run.kept == [ConfigurationOrders(heard=(7, 1), stands=one)]
    assert run.stood() == [Stands(one, trying=False)]
    assert (run.state, run.change.orders) == (State.STANDS, run.kept[-1])


def test_the_same_again_is_no_news_and_an_older_one_is_stale() -> None:
    run = ChangeRun(STANDING)
    run.handle(desired(3))
    assert run.told == []
    run.handle(desired(2), desired(9, epoch=6))
    assert [(each.what, each.why) for each in run.told if isinstance(each, Dropped)] == [("desired", STALE)] * 2
    assert run.applied == [configuration()]


def test_a_newer_epoch_begins_its_generations_anew() -> None:
    run = ChangeRun(STANDING)
    run.handle(desired(1, epoch=8))
    assert run.change.orders.heard == (8, 1)


@pytest.mark.parametrize(
    ("one", "field", "why"),
    [
        (desired(4, edge="pool"), "edge", "as it was enrolled"),
        (desired(4, readers=[DOOR | {"relay_pin": 99}]), 'readers[0] ("door").relay_pin', "0 to 27"),
        (desired(4, readers=None), "readers", "is missing"),
    ],
)
def test_what_does_not_validate_is_refused_and_nothing_is_tested(one: Desired, field: str, why: str) -> None:
    run = ChangeRun(STANDING)
    run.handle(one)
    assert (run.refused.step, run.refused.field, run.refused.generation) == ("validate", field, 4)
    assert why in run.refused.why
    assert (run.stands, run.state, run.applied) == (3, State.STANDS, [configuration()])
    assert run.kept == [run.change.orders]


@pytest.mark.parametrize(("step", "action"), [("self_test", SelfTest), ("apply", Apply)])
def test_what_fails_is_refused_with_its_field_and_never_tried_again(step: str, action: type) -> None:
    run = ChangeRun(STANDING)
    run.faults[action] = [FAULT]
    run.handle(desired(4))
    assert (run.refused.step, run.refused.field, run.refused.why) == (step, FAULT.field, FAULT.why)
    assert (run.stands, run.state) == (3, State.STANDS)
    run.handle(desired(4))
    assert run.applied == [configuration()]
    again = ChangeRun(run.kept[-1])
    again.handle(desired(4))
    assert again.applied == [configuration()]
    again.handle(desired(5, site="house"))
    assert (again.stands, again.change.orders.refused) == (5, run.refused)


def test_a_fault_in_many_words_is_cut() -> None:
    run = ChangeRun(STANDING)
    run.faults[SelfTest] = [Fault("x" * 1_000, "y" * 1_000)]
    run.handle(desired(4))
    assert (len(run.refused.why), len(run.refused.field or "")) == (500, 200)


def test_what_cannot_be_kept_is_refused_and_put_back() -> None:
    run = ChangeRun(STANDING)
    run.faults[Keep] = [Fault("No space left on device")]
    run.handle(desired(4, site="house"))
    assert run.applied == [configuration(), configuration(site="house"), configuration()]
    assert (run.refused.step, run.stands, run.state) == ("apply", 3, State.STANDS)


def test_what_reaches_the_hub_in_another_way_is_tried_until_the_hub_answers() -> None:
    run = ChangeRun(STANDING)
    run.handle(TRIED)
    assert (run.state, run.change.orders) == (State.TRYING, TRYING)
    run.at_s += UNREACHABLE_S - 1
    run.handle(Tick(), HubAnswered())
    assert (run.state, run.stands) == (State.STANDS, 4)
    assert run.kept[-1] == ConfigurationOrders(heard=(7, 4), stands=TRIED)
    assert run.stood() == [Stands(TRIED, trying=True), Stands(TRIED, trying=False)]
    run.at_s += UNREACHABLE_S
    run.handle(Tick())
    assert run.stands == 4


@pytest.mark.parametrize("changes", [{"broker": ELSEWHERE}, {"feed": "counters"}])
def test_what_does_not_reach_the_hub_in_time_is_taken_back(changes: dict[str, object]) -> None:
    run = ChangeRun(STANDING)
    run.handle(desired(4, **changes))
    run.at_s += UNREACHABLE_S
    run.handle(Tick())
    assert (run.refused.step, run.refused.generation) == ("unreachable", 4)
    assert "not reached within 120 s" in run.refused.why
    assert run.applied[-1] == configuration()
    assert (run.state, run.stands, run.change.orders.trying) == (State.STANDS, 3, False)
    run.handle(desired(4, **changes))
    assert run.stands == 3


def test_the_way_that_enrolment_said_is_no_other_way() -> None:
    run = ChangeRun()
    run.handle(desired(1, feed="everyone", broker={"host": "127.0.0.1", "port": 1883, "tls": False}))
    assert run.state is State.STANDS


def test_another_one_while_one_is_tried_goes_back_to_the_good_one() -> None:
    run = ChangeRun(STANDING)
    run.handle(TRIED, desired(5, broker={"host": "third.example"}))
    assert (run.state, run.change.orders.good) == (State.TRYING, desired(3))
    run.at_s += UNREACHABLE_S
    run.handle(Tick())
    assert run.stands == 3


def test_the_good_way_again_while_another_is_tried_is_no_trial() -> None:
    run = ChangeRun(STANDING)
    run.handle(TRIED, desired(5, site="house"))
    stands = ConfigurationOrders(heard=(7, 5), stands=desired(5, site="house"))
    assert (run.state, run.change.orders) == (State.STANDS, stands)


def test_a_refusal_while_one_is_tried_leaves_it_tried() -> None:
    run = ChangeRun(STANDING)
    run.handle(TRIED)
    run.at_s += UNREACHABLE_S - 1
    run.faults[SelfTest] = [FAULT]
    run.handle(desired(5))
    assert (run.state, run.stands) == (State.TRYING, 4)
    run.at_s += 1
    run.handle(Tick())
    assert run.stands == 3


# After a start


def test_a_start_goes_on_trying() -> None:
    run = ChangeRun(TRYING)
    assert (run.state, run.applied) == (State.TRYING, [configuration(broker=ELSEWHERE)])
    assert run.kept[0].starts == 1
    run.handle(HubAnswered())
    assert (run.state, run.change.orders.starts) == (State.STANDS, 0)


def test_a_start_that_does_not_reach_the_hub_takes_it_back() -> None:
    run = ChangeRun(TRYING)
    run.at_s += UNREACHABLE_S
    run.handle(Tick())
    assert (run.state, run.stands) == (State.STANDS, 3)


def test_start_after_start_takes_it_back() -> None:
    orders = TRYING
    for _ in range(STARTS_MAX):
        orders = ChangeRun(orders).change.orders
    run = ChangeRun(orders)
    assert (run.state, run.stands, run.applied) == (State.STANDS, 3, [configuration()])
    assert "started 3 times" in run.refused.why


def test_what_is_tried_and_cannot_be_applied_at_the_start_is_taken_back() -> None:
    run = ChangeRun(TRYING, begun=False)
    run.faults[Apply] = [FAULT]
    run.do(run.first)
    assert (run.stands, run.refused.step, run.state) == (3, "unreachable", State.STANDS)
    assert run.refused.why == FAULT.why


def test_what_stands_and_cannot_be_applied_is_tried_each_second() -> None:
    run = ChangeRun(STANDING, begun=False)
    run.faults[Apply] = [FAULT, FAULT]
    run.do(run.first)
    assert run.state is State.BROKEN
    run.handle(Tick())
    assert (run.state, run.stands) == (State.BROKEN, 3)
    run.handle(Tick())
    assert (run.state, run.applied) == (State.STANDS, [configuration()])


def test_what_is_broken_is_mended_by_another_one() -> None:
    run = ChangeRun(STANDING, begun=False)
    run.faults[Apply] = [FAULT]
    run.do(run.first)
    run.faults[SelfTest] = [FAULT]
    run.handle(desired(4))
    assert run.state is State.BROKEN
    run.handle(desired(5, site="house"))
    assert (run.state, run.stands) == (State.STANDS, 5)


def test_what_could_not_be_put_back_is_broken() -> None:
    run = ChangeRun(STANDING)
    run.faults[Apply] = [Fault("GPIO 17 is taken", broken=True)]
    run.handle(desired(4))
    assert (run.state, run.stands) == (State.BROKEN, 3)
    run.handle(Tick())
    assert run.state is State.STANDS
