"""What Google's Wallet is told of a card: the signed link that saves it, and the object by its API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.utils import timezone

from hub.cards.models import WalletPass
from hub.cards.passes.configuration import Google, wallets
from hub.cards.passes.google import LINK_LETTERS_MAX, SAVE_URL, class_id, object_of, save_link
from hub.cards.passes.operations import give_pass
from hub.cards.passes.queries import facts_of
from hub.cards.passes.telling import Addresses, Telling, Turn
from hub.members import codes, operations
from hub.members.models import Card, Plan
from hub.members.rotating_operations import make_rotating
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub import wallet_files
from tests.hub.card_page import a_member, wine_club
from tests.hub.people import DAY
from tests.hub.wallet_files import ISSUER, hub_with, put_google
from tests.hub.wallet_services import WalletService, wallet_service

pytestmark = pytest.mark.usefixtures("sqlite_database")
GOOGLES_FIELDS = {
    *("id", "classId", "state", "cardTitle", "header", "subheader", "logo", "hexBackgroundColor", "barcode"),
    *("rotatingBarcode", "textModulesData", "linksModuleData", "validTimeInterval"),
}


@pytest.fixture
def gold() -> Plan:
    return wine_club()


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Google]:
    put_google(tmp_path)
    with hub_with(tmp_path):
        found = wallets(timezone.now()).google
        assert found is not None
        yield found


def given(card: Card) -> WalletPass:
    return give_pass(card, WalletPass.Wallet.GOOGLE, timezone.now())


def said(card: Card, google: Google) -> dict[str, Any]:
    wallet_pass = given(card)
    found = object_of(facts_of(wallet_pass, timezone.now()), wallet_pass, google)
    assert set(found) <= GOOGLES_FIELDS
    return found


def linked(card: Card, google: Google) -> tuple[dict[str, Any], int]:
    """What the link claims, by the account's key; and the letters of its token."""
    at, wallet_pass = timezone.now(), given(card)
    token = save_link(facts_of(wallet_pass, at), wallet_pass, google, at).removeprefix(SAVE_URL)
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    public = wallet_files.rsa_key().public_key()
    return jwt.decode(token, public, algorithms=["RS256"], audience="google"), len(token)


def test_the_link_is_the_accounts_and_holds_the_card(gold: Plan, google: Google) -> None:
    card = operations.issue_card(a_member(gold))
    claims, _letters = linked(card, google)
    assert (claims["iss"], claims["typ"]) == (wallet_files.ACCOUNT, "savetowallet")
    assert claims["origins"] == ["https://localhost"]
    [saved], [of_class] = claims["payload"]["genericObjects"], claims["payload"]["genericClasses"]
    assert of_class == {"id": class_id(google)} == {"id": saved["classId"]}
    assert saved["id"] == f"{ISSUER}.{given(card).serial}"
    assert saved["barcode"]["value"] == f"HTTPS://LOCALHOST/C/{codes.decrypt(card)}"


def test_the_longest_link_is_as_long_as_browsers_take(gold: Plan, google: Google) -> None:
    save_organization(Organization(name="会" * 100))
    card = operations.issue_card(a_member(gold, "名" * 200))
    assert linked(card, google)[1] <= LINK_LETTERS_MAX


def test_it_says_who_what_and_until_when(gold: Plan, google: Google) -> None:
    card = operations.issue_card(a_member(gold))
    found = said(card, google)
    assert found["header"] == {"defaultValue": {"language": "en", "value": "Ann Miller"}}
    assert (found["subheader"]["defaultValue"]["value"], found["state"]) == ("Gold", "ACTIVE")
    assert [each["id"] for each in found["textModulesData"]] == ["status", "until"]
    assert found["linksModuleData"]["uris"][0]["uri"] == "https://localhost/card/"
    assert found["logo"]["sourceUri"]["uri"] == "https://localhost/card/icon-512.png"
    assert set(found["validTimeInterval"]) == {"end"}
    assert found["barcode"]["type"] == "QR_CODE" and "rotatingBarcode" not in found


def test_a_card_that_rotates_does_so_there_and_its_secret_is_in_no_link(gold: Plan, google: Google) -> None:
    card = operations.issue_card(a_member(gold))
    make_rotating([card])
    card.refresh_from_db()
    secret = codes.secret_of(card)
    assert secret is not None
    assert said(card, google)["rotatingBarcode"] == {
        "type": "QR_CODE",
        "valuePattern": f"HTTPS://LOCALHOST/C/{codes.decrypt(card)}-{{totp_value_0}}",
        "totpDetails": {
            "algorithm": "TOTP_SHA1",
            "periodMillis": "30000",
            "parameters": [{"key": secret.hex(), "valueLength": 8}],
        },
    }
    claims, _letters = linked(card, google)
    assert secret.hex() not in json.dumps(claims) and "barcode" not in json.dumps(claims)


def test_what_is_over_is_expired_and_what_is_to_come_has_its_beginning(gold: Plan, google: Google) -> None:
    now = timezone.now()
    over = operations.issue_card(a_member(gold, ends_at=now - DAY))
    assert said(over, google)["state"] == "EXPIRED"
    later = said(operations.issue_card(a_member(gold, "Bob", starts_at=now + DAY)), google)
    assert set(later["validTimeInterval"]) == {"start", "end"} and later["state"] == "ACTIVE"
    card = operations.issue_card(a_member(gold, "Cid"))
    wallet_pass = given(card)
    operations.revoke_cards([card], now)
    revoked = said(Card.objects.get(pk=card.pk), google)
    assert revoked["state"] == "EXPIRED" and "barcode" not in revoked
    operations.delete_customers([card.customer])
    wallet_pass.refresh_from_db()
    gone = object_of(facts_of(wallet_pass, now), wallet_pass, google)
    assert gone["state"] == "EXPIRED" and "Cid" not in json.dumps(gone)


def told(service: WalletService) -> Turn:
    return Telling(lambda: 0.0, Addresses(google=service.url)).turn(WalletPass.Wallet.GOOGLE, timezone.now)


def test_a_card_that_the_member_saves_just_then_is_whole_all_the_same(gold: Plan, tmp_path: Path) -> None:
    with wallet_service(saving=True) as service, hub_with(tmp_path):
        put_google(tmp_path, service.token_uri)
        held = given(operations.issue_card(a_member(gold)))
        assert told(service) == Turn(told=1)
        assert "textModulesData" in service.cards[f"{ISSUER}.{held.serial}"]


def test_whom_a_clock_that_ran_ahead_put_off_is_told(gold: Plan, tmp_path: Path) -> None:
    with wallet_service() as service, hub_with(tmp_path):
        put_google(tmp_path, service.token_uri)
        given(operations.issue_card(a_member(gold)))
        ahead = timezone.now() + 30 * DAY
        WalletPass.objects.update(asked_at=ahead, next_at=ahead, leased_until=ahead)
        assert told(service) == Turn(told=1)
