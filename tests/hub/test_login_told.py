"""What the log has of signing in: who and how, from where; of what failed nothing that was typed."""

import logging

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from hub.access import secrets
from hub.access.roles import Role
from hub.login.operations import ATTEMPTS_MAX_HERE
from tests.hub.api_client import Api
from tests.hub.card_page import phone
from tests.hub.colleagues import a_user, client_of
from tests.hub.joining_club import a_plan, open_for_all
from tests.hub.without_scripts import Reader

pytestmark = pytest.mark.any_database
PASSWORD, TYPED = "a long way round", "typed into the wrong field"


@pytest.fixture
def colleague(database: object, caplog: pytest.LogCaptureFixture) -> User:
    caplog.set_level(logging.INFO, "hub.login")
    user = a_user("colleague", Role.FRONT_DESK)
    user.set_password(PASSWORD)
    user.save()
    return user


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    said = [each.getMessage() for each in caplog.records if each.name == "hub.login"]
    caplog.clear()
    assert not any(secret in line for line in said for secret in (TYPED, PASSWORD, "colleague"))
    return said


def sign_in(password: str, login: str = "colleague") -> Client:
    client = client_of(None)
    client.post("/account/login/", {"login": login, "password": password})
    return client


def test_at_the_desk(colleague: User, caplog: pytest.LogCaptureFixture) -> None:
    sign_in(TYPED)
    sign_in(PASSWORD, TYPED)
    assert lines(caplog) == ["sign_in_failed face=desk how=password from=127.0.0.1"] * 2
    sign_in(PASSWORD)
    assert lines(caplog) == [f"signed_in who=user:{colleague.pk} how=password from=127.0.0.1"]
    for _ in range(ATTEMPTS_MAX_HERE + 1):
        sign_in(TYPED)
    assert lines(caplog)[-1] == "sign_in_failed face=desk how=too_many_passwords from=127.0.0.1"


def test_a_second_factor_that_does_not_fit(colleague: User, caplog: pytest.LogCaptureFixture) -> None:
    sealed = secrets.encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=colleague, type=Authenticator.Type.TOTP, data={"secret": sealed})
    client = sign_in(PASSWORD)
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert lines(caplog) == ["sign_in_failed face=desk how=code from=127.0.0.1"]


def test_at_the_card(colleague: User, caplog: pytest.LogCaptureFixture) -> None:
    phone().post("/card/login/password", {"email": "ann@club.example", "password": TYPED})
    phone().post("/card/login/code", {"state": TYPED, "code": "12345678"})
    phone().post("/card/login/passkey", {"state": TYPED, "answer": "{}"})
    ways = [line.split("how=")[1].split()[0] for line in lines(caplog)]
    assert ways == ["password", "code", "passkey"]


def test_where_somebody_joins(colleague: User, caplog: pytest.LogCaptureFixture) -> None:
    open_for_all()
    a_plan()
    reader = Reader().open("/join/").press("plan")
    reader.press("password", email="ann@club.example", password=TYPED)
    assert lines(caplog) == ["sign_in_failed face=join how=password from=127.0.0.1"]


def test_who_asks_for_more_than_they_may(colleague: User, caplog: pytest.LogCaptureFixture) -> None:
    client = client_of(colleague)
    lines(caplog)
    assert client.get("/desk/organization/").status_code == 403
    who = f"who=user:{colleague.pk}"
    (line,) = lines(caplog)
    assert line.startswith(f"not_allowed {who} asked=organization.") and "page=desk:" in line
    assert Api("plans:read").ask("GET", "/customers").status_code == 403
    (line,) = lines(caplog)
    assert line.startswith("not_allowed who=token:") and "asked=customers:read" in line


def test_what_a_proxy_says_stays_one_word(colleague: User, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(SERVER_NAME="localhost", HTTP_X_FORWARDED_FOR="192.0.2.9 signed_in\nwho=user 1")
    client.post("/account/login/", {"login": "colleague", "password": TYPED})
    (line,) = lines(caplog)
    assert "\n" not in line and len(line.split("from=")[1].split()) == 1
