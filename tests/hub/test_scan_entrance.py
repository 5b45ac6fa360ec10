"""Who has to sign in before they see a card, who is told that it would not help, and what ends with a sign-in or a
partner's link."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from hub.checkins.models import CheckIn
from hub.members import operations as members
from hub.members import profile_operations as profiles
from hub.members.models import Permission
from hub.organization.models import Sees
from hub.organization.operations import save_organization
from hub.organization.queries import organization
from hub.partners.link_operations import revoke_link
from tests.hub.colleagues import client_of
from tests.hub.partner_phones import a_link, a_phone_of, opens
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, opened, press, pressable, scanned_club
from tests.hub.test_scan_page import a_jpeg

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
DONE, UNDO, BACK = "/c/done", "/c/undo", "/c/back"
PASSWORD = "a long way round"


@pytest.fixture
def here(database: object) -> ScannedClub:
    return scanned_club()


def now_asks_for_a_sign_in() -> None:
    found = organization()
    found.login_required = True
    save_organization(found)


def pressed_at(phone: Client, here: ScannedClub) -> str:
    """A glass; what the button to undo it sends."""
    page = press(phone, pressable(opened(phone, here.code))[GLASS])
    assert "Redeemed" in page
    return re.search(r'name="done" value="([^"]+)"', page)[1]


def photo_of(phone: Client, here: ScannedClub) -> str:
    return re.search(r"/c/photo/[^\"]+", opened(phone, here.code))[0]


def test_after_signing_in_the_card_is_there_and_its_code_was_in_no_address(
    here: ScannedClub, colleague: User
) -> None:
    now_asks_for_a_sign_in()
    colleague.set_password(PASSWORD)
    colleague.save()
    phone = Client(SERVER_NAME="localhost")
    there = re.search(r'class="button main wide" href="([^"]+)"', opened(phone, here.code, 403))[1]
    assert there == f"/account/login/?next={BACK}"
    kept = phone.cookies["scan_back"]
    assert kept["httponly"] and kept["samesite"] == "Lax" and kept["path"] == BACK and kept["max-age"] == 900
    come = phone.post(there, {"login": colleague.username, "password": PASSWORD}, follow=True)
    assert [address for address, _ in come.redirect_chain] == [BACK, f"/c/{here.code}"]
    assert "Anna Maria Bauer" in come.content.decode()


@pytest.mark.parametrize("kept", ["", "https://elsewhere.example/", "made:up:here"])
def test_who_comes_back_with_nothing_to_come_back_to_scans_again(here: ScannedClub, kept: str) -> None:
    phone = Client(SERVER_NAME="localhost")
    phone.cookies["scan_back"] = kept
    response = phone.get(BACK)
    assert response.status_code == 200 and "Scan the card again" in response.content.decode()


def test_whose_account_may_not_look_is_told_so_and_not_to_sign_in_again(
    here: ScannedClub, outsider_client: Client
) -> None:
    for address in ("/counter/", f"/c/{here.code}"):
        now_asks_for_a_sign_in()
        page = outsider_client.get(address)
        text = page.content.decode()
        assert (
            page.status_code == 403 and "Your account may not look at cards" in text and "outsider" in text.lower()
        )
        assert 'action="/account/logout/"' in text and 'href="/account/login/' not in text and "Anna" not in text
    gone = outsider_client.post("/account/logout/", {"next": f"/account/login/?next={BACK}"})
    assert gone["Location"] == f"/account/login/?next={BACK}"


def test_open_pages_offer_no_sign_in_to_who_is_signed_in(here: ScannedClub, outsider_client: Client) -> None:
    for page in (outsider_client.get("/counter/"), outsider_client.get("/partner/")):
        assert 'href="/account/login/' not in page.content.decode()
    assert 'href="/account/login/' not in opened(outsider_client, here.code)
    assert 'href="/account/login/' in opened(Client(SERVER_NAME="localhost"), here.code)


def test_after_signing_out_nothing_is_shown_or_undone(here: ScannedClub, colleague_client: Client) -> None:
    profiles.set_photo(here.anna, a_jpeg())
    token, photo = pressed_at(colleague_client, here), photo_of(colleague_client, here)
    assert colleague_client.get(photo).status_code == 200
    kept = colleague_client.cookies["scan_done"].value
    colleague_client.logout()
    colleague_client.cookies["scan_done"] = kept
    assert_nothing_is_left(colleague_client, token, photo)


def test_what_one_member_of_staff_pressed_is_not_anothers(
    here: ScannedClub, colleague_client: Client, front_desk: User
) -> None:
    token = pressed_at(colleague_client, here)
    other = client_of(front_desk)
    assert "cannot be undone here any more" in other.post(UNDO, {"done": token}).content.decode()
    assert "Undone" in colleague_client.post(UNDO, {"done": token}, follow=True).content.decode()


def test_a_link_that_was_revoked_shows_and_undoes_nothing(here: ScannedClub) -> None:
    profiles.set_photo(here.anna, a_jpeg())
    link = a_link(here.bar)
    phone = opens(link)
    token, photo = pressed_at(phone, here), photo_of(phone, here)
    assert phone.get(photo).status_code == 200 and "Redeemed" in phone.get(DONE).content.decode()
    revoke_link(link.link, timezone.now())
    assert_nothing_is_left(phone, token, photo)


def assert_nothing_is_left(phone: Client, token: str, photo: str) -> None:
    done = phone.get(DONE).content.decode()
    assert "There is nothing here any more" in done and "Anna" not in done
    late = phone.post(UNDO, {"done": token})
    assert late.status_code == 422 and "cannot be undone here any more" in late.content.decode()
    assert phone.get(photo).status_code == 404
    assert CheckIn.objects.get().voided_at is None


@pytest.mark.parametrize("by_link", [True, False])
def test_once_a_sign_in_is_asked_for_nothing_goes_on_without(here: ScannedClub, by_link: bool) -> None:
    found = organization()
    found.visitor_sees, found.visitors_redeem = Sees.ALL, True
    save_organization(found)
    profiles.set_photo(here.anna, a_jpeg())
    phone = a_phone_of(here.bar) if by_link else Client(SERVER_NAME="localhost")
    token, photo = pressed_at(phone, here), photo_of(phone, here)
    assert phone.get(photo).status_code == 200
    now_asks_for_a_sign_in()
    for response in (phone.get(DONE), phone.post(UNDO, {"done": token})):
        page = response.content.decode()
        assert response.status_code == 403 and "Sign in to look at cards" in page and "Anna" not in page
    assert phone.get(photo).status_code == 404
    assert CheckIn.objects.get().voided_at is None


def test_a_partners_link_is_no_sign_in_for_a_benefit_that_asks_for_one(
    here: ScannedClub, colleague_client: Client
) -> None:
    discount = Permission.objects.get(slug=DISCOUNT)
    discount.login_required = True
    members.save_permission(discount, [])
    phone = a_phone_of(here.bar)
    page = opened(phone, here.code)
    assert "Only where a partner or staff is signed in" in page and list(pressable(page)) == [GLASS]
    posted = press(phone, {**pressable(page)[GLASS], "permission": DISCOUNT})
    assert "Only where a partner or staff is signed in" in posted
    assert CheckIn.objects.get().reason == "login_required"
    # What is used up is theirs by their link all the same.
    assert "Redeemed" in press(phone, pressable(opened(phone, here.code))[GLASS])
    assert "Checked in" in press(colleague_client, pressable(opened(colleague_client, here.code))[DISCOUNT])
