"""What a press on the scan page is worth: for how long, by which way in, of which window, and what it uses up."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.checkins.models import CheckIn
from hub.members import operations as members
from hub.members.models import Grant, Membership, Permission, Plan
from hub.scan.gate import OF_UNKNOWN_CODES
from hub.scan.signed import sign_button
from tests.hub.partner_phones import a_phone_of
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
CARRIED = "4006381333931"
LONG_AGO = timedelta(minutes=16)


def a_phone() -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def here(database: object) -> ScannedClub:
    return scanned_club(visitors_redeem=True)


def reasons() -> list[str]:
    return list(CheckIn.objects.order_by("number").values_list("reason", flat=True))


def is_moved_by(difference: timedelta) -> None:
    CheckIn.objects.update(at=timezone.now() + difference)


def a_discount(here: ScannedClub, **changed: str) -> dict[str, str]:
    return {**pressable(opened(a_phone(), here.code))[DISCOUNT], **changed}


def test_a_number_that_a_member_carries_is_a_strangers_no_more_by_hand_than_by_address(
    here: ScannedClub,
) -> None:
    members.import_card(here.anna, CARRIED)
    form = a_discount(here, code=CARRIED, id=sign_button(b"\xab" * 16))
    told = a_phone().post("/c/use", form)
    assert told.status_code == 404 and "This card is not known here" in told.content.decode()
    assert "Anna" not in told.content.decode() and not CheckIn.objects.exists()
    # The counter page takes them, and its buttons come here.
    assert "Checked in" in press(a_phone_of(here.bar), form)


def test_codes_that_are_guessed_by_hand_are_counted_with_those_by_address(here: ScannedClub) -> None:
    phone, form = a_phone(), a_discount(here)
    for number in range(OF_UNKNOWN_CODES.count):
        response = phone.post("/c/use", {**form, "code": CARRIED if number % 2 else "BCDFG"})
        assert response.status_code == 404
    assert phone.post("/c/use", {**form, "code": CARRIED}).status_code == 429
    opened(phone, "BCDFG", 429)
    assert "Checked in" in press(phone, form) and reasons() == ["granted"]


@pytest.mark.both_databases
def test_a_card_that_was_revoked_meanwhile_names_nobody_to_strangers(here: ScannedClub) -> None:
    phone, partner = a_phone(), a_phone_of(here.bar)
    forms = [pressable(opened(each, here.code))[DISCOUNT] for each in (phone, partner)]
    members.revoke_cards(here.anna.cards.all(), timezone.now())
    for client, form, is_named in zip((phone, partner), forms, (False, True), strict=True):
        page = press(client, form)
        assert "The card is revoked" in page and ("Anna" in page) == is_named


def test_a_press_is_told_again_for_a_quarter_of_an_hour_and_no_longer(here: ScannedClub) -> None:
    phone = a_phone()
    form = pressable(opened(phone, here.code))[GLASS]
    assert "Redeemed" in press(phone, form) and "Redeemed" in press(phone, form)
    # Before it, too: the hub's clock may have been put back since.
    for difference in (-LONG_AGO, LONG_AGO):
        is_moved_by(difference)
        old = press(phone, form)
        assert "more than 15 minutes ago" in old and "Scan the card again" in old and "Redeemed" not in old
    assert reasons() == ["granted"]


def test_a_button_that_was_shown_long_ago_does_nothing(here: ScannedClub, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr("django.core.signing.time.time", (timezone.now() - LONG_AGO).timestamp)
        old = sign_button(b"\xab" * 16)
    page = press(a_phone(), a_discount(here, id=old))
    assert "This page is too old" in page and "Scan the card again" in page and not CheckIn.objects.exists()
    # Not ours: as hexadecimal digits, or signed for something else.
    for made_up in ("ab" * 16, "", f"{old[:-1]}-"):
        assert "Nothing was recorded" in press(a_phone(), a_discount(here, id=made_up))
    assert not CheckIn.objects.exists()


def test_where_status_alone_is_seen_nothing_is_offered_or_pressed(colleague_client: Client) -> None:
    here = scanned_club(visitor_sees="status", visitors_redeem=True)
    phone, form = a_phone(), pressable(opened(colleague_client, here.code))[GLASS]
    assert not pressable(opened(phone, here.code))
    told = press(phone, form)
    assert "Only partners and staff may check members in here" in told and "left" not in told
    assert not CheckIn.objects.exists()
    assert "Redeemed" in press(colleague_client, form)


def test_undo_is_for_the_check_in_that_its_page_shows(here: ScannedClub) -> None:
    phone = a_phone()
    first = press(phone, pressable(opened(phone, here.code))[GLASS])
    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    token = re.search(r'name="done" value="([^"]+)"', first)[1]
    undone = phone.post("/c/undo", {"done": token}, follow=True).content.decode()
    assert "Undone" in undone and "Glass of wine" in undone
    standing = dict(CheckIn.objects.values_list("permission", "voided_at"))
    assert standing[GLASS] is not None and standing[DISCOUNT] is None


def also_without_limit(here: ScannedClub) -> None:
    """By another plan Anna has as many glasses as she likes."""
    plan = members.save_plan(Plan(name="Barrel"))
    members.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug=GLASS)), ())
    starts = timezone.now() - timedelta(days=1)
    members.save_membership(Membership(plan=plan, customer=here.anna, starts_at=starts))


@pytest.mark.parametrize("may_check_in", [True, False])
def test_what_a_visitor_may_press_goes_by_what_it_uses_up(may_check_in: bool) -> None:
    here = scanned_club(visitors_check_in=may_check_in)
    also_without_limit(here)
    phone = a_phone()
    page = opened(phone, here.code)
    assert set(pressable(page)) == ({GLASS, DISCOUNT} if may_check_in else set())
    assert "Redeem<" not in page
    if may_check_in:
        assert "Checked in" in press(phone, pressable(page)[GLASS], sure=False)
    else:
        known = pressable(opened(a_phone_of(here.bar), here.code))[DISCOUNT]
        assert "Nothing was recorded" in press(phone, {**known, "permission": GLASS})
    assert reasons() == ["granted"] * may_check_in
