"""A benefit that is redeemed on a phone is used up at every counter at once, and the other way round: the hub with
its pages, a broker and two edges, processes all.

How long it takes is printed: from the press to the last edge that has it, from the scan to the page that says so.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.system.club import wait_until
from tests.system.counters import Counters

ROUNDS = 5
BENEFIT = "weekly-glass"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Phone:
    """Somebody of the front desk is signed in on it. It opens cards by their address, as its camera would."""

    def __init__(self, hub: str, session: str) -> None:
        self._browser = httpx.Client(base_url=hub, cookies={"sessionid": session}, follow_redirects=True)

    def sees(self, code: str) -> str:
        return self._browser.get(f"/c/{code}").raise_for_status().text

    def button(self, code: str) -> dict[str, str]:
        """What the benefit's button on the card's page sends."""
        forms = [part.split("</form>")[0] for part in self.sees(code).split('action="/c/use">')[1:]]
        found = [dict(_HIDDEN.findall(form)) for form in forms]
        return next(each for each in found if each["permission"] == BENEFIT)

    def press(self, button: dict[str, str]) -> str:
        """The page that is come to."""
        return self._browser.post("/c/use", data=button | {"sure": "1"}).raise_for_status().text

    def close(self) -> None:
        self._browser.close()


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[Counters]:
    opened = Counters(tmp_path, BENEFIT, 2 * ROUNDS)
    yield opened
    opened.close()


@pytest.fixture
def phone(counters: Counters) -> Iterator[Phone]:
    hub = counters.hub.start_web()
    phone = Phone(hub, counters.hub.session_of("front desk"))
    yield phone
    phone.close()


def test_a_phone_and_the_counters_know_of_each_other_at_once(
    counters: Counters, phone: Phone, capsys: pytest.CaptureFixture[str]
) -> None:
    members = counters.seeded["members"]
    from_phone = [until_counters_know(counters, phone, each) for each in members[:ROUNDS]]
    to_phone = [until_phone_knows(counters, phone, each) for each in members[ROUNDS:]]
    counted = "SELECT count(*) FROM checkins_checkin WHERE counted AND NOT over_limit"
    wait_until(lambda: counters.hub.rows(counted) == [(2 * ROUNDS,)], "all check-ins at the hub")
    with capsys.disabled():
        print(f"\nphone to both counters: {told(from_phone)}; counter to phone: {told(to_phone)}")


def until_counters_know(counters: Counters, phone: Phone, code: str) -> float:
    """Seconds from the press on."""
    both = (counters.bar, counters.terrace)
    seen = [counter.process.event_count() for counter in both]
    button = phone.button(code)
    begun_s = time.monotonic()
    assert "Redeemed" in phone.press(button)
    for counter, count in zip(both, seen, strict=True):
        counter.process.wait_for(lambda event: event.get("event") == "applied", "the use", after=count)
    took_s = time.monotonic() - begun_s
    assert [counter.scan(code)["reason"] for counter in both] == ["limit_reached", "limit_reached"]
    return took_s


def until_phone_knows(counters: Counters, phone: Phone, code: str) -> float:
    """Seconds from the scan on."""
    assert "Used up" not in phone.sees(code)
    begun_s = time.monotonic()
    assert counters.bar.scan(code)["reason"] == "granted"
    wait_until(lambda: "Used up" in phone.sees(code), "the page that says so")
    return time.monotonic() - begun_s


def told(took_s: list[float]) -> str:
    return f"{max(took_s) * 1_000:.0f} ms at most, {min(took_s) * 1_000:.0f} ms at least"
