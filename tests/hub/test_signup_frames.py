"""Joining in a frame, by plain HTTP: without a cookie, by a visitor's token, on nobody else's pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from hub.mail.models import Mail
from hub.members.models import Customer, Membership
from hub.rates.operations import Limit
from hub.websites.models import Website
from hub.websites.operations import set_active
from tests.hub.conftest import Database
from tests.hub.joining_club import MAIL, a_member, a_plan, open_for_all
from tests.hub.joining_reader import joins, proves
from tests.hub.mailed import mail_by
from tests.hub.website_tokens import ORIGIN, a_pair, a_token, a_website
from tests.hub.without_scripts import Reader, a_browser


@pytest.fixture(autouse=True)
def club(sqlite_database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


@pytest.fixture
def website() -> Website:
    return a_website()


def test_in_a_frame_without_a_cookie(website: Website) -> None:
    plan = a_plan()
    reader = Reader().open(f"/embed/{website.public_id}/{plan.public_id}/?colour=aa0033&language=de&round=x")
    policy = reader.page["Content-Security-Policy"]
    assert f"frame-ancestors {ORIGIN};" in policy + ";" and "X-Frame-Options" not in reader.page
    assert 'lang="de"' in reader.text and "colour=aa0033" in reader.form("plan").action
    assert "round" not in reader.form("plan").action
    joins(reader)
    assert "Willkommen" in reader.text or "Welcome" in reader.text
    assert reader.form("card").target == "_blank"
    reader.press("card", follow=False)
    assert "/card/open#" in reader.page["Location"]
    assert not reader.client.cookies
    assert Membership.objects.count() == 1


def test_cookies_say_nothing_in_a_frame(website: Website) -> None:
    plan = a_plan()
    reader = joins(Reader().open("/join/"))
    assert "doorward_join" in reader.client.cookies
    frame = f"/embed/{website.public_id}/go"
    answer = reader.client.get(frame)
    assert answer.status_code == 302 and answer["Location"] == f"/embed/{website.public_id}/"
    assert "Ann" not in reader.open(f"/embed/{website.public_id}/{plan.public_id}/").text
    assert "doorward_language" not in reader.page.cookies


def test_a_secret_counts_where_it_was_given(website: Website) -> None:
    plan = a_plan()
    here = Reader().open("/join/").press("plan")
    there = Reader().open(f"/embed/{website.public_id}/{plan.public_id}/").press("plan")
    elsewhere = Reader().open(f"/embed/{a_website('Shop').public_id}/{plan.public_id}/").press("plan")
    secrets = {each.form("email").fields["flow"] for each in (here, there, elsewhere)}
    for reader in (here, there, elsewhere):
        mine = reader.form("email")
        for secret in secrets - {mine.fields["flow"]}:
            said = mine.fields | {"flow": secret, "press": "email", "email": MAIL}
            assert reader.client.post(mine.action, said).status_code == 410
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": ORIGIN}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": settings.DOORWARD_URL}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": settings.DOORWARD_URL}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": settings.DOORWARD_URL}, True),
        ({"Origin": "http://127.0.0.1"}, True),
    ],
)
def test_nobody_is_sent_into_a_flow_that_another_site_began(
    website: Website, said: dict[str, str], counts: bool
) -> None:
    """Who began it has its secret, and would see the card of whoever proves a mailbox in it."""
    mine = Reader().open(f"/embed/{website.public_id}/{a_plan().public_id}/").press("plan").form("email")
    answer = a_browser().post(mine.action, mine.fields | {"press": "email", "email": MAIL}, headers=said)
    assert answer.status_code == (200 if counts else 403)
    assert (mine.fields["flow"] in answer.content.decode()) is counts
    assert Mail.objects.exists() is counts
    assert f"frame-ancestors {ORIGIN}" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("why", ["off", "unknown", "no origin"])
def test_no_frame_for_whom_it_is_not(website: Website, why: str) -> None:
    if why == "off":
        set_active(website.pk, False)
    if why == "no origin":
        Website.objects.update(origins=[])
    public_id = "nothing" if why == "unknown" else website.public_id
    answer = a_browser().get(f"/embed/{public_id}/{a_plan().public_id}/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer.status_code == (200 if why == "no origin" else 404)


def test_who_waits_for_a_payment_keeps_nobody_from_joining(
    website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.signup.places._STRANGERS", Limit("join", 8, 600))
    monkeypatch.setattr("hub.signup.places._WAITING", Limit("join-waiting", 20, 600))
    a_plan()
    address, client = f"/embed/{website.public_id}/", a_browser()
    mine = Reader().open(address).press("plan").form("email").fields
    asked = [client.post(f"{address}paid", mine).status_code for _ in range(21)]
    assert asked == [200] * 20 + [429]
    opened = [client.get(address).status_code for _ in range(7)]
    assert opened == [200] * 6 + [429]


def test_a_token_is_taken_once_and_by_its_own_website(website: Website) -> None:
    plan, key = a_plan(), a_pair(website, timezone.now())
    text = a_token(website, key, timezone.now(), email=MAIL, name="Ann")
    client = a_browser()
    address = f"/embed/{website.public_id}/token"
    other = client.post(f"/embed/{a_website('Shop').public_id}/token", {"token": text})
    assert (other.status_code, other.json()["fault"]) == (422, "key_unknown")
    flow = client.post(address, {"token": text}).json()["flow"]
    again = client.post(address, {"token": text})
    assert (again.status_code, again.json()["fault"]) == (422, "used")
    assert client.get(address).status_code == 405
    assert client.post(address, {"token": "x" * 6_000}).status_code == 422
    reader = Reader(client).open(f"/embed/{website.public_id}/{plan.public_id}/")
    reader.press("plan", flow=flow)
    assert 'value="Ann"' in reader.text and MAIL in reader.text
    reader.press("fields", name="Ann").press("agree")
    assert "You have joined." in reader.text


def test_an_address_that_changed_since_it_was_proved_says_so(website: Website) -> None:
    plan, key, ann = a_plan(), a_pair(website, timezone.now()), a_member()
    reader = Reader().open(f"/embed/{website.public_id}/{plan.public_id}/")
    token = a_token(website, key, timezone.now(), email=MAIL)
    flow = reader.client.post(f"/embed/{website.public_id}/token", {"token": token}).json()["flow"]
    proves(reader.press("plan", flow=flow))
    reader.press("choose", customer=str(ann.pk))
    Customer.objects.update(email="else@club.example")
    reader.press("agree")
    assert (reader.page.status_code, "Prove first" in reader.text) == (422, True)
    assert not Membership.objects.exists()
    assert "Send me a code" in reader.press("back").text


def test_the_script() -> None:
    answer = a_browser().get("/embed.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age" in answer["Cache-Control"] and not answer.cookies
    again = a_browser().get("/embed.js", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304 and again["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(answer.content) < 8_000


def test_a_token_of_too_many_says_when_to_try_again(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.signup.embedding._TOKENS", Limit("join-token", 1, 600))
    answers = [a_browser().post(f"/embed/{website.public_id}/token", {"token": "x"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [422, 429]
    assert answers[1].json()["fault"] == "too_many" and int(answers[1]["Retry-After"]) > 0


@pytest.mark.parametrize("address", ["/embed.js", "/join/look.css"])
def test_files_are_kept_by_browsers_and_not_given_without_end(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.signup.files._FILES", Limit("join-files", 3, 600))
    answers = [a_browser().get(address) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert "public, max-age=" in answers[0]["Cache-Control"]
    assert answers[3]["Cache-Control"] == "no-store" and int(answers[3]["Retry-After"]) > 0


def test_a_theme_that_could_not_be_read_dresses_nothing_and_is_told_of(website: Website) -> None:
    a_plan()
    reader = Reader().open(f"/embed/{website.public_id}/?ink=f0f000&paper=f0f001&round=4&colour=red")
    assert 'data-left-out="colour, ink, paper"' in reader.text
    assert "ink" not in reader.form("plan").action and "round=4" in reader.form("plan").action
    sheet = a_browser().get("/join/look.css?ink=f0f000&paper=f0f001&round=4").content.decode()
    assert "f0f00" not in sheet and "--round: 4px" in sheet
    assert "data-left-out" not in reader.press("plan").text
