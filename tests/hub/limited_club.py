"""A club whose glass of wine is limited, and a company that shares a pool: for tests of what check-ins become."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.feed import Kind
from contract.instants import to_us
from contract.limits import CountsBy, Limit, Use
from contract.messages import CheckIn, CheckIns, JournalRow, Void, encode
from contract.rows import pool_use_of, use_of
from hub.checkins import operations
from hub.checkins.journal_rows import Batch
from hub.checkins.models import CheckIn as Row
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.members import operations as members
from hub.members.models import Company, Customer, Grant, Link, Membership, Permission
from tests.hub.scans import AT, Club, redemption, small_club

GLASS = "glass-of-wine"
WEEK_SECONDS = 7 * 86_400
JOURNAL = b"j" * 16
OTHER_JOURNAL = b"k" * 16
ARRIVED = AT + timedelta(days=60)


@dataclass(frozen=True)
class LimitedClub:
    club: Club
    grant: Grant
    company: Company
    people: list[Customer]
    shared: Membership
    """The company's membership, of the same plan."""


def limited_club(*limits: Limit) -> LimitedClub:
    club = small_club()
    glass = Permission.objects.get(slug=GLASS)
    grant = members.save_grant(Grant(plan=club.membership.plan, permission=glass), limits)
    company = members.save_company(Company(name="Company"))
    people = members.add_customers([Customer(name=f"Person {number}", email="") for number in range(3)])
    members.add_links([Link(customer=each, company=company) for each in people])
    shared = Membership(plan=club.membership.plan, company=company, starts_at=AT - timedelta(days=30))
    return LimitedClub(club, grant, company, people, members.save_membership(shared))


def own(here: LimitedClub, at: datetime, **changed: object) -> CheckIn:
    """A glass of the customer with a membership of their own."""
    return redemption(here.club, at_us=to_us(at), **changed)


def pooled(here: LimitedClub, person: int, at: datetime, **changed: object) -> CheckIn:
    """A glass of one of the company's people."""
    fields = {"customer": here.people[person].pk, "membership": here.shared.pk, "company": here.company.pk}
    return redemption(here.club, at_us=to_us(at), **(fields | changed))


def void(checkin: CheckIn, at: datetime | None = None, reader: str | None = None) -> Void:
    """At the check-in's reader, a minute after it."""
    at_us = checkin.at_us + 60_000_000 if at is None else to_us(at)
    return Void(voids=checkin.id, at_us=at_us, reader=reader or checkin.reader)


def ingest(
    *rows: CheckIn | Void,
    journal: bytes = JOURNAL,
    first: int = 1,
    edge: str = "clubhouse",
    at: datetime = ARRIVED,
) -> operations.Ingested:
    sent = [JournalRow(sequence, encode(each)) for sequence, each in enumerate(rows, start=first)]
    return operations.ingest([Batch(edge, CheckIns(journal, sent))], at)


def row_of(checkin: CheckIn) -> Row:
    return Row.objects.get(checkin_id=checkin.id)


def over_limit() -> set[bytes]:
    return {bytes(each) for each in Row.objects.filter(over_limit=True).values_list("checkin_id", flat=True)}


def use_rows(feed_name: str = EVERYONE) -> dict[bytes, Use]:
    return _uses(feed_name, Kind.USE)


def pool_rows(feed_name: str = EVERYONE) -> dict[bytes, Use]:
    return _uses(feed_name, Kind.POOL_USE)


def _uses(feed_name: str, kind: Kind) -> dict[bytes, Use]:
    read = use_of if kind is Kind.USE else pool_use_of
    found = [read(key, body) for key, body in feed.live_bodies(feed_name, kind).items()]
    return {each.id: each for each in found}


def pool_of(count: int) -> Limit:
    return Limit(count, WEEK_SECONDS, counts_by=CountsBy.COMPANY)


def assert_exact() -> None:
    """Each feed's digest, and what check-ins know of their rows."""
    for name in feed.names():
        assert feed.head(name).digest == feed.digest_from_rows(name)
    marked = Row.objects.filter(is_use=True).values_list("checkin_id", flat=True)
    assert {bytes(each) for each in marked} == set(use_rows())
    marked = Row.objects.filter(is_pool_use=True).values_list("checkin_id", flat=True)
    assert {bytes(each) for each in marked} == set(pool_rows())
