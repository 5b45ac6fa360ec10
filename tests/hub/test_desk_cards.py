"""Cards at the desk: a lost one replaced, links to card pages shown and revoked."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from hub.audit.models import Entry
from hub.cards.link_operations import live_links
from hub.members import operations
from hub.members.models import Card, Customer
from tests.hub.card_page import phone, phone_of
from tests.hub.people import a_customer

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture
def ann() -> Customer:
    return a_customer("Ann Miller")


def shown_in(page: bytes) -> str:
    return re.search(rb'name="shown" value="(\w+)"', page)[1].decode()


@pytest.mark.both_databases
def test_a_lost_card_is_replaced_once_however_often_it_is_pressed(colleague_client: Client, ann: Customer) -> None:
    card = operations.issue_card(ann)
    member = phone_of(ann)
    address = f"/desk/cards/{card.pk}/replace/"
    version = shown_in(colleague_client.get(address).content)
    first = colleague_client.post(address, {"shown": version})
    new = Card.objects.get(revoked_at=None)
    assert first["Location"] == f"/desk/cards/{new.pk}/"
    again = colleague_client.post(address, {"shown": version}, follow=True)
    assert b"Somebody has changed this meanwhile" in again.content
    assert Card.objects.count() == 2
    assert b"it was revoked" in member.get("/card/").content
    assert Entry.objects.get(action="card replaced").actor == "Colleague"


def test_a_link_is_shown_once_opens_the_card_and_is_revoked(colleague_client: Client, ann: Customer) -> None:
    page = colleague_client.post(f"/desk/customers/{ann.pk}/card-links/show/").content
    secret = re.search(rb"/card/open#([\w-]+)", page)[1].decode()
    assert b"<svg" in page
    member = phone()
    assert member.post("/card/open", {"link": secret}).status_code == 302
    profile = colleague_client.get(f"/desk/customers/{ann.pk}/").content
    assert b"Link of" in profile and secret.encode() not in profile
    colleague_client.post(f"/desk/card-links/{live_links(ann)[0].pk}/revoke/")
    assert not live_links(ann)
    assert member.get("/card/still").status_code == 401


def test_the_front_desk_sees_no_link_and_replaces_no_card(front_desk_client: Client, ann: Customer) -> None:
    card = operations.issue_card(ann)
    profile = front_desk_client.get(f"/desk/customers/{ann.pk}/").content
    assert b"Show link" not in profile and b"Lost?" not in profile
    assert front_desk_client.post(f"/desk/customers/{ann.pk}/card-links/show/").status_code == 403
    assert front_desk_client.post(f"/desk/cards/{card.pk}/replace/").status_code == 403


def test_who_may_not_add_a_card_replaces_none(outsider: User, outsider_client: Client, ann: Customer) -> None:
    outsider.user_permissions.add(Permission.objects.get(codename="change_card"))
    address = f"/desk/cards/{operations.issue_card(ann).pk}/replace/"
    assert (outsider_client.get(address).status_code, outsider_client.post(address).status_code) == (403, 403)
    outsider.user_permissions.add(Permission.objects.get(codename="add_card"))
    assert outsider_client.get(address).status_code == 200
