"""Who sees the codes of cards, with which a card can be copied: owners and staff alone, and each look is noted."""

import pytest
from django.test import Client

from hub.audit.models import Entry
from hub.cards import barcodes
from hub.members import codes, operations
from hub.members.models import Card
from tests.hub.people import a_customer
from tests.hub.staff_pages import address


@pytest.fixture
def card(database: object) -> Card:
    return operations.issue_card(a_customer("Ann"))


def shows(client: Client, card: Card, url: str) -> bool:
    text = client.get(url).content.decode()
    return codes.typed_text(codes.decrypt(card)) in text or barcodes.card_svg(card).partition(" d=")[2] in text


def pages(card: Card) -> list[str]:
    return [f"/desk/cards/{card.pk}/", address(Card, "change", card.pk)]


def looks() -> list[tuple[str, int | None]]:
    return list(Entry.objects.filter(action="code shown").values_list("actor", "customer_id"))


def test_staff_see_codes_and_each_look_is_noted(card: Card, colleague_client: Client) -> None:
    for number, url in enumerate(pages(card), 1):
        assert shows(colleague_client, card, url), url
        assert looks() == [("Colleague", card.customer_id)] * number
    assert codes.decrypt(card) not in str(list(Entry.objects.values()))


def test_front_desk_and_admin_see_no_code(
    card: Card, front_desk_client: Client, admin_user_client: Client
) -> None:
    for client in (front_desk_client, admin_user_client):
        assert not any(shows(client, card, url) for url in pages(card))
        assert client.get(pages(card)[0]).status_code == 200
    assert admin_user_client.get(pages(card)[1]).status_code == 200
    assert admin_user_client.post("/desk/cards/sheet.pdf").status_code == 403
    assert looks() == []
