"""A first owner in a real Chromium: the one-time link, the password, an app's code, a passkey."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User

from hub.access.user_operations import establish_owner
from hub.audit.models import Entry
from tests.browser import DEADLINE_S, LOOK_AGAIN_S, Browser
from tests.hub.conftest import Database

PASSWORD = "a long way round"
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path / "chromium")
    yield browser
    browser.close()


@pytest.fixture
def hub(sqlite_database: Database) -> Iterator[str]:
    """The hub's pages, at a name that passkeys are made for; its owners need a second factor."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    variables = {**sqlite_database.environment, "DOORWARD_URL": url, "DOORWARD_SECOND_FACTOR": "owner"}
    command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with subprocess.Popen(command, env=os.environ | variables, stderr=subprocess.DEVNULL) as web:
        try:
            yield url
        finally:
            web.terminate()


def web_answers(hub: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        try:
            urlopen(f"{hub}/healthz").close()
            return
        except OSError:
            time.sleep(LOOK_AGAIN_S)
    raise AssertionError(f"{hub} does not answer")


def fill(browser: Browser, **fields: str) -> None:
    for name, value in fields.items():
        browser.look(f"document.querySelector('form [name={name}]').value = {json.dumps(value)}")


def press(browser: Browser, selector: str) -> None:
    browser.look(f"document.querySelector({json.dumps(selector)}).click()")


def is_at(browser: Browser, path: str) -> None:
    browser.until(f"document.readyState === 'complete' && location.pathname === {json.dumps(path)}")


def sign_out(browser: Browser) -> None:
    press(browser, ".me form[action*=logout] button")
    is_at(browser, "/account/login/")


def test_from_the_link_to_a_passkey(hub: str, browser: Browser, tmp_path: Path) -> None:
    def picture(name: str) -> None:
        (tmp_path / f"{name}.png").write_bytes(browser.picture())

    link = establish_owner("ann@club.example", datetime.now(UTC))
    assert link is not None
    web_answers(hub)
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
