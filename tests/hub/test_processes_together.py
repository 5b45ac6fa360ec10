"""The hub as several processes at once: three workers on a real broker, three processes of pages, one database."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from contract.messages import Ack, CheckIns, encode
from hub.checkins.models import CheckIn, JournalPosition
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE
from hub.members.models import Customer
from tests.brokers import Broker
from tests.hub.api_client import a_token
from tests.hub.conftest import Database
from tests.hub.edge_client import EdgeClient
from tests.hub.scans import many_rows, small_club
from tests.hub.worker_process import WorkerProcess

JOURNAL = b"j" * 16
ROWS, IN_ONE = 300, 20
CUSTOMERS = 30
PATIENCE_S = 90.0


@pytest.fixture
def workers(database: Database, mosquitto: Broker) -> Iterator[list[WorkerProcess]]:
    small_club()
    connection.close()
    variables = database.environment | {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}"}
    started = [WorkerProcess(variables) for _ in range(3)]
    for worker in started:
        worker.wait_for("worker_ready")
    yield started
    for worker in started:
        worker.kill()


@pytest.fixture
def pages(database: Database) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "3", "--threads", "2"]
    environment = os.environ | database.environment | {"DOORWARD_URL": url}
    with subprocess.Popen([sys.executable, "-m", "hub", "web", *options], env=environment) as web:
        try:
            ends_s = time.monotonic() + PATIENCE_S
            while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < ends_s:
                time.sleep(0.1)
            yield url
        finally:
            web.terminate()
            web.wait(PATIENCE_S)


def test_nothing_is_lost_and_nothing_counted_twice(
    workers: list[WorkerProcess], pages: str, mosquitto: Broker
) -> None:
    token = a_token()
    edge = EdgeClient(mosquitto.port)
    rows = many_rows(ROWS)

    def make(number: int) -> int:
        body = json.dumps({"name": f"Member {number}", "external_id": f"c-{number // 2}"}).encode()
        said = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{pages}/api/v1/customers", body, said)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    with ThreadPoolExecutor(6) as customers:
        # Two ask for each external id: whichever of the processes they reach, one of them has it.
        made = [customers.submit(make, number) for number in range(2 * CUSTOMERS)]
        for start in range(0, ROWS, IN_ONE):
            sent = rows[max(0, start - IN_ONE) : start + IN_ONE]  # each of them twice
            edge.send("checkins", encode(CheckIns(JOURNAL, sent)))
        workers[0].kill()
        edge.send("checkins", encode(CheckIns(JOURNAL, rows)))
        codes = [each.result() for each in made]
    while edge.receive("ack", Ack).upto != ROWS:
        pass
    edge.close()
    assert sorted(set(codes)) == [201, 422]
    assert codes.count(201) == CUSTOMERS
    assert Customer.objects.filter(external_id__startswith="c-").count() == CUSTOMERS
    assert CheckIn.objects.count() == ROWS
    assert JournalPosition.objects.get().upto == ROWS
    assert feeds.digest_from_rows(EVERYONE) == feeds.head(EVERYONE).digest
