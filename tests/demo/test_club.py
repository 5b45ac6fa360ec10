"""A scan that the demo follows from edge to hub: what it says of who came, and of whether the hub has it."""

from pathlib import Path
from typing import Any

import pytest

from demo.club import Club, ScanResult
from demo.processes import DemoError, Event

ID = "0a" * 16
SCAN: Event = {
    "event": "scan",
    "reader": "door",
    "id": ID,
    "outcome": "granted",
    "reason": "granted",
    "latency_ms": 1.5,
}


class FakeProcess:
    """Prints `events` as soon as something is scanned."""

    def __init__(self, *events: Event) -> None:
        self._events = events

    def event_count(self) -> int:
        return 0

    def wait_for(self, wanted: Any, what: str, seconds: float = 30, after: int = 0) -> Event:
        for event in self._events[after:]:
            if wanted(event):
                return event
        raise DemoError(f"no {what}")


class FakeScanner:
    def scan(self, data: bytes) -> None:
        assert data == b"CODE"


@pytest.mark.parametrize(
    ("at_hub", "who", "arrived"),
    [
        (
            [{"id": "0b" * 16, "customer": "Another"}, {"id": ID, "customer": "Member with a day plan"}],
            "Member with a day plan",
            True,
        ),
        ([{"id": ID, "customer": None}], "-", True),
        ([{"id": "0b" * 16, "customer": "Another"}], "-", False),
        ([], "-", False),
    ],
    ids=["known", "nobody", "another", "none"],
)
def test_who_came_and_whether_it_arrived_is_what_the_hub_says(
    tmp_path: Path, at_hub: list[Event], who: str, arrived: bool
) -> None:
    club: Any = Club(tmp_path, say=lambda _: None)
    club._scanners = {"door": FakeScanner()}
    club._edge, club._checkins = FakeProcess(SCAN), FakeProcess(*at_hub)
    expected = ScanResult("door", who, "granted", "granted", 1.5, arrived)
    assert club.scan("door", b"CODE") == expected
