"""The sync, event by event: what each state does with each event, and the rules of following and catching up."""

from typing import get_args

import pytest

from contract.facts import Position
from contract.feed import digest_bytes
from contract.messages import Page
from edge.core import sync_events as sync
from edge.core.overdue import ANSWER_WITHIN_S, HEARD_WITHIN_S
from edge.core.replica_sync import LIVE_WAITING_MAX, PAGES_WAITING_MAX, ReplicaSync, State
from tests.edge.sync_samples import (
    AT,
    EPOCH,
    catching_up,
    following,
    head,
    live,
    loading,
    nonce,
    nonces,
    page,
    proving,
    resting,
    rows,
)

STATES = {
    State.FOLLOWING: following,
    State.CATCHING_UP: catching_up,
    State.LOADING: loading,
    State.PROVING: proving,
    State.RESTING: resting,
}
MOVES = {
    State.FOLLOWING: {State.CATCHING_UP, State.LOADING, State.RESTING},
    State.CATCHING_UP: {State.FOLLOWING, State.LOADING, State.RESTING},
    State.LOADING: {State.PROVING, State.RESTING},
    State.PROVING: {State.FOLLOWING, State.CATCHING_UP, State.LOADING, State.RESTING},
    State.RESTING: {State.CATCHING_UP, State.LOADING},
}
EVENTS: list[sync.Event] = [
    sync.Connected(),
    sync.Disconnected(),
    head(10),
    head(10, digest=1),
    head(9),
    head(30),
    head(1, epoch=EPOCH + 1),
    head(99, epoch=EPOCH - 1),
    head(99, feed="other"),
    live(10, 11),
    live(8, 10),
    live(12, 13),
    live(5, 30, epoch=EPOCH + 1),
    page(2, 10, 20, 20),
    page(2, 5, 20, 20),
    page(2, 0, 7, 20),
    page(77, 0, 7, 20),
    sync.Failed(),
    sync.ReplicaLost(),
    sync.ReplicaInexact(),
    sync.Resync(),
    sync.Tick(),
]


@pytest.mark.parametrize("event", EVENTS, ids=repr)
@pytest.mark.parametrize("state", State)
def test_every_state_takes_every_event(state: State, event: sync.Event) -> None:
    machine = STATES[state]()
    assert machine.state is state
    machine.handle(event, AT + 1)
    assert machine.state is state or machine.state in MOVES[state]
    # Whatever happened, it is not stuck: a hub that answers brings it to rest in FOLLOWING.
    settle(machine)


def test_the_events_above_are_all_there_are() -> None:
    reports = {sync.Applied, sync.Loaded, sync.Finished}  # these answer actions, and are not thrown in
    assert {type(event) for event in EVENTS} | reports == set(get_args(sync.Event)) | set(
        get_args(sync.Circumstance)
    ) - {sync.Circumstance}


def settle(machine: ReplicaSync, digest: int = 4) -> None:
    """A hub of epoch EPOCH + 5 whose feed ends at 40; every deed succeeds."""
    pending: list[sync.Action] = [
        *machine.handle(sync.Failed(), AT + 10),
        *machine.handle(sync.Connected(), AT + 10),
        *machine.handle(head(40, digest, epoch=EPOCH + 5), AT + 10),
    ]
    at_s = AT + 10
    for _ in range(100):
        at_s += 1_000
        if not pending:
            pending = machine.handle(sync.Tick(), at_s)
        action = pending.pop(0) if pending else None
        match action:
            case sync.SendPull():
                number = int.from_bytes(action.nonce, "big")
                upto = min(action.after + 15, 40)
                answer = page(number, action.after, upto, 40, digest=digest, epoch=EPOCH + 5)
                pending += machine.handle(answer, at_s)
            case sync.Apply():
                pending += machine.handle(sync.Applied(action.upto, digest), at_s)
            case sync.Load():
                pending += machine.handle(sync.Loaded(), at_s)
            case sync.FinishFresh():
                pending += machine.handle(sync.Finished(exact=True), at_s)
        if machine.state is State.FOLLOWING and not pending:
            assert machine.position == Position("everyone", EPOCH + 5, 40)
            return
    pytest.fail(f"stuck in {machine.state}")


