"""Two writers on PostgreSQL: in which order what they write is seen, and what a reader may take for settled."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from hub.audit.models import Entry
from hub.checkins import operations as checkins
from hub.checkins.models import CheckIn
from hub.horizon import Horizon, newest_number
from hub.members import operations
from hub.members.models import Customer
from hub.webhooks.collecting import Collecting
from tests.hub import people
from tests.hub.conftest import Database
from tests.hub.scans import AT, batch, checkin, journal_rows, small_club
from tests.hub.webhook_queue import an_endpoint, collect, events, started

PATIENCE_S = 60.0


class Writer:
    """Writes in a transaction of its own and ends it when it is told to."""

    def __init__(self, write: Callable[[], Any]) -> None:
        self.written, self.may_end = threading.Event(), threading.Event()
        self._threads = ThreadPoolExecutor(1)
        self._ended = self._threads.submit(self._run, write)

    def end(self) -> None:
        self.may_end.set()
        self._ended.result(PATIENCE_S)
        self._threads.shutdown()

    def _run(self, write: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                write()
                self.written.set()
                assert self.may_end.wait(PATIENCE_S)
        finally:
            connection.close()


@pytest.fixture
def writers(postgresql_database: Database) -> Iterator[Callable[[Callable[[], Any]], Writer]]:
    begun: list[Writer] = []

    def begin(write: Callable[[], Any]) -> Writer:
        begun.append(Writer(write))
        return begun[-1]

    yield begin
    for each in begun:
        each.end()


def _scan(journal: bytes) -> None:
    checkins.ingest([batch(journal, journal_rows(checkin()))], AT + timedelta(hours=1))


def test_two_changes_of_memberships_are_numbered_in_the_order_in_which_they_are_seen(writers: Any) -> None:
    """Whoever writes an entry of a membership holds everybody's feed: the second one has no number yet."""
    plan = people.a_plan()
    holders = [operations.save_customer(Customer(name=name)) for name in ("Ann", "Ben")]
    before = newest_number(Entry)
    first = writers(lambda: people.a_membership(plan, customer=holders[0]))
    assert first.written.wait(PATIENCE_S)
    second = writers(lambda: people.a_membership(plan, customer=holders[1]))
    while not _somebody_waits():
        assert not second.written.is_set()
    assert newest_number(Entry) == before
    first.end()
    assert second.written.wait(PATIENCE_S)
    second.end()
    entries = Entry.objects.filter(thing_kind="membership").order_by("number")
    assert [each.customer_id for each in entries] == [each.pk for each in holders]


def test_a_later_check_in_may_be_seen_first_and_is_not_settled(writers: Any) -> None:
    small_club()
    horizon = Horizon(CheckIn)
    assert horizon.settled(0) == 0
    slow = writers(lambda: _scan(b"a" * 16))
    assert slow.written.wait(PATIENCE_S)
    _scan(b"b" * 16)
    assert CheckIn.objects.count() == 1
    assert horizon.settled(0) == 0
    slow.end()
    first, second = CheckIn.objects.order_by("number")
    assert bytes(first.journal) == b"a" * 16
    assert horizon.settled(0) == second.number


def test_a_check_in_that_is_seen_late_is_told_of(writers: Any) -> None:
    small_club()
    an_endpoint()
    collecting: Collecting = started()
    slow = writers(lambda: _scan(b"a" * 16))
    assert slow.written.wait(PATIENCE_S)
    _scan(b"b" * 16)
    collect(collecting)
    assert events("checkin.granted") == []
    slow.end()
    collect(collecting)
    assert len(events("checkin.granted")) == 2


def test_what_settles_goes_on_while_others_come(writers: Any) -> None:
    """A number waits for those who were there before it alone."""
    small_club()
    horizon = Horizon(CheckIn)
    slow = writers(lambda: _scan(b"a" * 16))
    assert slow.written.wait(PATIENCE_S)
    _scan(b"b" * 16)
    assert horizon.settled(0) == 0
    slow.end()
    later = writers(lambda: _scan(b"c" * 16))
    assert later.written.wait(PATIENCE_S)
    assert horizon.settled(0) == max(CheckIn.objects.values_list("number", flat=True))


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
