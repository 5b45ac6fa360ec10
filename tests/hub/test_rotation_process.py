"""The hub's key is rotated under a running worker: a real mosquitto, and edges that were there or away."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from contract.messages import Head, Page, encode
from tests.brokers import Broker
from tests.enrolled import HUB_KEY
from tests.hub.conftest import DATA, Database, run_hub
from tests.hub.edge_client import EdgeClient
from tests.hub.scans import pull, small_club
from tests.hub.worker_process import WorkerProcess

Connect = Callable[[], EdgeClient]


@pytest.fixture
def variables(sqlite_database: Database, mosquitto: Broker, tmp_path: Path) -> dict[str, str]:
    """A hub whose keys are in a folder of the test's own."""
    small_club()
    shutil.copytree(DATA / "keys", tmp_path / "data" / "keys")
    broker = f"mqtt://127.0.0.1:{mosquitto.port}"
    return sqlite_database.environment | {"DOORWARD_DATA": str(tmp_path / "data"), "DOORWARD_BROKER": broker}


@pytest.fixture
def start_worker(variables: dict[str, str]) -> Iterator[Callable[[], WorkerProcess]]:
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        started.append(WorkerProcess(variables))
        started[-1].wait_for("worker_ready")
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def connect(mosquitto: Broker) -> Iterator[Connect]:
    """An edge that knows the hub's first key and nothing since."""
    connected: list[EdgeClient] = []

    def connect() -> EdgeClient:
        connected.append(EdgeClient(mosquitto.port))
        return connected[-1]

    yield connect
    for edge in connected:
        edge.close()


def is_served(edge: EdgeClient) -> None:
    nonce = secrets.token_bytes(16)
    edge.send("pull", encode(replace(pull(), nonce=nonce)))
    while edge.receive("page", Page).nonce != nonce:
        pass


def test_edges_follow_the_hubs_key(
    variables: dict[str, str], start_worker: Callable[[], WorkerProcess], connect: Connect
) -> None:
    worker = start_worker()
    there = connect()
    is_served(there)
    assert there.trusted.generation == 1
    assert run_hub("rotate_key", "--keep-old", "0s", **variables).returncode == 0
    assert worker.wait_for("signing_key")["generation"] == 2
    is_served(there)
    assert (there.trusted.generation, there.trusted.old) == (2, HUB_KEY.verifying)

    away = connect()
    assert away.receive("head", Head).feed == "everyone"
    assert away.trusted == there.trusted
    is_served(away)

    worker.kill()
    for _ in range(2):
        assert run_hub("rotate_key", **variables).returncode == 0
    start_worker()
    for edge in (there, away, connect()):
        is_served(edge)
        assert edge.trusted.generation == 4
