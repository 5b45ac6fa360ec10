"""A scanner on a serial port: USB (CDC-ACM, FTDI), RS-232 or a UART; all are a tty that pyserial opens.

Owns the port: opens it, reads it, and when it is unplugged or was never there, tries again for ever. Turns its
bytes into frames and knows nothing of what they mean.
"""

import asyncio
import errno
import os
import termios
from collections.abc import AsyncIterator
from typing import Final

import serial

from edge.ports import Clock, Frame, Log
from edge.scanners.framing import Framer
from edge.scanners.scan_queue import ScanQueue

RETRY_S: Final = 0.5
_ERRORS: Final = (OSError, termios.error, ValueError)
"""Of opening; ValueError: a path or a rate that this system's driver refuses."""
_READ_BYTES_MAX: Final = 512
"""Small, so that a flood on one port lets the other readers have their turn between two reads."""


_WORDS: Final = {
    errno.ENOENT: "{device} is not there; is the scanner plugged in? ls /dev/serial/by-id shows those that are",
    errno.EBUSY: "{device} is used by another program",
    errno.EAGAIN: "{device} is used by another program",
    errno.EACCES: "{device} may not be opened: the user that runs the edge must be in its group (dialout)",
    errno.ENOTTY: "{device} is no serial port",
}


class CannotOpen(Exception):
    """A port that cannot be opened; the text says why."""


def try_open(device: str, baud: int) -> None:
    """Open a port and close it again. Blocking; CannotOpen."""
    try:
        serial.Serial(device, baud, timeout=0, exclusive=True).close()
    except _ERRORS as error:
        raise CannotOpen(_why(error, device)) from error


class SerialReader:
    """`run` keeps the port open until it is cancelled; `frames` gives what was scanned."""

    def __init__(self, name: str, device: str, baud: int, clock: Clock, log: Log) -> None:
        self.tried = asyncio.Event()
        """Set once the port was tried, whether it could be opened or not."""
        self.name = name
        self.is_open = False
        """Whether the port is open now: what is scanned arrives."""
        self._device = device
        self._baud = baud
        self._clock = clock
        self._log = log
        self._scans = ScanQueue(name, log)
        self._framer = Framer()

    def frames(self) -> AsyncIterator[Frame]:
        return self._scans.frames()

    @property
    def waiting(self) -> int:
        """How many scans were read and not given yet."""
        return self._scans.waiting

    def close(self) -> None:
        """No more scans; those that wait are still given."""
        self._scans.close()

    async def run(self) -> None:
        """Open, read until lost, and again. Logs `reader_open` and `reader_lost`, each once for a change."""
        known_lost = False
        while True:
            try:
                # In a thread: a failing USB device can hold up an open for seconds.
                port = await asyncio.to_thread(self._open)
            except _ERRORS as error:
                if not known_lost:
                    self._log("reader_lost", reader=self.name, device=self._device, why=_why(error, self._device))
                known_lost = True
            else:
                self._log("reader_open", reader=self.name, device=self._device)
                why = await self._read_until_lost(port)
                self._log("reader_lost", reader=self.name, device=self._device, why=why)
                known_lost = True
            self.tried.set()
            await asyncio.sleep(RETRY_S)

    def _open(self) -> serial.Serial:
        return serial.Serial(self._device, self._baud, timeout=0, exclusive=True)

    async def _read_until_lost(self, port: serial.Serial) -> str:
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[str] = loop.create_future()
        self._framer = Framer()
        loop.add_reader(port.fileno(), self._read, port.fileno(), lost)
        self.is_open = True
        self.tried.set()
        try:
            return await lost
        finally:
            self.is_open = False
            loop.remove_reader(port.fileno())
            await asyncio.to_thread(port.close)

    def _read(self, descriptor: int, lost: asyncio.Future[str]) -> None:
        try:
            # A tty that is readable and gives nothing has hung up.
            chunk, why = os.read(descriptor, _READ_BYTES_MAX), "the port hung up"
        except BlockingIOError:
            return
        except OSError as error:
            chunk, why = b"", str(error)
        if chunk:
            self._handle(chunk)
        elif not lost.done():
            asyncio.get_running_loop().remove_reader(descriptor)
            lost.set_result(why)

    def _handle(self, chunk: bytes) -> None:
        dropped_before = self._framer.dropped_bytes
        frames = self._framer.feed(chunk, self._clock.monotonic_s())
        if frames:
            self._scans.put(frames)
        if dropped := self._framer.dropped_bytes - dropped_before:
            self._log("dropped", what="bytes", why="no terminator came", reader=self.name, count=dropped)


def _why(error: Exception, device: str) -> str:
    """Why a port cannot be opened, once: pyserial says it in its own words and the system's."""
    cause = error.__context__ if isinstance(error.__context__, _ERRORS) else error
    number = next((each for each in (*error.args[:1], *cause.args[:1]) if isinstance(each, int)), 0)
    words = _WORDS.get(number)
    return str(error) if words is None else words.format(device=device)
