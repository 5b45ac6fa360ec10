"""A fleet is watched: what an edge says of itself, and the broker in its place, end to end over real processes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.processes import run_to_end
from tests.system.club import EDGE, Club, wait_until


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    club = Club(tmp_path)
    try:
        yield club
    finally:
        club.close()


def fleet(club: Club) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.system.fleet_seen"]
    return json.loads(run_to_end(command, club.env, club.folder / "seen.log"))


def clubhouse(club: Club) -> dict[str, Any]:
    return fleet(club)["edges"][EDGE]


def is_online(club: Club) -> bool:
    return club.rows("SELECT online FROM fleet_edgepresence") == [(1,)]


def heard_at(club: Club) -> str:
    return str(club.rows("SELECT received_at FROM fleet_edgepresence")[0][0])


def test_an_edge_that_is_there_is_green_and_one_that_is_gone_red(club: Club) -> None:
    club.start_all()
    wait_until(lambda: is_online(club), "its first word")
    for _ in range(3):
        club.scan("door", club.seeded["tireless"][0])
    wait_until(lambda: club.rows("SELECT count(*) FROM watch_edgetelemetry") == [(1,)], "telemetry")
    seen = fleet(club)
    assert seen["workers"] == {"running": 1, "connected": 1}
    edge = seen["edges"][EDGE]
    # Clock and copy are the machine's affair: this one may keep no time.
    assert edge["word"] == "online"
    assert not [trouble for trouble in edge["troubles"] if "waiting" in trouble]
    assert edge["machine"] != "-"

    club.end(EDGE, kill=True)
    wait_until(lambda: not is_online(club), "the broker to say its last will")
    assert (clubhouse(club)["light"], clubhouse(club)["word"]) == ("red", "offline")

    club.start_edge()
    wait_until(lambda: is_online(club), "its word again")
    club.end(EDGE)
    wait_until(lambda: not is_online(club), "its last word")


def test_rows_that_come_with_an_edge_are_nothing_wrong(club: Club) -> None:
    """It was away and connects with a journal full: what it says then is before the first ack."""
    club.start_all()
    club.end("broker", kill=True)
    for _ in range(20):
        club.scan("counter", club.seeded["tireless"][0])
    club.start_broker()
    wait_until(lambda: is_online(club), "its word")
    assert not [trouble for trouble in clubhouse(club)["troubles"] if "waiting" in trouble]


def test_a_broker_that_was_gone_brings_nobody_back_from_the_past(club: Club) -> None:
    club.start_all()
    wait_until(lambda: is_online(club), "its first word")
    before = heard_at(club)
    club.end("broker", kill=True)
    club.end(EDGE, kill=True)
    club.start_broker()
    assert heard_at(club) == before
    club.start_edge()
    wait_until(lambda: heard_at(club) > before, "a newer word")
    assert is_online(club)


def test_without_a_worker_the_page_says_so(club: Club) -> None:
    club.start_all()
    club.end("worker")
    assert fleet(club)["workers"] == {"running": 0, "connected": 0}
