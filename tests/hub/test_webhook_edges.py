"""Edges that are out of reach and back: told of once each, debounced, and never for want of a worker."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.fleet.models import Edge, EdgePresence
from hub.fleet.operations import note_presence
from hub.watch.operations import note_worker
from hub.webhooks.collecting import Collecting
from tests.hub.conftest import Database
from tests.hub.presences import presence
from tests.hub.scans import AT, small_club
from tests.hub.webhook_queue import an_endpoint, collect, events, started

Turn = Callable[..., None]


@pytest.fixture
def turn(database: Database) -> Turn:
    """The hub `seconds` after AT, its worker there all the time unless it is said otherwise."""
    small_club()
    an_endpoint()
    collecting: Collecting = started(AT - timedelta(seconds=1))

    def turn(seconds: float, works: bool = True) -> None:
        at = AT + timedelta(seconds=seconds)
        if works:
            note_worker("worker", AT, True, {}, at)
        collect(collecting, at)

    return turn


def says(seconds: float, online: bool = True) -> None:
    note_presence("clubhouse", presence(seconds, online=online), AT + timedelta(seconds=seconds))


def told() -> list[str]:
    return [each.type for each in events()]


def test_one_that_goes_for_a_minute_is_told_of_and_told_back(turn: Turn) -> None:
    says(0)
    says(10, online=False)
    turn(60)
    assert told() == []
    turn(70)
    turn(80)
    assert told() == ["edge.offline"]
    assert events()[0].at == AT + timedelta(seconds=10)
    assert events()[0].data["edge"]["name"] == "clubhouse"
    says(100)
    turn(105)
    assert told() == ["edge.offline"]
    turn(111)
    turn(120)
    assert told() == ["edge.offline", "edge.online"]
    assert events()[1].data["offline_since"] == events()[0].data["since"]


def test_one_that_comes_back_soon_is_not_told_of(turn: Turn) -> None:
    says(0)
    for seconds in (10, 60, 120):
        says(seconds, online=False)
        turn(seconds + 40)
        says(seconds + 45)
    turn(300)
    assert told() == []


def test_one_that_falls_silent_is(turn: Turn) -> None:
    for seconds in range(0, 200, 20):
        turn(seconds)
    says(200)
    for seconds in range(200, 340, 20):
        turn(seconds)
    assert told() == []
    turn(355)
    assert told() == ["edge.offline"]
    says(400)
    turn(401)
    assert told() == ["edge.offline", "edge.online"]


def test_a_hub_that_was_down_takes_nobody_for_silent(turn: Turn) -> None:
    """Edges say something each minute: until then the hub knows nothing of them, and their doors work."""
    says(0)
    turn(10)
    turn(50_000, works=False)
    turn(50_010)
    turn(50_060)
    assert told() == []
    says(50_065)
    turn(50_170)
    assert told() == []


def test_one_that_was_away_before_is_not_told_of(turn: Turn) -> None:
    EdgePresence.objects.all().delete()
    says(-1_000, online=False)
    turn(100)
    says(200)
    turn(220)
    assert told() == []


def test_one_that_is_revoked_is_expected_no_more(turn: Turn) -> None:
    says(10, online=False)
    Edge.objects.update(revoked_at=AT)
    turn(200)
    assert told() == []
