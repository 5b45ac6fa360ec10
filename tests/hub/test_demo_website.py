"""`make demo`: the club's website in a browser, its two pages each to a card."""

import time
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from demo.club import Club
from demo.website.pages import VISITOR
from tests.hub.embedding_page import Frame, Onlooker
from tests.prepared_hub import prepare_hub

DEADLINE_S = 60.0


class PreparedClub(Club):
    """Its hub finds keys and tables; that the demo makes them from nothing is seen in tests/demo."""

    def _init_hub(self) -> None:
        prepare_hub(self.folder / "hub")
        super()._init_hub()


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    started = PreparedClub(tmp_path_factory.mktemp("club") / "demo", say=print)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Onlooker]:
    onlooker = Onlooker(tmp_path_factory.mktemp("chromium"))
    yield onlooker
    onlooker.close()


def letter_to(club: Club, address: str) -> str:
    """The text of the newest one."""
    ends_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < ends_s:
        for file in sorted(club.mail_folder.glob("*.log"), key=lambda each: each.stat().st_mtime, reverse=True):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            if letter["to"] == address and body is not None:
                return str(body.get_content())
        time.sleep(0.1)
    raise AssertionError(f"no letter to {address}")


def chooses(frame: Frame, plan: str) -> None:
    """Once it is known whether the visitor is: the forms have their flow then."""
    find = f"[...document.querySelectorAll('.plan-card')].find(each => each.innerText.includes('{plan}'))"
    frame.until(f"document.readyState === 'complete' && !!{find}")
    frame.look(f"void {find}.querySelector('button').click()")


def agrees(frame: Frame) -> None:
    frame.until("!!document.querySelector('[name=terms]')")
    frame.look("void document.querySelector('[name=terms]').click()")
    frame.press("agree")


def opens_the_card(club: Club, browser: Onlooker, name: str) -> None:
    frame = browser.frame()
    frame.sees("You have joined.")
    frame.look("void document.querySelector('form[target=_blank] button').click()")
    with browser.in_tab(f"{club.hub_url}/card/"):
        browser.sees(name)
    told = "[...document.querySelectorAll('#told li')].map(each => each.textContent).join()"
    browser.until(f"{told} === 'started,joined'")


@pytest.mark.timeout(300)
def test_nobody_is_logged_in_and_the_plan_is_free(club: Club, browser: Onlooker) -> None:
    browser.go(f"{club.website_url}/")
    frame = browser.frame()
    chooses(frame, "Friend")
    frame.until("!!document.querySelector('[name=email]')")
    frame.says("email", "fay@club.example")
    frame.press("email")
    frame.until("!!document.querySelector('[name=code]')")
    digits = (line.replace(" ", "") for line in letter_to(club, "fay@club.example").splitlines())
    frame.says("code", next(line for line in digits if line.isdigit()))
    frame.press("code")
    frame.until("!!document.querySelector('[name=name]')")
    frame.says("name", "Fay")
    frame.press("fields")
    agrees(frame)
    opens_the_card(club, browser, "Fay")


@pytest.mark.timeout(300)
def test_somebody_is_logged_in_and_pays(club: Club, browser: Onlooker) -> None:
    browser.go(f"{club.website_url}/logged-in")
    frame = browser.frame()
    frame.until("!!document.querySelector('form.choose')?.elements.flow.value")
    chooses(frame, "Full")
    frame.until(f"document.querySelector('[name=name]')?.value === '{VISITOR.name}'")
    frame.press("fields")
    agrees(frame)
    frame.sees("As soon as it is paid")
    frame.look("void document.querySelector('form[target=_blank] button').click()")
    with browser.in_tab("/pay/"):
        browser.click("Pay")
        browser.sees("You can close this tab")
    opens_the_card(club, browser, VISITOR.name)
