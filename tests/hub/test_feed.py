"""The feed on both databases: numbers, tombstones, digest, and that sequence order is commit order."""

import threading

import pytest
from django.db import connection, connections, transaction

from contract.feed import Change, Kind, digest_bytes, row_digest
from hub.feed import operations, queries
from hub.feed.operations import EVERYONE, FeedWriteError

pytestmark = pytest.mark.usefixtures("database")


def change(name: str, body: bytes | None = b"body", ref: bytes = b"ref") -> Change:
    return Change(Kind.CUSTOMER, name.encode(), ref, body)


def append(*changes: Change) -> tuple[int, int]:
    with transaction.atomic():
        return operations.append(EVERYONE, changes)


def rows() -> list[tuple[int, bytes, bytes | None]]:
    return [(row.sequence, row.key, row.body) for row in queries.rows_after(EVERYONE, 0, 1_000)]


def test_a_new_feed_is_empty() -> None:
    head = queries.head(EVERYONE)
    assert (head.sequence, head.digest) == (0, bytes(32))
    assert head.epoch > 1_700_000_000_000
    assert rows() == []


def test_rows_are_numbered_in_order() -> None:
    epoch = queries.head(EVERYONE).epoch
    assert append(change("a"), change("b")) == (epoch, 2)
    assert append(change("c")) == (epoch, 3)
    assert rows() == [(1, b"a", b"body"), (2, b"b", b"body"), (3, b"c", b"body")]
    assert [row.key for row in queries.rows_after(EVERYONE, 1, 1)] == [b"b"]


def test_a_changed_row_moves_to_the_end() -> None:
    append(change("a"), change("b"))
    append(change("a", b"new"))
    assert rows() == [(2, b"b", b"body"), (3, b"a", b"new")]


def test_an_unchanged_row_takes_no_number() -> None:
    append(change("a"))
    before = queries.head(EVERYONE)
    append(change("a"))
    assert queries.head(EVERYONE) == before
    append(change("a", ref=b"elsewhere"))
    assert queries.head(EVERYONE).sequence == 2


def test_the_last_change_of_a_key_wins() -> None:
    append(change("a", b"one"), change("b"), change("a", b"two"))
    assert sorted(key for _, key, _ in rows()) == [b"a", b"b"]
    assert {key: body for _, key, body in rows()}[b"a"] == b"two"
    assert queries.head(EVERYONE).sequence == 2


def test_what_is_gone_leaves_a_tombstone() -> None:
    append(change("a"))
    append(change("a", None))
    assert rows() == [(2, b"a", None)]
    assert queries.head(EVERYONE).digest == bytes(32)
    append(change("a", None), change("never was", None))
    assert queries.head(EVERYONE).sequence == 2
    append(change("a"))
    assert rows() == [(3, b"a", b"body")]


def test_the_digest_is_that_of_the_live_rows() -> None:
    append(*(change(str(number)) for number in range(1_200)))
    append(*(change(str(number), None) for number in range(0, 1_200, 3)))
    append(*(change(str(number), b"changed") for number in range(600)))
    assert queries.head(EVERYONE).digest == queries.digest_from_rows(EVERYONE)
    append(*(change(str(number), None) for number in range(1_199)))
    left = row_digest(Kind.CUSTOMER, b"1199", b"ref", b"body")
    assert queries.head(EVERYONE).digest == digest_bytes(left) == queries.digest_from_rows(EVERYONE)


def test_an_empty_body_is_live() -> None:
    append(change("a", b"", b""))
    assert rows() == [(1, b"a", b"")]
    assert queries.head(EVERYONE).digest == queries.digest_from_rows(EVERYONE) != bytes(32)


def test_live_keys_by_prefix() -> None:
    append(change("aa1"), change("aa2"), change("ab1"), change("aa3", None))
    assert sorted(queries.live_keys_starting(EVERYONE, Kind.CUSTOMER, b"aa")) == [
        (b"aa1", b"ref"),
        (b"aa2", b"ref"),
    ]


def test_outside_a_transaction_is_refused() -> None:
    with pytest.raises(FeedWriteError, match="atomic"):
        operations.append(EVERYONE, [change("a")])
    assert rows() == []


def test_a_rolled_back_transaction_leaves_nothing() -> None:
    before = queries.head(EVERYONE)
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.append(EVERYONE, [change("a")])
        raise RuntimeError
    assert queries.head(EVERYONE) == before
    assert rows() == []


def test_an_unknown_feed_is_refused() -> None:
    with pytest.raises(FeedWriteError, match="no feed 'nobody'"), transaction.atomic():
        operations.append("nobody", [change("a")])
    with pytest.raises(queries.UnknownFeed, match="nobody"):
        queries.head("nobody")


def test_a_feed_is_begun_once() -> None:
    before = queries.head(EVERYONE)
    assert not operations.create(EVERYONE, epoch=1)
    assert queries.head(EVERYONE) == before


def test_sequence_order_is_commit_order(database: object) -> None:
    """Two writers, whose transactions stay open for a while, and a reader that follows: it misses no row."""
    rounds = 40
    barrier = threading.Barrier(2)
    running = [True, True]

    def write(writer: int) -> None:
        barrier.wait()
        try:
            for number in range(rounds):
                with transaction.atomic():
                    operations.append(EVERYONE, [change(f"{writer}-{number}-{each}") for each in range(3)])
                    # Time for the other to overtake, if it could.
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT count(*) FROM feed_feedrow")
        finally:
            running[writer] = False
            connections.close_all()

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for thread in writers:
        thread.start()
    followed: list[int] = []
    keys: set[bytes] = set()
    while True:
        last_look = not any(running)
        page = queries.rows_after(EVERYONE, followed[-1] if followed else 0, 1_000)
        followed += [row.sequence for row in page]
        keys |= {row.key for row in page}
        if last_look:
            break
    for thread in writers:
        thread.join()
    assert len(keys) == 2 * rounds * 3
    assert followed == list(range(1, 2 * rounds * 3 + 1))
    assert queries.head(EVERYONE).digest == queries.digest_from_rows(EVERYONE)
