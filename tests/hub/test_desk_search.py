"""The search in the header: what opens at once, what is listed, and that what was typed stands in no address."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.members import operations
from hub.members.models import Company, Customer
from tests.hub.people import a_card, a_customer

pytestmark = pytest.mark.usefixtures("database")
SEARCH = "/desk/search/"


def asked(client: Client, text: str, **fields: str) -> str:
    response = client.post(SEARCH, {"q": text, **fields}, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    return str(response.headers.get("HX-Redirect", "")) or response.content.decode()


def profile(customer: Customer) -> str:
    return reverse("desk:customer", args=[customer.pk])


def test_what_is_typed_is_listed_and_enter_opens_the_only_one(front_desk_client: Client) -> None:
    ann, annika = a_customer("Ann <b>"), a_customer("Annika")
    club = operations.save_company(Company(name="Annex"))
    found = asked(front_desk_client, "ann")
    for address in (profile(ann), profile(annika), reverse("desk:company", args=[club.pk])):
        assert f'href="{address}"' in found
    assert "Ann &lt;b&gt;" in found and "<html" not in found and "No membership" in found
    assert "<a role" in asked(front_desk_client, "ann", go="1")
    assert asked(front_desk_client, "annika", go="1") == profile(annika)
    assert asked(front_desk_client, "annex", go="1") == reverse("desk:company", args=[club.pk])
    assert "Nothing was found" in asked(front_desk_client, "nobody", go="1")
    assert "at least two letters" in asked(front_desk_client, "")


def test_it_works_without_a_script(front_desk_client: Client) -> None:
    ann = a_customer("Ann")
    whole = front_desk_client.post(SEARCH, {"q": "an"}).content.decode()
    assert "<html" in whole and profile(ann) in whole
    assert front_desk_client.post(SEARCH, {"q": "ann", "go": "1"})["Location"] == profile(ann)
    assert front_desk_client.get(SEARCH + "?q=ann").content.decode().count(profile(ann)) == 0


def test_a_card_of_ours_opens_at_once_and_another_one_on_enter(front_desk_client: Client) -> None:
    ann = a_customer("Ann")
    code = a_card(ann)
    imported = operations.import_card(ann, "4006381333931")
    assert asked(front_desk_client, f" http://x/c/{code}") == profile(ann)
    assert profile(ann) in asked(front_desk_client, "4006381333931") != profile(ann)
    assert asked(front_desk_client, "4006381333931", go="1") == profile(ann)
    operations.revoke_cards([imported], timezone.now())
    asked(front_desk_client, "4006381333931", go="1")
    shown = front_desk_client.get(profile(ann)).content.decode()
    assert "is revoked: no reader takes it" in shown and code not in shown and "4006381333931" not in shown