# Following


def test_live_rows_are_applied_as_they_come() -> None:
    machine = following()
    assert machine.handle(live(10, 11, digest=3), AT) == [sync.Apply(rows(11), 11)]
    assert machine.handle(live(11, 13, digest=4), AT) == [sync.Apply(rows(12, 13), 13)]
    assert machine.handle(sync.Applied(11, 3), AT) == []
    assert machine.handle(sync.Applied(13, 4), AT) == []
    assert machine.position == Position("everyone", EPOCH, 13)
    assert machine.state is State.FOLLOWING


def test_what_is_known_already_changes_nothing() -> None:
    machine = following()
    for old in (live(8, 10), head(10)):
        assert machine.handle(old, AT) == []
    assert machine.state is State.FOLLOWING


def test_a_head_below_is_asked_about_for_the_hub_may_have_been_put_back_from_a_backup() -> None:
    assert following().handle(head(9), AT) == [sync.SendPull(EPOCH, 10, nonce(2))]


def test_a_head_below_what_is_being_applied_is_only_late() -> None:
    machine = following()
    machine.handle(live(10, 11), AT)
    assert machine.handle(head(10), AT) == []


def test_a_gap_is_pulled_from_where_the_replica_will_stand() -> None:
    machine = following()
    machine.handle(live(10, 11), AT)
    assert machine.handle(live(12, 13), AT) == [sync.SendPull(EPOCH, 11, nonce(2))]
    assert machine.handle(live(11, 12), AT) == []
    assert machine.handle(page(2, 11, 13, 13), AT) == [sync.Apply(rows(12, 13), 13)]
    assert machine.state is State.FOLLOWING


def test_live_rows_that_overlap_the_frontier_are_a_gap() -> None:
    assert following().handle(live(9, 11), AT) == [sync.SendPull(EPOCH, 10, nonce(2))]


def test_a_newer_head_is_pulled() -> None:
    assert following().handle(head(12), AT) == [sync.SendPull(EPOCH, 10, nonce(2))]


def test_more_live_rows_than_can_wait_are_pulled_when_there_is_room() -> None:
    machine = following()
    for each in range(LIVE_WAITING_MAX):
        assert machine.handle(live(10 + each, 11 + each), AT) != []
    end = 10 + LIVE_WAITING_MAX
    assert machine.handle(live(end, end + 1), AT) == []
    assert machine.state is State.CATCHING_UP
    pulls = [machine.handle(sync.Applied(11 + each, 0), AT) for each in range(LIVE_WAITING_MAX)]
    assert [pull for pull in pulls if pull] == [[sync.SendPull(EPOCH, end, nonce(2))]]


# Catching up


def test_connecting_always_asks() -> None:
    machine = following()
    machine.handle(sync.Disconnected(), AT)
    assert machine.state is State.FOLLOWING
    assert machine.handle(head(20), AT) == []
    assert machine.handle(sync.Connected(), AT) == [sync.SendPull(EPOCH, 10, nonce(2))]


def test_the_next_page_is_asked_for_before_the_last_is_applied() -> None:
    machine = catching_up()
    assert machine.handle(page(2, 10, 12, 20), AT) == [
        sync.Apply(rows(11, 12), 12),
        sync.SendPull(EPOCH, 12, nonce(3)),
    ]


def test_only_so_many_pages_wait() -> None:
    machine = catching_up()
    for each in range(PAGES_WAITING_MAX):
        actions = machine.handle(page(2 + each, 10 + each, 11 + each, 20), AT)
    assert actions == [sync.Apply(rows(14), 14)]
    assert machine.handle(sync.Applied(11, 0), AT) == [sync.SendPull(EPOCH, 14, nonce(6))]


def test_a_page_counts_once_and_only_for_its_question() -> None:
    machine = catching_up()
    machine.handle(page(2, 10, 12, 20), AT)
    assert machine.handle(page(2, 10, 12, 20), AT) == [sync.Dropped("page", "answers no question", "unasked")]


