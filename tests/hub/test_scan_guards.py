"""What guards the scan page: who may press, rotating cards, two at once, and what is asked too often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hub.checkins.models import CheckIn
from hub.members import codes, queries
from hub.members import operations as members
from hub.members.models import Customer, Permission
from hub.members.rotating_operations import make_rotating
from hub.rates.operations import Limit
from hub.scan.gate import OF_UNKNOWN_CODES
from hub.scan.signed import sign_button
from hub.scan.who import Kind, Scanner
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
USE = "/c/use"


def a_phone(**settings: object) -> Client:
    return Client(SERVER_NAME="localhost", **settings)


def as_partner(monkeypatch: pytest.MonkeyPatch, here: ScannedClub) -> None:
    monkeypatch.setattr("hub.scan.gate.scanner_of", lambda _request: Scanner(Kind.PARTNER, partner=here.bar))


def test_an_unknown_visitor_uses_nothing_up_and_a_partner_does(monkeypatch: pytest.MonkeyPatch) -> None:
    here = scanned_club()
    page = opened(a_phone(), here.code)
    assert "Only where a partner or staff is signed in" in page and "1 left" in page
    assert list(pressable(page)) == [DISCOUNT]
    form = {**pressable(page)[DISCOUNT], "permission": GLASS}
    assert "Only where a partner or staff is signed in" in press(a_phone(), form)
    assert CheckIn.objects.get().reason == "login_required"
    as_partner(monkeypatch, here)
    assert "Redeemed" in press(a_phone(), pressable(opened(a_phone(), here.code))[GLASS])
    assert CheckIn.objects.filter(outcome="granted").get().partner == "bar"


def test_a_switch_keeps_visitors_from_checking_in(colleague_client: Client) -> None:
    here = scanned_club(visitors_check_in=False)
    phone = a_phone()
    page = opened(phone, here.code)
    assert not pressable(page)
    form = pressable(opened(colleague_client, here.code))[DISCOUNT]
    assert "Nothing was recorded" in press(phone, form) and not CheckIn.objects.exists()
    assert "Checked in" in press(colleague_client, form)
    assert CheckIn.objects.get().checked_in_by.username == "colleague"


def test_where_a_sign_in_is_asked_for_nothing_is_seen(colleague_client: Client) -> None:
    here = scanned_club(login_required=True)
    phone = a_phone()
    pages = {phone.get(f"/c/{code}").content.decode().replace(code, "") for code in (here.code, here.code[::-1])}
    assert len(pages) == 1 and "Sign in to look at cards" in pages.pop()
    form = pressable(opened(colleague_client, here.code))[DISCOUNT]
    assert phone.post(USE, form).status_code == 403 and not CheckIn.objects.exists()


def test_only_what_this_partner_offers_is_shown_and_pressed(
    monkeypatch: pytest.MonkeyPatch, colleague_client: Client
) -> None:
    here = scanned_club(visitors_redeem=True)
    glass = Permission.objects.get(slug=GLASS)
    glass.approved_partners_only = True
    members.save_permission(glass, [here.inn])
    form = {**pressable(opened(a_phone(), here.code))[DISCOUNT], "permission": GLASS}
    assert "Glass of wine" not in opened(a_phone(), here.code)
    as_partner(monkeypatch, here)
    assert list(pressable(opened(a_phone(), here.code))) == [DISCOUNT]
    assert "Nothing was recorded" in press(a_phone(), form) and not CheckIn.objects.exists()
    members.save_permission(glass, [here.inn, here.bar])
    assert set(pressable(opened(a_phone(), here.code))) == {DISCOUNT, GLASS}


def test_a_rotating_card_redeems_by_a_live_code_once(colleague_client: Client) -> None:
    here = scanned_club(visitors_redeem=True)
    make_rotating([here.card])
    phone, other = a_phone(), a_phone()
    bare = opened(phone, here.code)
    assert "Ask for the live card" in bare and list(pressable(bare)) == [DISCOUNT]
    at = timezone.now()
    stale = queries.rotating_text_now(here.card, at - timedelta(minutes=5))
    assert "Ask for the live card" in opened(phone, stale)
    live = queries.rotating_text_now(here.card, at)
    forms = [pressable(opened(each, live))[GLASS] for each in (phone, other)]
    # A page that was never live, and one whose mark was made up, are denied.
    for mark in ("", "made:up"):
        denied = press(a_phone(), {**forms[0], "live": mark, "id": sign_button(b"\xcd" * 16)})
        assert "ask for the live card" in denied
        CheckIn.objects.all().delete()
    assert "Redeemed" in press(phone, forms[0]) and "Redeemed" in press(phone, forms[0])
    phone.post("/c/undo")
    # The same half minute's picture on another phone: the glass is there again, the code is not.
    assert "ask for the live card" in press(other, forms[1])
    # The digits of the next half minute are another showing of it.
    fresh = queries.rotating_text_now(here.card, at + timedelta(seconds=30))
    assert "Redeemed" in press(other, pressable(opened(other, fresh))[GLASS])
    other.post("/c/undo")
    assert "Redeemed" in press(colleague_client, pressable(opened(colleague_client, here.code))[GLASS])


@pytest.mark.both_databases
def test_two_phones_at_once_for_the_last_glass() -> None:
    here = scanned_club(visitors_redeem=True)
    phones = [a_phone() for _ in range(4)]
    forms = [pressable(opened(each, here.code))[GLASS] for each in phones]
    # Two of them are one phone's, pressed twice.
    forms[1] = forms[0]

    def go(number: int) -> str:
        try:
            return press(phones[number], forms[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as together:
        pages = list(together.map(go, range(4)))
    granted = ["Redeemed" in each for each in pages]
    assert granted[0] == granted[1] and sum(granted) in (1, 2)
    assert sorted(CheckIn.objects.values_list("reason", flat=True)) == [
        "granted",
        "limit_reached",
        "limit_reached",
    ]


def test_an_id_of_another_cards_page_is_refused() -> None:
    here = scanned_club(visitors_redeem=True)
    phone, form = a_phone(), pressable(opened(a_phone(), here.code))[DISCOUNT]
    press(phone, form)
    ben = members.save_customer(Customer(name="Ben"))
    code = codes.decrypt(members.issue_card(ben))
    assert "of another card" in press(phone, {**form, "code": code})
    assert "Nothing was recorded" in press(phone, {**form, "id": "zz"})
    assert CheckIn.objects.count() == 1


def test_without_the_pages_own_token_nothing_is_done() -> None:
    here = scanned_club()
    phone = a_phone(enforce_csrf_checks=True)
    form = pressable(opened(phone, here.code))[DISCOUNT]
    token = form.pop("csrfmiddlewaretoken")
    assert phone.post(USE, form).status_code == 403
    assert phone.post("/c/undo").status_code == 403
    assert not CheckIn.objects.exists()
    assert phone.post(USE, {**form, "csrfmiddlewaretoken": token}).status_code == 302


def test_opening_and_pressing_are_posts_and_gets_alone() -> None:
    here = scanned_club()
    phone = a_phone()
    assert phone.post(f"/c/{here.code}").status_code == 405
    assert phone.get(USE).status_code == phone.get("/c/undo").status_code == 405
    assert "There is nothing here any more" in phone.get("/c/done").content.decode()
    assert phone.get("/c/photo/made:up:here").status_code == 404


def test_who_guesses_codes_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    here = scanned_club()
    phone = a_phone()
    for _ in range(OF_UNKNOWN_CODES.count):
        opened(phone, "BCDF", 404)
    refused = phone.get("/c/BCDF")
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert "Too many cards" in refused.content.decode() and "Try again in" in refused.content.decode()
    # Cards that are ours still open from there, until the address has had too many of any.
    opened(phone, here.code)
    monkeypatch.setattr("hub.scan.gate.OF_AN_ADDRESS", Limit("scan-few", 1, 600))
    opened(phone, here.code)
    opened(phone, here.code, 429)


@pytest.mark.both_databases
def test_a_page_asks_the_same_number_of_questions_for_more() -> None:
    here = scanned_club(visitor_sees="all", visitors_redeem=True)
    phone = a_phone()

    def questions() -> int:
        opened(phone, here.code)
        with connection.execute_wrapper(lambda run, *said: asked.append(1) or run(*said)):
            asked: list[int] = []
            opened(phone, here.code)
        return len(asked)

    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    few = questions()
    for _ in range(7):
        press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    CheckIn.objects.filter(number__lt=5).update(partner="inn")
    assert questions() <= few + 1


def test_a_page_that_is_not_there_is_not_logged_for_its_address_may_hold_a_code(
    nobody_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert nobody_client.get("/c/BCDFGHJKLNPRSTVXBCDF").status_code == 404
    assert "BCDFGHJK" not in caplog.text
