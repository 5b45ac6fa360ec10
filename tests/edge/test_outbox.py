"""The outbox: go-back-N against every loss, duplicate and reordering, and hubs that forget."""

import random
from typing import Any

import pytest

from edge.core.outbox import ANSWER_WITHIN_S, WINDOW_BATCHES, Outbox, SendBatch


def test_nothing_is_sent_without_a_connection() -> None:
    outbox = Outbox(0, 3)
    assert outbox.journaled(4, 0.0) == []
    assert outbox.tick(100.0) == []
    assert outbox.new_epoch(100.0) == []


def test_an_empty_journal_says_nothing() -> None:
    assert Outbox(0, 0).connected(0.0) == []


def test_what_is_not_acked_is_sent_one_batch_at_first() -> None:
    assert Outbox(2, 1_700).connected(0.0) == [SendBatch(2, 502)]


def test_a_first_answer_opens_the_window() -> None:
    outbox = Outbox(0, 5_000)
    outbox.connected(0.0)
    batches = outbox.acknowledged(500, 1.0)
    assert batches == [SendBatch(500 * n, 500 * (n + 1)) for n in range(1, 1 + WINDOW_BATCHES)]
    assert outbox.acknowledged(1_000, 1.0) == [SendBatch(2_500, 3_000)]
    assert outbox.acked == 1_000


def test_where_all_is_acked_the_last_row_asks_whether_it_still_is() -> None:
    outbox = Outbox(9, 9)
    assert outbox.connected(0.0) == [SendBatch(8, 9)]
    assert outbox.acknowledged(9, 0.1) == []
    assert outbox.tick(1_000.0) == []


def test_a_row_goes_at_once_and_alone() -> None:
    outbox = Outbox(0, 0)
    outbox.connected(0.0)
    assert outbox.journaled(1, 0.0) == [SendBatch(0, 1)]
    assert outbox.journaled(2, 0.0) == []
    assert outbox.acknowledged(1, 0.1) == [SendBatch(1, 2)]
    assert outbox.journaled(3, 0.2) == [SendBatch(2, 3)]
    assert outbox.journaled(3, 0.2) == []


def test_silence_means_again_from_the_last_ack_one_batch() -> None:
    outbox = Outbox(0, 5_000)
    outbox.connected(0.0)
    outbox.acknowledged(500, 1.0)
    assert outbox.tick(1.0 + ANSWER_WITHIN_S - 0.001) == []
    assert outbox.tick(1.0 + ANSWER_WITHIN_S) == [SendBatch(500, 1_000)]


def test_a_row_that_comes_after_a_quiet_hour_has_its_own_five_seconds() -> None:
    outbox = Outbox(0, 0)
    outbox.connected(0.0)
    outbox.journaled(1, 3_600.0)
    outbox.journaled(2, 3_604.0)
    assert outbox.tick(3_604.9) == []
    assert outbox.tick(3_605.0) == [SendBatch(0, 2)]


def test_an_ack_that_stands_still_goes_back_once() -> None:
    outbox = Outbox(0, 5_000)
    outbox.connected(0.0)
    outbox.acknowledged(500, 0.0)
    again = [SendBatch(500 * n, 500 * (n + 1)) for n in range(1, 1 + WINDOW_BATCHES)]
    assert outbox.acknowledged(500, 0.1) == again
    assert outbox.acknowledged(500, 0.2) == []
    assert outbox.acknowledged(1_000, 0.3) == [SendBatch(2_500, 3_000)]
    assert len(outbox.acknowledged(1_000, 0.4)) == WINDOW_BATCHES


def test_a_restored_hub_gets_what_it_has_lost() -> None:
    outbox = Outbox(9, 9)
    outbox.connected(0.0)
    assert outbox.acknowledged(4, 0.1) == [SendBatch(4, 9)]
    assert outbox.acknowledged(9, 0.2) == []
    assert outbox.new_epoch(0.3) == [SendBatch(8, 9)]
    assert outbox.acknowledged(0, 0.4) == [SendBatch(0, 9)]


def test_an_ack_of_rows_that_never_were_changes_nothing() -> None:
    outbox = Outbox(0, 2)
    outbox.connected(0.0)
    assert outbox.acknowledged(3, 0.1) == []
    assert (outbox.acked, outbox.last) == (0, 2)


def test_a_lost_connection_forgets_what_was_under_way() -> None:
    outbox = Outbox(0, 2)
    outbox.connected(0.0)
    outbox.disconnected()
    assert outbox.tick(100.0) == []
    assert outbox.connected(100.0) == [SendBatch(0, 2)]


@pytest.mark.parametrize("seed", range(100))
def test_over_any_bad_line_the_hub_gets_every_row_once(seed: int) -> None:
    """Batches and acks are lost, doubled, swapped; the line breaks; the hub forgets. Then all is soon well."""
    chance = random.Random(seed)
    loss = chance.choice([0.0, 0.1, 0.5])
    outbox, last, held = Outbox(0, 0), 0, 0
    up: list[SendBatch] = []
    down: list[int] = []
    at_s, quiet_from = 0.0, 600
    for step in range(1_500):
        bad = step < quiet_from
        at_s += chance.random()
        if bad and chance.random() < 0.6:
            last += chance.choice([1, 1, 1, 700])
            up += outbox.journaled(last, at_s)
        if bad and chance.random() < 0.05 and held:
            held = chance.randrange(held)
        if step == quiet_from or (bad and chance.random() < 0.05):
            outbox.disconnected()
            up, down = [], [] if chance.random() < 0.5 else down
            up += outbox.connected(at_s)
        up += outbox.tick(at_s)
        if bad:
            up, down = jumbled(chance, up, loss), jumbled(chance, down, loss)
        if up:
            batch = up.pop(0)
            if batch.after <= held:
                held = max(held, batch.upto)
            down.append(held)
        if down:
            up += outbox.acknowledged(down.pop(0), at_s)
    assert held == last
    assert outbox.acked == last
    assert up == []


def jumbled(chance: random.Random, things: list[Any], loss: float) -> list[Any]:
    kept = [each for each in things if chance.random() >= loss / 5]
    if kept and chance.random() < 0.1:
        kept.append(chance.choice(kept))
    if chance.random() < 0.1:
        chance.shuffle(kept)
    return kept
