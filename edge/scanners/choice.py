"""Which kind of scanner a reader has: one that types, or one that sends bytes."""

from edge.ports import Clock, Log
from edge.scanners import serial_reader
from edge.scanners.scanner import Scanner
from edge.scanners.serial_reader import SerialReader
from edge.scanners.settings import ScannerSettings


def scanner_of(name: str, settings: ScannerSettings, clock: Clock, log: Log) -> Scanner:
    """The scanner of the reader `name`; nothing is opened yet."""
    return SerialReader(name, settings, clock, log)


def try_open(settings: ScannerSettings) -> None:
    """Open the device and close it again. Blocking; CannotOpen."""
    serial_reader.try_open(settings)