@pytest.mark.parametrize(
    "wrong",
    [
        page(2, 10, 20, 20, feed="other"),
        page(2, 10, 20, 20, epoch=EPOCH - 1),
        page(2, 9, 20, 20),
        page(2, 0, 9, 9),
        page(2, 10, 10, 20),
        Page("everyone", EPOCH, 10, 20, 15, nonce(2), []),
        Page("everyone", EPOCH, 10, 9, 15, nonce(2), []),
        Page("everyone", EPOCH, 10, 20, 20, nonce(2), rows(11, 20)),
        Page("everyone", EPOCH, 10, 15, 20, nonce(2), rows(11, 15), digest_bytes(0)),
    ],
    ids=["feed", "epoch", "begin", "behind", "nowhere", "beyond", "back", "no digest", "digest too early"],
)
def test_a_page_that_is_no_answer_changes_nothing_and_the_question_stays(wrong: Page) -> None:
    machine = catching_up()
    (dropped,) = machine.handle(wrong, AT)
    assert isinstance(dropped, sync.Dropped)
    assert machine.handle(page(2, 10, 20, 20), AT) == [sync.Apply(rows(*range(11, 21)), 20)]


def test_an_unanswered_question_is_asked_again_with_its_nonce() -> None:
    machine = catching_up()
    assert machine.handle(sync.Tick(), AT + ANSWER_WITHIN_S - 0.001) == []
    assert machine.handle(sync.Tick(), AT + ANSWER_WITHIN_S) == [sync.SendPull(EPOCH, 10, nonce(2))]
    assert machine.handle(sync.Tick(), AT + ANSWER_WITHIN_S + 1) == []


def test_a_head_asks_an_unanswered_question_again_at_once() -> None:
    """The hub says its head when it has come back; what was asked before is lost."""
    machine = catching_up()
    again = [sync.SendPull(EPOCH, 10, nonce(2))]
    assert machine.handle(head(20), AT + HEARD_WITHIN_S) == again
    assert machine.handle(head(20), AT + 2.5 * HEARD_WITHIN_S) == []
    assert machine.handle(sync.Tick(), AT + 3 * HEARD_WITHIN_S) == again
    assert machine.handle(sync.Tick(), AT + 3 * HEARD_WITHIN_S + ANSWER_WITHIN_S - 0.001) == []


def test_a_head_that_comes_right_after_the_question_lets_it_be_asked_again_soon() -> None:
    machine = catching_up()
    assert machine.handle(head(20), AT + 0.1) == []
    assert machine.handle(sync.Tick(), AT + HEARD_WITHIN_S) == [sync.SendPull(EPOCH, 10, nonce(2))]


def test_a_first_replica_is_asked_for_again_when_the_hub_has_come_back() -> None:
    machine = ReplicaSync("everyone", None, 0, nonces())
    assert not machine.awaits_page
    (asked,) = machine.handle(sync.Connected(), AT)
    assert machine.awaits_page
    assert machine.handle(head(20), AT + 1) == [asked]


def test_what_was_heard_while_a_question_was_out_is_asked_for() -> None:
    machine = catching_up()
    machine.handle(live(20, 21), AT)
    assert machine.handle(page(2, 10, 20, 20), AT) == [
        sync.Apply(rows(*range(11, 21)), 20),
        sync.SendPull(EPOCH, 20, nonce(3)),
    ]


def test_what_was_heard_before_the_question_is_settled_by_its_answer() -> None:
    """A head of rows that never were must not make an edge ask without end."""
    machine = following()
    machine.handle(head(2**50), AT)
    assert machine.handle(page(2, 10, 10, 10), AT) == []
    assert machine.state is State.FOLLOWING


def test_an_answer_without_news_proves_what_waits_before_it() -> None:
    machine = following()
    machine.handle(live(10, 11, digest=3), AT)
    machine.handle(head(12), AT)
    assert machine.handle(page(2, 11, 11, 11, digest=8), AT) == []
    assert machine.handle(sync.Applied(11, 3), AT) == [sync.Mismatch(Position("everyone", EPOCH, 11))]


def test_a_hub_may_answer_from_the_beginning() -> None:
    machine = catching_up()
    assert machine.handle(page(2, 0, 7, 20), AT) == [
        sync.StartFresh(EPOCH, 20),
        sync.Load(rows(*range(1, 8)), 7),
        sync.SendPull(EPOCH, 7, nonce(3), began=20),
    ]
