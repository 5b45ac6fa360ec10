"""Check-ins as an edge sends them, for the tests of ingest and worker, and the small club that they happen in."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from contract.feed import Change, Kind
from contract.instants import to_us
from contract.messages import CheckIn, CheckIns, JournalRow, Pull, encode
from hub.checkins.journal_rows import Batch
from hub.feed import operations as feed
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Reader, Site
from hub.members import operations as members
from hub.members.models import Customer, Membership, Permission, Plan
from tests.hub.seals import PUBLIC

NONCE = b"n" * 16
AT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Club:
    edge: Edge
    customer: Customer
    membership: Membership


def small_club() -> Club:
    site = Site.objects.create(name="clubhouse")
    everyone = Feed.objects.get(name=EVERYONE)
    edge = Edge.objects.create(name="clubhouse", site=site, feed=everyone, signing_key=PUBLIC, enrolments=1)
    for name, permission in (("door", "front-door"), ("counter", "glass-of-wine")):
        asked = Permission.objects.create(slug=permission, name=permission)
        Reader.objects.create(edge=edge, name=name, kind=name, permission=asked)
    customer = members.save_customer(Customer(name="Member with a full plan", email=""))
    plan = members.save_plan(Plan(name="Full"))
    membership = members.save_membership(
        Membership(plan=plan, customer=customer, starts_at=AT - timedelta(days=30))
    )
    return Club(edge, customer, membership)


def checkin(number: int = 1, **changed: Any) -> CheckIn:
    """A check-in with an id of its own, `number` seconds after AT."""
    fields: dict[str, Any] = {
        "id": secrets.token_bytes(16),
        "at_us": to_us(AT + timedelta(seconds=number)),
        "reader": "door",
        "outcome": "granted",
        "reason": "granted",
        "permission": "front-door",
        "mode": "redeem",
        "counted": False,
        "code_hash": secrets.token_bytes(32),
        "code_length": 20,
        "code_classes": "upper",
        "feed": EVERYONE,
        "epoch": 1,
        "sequence": 5,
    }
    return CheckIn(**(fields | changed))


def redemption(club: Club, number: int = 1, **changed: Any) -> CheckIn:
    used = {
        "reader": "counter",
        "permission": "glass-of-wine",
        "counted": True,
        "remaining": 0,
        "customer": club.customer.pk,
        "membership": club.membership.pk,
    }
    return checkin(number, **(used | changed))


def journal_rows(*checkins: CheckIn, first: int = 1) -> list[JournalRow]:
    return [JournalRow(sequence, encode(each)) for sequence, each in enumerate(checkins, start=first)]


def many_rows(count: int, first: int = 1) -> list[JournalRow]:
    return journal_rows(*(checkin(first + number) for number in range(count)), first=first)


def batch(journal: bytes, rows: list[JournalRow], edge: str = "clubhouse") -> Batch:
    return Batch(edge, CheckIns(journal, rows))


def pull(after: int = 0, limit: int = 1_000, feed_name: str = EVERYONE, epoch: int = 0) -> Pull:
    return Pull(feed_name, epoch, after, limit, NONCE)


def fill_feed(count: int, body: bytes = b"body", start: int = 0) -> None:
    with transaction.atomic():
        numbers = range(start, start + count)
        feed.append(EVERYONE, [Change(Kind.CARD, b"%08d" % number, b"", body) for number in numbers])
