"""A card that somebody carries already, given to them at the desk: theirs once, nobody else's, and why not."""

import pytest
from django.test import Client
from django.utils import timezone

from hub.members import codes, operations
from hub.members.models import Card, Customer
from tests.hub.people import a_customer

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ann(database: object) -> Customer:
    return a_customer("Ann")


def given(client: Client, customer: Customer, code: str) -> tuple[int, str]:
    """Status, and what the page says then."""
    answer = client.post(f"/desk/customers/{customer.pk}/cards/import/", {"code": code}, follow=True)
    return (answer.redirect_chain or [("", answer.status_code)])[0][1], answer.content.decode()


def test_a_scan_gives_it_to_them_and_the_same_again_changes_nothing(
    ann: Customer, colleague_client: Client
) -> None:
    assert "Give one they carry" in colleague_client.get(f"/desk/customers/{ann.pk}/").content.decode()
    status, page = given(colleague_client, ann, " 4006381333931\r")
    assert status == 302 and "The card is theirs now" in page
    status, page = given(colleague_client, ann, "4006381333931")
    assert status == 302 and "They have this card already" in page
    assert [codes.decrypt(card) for card in Card.objects.all()] == ["4006381333931"]


def test_somebody_elses_is_refused_and_whose_it_is_said(ann: Customer, colleague_client: Client) -> None:
    bob = a_customer("Bob")
    operations.import_card(bob, "4711")
    status, page = given(colleague_client, ann, "4711")
    assert status == 422 and "Somebody else has this card" in page
    assert f'<a href="/desk/customers/{bob.pk}/">Bob</a>' in page
    assert not ann.cards.exists()


def test_a_revoked_one_stays_revoked(ann: Customer, colleague_client: Client) -> None:
    operations.revoke_cards([operations.import_card(ann, "4711")], timezone.now())
    status, page = given(colleague_client, ann, "4711")
    assert status == 422 and "is revoked, for good" in page


@pytest.mark.parametrize("code", ["", "x" * 65, "a\x07b", " \r"])
def test_what_no_card_can_be_is_refused(ann: Customer, colleague_client: Client, code: str) -> None:
    status, _page = given(colleague_client, ann, code)
    assert status == 422 and not Card.objects.exists()


def test_its_page_alone_may_ask_for_the_camera(ann: Customer, colleague_client: Client) -> None:
    page = colleague_client.get(f"/desk/customers/{ann.pk}/cards/import/")
    assert "camera=(self)" in page["Permissions-Policy"]
    assert "'wasm-unsafe-eval'" in page["Content-Security-Policy"] and 'id="camera"' in page.content.decode()
    dialog = colleague_client.get(
        f"/desk/customers/{ann.pk}/cards/import/", HTTP_HX_REQUEST="true"
    ).content.decode()
    assert 'id="camera"' not in dialog and "Use the camera" in dialog
    assert "camera=()" in colleague_client.get(f"/desk/customers/{ann.pk}/")["Permissions-Policy"]


def test_who_takes_barcodes_over_is_told_what_reads_them(colleague_client: Client) -> None:
    ann = a_customer()
    operations.issue_card(ann)
    for page in (f"/desk/customers/{ann.pk}/cards/import/", "/desk/import/", "/desk/cards/print/"):
        assert "A barcode opens no page on a phone" in colleague_client.get(page).content.decode(), page
