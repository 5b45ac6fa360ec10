"""Which positions of a feed can be read, in its epochs, and that a lookup is one instant of it (PostgreSQL)."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from contract.facts import Position
from contract.feed import Change, Kind, company_key, customer_key, plan_key
from hub.feed import operations as feed
from hub.feed import queries
from hub.feed.lookup import PositionLost, rows_of_card, rows_of_customer
from hub.feed.models import Epoch
from hub.feed.operations import EVERYONE
from hub.feed.queries import UnknownFeed

CARD = b"h" * 32
NAME = customer_key(1)


def append(*changes: Change) -> int:
    with transaction.atomic():
        return feed.append(EVERYONE, changes)[1]


def named(body: bytes | None) -> Change:
    return Change(Kind.CUSTOMER, NAME, b"", body)


def name_at(sequence: int | None, epoch: int | None = None) -> bytes:
    (row,) = rows_of_customer(EVERYONE, 1, sequence, epoch=epoch).rows
    return row[3]


@pytest.mark.usefixtures("database")
def test_positions_of_the_present_epoch() -> None:
    append(named(b"one"), named(b"two"))
    head = queries.head(EVERYONE)
    assert rows_of_card(EVERYONE, CARD) == (Position(EVERYONE, head.epoch, 1), [])
    assert name_at(1) == name_at(1, head.epoch) == b"two"
    for sequence in (2, -1, 2**62):
        with pytest.raises(PositionLost, match="is at 1 yet"):
            name_at(sequence)
    with pytest.raises(PositionLost, match=f"in epoch {head.epoch} yet"):
        name_at(1, head.epoch + 1)


@pytest.mark.usefixtures("database")
def test_an_earlier_epoch_is_known_up_to_where_the_next_began() -> None:
    first = queries.head(EVERYONE).epoch
    append(named(b"one"))
    append(named(b"two"))
    feed.begin_epoch(EVERYONE, first, now_ms=first + 10)
    append(named(b"three"))
    feed.begin_epoch(EVERYONE, first + 10, now_ms=first + 20)
    append(named(b"four"))
    assert [name_at(sequence, first) for sequence in (1, 2)] == [b"one", b"two"]
    assert rows_of_card(EVERYONE, CARD, 2, epoch=first).position == Position(EVERYONE, first, 2)
    with pytest.raises(PositionLost, match="up to 2 only"):
        name_at(3, first)
    assert name_at(3, first + 10) == name_at(3) == b"three"
    with pytest.raises(PositionLost, match="up to 3 only"):
        name_at(4, first + 10)
    # An epoch that a lost hub began shares what the next one had when it began.
    assert name_at(3, first + 15) == b"three"
    with pytest.raises(PositionLost):
        name_at(1, first - 1)


@pytest.mark.usefixtures("database")
def test_epochs_are_noted_once() -> None:
    epoch = queries.head(EVERYONE).epoch
    append(named(b"one"))
    feed.begin_epoch(EVERYONE, epoch, now_ms=5)
    feed.begin_epoch(EVERYONE, epoch, now_ms=5)
    feed.create(EVERYONE, epoch=1)
    noted = Epoch.objects.order_by("epoch").values_list("epoch", "began_at_sequence")
    assert list(noted) == [(epoch, 0), (epoch + 1, 1)]


@pytest.mark.usefixtures("database")
def test_an_unknown_feed() -> None:
    for sequence in (None, 0):
        with pytest.raises(UnknownFeed, match="nobody"):
            rows_of_card("nobody", CARD, sequence)


@pytest.mark.usefixtures("database")
def test_one_statement_however_much_there_is() -> None:
    append(Change(Kind.CARD, CARD, NAME, b""), named(b"one"))
    for body in (b"old", b"new"):
        append(*(Change(Kind.LINK, NAME + company_key(each), company_key(each), body) for each in range(300)))
        append(
            *(
                Change(Kind.MEMBERSHIP, company_key(each) + b"M" + bytes(8), plan_key(each), body)
                for each in range(300)
            )
        )
        append(*(Change(Kind.PLAN, plan_key(each), b"", body) for each in range(300)))
    with CaptureQueriesContext(connection) as captured:
        found = rows_of_card(EVERYONE, CARD), rows_of_card(EVERYONE, CARD, 902)
    assert len(captured) == 2
    assert [len(each.rows) for each in found] == [902, 902]
    assert {row[3] for row in found[0].rows} == {b"", b"one", b"new"}
    assert {row[3] for row in found[1].rows} == {b"", b"one", b"old"}


@pytest.mark.usefixtures("postgresql_database")
def test_a_lookup_sees_one_commit_whole() -> None:
    """A writer moves name and plan together; no reader, of the present or the past, finds them apart."""
    append(Change(Kind.CARD, CARD, NAME, b""), Change(Kind.MEMBERSHIP, NAME + b"M" + bytes(8), plan_key(1), b""))
    done = threading.Event()

    def write() -> None:
        try:
            for number in range(300):
                body = b"%d" % number
                append(named(body), Change(Kind.PLAN, plan_key(1), b"", body))
        finally:
            done.set()
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while not done.is_set():
        now = rows_of_card(EVERYONE, CARD)
        bodies = {row[3] for row in now.rows if row[0] in (Kind.CUSTOMER, Kind.PLAN)}
        assert len(bodies) <= 1
        if bodies:
            assert now.position.sequence == 4 + 2 * int(bodies.pop())
            then = rows_of_card(EVERYONE, CARD, now.position.sequence)
            assert sorted(then.rows) == sorted(now.rows)
            seen += 1
    writer.join()
    assert seen
