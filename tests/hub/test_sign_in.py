"""Signing in with a second factor: asked for, not passed by, encrypted, needed by roles that need it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from hub.access import secrets
from hub.access.forms import _origin_of
from hub.access.roles import Role
from hub.access.secrets import SecretUnreadable
from hub.audit.models import Entry
from tests.hub.colleagues import a_user, client_of
from tests.hub.conftest import Database, run_hub

PASSWORD = "a long way round"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEEDED = type(settings.ENVIRONMENT)

pytestmark = pytest.mark.any_database


@pytest.fixture
def colleague(database: Database) -> User:
    user = a_user("colleague", Role.STAFF)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def second_factor(colleague: User) -> Authenticator:
    return Authenticator.objects.create(
        user=colleague, type=Authenticator.Type.TOTP, data={"secret": secrets.encrypt(SECRET)}
    )


def needing(monkeypatch: pytest.MonkeyPatch, *roles: Role) -> None:
    values = {name: getattr(settings.ENVIRONMENT, name) for name in NEEDED.__slots__}
    monkeypatch.setattr(settings, "ENVIRONMENT", NEEDED(**values | {"second_factor": frozenset(roles)}))


def sign_in(login: str = "colleague", next_page: str = "/admin/") -> tuple[Client, str]:
    client = client_of(None)
    answer = client.post("/account/login/", {"login": login, "password": PASSWORD, "next": next_page})
    return client, answer.get("Location", "")


def code(steps: int = 0) -> str:
    now = datetime.now(UTC) + timedelta(seconds=30 * steps)
    return format_hotp_value(hotp_value(SECRET, int(now.timestamp()) // 30))


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize("login", ["colleague", "colleague@club.example", "COLLEAGUE@club.example"])
def test_by_name_or_by_address(colleague: User, login: str) -> None:
    client, there = sign_in(login)
    assert there == "/admin/"
    assert is_in(client)


def test_nobody_signs_up_and_no_mail_is_asked_for(database: Database) -> None:
    for address in ("signup/", "email/", "password/reset/", "password/set/", "3rdparty/", "confirm-email/"):
        assert client_of(None).get(f"/account/{address}").status_code == 404


def test_the_password_alone_is_not_enough(second_factor: Authenticator) -> None:
    client, there = sign_in()
    assert there == "/account/2fa/authenticate/"
    assert not is_in(client)
    wrong = client.post(there, {"code": "000000"})
    assert b"This code is not right" in wrong.content
    right = client.post(there, {"code": code()})
    assert right["Location"] == "/admin/"
    assert is_in(client)


def test_the_back_office_is_no_way_round(second_factor: Authenticator) -> None:
    client = client_of(None)
    fields = {"username": "colleague", "password": PASSWORD}
    answer = client.post("/admin/login/?next=/admin/", fields)
    assert answer["Location"].startswith("/account/login/?next=")
    assert not is_in(client)
    other = client_of(a_user("other", Role.STAFF))
    answer = other.post("/admin/login/?next=/admin/", fields)
    assert answer.status_code == 302
    assert other.get("/admin/").wsgi_request.user.username == "other"
    assert other.get("/admin/password_change/")["Location"] == "/account/password/"


def test_who_has_no_back_office_is_told_so_and_not_sent_round(database: Database) -> None:
    client = client_of(a_user("frontdesk", Role.FRONT_DESK))
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_code_counts_once(second_factor: Authenticator) -> None:
    used = code()
    for taken in (True, False):
        client, there = sign_in()
        client.post(there, {"code": used})
        assert is_in(client) is taken
    client, there = sign_in()
    client.post(there, {"code": f"{used[:3]} {used[3:]}"})
    assert not is_in(client)


def test_codes_cannot_be_guessed_for_long(second_factor: Authenticator) -> None:
    for _ in range(5):
        client, there = sign_in()
        client.post(there, {"code": "000000"})
    client, there = sign_in()
    assert b"Wait 15 minutes" in client.post(there, {"code": code()}).content
    assert not is_in(client)


def test_the_secret_is_encrypted(second_factor: Authenticator) -> None:
    sealed = Authenticator.objects.get().data["secret"]
    assert SECRET not in str(sealed)
    assert secrets.decrypt(sealed) == SECRET
    assert secrets.encrypt(SECRET) != sealed
    with pytest.raises(SecretUnreadable, match=r"card\.key"):
        secrets.decrypt(secrets.encrypt(SECRET)[:-8] + "AAAAAAA=")


def test_it_is_set_up_with_recovery_codes_that_count_once(colleague: User) -> None:
    client, _ = sign_in()
    asked = client.get("/account/2fa/totp/activate/")
    assert asked["Location"].startswith("/account/reauthenticate/?next=")
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    assert "<svg" in page
    assert "http" not in page[page.index("<svg") : page.index("</svg>")].replace("http://www.w3.org", "")
    waiting = client.session["mfa.totp.secret"]
    secret = secrets.decrypt(waiting)
    assert secret in page and secret not in waiting
    assert "not right" in client.post("/account/2fa/totp/activate/", {"code": "none"}).content.decode()
    assert secrets.decrypt(client.session["mfa.totp.secret"]) == secret
    now = format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30))
    shown = client.post("/account/2fa/totp/activate/", {"code": now}, follow=True)
    codes = re.findall(r"<li>(\d{8})</li>", shown.content.decode())
    assert len(codes) == 10
    assert codes[0] not in client.get("/account/2fa/recovery-codes/").content.decode()
    for taken in (True, False):
        other, there = sign_in()
        other.post(there, {"code": codes[0]})
        assert is_in(other) is taken
    assert set(Entry.objects.values_list("action", flat=True)) == {"second factor added"}
    assert not any(code in str(list(Entry.objects.values_list())) for code in (*codes, secret))


def test_a_role_that_needs_one_gets_no_further_without(colleague: User, monkeypatch: pytest.MonkeyPatch) -> None:
    needing(monkeypatch, Role.STAFF)
    client, _ = sign_in()
    for address in ("/admin/", "/desk/", "/now/"):
        assert client.get(address)["Location"] == "/account/2fa/"
    assert client.get("/desk/", HTTP_HX_REQUEST="true")["HX-Redirect"] == "/account/2fa/"
    assert b"needs a second factor" in client.get("/account/2fa/").content
    Authenticator.objects.create(user=colleague, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client.get("/desk/")["Location"] == "/account/2fa/"
    front_desk = client_of(a_user("frontdesk", Role.FRONT_DESK))
    assert front_desk.get("/desk/").status_code == 200
    TOTP.activate(colleague, SECRET)
    assert is_in(client)


def test_a_role_that_there_is_not(database: Database) -> None:
    done = run_hub("init", DOORWARD_SECOND_FACTOR="owner, boss", **database.environment)
    assert done.returncode == 2
    assert "DOORWARD_SECOND_FACTOR names 'boss': it should be some of owner, admin, staff" in done.stderr


def test_a_new_password_signs_out_everywhere_else(colleague: User) -> None:
    here, _ = sign_in()
    there, _ = sign_in()
    fields = {"oldpassword": PASSWORD, "password1": "another long way", "password2": "another long way"}
    assert here.post("/account/password/", fields).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert Entry.objects.get().action == "password changed"


def test_who_has_no_password_gets_one_by_a_link(database: Database, outsider_client: Client) -> None:
    sent_on = outsider_client.get("/account/password/")
    assert sent_on["Location"] == "/account/link/"
    assert b"What stands behind the # of your link." in outsider_client.get(sent_on["Location"]).content


def test_who_is_deactivated_does_not_sign_in(colleague: User) -> None:
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    client, there = sign_in()
    assert there == "/account/inactive/"
    assert not is_in(client)


@pytest.mark.parametrize(
    "credential",
    [
        None,
        "",
        [],
        {},
        {"response": None},
        {"response": {"clientDataJSON": "!"}},
        {"response": {"clientDataJSON": 7}},
    ],
)
def test_a_passkeys_answer_that_is_none_names_no_origin(database: Database, credential: Any) -> None:
    assert _origin_of(credential) is None
