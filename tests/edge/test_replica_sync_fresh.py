"""The sync when a replica is loaded afresh: none yet, a newer epoch, a fault."""

from collections.abc import Callable

import pytest

from contract.facts import Position
from contract.feed import digest_bytes
from contract.messages import Head, Live, Page
from edge.core import sync_events as sync
from edge.core.feed_order import is_in_order
from edge.core.patience import Patience
from edge.core.replica_sync import ReplicaSync, State
from tests.edge.sync_samples import (
    AT,
    EPOCH,
    catching_up,
    empty,
    following,
    head,
    live,
    loading,
    nonce,
    page,
    proving,
    rows,
)

# Loading


def test_without_a_replica_whatever_epoch_there_is_is_loaded() -> None:
    machine = empty()
    assert machine.handle(sync.Connected(), AT) == [sync.SendPull(0, 0, nonce(1))]
    assert machine.handle(page(1, 0, 5, 20), AT) == [
        sync.StartFresh(EPOCH, 20),
        sync.Load(rows(1, 2, 3, 4, 5), 5),
        sync.SendPull(EPOCH, 5, nonce(2), began=20),
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
    assert machine.handle(sync.Connected(), AT) == [sync.SendPull(EPOCH, 5, nonce(3), began=20)]


def test_a_load_that_the_hub_begins_again_begins_again() -> None:
    machine = loading()
    assert machine.handle(page(2, 0, 6, 30), AT) == [
        sync.StartFresh(EPOCH, 30),
        sync.Load(rows(*range(1, 7)), 6),
        sync.SendPull(EPOCH, 6, nonce(3), began=30),
    ]


def test_a_whole_replica_has_heard_all_that_left_before_it() -> None:
    machine = proving()
    machine.handle(sync.Finished(exact=True), AT)
    assert machine.handle(head(31), AT) == [sync.SendPull(EPOCH, 20, nonce(3))]


# Epochs


@pytest.mark.parametrize("news", [head(3, epoch=EPOCH + 1), live(2, 3, epoch=EPOCH + 1)], ids=["head", "live"])
def test_a_newer_epoch_is_loaded_afresh_beside_the_old_replica(news: Head | Live) -> None:
    machine = following()
    assert machine.handle(news, AT) == [sync.NewEpoch(), sync.SendPull(EPOCH + 1, 0, nonce(2))]
    assert machine.position == Position("everyone", EPOCH, 10)


@pytest.mark.parametrize("end", [0, 3, 10, 2_000])
@pytest.mark.parametrize("after", [0, 10])
def test_a_page_of_a_newer_epoch_tells_of_it_and_moves_nothing(after: int, end: int) -> None:
    machine = catching_up()
    if after == 0:
        machine.handle(sync.Resync(), AT)
    number = 2 if after else 3
    upto = min(after, end)
    digest = digest_bytes(0) if upto == end else None
    answer = Page("everyone", EPOCH + 1, after, upto, end, nonce(number), [], digest)
    assert is_in_order(answer)
    assert machine.handle(answer, AT) == [sync.NewEpoch(), sync.SendPull(EPOCH + 1, 0, nonce(number + 1))]
    assert machine.position == Position("everyone", EPOCH, 10)


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
