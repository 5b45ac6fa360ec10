"""The sync, event by event: what each state does with each event, and every rule that stands at its top."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from contract.decision import Position
from contract.feed import Row, digest_bytes
from contract.messages import Head, Live, Page
from edge.core import sync_events as sync
from edge.core.feed_order import is_in_order
from edge.core.inquiry import ANSWER_WITHIN_S
from edge.core.patience import Patience
from edge.core.replica_sync import LIVE_WAITING_MAX, PAGES_WAITING_MAX, ReplicaSync, State

EPOCH = 1_000
AT = 50.0


def nonces() -> Callable[[], bytes]:
    """1, 2, 3 … as 16 bytes."""
    counter = iter(range(1, 1_000_000))
    return lambda: next(counter).to_bytes(16, "big")


def nonce(number: int) -> bytes:
    return number.to_bytes(16, "big")


def rows(*sequences: int) -> list[Row]:
    return [Row(each, 1, b"k%d" % each, b"", b"") for each in sequences]


def head(sequence: int, digest: int = 0, epoch: int = EPOCH, feed: str = "everyone") -> Head:
    return Head(feed, epoch, sequence, digest_bytes(digest), 0)


def live(after: int, upto: int, digest: int = 0, epoch: int = EPOCH, feed: str = "everyone") -> Live:
    return Live(feed, epoch, after, upto, digest_bytes(digest), rows(*range(after + 1, upto + 1)))


def page(number: int, after: int, upto: int, end: int, **others: Any) -> Page:
    """The answer to question `number`; `others` are digest, epoch and feed."""
    digest = digest_bytes(others.get("digest", 0)) if upto == end else None
    feed, epoch = others.get("feed", "everyone"), others.get("epoch", EPOCH)
    return Page(feed, epoch, after, upto, end, nonce(number), rows(*range(after + 1, upto + 1)), digest)


def empty() -> ReplicaSync:
    return ReplicaSync("everyone", None, 0, nonces())


def following(sequence: int = 10) -> ReplicaSync:
    """Connected, and proven exact at `sequence`; its next nonce is 2."""
    machine = ReplicaSync("everyone", Position("everyone", EPOCH, sequence), 0, nonces())
    machine.handle(sync.Connected(), AT)
    assert machine.handle(page(1, sequence, sequence, sequence), AT) == []
    return machine


def catching_up() -> ReplicaSync:
    """At 10 of 20; asked with nonce 2."""
    machine = following()
    machine.handle(head(20), AT)
    return machine


def loading() -> ReplicaSync:
    """A fresh replica at 5 of 20; asked with nonce 2."""
    machine = empty()
    machine.handle(sync.Connected(), AT)
    machine.handle(page(1, 0, 5, 20), AT)
    return machine


def proving() -> ReplicaSync:
    machine = loading()
    machine.handle(page(2, 5, 20, 20, digest=9), AT)
    return machine


def resting() -> ReplicaSync:
    machine = following()
    machine.handle(sync.Failed(), AT)
    return machine


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
    for old in (live(8, 10), head(10), head(9)):
        assert machine.handle(old, AT) == []
    assert machine.state is State.FOLLOWING


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
    assert machine.handle(page(2, 10, 12, 20), AT) == [sync.Dropped("page", "answers no question")]


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
        sync.SendPull(EPOCH, 7, nonce(3)),
    ]


# Loading


def test_without_a_replica_whatever_epoch_there_is_is_loaded() -> None:
    machine = empty()
    assert machine.handle(sync.Connected(), AT) == [sync.SendPull(0, 0, nonce(1))]
    assert machine.handle(page(1, 0, 5, 20), AT) == [
        sync.StartFresh(EPOCH, 20),
        sync.Load(rows(1, 2, 3, 4, 5), 5),
        sync.SendPull(EPOCH, 5, nonce(2)),
    ]


def test_a_fresh_replica_is_proven_and_then_followed() -> None:
    machine = loading()
    assert machine.handle(page(2, 5, 20, 20, digest=9), AT) == [
        sync.Load(rows(*range(6, 21)), 20),
        sync.FinishFresh(Position("everyone", EPOCH, 20), 9),
    ]
    assert machine.state is State.PROVING
    assert machine.position is None
    assert machine.handle(sync.Finished(exact=True), AT) == []
    assert machine.position == Position("everyone", EPOCH, 20)
    assert machine.handle(head(20, digest=9), AT) == []
    assert machine.state is State.FOLLOWING


def test_an_empty_feed_is_a_whole_replica_too() -> None:
    machine = empty()
    machine.handle(sync.Connected(), AT)
    assert machine.handle(page(1, 0, 0, 0), AT) == [
        sync.StartFresh(EPOCH, 0),
        sync.Load([], 0),
        sync.FinishFresh(Position("everyone", EPOCH, 0), 0),
    ]
    machine.handle(sync.Loaded(), AT)
    machine.handle(sync.Finished(exact=True), AT)
    assert machine.handle(live(0, 1), AT) == [sync.Apply(rows(1), 1)]


def test_what_was_heard_while_proving_is_pulled_then() -> None:
    machine = proving()
    assert machine.handle(live(20, 21), AT) == []
    assert machine.handle(sync.Finished(exact=True), AT) == [sync.SendPull(EPOCH, 20, nonce(3))]


def test_a_broken_line_goes_on_where_it_was() -> None:
    machine = loading()
    machine.handle(sync.Disconnected(), AT)
    assert machine.handle(sync.Tick(), AT + 100) == []
    assert machine.handle(sync.Connected(), AT) == [sync.SendPull(EPOCH, 5, nonce(3))]


def test_a_load_that_the_hub_begins_again_begins_again() -> None:
    machine = loading()
    assert machine.handle(page(2, 0, 6, 30), AT) == [
        sync.StartFresh(EPOCH, 30),
        sync.Load(rows(*range(1, 7)), 6),
        sync.SendPull(EPOCH, 6, nonce(3)),
    ]


# Epochs


@pytest.mark.parametrize("news", [head(3, epoch=EPOCH + 1), live(2, 3, epoch=EPOCH + 1)], ids=["head", "live"])
def test_a_newer_epoch_is_loaded_afresh_beside_the_old_replica(news: Head | Live) -> None:
    machine = following()
    assert machine.handle(news, AT) == [sync.NewEpoch(), sync.SendPull(EPOCH + 1, 0, nonce(2))]
    assert machine.position == Position("everyone", EPOCH, 10)


def test_a_page_of_a_newer_epoch_begins_it() -> None:
    assert catching_up().handle(page(2, 0, 3, 3, epoch=EPOCH + 1), AT) == [
        sync.NewEpoch(),
        sync.StartFresh(EPOCH + 1, 3),
        sync.Load(rows(1, 2, 3), 3),
        sync.FinishFresh(Position("everyone", EPOCH + 1, 3), 0),
    ]


def test_a_page_from_the_middle_of_a_newer_epoch_is_asked_for_from_its_beginning() -> None:
    assert catching_up().handle(page(2, 10, 12, 12, epoch=EPOCH + 1), AT) == [
        sync.NewEpoch(),
        sync.SendPull(EPOCH + 1, 0, nonce(3)),
    ]


def test_an_epoch_that_began_while_proving_is_loaded_then() -> None:
    machine = proving()
    assert machine.handle(head(3, epoch=EPOCH + 1), AT) == []
    assert machine.handle(sync.Finished(exact=True), AT) == [
        sync.NewEpoch(),
        sync.SendPull(EPOCH + 1, 0, nonce(3)),
    ]


def test_an_epoch_that_is_over_changes_nothing() -> None:
    machine = following()
    for old in (head(99, epoch=EPOCH - 1), live(10, 11, epoch=EPOCH - 1), head(99, feed="other")):
        (dropped,) = machine.handle(old, AT)
        assert isinstance(dropped, sync.Dropped)
    assert machine.state is State.FOLLOWING


def test_the_old_replicas_last_rows_are_noted_while_a_fresh_one_loads() -> None:
    machine = following()
    machine.handle(live(10, 11, digest=3), AT)
    machine.handle(head(1, epoch=EPOCH + 1), AT)
    assert machine.handle(sync.Applied(11, 999), AT) == []
    assert machine.position == Position("everyone", EPOCH, 11)


# Faults


@pytest.mark.parametrize(
    "find_out",
    [
        lambda machine: machine.handle(head(10, digest=1), AT),
        lambda machine: [
            action
            for event in (live(10, 11, digest=7), sync.Applied(11, 8))
            for action in machine.handle(event, AT)
            if not isinstance(action, sync.Apply)
        ],
        lambda machine: machine.handle(sync.ReplicaInexact(), AT),
    ],
    ids=["head", "live", "recount"],
)
def test_a_wrong_digest_is_healed_by_a_fresh_replica(
    find_out: Callable[[ReplicaSync], list[sync.Action]],
) -> None:
    machine = following()
    (mismatch,) = find_out(machine)
    assert isinstance(mismatch, sync.Mismatch)
    assert machine.state is State.RESTING
    assert machine.position is not None
    assert machine.handle(sync.Tick(), AT) == [sync.SendPull(EPOCH, 0, nonce(2))]


def test_a_fresh_replica_that_is_not_exact_is_loaded_again_after_a_rest() -> None:
    machine = proving()
    assert machine.handle(sync.Finished(exact=False), AT) == [sync.Mismatch(Position("everyone", EPOCH, 20))]
    assert machine.handle(sync.Tick(), AT) == [sync.SendPull(EPOCH, 0, nonce(3))]


def test_an_action_that_failed_is_tried_again_from_where_the_replica_stands() -> None:
    machine = catching_up()
    machine.handle(page(2, 10, 12, 20), AT)
    machine.handle(page(3, 12, 14, 20), AT)
    assert machine.handle(sync.Failed(), AT) == []
    assert machine.handle(live(20, 21), AT) == []
    assert machine.handle(sync.Tick(), AT + 1) == [sync.SendPull(EPOCH, 10, nonce(5))]


def test_the_third_failure_in_a_row_is_healed_by_a_fresh_replica() -> None:
    machine = following()
    machine.handle(sync.Failed(), AT)
    machine.handle(sync.Failed(), AT)
    machine.handle(sync.Failed(), AT)
    assert machine.handle(sync.Tick(), AT + 9) == []
    assert machine.handle(sync.Tick(), AT + 10) == [sync.SendPull(EPOCH, 0, nonce(2))]


def test_a_failure_while_loading_begins_the_load_again() -> None:
    machine = loading()
    machine.handle(sync.Failed(), AT)
    assert machine.handle(sync.Tick(), AT) == [sync.SendPull(EPOCH, 0, nonce(3))]


def test_a_lost_replica_is_loaded_afresh_at_once() -> None:
    machine = following()
    assert machine.handle(sync.ReplicaLost(), AT) == [sync.SendPull(EPOCH, 0, nonce(2))]
    assert machine.position is None


def test_rows_under_way_when_the_replica_was_lost_say_nothing_of_the_next() -> None:
    machine = following()
    machine.handle(live(10, 11, digest=3), AT)
    machine.handle(sync.ReplicaLost(), AT)
    assert machine.handle(sync.Applied(11, 3), AT) == []
    assert machine.position is None


def test_rests_grow_to_five_minutes_and_end_with_the_first_right_digest() -> None:
    patience = Patience()
    rests = []
    for _ in range(9):
        patience.fault(0.0)
        rests.append(next(second for second in range(1_000) if patience.rested(second)))
    assert rests == [0, 5, 10, 20, 40, 80, 160, 300, 300]
    assert patience.exhausted
    patience.right()
    assert not patience.exhausted


def test_rows_are_in_order_only_if_they_rise_within_their_range() -> None:
    def news(*sequences: int) -> Live:
        return Live("everyone", EPOCH, 10, 20, digest_bytes(0), rows(*sequences))

    assert is_in_order(news())
    assert is_in_order(news(11, 15, 20))
    for wrong in (news(10), news(21), news(15, 15), news(16, 15)):
        assert not is_in_order(wrong)
