"""The scan page: opening records nothing, pressing does, once; what is shown is what the organization allows."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from contract.card import new_code
from contract.membership import AtEnd
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import Station, check_in
from hub.members import operations as members
from hub.members import profile_operations as profiles
from hub.organization.models import Sees
from hub.scan.signed import sign_button
from hub.scan.who import Kind, Scanner
from tests.hub.partner_phones import a_phone_of
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
DONE, UNDO = "/c/done", "/c/undo"


@pytest.fixture
def here(database: object) -> ScannedClub:
    return scanned_club(visitors_redeem=True)


def a_jpeg() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (200, 200), "#446688").save(kept, "JPEG")
    return kept.getvalue()


def outcomes() -> list[str]:
    return list(CheckIn.objects.order_by("number").values_list("reason", flat=True))


def test_opened_by_any_spelling_of_its_address_nothing_is_recorded(
    here: ScannedClub, nobody_client: Client
) -> None:
    for address in (f"/c/{here.code}", f"/C/{here.code}", f"/c/{here.code.lower()}", f"/c/{here.code}/"):
        response = nobody_client.get(address)
        assert response.status_code == 200
        page = response.content.decode()
        for text in ("Active", "Anna B.", "Connoisseur", "Glass of wine", "1 left", "Redeem", "Check in"):
            assert text in page
        assert "no-store" in response["Cache-Control"] and "noindex" in response["X-Robots-Tag"]
    assert not CheckIn.objects.exists()


def test_a_glass_is_asked_about_redeemed_and_not_twice(here: ScannedClub, nobody_client: Client) -> None:
    glass = pressable(opened(nobody_client, here.code))[GLASS]
    asked = press(nobody_client, glass, sure=False)
    assert "Redeem Glass of wine?" in asked and not CheckIn.objects.exists()
    done = press(nobody_client, glass)
    assert "Redeemed" in done and "0 left" in done and "Again on " in done
    assert press(nobody_client, glass) == done or outcomes() == ["granted"]
    for _ in range(2):
        assert "Redeemed" in nobody_client.get(DONE).content.decode()
    assert outcomes() == ["granted"]
    again = opened(nobody_client, here.code)
    assert "Used up" in again and "Again on " in again and GLASS not in pressable(again)
    # From a page that was open elsewhere: denied, and recorded.
    assert "Used up" in press(nobody_client, {**glass, "id": sign_button(b"\xab" * 16)})
    assert outcomes() == ["granted", "limit_reached"]


def test_a_plain_check_in_needs_one_press(here: ScannedClub, nobody_client: Client) -> None:
    done = press(nobody_client, pressable(opened(nobody_client, here.code))[DISCOUNT], sure=False)
    assert "Checked in" in done
    row = CheckIn.objects.get()
    assert (row.permission, row.counted, row.partner, row.reader) == (DISCOUNT, False, None, "scan-page")


def test_undone_by_the_browser_that_pressed_within_a_quarter_of_an_hour(
    here: ScannedClub, nobody_client: Client
) -> None:
    form = pressable(opened(nobody_client, here.code))[GLASS]
    assert "Undo" in press(nobody_client, form)
    stranger = Client(SERVER_NAME="localhost")
    assert stranger.post(UNDO).status_code == 422
    undone = nobody_client.post(UNDO, follow=True).content.decode()
    assert "Undone" in undone and "1 left" in opened(nobody_client, here.code)
    assert nobody_client.post(UNDO).status_code == 422
    assert "Undone" in press(nobody_client, form), "the same press again counts nothing, and says so"
    press(nobody_client, pressable(opened(nobody_client, here.code))[GLASS])
    CheckIn.objects.filter(voided_at=None).update(at=timezone.now() - timedelta(minutes=16))
    late = nobody_client.post(UNDO)
    assert late.status_code == 422 and "too late" in late.content.decode()


def test_forged_unknown_and_other_organizations_codes_are_answered_alike(
    here: ScannedClub, nobody_client: Client
) -> None:
    forged = here.code[:-1] + ("B" if here.code[-1] != "B" else "C")
    pages = {
        opened(nobody_client, code, 404) for code in (forged, new_code(b"0123456789"), "4006381333931", "x%01y")
    }
    assert len(pages) == 1 and "This card is not known here" in pages.pop()


def test_numbers_on_other_cards_are_not_opened_by_address(here: ScannedClub, colleague_client: Client) -> None:
    members.import_card(here.anna, "4006381333931")
    assert "not known here" in opened(colleague_client, "4006381333931", 404)


def test_expired_and_revoked_cards_say_so(
    here: ScannedClub, nobody_client: Client, colleague_client: Client
) -> None:
    membership = here.anna.memberships.get()
    membership.ends_at = timezone.now() - timedelta(days=1)
    members.save_membership(membership)
    for client, word in ((nobody_client, "No longer active"), (colleague_client, "Expired")):
        page = opened(client, here.code)
        assert word in page and "Anna" in page and not pressable(page)
    members.revoke_cards(here.anna.cards.all(), timezone.now())
    page = opened(nobody_client, here.code)
    assert "The card is revoked" in page and "Anna" not in page
    assert "Anna Maria Bauer" in opened(colleague_client, here.code)


def test_that_a_membership_is_in_grace_is_staffs_to_know(
    here: ScannedClub, nobody_client: Client, colleague_client: Client
) -> None:
    membership = here.anna.memberships.get()
    membership.ends_at, membership.at_end = timezone.now() - timedelta(hours=1), AtEnd.RENEWS
    members.save_membership(membership)
    pages = [opened(each, here.code) for each in (nobody_client, a_phone_of(here.bar), colleague_client)]
    lights = [re.search(r"sheet scanned (\w+)", page)[1] for page in pages]
    assert lights == ["green", "green", "amber"]


def checkin_at_the_inn(here: ScannedClub) -> None:
    check_in(here.code, DISCOUNT, Station(partner=here.inn), timezone.now())


@pytest.mark.parametrize("sees", list(Sees))
@pytest.mark.parametrize("kind", list(Kind))
def test_who_sees_what(sees: Sees, kind: Kind, colleague: object, monkeypatch: pytest.MonkeyPatch) -> None:
    here = scanned_club(visitor_sees=sees, visitors_redeem=True)
    client = Client(SERVER_NAME="localhost")
    checkin_at_the_inn(here)
    profiles.set_photo(here.anna, a_jpeg())
    who = {
        Kind.STAFF: Scanner(Kind.STAFF, user=colleague),
        Kind.PARTNER: Scanner(Kind.PARTNER, partner=here.bar),
        Kind.VISITOR: Scanner(Kind.VISITOR),
    }[kind]
    monkeypatch.setattr("hub.scan.gate.scanner_of", lambda _request: who)
    page = opened(client, here.code)
    known, everything = who.is_known, who.is_known or sees is Sees.ALL
    tells = known or sees is not Sees.STATUS
    assert "Active" in page and "There is nothing that this member could use here" not in page
    assert ("Glass of wine" in page) == ("Discount" in page) == bool(pressable(page)) == tells
    assert ("Anna Maria Bauer" in page) == everything
    assert ("Anna B." in page) == (not everything and sees is Sees.CAREFUL)
    assert ("Connoisseur" in page) == ("1 left" in page) == tells
    assert ("/c/photo/" in page) == ("Lately" in page) == everything
    assert ("· Inn" in page) == (kind is Kind.STAFF)
    assert ("another partner" in page) == (kind is Kind.PARTNER)
    assert "anna@club.example" not in page
