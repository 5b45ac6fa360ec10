"""`doorward-hub serve`: one process that keeps the others."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from hub.serving import WRONG_SETTINGS, Child, supervise
from tests.hub.conftest import Database, run_hub

PATIENCE_S = 90.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until(true: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < ends_s
        time.sleep(0.1)


def well(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return bool(json.load(answer)["well"])
    except OSError:
        return False


def test_pages_worker_and_broker_work_together_and_end_together(sqlite_database: Database) -> None:
    port, broker = free_port(), free_port()
    command = [sys.executable, "-m", "hub", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--broker"]
    address = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{broker}", "DOORWARD_URL": f"http://127.0.0.1:{port}"}
    environment = os.environ | sqlite_database.environment | address
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as serving:
        try:
            until(lambda: well(port))
        finally:
            serving.send_signal(signal.SIGTERM)
        assert serving.wait(PATIENCE_S) == 0
    for each in (port, broker):
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", each)) != 0


def test_one_that_ends_is_started_anew(tmp_path: Path) -> None:
    marks, told, stopping = tmp_path / "marks", [], threading.Event()
    child = Child("short", ["sh", "-c", f"echo >> {marks}; exit 1"], pause_s=0.0)

    def tell(line: str) -> None:
        told.append(line)
        child.again_s = 0.0
        if len(told) == 3:
            stopping.set()

    assert supervise([child], stopping, tell) == 0
    assert len(marks.read_text().splitlines()) == 3
    assert told[0].startswith("short ended (1) and starts again in")


def test_one_that_cannot_work_ends_all(tmp_path: Path) -> None:
    long = Child("long", ["sleep", "600"])
    wrong = Child("wrong", ["sh", "-c", f"exit {WRONG_SETTINGS}"])
    assert supervise([long, wrong], threading.Event(), lambda line: None) == WRONG_SETTINGS
    assert long.process is not None
    assert long.process.returncode == -signal.SIGTERM


def test_a_broker_elsewhere_is_not_started(sqlite_database: Database) -> None:
    variables = sqlite_database.environment | {"DOORWARD_BROKER": "mqtts://127.0.0.1:1"}
    done = run_hub("serve", "--bind", f"127.0.0.1:{free_port()}", "--broker", **variables)
    assert (done.returncode, "DOORWARD_BROKER names another" in done.stderr) == (2, True)
