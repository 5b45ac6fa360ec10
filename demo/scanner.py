"""A barcode scanner that is a pseudo-terminal: the edge opens its path by pyserial as it would /dev/ttyACM0."""

import os
import tty
from pathlib import Path


class Scanner:
    """`path` is what the edge opens; `scan` writes what a scanner sends: the bytes and a carriage return."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._controller, terminal = os.openpty()
        tty.setraw(terminal)
        # Held open, so that the line does not hang up before the edge has opened it.
        self._terminal = terminal
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(terminal))

    def scan(self, data: bytes) -> None:
        os.write(self._controller, data + b"\r")

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self._terminal)
        os.close(self._controller)
