"""The worker as a process of its own: a real mosquitto, a real database, and an edge that is a mere client."""

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection
from msgspec.structs import replace

from contract.feed import Kind
from contract.messages import Ack, CheckIns, Confirmed, Head, Live, Page, encode
from hub.checkins.models import CheckIn
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.fleet.models import EdgePresence
from hub.reservations.models import Reservation
from tests.brokers import Broker
from tests.hub.conftest import Database
from tests.hub.edge_client import EdgeClient
from tests.hub.postgresql import Cluster
from tests.hub.presences import presence
from tests.hub.questions import asked_about, bar_of, question
from tests.hub.scans import Club, fill_feed, journal_rows, many_rows, pull, redemption, small_club
from tests.hub.worker_process import PATIENCE_S, WorkerProcess

JOURNAL = b"j" * 16


@pytest.fixture
def start_worker(database: Database, mosquitto: Broker) -> Iterator[Callable[[], WorkerProcess]]:
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        broker = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}"}
        started.append(WorkerProcess(database.environment | broker))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture
def worker(club: Club, start_worker: Callable[[], WorkerProcess]) -> WorkerProcess:
    worker = start_worker()
    worker.wait_for("worker_ready")
    return worker


@pytest.fixture
def edge(mosquitto: Broker) -> Iterator[EdgeClient]:
    edge = EdgeClient(mosquitto.port)
    yield edge
    edge.close()


def checkins(count: int, first: int = 1) -> bytes:
    return encode(CheckIns(JOURNAL, many_rows(count, first)))


def test_an_edge_is_served(worker: WorkerProcess, edge: EdgeClient, club: Club) -> None:
    head = edge.receive("head", Head)
    assert head.sequence == feed_queries.head(EVERYONE).sequence
    edge.send("pull", encode(pull()))
    page = edge.receive("page", Page)
    assert (page.upto, page.digest) == (head.sequence, head.digest)

    counted = redemption(club)
    edge.send("checkins", encode(CheckIns(JOURNAL, journal_rows(counted))))
    ack = edge.receive("ack", Ack)
    assert (ack.journal, ack.upto) == (JOURNAL, 1)
    live = edge.receive("live", Live)
    assert (live.after, live.upto) == (head.sequence, ack.sequence)
    assert [(row.kind, row.key[-16:]) for row in live.rows] == [(Kind.USE, counted.id)]
    assert edge.receive("head", Head).digest == live.digest == feed_queries.head(EVERYONE).digest


def test_a_question_is_answered_and_settled(worker: WorkerProcess, edge: EdgeClient, club: Club) -> None:
    bar, now = bar_of(club), datetime.now(UTC)
    first, second = question(asked_about(bar, now)), question(asked_about(bar, now))
    for asked, reason in ((first, "granted"), (second, "limit_reached")):
        edge.send("confirm", encode(asked))
        answer = edge.receive("confirmed", Confirmed)
        assert (answer.nonce, answer.id, answer.reason) == (asked.nonce, asked.checkin.id, reason)
    granted = replace(first.checkin, outcome="granted", reason="granted", counted=True, remaining=0)
    edge.send("checkins", encode(CheckIns(JOURNAL, journal_rows(granted))))
    assert edge.receive("ack", Ack).upto == 1
    assert [bytes(each.checkin_id) for each in Reservation.objects.all()] == [second.checkin.id]


def test_what_an_edge_said_of_itself_before_the_worker_came_is_known(
    club: Club, mosquitto: Broker, edge: EdgeClient, start_worker: Callable[[], WorkerProcess]
) -> None:
    edge.send("presence", encode(presence(last=9, acked=7)), retained=True)
    edge.send("checkins", checkins(1))
    first = start_worker()
    first.wait_for("worker_ready")
    _wait_until_served(edge)
    said = EdgePresence.objects.get()
    assert (said.online, said.last - said.acked, said.edge.name) == (True, 2, "clubhouse")

    first.kill()
    start_worker().wait_for("worker_ready")
    _wait_until_served(edge)
    assert EdgePresence.objects.get().received_at == said.received_at
    edge.send("presence", encode(presence(online=False)), retained=True)
    _wait_until_served(edge)
    assert not EdgePresence.objects.get().online


