"""A scanner on a serial port: USB (CDC-ACM, FTDI), RS-232 or a UART; all are a tty that pyserial opens.

Owns the port: opens it, sets up the scanner behind it, reads it, and when it is unplugged or was never there,
tries again for ever. Turns its bytes into frames and knows nothing of what they mean.
"""

import asyncio
import errno
import os
import termios
import time
from contextlib import suppress
from functools import partial
from typing import Final

import serial

from contract.scanner_configuration import Parity
from edge.ports import Clock, Log
from edge.scanners.device_reader import CannotOpen, DeviceReader
from edge.scanners.framing import Framer, framing_of
from edge.scanners.settings import ScannerSettings

_ERRORS: Final = (OSError, termios.error, ValueError)
"""Of opening; ValueError: a path or a rate that this system's driver refuses."""
_PARITIES: Final = {
    Parity.NONE: serial.PARITY_NONE,
    Parity.EVEN: serial.PARITY_EVEN,
    Parity.ODD: serial.PARITY_ODD,
}
_WRITE_S: Final = 2.0
_LOOK_S: Final = 0.01
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
        raise _refusal(error, settings.device) from error


def try_open(settings: ScannerSettings) -> None:
    """Open a port and close it again. Blocking; CannotOpen."""
    open_port(settings).close()


def open_scanner(settings: ScannerSettings) -> serial.Serial:
    """As `open_port`, and the scanner behind it has been told what its profile says. Blocking; CannotOpen."""
    port = open_port(settings)
    try:
        if settings.init:
            port.write(settings.init)
            _drain(port)
            time.sleep(_INIT_ANSWER_S)
            port.reset_input_buffer()
    except _ERRORS as error:
        # Or closing it would wait for them to be taken.
        with suppress(*_ERRORS):
            port.reset_output_buffer()
        port.close()
        raise CannotOpen(f"{settings.device} took no init bytes: {error}") from error
    return port


def _drain(port: serial.Serial) -> None:
    """Until all is sent. Not by flush: tcdrain(3) has no end where a device takes nothing."""
    for _ in range(round(_WRITE_S / _LOOK_S)):
        if not port.out_waiting:
            return
        time.sleep(_LOOK_S)
    raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


class SerialReader(DeviceReader):
    """By a terminator, or by silence; each time the port is opened, framing begins anew."""

    letters = "bytes"

    def __init__(self, name: str, settings: ScannerSettings, clock: Clock, log: Log) -> None:
        super().__init__(name, settings, clock, log)
        self._framing = framing_of(settings)

    async def _open_and_read(self) -> str:
        port = await self._opened(partial(open_scanner, self._settings))
        try:
            framer = Framer(self._framing)
            return await self._read_until_lost(port.fileno(), lambda: self._read(port.fileno(), framer))
        finally:
            # In a thread: a failing USB device can hold it up for seconds.
            await asyncio.to_thread(port.close)

    def _read(self, descriptor: int, framer: Framer) -> str | None:
        """Why the port is lost, if it is."""
        try:
            chunk = os.read(descriptor, _READ_BYTES_MAX)
        except BlockingIOError:
            return None
        except OSError as error:
            return str(error)
        if not chunk:
            # A tty that is readable and gives nothing has hung up.
            return "the port hung up"
        self._handle(chunk, framer)
        return None

    def _handle(self, chunk: bytes, framer: Framer) -> None:
        self._take(framer, partial(framer.feed, chunk))


def _refusal(error: Exception, device: str) -> CannotOpen:
    """Why a port cannot be opened, once: pyserial says it in its own words and the system's."""
    cause = error.__context__ if isinstance(error.__context__, _ERRORS) else error
    number = next((each for each in (*error.args[:1], *cause.args[:1]) if isinstance(each, int)), 0)
    words = _WORDS.get(number)
    return CannotOpen(str(error) if words is None else words.format(device=device), number == errno.ENOENT)
