"""A worker at hand for orders: as in worker_desk.py, of an edge that is enrolled, and its clock goes on."""

import io
from datetime import timedelta

import pytest

from hub.fleet.models import Edge
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.worker import Worker
from tests.hub.conftest import DATA, Database
from tests.hub.ordered import house
from tests.hub.scans import AT
from tests.hub.seals import enrolled
from tests.hub.worker_desk import ListeningBroker

CONFIG, MODE, COMMAND = (f"dw/1/down/east/{what}" for what in ("config", "mode", "command"))


@pytest.fixture
def edge(database: Database) -> Edge:
    return enrolled(house())


@pytest.fixture
def worker(edge: Edge, broker: ListeningBroker, log_lines: io.StringIO, clock_s: list[float]) -> Worker:
    clocks = Clocks(lambda: AT + timedelta(seconds=clock_s[0]), lambda: clock_s[0])
    return Worker(Inbox(), broker, Log(log_lines, clocks.now, clocks.monotonic_s), clocks, DATA / "keys")


def turn(worker: Worker) -> None:
    worker.tell_heads()
    worker.tell_orders()
