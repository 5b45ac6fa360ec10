"""Which kind of scanner a reader has: one that types, or one that sends bytes."""

from pathlib import Path

from edge.ports import Clock, Log
from edge.scanners import serial_reader
from edge.scanners.device_reader import CannotOpen, DeviceReader
from edge.scanners.keyboard.device import open_keyboard
from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.keyboard.layouts import layout_named
from edge.scanners.keyboard.plugged import NotPlugged, path_of
from edge.scanners.keyboard_reader import KeyboardReader
from edge.scanners.serial_reader import SerialReader
from edge.scanners.settings import ScannerSettings


def scanner_of(name: str, settings: ScannerSettings, clock: Clock, log: Log) -> DeviceReader:
    """The scanner of the reader `name`; nothing is opened yet."""
    kind = KeyboardReader if settings.is_keyboard else SerialReader
    return kind(name, settings, clock, log)


def node_of(device: str) -> Path:
    """What is opened for `device`, behind all links: one device may be called by several names. Where it is not
    there, as it is called."""
    try:
        return path_of(device).resolve()
    except NotPlugged:
        return Path(device)


def try_open(settings: ScannerSettings) -> None:
    """Open the device and close it again. Blocking; CannotOpen."""
    if not settings.is_keyboard:
        serial_reader.try_open(settings)
        return
    try:
        layout_named(settings.layout)
        open_keyboard(settings.device).close()
    except KeyboardError as error:
        raise CannotOpen(str(error)) from error
