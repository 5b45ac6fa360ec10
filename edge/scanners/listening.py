"""Listening to a scanner while somebody sets it up: what it sends, scan by scan, as it comes.

Blocks, until the device is gone or whoever listens has heard enough. Not for an edge that runs: it has the device
for itself, and what is heard opens no door.
"""

import os
import re
import select
from collections.abc import Iterator
from typing import Final, Protocol

from edge.scanners.keyboard import keys
from edge.scanners.keyboard.device import open_keyboard
from edge.scanners.keyboard.layouts import LAYOUTS, layout_named
from edge.scanners.keyboard.typing import Typing
from edge.scanners.live import LiveScan, is_ours
from edge.scanners.serial_reader import open_scanner
from edge.scanners.settings import ScannerSettings

APART_S: Final = 0.2
"""Silence after which what came before is shown: far more than between two bytes of one scan, less than between
two scans of one hand."""
_READ_BYTES_MAX: Final = 512
_SCAN: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Monotonic(Protocol):
    def monotonic_s(self) -> float: ...


class Heard(Protocol):
    """One device that is open. OSError: it is gone."""

    layouts: list[str]
    """Those by which the keys of the last scans would have typed a code of ours."""

    def fileno(self) -> int: ...

    def read(self) -> list[bytes]:
        """What has come: a piece for each byte or key. None: it is gone."""
        ...

    def rest(self) -> None:
        """A silence: what comes next is another scan."""
        ...

    def close(self) -> None: ...


def listen(settings: ScannerSettings, clock: Monotonic) -> Iterator[tuple[LiveScan, list[str]]]:
    """Open the device; then each scan, and the keyboard layouts by which it would be a code of ours, until the
    device is gone. CannotOpen, KeyboardError: it cannot be opened.
    """
    return _heard(_Keys(settings) if settings.is_keyboard else _Bytes(settings), clock)


def _heard(ear: Heard, clock: Monotonic) -> Iterator[tuple[LiveScan, list[str]]]:
    raw, at_s = bytearray(), list[float]()
    try:
        while True:
            if select.select([ear.fileno()], [], [], APART_S)[0]:
                pieces = ear.read()
                if not pieces:
                    return
                for piece in pieces:
                    raw += piece
                    at_s += [clock.monotonic_s()] * len(piece)
                continue
            ear.rest()
            for found in _SCAN.finditer(bytes(raw)):
                yield LiveScan(found.group(), tuple(at_s[found.start() : found.end()])), ear.layouts
            raw.clear()
            at_s.clear()
    except OSError:
        return
    finally:
        ear.close()


class _Bytes:
    def __init__(self, settings: ScannerSettings) -> None:
        self.layouts: list[str] = []
        self._port = open_scanner(settings)

    def fileno(self) -> int:
        return int(self._port.fileno())

    def read(self) -> list[bytes]:
        chunk = os.read(self.fileno(), _READ_BYTES_MAX)
        return [bytes([byte]) for byte in chunk]

    def rest(self) -> None:
        pass

    def close(self) -> None:
        self._port.close()


class _Keys:
    def __init__(self, settings: ScannerSettings) -> None:
        self.layouts: list[str] = []
        self._typing = Typing(layout_named(settings.layout))
        self._pressed: list[tuple[int, int]] = []
        self._keyboard = open_keyboard(settings.device)
        self._typing.caps_lock = self._keyboard.caps_lock()

    def fileno(self) -> int:
        return self._keyboard.fileno()

    def read(self) -> list[bytes]:
        events = list(self._keyboard.read())
        pressed = [(event.code, event.value) for event in events if event.type == keys.EV_KEY]
        self._pressed += pressed
        # An empty piece says that the keyboard is still there.
        return [self._typing.key(*each) for each in pressed] or [b""] * bool(events)

    def rest(self) -> None:
        self.layouts = layouts_that_read(self._pressed)
        self._pressed = []

    def close(self) -> None:
        self._keyboard.close()


def layouts_that_read(pressed: list[tuple[int, int]]) -> list[str]:
    """The layouts by which keys that went down (1) and up (0) type codes of ours and nothing else."""
    found = []
    for name in LAYOUTS if pressed else ():
        typing = Typing(layout_named(name))
        typed = b"".join(typing.key(*each) for each in pressed)
        if all(is_ours(line) for line in typed.splitlines()):
            found.append(name)
    return found
