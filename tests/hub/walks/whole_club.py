"""A club that has one of everything that a page of the desk can show, for tests that open every page.

`EXAMPLES` says which thing a page with a number in its address is opened for. A page of a new kind of thing gets a
line there, and its thing in `furnish`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Final

from django.contrib.auth.models import User
from django.utils import timezone

from contract.calendar import zone_of
from contract.instants import to_us
from hub import example_club
from hub.access.queries import actor_of
from hub.access.roles import Role
from hub.access.user_operations import invite
from hub.accounts.invitation_operations import invite as invite_to_company
from hub.accounts.models import MemberRequest
from hub.accounts.request_operations import ask_for
from hub.api.models import ApiToken
from hub.api.scopes import Scope
from hub.api.token_operations import make_token
from hub.audit.acting import acting
from hub.billing.joining_operations import take_plan
from hub.billing.models import Payment
from hub.billing.offers import Way
from hub.cards.link_operations import make_link
from hub.cards.models import CardLink
from hub.checkins.models import CheckIn
from hub.checkins.operations import ingest
from hub.feed.models import Feed
from hub.fleet.models import Edge, Reader, Site
from hub.fleet.operations import note_presence
from hub.members.models import (
    Card,
    Company,
    CompanyNote,
    Customer,
    CustomerNote,
    Link,
    Membership,
    Permission,
    Plan,
)
from hub.members.operations import save_link, save_plan
from hub.members.profile_operations import add_company_note, add_customer_note
from hub.partners import link_operations as partner_links
from hub.partners.models import Partner, PartnerLink
from hub.partners.user_operations import invite as invite_for
from hub.watch.operations import note_worker
from hub.webhooks.models import Delivery, Endpoint
from hub.websites.key_operations import make_pair, make_secret, revoke_key
from hub.websites.models import Subject, Website, WebsiteKey
from hub.websites.operations import add_website
from hub.websites.subject_operations import add_customer
from hub.websites.token_operations import Visitor
from tests.hub import conftest
from tests.hub.colleagues import a_user
from tests.hub.joining_club import open_for_all
from tests.hub.presences import well
from tests.hub.scans import batch, checkin, journal_rows
from tests.hub.webhook_drafts import queue_many
from tests.hub.webhook_queue import an_endpoint

PASSWORD: Final = "a long way round"
EXAMPLES: Final[dict[str, Callable[[], object]]] = {
    "customers": lambda: Link.objects.order_by("pk").values_list("customer", flat=True).first(),
    "companies": Company.objects.first,
    "cards": Card.objects.first,
    "card-links": CardLink.objects.first,
    "links": Link.objects.first,
    "memberships": Membership.objects.first,
    "customer-notes": CustomerNote.objects.first,
    "company-notes": CompanyNote.objects.first,
    "plans": Plan.objects.first,
    "member-requests": MemberRequest.objects.get,
    "billed": lambda: Payment.objects.get().membership,
    "payments": Payment.objects.get,
    "permissions": Permission.objects.first,
    "partners": Partner.objects.first,
    "partner-links": PartnerLink.objects.first,
    "edges": Edge.objects.first,
    "named": lambda: Edge.objects.get().name,
    "readers": Reader.objects.first,
    "sites": Site.objects.first,
    "feeds": Feed.objects.first,
    "checkins": CheckIn.objects.first,
    "tokens": ApiToken.objects.first,
    "users": User.objects.last,
    "webhooks": Endpoint.objects.first,
    "websites": Website.objects.first,
    "website-keys": WebsiteKey.objects.first,
    "website-visitors": Subject.objects.first,
    "webhook-deliveries": Delivery.objects.first,
}
"""What stands before the number in an address: the thing, or what stands in the address for it."""


def example(address: str) -> str:
    """An address of the table of tests/hub/test_desk_rights.py, with something that is there instead of each 0."""
    return re.sub(r"([a-z-]+)/0(?=[/.])", lambda found: f"{found[1]}/{_key(found[1])}", address)


def _key(kind: str) -> object:
    """0 where there is no example: nothing is there then, and `test_each_kind_of_page_has_its_example` says so."""
    thing = EXAMPLES[kind]() if kind in EXAMPLES else 0
    assert thing is not None, f"tests/hub/walks/whole_club.py has none of {kind}"
    return getattr(thing, "pk", thing)


@contextmanager
def whole_club(folder: Path) -> Iterator[User]:
    """A database of its own, on SQLite; the owner who works there. For many tests together."""
    copy(conftest.DATA / "hub.db", folder / "hub.db")
    conftest.connect(f"sqlite:///{folder / 'hub.db'}")
    try:
        owner = a_user("owner", Role.OWNER)
        owner.set_password(PASSWORD)
        owner.save()
        with acting(actor_of(owner)):
            furnish(owner, timezone.now())
        yield owner
    finally:
        conftest.disconnect()


def furnish(owner: User, at: datetime) -> None:
    example_club.seed(at)
    company = Company.objects.get()
    add_customer_note(Customer.objects.get(pk=_key("customers")), "Comes with a dog.", owner, at)
    add_company_note(company, "Pays in March.", owner, at)
    make_link(Customer.objects.get(pk=_key("customers")), at)
    partner = Partner.objects.get(pk=_key("partners"))
    partner_links.make_link(partner, "bar phone", at)
    invite_for(partner, "Somebody there", "there@bar.example", owner, at)
    invite("Somebody new", "new@club.example", Role.STAFF, owner, at)
    make_token("Website", [Scope.ACCESS_CHECK], at + timedelta(days=30), at, owner)
    an_endpoint()
    queue_many(3)
    _joined_by_themselves()
    _billed(at)
    _asked(at)
    _website(at)
    _fleet(at)


def _joined_by_themselves() -> None:
    said = {"title": "Come in", "terms": "Be kind.", "how_to_pay": "By transfer.", "question_1": "Shoe size?"}
    open_for_all(**said)


def _billed(at: datetime) -> None:
    plan = Plan.objects.get(pk=_key("plans"))
    plan.price_cents, plan.currency, plan.by_invoice = 2_900, "EUR", True
    save_plan(plan)
    take_plan(plan, Customer.objects.get(pk=_key("customers")), None, Way.BY_HAND, at, zone_of("UTC"))


def _asked(at: datetime) -> None:
    """A member has asked for another plan, and a company's admin has invited somebody."""
    customer, company = Customer.objects.get(pk=_key("customers")), Company.objects.get()
    membership = Membership.objects.filter(customer=customer).first()
    ask_for(membership, MemberRequest.What.PLAN, customer, at, plan=Plan.objects.last())
    link = Link.objects.filter(company=company).first()
    link.is_admin = True
    save_link(link)
    invite_to_company(link.customer, company, "new@cooper.example", at)


def _website(at: datetime) -> None:
    website = add_website("Shop", ["https://shop.club.example"], at)
    revoke_key(make_secret(website.pk, at).key.pk, at)
    make_pair(website.pk, at)
    add_customer(Visitor(website, "user-7", "", ""), Customer(name="Visitor of the shop"), "", at)
    Plan.objects.update(is_public=True)


def _fleet(at: datetime) -> None:
    """The worker runs, the edge has said that all is well, and members have come."""
    edge = Edge.objects.get()
    note_worker("worker", at, True, {}, at)
    note_presence(edge.name, well(edge.feed, at_us=to_us(at)), at)
    scans = [checkin(number, at_us=to_us(at - timedelta(minutes=number))) for number in range(1, 4)]
    ingest([batch(b"j" * 16, journal_rows(*scans), edge.name)], at)
