"""A partner known by a link: opened once on a phone, which redeems as that partner until the link is revoked."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.audit.models import Entry
from hub.checkins.models import CheckIn
from hub.members import operations as members
from hub.members.models import Permission
from hub.partners.link_operations import make_link, note_use, revoke_link
from hub.partners.models import PartnerLink
from hub.partners.operations import save_partner
from hub.partners.queries import benefits_offered_by
from hub.scan.phone import COOKIE
from tests.hub.partner_phones import a_link, a_phone_of, home, opens, secret_in
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def a_stranger() -> Client:
    return Client(SERVER_NAME="localhost")


def approved_only(here: ScannedClub) -> None:
    glass = Permission.objects.get(slug=GLASS)
    glass.approved_partners_only = True
    members.save_permission(glass, [here.bar, here.inn])


def many(row: CheckIn, count: int) -> None:
    """As many more that are like it."""
    for number in range(count):
        row.pk, row.checkin_id, row.sequence = None, bytes([number]) * 16, 100 + number
        row.save(force_insert=True)


def test_a_phone_that_opened_the_link_redeems_as_the_partner() -> None:
    here = scanned_club()
    link = a_link(here.bar)
    phone = a_stranger()
    assert "For partners" in home(phone) and "For partners" in phone.get("/partner/link").content.decode()
    opens(link, phone)
    cookie = phone.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
    assert int(cookie["max-age"]) == 365 * 24 * 3600
    assert "Bar" in home(phone) and "Glass of wine" in home(phone)
    page = opened(phone, here.code)
    assert "You are Bar." in page and "Anna Maria Bauer" in page
    assert "Redeemed" in press(phone, pressable(page)[GLASS])
    row = CheckIn.objects.get()
    assert (row.partner, row.checked_in_by, row.reason) == ("bar", None, "granted")
    phone.post("/c/undo")
    undone = Entry.objects.get(action="voided")
    assert (undone.actor_kind, undone.actor) == ("partner", "Bar (bar phone)")
    kept = str(list(PartnerLink.objects.values())) + str(list(Entry.objects.values()))
    assert secret_in(link.address) not in kept + repr(link)
    assert phone.get("/partner/")["Cache-Control"].count("no-store")


def test_a_revoked_link_ends_at_once_everywhere_also_for_a_copied_cookie() -> None:
    here = scanned_club()
    link, other = a_link(here.bar), a_link(here.bar, "terrace")
    phone, thief, beside = opens(link), a_stranger(), opens(other)
    thief.cookies[COOKIE] = phone.cookies[COOKIE].value
    forms = [pressable(opened(each, here.code))[GLASS] for each in (phone, thief)]
    revoke_link(link.link, timezone.now())
    for each, form in zip((phone, thief), forms, strict=True):
        assert GLASS not in pressable(opened(each, here.code))
        assert "Only where a partner or staff is signed in" in press(each, form)
        assert "This link counts no more" in home(each)
        assert not each.cookies[COOKIE].value and "counts no more" not in home(each)
    assert opens(link).get("/partner/").content.decode().count("For partners")
    assert "Bar" in home(beside)
    said = Entry.objects.filter(thing_kind="partnerlink").values_list("action", flat=True)
    assert list(said) == ["revoked", "created", "created"]


def test_a_partner_that_is_not_active_has_no_phones_until_it_is_again() -> None:
    here = scanned_club()
    phone = a_phone_of(here.bar)
    here.bar.active = False
    save_partner(here.bar)
    assert "does not count now" in home(phone) and GLASS not in pressable(opened(phone, here.code))
    here.bar.active = True
    save_partner(here.bar)
    assert GLASS in pressable(opened(phone, here.code))


def test_made_up_links_and_cookies_are_nobodys() -> None:
    here = scanned_club()
    secret = secret_in(a_link(here.bar).address)
    for said in ("", "#", "made up", secret[:-1], f"#{secret[::-1]}"):
        response = a_stranger().post("/partner/link", {"link": said})
        assert response.status_code == 422 and COOKIE not in response.cookies
    for value in (secret, signing.dumps(secret, salt="scan.photo"), signing.dumps(secret, salt="scan.link")[:-1]):
        phone = a_stranger()
        phone.cookies[COOKIE] = value
        assert "For partners" in home(phone)
    phone = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert phone.post("/partner/link", {"link": secret}).status_code == 403
    assert phone.post("/partner/leave").status_code == 403


def test_a_phone_forgets_its_partner_and_the_link_goes_on() -> None:
    here = scanned_club()
    link = a_link(here.bar)
    phone = opens(link)
    assert "For partners" in phone.post("/partner/leave", follow=True).content.decode()
    assert "Bar" in home(opens(link))


@pytest.mark.both_databases
def test_its_last_use_is_noted_once_an_hour() -> None:
    link, at = a_link(scanned_club().bar).link, timezone.now()
    for minutes, noted in ((0, 0), (59, 0), (60, 60)):
        link.refresh_from_db()
        note_use(link, at + timedelta(minutes=minutes))
        link.refresh_from_db()
        assert link.last_used_at == at + timedelta(minutes=noted)
    for label in ("", "a\nb" * 60, "x" * 101):
        with pytest.raises(ValidationError):
            make_link(link.partner, label, at)


def test_one_glass_a_week_at_approved_wineries() -> None:
    """The second winery is told that it was used and when the next one is due, not where."""
    here = scanned_club()
    approved_only(here)
    shop = save_partner(type(here.bar)(slug="shop", name="Shop"))
    bar, inn, beside = (a_phone_of(each) for each in (here.bar, here.inn, shop))
    assert list(pressable(opened(beside, here.code))) == [DISCOUNT]
    page = opened(bar, here.code)
    assert page.count("Glass of wine") == 1 and "1 left" in page
    kept = pressable(opened(inn, here.code))[GLASS]
    assert "Redeemed" in press(bar, pressable(page)[GLASS])
    second = opened(inn, here.code)
    assert "Used up" in second and "Again on " in second and GLASS not in pressable(second)
    assert "another partner" in second and "Bar" not in second
    denied = press(inn, kept)
    assert "Used up" in denied and "Again on " in denied
    # Offered by everybody, it stands there once, whoever is approved besides.
    Permission.objects.filter(slug=GLASS).update(approved_partners_only=False)
    assert [each.slug for each in benefits_offered_by(here.bar)] == [DISCOUNT, GLASS]
    Permission.objects.filter(slug=GLASS).update(approved_partners_only=True)
    # What is pressed at one that is not approved is not asked at all.
    assert "Nothing was recorded" in press(beside, kept)
    found = CheckIn.objects.order_by("number").values_list("partner", "reason")
    assert list(found) == [("bar", "granted"), ("inn", "limit_reached")]


def test_a_partner_sees_its_own_day_with_names_masked() -> None:
    here = scanned_club()
    bar, inn = a_phone_of(here.bar), a_phone_of(here.inn)
    press(bar, pressable(opened(bar, here.code))[GLASS])
    press(bar, pressable(opened(bar, here.code))[DISCOUNT])
    page = home(bar)
    assert page.count("Anna B.") == 2 and "Bauer" not in page and "anna@club.example" not in page
    assert "Anna" not in home(inn) and "Nobody has been here yet" in home(inn)
    bar.post("/c/undo")
    assert "undone" in home(bar)
    with CaptureQueriesContext(connection) as few:
        home(bar)
    many(CheckIn.objects.first(), 28)
    with CaptureQueriesContext(connection) as more:
        assert home(bar).count("Anna B.") == 30
    assert len(more) == len(few)
    CheckIn.objects.update(at=timezone.now() - timedelta(days=1, minutes=1))
    assert "Nobody has been here yet" in home(bar)


def test_a_partners_figures_are_its_own_and_nobodys_name() -> None:
    here = scanned_club()
    bar, inn = a_phone_of(here.bar), a_phone_of(here.inn)
    form = pressable(opened(inn, here.code))[GLASS]
    press(bar, pressable(opened(bar, here.code))[GLASS])
    press(inn, form)
    press(inn, pressable(opened(inn, here.code))[DISCOUNT])

    def lines(phone: Client, name: str, **asked: str) -> list[str]:
        answer = phone.get(f"/partner/figures/{name}.csv", asked)
        return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]

    for asked in ({}, {"partner": "inn"}):
        assert lines(bar, "benefit", **asked) == ["Glass of wine,1,1,0,0,0,0,0"]
        assert lines(bar, "reason", **asked) == []
    assert lines(inn, "benefit") == ["Discount,1,1,0,0,0,0,0", "Glass of wine,0,0,0,1,0,0,0"]
    assert lines(inn, "reason") == ["Glass of wine,Used up,1"]
    # Why a membership gives nothing is staff's alone to know.
    CheckIn.objects.filter(reason="limit_reached").update(reason="suspended")
    assert lines(inn, "reason") == ["Glass of wine,Not active now,1"]
    page = inn.get("/partner/figures/", {"range": "7"}).content.decode()
    assert "Discount" in page and "Bar" not in page and "Anna" not in page and "Connoisseur" in page
    assert inn.get("/partner/figures/partner.csv").status_code == 404
    assert a_stranger().get("/partner/figures/")["Location"] == "/partner/"
