"""Two writers on PostgreSQL, one of them amid its transaction: who waits for whom, and what comes of it.

Nothing is left to chance: the first goes on once the database says that the second one waits.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import connection, transaction

from contract.feed import Kind
from contract.limits import Limit
from hub.checkins import models, operations
from hub.members import operations as members
from hub.members.models import Company, Customer, Grant, Link, Membership, Permission, Plan
from tests.hub import followed
from tests.hub.conftest import Database
from tests.hub.scans import AT, Club, batch, many_rows, small_club

JOURNAL = b"j" * 16
LATER_JOURNAL = b"k" * 16

Result = TypeVar("Result")
Second = Callable[[Callable[[], Result]], "Future[Result]"]


@pytest.fixture
def club(postgresql_database: Database) -> Club:
    return small_club()


@pytest.fixture
def second(postgresql_database: Database) -> Iterator[Second]:
    """Starts a writer with a connection of its own, and returns once it waits for a lock or has ended."""
    with ThreadPoolExecutor(1) as threads:

        def start(write: Callable[[], Result]) -> "Future[Result]":
            future = threads.submit(_with_own_connection, write)
            while not future.done() and not _somebody_waits():
                time.sleep(0.01)
            return future

        yield start


def _with_own_connection(write: Callable[[], Result]) -> Result:
    try:
        return write()
    finally:
        connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def ingest(*batches: operations.Batch) -> operations.Ingested:
    return operations.ingest(batches, AT + timedelta(hours=1))


def acked(done: operations.Ingested) -> list[int]:
    return [ack.upto for _, ack in done.acks]


# Check-ins


def test_a_journals_ack_is_never_taken_back_by_a_second_worker(club: Club, second: Second) -> None:
    """A worker that has less of a journal waits for one that has more, and then acks what both have committed."""
    rows = many_rows(8)
    ingest(batch(JOURNAL, rows[:4]))
    with transaction.atomic():
        assert acked(ingest(batch(JOURNAL, rows[4:]))) == [8]
        slower = second(lambda: ingest(batch(JOURNAL, rows[4:6])))
    done = slower.result()
    assert acked(done) == [8]
    assert (done.committed, done.repeated) == (0, 2)
    assert models.JournalPosition.objects.get().upto == 8


def test_journals_are_locked_in_one_order_whichever_way_they_come(club: Club, second: Second) -> None:
    """Who waits for the first journal has not locked the second one; else both would wait for ever."""
    rows, later_rows = many_rows(2), many_rows(2)
    ingest(batch(JOURNAL, rows[:1]), batch(LATER_JOURNAL, later_rows[:1]))
    with transaction.atomic():
        ingest(batch(JOURNAL, rows))
        other = second(lambda: ingest(batch(LATER_JOURNAL, later_rows), batch(JOURNAL, rows)))
        ingest(batch(LATER_JOURNAL, later_rows))
    assert sorted(acked(other.result())) == [2, 2]
    assert models.CheckIn.objects.count() == 4


# Members


def test_what_is_deleted_meanwhile_is_not_brought_back(club: Club, second: Second) -> None:
    """A revocation that read the membership before its deletion was committed would save it anew."""
    with transaction.atomic():
        members.delete_memberships([club.membership])
        revoking = second(lambda: members.revoke_memberships([Membership(pk=club.membership.pk)], AT))
    revoking.result()
    assert not Membership.objects.exists()
    assert Kind.MEMBERSHIP not in followed.kinds()
    followed.assert_exact()


def test_every_write_holds_the_feed_before_it_reads(club: Club) -> None:
    """The feed's lock is the first statement of each transaction: what is read after it stays true."""
    customer, membership, plan = club.customer, club.membership, club.membership.plan
    company, card = members.save_company(Company(name="Company")), members.issue_card(customer)
    permission = Permission.objects.get(slug="glass-of-wine")
    link, grant = Link(customer=customer, company=company), Grant(plan=plan, permission=permission)
    spare = Permission(slug="sauna", name="Sauna")
    for write in (
        lambda: members.save_customer(customer),
        lambda: members.add_customers([Customer(name="Person")]),
        lambda: members.save_company(company),
        lambda: members.save_link(link),
        lambda: members.save_permission(spare),
        lambda: members.save_plan(plan),
        lambda: members.save_grant(grant, [Limit(1, 3600)]),
        lambda: members.save_membership(membership),
        lambda: members.revoke_memberships([membership], AT),
        lambda: members.issue_card(customer),
        lambda: members.import_card(customer, "An old card 123"),
        lambda: members.save_card(card),
        lambda: members.revoke_cards([card], AT),
        lambda: members.delete_cards([card]),
        lambda: members.delete_links([link]),
        lambda: members.save_plan(plan, (), [grant]),
        lambda: members.delete_permissions([spare]),
        lambda: members.delete_memberships([membership]),
        lambda: members.delete_plans([members.save_plan(Plan(name="Nobody's"))]),
        lambda: members.delete_companies([company]),
        lambda: members.delete_customers([customer]),
    ):
        first = _statements_of(write)[0]
        assert '"feed_feed"' in first, first
        assert first.endswith("FOR NO KEY UPDATE"), first


def _statements_of(write: Callable[[], object]) -> list[str]:
    seen: list[str] = []

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        if "SAVEPOINT" not in sql:
            seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        write()
    return seen