def _wait_until_served(edge: EdgeClient) -> None:
    """What was sent before is handled: an ack may leave in the same turn, a page in the next one cannot."""
    for number in (1, 2):
        edge.send("pull", encode(replace(pull(), nonce=bytes([number]) * 16)))
        while edge.receive("page", Page).nonce != bytes([number]) * 16:
            pass


def test_a_change_at_the_hub_reaches_the_edge(worker: WorkerProcess, edge: EdgeClient) -> None:
    before = edge.receive("head", Head)
    fill_feed(3)
    live = edge.receive("live", Live)
    assert (live.after, live.upto, len(live.rows)) == (before.sequence, before.sequence + 3, 3)


def test_a_broken_message_is_dropped_and_the_next_one_is_served(worker: WorkerProcess, edge: EdgeClient) -> None:
    edge.send("checkins", b"\xff" * 100)
    edge.send("pull", bytes(2 * 1024 * 1024))
    edge.send("checkins", checkins(1))
    assert edge.receive("ack", Ack).upto == 1
    assert worker.wait_for("dropped")["why"] == "no_message"


def test_a_worker_killed_before_its_ack_counts_nothing_twice(
    worker: WorkerProcess, edge: EdgeClient, start_worker: Callable[[], WorkerProcess]
) -> None:
    payload = checkins(400)
    for _ in range(3):
        edge.send("checkins", payload)
    worker.kill()
    start_worker().wait_for("worker_ready")
    edge.send("checkins", payload)
    while edge.receive("ack", Ack).upto != 400:
        pass
    assert CheckIn.objects.count() == 400


def test_the_broker_comes_back(worker: WorkerProcess, mosquitto: Broker) -> None:
    mosquitto.kill()
    worker.wait_for("disconnected")
    fill_feed(2)
    mosquitto.start()
    worker.wait_for("connected")
    edge = EdgeClient(mosquitto.port)
    try:
        # The broker may first say the head that it kept from before.
        while edge.receive("head", Head).sequence != feed_queries.head(EVERYONE).sequence:
            pass
        edge.send("checkins", checkins(1))
        assert edge.receive("ack", Ack).upto == 1
    finally:
        edge.close()


def test_a_worker_that_starts_before_the_broker(
    club: Club, mosquitto: Broker, start_worker: Callable[[], WorkerProcess]
) -> None:
    mosquitto.kill()
    worker = start_worker()
    worker.wait_for("no_broker")
    mosquitto.start()
    worker.wait_for("worker_ready")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(worker: WorkerProcess, edge: EdgeClient, number: signal.Signals) -> None:
    edge.send("checkins", checkins(500))
    edge.receive("ack", Ack)
    worker.process.send_signal(number)
    assert worker.process.wait(PATIENCE_S) == 0
    worker.wait_for("stopped")


def test_postgresql_is_away_for_a_while(
    postgresql_database: Database, cluster: Cluster, mosquitto: Broker, edge: EdgeClient
) -> None:
    """Its connections are cut and new ones refused; what was sent meanwhile is committed once it is back."""
    small_club()
    connection.close()
    broker = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}"}
    worker = WorkerProcess(postgresql_database.environment | broker)
    try:
        worker.wait_for("worker_ready")
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as administrator:
            administrator.execute("ALTER DATABASE hub ALLOW_CONNECTIONS false")
            administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'hub'")
            worker.wait_for("database_gone")
            edge.send("checkins", checkins(5))
            worker.wait_for("database_gone")
            administrator.execute("ALTER DATABASE hub ALLOW_CONNECTIONS true")
        assert edge.receive("ack", Ack).upto == 5
        assert CheckIn.objects.count() == 5
    finally:
        worker.kill()
