"""The member's card page: by its link alone, their own alone, with what they may use."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.rotating import digits_at, step_at
from hub.cards.link_operations import live_links, revoke_all_links
from hub.fleet import operations as fleet
from hub.fleet.models import Site
from hub.members import codes, operations
from hub.members.models import Card, Company, Link, Membership, Permission, Plan
from hub.members.profile_operations import set_photo
from hub.members.rotating_operations import make_rotating
from hub.members.status_operations import freeze_membership
from tests.hub.card_page import a_member, phone, phone_of, secret_for, wine_club
from tests.hub.people import DAY, a_customer
from tests.hub.walks.test_members import a_png

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture
def gold() -> Plan:
    return wine_club()


def text_of(client: Client, address: str = "/card/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_phone_that_is_nobodys_is_asked_for_its_link(gold: Plan) -> None:
    a_member(gold)
    assert "Ask for a link at the desk" in text_of(phone())
    assert "Open my card" in text_of(phone(), "/card/open")
    assert phone().get("/card/app.webmanifest").status_code == 401
    assert phone().get("/card/still").status_code == 401


def test_a_card_that_waits_to_be_paid_says_no_day(gold: Plan) -> None:
    ann = a_member(gold)
    operations.issue_card(ann)
    membership = ann.memberships.get()
    assert "Valid until" in text_of(phone_of(ann))
    membership.pending = True
    operations.save_membership(membership)
    text = text_of(phone_of(ann))
    assert "Gold" in text and "Valid until" not in text


def test_the_card_shows_who_what_until_when_and_what_is_left(gold: Plan) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    answer = phone_of(ann).get("/card/")
    shown = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
    for said in ("Ann Miller", "Gold", "Active", "Valid until", "Glass of wine", "2 left", "Front door"):
        assert said in shown, said
    assert codes.typed_text(codes.decrypt(card)) in shown
    assert b'<svg class="qr"' in answer.content or b'class="qr"' in answer.content
    assert answer["Cache-Control"] == "no-store"
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")


def test_the_cookie_is_for_this_address_alone_and_no_script_reads_it(gold: Plan) -> None:
    client = phone_of(a_member(gold))
    cookie = client.cookies["doorward_card"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/card/", True, "Lax")
    assert cookie["max-age"] == 365 * 24 * 3600


def test_an_expired_member_still_sees_the_card_and_that_it_is_not_active(gold: Plan) -> None:
    ann = a_member(gold, ends_at=timezone.now() - DAY)
    operations.issue_card(ann)
    shown = text_of(phone_of(ann))
    assert "Expired" in shown and "It ended on" in shown and "Ann Miller" in shown
    assert "2 left" not in shown and "Active" not in shown


def test_without_any_membership_or_card_it_says_so() -> None:
    shown = text_of(phone_of(a_customer("Ann")))
    assert "No membership" in shown and "You have no card now" in shown


def test_a_companys_membership_is_told_as_its_own_and_others_stand_below(gold: Plan) -> None:
    ann = a_member(gold)
    club = operations.save_company(Company(name="Harbour Office"))
    operations.save_link(Link(customer=ann, company=club))
    team = operations.save_plan(Plan(name="Team"))
    operations.save_membership(Membership(plan=team, company=club, starts_at=timezone.now() - 90 * DAY))
    shown = text_of(phone_of(ann))
    assert "Other memberships" in shown and "Team" in shown and "through Harbour Office" in shown


def test_several_cards_are_all_there_and_revoked_ones_are_not(gold: Plan) -> None:
    ann = a_member(gold)
    first, second, gone = (operations.issue_card(ann) for _ in range(3))
    operations.revoke_cards([gone], timezone.now())
    shown = text_of(phone_of(ann))
    for card in (first, second):
        assert codes.typed_text(codes.decrypt(card)) in shown
    assert codes.typed_text(codes.decrypt(gone)) not in shown


def test_a_card_that_is_not_valid_shows_no_code(gold: Plan) -> None:
    ann = a_member(gold)
    card = operations.make_card(Card(customer=ann, valid_until=timezone.now() - DAY))
    shown = text_of(phone_of(ann))
    assert "This card was valid until" in shown
    assert codes.typed_text(codes.decrypt(card)) not in shown


def test_a_rotating_card_comes_with_the_digits_of_now_and_what_a_phone_needs_to_go_on(gold: Plan) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    make_rotating([card])
    card.refresh_from_db()
    at = timezone.now()
    page = phone_of(ann).get("/card/").content.decode()
    code, secret = codes.decrypt(card), codes.secret_of(card)
    assert secret is not None
    steps = (step_at(at), step_at(at) + 1)
    assert any(f"{codes.typed_text(code)}-{digits_at(secret, step)}" in page for step in steps)
    assert f'data-secret="{secret.hex()}"' in page
    assert f"/C/{code}-&quot;" in page or f'/C/{code}-"' in page


def test_nobody_sees_another_members_card_photo_or_replaces_it(gold: Plan) -> None:
    ann, bert = a_member(gold, "Ann"), a_member(gold, "Bert")
    card = operations.issue_card(ann)
    set_photo(ann, a_png(40))
    mine, others = phone_of(ann), phone_of(bert)
    digest = ann.photo.digest
    assert mine.get(f"/card/photo/{digest}.jpg").content.startswith(b"\xff\xd8")
    assert others.get(f"/card/photo/{digest}.jpg").status_code == 404
    assert others.post(f"/card/lost/{card.pk}").status_code == 404
    assert "Ann" not in text_of(others)
    assert mine.get("/card/")["X-Doorward-Card"] != others.get("/card/")["X-Doorward-Card"]


def test_a_link_that_was_revoked_shows_nothing_any_more_and_the_phone_forgets_it(gold: Plan) -> None:
    ann = a_member(gold)
    client = phone_of(ann)
    revoke_all_links(ann, timezone.now())
    assert client.get("/card/still").status_code == 401
    answer = client.get("/card/")
    assert b"it was revoked" in answer.content and b"Ann Miller" not in answer.content
    assert answer["X-Doorward-Card"] == "none"
    assert answer.cookies["doorward_card"].value == ""
    assert b"it was revoked" not in client.get("/card/").content


def test_a_link_that_is_none_is_refused_and_many_tries_are_too(gold: Plan) -> None:
    client = phone()
    tries = (client.post("/card/open", {"link": "https://x/card/open#nonsense"}) for _ in range(500))
    first = next(tries)
    assert first.status_code == 422 and b"opens no card" in first.content
    # One is free again every 5 seconds: a slow machine has more of them.
    refused = next(each for each in tries if each.status_code != 422)
    assert refused.status_code == 429
    assert "Come again in 1 minute." in refused.content.decode() and int(refused["Retry-After"]) > 0


def test_the_whole_link_may_be_pasted(gold: Plan) -> None:
    ann = a_member(gold)
    answer = phone().post("/card/open", {"link": f" https://club.example/card/open#{secret_for(ann)} "})
    assert answer.status_code == 302


def test_forgotten_on_this_phone_it_goes_on_elsewhere(gold: Plan) -> None:
    ann = a_member(gold)
    client = phone_of(ann)
    assert client.post("/card/leave").status_code == 302
    assert "Open my card" in text_of(client)
    assert len(live_links(ann)) == 1


def test_an_old_link_takes_no_card_off_a_phone_that_shows_one(gold: Plan) -> None:
    ann = a_member(gold)
    old = secret_for(ann)
    revoke_all_links(ann, timezone.now())
    client = phone_of(ann)
    answer = client.post("/card/open", {"link": f"#{old}"})
    assert answer.status_code == 422 and "doorward_card" not in answer.cookies
    assert b"it was revoked" in answer.content and b"The card that this phone has stays here." in answer.content
    assert "Ann Miller" in text_of(client)
    revoke_all_links(ann, timezone.now())
    answer = client.post("/card/open", {"link": f"#{old}"})
    assert b"stays here" not in answer.content.replace(b"it stays here", b"")
    assert answer.cookies["doorward_card"].value == ""


@pytest.mark.parametrize(
    ("browser", "has_own_cookies"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605.1.15 Version/17.5 Safari/604.1", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605.1.15 CriOS/126 Safari/604.1", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", False),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0", False),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", False),
        ("", False),
    ],
)
def test_an_apps_start_has_the_link_only_where_apps_have_cookies_of_their_own(
    gold: Plan, browser: str, has_own_cookies: bool
) -> None:
    client = phone_of(a_member(gold))
    secret = client.cookies["doorward_card"].value
    said = client.get("/card/app.webmanifest", headers={"user-agent": browser})
    assert said.json()["start_url"] == ("/card/#" + secret if has_own_cookies else "/card/")


def test_the_hub_alone_says_whose_card_a_phone_shows(gold: Plan) -> None:
    ann = a_member(gold)
    client = phone_of(ann)
    assert client.get("/card/still")["X-Doorward-Card"] == client.get("/card/")["X-Doorward-Card"] != "none"
    revoke_all_links(ann, timezone.now())
    for address in ("/card/still", "/card/"):
        assert client.get(address)["X-Doorward-Card"] == "none"


def test_who_asked_too_often_is_not_told_that_the_card_is_gone(gold: Plan) -> None:
    ann = a_member(gold)
    client = phone_of(ann)
    revoke_all_links(ann, timezone.now())
    refused = next(each for each in (client.get("/card/still") for _ in range(500)) if each.status_code != 401)
    assert refused.status_code == 429 and "X-Doorward-Card" not in refused


def test_posts_from_elsewhere_are_refused(gold: Plan) -> None:
    ann = a_member(gold)
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    for address in ("/card/open", "/card/leave", "/card/lost/1"):
        assert client.post(address, {"link": secret_for(ann)}).status_code == 403


def test_times_are_the_organizations(gold: Plan) -> None:
    fleet.save_site(Site(name="hall", time_zone="Pacific/Auckland"))
    end = timezone.now().replace(hour=11, minute=0, second=0, microsecond=0) + timedelta(days=3)
    ann = a_member(gold, ends_at=end)
    assert "+1" in phone_of(ann).get("/card/").content.decode()


def test_a_card_page_asks_as_much_for_many_memberships_as_for_one(gold: Plan) -> None:
    ann = a_member(gold)
    client = phone_of(ann)
    client.get("/card/")  # That a phone shows it is written down at first, and then once an hour.
    with CaptureQueriesContext(connection) as one:
        client.get("/card/")
    for _ in range(10):
        operations.save_membership(Membership(plan=gold, customer=ann, starts_at=timezone.now() - DAY))
    with CaptureQueriesContext(connection) as many:
        client.get("/card/")
    assert len(many) == len(one)


def test_what_no_plan_of_theirs_grants_is_not_listed_while_frozen(gold: Plan) -> None:
    operations.save_permission(Permission(slug="sauna", name="Sauna", is_benefit=True))
    ann = a_member(gold)
    operations.save_permission(Permission(slug="pool", name="Pool"))
    freeze_membership(Membership.objects.get(customer=ann), timezone.now() - DAY, None)
    said = text_of(phone_of(ann))
    assert "Glass of wine" in said and "Sauna" not in said and "Pool" not in said
