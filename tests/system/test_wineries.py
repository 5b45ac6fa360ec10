"""One free glass of wine a week at participating wineries: two with a phone's browser, a third with an edge's
counter. Whoever is second, there or here, sees that it was used and when the next one is due, not where."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.processes import run_to_end
from tests.system.club import Hub, wait_until
from tests.system.counters import Counter
from tests.system.seed_wineries import COUNTER, GLASS
from tests.system.test_desk import Desk

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


class Wineries:
    def __init__(self, folder: Path) -> None:
        self.hub = Hub(folder)
        # Links hold its address, so it comes first.
        self.address = self.hub.start_web()
        seed = [sys.executable, "-m", "tests.system.seed_wineries"]
        self.seeded: dict[str, Any] = json.loads(run_to_end(seed, self.hub.env, folder / "seed.log"))
        self.hub.enrol(COUNTER)
        self.hub.start_broker()
        self.hub.start_worker()
        self.counter = Counter(self.hub, COUNTER, GLASS, partner=COUNTER)

    def close(self) -> None:
        self.hub.close()
        self.counter.close()


class Phone(Desk):
    """A winery's phone: it opens its link once, then cards."""

    def is_of(self, wineries: Wineries, name: str) -> "Phone":
        self.hub = wineries.address
        self._call("Emulation.setDeviceMetricsOverride", PHONE)
        self.go(wineries.seeded["links"][name])
        self.until("location.pathname === '/partner/'")
        self.sees("What you offer")
        return self

    def scans(self, wineries: Wineries) -> None:
        """As its own camera does: the address that the card's QR code holds."""
        self.go(f"{self.hub}/c/{wineries.seeded['code']}")
        self.sees("Anna Bauer")


@pytest.fixture
def wineries(tmp_path: Path) -> Iterator[Wineries]:
    opened = Wineries(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def phones(wineries: Wineries, tmp_path: Path) -> Iterator[list[Phone]]:
    opened = [Phone(tmp_path / f"chromium-{name}").is_of(wineries, name) for name in wineries.seeded["links"]]
    yield opened
    for each in opened:
        each.close()


def test_a_glass_at_one_winery_is_used_up_at_all_of_them(
    wineries: Wineries, phones: list[Phone], capsys: pytest.CaptureFixture[str]
) -> None:
    north, south = phones
    north.scans(wineries)
    north.keep("article_2_first")
    north.click("Redeem")
    north.sees("Redeem Glass of wine?")
    assert wineries.hub.rows("SELECT count(*) FROM checkins_checkin") == [(0,)]
    seen = wineries.counter.process.event_count()
    began_s = time.monotonic()
    north.click("Yes, redeem it")
    wineries.counter.process.wait_for(lambda event: event.get("event") == "applied", "the use", after=seen)
    known_s = time.monotonic() - began_s
    with capsys.disabled():
        print(f"\nfrom the press on a phone to the edge's counter: {known_s * 1_000:.0f} ms")
    assert wineries.counter.scan(wineries.seeded["code"])["reason"] == "limit_reached"
    north.sees("Redeemed")
    south.scans(wineries)
    south.sees("Used up")
    south.sees("Again on")
    south.keep("article_2_second")
    page = south.look("document.body.innerText")
    assert "another partner" in page and "North" not in page
    south.open("/partner/")
    assert "Anna" not in south.look("document.body.innerText")
    north.open("/partner/")
    north.sees("Anna B.")
    north.keep("article_2_partner")
    assert [each for phone in phones for each in phone.errors] == []
    # The counter's denial is its own partner's, and no phone's.
    wait_until(lambda: len(wineries.hub.at_hub()) == 2, "the counter's check-in at the hub")
    found = wineries.hub.rows("SELECT partner, reason FROM checkins_checkin ORDER BY number")
    assert found == [("north", "granted"), (COUNTER, "limit_reached")]
