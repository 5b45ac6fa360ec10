"""A member in a real Chromium at a narrow phone's width: a password, a passkey added, out, and in by it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.accounts.models import Passkey
from hub.accounts.password_operations import set_password
from hub.members import operations
from hub.members.models import Customer
from tests.browser import Browser
from tests.hub.conftest import Database
from tests.hub.passkey_hub import PHONE, a_hub, is_at, press

PASSWORD = "a long way round"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path / "chromium")
    yield browser
    browser.close()


@pytest.fixture
def hub(sqlite_database: Database) -> Iterator[str]:
    with a_hub(sqlite_database) as url:
        yield url


def test_a_member_adds_a_passkey_and_signs_in_by_it(hub: str, browser: Browser, tmp_path: Path) -> None:
    ann = operations.save_customer(Customer(name="Ann Miller", email="ann@club.example"))
    set_password(ann, PASSWORD, datetime.now(UTC))
    browser._call("WebAuthn.enable")
    browser._call("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    browser._call(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
    )

    browser.go(f"{hub}/card/account/security")
    is_at(browser, "/card/account/security")
    press(browser, "a.main")
    is_at(browser, "/card/login")
    assert browser.look("document.querySelector('form.passkey').hidden") is False
    (tmp_path / "login.png").write_bytes(browser.picture())
    within = "form[action='/card/login/password'] [name={}]"
    for name, value in (("email", "ann@club.example"), ("password", PASSWORD)):
        browser.look(f"document.querySelector({json.dumps(within.format(name))}).value = {json.dumps(value)}")
    press(browser, "form[action='/card/login/password'] button")
    is_at(browser, "/card/")

    browser.go(f"{hub}/card/account/security")
    is_at(browser, "/card/account/security")
    browser.look("document.querySelector('#name').value = 'Blue phone'")
    press(browser, "form.passkey button")
    browser.until("document.readyState === 'complete' && location.search === '?done=passkey'")
    text = browser.look("document.body.innerText")
    assert "Your passkey is added." in text and "Blue phone" in text
    (tmp_path / "security.png").write_bytes(browser.picture())
    assert browser.look("document.documentElement.scrollWidth") <= 390
    assert Passkey.objects.get().customer == ann
    # The same phone has one already.
    press(browser, "form.passkey button")
    browser.until("document.querySelector('form.passkey .trouble').textContent.length > 10")

    browser.go(f"{hub}/card/")
    is_at(browser, "/card/")
    press(browser, "form[action='/card/leave'] button")
    browser.until("document.querySelector('#open') !== null")
    browser.go(f"{hub}/card/login?next=/card/account/security")
    is_at(browser, "/card/login")
    press(browser, "form.passkey button")
    is_at(browser, "/card/account/security")
    assert "last used" in browser.look("document.body.innerText")
    assert [said for said in browser.errors if '"recommendation"' not in said] == []
