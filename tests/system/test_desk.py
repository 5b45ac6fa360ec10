"""An admin in a browser and a door: what is done on the desk's pages reaches a real edge, its answers the page."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.system.club import EDGE, Club, wait_until
from tests.system.test_orders import CONFIG


class Desk(Browser):
    """Chromium at the hub's own web process, signed in as an admin."""

    def enter(self, hub: str, session: str) -> None:
        self.hub = hub
        self._call("Network.setCookie", {"name": "sessionid", "value": session, "url": hub})

    def open(self, path: str) -> None:
        self.go(self.hub + path)
        self.until(f"location.href === {json.dumps(self.hub + path)} && document.readyState === 'complete'")

    def sees(self, text: str) -> None:
        self.until(f"document.body.innerText.includes({json.dumps(text)})")

    def click(self, text: str, within: str = "main") -> None:
        buttons = f"[...document.querySelectorAll({json.dumps(within)} + ' :is(a, button)')]"
        found = f"{buttons}.find(e => e.textContent.trim() === {json.dumps(text)})"
        self.until(f"document.readyState === 'complete' && !!{found}")
        self.look(f"{found}.click()")

    def keep(self, name: str) -> None:
        if folder := os.environ.get("DOORWARD_SCREENSHOTS"):
            (Path(folder) / f"{name}.png").write_bytes(self.picture())


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    club = Club(tmp_path)
    club.config = club.write("edge.toml", CONFIG.format(folder=club.folder))
    try:
        club.start_all()
        yield club
    finally:
        club.close()


@pytest.fixture
def desk(club: Club, tmp_path: Path) -> Iterator[Desk]:
    hub = club.start_web()
    browser = Desk(tmp_path / "chromium")
    try:
        browser.enter(hub, club.session_of("admin"))
        yield browser
    finally:
        browser.close()


def reason(club: Club) -> str:
    return str(club.scan("door", club.seeded["tireless"][0])["reason"])


def test_an_admin_needs_no_terminal(club: Club, desk: Desk) -> None:
    desk.open("/desk/fleet/")
    desk.sees("online")
    desk.keep("live_fleet")
    desk.click(EDGE)
    desk.click("Look, push, roll back")
    text = club.config.read_text()
    desk.until("!!document.querySelector('textarea')")
    desk.look(f"document.querySelector('textarea').value = {json.dumps(text)}")
    desk.click("Push")
    desk.sees("Generation 1 stands at the edge")
    desk.look(
        f"document.querySelector('textarea').value = {json.dumps(text.replace('/door.tty', '/nowhere.tty'))}"
    )
    desk.click("Push")
    desk.sees("Generation 2 was refused")
    desk.keep("live_refused")
    desk.click("Roll back to generation 1")
    desk.sees("Generation 3 stands at the edge")
    assert reason(club) == "granted"
    desk.open("/desk/lockdown/set/?posture=lockdown")
    desk.click("Lock down")
    desk.sees("In lockdown: everything")
    desk.keep("live_lockdown")
    assert reason(club) == "lockdown"
    desk.click("Lift it", "body")
    desk.until("!!document.querySelector('dialog[open] button.main')")
    desk.click("End it", "dialog")
    wait_until(lambda: reason(club) == "granted", "the end of the lockdown")
    desk.until("!document.querySelector('.lockdown')")
    desk.open("/desk/fleet/")
    desk.click(EDGE)
    desk.click("Identify", "tr:has(input[value=door])")
    desk.sees("Identify door: its lamps blink")
    desk.keep("live_answer")
