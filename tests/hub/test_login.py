"""Signing in by a password: the brake on guessing, and what a cookie carries."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.test.utils import override_settings

from hub.login import operations
from hub.login.models import FailedLogin

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.any_database


def sign_in(password: str, address: str = "192.0.2.1", username: str = "owner", **headers: str):
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address, **headers)
    return client.post("/account/login/", {"login": username, "password": password, "next": "/admin/"})


@pytest.fixture(autouse=True)
def owner(database: object) -> Iterator[User]:
    """With a password hasher that costs no time; what is tested here is not the hasher."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield User.objects.create_superuser("owner", password="right")


def test_the_right_password_signs_in_with_a_guarded_cookie() -> None:
    response = sign_in("right")
    assert response.status_code == 302
    cookie = response.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert not FailedLogin.objects.exists()


def test_after_five_failures_even_the_right_password_waits() -> None:
    for _ in range(operations.ATTEMPTS_MAX_HERE):
        assert b"do not fit together" in sign_in("wrong").content
    assert b"Wait 15 minutes" in sign_in("right").content
    assert sign_in("right", address="192.0.2.2").status_code == 302


def test_success_forgets_the_failures() -> None:
    for _ in range(3):
        for _ in range(operations.ATTEMPTS_MAX_HERE - 1):
            sign_in("wrong")
        assert sign_in("right").status_code == 302


def test_success_forgets_nobody_else_s_failures() -> None:
    ours = operations.begin_attempt("owner", "192.0.2.1", AT)
    for who, where in (("owner", "192.0.2.2"), ("somebody", "192.0.2.1")):
        operations.begin_attempt(who, where, AT)
    operations.succeed(ours)
    assert FailedLogin.objects.count() == 2


def test_sessions_that_have_lapsed_are_forgotten_when_somebody_signs_in() -> None:
    sign_in("right")
    Session.objects.update(expire_date=AT)
    assert sign_in("right").status_code == 302
    assert [each.expire_date > AT for each in Session.objects.all()] == [True]


def test_one_address_cannot_try_many_accounts() -> None:
    for number in range(operations.ATTEMPTS_MAX_ADDRESS):
        assert operations.begin_attempt(f"somebody-{number}", "192.0.2.1", AT)
    assert operations.begin_attempt("owner", "192.0.2.1", AT) is None
    assert operations.begin_attempt("owner", "192.0.2.2", AT)


def test_many_addresses_cannot_try_one_account_for_ever() -> None:
    for number in range(operations.ATTEMPTS_MAX_ACCOUNT):
        assert operations.begin_attempt("owner", f"192.0.2.{number}", AT)
    assert operations.begin_attempt("Owner", "198.51.100.1", AT) is None


def test_failures_are_forgotten_after_a_while_and_never_name_anybody() -> None:
    for _ in range(operations.ATTEMPTS_MAX_HERE):
        operations.begin_attempt("my password, by mistake", "192.0.2.1", AT)
    assert operations.begin_attempt("my password, by mistake", "192.0.2.1", AT) is None
    stored = str(list(FailedLogin.objects.values_list()))
    assert "mistake" not in stored
    assert "192.0.2.1" not in stored
    assert operations.begin_attempt("my password, by mistake", "192.0.2.1", AT + operations.WINDOW)
    assert FailedLogin.objects.count() == 1


def test_only_a_proxy_on_this_machine_says_who_asks() -> None:
    for number in range(operations.ATTEMPTS_MAX_HERE):
        sign_in("wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert b"Wait 15 minutes" in sign_in("right", HTTP_X_FORWARDED_FOR="198.51.100.99").content
    for _ in range(operations.ATTEMPTS_MAX_HERE):
        sign_in("wrong", address="127.0.0.1", HTTP_X_FORWARDED_FOR="made up, 198.51.100.1")
    shown = sign_in("right", address="127.0.0.1", HTTP_X_FORWARDED_FOR="made up, 198.51.100.1")
    assert b"Wait 15 minutes" in shown.content
    assert sign_in("right", address="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.2").status_code == 302


def test_a_proxy_is_believed_about_its_own_peer_alone() -> None:
    """What stands before the last comma came with the request: whoever guesses can put anything there."""
    for number in range(operations.ATTEMPTS_MAX_HERE):
        sign_in("wrong", address="127.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.1")
    again = sign_in("right", address="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.99, 198.51.100.1")
    assert b"Wait 15 minutes" in again.content
    neighbour = sign_in("right", address="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.0, 198.51.100.2")
    assert neighbour.status_code == 302
