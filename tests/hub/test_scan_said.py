"""A visitor says at which partner they are: what they check in counts there, marked; it opens nothing else."""

from datetime import timedelta

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from hub.api.scopes import Scope
from hub.checkins.models import CheckIn
from hub.members import operations, queries
from hub.members.models import Grant, Permission
from hub.members.rotating_operations import make_rotating
from hub.partners.models import Partner
from hub.partners.operations import save_partner
from hub.scan import signed
from tests.hub.api_client import Api
from tests.hub.partner_phones import a_phone_of, home
from tests.hub.scanned_club import DISCOUNT, GLASS, WEEK, ScannedClub, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
TYRES = "tyres"


@pytest.fixture
def here(database: object) -> ScannedClub:
    return scanned_club()


def offered_alone(here: ScannedClub, partner: Partner, *limits: object, **rules: object) -> Permission:
    """A benefit at this partner alone."""
    made = Permission(slug=TYRES, name="10 % off", is_benefit=True, approved_partners_only=True, **rules)
    operations.save_permission(made, [partner])
    operations.save_grant(Grant(plan=here.plan, permission=made), limits)
    return made


def a_strangers_phone() -> Client:
    return Client(SERVER_NAME="localhost")


def say(phone: Client, here: ScannedClub, slug: str, status: int = 200, **more: str) -> str:
    response = phone.post("/c/say", {"code": here.code, "said": slug, **more})
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def made() -> list[tuple[str, str | None, bool, str]]:
    rows = CheckIn.objects.order_by("number")
    return [(each.permission, each.partner, each.partner_said, each.reason) for each in rows]


def test_a_strangers_check_in_counts_where_they_say_that_they_are(here: ScannedClub) -> None:
    """The club's discount, and one at the inn alone: any phone, no account."""
    offered_alone(here, here.inn, partner_may_be_said=True)
    phone = a_strangers_phone()
    first = opened(phone, here.code)
    assert "Where are you?" in first and set(pressable(first)) == {DISCOUNT}
    at_inn = say(phone, here, "inn")
    assert "counts at Inn, as you said" in at_inn and not CheckIn.objects.exists()
    done = press(phone, pressable(at_inn)[TYRES])
    assert "Checked in" in done and "Counted at Inn, as you said." in done
    # The phone remembers it.
    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    assert made() == [(TYRES, "inn", True, "granted"), (DISCOUNT, "inn", True, "granted")]


def test_nothing_is_said_by_itself_and_it_can_be_taken_back(here: ScannedClub) -> None:
    phone = a_strangers_phone()
    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    say(phone, here, "bar")
    press(phone, pressable(say(phone, here, ""))[DISCOUNT])
    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    assert made() == [(DISCOUNT, None, False, "granted")] * 3


def test_it_is_no_link_and_no_sign_in(here: ScannedClub) -> None:
    """What is for approved partners alone, and what is used up, stay for those who are known."""
    offered_alone(here, here.inn)
    phone = a_strangers_phone()
    page = say(phone, here, "inn")
    assert set(pressable(page)) == {DISCOUNT} and "10 % off" not in page
    by_hand = {**pressable(page)[DISCOUNT], "permission": TYRES}
    assert "Nothing was recorded" in press(phone, by_hand)
    glass = {**pressable(page)[DISCOUNT], "permission": GLASS, "id": signed.sign_button(b"\xab" * 16)}
    press(phone, glass)
    assert made() == [(GLASS, "inn", True, "login_required")]
    for address in ("/partner/figures/", "/partner/figures/day.csv"):
        assert phone.get(address).status_code == 302
    assert "Open the link" in home(phone) and "Where are you" in opened(phone, here.code)
    assert phone.get("/counter/").status_code == 403


