"""Joining in a real Chromium: in a frame on another origin's page, with others' cookies blocked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from hub.members.models import Customer, Membership
from hub.rates.operations import Limit, take
from hub.websites import operations, queries
from tests.hub.conftest import Database
from tests.hub.embedded import Embedded, embedded_in, proves
from tests.hub.embedding_page import Onlooker
from tests.hub.joining_club import MAIL, a_member, a_paid_plan, a_plan, code_sent, open_for_all
from tests.hub.stripe_driver import FakeDriver
from tests.hub.walks.page_rules import keeps_the_rules, unseen_focus, violations


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Onlooker]:
    browser = Onlooker(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def embedded(sqlite_database: Database, tmp_path: Path, chromium: Onlooker) -> Iterator[Embedded]:
    with embedded_in(tmp_path, chromium) as embedded:
        yield embedded


def test_without_a_token_to_the_card(embedded: Embedded) -> None:
    plan = a_plan()
    embedded.shows(embedded.script(plan, theme_colour="#aa0033", theme_round="0"))
    frame = embedded.browser.frame()
    frame.sees(plan.name)
    assert frame.look("getComputedStyle(document.documentElement).getPropertyValue('--club').trim()") == "#aa0033"
    frame.press("plan")
    embedded.heard("started")
    proves(embedded)
    frame.until("!!document.querySelector('[name=name]')")
    assert frame.look("document.activeElement.tagName") == "H1"
    assert violations(frame) == []  # type: ignore[arg-type]
    frame.says("name", "Ann")
    frame.press("fields")
    frame.press("agree")
    frame.sees("You have joined.")
    assert violations(frame) == []  # type: ignore[arg-type]
    embedded.heard("started", "joined")
    assert Membership.objects.get().customer == Customer.objects.get(email=MAIL)
    # As high as what it shows.
    embedded.browser.until("document.querySelector('iframe').offsetHeight < 700")
    assert frame.look("document.documentElement.scrollHeight <= innerHeight + 1")
    assert frame.look("document.cookie") == ""
    frame.look("void document.querySelector('form[target=_blank] button').click()")
    with embedded.browser.in_tab("/card/"):
        embedded.browser.sees("Ann")
        embedded.browser.sees(plan.name)
    frame.look("void document.querySelector('#close').click()")
    embedded.heard("started", "joined", "closed")
    assert embedded.browser.complaints() == []


@pytest.mark.parametrize("way", ["attribute", "call"])
def test_with_a_token(embedded: Embedded, way: str) -> None:
    plan, token = a_plan(), embedded.token(email=MAIL, name="Ann")
    said = {"token": token} if way == "attribute" else {}
    embedded.shows(embedded.script(plan, **said))
    frame = embedded.browser.frame()
    if way == "call":
        embedded.browser.until("!!window.doorward")
        embedded.browser.look(f"doorward.token('{token}')")
    frame.until("!!document.querySelector('form.choose').elements.flow.value")
    assert token not in embedded.browser.look("document.querySelector('main').innerHTML")
    assert not any(token in url for url in embedded.browser.requests)
    frame.press("plan")
    frame.until("document.querySelector('[name=name]')?.value === 'Ann'")
    frame.press("fields")
    frame.press("agree")
    frame.sees("You have joined.")
    customer = queries.customer_of(embedded.known, "user-7")
    assert customer is not None and customer.email == MAIL


def test_with_a_token_whose_address_stands(embedded: Embedded) -> None:
    ann = a_member()
    embedded.shows(embedded.script(a_plan(), token=embedded.token(email=MAIL, name="Ann")))
    frame = embedded.browser.frame()
    frame.until("!!document.querySelector('form.choose')?.elements.flow.value")
    frame.press("plan")
    frame.sees("There is already a member with this address")
    proves(embedded)
    frame.until("!!document.querySelector('[name=customer]')")
    frame.look(f"void document.querySelector('[name=customer][value=\"{ann.pk}\"]').click()")
    frame.press("agree")
    frame.sees("You have joined.")
    assert queries.customer_of(embedded.known, "user-7") == ann


def test_paid_in_a_tab_of_its_own(embedded: Embedded, fake_stripe: FakeDriver) -> None:
    way = fake_stripe.provider._way
    with override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, stripe=way)):
        embedded.shows(embedded.script(a_paid_plan(), token=embedded.token(email=MAIL, name="Ann")))
        frame = embedded.browser.frame()
        frame.until("!!document.querySelector('form.choose')?.elements.flow.value")
        frame.press("plan")
        frame.press("fields")
        frame.press("agree")
        frame.sees("As soon as it is paid")
        embedded.heard("started")
        frame.look("void document.querySelector('form[target=_blank] button').click()")
        with embedded.browser.in_tab(fake_stripe.fake.address):
            embedded.browser.click("Pay")
            embedded.browser.sees("You can close this tab")
        frame.sees("You have joined.")
    embedded.heard("started", "joined")
    assert not Membership.objects.get().pending


def test_who_pays_while_too_many_ask_is_told_and_asked_again(
    embedded: Embedded, fake_stripe: FakeDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, browser = fake_stripe.provider._way, embedded.browser
    with override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, stripe=way)):
        browser._call("Network.clearBrowserCookies")
        a_paid_plan()
        browser.open("/join/")
        browser.click("Join")
        browser.sees("Send me a code")
        browser.write("#email", MAIL)
        browser.click("Send me a code")
        browser.sees("A code is on its way")
        browser.write("#code", code_sent())
        browser.click("Continue")
        browser.sees("About you")
        browser.write("#name", "Ann")
        browser.click("Continue")
        browser.sees("Is this right?")
        browser.click("Join and pay")
        browser.sees("As soon as it is paid")
        monkeypatch.setattr("hub.signup.places._WAITING", Limit("join-none", 1, 600))
        take(Limit("join-none", 1, 600), "127.0.0.1", timezone.now())
        browser.look("ask()")
        browser.until("!document.querySelector('#wait').hidden")
        monkeypatch.setattr("hub.signup.places._WAITING", Limit("join-some", 100, 600))
        browser.look("ask()")
        browser.until("document.querySelector('#wait').hidden")


def test_an_origin_that_is_not_allowed(embedded: Embedded) -> None:
    plan = a_plan()
    operations.change_website(embedded.known.pk, "Club", ["https://elsewhere.example"])
    embedded.shows(embedded.script(plan))
    embedded.browser.until("!!document.querySelector('iframe')")
    frame = embedded.browser.frame()
    frame.until("document.readyState === 'complete' && location.href.startsWith('chrome-error')")
    assert plan.name not in (frame.look("document.body.innerText") or "")


def test_what_others_say_is_not_listened_to(embedded: Embedded) -> None:
    """A frame within the website's page, of another origin, and the page itself with what it may not say."""
    plan = a_plan()
    other = f"http://127.0.0.1:{embedded.site.server_port}/other"
    token = embedded.token(email=MAIL)
    told = f"{{doorward: 'token', token: '{token}'}}"
    script = (
        f"parent.frames[0].postMessage({{doorward: 'hello'}}, '*'); parent.frames[0].postMessage({told}, '*');"
    )
    spoof = (
        "parent.postMessage({doorward: 'joined'}, '*'); parent.postMessage({doorward: 'height', px: 9999}, '*')"
    )
    embedded.site.pages["/other"] = f"<!doctype html><title>x</title><script>{script}{spoof}</script>"
    embedded.shows(embedded.script(plan))
    frame = embedded.browser.frame()
    frame.sees(plan.name)
    embedded.browser.look(
        f"void document.body.append(Object.assign(document.createElement('iframe'), {{src: '{other}'}}))"
    )
    embedded.browser.frame(1).until("document.readyState === 'complete'")
    frame.press("plan")
    embedded.heard("started")
    frame.sees("Send me a code")
    assert embedded.browser.look("document.querySelector('iframe').offsetHeight") < 2_000


