"""A worker at hand: plain calls, a real database, a clock that a test sets, and a broker that only listens."""

import io

import pytest

from contract.messages import CheckIns, Message, Pull, decode
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing
from hub.sync.worker import Worker
from tests.hub.conftest import DATA, Database
from tests.hub.scans import AT, Club, small_club
from tests.hub.seals import opened, said

JOURNAL = b"j" * 16


class ListeningBroker:
    """Keeps what is sent without its seal, which has to be the hub's for the topic."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.is_connected, self.session = True, 1
        self.free = 3_000

    def connected(self) -> int:
        return self.session if self.is_connected else 0

    def room(self) -> int:
        return self.free

    def publish(self, message: Outgoing) -> None:
        self.sent.append(opened(message))

    def take(self, topic: str, message_type: type[Message]) -> list[Message]:
        found = [decode(each.payload, message_type) for each in self.sent if each.topic == topic]
        self.sent = [each for each in self.sent if each.topic != topic]
        return found


@pytest.fixture
def broker() -> ListeningBroker:
    return ListeningBroker()


@pytest.fixture
def log_lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def clock_s() -> list[float]:
    """The monotonic clock, one number that a test may set."""
    return [0.0]


@pytest.fixture
def worker(
    club: Club, inbox: Inbox, broker: ListeningBroker, log_lines: io.StringIO, clock_s: list[float]
) -> Worker:
    clocks = Clocks(lambda: AT, lambda: clock_s[0])
    return Worker(inbox, broker, Log(log_lines, clocks.now, clocks.monotonic_s), clocks, DATA / "keys")


def checkins_message(rows: list[object], edge: str = "clubhouse") -> Incoming:
    return said("checkins", CheckIns(JOURNAL, rows), edge)  # type: ignore[arg-type]


def pull_message(asked: Pull, edge: str = "clubhouse") -> Incoming:
    return said("pull", asked, edge)