def test_the_decision_itself_approves_nobody_by_what_they_say(
    here: ScannedClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a benefit is for approved partners since its page was looked up."""
    tyres = offered_alone(here, here.inn, partner_may_be_said=True)
    phone = a_strangers_phone()
    form = pressable(say(phone, here, "inn"))[TYRES]
    tyres.partner_may_be_said = False
    operations.save_permission(tyres)
    monkeypatch.setattr("hub.scan.who.benefits_said_at", lambda _partner: Permission.objects.all())
    press(phone, form)
    assert made() == [(TYRES, "inn", True, "partner_not_approved")]


@pytest.mark.parametrize("may", [False, True])
def test_a_limited_one_asks_the_organizations_switch_too(database: object, may: bool) -> None:
    here = scanned_club(visitors_redeem=may)
    offered_alone(here, here.inn, WEEK, partner_may_be_said=True)
    phone = a_strangers_phone()
    page = say(phone, here, "inn")
    assert (TYRES in pressable(page)) is may
    button = {"permission": TYRES, "id": signed.sign_button(b"\xab" * 16)}
    press(phone, {**pressable(page)[DISCOUNT], **button})
    assert made() == [(TYRES, "inn", True, "granted" if may else "login_required")]


def test_who_is_known_is_asked_nothing_and_says_nothing(here: ScannedClub, colleague_client: Client) -> None:
    offered_alone(here, here.inn, partner_may_be_said=True)
    for client, partner in ((a_phone_of(here.bar), "bar"), (colleague_client, None)):
        CheckIn.objects.all().delete()
        assert "Where are you?" not in opened(client, here.code)
        page = say(client, here, "inn")
        form = pressable(page)[DISCOUNT]
        assert "said" not in form and (TYRES in pressable(page)) is False
        press(client, {**form, "said": "inn"})
        assert made() == [(DISCOUNT, partner, False, "granted")]
        assert "doorward_said" not in client.cookies


def test_partners_who_offer_something_of_this_members_plans_are_there_to_choose(here: ScannedClub) -> None:
    tyres = offered_alone(here, here.inn, partner_may_be_said=True)
    save_partner(Partner(slug="shut", name="Shut", active=False))
    phone = a_strangers_phone()
    everywhere = opened(phone, here.code)
    assert all(f'<option value="{slug}">' in everywhere for slug in ("bar", "inn")) and "Shut" not in everywhere
    for slug in (GLASS, DISCOUNT):
        Permission.objects.filter(slug=slug).update(is_benefit=False)
    alone = opened(phone, here.code)
    assert '<option value="inn">' in alone and "Bar" not in alone
    tyres.partner_may_be_said = False
    operations.save_permission(tyres)
    assert "Where are you?" not in opened(phone, here.code)


def test_where_visitors_may_use_nothing_nobody_is_asked(database: object) -> None:
    here = scanned_club(visitors_check_in=False)
    assert "Where are you?" not in opened(a_strangers_phone(), here.code)


def test_a_page_counts_where_it_said_and_not_where_another_window_says_since(here: ScannedClub) -> None:
    phone = a_strangers_phone()
    at_bar = pressable(say(phone, here, "bar"))[DISCOUNT]
    say(phone, here, "inn")
    press(phone, at_bar)
    assert made() == [(DISCOUNT, "bar", True, "granted")]


def test_a_partner_that_is_not_active_any_more_is_not_said(here: ScannedClub) -> None:
    phone = a_strangers_phone()
    form = pressable(say(phone, here, "bar"))[DISCOUNT]
    here.bar.active = False
    save_partner(here.bar)
    assert "Nothing was recorded" in press(phone, form)
    say(phone, here, "bar", 422)
    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    assert made() == [(DISCOUNT, None, False, "granted")]


@pytest.mark.parametrize("slug", ["nobody", "in\0n", "x" * 500, "Inn"])
def test_what_is_no_partner_is_answered_and_nothing_is_kept(here: ScannedClub, slug: str) -> None:
    phone = a_strangers_phone()
    assert "Nothing was recorded" in say(phone, here, slug, 422)
    assert "doorward_said" not in phone.cookies
    phone.cookies["doorward_said"] = "inn"
    press(phone, pressable(opened(phone, here.code))[DISCOUNT])
    assert made() == [(DISCOUNT, None, False, "granted")]


def test_undone_by_who_pressed_whatever_they_say_since(here: ScannedClub) -> None:
    phone = a_strangers_phone()
    press(phone, pressable(say(phone, here, "bar"))[DISCOUNT])
    say(phone, here, "inn")
    assert "Counted at Bar" in phone.get("/c/done").content.decode()
    assert "Undone" in phone.post("/c/undo", follow=True).content.decode()
    assert CheckIn.objects.get().voided_at is not None
    assert "Nothing was recorded" in a_strangers_phone().post("/c/undo", follow=True).content.decode()


def test_saying_where_one_is_keeps_a_live_code_no_longer(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = scanned_club(visitors_redeem=True)
    make_rotating([here.card])
    phone, began = a_strangers_phone(), timezone.now()
    live = pressable(opened(phone, queries.rotating_text_now(here.card, began)))[DISCOUNT]["live"]
    again = pressable(say(phone, here, "bar", live=live))
    assert live and GLASS in again and again[GLASS]["live"] == live
    later = began + signed.LIVE_FOR + timedelta(seconds=5)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert GLASS not in pressable(say(phone, here, "inn", live=live))
    assert GLASS not in pressable(say(phone, here, "inn", live="made-up"))


def test_a_code_that_is_no_cards_is_counted_as_one_that_was_guessed(here: ScannedClub) -> None:
    phone = a_strangers_phone()
    for _ in range(15):
        assert phone.post("/c/say", {"code": "0" * 20, "said": ""}).status_code == 404
    assert phone.post("/c/say", {"code": "0" * 20, "said": ""}).status_code == 429


def test_that_it_was_only_said_is_told_wherever_it_is_counted(
    here: ScannedClub, colleague_client: Client, reports_only_client: Client
) -> None:
    phone = a_strangers_phone()
    press(phone, pressable(say(phone, here, "bar"))[DISCOUNT])
    bars = a_phone_of(here.bar)
    press(bars, pressable(opened(bars, here.code))[DISCOUNT])
    for page in ("/desk/checkins/", f"/desk/customers/{here.anna.pk}/"):
        assert colleague_client.get(page).content.decode().count("partner only said") == 1
    lines = text_of(colleague_client.get("/desk/checkins.csv"))
    assert [line.rpartition(",")[2] for line in lines] == ["partner_only_said", "no", "yes"]
    assert "only said" in home(bars)
    assert text_of(bars.get("/partner/figures/benefit.csv"))[1] == "Discount,2,1,1,0,0,0,1"
    assert text_of(reports_only_client.get("/desk/reports/benefits/partner.csv"))[1] == "Bar,2,1,1,0,0,0,1"
    api = Api(Scope.CHECKINS_READ)
    assert [each["partner_said"] for each in api.get("/check-ins")["items"]] == [False, True]


def text_of(answer: HttpResponseBase) -> list[str]:
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
