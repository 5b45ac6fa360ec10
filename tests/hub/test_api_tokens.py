"""Tokens of the API: made on the desk and by command, shown once, revoked; what is kept lets nobody in."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from hub.api import token_operations
from hub.api.models import ApiToken
from hub.api.scopes import Scope
from hub.api.token_operations import PATTERN, TokenRefused
from hub.audit.models import Entry
from tests.hub.api_client import Api, a_token
from tests.hub.conftest import Database, run_hub

pytest_plugins = ["tests.hub.colleagues"]


def test_an_owner_makes_one_sees_it_once_and_revokes_it(owner: User, owner_client: Client) -> None:
    assert b"Make a token" in owner_client.get("/desk/tokens/").content
    said = {"name": "Website", "days": "30", "scopes": ["customers:read", "access:check"]}
    made = owner_client.post("/desk/tokens/new/", said)
    secret = PATTERN.search(made.content.decode()).group()
    assert Api(secret=secret).get("/customers")["items"] == []
    token = ApiToken.objects.get()
    assert (token.created_by, token.scopes) == (owner, ["access:check", "customers:read"])
    listed = owner_client.get("/desk/tokens/").content.decode()
    assert token.shown in listed and secret not in listed
    assert owner_client.post(f"/desk/tokens/{token.pk}/revoke/")["Location"] == "/desk/tokens/"
    Api(secret=secret).get("/customers", 401)
    owner_client.post(f"/desk/tokens/{token.pk}/revoke/")
    entries = Entry.objects.filter(thing_kind="apitoken").order_by("number")
    assert [(each.action, each.actor_kind, each.user) for each in entries] == [
        ("created", "user", owner),
        ("revoked", "user", owner),
    ]
    assert secret not in str(list(entries.values()))


def test_the_form_says_what_is_wrong(owner_client: Client) -> None:
    assert owner_client.post("/desk/tokens/new/", {"name": "Website", "days": "30"}).status_code == 422
    a_token(name="Website")
    again = owner_client.post("/desk/tokens/new/", {"name": "Website", "days": "30", "scopes": ["cards:read"]})
    assert again.status_code == 422
    assert b"already exists" in again.content
    too_long = owner_client.post("/desk/tokens/new/", {"name": "Other", "days": "400", "scopes": ["cards:read"]})
    assert too_long.status_code == 422
    assert ApiToken.objects.count() == 1


def test_nobody_else_does(colleague_client: Client, admin_user_client: Client, outsider_client: Client) -> None:
    for client in (colleague_client, admin_user_client, outsider_client):
        for address in ("/desk/tokens/", "/desk/tokens/new/", "/desk/api/"):
            assert client.get(address).status_code == 403
        assert (
            client.post("/desk/tokens/new/", {"name": "x", "days": "1", "scopes": ["cards:read"]}).status_code
            == 403
        )
    assert not ApiToken.objects.exists()


def test_the_page_of_the_api_loads_nothing_from_elsewhere(owner_client: Client) -> None:
    page = owner_client.get("/desk/api/").content.decode()
    assert "//" not in page.replace("http://www.w3.org", "")
    of_ninja = re.findall(r'/static/ninja/[^"]+', page)
    assert [owner_client.get(each).status_code for each in of_ninja] == [200] * 3


def test_a_token_has_an_end_and_scopes_that_there_are(database: Database) -> None:
    now = timezone.now()
    for scopes, days in (([], 1), (["all"], 1), (["cards:read"], 0), (["cards:read"], 367)):
        with pytest.raises(TokenRefused):
            token_operations.make_token("Website", scopes, now + timedelta(days=days), now)
    secret = a_token()
    ends = ApiToken.objects.get().expires_at
    assert token_operations.token_of(secret, ends - timedelta(seconds=1)) is not None
    assert token_operations.token_of(secret, ends) is None
    ApiToken.objects.update(last_used_at=None)
    kept = str(ApiToken.objects.values().get())
    assert PATTERN.fullmatch(a_token(name="Other")) and not PATTERN.search(kept)


def test_the_command_makes_lists_and_revokes(database: Database) -> None:
    def hub(*arguments: str) -> tuple[int, str]:
        done = run_hub("token", *arguments, **database.environment)
        return done.returncode, done.stdout + done.stderr

    status, secret = hub("create", "Website", "--scope", "customers:read", "--days", "7")
    assert (status, bool(PATTERN.fullmatch(secret.strip()))) == (0, True)
    api = Api(secret=secret.strip())
    assert api.get("/customers")["items"] == []
    api.get("/cards", 403)
    assert Entry.objects.get(thing_kind="apitoken").actor_kind == "command"
    status, listed = hub("list")
    assert "customers:read" in listed and secret.strip() not in listed
    assert hub("revoke", "Website")[0] == 0
    api.get("/customers", 401)
    assert hub("create", "Website", "--scope", Scope.CARDS_READ)[0] != 0
    assert hub("revoke", "Nobody")[0] != 0
