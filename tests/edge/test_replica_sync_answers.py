"""The question that is asked once a minute, and what answers say beside their rows."""

from collections.abc import Callable

import pytest

from contract.facts import Position
from edge.core import sync_events as sync
from edge.core.inquiry import ASK_EVERY_S
from edge.core.replica_sync import ReplicaSync
from edge.core.sync_events import State
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
    resting,
)


def at(sequence: int, epoch: int = EPOCH) -> Position:
    return Position("everyone", epoch, sequence)


def test_a_minute_after_the_last_answered_question_it_asks_again_and_follows_on() -> None:
    machine = following()
    assert machine.handle(sync.Tick(), AT + ASK_EVERY_S - 0.1) == []
    assert machine.handle(sync.Tick(), AT + ASK_EVERY_S) == [sync.SendPull(EPOCH, 10, nonce(2))]
    assert machine.handle(sync.Tick(), AT + ASK_EVERY_S + 1) == []
    assert machine.handle(page(2, 10, 10, 10), AT + ASK_EVERY_S + 2) == []
    assert machine.state is State.FOLLOWING
    assert machine.handle(sync.Tick(), AT + 2 * ASK_EVERY_S - 0.1) == []
    assert machine.handle(sync.Tick(), AT + 2 * ASK_EVERY_S) == [sync.SendPull(EPOCH, 10, nonce(3))]


def test_rows_that_come_while_it_asks_are_not_missed() -> None:
    machine = following()
    machine.handle(sync.Tick(), AT + ASK_EVERY_S)
    machine.handle(live(10, 12), AT + ASK_EVERY_S)
    assert machine.handle(page(2, 10, 10, 10), AT + ASK_EVERY_S) == [sync.SendPull(EPOCH, 10, nonce(3))]
    (apply,) = machine.handle(page(3, 10, 12, 12), AT + ASK_EVERY_S)
    assert isinstance(apply, sync.Apply)
    assert machine.state is State.FOLLOWING


def test_an_answer_that_came_late_is_followed_by_a_question_at_once() -> None:
    machine = following()
    machine.handle(sync.Tick(), AT + ASK_EVERY_S)
    machine.handle(page(2, 10, 10, 10), AT + 10 * ASK_EVERY_S)
    assert machine.handle(sync.Tick(), AT + 10 * ASK_EVERY_S) == [sync.SendPull(EPOCH, 10, nonce(3))]


def test_without_a_connection_nothing_is_asked() -> None:
    machine = following()
    machine.handle(sync.Disconnected(), AT)
    assert machine.handle(sync.Tick(), AT + 10 * ASK_EVERY_S) == []
    assert machine.state is State.FOLLOWING


def test_what_the_hub_says_unasked_is_no_answer() -> None:
    machine = following()
    assert machine.take_answer() is not None
    machine.handle(head(10), AT + 59)
    machine.handle(live(10, 11), AT + 59)
    assert machine.take_answer() is None
    assert machine.handle(sync.Tick(), AT + ASK_EVERY_S) == [sync.SendPull(EPOCH, 11, nonce(2))]


def test_an_answer_says_when_it_was_asked_for_and_where_the_replica_will_be_whole() -> None:
    machine = following()
    assert machine.take_answer() == sync.Answer(AT, None, at(10))
    assert machine.take_answer() is None
    machine.handle(head(20), AT + 1)
    machine.handle(sync.Tick(), AT + 8)  # asked again, with the same nonce: the first time counts
    machine.handle(page(2, 10, 15, 20), AT + 9)
    assert machine.take_answer() == sync.Answer(AT + 1, None, None)
    machine.handle(page(3, 15, 20, 20), AT + 10)
    assert machine.take_answer() == sync.Answer(AT + 9, None, at(20))


def test_an_answer_says_the_hubs_time() -> None:
    machine = empty()
    machine.handle(sync.Connected(), AT)
    answer = page(1, 0, 5, 5)
    machine.handle(type(answer)(*(getattr(answer, name) for name in answer.__struct_fields__[:-1]), 17), AT)
    assert machine.take_answer() == sync.Answer(AT, 17, at(5))


@pytest.mark.parametrize(
    "no_answer",
    [
        page(77, 10, 20, 20),
        page(2, 10, 20, 20, epoch=EPOCH - 1),
        page(2, 3, 20, 20),
        page(2, 10, 20, 20, feed="other"),
    ],
)
def test_a_page_that_is_dropped_answers_nothing(no_answer: sync.Event) -> None:
    machine = catching_up()
    machine.take_answer()
    machine.handle(no_answer, AT)
    assert machine.take_answer() is None


@pytest.mark.parametrize(
    ("make", "asked"),
    [(following, [2]), (catching_up, [2]), (loading, [2]), (proving, []), (resting, [2])],
)
def test_one_question_is_out_at_a_time_in_every_state(make: Callable[[], ReplicaSync], asked: list[int]) -> None:
    machine = make()
    actions = machine.handle(sync.Tick(), AT + 200)
    assert [each.nonce for each in actions if isinstance(each, sync.SendPull)] == [nonce(each) for each in asked]
