"""QEMU's own protocol (docs/interop/qmp-spec): one command after the other, each answered or a failure."""

import json
import socket
import time
from pathlib import Path
from typing import Any


class QmpError(Exception):
    """QEMU did not do what it was asked for; the text is its own."""


class Qmp:
    """`socket_path`: where QEMU listens. QmpError: it does not, within `limit_s`."""

    def __init__(self, socket_path: Path, limit_s: float = 20) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(120)
        try:
            self._connect(socket_path, time.monotonic() + limit_s)
            self._lines = self._socket.makefile("r")
            self._lines.readline()
            self.do("qmp_capabilities")
        except BaseException:
            self._socket.close()
            raise

    def do(self, command: str, **arguments: Any) -> Any:
        asked = {
            "execute": command,
            "arguments": {name.replace("_", "-"): each for name, each in arguments.items()},
        }
        self._socket.sendall(json.dumps(asked).encode() + b"\n")
        while line := self._lines.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise QmpError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise QmpError(f"{command}: QEMU has ended")

    def _connect(self, socket_path: Path, until_s: float) -> None:
        while True:
            try:
                self._socket.connect(str(socket_path))
            except OSError as error:
                if time.monotonic() > until_s:
                    raise QmpError(f"QEMU does not listen: {error}") from error
                time.sleep(0.05)
            else:
                return

    def close(self) -> None:
        self._socket.close()