def test_two_on_one_page(embedded: Embedded) -> None:
    one, other = a_plan("One"), a_plan("Other")
    embedded.shows(embedded.script(one), embedded.script(other))
    frames = embedded.browser.frame(0), embedded.browser.frame(1)
    for frame in frames:
        frame.until("document.readyState === 'complete' && !!document.querySelector('form.choose')")
    names = {frame.look("document.querySelector('h2').innerText") for frame in frames}
    assert names == {"One", "Other"}
    embedded.browser.until("document.querySelectorAll('iframe').length === 2")
    frames[1].press("plan")
    frames[1].sees("Send me a code")
    frames[0].sees("Join")
    embedded.heard("started")


def test_by_the_keyboard_alone(embedded: Embedded) -> None:
    embedded.shows(embedded.script(a_plan(), token=embedded.token(email=MAIL, name="Ann")))
    frame = embedded.browser.frame()
    frame.until("!!document.querySelector('form.choose')?.elements.flow.value")
    for wanted in ("plan", "fields", "agree"):
        frame.until(f"!!document.querySelector('button[name=press][value={wanted}]')")
        for _ in range(12):
            if frame.look("document.hasFocus() && document.activeElement.value") == wanted:
                break
            embedded.browser.key("Tab")
        assert frame.look("document.activeElement.value") == wanted
        embedded.browser.key("Enter")
    frame.sees("You have joined.")
    assert Membership.objects.count() == 1


