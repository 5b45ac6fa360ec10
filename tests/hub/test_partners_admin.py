"""Permissions and partners on staff's pages: who may redeem what, and where nobody could."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contract.ask import Policy
from contract.reasons import Reason
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.members import codes, operations
from hub.members.models import Customer, Grant, Membership, Permission, Plan
from hub.partners import operations as partner_operations
from hub.partners.models import Partner
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact, decision
from tests.hub.staff_pages import address, post

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def staff(sqlite_database: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


@pytest.fixture
def wine(staff: Client) -> Permission:
    return operations.save_permission(Permission(slug="glass-of-wine", name="Glass of wine"))


def a_card(plan: Plan) -> str:
    customer = operations.save_customer(Customer(name="Member"))
    operations.save_membership(Membership(plan=plan, customer=customer, starts_at=AT))
    return codes.decrypt(operations.issue_card(customer))


def a_partner(slug: str, **fields: object) -> Partner:
    return partner_operations.save_partner(Partner(slug=slug, name=slug.title(), **fields))


def says(staff: Client, url: str, **fields: object) -> str:
    """The page of what was refused; nothing reached the feed."""
    before = feed.head(EVERYONE)
    response = staff.post(url, fields)
    assert response.status_code == 200, response.content.decode()
    assert feed.head(EVERYONE) == before
    return response.content.decode()


def test_only_approved_partners_redeem(staff: Client) -> None:
    bar, shop = a_partner("wine-bar"), a_partner("shop")
    fields = {"name": "Glass of wine", "slug": "glass-of-wine", "approved_partners_only": "on"}
    post(staff, address(Permission, "add"), **fields, approved=[bar.pk])
    wine = Permission.objects.get()
    code = a_card(operations.save_plan(Plan(name="Full"), [(Grant(permission=wine), [])]))
    assert decision(code, wine.slug, AT, Policy(partner="wine-bar")).granted
    denied = decision(code, wine.slug, AT, Policy(partner="shop"))
    assert denied.reason is Reason.PARTNER_NOT_APPROVED
    post(staff, address(Permission, "change", wine.pk), **fields, approved=[bar.pk, shop.pk])
    assert decision(code, wine.slug, AT, Policy(partner="shop")).granted
    post(staff, address(Partner, "change", shop.pk), name="Shop")
    assert not decision(code, wine.slug, AT, Policy(partner="shop")).granted
    post(staff, address(Permission, "change", wine.pk), name="Glass of wine", login_required="on")
    assert decision(code, wine.slug, AT, Policy(partner="anybody")).granted
    assert decision(code, wine.slug, AT, Policy(signed_in=False)).reason is Reason.LOGIN_REQUIRED


def test_approved_partners_without_any_is_refused_where_it_is_entered(staff: Client) -> None:
    fields = {"name": "Glass of wine", "slug": "glass-of-wine", "approved_partners_only": "on"}
    page = says(staff, address(Permission, "add"), **fields)
    assert "without one nobody could redeem it anywhere" in page
    assert "Select a valid choice" in says(staff, address(Permission, "add"), **fields, approved=[987])


def test_who_stops_the_last_approved_partner_is_told(staff: Client, wine: Permission) -> None:
    bar = a_partner("wine-bar")
    wine.approved_partners_only = True
    operations.save_permission(wine, [bar])
    response = staff.post(address(Partner, "change", bar.pk), {"name": "Wine bar"})
    [told] = [str(each) for each in get_messages(response.wsgi_request) if "nowhere" in str(each)]
    assert "“Glass of wine” can be redeemed nowhere" in told
    assert "none is active" in staff.get(address(Permission, "changelist")).content.decode()
    page = staff.post(address(Partner, "delete", bar.pk), {"post": "yes"})
    assert page.status_code == 200
    assert Partner.objects.exists()


def test_a_partners_slug_stays(staff: Client) -> None:
    assert "as in wine-bar" in says(staff, address(Partner, "add"), name="Bar", slug="Wine Bar", active="on")
    post(staff, address(Partner, "add"), name="Wine bar", slug="wine-bar", active="on")
    bar = Partner.objects.get()
    assert "already exists" in says(staff, address(Partner, "add"), name="Bar", slug="wine-bar", active="on")
    post(staff, address(Partner, "change", bar.pk), name="Bar", slug="bar", active="on")
    bar.refresh_from_db()
    assert (bar.slug, bar.name) == ("wine-bar", "Bar")
    post(staff, address(Partner, "delete", bar.pk), post="yes")
    assert not Partner.objects.exists()


@pytest.mark.parametrize("model", [Permission, Partner])
def test_lists_ask_as_often_for_more_rows(staff: Client, wine: Permission, model: type) -> None:
    wine.approved_partners_only = True
    operations.save_permission(wine, [a_partner("one")])
    staff.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as few:
        staff.get(address(model, "changelist"))
    for number in range(8):
        other = Permission(slug=f"p-{number}", name=str(number), approved_partners_only=True)
        operations.save_permission(other, [a_partner(f"partner-{number}")])
    with CaptureQueriesContext(connection) as many:
        staff.get(address(model, "changelist"))
    assert len(many) == len(few)
