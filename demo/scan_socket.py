"""How `make scan` reaches the running demo: a Unix socket in its folder, one JSON object a line each way."""

import json
import os
import socket
import socketserver
import threading
from dataclasses import asdict
from pathlib import Path

from demo.club import Club, ScanResult
from demo.processes import DemoError

_NAME = "scan.sock"


def socket_address(folder: Path) -> str:
    """Relative where that is shorter: a Unix socket's address has at most 107 bytes (unix(7))."""
    path = str(folder / _NAME)
    return min(path, os.path.relpath(path), key=len)


class ScanSocket:
    """Answers scans until closed. `on_scan` is told of each, for the demo's own table."""

    def __init__(self, club: Club) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                line = self.rfile.readline()
                if not line:  # somebody asked only whether a demo runs here
                    return
                asked = json.loads(line)
                try:
                    answer = asdict(club.scan(asked["reader"], asked["code"].encode()))
                except DemoError as error:
                    answer = {"error": str(error)}
                self.wfile.write(json.dumps(answer).encode() + b"\n")

        address = socket_address(club.folder)
        self._server = socketserver.ThreadingUnixStreamServer(address, Handler)
        Path(address).chmod(0o600)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def is_running(folder: Path) -> bool:
    """Whether a demo answers in `folder`."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(socket_address(folder)) == 0


def ask_to_scan(folder: Path, reader: str, code: str) -> ScanResult:
    """Scan at the demo that runs in `folder`. DemoError where none does."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(socket_address(folder))
        except OSError as error:
            raise DemoError("no demo is running here: start one with `make demo`, in another terminal") from error
        connection.sendall(json.dumps({"reader": reader, "code": code}).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        raise DemoError(answer["error"])
    return ScanResult(**answer)
