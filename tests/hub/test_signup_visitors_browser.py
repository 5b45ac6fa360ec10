"""In a frame, in a real Chromium: a press waits for the word about the visitor, and too many questions are asked
again; a passkey of the hub's signs in there, on another origin's page."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.utils import timezone

from hub.accounts import passkey_operations
from hub.joining import flow_operations
from hub.joining.flow_operations import Begun
from hub.members.models import Membership
from hub.rates.operations import Limit
from tests.hub.conftest import Database
from tests.hub.embedded import Embedded, embedded_in
from tests.hub.embedding_page import Onlooker
from tests.hub.joining_club import MAIL, a_member, a_plan
from tests.hub.passkey_hub import PHONE
from tests.hub.soft_passkey import SoftPasskey


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Onlooker]:
    browser = Onlooker(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def embedded(sqlite_database: Database, tmp_path: Path, chromium: Onlooker) -> Iterator[Embedded]:
    with embedded_in(tmp_path, chromium) as embedded:
        yield embedded


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Until it is set, nobody is told who the visitor is."""
    answered, begin_known = Event(), flow_operations.begin_known

    def begin_late(*said: Any) -> Begun:
        answered.wait()
        return begin_known(*said)

    monkeypatch.setattr(flow_operations, "begin_known", begin_late)
    yield answered
    answered.set()


def test_a_press_waits_for_the_word_about_the_visitor(embedded: Embedded, answered: Event) -> None:
    embedded.shows(embedded.script(a_plan(), token=embedded.token(email=MAIL, name="Ann")))
    frame = embedded.browser.frame()
    frame.press("plan")
    frame.until("!!document.querySelector('[name=press][aria-busy=true]')")
    answered.set()
    frame.until("document.querySelector('[name=name]')?.value === 'Ann'")
    embedded.heard("started")


def test_a_press_does_not_wait_for_ever(embedded: Embedded, answered: Event) -> None:
    embedded.shows(embedded.script(a_plan(), token=embedded.token(email=MAIL, name="Ann")))
    frame = embedded.browser.frame()
    frame.press("plan")
    frame.sees("Send me a code")


def test_where_too_many_ask_it_says_wait_and_asks_again(
    embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is the one that may be asked for in a second: the token's answer is a page that says so."""
    monkeypatch.setattr("hub.signup.places._STRANGERS", Limit("join", 1, 2))
    embedded.shows(embedded.script(a_plan(), token=embedded.token(email=MAIL, name="Ann")))
    frame = embedded.browser.frame()
    frame.sees("this page tries again by itself")
    frame.until("!!document.querySelector('form.choose').elements.flow.value")
    assert frame.look("document.querySelector('#wait').hidden && document.querySelector('#not-known').hidden")
    assert sum(each.endswith("/token") for each in embedded.browser.requests) > 1


def test_what_is_no_answer_of_ours_leaves_a_stranger(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_said: Any) -> Begun:
        raise RuntimeError

    monkeypatch.setattr(flow_operations, "begin_known", breaks)
    embedded.shows(embedded.script(a_plan(), token=embedded.token(email=MAIL, name="Ann")))
    frame = embedded.browser.frame()
    frame.sees("you can still join by yourself")
    frame.press("plan")
    frame.sees("Send me a code")


def test_a_theme_that_could_not_be_read_is_told_in_the_console(embedded: Embedded) -> None:
    keeps = "window.said = []; console.error = text => said.push(String(text));"
    embedded.browser._call("Page.addScriptToEvaluateOnNewDocument", {"source": keeps})
    embedded.shows(embedded.script(a_plan(), theme_ink="#123456", theme_paper="#123456"))
    embedded.browser.until("(window.said || []).some(each => each.includes('ink, paper'))")


def test_a_passkey_in_a_frame_of_another_origin(
    sqlite_database: Database, tmp_path: Path, chromium: Onlooker
) -> None:
    with embedded_in(tmp_path, chromium, "localhost") as embedded:
        ann, phone, at = a_member(), SoftPasskey(), timezone.now()
        begun = passkey_operations.begin_adding(ann, at)
        passkey_operations.add_passkey(ann, begun.state, phone.create(begun.options), "Phone", at)
        chromium._call("WebAuthn.enable")
        has = chromium._call("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
        chromium._call("WebAuthn.addCredential", has | {"credential": _credential(phone)})
        embedded.shows(embedded.script(a_plan()))
        frame = chromium.frame()
        frame.press("plan")
        frame.until("document.querySelector('form.passkey')?.hidden === false")
        frame.look("void document.querySelector('form.passkey button').click()")
        frame.sees("Is this right?")
        frame.press("agree")
        frame.sees("You have joined.")
        assert Membership.objects.get().customer == ann
        chromium._call("WebAuthn.disable")


def _credential(phone: SoftPasskey) -> dict[str, Any]:
    private = phone.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "credentialId": b64encode(phone.credential_id).decode(),
        "isResidentCredential": True,
        "rpId": settings.ENVIRONMENT.host,
        "privateKey": b64encode(private).decode(),
        "userHandle": b64encode(phone.handle).decode(),
        "signCount": 0,
    }
