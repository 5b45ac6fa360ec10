"""The example club: a small hub to look at and to try scanners with. What it makes is for the eye, not for use."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from contract.card import RANDOM_BYTES, new_code
from contract.limits import Limit
from hub.errors import HubError
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import operations as fleet
from hub.fleet.models import Edge, Reader, Site
from hub.members import codes
from hub.members import operations as members
from hub.members.models import Card, Company, Customer, Grant, Link, Membership, Permission, Plan

EDGE: Final = "clubhouse"
_WEEK_SECONDS: Final = 7 * 24 * 3600
_IMPORTED_CODE: Final = "4006381333931"
"""Looks like the EAN-13 of a printed card, check digit included."""


class ClubNotEmpty(HubError):
    """The hub has customers already."""


@dataclass(frozen=True)
class ExampleCard:
    slug: str
    card: Card
    membership: Membership | None

    def as_json(self) -> dict[str, Any]:
        code = codes.decrypt(self.card)
        return {
            "slug": self.slug,
            "who": self.card.customer.name,
            "plan": self.membership.plan.name if self.membership else None,
            "membership_id": self.membership.pk if self.membership else None,
            "code": code,
            "scan": codes.scan_text(code),
        }


@transaction.atomic
def seed(at: datetime) -> dict[str, Any]:
    """Makes the club around the instant `at`; what it is, for JSON. ClubNotEmpty: changes nothing."""
    if Customer.objects.exists():
        raise ClubNotEmpty(
            "this hub has customers already: the example club needs an empty one (another DOORWARD_DATA)"
        )
    door = members.save_permission(Permission(slug="front-door", name="Front door"))
    wine = members.save_permission(Permission(slug="glass-of-wine", name="Glass of wine"))
    full = _plan(
        "Full", "The front door, and a glass of wine a week.", {door: (), wine: (Limit(1, _WEEK_SECONDS),)}
    )
    door_only = _plan("Door only", "The front door.", {door: ()})
    _place(door, wine)
    cards = [*_people(full, door_only, at), *_company(full, at)]
    return {
        "feed": EVERYONE,
        "edge": EDGE,
        "cards": [card.as_json() for card in cards],
        "unknown_code": new_code(secrets.token_bytes(RANDOM_BYTES)),
    }


def _plan(name: str, description: str, grants: dict[Permission, tuple[Limit, ...]]) -> Plan:
    plan = members.save_plan(Plan(name=name, description=description))
    for permission, limits in grants.items():
        members.save_grant(Grant(plan=plan, permission=permission), limits)
    return plan


def _place(door: Permission, wine: Permission) -> None:
    site = fleet.save_site(Site(name="clubhouse", time_zone="Europe/Berlin"))
    edge = fleet.save_edge(Edge(name=EDGE, site=site, feed=Feed.objects.get(name=EVERYONE)))
    fleet.save_reader(Reader(edge=edge, name="door", kind=Reader.Kind.DOOR, permission=door))
    fleet.save_reader(Reader(edge=edge, name="counter", kind=Reader.Kind.COUNTER, permission=wine))


def _people(full: Plan, door_only: Plan, at: datetime) -> list[ExampleCard]:
    year, month = timedelta(days=365), timedelta(days=30)
    revoked = _person("revoked-card", "Member with a revoked card", full, at - month, at + year)
    members.revoke_cards([revoked.card], at)
    return [
        _person("full", "Member with the full plan", full, at - month, at + year),
        _person("door-only", "Member with the door plan", door_only, at - month, None),
        _person("expired", "Member whose plan has ended", full, at - year, at - month),
        _person("scheduled", "Member from next month on", full, at + month, at + year),
        revoked,
        _person("no-membership", "Customer without a membership"),
        _person("imported", "Member with a card from before", full, at - month, at + year, code=_IMPORTED_CODE),
    ]


def _person(  # noqa: PLR0913, PLR0917
    slug: str,
    name: str,
    plan: Plan | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    code: str | None = None,
) -> ExampleCard:
    customer = members.save_customer(Customer(name=name, email=f"{slug}@club.example"))
    card = members.import_card(customer, code) if code else members.issue_card(customer)
    membership = None
    if plan is not None:
        held = Membership(plan=plan, customer=customer, starts_at=starts_at, ends_at=ends_at)
        membership = members.save_membership(held)
    return ExampleCard(slug, card, membership)


def _company(full: Plan, at: datetime) -> list[ExampleCard]:
    company = members.save_company(Company(name="Company with a plan"))
    held = Membership(plan=full, company=company, starts_at=at - timedelta(days=30))
    membership = members.save_membership(held)
    cards = []
    for number, which in enumerate(("First", "Second", "Third"), start=1):
        person = _person(f"company-{number}", f"{which} person of a company")
        members.save_link(Link(customer=person.card.customer, company=company))
        cards.append(ExampleCard(person.slug, person.card, membership))
    return cards
