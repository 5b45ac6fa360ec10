"""From the code to the first copy of the feed, all of it real: hub, mosquitto with TLS and rights, and an edge."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from demo.processes import free_port
from hub.enrolment.operations import make_code_for
from hub.fleet.identity_operations import revoke_edge
from hub.fleet.models import Edge
from tests.hub.conftest import Database
from tests.hub.scans import small_club
from tests.hub.secure_broker import SecureBroker
from tests.hub.worker_process import WorkerProcess


def test_an_edge_enrols_connects_is_served_and_is_revoked(sqlite_database: Database, tmp_path: Path) -> None:
    small_club()
    broker = SecureBroker(tmp_path / "broker")
    broker.start()
    variables = sqlite_database.environment | broker.variables
    port, state = free_port(), str(tmp_path / "edge")
    serve = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    run = [sys.executable, "-m", "edge", "run", "--state", state]
    worker = WorkerProcess(variables)
    try:
        with subprocess.Popen(serve, env=os.environ | variables, stderr=subprocess.DEVNULL) as web:
            _wait_until_listening(port, web)
            code = make_code_for("clubhouse", datetime.now(UTC)).text
            place = ["--hub", f"http://127.0.0.1:{port}", "--name", "clubhouse", "--state", state]
            enrol = [sys.executable, "-m", "edge", "enroll", *place]
            done = subprocess.run(
                enrol, input=f"{code}\n", capture_output=True, text=True, timeout=60, check=False
            )
            web.terminate()
        assert done.returncode == 0, done.stderr
        assert f"broker localhost:{broker.port} (TLS)" in done.stdout
        assert code not in done.stdout
        with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as edge:
            events = (json.loads(line)["event"] for line in edge.stdout)
            assert "replica" in events
            revoke_edge(Edge.objects.get().pk, datetime.now(UTC))
            assert "disconnected" in events
            edge.terminate()
    finally:
        worker.kill()
        broker.kill()


def _wait_until_listening(port: int, web: "subprocess.Popen[bytes]") -> None:
    while web.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the hub's pages are not served")
