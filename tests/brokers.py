"""Real brokers on free ports of the loopback: mosquitto, the demo's own, and nats-server, which makes clusters.

Each can be killed and started again. What the wire means must not hang on any one of them.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.club import BROKER_CONFIG as IOTCORE

KINDS = ("mosquitto", "iotcore", "nats")
_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 0
persistence false
"""
_NATS = """\
server_name: "doorward-{port}"
listen: "127.0.0.1:-1"
max_payload: 4MB
jetstream {{
  store_dir: "{folder}"
  max_memory_store: 64MB
  max_file_store: 256MB
}}
mqtt {{
  listen: "127.0.0.1:{port}"
}}
"""
_PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"
_START_S = 20.0


class Broker:
    """`kind` is one of KINDS. What it keeps, it keeps in `folder`."""

    def __init__(self, folder: Path, kind: str = "mosquitto") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self.kind = kind
        text, self._command = _HOW[kind]
        self._configuration = folder / f"{kind}.toml"
        self._configuration.write_text(text.format(port=self.port, folder=folder))
        self._log_path = folder / f"{kind}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it listens."""
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(self._command(self._configuration), stdout=log, stderr=log)
        ends_at_s = time.monotonic() + _START_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > ends_at_s:
                pytest.fail(f"{self.kind} did not start: {self._log_path.read_text()[-2_000:]}")
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        self._end(subprocess.Popen.kill)

    def stop(self) -> None:
        self._end(subprocess.Popen.terminate)

    def _end(self, end: Callable[[subprocess.Popen[bytes]], None]) -> None:
        if self._process is not None:
            end(self._process)
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


def _mosquitto(configuration: Path) -> list[str]:
    return [_installed("mosquitto"), "-c", str(configuration)]


def _iotcore(configuration: Path) -> list[str]:
    return [sys.executable, "-m", "iotcore", "--config", str(configuration), "--log-level", "CRITICAL"]


def _nats(configuration: Path) -> list[str]:
    return [_installed("nats-server"), "-c", str(configuration)]


_HOW: dict[str, tuple[str, Callable[[Path], list[str]]]] = {
    "mosquitto": (_MOSQUITTO, _mosquitto),
    "iotcore": (IOTCORE, _iotcore),
    "nats": (_NATS, _nats),
}


def _installed(name: str) -> str:
    program = shutil.which(name, path=_PATH)
    if program is None:
        pytest.fail(f"{name} is missing: apt-get install {name}, or run `make test`, which does")
    return program


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
