"""The buttons for wallets on a member's card page: only where they are set up, for their own cards alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from hub.cards.models import WalletPass
from hub.members import operations
from hub.members.models import Card, Plan
from hub.wallet import passes
from tests.hub.card_page import a_member, phone, phone_of, wine_club
from tests.hub.people import DAY
from tests.hub.wallet_files import hub_with, put, put_apple, put_google

pytestmark = pytest.mark.usefixtures("sqlite_database")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36"
APPLES, GOOGLES = b"Add to Apple Wallet", b"Add to Google Wallet"


@pytest.fixture
def gold() -> Plan:
    return wine_club()


@pytest.fixture
def both(tmp_path: Path) -> Iterator[None]:
    put_apple(tmp_path)
    put_google(tmp_path)
    with hub_with(tmp_path):
        yield


def buttons(client: Client, agent: str = "") -> tuple[bool, bool]:
    page = client.get("/card/", headers={"User-Agent": agent}).content
    return APPLES in page, GOOGLES in page


def test_without_files_there_is_no_button_and_no_pass(gold: Plan, tmp_path: Path) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    with hub_with(tmp_path / "none", issuer=""):
        client = phone_of(ann)
        assert buttons(client) == (False, False)
        assert client.get(f"/card/apple/{card.pk}.pkpass").status_code == 404
        assert client.get(f"/card/google/{card.pk}").status_code == 404


@pytest.mark.usefixtures("both")
def test_each_phone_is_offered_its_own_wallet(gold: Plan) -> None:
    ann = a_member(gold)
    operations.issue_card(ann)
    client = phone_of(ann)
    assert buttons(client) == (True, True)
    assert buttons(client, IPHONE) == (True, False)
    assert buttons(client, ANDROID) == (False, True)


@pytest.mark.usefixtures("both")
def test_a_companys_own_button_stands_where_the_organization_has_put_it(gold: Plan, tmp_path: Path) -> None:
    ann = a_member(gold)
    operations.issue_card(ann)
    picture = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    put(tmp_path, "apple-button.svg", picture)
    client = phone_of(ann)
    page = client.get("/card/").content.decode()
    assert '<img src="/card/button-apple.svg" alt="Add to Apple Wallet"' in page
    answer = client.get("/card/button-apple.svg")
    assert (answer.content, answer["Content-Type"]) == (picture, "image/svg+xml")
    assert [client.get(f"/card/button-{each}.svg").status_code for each in ("google", "other")] == [404, 404]


@pytest.mark.usefixtures("both")
def test_a_card_that_does_not_work_is_offered_for_no_wallet(gold: Plan) -> None:
    ann = a_member(gold)
    operations.make_card(Card(customer=ann, valid_until=timezone.now() - DAY))
    assert buttons(phone_of(ann)) == (False, False)


@pytest.mark.usefixtures("both")
def test_they_give_the_members_own_card_the_same_each_time(gold: Plan) -> None:
    ann, bob = a_member(gold), a_member(gold, "Bob")
    card, other = operations.issue_card(ann), operations.issue_card(bob)
    client = phone_of(ann)
    for _ in range(2):
        answer = client.get(f"/card/apple/{card.pk}.pkpass")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/vnd.apple.pkpass")
        assert answer["Cache-Control"] == "no-store" and "Last-Modified" in answer
        saved = client.get(f"/card/google/{card.pk}")
        assert saved.status_code == 302 and saved["Location"].startswith("https://pay.google.com/gp/v/save/ey")
    assert WalletPass.objects.count() == 2
    for path in (f"/card/apple/{other.pk}.pkpass", f"/card/google/{other.pk}"):
        assert client.get(path).status_code == 404
        assert b"Ask for a link at the desk" in phone().get(path).content
    operations.revoke_cards([card], timezone.now())
    assert client.get(f"/card/apple/{card.pk}.pkpass").status_code == 404


@pytest.mark.usefixtures("both")
def test_they_are_given_only_so_often(gold: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    monkeypatch.setattr(passes, "_GIVEN", passes.Limit("few", 2, 3600))
    client = phone_of(ann)
    assert [client.get(f"/card/apple/{card.pk}.pkpass").status_code for _ in range(3)] == [200, 200, 429]
