"""Staff's pages: what is saved and deleted there reaches the feed, inlines included; no list shows a code."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contract.feed import Kind
from contract.reasons import Reason
from hub import example_club
from hub.feed.models import Feed
from hub.fleet.models import Edge, Reader, Site
from hub.members import codes, operations
from hub.members.models import Card, Company, Customer, Link, Membership, Permission, Plan
from tests.hub.followed import assert_exact, decision, kinds
from tests.hub.staff_pages import address, history, inline, post

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

on_sqlite = pytest.mark.any_database
"""What is the same on every database is tried on one."""


@pytest.fixture
def club(database: object) -> dict[str, Any]:
    return example_club.seed(datetime.now(UTC))


@pytest.fixture
def staff(database: object) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


NO_INLINES = inline("memberships") | inline("links") | inline("cards")


def test_a_customer_with_membership_and_link(staff: Client) -> None:
    plan = operations.save_plan(Plan(name="Full"))
    company = operations.save_company(Company(name="Company"))
    held = {"plan": plan.pk, "starts_at_0": "2026-01-01", "starts_at_1": "00:00"}
    fields = NO_INLINES | inline("memberships", held) | inline("links", {"company": company.pk})
    post(staff, address(Customer, "add"), name="Member", email="", **fields)
    assert kinds() == {Kind.PLAN: 1, Kind.CUSTOMER: 1, Kind.MEMBERSHIP: 1, Kind.LINK: 1}


def test_inlines_change_and_delete(staff: Client) -> None:
    customer = operations.save_customer(Customer(name="Member"))
    company = operations.save_company(Company(name="Company"))
    link = operations.save_link(Link(customer=customer, company=company))
    card = operations.issue_card(customer)
    gone = {"id": link.pk, "customer": customer.pk, "company": company.pk, "DELETE": "on"}
    dated = {"id": card.pk, "customer": customer.pk, "valid_until_0": "2026-01-01", "valid_until_1": "00:00"}
    fields = NO_INLINES | inline("links", gone, initial=1) | inline("cards", dated, initial=1)
    post(staff, address(Customer, "change", customer.pk), name="Member renamed", email="", **fields)
    assert kinds() == {Kind.CUSTOMER: 1, Kind.CARD: 1}
    denied = decision(codes.decrypt(card), "front-door", AT)
    assert denied.reason is Reason.CARD_EXPIRED
    assert denied.customer is not None
    assert denied.customer.name == "Member renamed"


def test_memberships_are_saved_revoked_and_deleted(staff: Client) -> None:
    customer = operations.save_customer(Customer(name="Member"))
    plan = operations.save_plan(Plan(name="Full"))
    fields = {"plan": plan.pk, "customer": customer.pk, "starts_at_0": "2026-01-01", "at_end": "ends"}
    post(staff, address(Membership, "add"), **fields)
    membership = Membership.objects.get()
    code = codes.decrypt(operations.issue_card(customer))
    assert decision(code, "front-door", AT).reason is Reason.PERMISSION_MISSING
    post(staff, address(Membership, "changelist"), action="revoke", post="yes", _selected_action=membership.pk)
    assert decision(code, "front-door", AT).reason is Reason.EXPIRED
    post(staff, address(Membership, "delete", membership.pk), post="yes")
    assert decision(code, "front-door", AT).reason is Reason.NO_MEMBERSHIP


def test_a_membership_without_a_holder_says_what_to_do(staff: Client) -> None:
    plan = operations.save_plan(Plan(name="Full"))
    fields = {"plan": plan.pk, "starts_at_0": "2026-01-01", "starts_at_1": "00:00", "at_end": "ends"}
    page = staff.post(address(Membership, "add"), fields)
    assert "Choose either a customer or a company" in page.content.decode()


def test_cards_are_issued_imported_and_revoked(staff: Client) -> None:
    customer = operations.save_customer(Customer(name="Member"))
    post(staff, address(Card, "add"), customer=customer.pk, code="")
    post(staff, address(Card, "add"), customer=customer.pk, code="4006381333931")
    again = staff.post(address(Card, "add"), {"customer": customer.pk, "code": "4006381333931"})
    assert "is on Card" in again.content.decode()
    too_long = staff.post(address(Card, "add"), {"customer": customer.pk, "code": "x" * 65})
    assert "1 to 64 printable characters" in too_long.content.decode()
    assert kinds() == {Kind.CUSTOMER: 1, Kind.CARD: 2}
    imported = Card.objects.earliest("id"), Card.objects.latest("id")
    chosen = [each.pk for each in imported]
    post(staff, address(Card, "changelist"), action="revoke", post="yes", _selected_action=chosen)
    assert decision("4006381333931", "front-door", AT).reason is Reason.CARD_REVOKED
    # Its page takes no other word on when it was revoked.
    post(staff, address(Card, "change", imported[1].pk), revoked_at_0="", revoked_at_1="")
    assert decision("4006381333931", "front-door", AT).reason is Reason.CARD_REVOKED


def test_the_customers_action_issues_cards(staff: Client) -> None:
    people = operations.add_customers([Customer(name="One"), Customer(name="Two")])
    chosen = [person.pk for person in people]
    post(staff, address(Customer, "changelist"), action="issue_cards", _selected_action=chosen)
    assert kinds() == {Kind.CUSTOMER: 2, Kind.CARD: 2}
    assert all(history(person) == ["Issued a card."] for person in people)
    assert all(history(card) == ["Issued."] for card in Card.objects.all())


def test_deleting_selected_customers_clears_the_feed(staff: Client, club: dict[str, Any]) -> None:
    chosen = list(Customer.objects.values_list("pk", flat=True))
    fields = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    post(staff, address(Customer, "changelist"), **fields)
    assert kinds() == {Kind.PLAN: 5, Kind.MEMBERSHIP: 1, Kind.SITE: 1, Kind.SCHEDULE: 1}


def test_a_plan_in_use_is_not_deleted(staff: Client, club: dict[str, Any]) -> None:
    plan = Plan.objects.get(name="Full")
    page = staff.post(address(Plan, "delete", plan.pk), {"post": "yes"})
    assert page.status_code == 200
    assert Plan.objects.filter(pk=plan.pk).exists()


def test_the_fleet(staff: Client) -> None:
    wrong = staff.post(address(Site, "add"), {"name": "Club House", "time_zone": "Mars/Olympus"})
    assert "lower-case letters" in wrong.content.decode()
    assert "Europe/Berlin" in wrong.content.decode()
    calendar = {"time_zone": "Europe/Berlin", "week_starts_on": 0, "day_starts_at": "00:00"}
    post(staff, address(Site, "add"), name="clubhouse", **calendar, **inline("holidays"))
    permission = operations.save_permission(Permission(slug="front-door", name="Front door"))
    reader = {"name": "door", "kind": "door", "permission": permission.pk}
    feed_id = Feed.objects.get().pk
    assert f'<option value="{feed_id}" selected>' in staff.get(address(Edge, "add")).content.decode()
    site = Site.objects.get()
    post(staff, address(Edge, "add"), name="clubhouse", site=site.pk, feed=feed_id, **inline("readers", reader))
    assert str(Reader.objects.get()) == "clubhouse/door"
    post(staff, address(Edge, "delete", Edge.objects.get().pk), post="yes")
    assert not Reader.objects.exists()


@on_sqlite
@pytest.mark.parametrize("model", [Customer, Company, Plan, Permission, Membership, Card, Site, Edge, Reader])
def test_every_page_opens_and_lists_show_no_code(staff: Client, club: dict[str, Any], model: type) -> None:
    listed = staff.get(address(model, "changelist"))
    assert listed.status_code == 200
    assert staff.get(address(model, "add")).status_code == 200
    changed = staff.get(address(model, "change", model.objects.first().pk))
    assert changed.status_code == 200
    for page in (listed, changed):
        # A rotating card's own page shows the code of now, whose digits follow a hyphen.
        assert not any(re.search(f"{card['code']}(?!-[0-9])", page.content.decode()) for card in club["cards"])
    assert not any(card["code"] in listed.content.decode() for card in club["cards"])


@on_sqlite
@pytest.mark.parametrize("model", [Customer, Membership, Card, Plan])
def test_lists_ask_the_same_number_of_questions_for_more_rows(
    staff: Client, club: dict[str, Any], model: type
) -> None:
    staff.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as few:
        staff.get(address(model, "changelist"))
    people = operations.add_customers(Customer(name=f"Person {number}") for number in range(30))
    operations.issue_cards(people)
    plan = Plan.objects.first()
    operations.add_memberships(Membership(plan=plan, customer=person, starts_at=AT) for person in people)
    for number in range(10):
        operations.save_plan(Plan(name=f"Plan {number}"))
    with CaptureQueriesContext(connection) as many:
        staff.get(address(model, "changelist"))
    assert len(many) == len(few)
