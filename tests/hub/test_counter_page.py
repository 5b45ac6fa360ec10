"""The counter page: what it does is chosen once; showing records nothing, using at once does, and once; who is not
known is told how to be."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hub.checkins.models import CheckIn
from hub.members import operations as members
from hub.members import queries
from hub.members.models import Permission
from hub.members.rotating_operations import make_rotating
from hub.organization.operations import save_organization
from hub.organization.queries import organization
from tests.hub.partner_phones import a_phone_of
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
COUNTER = "/counter/"
AT_ONCE = "at-once"


@pytest.fixture
def here(database: object) -> ScannedClub:
    return scanned_club()


@pytest.fixture
def bar(here: ScannedClub) -> Client:
    """A phone at the bar, by its link."""
    return a_phone_of(here.bar)


def scan(client: Client, text: str, benefit: str = "", when: str = "", id: str = "") -> str:
    """What the page shows of it."""
    sent = {"text": text, "benefit": benefit, "when": when, "id": id}
    response = client.post(f"{COUNTER}scan", sent)
    assert response.status_code == 200
    return result_of(response.content.decode())


def result_of(page: str) -> str:
    found = page.split('<div id="result"')[1].split('<form id="scan"', maxsplit=1)[0]
    return html.unescape(found)


def reasons() -> list[str]:
    return list(CheckIn.objects.order_by("number").values_list("reason", flat=True))


def test_who_is_not_known_is_told_how_to_be(here: ScannedClub, nobody_client: Client) -> None:
    for response in (nobody_client.get(COUNTER), nobody_client.post(f"{COUNTER}scan", {"text": here.code})):
        page = response.content.decode()
        assert response.status_code == 403 and "for partners and staff" in page and "Anna" not in page
    assert nobody_client.post(f"{COUNTER}choose", {"benefit": GLASS}).status_code == 403


def test_this_page_may_ask_for_a_camera_and_a_cards_page_may_not(
    colleague_client: Client, here: ScannedClub
) -> None:
    headers = colleague_client.get(COUNTER).headers
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"] and "noindex" in headers["X-Robots-Tag"]
    other = colleague_client.get(f"/c/{here.code}").headers
    assert "camera=()" in other["Permissions-Policy"] and "unsafe" not in other["Content-Security-Policy"]


def test_a_card_is_shown_first_and_nothing_is_recorded(bar: Client, here: ScannedClub) -> None:
    shown = scan(bar, f"https://club.example/c/{here.code}")
    assert "Anna Maria Bauer" in shown and set(pressable(shown)) == {GLASS, DISCOUNT}
    only = scan(bar, here.code.lower(), benefit=GLASS)
    assert set(pressable(only)) == {GLASS} and "Discount" not in only
    assert not CheckIn.objects.exists()
    assert "Redeemed" in press(bar, pressable(only)[GLASS])
    row = CheckIn.objects.get()
    assert (row.partner, row.reader, row.counted) == ("bar", "scan-page", True)


def test_used_at_once_and_once_and_undone(bar: Client, here: ScannedClub) -> None:
    first = scan(bar, here.code, GLASS, AT_ONCE, "ab" * 16)
    assert "Redeemed" in first and "Anna Maria Bauer" in first and "0 left" in first and "The card" in first
    assert "Redeemed" in scan(bar, here.code, GLASS, AT_ONCE, "ab" * 16)
    assert reasons() == ["granted"]
    denied = scan(bar, here.code, GLASS, AT_ONCE)
    assert "Used up" in denied and "Again on " in denied and 'action="/c/undo"' not in denied
    token = re.search(r'name="done" value="([^"]+)"', first)[1]
    assert "Nothing was recorded" in bar.post("/c/undo", {"done": token[:-1]}).content.decode()
    assert "Undone" in bar.post("/c/undo", {"done": token}, follow=True).content.decode()
    assert "Undone" in scan(bar, here.code, GLASS, AT_ONCE, "ab" * 16)
    assert "Redeemed" in scan(bar, here.code, GLASS, AT_ONCE)
    assert "Checked in" in scan(bar, here.code, DISCOUNT, AT_ONCE)
    assert reasons() == ["granted", "limit_reached", "granted", "granted"]


def test_an_id_of_another_scan_uses_nothing_up(bar: Client, here: ScannedClub) -> None:
    scan(bar, here.code, DISCOUNT, AT_ONCE, "ab" * 16)
    assert "of another card" in scan(bar, here.code, GLASS, AT_ONCE, "ab" * 16)
    assert reasons() == ["granted"]


def test_the_choice_is_remembered_on_the_device(bar: Client, here: ScannedClub) -> None:
    assert "open><summary>What this counter does" in bar.get(COUNTER).content.decode()
    chosen = bar.post(f"{COUNTER}choose", {"benefit": GLASS, "when": AT_ONCE}, follow=True).content.decode()
    assert "<h1>Glass of wine</h1>" in chosen and "Used as soon as a card is scanned" in chosen
    assert f'name="benefit" value="{GLASS}"' in chosen and f'name="when" value="{AT_ONCE}"' in chosen
    unclear = bar.post(f"{COUNTER}choose", {"benefit": "", "when": AT_ONCE})
    assert unclear.status_code == 422 and "Choose one benefit" in unclear.content.decode()
    assert "<h1>Glass of wine</h1>" in bar.get(COUNTER).content.decode()
    glass = Permission.objects.get(slug=GLASS)
    glass.approved_partners_only = True
    members.save_permission(glass, [here.inn])
    gone = bar.get(COUNTER).content.decode()
    assert "not offered any more" in gone and "Each card is shown first" in gone
    assert "not offered any more" in scan(bar, here.code, GLASS, AT_ONCE)
    assert not CheckIn.objects.exists()


def test_on_a_new_device_a_result_stands_above_what_is_to_be_chosen(bar: Client, here: ScannedClub) -> None:
    page = bar.get(COUNTER).content.decode()
    choosing = re.search(r'<details class="sheet choosing" open>', page)
    assert choosing and page.index('id="camera"') < page.index('id="result"') < choosing.start()


def test_what_scanners_type_and_cards_that_members_carry(bar: Client, here: ScannedClub) -> None:
    # An American scanner's colon, slashes and hyphens, as a German keyboard types them.
    assert "Anna" in scan(bar, f"HTTPSÖ--CLUB.EXAMPLE-C-{here.code}")
    members.import_card(here.anna, "4006381333931")
    assert "Anna" in scan(bar, " 4006381333931\r")
    assert "Redeemed" in scan(bar, "]E04006381333931", GLASS, AT_ONCE)


@pytest.mark.parametrize("text", ["", "\x00", "x" * 513])
def test_what_is_no_card_is_not_recorded(bar: Client, text: str) -> None:
    assert "no card's code" in scan(bar, text, GLASS, AT_ONCE)
    assert not CheckIn.objects.exists()


def test_an_unknown_card_is_shown_alike_and_recorded_where_it_was_to_be_used(bar: Client) -> None:
    assert "not known here" in scan(bar, "BCDFG")
    assert not CheckIn.objects.exists()
    assert "not known here" in scan(bar, "BCDFG", GLASS, AT_ONCE)
    assert reasons() == ["unknown_card"]


def test_why_a_membership_is_over_is_staffs_to_know(
    bar: Client, here: ScannedClub, colleague_client: Client
) -> None:
    membership = here.anna.memberships.get()
    membership.ends_at = timezone.now() - timedelta(days=1)
    members.save_membership(membership)
    said = scan(bar, here.code, GLASS, AT_ONCE)
    assert "No longer active" in said and "The membership is over" not in said
    assert "The membership is over" in scan(colleague_client, here.code, GLASS, AT_ONCE)


def test_a_rotating_card_is_used_by_its_live_code(bar: Client, here: ScannedClub) -> None:
    make_rotating([here.card])
    at = timezone.now()
    old, live = (queries.rotating_text_now(here.card, each) for each in (at - timedelta(minutes=5), at))
    for text in (here.code, old):
        assert "ask for the live card" in scan(bar, text, GLASS, AT_ONCE)
    assert "Redeemed" in scan(bar, live, GLASS, AT_ONCE)
    assert "Checked in" in scan(bar, here.code, DISCOUNT, AT_ONCE)


def test_where_a_sign_in_is_asked_for_a_link_is_not_enough(
    bar: Client, here: ScannedClub, colleague_client: Client
) -> None:
    found = organization()
    found.login_required = True
    save_organization(found)
    for response in (bar.get(COUNTER), bar.post(f"{COUNTER}scan", {"text": here.code})):
        page = response.content.decode()
        assert response.status_code == 403 and "next=/counter/" in page and "Anna" not in page
    assert "Anna" in scan(colleague_client, here.code)


def test_without_the_pages_own_token_nothing_is_done(colleague: object, here: ScannedClub) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.force_login(colleague)
    for path in ("scan", "choose"):
        assert strict.post(f"{COUNTER}{path}", {"text": here.code}).status_code == 403
    assert strict.get(f"{COUNTER}scan").status_code == 405


@pytest.mark.both_databases
def test_as_many_questions_for_thirty_benefits_as_for_two(bar: Client, here: ScannedClub) -> None:
    def questions() -> int:
        bar.get(COUNTER)
        asked: list[int] = []
        with connection.execute_wrapper(lambda run, *said: asked.append(1) or run(*said)):
            bar.get(COUNTER)
        return len(asked)

    few = questions()
    for number in range(28):
        members.save_permission(Permission(slug=f"more-{number}", name=f"More {number}", is_benefit=True))
    assert questions() == few
