"""A first owner in a real Chromium: the one-time link, the password, an app's code, a passkey."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User

from hub.access.user_operations import establish_owner
from hub.audit.models import Entry
from tests.browser import Browser
from tests.hub.conftest import Database
from tests.hub.passkey_hub import PHONE, a_hub, fill, is_at, press

PASSWORD = "a long way round"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path / "chromium")
    yield browser
    browser.close()


@pytest.fixture
def hub(sqlite_database: Database) -> Iterator[str]:
    """Its owners need a second factor."""
    with a_hub(sqlite_database, DOORWARD_SECOND_FACTOR="owner") as url:
        yield url


def sign_out(browser: Browser) -> None:
    press(browser, ".me form[action*=logout] button")
    is_at(browser, "/account/login/")


def test_from_the_link_to_a_passkey(hub: str, browser: Browser, tmp_path: Path) -> None:
    def picture(name: str) -> None:
        (tmp_path / f"{name}.png").write_bytes(browser.picture())

    link = establish_owner("ann@club.example", datetime.now(UTC))
    assert link is not None
    browser.go(f"{hub}/account/link/#{link.address.partition('#')[2]}")
    browser.until("document.querySelector('#id_code') && document.querySelector('#id_code').value.length > 20")
    assert browser.look("location.hash") == ""
    picture("choose")
    fill(browser, password=PASSWORD, again=PASSWORD)
    press(browser, "button.main")
    is_at(browser, "/account/login/")
    fill(browser, login="ann@club.example", password=PASSWORD)
    picture("login")
    press(browser, "button.main")

    is_at(browser, "/account/2fa/")
    picture("needed")
    press(browser, "a[href='/account/2fa/totp/activate/']")
    is_at(browser, "/account/reauthenticate/")
    picture("again")
    fill(browser, password=PASSWORD)
    press(browser, "button.main")
    is_at(browser, "/account/2fa/totp/activate/")
    assert browser.look("document.querySelector('.factor-code svg').getBoundingClientRect().width") > 150
    picture("app")
    secret = browser.look("document.querySelector('.typed').innerText.trim()")
    fill(browser, code=format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30)))
    press(browser, "button.main")
    is_at(browser, "/account/2fa/recovery-codes/")
    assert browser.look("document.querySelectorAll('.recovery li').length") == 10
    picture("codes")

    browser._call("WebAuthn.enable")
    browser._call("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    browser.go(f"{hub}/account/2fa/webauthn/add/")
    is_at(browser, "/account/2fa/webauthn/add/")
    picture("passkey")
    press(browser, "#mfa_webauthn_add")
    is_at(browser, "/account/2fa/")
    assert "one passkey" in browser.look("document.body.innerText")
    picture("factors")
    sign_out(browser)

    press(browser, "#passkey_login")
    is_at(browser, "/desk/")
    picture("desk")
    user = User.objects.get()
    added = Entry.objects.filter(action="second factor added", user=user).order_by("number")
    assert [each.after["second factor"] for each in added if each.after] == [
        "TOTP Authenticator",
        "Recovery codes",
        "Passkey 1",
    ]
    assert [said for said in browser.errors if '"recommendation"' not in said] == []
