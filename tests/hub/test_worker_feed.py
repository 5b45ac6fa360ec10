"""What edges hear of a feed: pages, heads and live rows, from a real database that others write to meanwhile."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from contract.feed import Row, digest_bytes, moved_digest, row_digest
from contract.instants import to_us
from contract.messages import MESSAGE_BYTES_MAX, Head, Live, decode, encode
from hub.feed import operations as feed
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.sync import snapshot
from hub.sync.heads import Heads
from hub.sync.outgoing import Outgoing
from hub.sync.pages import page_for
from tests.hub.conftest import Database
from tests.hub.scans import AT, Club, fill_feed, pull, small_club


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


# Pages


@pytest.mark.usefixtures("club")
def test_pages_join_without_a_gap_up_to_the_head() -> None:
    fill_feed(250)
    fill_feed(50, b"changed")
    head = feed_queries.head(EVERYONE)
    rows: list[Row] = []
    position = 0
    while position < head.sequence:
        page = page_for(pull(position, limit=70), AT)
        assert (page.after, page.head, page.epoch) == (position, head.sequence, head.epoch)
        assert (page.digest is None) == (page.upto != page.head)
        assert len(page.rows) <= 70
        rows += page.rows
        position = page.upto
    assert page.digest == head.digest
    assert rows == feed_queries.rows_after(EVERYONE, 0, 10_000)


@pytest.mark.usefixtures("club")
def test_a_page_of_large_rows_ends_early_and_fits_a_message() -> None:
    fill_feed(200, b"x" * 16_000)
    page = page_for(pull(), AT)
    assert 0 < len(page.rows) < 200
    assert page.upto == page.rows[-1].sequence < page.head
    assert len(encode(page)) <= MESSAGE_BYTES_MAX


@pytest.mark.usefixtures("club")
def test_rows_behind_many_superseded_ones_are_found() -> None:
    fill_feed(1)
    for number in range(60):
        fill_feed(1, str(number).encode(), start=1)
    rows = feed_queries.rows_after(EVERYONE, 0, 1_000)
    first = page_for(pull(0, limit=len(rows) - 1), AT)
    assert (first.rows, first.upto) == (rows[:-1], rows[-2].sequence)
    last = page_for(pull(first.upto, limit=1), AT)
    assert (last.rows, last.upto) == (rows[-1:], last.head)


@pytest.mark.usefixtures("club")
def test_an_edge_at_the_head_gets_an_empty_page_with_the_digest() -> None:
    head = feed_queries.head(EVERYONE)
    page = page_for(pull(head.sequence, epoch=head.epoch), AT)
    assert (page.rows, page.upto, page.digest) == ([], head.sequence, head.digest)
    assert page.at_us == to_us(AT)


@pytest.mark.usefixtures("club")
def test_an_edge_ahead_of_the_feed_hears_where_it_stands() -> None:
    head = feed_queries.head(EVERYONE)
    page = page_for(pull(head.sequence + 5, epoch=head.epoch), AT)
    assert (page.rows, page.upto, page.head, page.digest) == ([], head.sequence, head.sequence, head.digest)


@pytest.mark.usefixtures("club")
def test_an_edge_in_another_epoch_gets_no_rows() -> None:
    fill_feed(10)
    head = feed_queries.head(EVERYONE)
    page = page_for(pull(2, epoch=head.epoch - 1), AT)
    assert (page.epoch, page.head, page.rows, page.upto, page.digest) == (head.epoch, head.sequence, [], 2, None)


def test_an_unknown_feed(sqlite_database: Database) -> None:
    with pytest.raises(feed_queries.UnknownFeed):
        page_for(pull(feed_name="nobody"), AT)


def test_a_page_never_mixes_two_commits(database: Database) -> None:
    """Rows, head and digest belong together while another connection goes on writing."""
    small_club()
    stopping = threading.Event()

    def write() -> None:
        number = 0
        while not stopping.is_set():
            fill_feed(3, start=number % 30)
            fill_feed(3, str(number).encode(), start=number % 30)
            number += 1
        connection.close()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for _ in range(150):
            page = page_for(pull(), AT)
            live = [row for row in page.rows if row.body is not None]
            assert page.digest is not None
            assert page.digest == _digest(live)
            assert page.rows[-1].sequence == page.head
    finally:
        stopping.set()
        writing.join()


def _digest(rows: list[Row]) -> bytes:
    added = [row_digest(row.kind, row.key, row.ref, row.body) for row in rows if row.body is not None]
    return digest_bytes(moved_digest(0, (), added))


# Heads


def messages_of(sent: list[Outgoing]) -> list[tuple[str, bool]]:
    return [(each.topic.rpartition("/")[2], each.retained) for each in sent]


@pytest.mark.usefixtures("club")
def test_a_head_is_said_at_first_and_every_minute() -> None:
    heads = Heads()
    [first] = heads.due(AT, 0.0)
    state = feed_queries.head(EVERYONE)
    assert first.topic == "dw/1/feed/everyone/head"
    assert first.retained
    assert decode(first.payload, Head) == Head(EVERYONE, state.epoch, state.sequence, state.digest, to_us(AT))
    assert heads.due(AT, 59.0) == []
    later = AT + timedelta(minutes=1)
    [second] = heads.due(later, 60.0)
    assert decode(second.payload, Head).at_us == to_us(later)


@pytest.mark.usefixtures("club")
def test_what_changes_is_sent_live_and_without_a_gap() -> None:
    heads = Heads()
    heads.due(AT, 0.0)
    position = feed_queries.head(EVERYONE).sequence
    for count in (1, 5, 1_000):
        fill_feed(count, str(count).encode())
        live_message, head_message = heads.due(AT, 1.0)
        live, head = decode(live_message.payload, Live), decode(head_message.payload, Head)
        assert (live.after, live.upto) == (position, position + count)
        assert (head.sequence, head.digest) == (live.upto, live.digest)
        assert live.rows == feed_queries.rows_after(EVERYONE, position, 2_000)
        assert not live_message.retained
        position = live.upto


@pytest.mark.parametrize("rows", [(1_001, b"x"), (100, b"x" * 16_000)])
@pytest.mark.usefixtures("club")
def test_what_is_too_much_to_send_unasked_is_only_a_head(rows: tuple[int, bytes]) -> None:
    heads = Heads()
    heads.due(AT, 0.0)
    for start in range(0, rows[0], 500):
        fill_feed(min(500, rows[0] - start), rows[1], start)
    assert messages_of(heads.due(AT, 1.0)) == [("head", True)]
    fill_feed(1, b"y")
    assert messages_of(heads.due(AT, 2.0)) == [("live", False), ("head", True)]


@pytest.mark.usefixtures("club")
def test_after_a_lost_connection_heads_are_said_again() -> None:
    heads = Heads()
    heads.due(AT, 0.0)
    heads.say_again()
    assert messages_of(heads.due(AT, 1.0)) == [("head", True)]
    assert heads.due(AT, 2.0) == []


@pytest.mark.usefixtures("club")
def test_a_new_epoch_is_only_a_head() -> None:
    heads = Heads()
    heads.due(AT, 0.0)
    with transaction.atomic():
        held = feed.hold(EVERYONE)
        held.epoch += 1
        held.save()
    assert messages_of(heads.due(AT, 1.0)) == [("head", True)]


@pytest.mark.usefixtures("club")
def test_a_feed_that_moves_meanwhile_is_told_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states are read, then the feed moves, then the rows are read: head and live both say the later state."""
    heads = Heads()
    heads.due(AT, 0.0)
    fill_feed(1)
    early = snapshot.feed_states()
    fill_feed(2, b"later")
    monkeypatch.setattr("hub.sync.heads.feed_states", lambda: early)
    live_message, head_message = heads.due(AT, 1.0)
    live, head = decode(live_message.payload, Live), decode(head_message.payload, Head)
    assert live.upto == head.sequence == feed_queries.head(EVERYONE).sequence
    assert live.digest == head.digest
