"""The outbox: go-back-N against every loss, duplicate and reordering, and hubs that forget."""

import random
from typing import Any

import pytest

from edge.core.outbox import WINDOW_BATCHES, Outbox, SendBatch
from edge.core.overdue import ANSWER_WITHIN_S, HEARD_WITHIN_S


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
    assert outbox.tick(3_605.0) == [SendBatch(0, 1)]


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


def test_a_hub_that_has_come_back_gets_what_is_out_again_at_once() -> None:
    outbox = Outbox(0, 3)
    assert not outbox.awaits_ack
    assert outbox.hear_hub(0.0) == []
    outbox.connected(1.0)
    assert outbox.awaits_ack
    assert outbox.hear_hub(1.0 + HEARD_WITHIN_S - 0.1) == []
    assert outbox.tick(1.0 + HEARD_WITHIN_S) == [SendBatch(0, 3)]
    assert outbox.tick(1.0 + HEARD_WITHIN_S + ANSWER_WITHIN_S - 0.001) == []


def test_a_busy_hub_is_not_flooded_by_those_who_hear_its_heads() -> None:
    outbox = Outbox(0, 3)
    outbox.connected(0.0)
    again = [number / 10 for number in range(1, 300) if outbox.hear_hub(number / 10)]
    assert again == [0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5, 27.5]
    outbox.acknowledged(2, 30.0)
    assert outbox.hear_hub(30.0 + HEARD_WITHIN_S) == [SendBatch(2, 3)]


@pytest.mark.parametrize("start", [0, 1, 50])
@pytest.mark.parametrize("offline", [0, 1, 49, 51, 2_000])
def test_a_rolled_back_journal_shows_before_newer_rows_are_taken_for_old_ones(start: int, offline: int) -> None:
    """The hub holds 100 rows of which the file, restored from an old copy, has `start`."""
    outbox = Outbox(start, start)
    outbox.journaled(start + offline, 0.0)
    batches = outbox.connected(0.0)
    assert len(batches) == (1 if start + offline else 0)
    assert outbox.is_beyond(100)
    assert outbox.acknowledged(100, 0.1) == []
    assert outbox.acked == start
    batches = outbox.journal_renewed(0.2)
    held = 0
    while batches:
        held = max(held, batches.pop(0).upto)
        assert not outbox.is_beyond(held)
        batches += outbox.acknowledged(held, 0.3)
    assert held == outbox.acked == start + offline


def test_a_journal_that_lost_its_last_row_shows_before_a_newer_one_is_taken_for_that() -> None:
    outbox = Outbox(9, 9)
    outbox.journaled(10, 0.0)
    assert outbox.connected(0.0) == [SendBatch(8, 9)]
    assert outbox.is_beyond(10)
    assert outbox.acknowledged(9, 0.1) == [SendBatch(9, 10)]


def test_rows_that_were_sent_before_the_start_may_be_acked() -> None:
    outbox = Outbox(40, 50)
    outbox.journaled(120, 0.0)
    assert not outbox.is_beyond(50)
    assert outbox.is_beyond(51)
    assert outbox.connected(0.0) == [SendBatch(40, 50)]
    assert outbox.acknowledged(50, 0.1) == [SendBatch(50, 120)]
    assert not outbox.is_beyond(120)


def test_what_has_left_the_journal_is_passed_over() -> None:
    outbox = Outbox(1_000, 1_200)
    outbox.journal_begins(801)
    outbox.connected(0.0)
    assert outbox.acknowledged(300, 0.1) == [SendBatch(800, 1_200)]
    assert outbox.acknowledged(1_200, 0.2) == []
    outbox.journal_begins(1_200)
    assert outbox.new_epoch(0.3) == [SendBatch(1_199, 1_200)]
    assert outbox.acknowledged(0, 0.4) == [SendBatch(1_199, 1_200)]


def test_in_a_new_epoch_all_that_the_journal_still_holds_is_sent_to_a_hub_that_has_none_of_it() -> None:
    outbox = Outbox(3_000, 3_000)
    outbox.journal_begins(401)
    outbox.connected(0.0)
    outbox.acknowledged(3_000, 0.1)
    assert outbox.new_epoch(0.2) == [SendBatch(2_999, 3_000)]
    up, held = outbox.acknowledged(0, 0.3), 0
    assert up[0].after == 400
    while up:
        batch = up.pop(0)
        assert batch.after in (held, 400)
        held = batch.upto
        up += outbox.acknowledged(held, 0.4)
    assert held == outbox.acked == 3_000


@pytest.mark.parametrize("acked", [0, 7])
def test_another_journal_begins_anew(acked: int) -> None:
    outbox = Outbox(40, 50)
    outbox.connected(0.0)
    outbox.journal_begins(30)
    assert outbox.journal_renewed(0.1, 9, acked) == [SendBatch(acked, 9 if acked else 1)]
    assert (outbox.last, outbox.acked) == (9, acked)
    assert outbox.is_beyond(10)


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
