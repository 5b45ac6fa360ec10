"""The hub's processes under systemd: they say that they are ready, and that they live while they do their work."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import life
from hub.environment import EnvironmentProblem, read
from tests.hub.conftest import Database
from tests.hub.worker_process import WorkerProcess
from tests.notified import Notified, notified

ALIVE = "WATCHDOG=1"
PATIENCE_S = 60.0
WATCHDOG_S = 1.0


@pytest.fixture
def systemd() -> Iterator[Notified]:
    with notified() as made:
        yield made


def test_a_worker_is_ready_lives_without_a_broker_and_says_that_it_ends(
    database: Database, systemd: Notified
) -> None:
    nobody = {"DOORWARD_BROKER": "mqtt://127.0.0.1:1"}
    worker = WorkerProcess(database.environment | nobody | systemd.variables(WATCHDOG_S))
    try:
        systemd.wait_for("READY=1")
        systemd.wait_for(ALIVE, count=2)
        worker.process.terminate()
        assert worker.process.wait(PATIENCE_S) == 0
        systemd.wait_for("STOPPING=1")
    finally:
        worker.kill()


def test_pages_are_ready_and_live_while_they_answer(database: Database, systemd: Notified) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    web = subprocess.Popen(command, env=os.environ | database.environment | systemd.variables(WATCHDOG_S))
    try:
        systemd.wait_for("READY=1")
        systemd.wait_for(ALIVE, count=2)
        web.terminate()
        assert web.wait(PATIENCE_S) == 0
    finally:
        web.kill()
        web.wait()


def test_pages_that_take_a_request_and_do_not_answer_feed_nothing(
    systemd: Notified, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.address)
    monkeypatch.setattr(life, "_ANSWER_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        life.ask_pages("127.0.0.1", silent.getsockname()[1])
    life.ask_pages("127.0.0.1", 1)
    life.say("END")
    systemd.wait_for("END")
    assert systemd.said == ["END"]
    assert len(caplog.records) == 2


def test_pages_are_asked_by_a_name_that_is_always_allowed_and_as_behind_tls() -> None:
    """Or a hub that knows its own address would refuse or redirect, and log that, every five seconds."""
    heard = list[bytes]()

    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            heard.append(connection.recv(4_096))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer, args=(server,))
        answering.start()
        life.ask_pages("127.0.0.1", server.getsockname()[1])
        answering.join(PATIENCE_S)
    (request,) = heard
    assert b"\r\nHost: localhost\r\n" in request
    assert b"\r\nX-Forwarded-Proto: https\r\n" in request


def test_work_is_told_now_and_then_however_often_it_is_done(
    systemd: Notified, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.address)
    at_s = 100.0
    alive = life.Alive(lambda: at_s, 5.0)
    for _ in range(100):
        alive()
        at_s += 0.1
    life.say("END")
    systemd.wait_for("END")
    assert systemd.said.count(ALIVE) == 2


@pytest.mark.parametrize(
    ("waits_us", "every_s"), [("45000000", 5.0), ("8000000", 2.0), ("0", 5.0), ("soon", 5.0), ("²", 5.0)]
)
def test_how_often_it_is_told_goes_by_how_long_systemd_waits(waits_us: str, every_s: float) -> None:
    assert life.alive_every_s({"WATCHDOG_USEC": waits_us}) == every_s
    assert life.alive_every_s({}) == 5.0


def test_the_databases_address_as_a_credential(tmp_path: Path) -> None:
    variables = {"DOORWARD_DATA": str(tmp_path), "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert "sqlite3" in read(variables).database["ENGINE"]
    (tmp_path / "database_url").write_text("postgresql://doorward:s3cret@db.example/doorward\n")
    assert read(variables).database["HOST"] == "db.example"
    # A variable is meant for this once.
    other = read(variables | {"DATABASE_URL": "postgresql://doorward:s3cret@other.example/doorward"})
    assert other.database["HOST"] == "other.example"
    (tmp_path / "database_url").write_bytes(b"\xff")
    with pytest.raises(EnvironmentProblem, match="credential database_url"):
        read(variables)
