"""Check-ins on the command line: the last ones, and each new one as it is committed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.checkins import operations
from hub.checkins.follow import SKIPPED_FOR_S, SKIPPED_MAX, Follower
from hub.checkins.models import CheckIn
from hub.fleet.models import Site
from hub.members.models import Customer
from tests.hub.conftest import Database, run_hub
from tests.hub.scans import AT, Club, batch, checkin, journal_rows, redemption, small_club

JOURNAL = b"j" * 16
LIST = "/admin/checkins/checkin/"


@pytest.fixture
def club(sqlite_database: Database) -> Club:
    return small_club()


def ingest(*checkins: object, first: int = 1) -> None:
    rows = journal_rows(*checkins, first=first)  # type: ignore[arg-type]
    operations.ingest([batch(JOURNAL, rows)], AT + timedelta(hours=3))


def test_the_last_checkins_as_json(club: Club, sqlite_database: Database) -> None:
    last = checkin(30, outcome="denied", reason="unreadable")
    ingest(*(redemption(club, number) for number in range(22)), last)
    done = run_hub("checkins", "--json", **sqlite_database.environment)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 20
    assert lines[-1] == {
        "number": CheckIn.objects.latest("number").number,
        "id": last.id.hex(),
        "at": "2026-03-01T18:30:30+00:00",
        "time_zone": "UTC",
        "received_at": "2026-03-01T21:30:00+00:00",
        "edge": "clubhouse",
        "reader": "door",
        "permission": "front-door",
        "outcome": "denied",
        "reason": "unreadable",
        "customer": None,
        "remaining": None,
        "counted": False,
        "over_limit": False,
        "voided": False,
        "marks": [],
    }
    assert (lines[0]["customer"], lines[0]["remaining"], lines[0]["counted"]) == (club.customer.name, 0, True)


def test_the_last_checkins_as_a_table(club: Club, sqlite_database: Database) -> None:
    named = Customer.objects.create(name="Member\x1b[31m with more escapes", email="")
    Site.objects.update(time_zone="Europe/Berlin")
    ingest(redemption(club), checkin(2, outcome="denied", reason="expired", customer=named.pk))
    first, second = CheckIn.objects.order_by("number").values_list("number", flat=True)
    lines = run_hub("checkins", **sqlite_database.environment).stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].split()[:4] == ["number", "when,", "at", "the"]
    said = [str(first), "✓", "2026-03-01", "19:30:01", "CET", "clubhouse/counter", "glass-of-wine"]
    assert lines[1].split()[:7] == said
    assert lines[2].split()[:2] == [str(second), "✕"]
    assert "Member?[31m with more escapes  expired" in lines[2]


@pytest.fixture
def following(club: Club, sqlite_database: Database) -> Iterator[subprocess.Popen[str]]:
    ingest(redemption(club))
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "checkins", "--follow", "--json"],
        env=os.environ | sqlite_database.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def test_each_new_checkin_is_printed_once_as_it_is_committed(club: Club, following: subprocess.Popen[str]) -> None:
    assert following.stdout is not None
    assert json.loads(following.stdout.readline())["customer"] == club.customer.name
    for number in (2, 3):
        new = checkin(number)
        ingest(new, first=number)
        assert json.loads(following.stdout.readline())["id"] == new.id.hex()
    following.terminate()
    assert following.wait() == 0
    assert following.stdout.read() == ""


class Numbers:
    """A table of check-ins that get visible in any order."""

    def __init__(self) -> None:
        self.visible: set[int] = set()
        self.asked_among = 0

    def arrived_after(self, number: int, and_among: tuple[int, ...]) -> list[CheckIn]:
        self.asked_among = len(and_among)
        return [CheckIn(number=each) for each in sorted(self.visible) if each > number or each in and_among]


def test_a_number_that_is_committed_late_is_not_missed() -> None:
    table = Numbers()
    follower = Follower(0, table.arrived_after)
    seen = []
    for at_s, number in enumerate((1, 4, 3, 6, 2, 5)):
        table.visible.add(number)
        seen += [each.number for each in follower.next(at_s)]
    assert seen == [1, 4, 3, 6, 2, 5]
    assert follower.next(10) == []
    assert table.asked_among == 0


def test_a_number_that_never_comes_is_forgotten() -> None:
    table = Numbers()
    follower = Follower(0, table.arrived_after)
    table.visible = {5, 100_000}
    follower.next(0.0)
    follower.next(1.0)
    assert table.asked_among == SKIPPED_MAX
    follower.next(SKIPPED_FOR_S + 1)
    follower.next(SKIPPED_FOR_S + 2)
    assert table.asked_among == 0