def test_wrong_use_is_said_in_the_console(embedded: Embedded) -> None:
    embedded.browser._call("Page.addScriptToEvaluateOnNewDocument", {"source": _KEEP_CONSOLE})
    embedded.shows(f'<script src="{embedded.hub}/embed.js"></script>', embedded.script(a_plan(), token="nonsense"))
    embedded.browser.until("(window.said || []).some(each => each.includes('data-website is missing'))")
    embedded.browser.until("(window.said || []).some(each => each.includes('malformed'))")


_KEEP_CONSOLE = "window.said = []; console.error = text => said.push(String(text));"


def test_the_hubs_own_pages_keep_the_rules(embedded: Embedded) -> None:
    browser = embedded.browser
    open_for_all(terms="Be kind.", text="We are glad that you come.", asks_address="optional")
    a_paid_plan(setup_fee_cents=500, trial_days=14, tax_text="incl. 19 % VAT", signup_text="All there is.")

    def plans() -> None:
        browser.open("/join/")
        browser.sees("29.00 EUR every month")

    keeps_the_rules(browser, plans)
    browser.click("Join")
    browser.sees("Send me a code")
    keeps_the_rules(browser, lambda: browser.open("/join/go"))
    assert unseen_focus(browser) == []
    browser.write("#email", MAIL)
    browser.click("Send me a code")
    browser.sees("A code is on its way")
    browser.write("#code", code_sent())
    browser.click("Continue")
    browser.sees("About you")
    keeps_the_rules(browser, lambda: browser.open("/join/go"))
    browser.write("#name", "Ann")
    browser.click("Continue")
    browser.sees("Is this right?")
    keeps_the_rules(browser, lambda: browser.open("/join/go"))
    browser.wears(390)
    browser.keep("join_agree")
    browser.click("Join, and pay by invoice")
    browser.until("!!document.querySelector('[name=terms]:invalid')")
    browser.look("document.querySelector('[name=terms]').click()")
    browser.click("Join, and pay by invoice")
    browser.sees("You have joined.")
    # It is shown once.
    keeps_the_rules(browser, lambda: browser.sees("You have joined."))
    browser.wears(390)
    browser.keep("join_done")
    browser.open("/join/")
    browser.keep("join_plans")
