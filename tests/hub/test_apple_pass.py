"""The .pkpass file: what is in it, by Apple's keys alone, and signed so that openssl takes it."""

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from contract.membership import AtEnd
from hub.cards.models import WalletPass
from hub.cards.passes.apple import package, pass_json
from hub.cards.passes.configuration import Apple, wallets
from hub.cards.passes.facts import photo_of
from hub.cards.passes.operations import give_pass
from hub.cards.passes.queries import facts_of
from hub.members import codes, operations
from hub.members.models import Card, Plan
from hub.members.profile_operations import set_photo
from hub.members.rotating_operations import make_rotating
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub import wallet_files
from tests.hub.card_page import a_member, wine_club
from tests.hub.people import DAY, a_customer
from tests.hub.walks.test_members import a_png
from tests.hub.wallet_files import hub_with, put, put_apple

pytestmark = pytest.mark.usefixtures("sqlite_database")
APPLES_KEYS = {
    *("formatVersion", "passTypeIdentifier", "teamIdentifier", "serialNumber", "organizationName", "description"),
    *("logoText", "backgroundColor", "foregroundColor", "labelColor", "sharingProhibited", "generic", "barcodes"),
    *("webServiceURL", "authenticationToken", "expirationDate", "voided"),
}
"""Of the top level, of those that there are: those that we have a use for."""
FIELD_KEYS = {"key", "label", "value", "changeMessage", "attributedValue"}


@pytest.fixture
def gold() -> Plan:
    return wine_club()


@pytest.fixture
def apple(tmp_path: Path) -> Iterator[Apple]:
    put_apple(tmp_path)
    with hub_with(tmp_path, issuer=""):
        found = wallets(timezone.now()).apple
        assert found is not None
        yield found


def given(card: Card) -> WalletPass:
    return give_pass(card, WalletPass.Wallet.APPLE, timezone.now())


def said(card: Card, apple: Apple) -> dict[str, Any]:
    wallet_pass = given(card)
    found = pass_json(facts_of(wallet_pass, timezone.now()), wallet_pass, apple)
    assert set(found) <= APPLES_KEYS
    for fields in found["generic"].values():
        assert all(set(each) <= FIELD_KEYS and {"key", "value"} <= set(each) for each in fields)
    return found


def fields_of(found: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["value"] for fields in found["generic"].values() for each in fields}


