"""How staff make a partner known: links and users on its page at the desk."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hub.access.roles import Role, role_of
from hub.audit.models import Entry
from hub.partners.models import Partner, PartnerLink
from hub.partners.operations import save_partner
from tests.hub.partner_phones import a_phone_of, home, secret_in
from tests.hub.scanned_club import GLASS, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture
def bar(database: object) -> Partner:
    return save_partner(Partner(slug="bar", name="Bar"))


def page_of(client: Client, bar: Partner) -> str:
    return client.get(f"/desk/partners/{bar.pk}/").content.decode()


def test_a_link_is_made_shown_once_listed_and_revoked(bar: Partner, colleague_client: Client) -> None:
    new = f"/desk/partners/{bar.pk}/links/new/"
    assert colleague_client.post(new, {"label": " "}).status_code == 422
    shown = colleague_client.post(new, {"label": "bar  phone"}).content.decode()
    address = re.search(r'value="(http[^"]+)"', shown)[1]
    assert "/partner/link#" in address and "<svg" in shown and "shown this once" in shown
    phone = Client(SERVER_NAME="localhost")
    phone.post("/partner/link", {"link": address})
    listed = page_of(colleague_client, bar)
    assert "bar phone" in listed and "not used yet" in listed and secret_in(address) not in listed
    assert "Bar" in home(phone) and "last used" in page_of(colleague_client, bar)
    link = PartnerLink.objects.get()
    colleague_client.post(f"/desk/partner-links/{link.pk}/revoke/")
    assert "bar phone" not in page_of(colleague_client, bar) and "counts no more" in home(phone)
    said = Entry.objects.filter(thing_kind="partnerlink").values_list("action", "actor", "thing")
    label = "Link “bar phone” of Bar"
    assert list(said) == [("revoked", "Colleague", label), ("created", "Colleague", label)]


def test_an_owner_invites_and_staff_see_who_signs_in(
    bar: Partner, owner_client: Client, colleague_client: Client, front_desk_client: Client
) -> None:
    invite = f"/desk/partners/{bar.pk}/users/invite/"
    assert colleague_client.get(invite).status_code == 403
    assert owner_client.post(invite, {"name": "Bea", "email": "no address"}).status_code == 422
    shown = owner_client.post(invite, {"name": "Bea", "email": "bea@bar.example"}).content.decode()
    assert "/account/link/#" in shown
    assert owner_client.post(invite, {"name": "Bea", "email": "bea@bar.example"}).status_code == 422
    user = User.objects.get(email="bea@bar.example")
    assert role_of(user) is Role.PARTNER
    for client in (owner_client, colleague_client):
        assert "Bea" in page_of(client, bar) and "never signed in" in page_of(client, bar)
    assert "Revoke" not in page_of(front_desk_client, bar)
    assert "Bea signs in for it" in owner_client.get(f"/desk/partners/{bar.pk}/delete/").content.decode()


def test_only_who_was_invited_for_a_partner_can_have_its_role(bar: Partner, owner_client: Client) -> None:
    for_it = 'value="partner"'
    assert for_it not in owner_client.get("/desk/users/invite/").content.decode()
    answer = owner_client.post("/desk/users/invite/", {"name": "A", "email": "a@b.example", "role": "partner"})
    assert answer.status_code == 422
    invite = f"/desk/partners/{bar.pk}/users/invite/"
    owner_client.post(invite, {"name": "Bea", "email": "bea@bar.example"})
    bea = User.objects.get(email="bea@bar.example")
    page = owner_client.get(f"/desk/users/{bea.pk}/").content.decode()
    assert for_it in page and f"/desk/partners/{bar.pk}/" in page
    for role in ("staff", "partner"):
        owner_client.post(f"/desk/users/{bea.pk}/role/", {"role": role})
        assert role_of(User.objects.get(pk=bea.pk)) == role
    owner_client.post("/desk/users/invite/", {"name": "A", "email": "a@b.example", "role": "staff"})
    other = User.objects.get(email="a@b.example")
    owner_client.post(f"/desk/users/{other.pk}/role/", {"role": "partner"})
    assert role_of(User.objects.get(pk=other.pk)) is Role.STAFF


def test_one_with_check_ins_stays_so_that_no_other_one_has_its_figures(colleague_client: Client) -> None:
    here = scanned_club()
    phone = a_phone_of(here.bar)
    press(phone, pressable(opened(phone, here.code))[GLASS])
    page = f"/desk/partners/{here.bar.pk}/delete/"
    assert "make it inactive instead" in colleague_client.get(page).content.decode()
    refused = colleague_client.post(page)
    assert refused.status_code == 409 and "“Bar” has check-ins" in refused.content.decode()
    assert Partner.objects.count() == 2
    colleague_client.post(f"/desk/partners/{here.inn.pk}/delete/")
    assert Partner.objects.get() == here.bar
