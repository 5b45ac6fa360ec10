"""Websites on the desk: an owner adds one, gives it a key, tries a token, copies what goes into its pages."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.members.models import Customer, Plan
from hub.websites.key_operations import KeyShown
from hub.websites.models import Subject, UsedToken, Website, WebsiteKey
from hub.websites.subject_operations import add_customer
from hub.websites.token_operations import Visitor, use_token
from tests.hub.people import a_plan
from tests.hub.website_tokens import a_pair, a_token, a_website

pytestmark = pytest.mark.any_database

LIST = "/desk/websites/"
SAID = {"name": "Shop", "origins": "https://shop.example/\nhttps://www.shop.example"}


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def tried(client: Client, website: Website, token: str, status: int = 200) -> str:
    answer = client.post(f"{LIST}{website.pk}/try/", {"token": token})
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def test_one_is_added_and_says_where_it_may_show_our_pages(owner_client: Client) -> None:
    answer = owner_client.post(f"{LIST}new/", SAID)
    website = Website.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{website.pk}/")
    assert website.origins == ["https://shop.example", "https://www.shop.example"]
    page = shown(owner_client, f"{LIST}{website.pk}/")
    assert website.public_id in page and "https://www.shop.example" in page
    assert "Not seen yet" in shown(owner_client, LIST)
    owner_client.post(f"{LIST}{website.pk}/change/", {"name": "The shop", "origins": ""})
    assert "Add an origin first" in shown(owner_client, f"{LIST}{website.pk}/")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"origins": "https://*.shop.example"}, "name each host by itself"),
        ({"origins": "http://shop.example"}, "begin with https://"),
        ({"origins": "https://ok.example\nshop.example"}, "“shop.example” cannot be allowed"),
        ({"origins": "https://x.example/<script>alert(1)</script>"}, "leave out what stands behind"),
        ({"name": " "}, "required"),
        ({"name": "a\x1bb"}, "Give it a name"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(owner_client: Client, said: dict[str, str], text: str) -> None:
    answer = owner_client.post(f"{LIST}new/", SAID | said)
    assert answer.status_code == 422
    assert text in html.unescape(answer.content.decode())
    assert b"<script>alert" not in answer.content
    assert not Website.objects.exists()


@pytest.mark.parametrize(("kind", "part"), [("pair", "d"), ("secret", "k")])
def test_a_key_is_shown_once_and_signs(owner_client: Client, kind: str, part: str) -> None:
    website = a_website()
    answer = owner_client.post(f"{LIST}{website.pk}/keys/new/", {"kind": kind})
    jwk = json.loads(re.search(r"\{\"kty[^}]+\}", html.unescape(answer.content.decode())).group())  # type: ignore[union-attr]
    key = WebsiteKey.objects.get()
    assert jwk["kid"] == key.kid
    assert "no-store" in answer["Cache-Control"]
    page = shown(owner_client, f"{LIST}{website.pk}/")
    assert key.kid in page and jwk[part] not in page
    at = timezone.now()
    assert use_token(website, a_token(website, KeyShown(key, json.dumps(jwk)), at), at).sub == "user-7"
    assert "They count" in shown(owner_client, LIST)


def test_a_key_of_their_own_is_pasted(owner_client: Client) -> None:
    website = a_website()
    address = f"{LIST}{website.pk}/keys/new/"
    for pasted, text in (
        ("", "Paste the public key."),
        ("-----BEGIN PRIVATE KEY-----", "private key, which only the website"),
        ("AAAA", "32 bytes; this has 3"),
    ):
        answer = owner_client.post(address, {"kind": "theirs", "pasted": pasted})
        assert (answer.status_code, text in html.unescape(answer.content.decode())) == (422, True), text
    assert not WebsiteKey.objects.exists()
    answer = owner_client.post(
        address, {"kind": "theirs", "pasted": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    )
    assert (answer.status_code, WebsiteKey.objects.count()) == (302, 1)


def test_keys_are_ended_and_revoked(owner_client: Client) -> None:
    website = a_website()
    old, new = (a_pair(website, timezone.now()).key for _each in range(2))
    owner_client.post(f"/desk/website-keys/{old.pk}/end/")
    assert WebsiteKey.objects.get(pk=old.pk).until is not None
    assert f"End {old.kid} in a day" not in shown(owner_client, f"{LIST}{website.pk}/")
    asked = shown(owner_client, f"/desk/website-keys/{new.pk}/revoke/")
    assert "at once" in asked and WebsiteKey.objects.get(pk=new.pk).revoked_at is None
    owner_client.post(f"/desk/website-keys/{new.pk}/revoke/")
    assert WebsiteKey.objects.get(pk=new.pk).revoked_at is not None


def test_a_token_is_tried_without_using_it_up(owner_client: Client) -> None:
    website, at = a_website(), timezone.now()
    key = a_pair(website, at)
    token = a_token(website, key, at, sub="<b>7</b>")
    for _each in range(2):
        page = tried(owner_client, website, f" {token}\n")
        assert "This token counts" in page and "not known here yet" in page
    assert not UsedToken.objects.exists()
    assert Website.objects.get().used_at is None
    answer = owner_client.post(f"{LIST}{website.pk}/try/", {"token": token})
    assert b"<b>7</b>" not in answer.content
    visitor = use_token(website, token, at)
    add_customer(visitor, Customer(name="Ann Arbor"), "", at)
    assert "was used already" in tried(owner_client, website, token)
    assert "The visitor is Ann Arbor here." in tried(
        owner_client, website, a_token(website, key, at, sub="<b>7</b>")
    )


def test_what_is_wrong_with_one_is_said(owner_client: Client) -> None:
    website, at = a_website(), timezone.now()
    key = a_pair(website, at)
    old = a_token(website, key, at - timedelta(hours=1))
    for token, text in (
        (a_token(website, key, at, aud="https://elsewhere.example"), "http://127.0.0.1:8000"),
        (a_token(website, key, at, sub=7), "a number goes in quotes"),
        (old, "The token is over"),
        ("no token", "This is no JWT"),
        ("x" * 5_000, "longer than 4096"),
        ("😀", "This is no JWT"),
    ):
        assert text in tried(owner_client, website, token), text
    assert '"sub": 7' in tried(owner_client, website, a_token(website, key, at, sub=7))
    tried(owner_client, website, "", 422)
    tried(owner_client, website, "x" * 20_000, 422)
    assert Website.objects.get().refused_at is None


def test_how_tokens_do_is_said_in_words(owner_client: Client) -> None:
    website = a_website()
    for code, said in (("used", "The last one was refused: used already"), ("expired", "was refused: expired")):
        Website.objects.update(refused_at=timezone.now(), refused_code=code)
        assert said in owner_client.get(f"/desk/websites/{website.pk}/").content.decode()


def test_a_secret_that_cannot_be_read_is_no_error_of_ours(owner_client: Client) -> None:
    website, at = a_website(), timezone.now()
    owner_client.post(f"{LIST}{website.pk}/keys/new/", {"kind": "secret"})
    kid = WebsiteKey.objects.get().kid
    WebsiteKey.objects.update(secret_encrypted=b"x" * 60)
    secret = json.dumps({"kty": "oct", "k": "A" * 43, "alg": "HS256", "kid": kid})
    token = a_token(website, KeyShown(WebsiteKey.objects.get(), secret), at)
    assert "put card.key back" in tried(owner_client, website, token, 422)


def test_what_is_copied_is_there_for_public_plans_alone(owner_client: Client) -> None:
    website = a_website()
    plan = a_plan()
    assert "No plan is public yet" in shown(owner_client, f"{LIST}{website.pk}/")
    Plan.objects.filter(pk=plan.pk).update(is_public=True, name='Gold "<b>"')
    answer = owner_client.get(f"{LIST}{website.pk}/")
    assert b"<iframe" not in answer.content and b"&lt;iframe" in answer.content
    plan.refresh_from_db()
    copied = html.unescape(answer.content.decode())
    assert f'data-website="{website.public_id}" data-plan="{plan.public_id}" async></script>' in copied
    assert f"/embed/{website.public_id}/{plan.public_id}/" in copied
    assert 'title="Gold &quot;&lt;b&gt;&quot;"' in copied
    assert f'data-website="{website.public_id}" async></script>' in copied
    assert f'/embed/{website.public_id}/" title="All plans"' in copied


def test_it_is_switched_off_and_on_and_deleted(owner_client: Client) -> None:
    website = a_website()
    owner_client.post(f"{LIST}{website.pk}/active/")
    assert not Website.objects.get().is_active
    assert "Switched off" in shown(owner_client, LIST)
    owner_client.post(f"{LIST}{website.pk}/active/", {"active": ""})
    assert Website.objects.get().is_active
    assert "cannot be undone" in shown(owner_client, f"{LIST}{website.pk}/delete/")
    owner_client.post(f"{LIST}{website.pk}/delete/")
    assert not Website.objects.exists()


def test_a_profile_says_where_somebody_is_known_and_staff_part_them(colleague_client: Client) -> None:
    website, at = a_website(), timezone.now()
    customer = add_customer(Visitor(website, "<i>user</i>", "", ""), Customer(name="Ann"), "", at)
    page = colleague_client.get(f"/desk/customers/{customer.pk}/").content.decode()
    assert "Known at websites" in page and "&lt;i&gt;user&lt;/i&gt;" in page
    subject = Subject.objects.get()
    answer = colleague_client.post(f"/desk/website-visitors/{subject.pk}/unbind/")
    assert (answer.status_code, Subject.objects.count()) == (302, 0)
    assert "Known at websites" not in colleague_client.get(f"/desk/customers/{customer.pk}/").content.decode()


def test_nobody_but_owners_may(
    colleague_client: Client, admin_user_client: Client, outsider_client: Client, front_desk_client: Client
) -> None:
    website = a_website()
    key = a_pair(website)
    for client in (colleague_client, admin_user_client, outsider_client, front_desk_client):
        assert client.get(LIST).status_code == 403
        for address in (f"{website.pk}/keys/new/", f"{website.pk}/active/", f"{website.pk}/delete/"):
            assert client.post(LIST + address, {"kind": "pair"}).status_code == 403
        assert client.post(f"/desk/website-keys/{key.key.pk}/revoke/").status_code == 403
    assert (Website.objects.get().is_active, WebsiteKey.objects.get().revoked_at) == (True, None)
