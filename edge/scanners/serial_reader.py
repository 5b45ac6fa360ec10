"""A scanner on a serial port: USB (CDC-ACM, FTDI), RS-232 or a UART; all are a tty that pyserial opens.

Owns the port: opens it, sets up the scanner behind it, reads it, and when it is unplugged or was never there,
tries again for ever. Turns its bytes into frames and knows nothing of what they mean.
"""

import asyncio
import errno
import os
import termios
import time
from collections.abc import AsyncIterator
from typing import Final

import serial

from contract.scanner_configuration import Parity
from edge.ports import Clock, Frame, Log
from edge.scanners.framing import Framer, framing_of
from edge.scanners.scan_queue import ScanQueue
from edge.scanners.settings import ScannerSettings

RETRY_S: Final = 0.5
_ERRORS: Final = (OSError, termios.error, ValueError)
"""Of opening; ValueError: a path or a rate that this system's driver refuses."""
_PARITIES: Final = {
    Parity.NONE: serial.PARITY_NONE,
    Parity.EVEN: serial.PARITY_EVEN,
    Parity.ODD: serial.PARITY_ODD,
}
_WRITE_S: Final = 2.0
_INIT_ANSWER_S: Final = 0.3
"""How long a scanner is given to answer its init bytes. What it answers ends with no terminator (Honeywell: the
command with ACK or NAK in it), so it would stand before the next code."""
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


def open_port(settings: ScannerSettings) -> serial.Serial:
    """The port at its pace, for this process alone; reads of it return at once. Blocking; CannotOpen."""
    try:
        return serial.Serial(
            settings.device,
            settings.baud,
            parity=_PARITIES[settings.parity],
            timeout=0,
            write_timeout=_WRITE_S,
            exclusive=True,
        )
    except _ERRORS as error:
        raise CannotOpen(_why(error, settings.device)) from error


def try_open(settings: ScannerSettings) -> None:
    """Open a port and close it again. Blocking; CannotOpen."""
    open_port(settings).close()


def open_scanner(settings: ScannerSettings) -> serial.Serial:
    """As `open_port`, and the scanner behind it has been told what its profile says. Blocking; CannotOpen."""
    port = open_port(settings)
    try:
        if settings.init:
            port.write(settings.init)
            port.flush()
            time.sleep(_INIT_ANSWER_S)
            port.reset_input_buffer()
    except _ERRORS as error:
        port.close()
        raise CannotOpen(f"{settings.device} took no init bytes: {error}") from error
    return port


class SerialReader:
    """`run` keeps the port open until it is cancelled; `frames` gives what was scanned."""

    def __init__(self, name: str, settings: ScannerSettings, clock: Clock, log: Log) -> None:
        self.tried = asyncio.Event()
        """Set once the port was tried, whether it could be opened or not."""
        self.name = name
        self.is_open = False
        """Whether the port is open now: what is scanned arrives."""
        self._settings = settings
        self._framing = framing_of(settings)
        self._clock = clock
        self._log = log
        self._scans = ScanQueue(name, log)
        self._framer = Framer(self._framing)
        self._silence: asyncio.TimerHandle | None = None

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
                port = await asyncio.to_thread(open_scanner, self._settings)
            except CannotOpen as error:
                if not known_lost:
                    self._tell_lost(str(error))
                known_lost = True
            else:
                self._log("reader_open", reader=self.name, device=self._settings.device)
                self._tell_lost(await self._read_until_lost(port))
                known_lost = True
            self.tried.set()
            await asyncio.sleep(RETRY_S)

    def _tell_lost(self, why: str) -> None:
        self._log("reader_lost", reader=self.name, device=self._settings.device, why=why)

    async def _read_until_lost(self, port: serial.Serial) -> str:
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[str] = loop.create_future()
        self._framer = Framer(self._framing)
        loop.add_reader(port.fileno(), self._read, port.fileno(), lost)
        self.is_open = True
        self.tried.set()
        try:
            return await lost
        finally:
            self.is_open = False
            loop.remove_reader(port.fileno())
            self._end_silence()
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
        self._put(self._framer.feed(chunk, self._clock.monotonic_s()))
        if dropped := self._framer.dropped_bytes - dropped_before:
            self._log("dropped", what="bytes", why="no terminator came", reader=self.name, count=dropped)
        if self._framing.by_silence:
            self._await_silence()

    def _put(self, frames: list[Frame]) -> None:
        if frames:
            self._scans.put(frames)

    def _await_silence(self) -> None:
        self._end_silence()
        if self._framer.has_begun:
            loop = asyncio.get_running_loop()
            self._silence = loop.call_later(self._framing.silence_s, self._be_silent)

    def _be_silent(self) -> None:
        self._put(self._framer.be_silent(self._clock.monotonic_s()))
        self._await_silence()

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None


def _why(error: Exception, device: str) -> str:
    """Why a port cannot be opened, once: pyserial says it in its own words and the system's."""
    cause = error.__context__ if isinstance(error.__context__, _ERRORS) else error
    number = next((each for each in (*error.args[:1], *cause.args[:1]) if isinstance(each, int)), 0)
    words = _WORDS.get(number)
    return str(error) if words is None else words.format(device=device)
