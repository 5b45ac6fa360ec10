"""The example club: a small hub to look at and to try scanners with. What it makes is for the eye, not for use."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from contract.ask import Codes
from contract.card import RANDOM_BYTES, new_code
from contract.limits import Limit
from hub.cards import link_operations as card_links
from hub.errors import HubError
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import operations as fleet
from hub.fleet.hours_models import WEEKDAYS
from hub.fleet.models import Edge, Reader, Schedule, Site
from hub.members import codes, rotating_operations
from hub.members import operations as members
from hub.members.models import Card, Company, Customer, Grant, Link, Membership, Permission, Plan
from hub.organization.models import Signup
from hub.organization.operations import save_signup
from hub.partners import link_operations as partner_links
from hub.partners import operations as partners
from hub.partners.models import Partner
from hub.websites import key_operations
from hub.websites.operations import add_website

EDGE: Final = "clubhouse"
_WEEK_SECONDS: Final = 7 * 24 * 3600
_IMPORTED_CODE: Final = "4006381333931"
"""Looks like the EAN-13 of a printed card, check digit included."""
_PRICED: Final = {
    **{"price_cents": 2900, "currency": "EUR", "billed_every": 1, "tax_text": "incl. 19 % VAT"},
    **{"is_public": True, "by_invoice": True},
}
"""A month of the full plan."""


class ClubNotEmpty(HubError):
    """The hub has customers already."""


@dataclass(frozen=True)
class ExampleCard:
    slug: str
    card: Card
    membership: Membership | None

    def as_json(self) -> dict[str, Any]:
        """`rotating_secret` (hex) is for a demo that has no wallet: nothing else ever tells one."""
        code = codes.decrypt(self.card)
        secret = codes.secret_of(self.card)
        return {
            "slug": self.slug,
            "who": self.card.customer.name,
            "plan": self.membership.plan.name if self.membership else None,
            "membership_id": self.membership.pk if self.membership else None,
            "code": code,
            "scan": codes.scan_text(code),
            "rotating_secret": None if secret is None else secret.hex(),
        }


@transaction.atomic
def seed(at: datetime, website: str = "") -> dict[str, Any]:
    """Makes the club around the instant `at`; what it is, for JSON. `website`: the origin of one of its own.

    ClubNotEmpty: changes nothing.
    """
    if Customer.objects.exists():
        raise ClubNotEmpty(
            "this hub has customers already: the example club needs an empty one (another DOORWARD_DATA)"
        )
    door = members.save_permission(Permission(slug="front-door", name="Front door"))
    bar = partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))
    wine = Permission(slug="glass-of-wine", name="Glass of wine", is_benefit=True, approved_partners_only=True)
    members.save_permission(wine, [bar])
    discount = members.save_permission(Permission(slug="discount", name="Members' discount", is_benefit=True))
    lounge = members.save_permission(Permission(slug="lounge", name="Lounge"))
    undo = members.save_permission(Permission(slug="undo", name="Undo a redemption"))
    full = _plan(
        "Full",
        "The front door, the lounge, a glass of wine a week, and a discount at every partner.",
        {door: (), lounge: (), wine: (Limit(1, _WEEK_SECONDS),), discount: ()},
        **_PRICED,
    )
    friend = _plan("Friend", "A discount at every partner.", {discount: ()}, is_public=True)
    door_only = _plan("Door only", "The front door.", {door: ()})
    staff = _plan("Staff", "The front door, and undoing what was redeemed by mistake.", {door: (), undo: ()})
    _place(door, wine, lounge, undo, bar)
    off_peak = _off_peak_plan(door, at)
    month = timedelta(days=30)
    cards = [
        *_people(full, door_only, at),
        *_company(full, at),
        _person("off-peak", "Member for off-peak hours", off_peak, at - month),
        _person("staff", "Card of the staff", staff, at - month),
        _rotating(_person("wallet", "Member with a card in a wallet", full, at - month)),
    ]
    return {
        "feed": EVERYONE,
        "edge": EDGE,
        "cards": [card.as_json() for card in cards],
        "unknown_code": new_code(secrets.token_bytes(RANDOM_BYTES)),
        "links": {
            "member": card_links.make_link(cards[0].card.customer, at).address,
            "partner": partner_links.make_link(bar, "Example's phone", at).address,
        },
        **_joining(friend, full, website, at),
    }


def _joining(free: Plan, priced: Plan, website: str, at: datetime) -> dict[str, Any]:
    """People can join by themselves; of a website its id, and its key, which is told this once."""
    terms = "The house rules hang beside the door. You can leave at the end of each month."
    save_signup(Signup(is_open=True, text="All of it is made up: nobody is billed.", terms=terms))
    plans = {"free": free.public_id, "priced": priced.public_id}
    if not website:
        return {"plans": plans}
    known = add_website("The club's website", [website], at)
    shown = key_operations.make_secret(known.pk, at)
    return {"plans": plans, "website": {"id": known.public_id, "key": shown.jwk}}


def _plan(name: str, description: str, grants: dict[Permission, tuple[Limit, ...]], **fields: Any) -> Plan:
    plan = members.save_plan(Plan(name=name, description=description, **fields))
    for permission, limits in grants.items():
        members.save_grant(Grant(plan=plan, permission=permission), limits)
    return plan


def _off_peak_plan(door: Permission, at: datetime) -> Plan:
    """Its one morning a week lies half a week away, so that whoever looks at the example finds it closed."""
    weekday = WEEKDAYS[(at.weekday() + 3) % 7]
    schedule = fleet.save_schedule(Schedule(slug="off-peak", name="Off-peak hours", **{weekday: "09:00-12:00"}))
    plan = members.save_plan(Plan(name="Off-peak", description="The front door, in off-peak hours."))
    members.save_grant(Grant(plan=plan, permission=door, schedule=schedule), ())
    return plan


def _rotating(card: ExampleCard) -> ExampleCard:
    rotating_operations.make_rotating([card.card])
    card.card.refresh_from_db()
    return card


def _place(door: Permission, wine: Permission, lounge: Permission, undo: Permission, bar: Partner) -> None:
    site = fleet.save_site(Site(name="clubhouse", time_zone="Europe/Berlin"))
    feed = Feed.objects.get(name=EVERYONE)
    rotating_operations.carry_secrets(feed)
    edge = fleet.save_edge(Edge(name=EDGE, site=site, feed=feed))
    kind, codes_taken = Reader.Kind, Codes.ROTATING
    for reader in (
        Reader(name="door", kind=kind.DOOR, permission=door),
        Reader(name="lounge", kind=kind.DOOR, permission=lounge, codes=codes_taken, rescan_seconds=0),
        Reader(name="counter", kind=kind.COUNTER, permission=wine, partner=bar, undo_permission=undo),
    ):
        reader.edge = edge
        fleet.save_reader(reader)


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
