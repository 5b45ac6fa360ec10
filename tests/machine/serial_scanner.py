"""A scanner at a serial port, from QEMU's side of it: the guest's UART, or a USB converter that is put in."""

import itertools
import socket
from pathlib import Path
from typing import Final

from tests.machine.qemu import Qemu

_COUNT: Final = itertools.count(1)


class SerialScanner:
    """`path`: where QEMU listens."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))

    def sends(self, text: str, ending: bytes = b"\r") -> None:
        self._socket.sendall(text.encode() + ending)

    def close(self) -> None:
        self._socket.close()


class FtdiScanner(SerialScanner):
    """Behind a converter with FTDI's ids, not put in yet. A guest that has one cannot be saved: pull it first."""

    def __init__(self, qemu: Qemu) -> None:
        self._qemu = qemu
        self._name = f"ftdi{next(_COUNT)}"
        path = qemu.folder / f"{self._name}.sock"
        address = {"type": "unix", "data": {"path": str(path)}}
        data = {"addr": address, "server": True, "wait": False}
        qemu.qmp.do("chardev-add", id=f"{self._name}-end", backend={"type": "socket", "data": data})
        super().__init__(path)

    def put_in(self) -> None:
        """Always at the second socket; the keyboard is at the first."""
        self._qemu.plug(self._name, "usb-serial", bus="xhci.0", port="2", chardev=f"{self._name}-end")

    def pull(self) -> None:
        self._qemu.unplug(self._name)
