"""What the worker says of check-ins, and what it puts in order each hour."""

import io
import json
from datetime import timedelta

import pytest

from contract.ask import Direction, Policy
from contract.feed import Kind
from contract.limits import Limit
from contract.messages import CheckIn, CheckIns
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.pruning import PRUNE_EVERY_S
from hub.sync.worker import Worker
from tests.hub.conftest import DATA, Database
from tests.hub.limited_club import JOURNAL, WEEK_SECONDS, LimitedClub, limited_club, own, use_rows
from tests.hub.scans import AT, checkin, journal_rows
from tests.hub.seals import said
from tests.hub.worker_desk import ListeningBroker


class Desk:
    """A worker whose clock and log are at hand."""

    def __init__(self) -> None:
        self.at = AT
        self.lines = io.StringIO()
        self.broker = ListeningBroker()
        clocks = Clocks(lambda: self.at, self._monotonic_s)
        log = Log(self.lines, clocks.now, clocks.monotonic_s)
        self.worker = Worker(Inbox(), self.broker, log, clocks, DATA / "keys")

    def take(self, *checkins: CheckIn, first: int = 1) -> None:
        rows = journal_rows(*checkins, first=first)
        self.worker.handle([said("checkins", CheckIns(JOURNAL, rows))])

    def turns(self) -> list[tuple[int, int]]:
        """Some turns of pruning: how many uses and passages were left after each."""
        left = []
        for _ in range(8):
            self.worker.prune()
            left.append((len(use_rows()), len(feed.live_bodies(EVERYONE, Kind.PASSAGE))))
        return left

    def _monotonic_s(self) -> float:
        return (self.at - AT).total_seconds()

    def events(self, name: str) -> list[dict[str, object]]:
        found = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        return [each for each in found if each["event"] == name]


@pytest.fixture
def here(database: Database) -> LimitedClub:
    return limited_club(Limit(1, WEEK_SECONDS))


def test_a_conflict_is_told(here: LimitedClub) -> None:
    desk = Desk()
    first = own(here, AT)
    desk.take(first, checkin(id=first.id))
    [event] = desk.events("conflicting_checkin")
    assert (event["edge"], event["checkin"]) == ("clubhouse", first.id.hex())
    assert desk.events("refused_rows")[0]["count"] == 1


def test_who_was_over_a_limit_is_told_as_a_number(here: LimitedClub) -> None:
    desk = Desk()
    desk.take(own(here, AT))
    assert desk.events("over_limit") == []
    desk.take(own(here, AT), own(here, AT), first=2)
    assert [event["count"] for event in desk.events("over_limit")] == [2]


def test_hourly_turn_by_turn(here: LimitedClub) -> None:
    desk = Desk()
    desk.take(
        own(here, AT), checkin(customer=here.people[0].pk, policy=Policy(area="lounge", direction=Direction.OUT))
    )
    assert desk.turns()[-1] == (1, 1)
    desk.at = AT + timedelta(days=10)
    left = desk.turns()
    assert left[-1] == (0, 0)
    assert (0, 1) in left
    desk.take(own(here, AT), first=3)
    desk.at += timedelta(seconds=PRUNE_EVERY_S - 1)
    assert desk.turns()[-1] == (1, 0)
    desk.at += timedelta(seconds=1)
    assert desk.turns()[-1] == (0, 0)
