"""A real mosquitto on a free port of the loopback, which can be killed and started again."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

_CONFIGURATION = """
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
"""
_START_S = 20.0


class Mosquitto:
    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(_CONFIGURATION.format(port=self.port))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        if program is None:
            pytest.fail("mosquitto is missing: apt-get install mosquitto, or run `make test`, which does")
        self._process = subprocess.Popen([program, "-c", self._configuration], stderr=subprocess.DEVNULL)
        ends_at_s = time.monotonic() + _START_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > ends_at_s:
                pytest.fail("mosquitto did not start")
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