def test_it_is_whole_and_openssl_takes_its_signature(gold: Plan, apple: Apple, tmp_path: Path) -> None:
    ann = a_member(gold)
    set_photo(ann, a_png(400))
    wallet_pass = given(operations.issue_card(ann))
    facts = facts_of(wallet_pass, timezone.now())
    with zipfile.ZipFile(io.BytesIO(package(facts, wallet_pass, apple, photo_of(facts)))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pictures = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
    assert set(files) == {"pass.json", "manifest.json", "signature", "thumbnail@2x.png", *pictures}
    manifest = json.loads(files["manifest.json"])
    assert set(manifest) == set(files) - {"manifest.json", "signature"}
    for name, digest in manifest.items():
        assert hashlib.sha1(files[name]).hexdigest() == digest
    for name, pixels in pictures.items():
        assert Image.open(io.BytesIO(files[name])).size == (pixels, pixels)
    assert max(Image.open(io.BytesIO(files["thumbnail@2x.png"])).size) <= 180
    paths = {name: put(tmp_path, name, files[name]) for name in ("manifest.json", "signature")}
    trusted = put(tmp_path, "root.pem", wallet_files.root().pem)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-CAfile", trusted]
    command += ["-in", paths["signature"], "-content", paths["manifest.json"], "-out", tmp_path / "verified"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    put(tmp_path, "manifest.json", files["manifest.json"].replace(b"pass.json", b"Pass.json"))
    assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode != 0


def test_it_says_who_what_until_when_and_shows_the_one_code(gold: Plan, apple: Apple) -> None:
    save_organization(Organization(name="Harbour Club", colour="#123456"))
    card = operations.issue_card(a_member(gold))
    found, code = said(card, apple), codes.decrypt(card)
    assert (found["formatVersion"], found["passTypeIdentifier"]) == (1, wallet_files.PASS_TYPE)
    assert (found["teamIdentifier"], found["organizationName"]) == (wallet_files.TEAM, "Harbour Club")
    assert (found["backgroundColor"], found["foregroundColor"]) == ("rgb(18, 52, 86)", "rgb(255, 255, 255)")
    fields = fields_of(found)
    assert (fields["name"], fields["plan"], fields["status"]) == ("Ann Miller", "Gold", "Active")
    assert fields["card"] == "https://localhost/card/" and "until" in fields
    [barcode] = found["barcodes"]
    assert barcode == {
        "format": "PKBarcodeFormatQR",
        "message": f"HTTPS://LOCALHOST/C/{code}",
        "messageEncoding": "iso-8859-1",
        "altText": codes.typed_text(code),
    }
    assert found["webServiceURL"] == "https://localhost/card/apple" and len(found["authenticationToken"]) >= 16
    assert found["authenticationToken"] == said(card, apple)["authenticationToken"]
    assert "voided" not in found and found["sharingProhibited"] is True
    other = operations.issue_card(a_member(gold, "Bob"))
    assert said(other, apple)["authenticationToken"] != found["authenticationToken"]


def test_it_ends_with_the_grace_of_the_membership_or_with_the_card(gold: Plan, apple: Apple) -> None:
    now = timezone.now().replace(microsecond=0)
    ends = now + 10 * DAY
    renews = operations.issue_card(a_member(gold, ends_at=ends, at_end=AtEnd.RENEWS, grace_hours=48))
    assert said(renews, apple)["expirationDate"] == (ends + 2 * DAY).isoformat()
    card = operations.make_card(Card(customer=renews.customer, valid_until=now + DAY))
    assert said(card, apple)["expirationDate"] == (now + DAY).isoformat()
    forever = operations.issue_card(a_member(gold, "Bob", ends_at=None))
    assert "expirationDate" not in said(forever, apple) and "until" not in fields_of(said(forever, apple))
    nothing = said(operations.issue_card(a_customer("Cid")), apple)
    assert fields_of(nothing)["status"] == "No membership" and "expirationDate" not in nothing


def test_a_card_that_rotates_has_no_code_on_it_and_says_where_it_is(gold: Plan, apple: Apple) -> None:
    card = operations.issue_card(a_member(gold))
    make_rotating([card])
    card.refresh_from_db()
    found = said(card, apple)
    assert "barcodes" not in found and codes.decrypt(card) not in json.dumps(found)
    assert "open the live card" in fields_of(found)["rotates"]


def test_a_revoked_card_is_void_and_one_that_is_gone_is_nobodys(gold: Plan, apple: Apple) -> None:
    card = operations.issue_card(a_member(gold))
    wallet_pass = given(card)
    operations.revoke_cards([card], timezone.now())
    found = said(Card.objects.get(pk=card.pk), apple)
    assert found["voided"] is True and "barcodes" not in found
    assert fields_of(found)["status"] == "No longer valid"
    operations.delete_customers([card.customer])
    wallet_pass.refresh_from_db()
    gone = pass_json(facts_of(wallet_pass, timezone.now()), wallet_pass, apple)
    assert gone["voided"] is True and "Ann" not in json.dumps(gone) and "Gold" not in json.dumps(gone)


def test_words_are_in_the_organizations_language(gold: Plan, apple: Apple) -> None:
    save_organization(Organization(name="Hafen", language="de"))
    card = operations.issue_card(a_member(gold))
    assert fields_of(said(card, apple))["status"] == "Aktiv"


def test_an_imported_code_is_shown_as_it_is(gold: Plan, apple: Apple) -> None:
    ann = a_member(gold)
    number = said(operations.import_card(ann, "4006381333931"), apple)["barcodes"][0]
    assert (number["message"], number["messageEncoding"]) == ("4006381333931", "iso-8859-1")
    assert number["format"] == "PKBarcodeFormatCode128"
    greek = said(operations.import_card(ann, "κάρτα 7"), apple)["barcodes"][0]
    assert (greek["message"], greek["messageEncoding"]) == ("κάρτα 7", "utf-8")
    assert greek["format"] == "PKBarcodeFormatQR"


def test_without_https_it_does_not_ask_phones_to_come_back(gold: Plan, apple: Apple, tmp_path: Path) -> None:
    card = operations.issue_card(a_member(gold))
    with hub_with(tmp_path, url="http://localhost:8000", issuer=""):
        found = said(card, apple)
    assert "webServiceURL" not in found and "authenticationToken" not in found


def test_frozen_and_to_come_are_said(gold: Plan, apple: Apple) -> None:
    now = timezone.now()
    later = operations.issue_card(a_member(gold, starts_at=now + DAY, ends_at=now + 30 * DAY))
    assert fields_of(said(later, apple))["status"] == "Has not begun"
    over = operations.issue_card(a_member(gold, "Bob", ends_at=now - timedelta(hours=1)))
    found = said(over, apple)
    assert fields_of(found)["status"] == "Expired" and "voided" not in found
