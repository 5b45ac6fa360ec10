"""Scanners that cannot be opened, or not yet, or for nobody: what is told, and that the port is free then."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from edge.clock import SystemClock
from edge.scanners import device_reader, serial_reader
from edge.scanners.choice import scanner_of, try_open
from edge.scanners.device_reader import CannotOpen
from edge.scanners.settings import ScannerSettings
from tests.edge.fakes import FakeLog, Scanner
from tests.edge.scanner_runs import reading, until

INIT = b"\x16M\rABC!"


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path / "scanner")
    yield scanner
    with contextlib.suppress(OSError):
        scanner.close()


def whys(log: FakeLog) -> list[str]:
    return [str(line["why"]) for line in log.all("reader_lost")]


def test_another_reason_is_told_and_none_twice(scanner: Scanner) -> None:
    async def scenario() -> None:
        log = FakeLog()
        scanner.plug_in()
        async with reading(scanner, log):
            scanner.pull_out()
            await until(log, "reader_lost")
            await asyncio.sleep(0.2)
            scanner.path.write_bytes(b"")
            await until(log, "reader_lost", 2)
            await asyncio.sleep(0.2)
            scanner.path.unlink()
            await until(log, "reader_lost", 3)
            await asyncio.sleep(0.2)
        assert len(whys(log)) == 3
        # That what was pulled out is not there was no news; once it was something else, it is.
        assert whys(log)[1] == f"{scanner.path} is no serial port"
        assert whys(log)[2].startswith(f"{scanner.path} is not there; is the scanner plugged in?")

    asyncio.run(scenario())


def test_a_reason_that_does_not_last_is_not_told(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while udev has made a node and not given it to its group yet."""
    texts = iter(["busy", "group", "busy", "group", "busy", "busy", "free"])
    over = threading.Event()

    def refuse(_: ScannerSettings) -> serial.Serial:
        text = next(texts, "busy")
        if text == "free":
            over.set()
        raise CannotOpen("busy" if text == "free" else text)

    async def scenario() -> None:
        log = FakeLog()
        monkeypatch.setattr(serial_reader, "open_scanner", refuse)
        async with reading(scanner, log):
            await asyncio.to_thread(over.wait, 10)
        assert whys(log) == ["busy"]

    asyncio.run(scenario())


def test_an_open_that_is_held_up_is_told(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    may_open = threading.Event()
    open_scanner = serial_reader.open_scanner

    def slowly(settings: ScannerSettings) -> serial.Serial:
        may_open.wait(10)
        return open_scanner(settings)

    async def scenario() -> None:
        log = FakeLog()
        scanner.plug_in()
        monkeypatch.setattr(serial_reader, "open_scanner", slowly)
        monkeypatch.setattr(device_reader, "HELD_UP_S", 0.05)
        async with reading(scanner, log) as reader:
            assert whys(log) == ["it did not open within 0.05 s: unplug it and plug it in again"]
            assert not reader.is_open
            may_open.set()
            await until(log, "reader_open")
            scanner.type(b"CARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"

    asyncio.run(scenario())


def test_a_device_that_takes_no_bytes_is_told_and_closed(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner.plug_in()
    done: list[str] = []

    def noted(name: str) -> Callable[[serial.Serial], None]:
        really = getattr(serial.Serial, name)
        return lambda port: (done.append(name), really(port))[1]

    monkeypatch.setattr(serial_reader, "_WRITE_S", 0.05)
    with monkeypatch.context() as stuck:
        # A pseudo-terminal takes whatever is sent; a UART whose other end holds CTS does not.
        stuck.setattr(serial.Serial, "out_waiting", 3)
        stuck.setattr(serial.Serial, "flush", lambda _: pytest.fail("tcdrain may have no end"))
        for name in ("reset_output_buffer", "close"):
            stuck.setattr(serial.Serial, name, noted(name))
        with pytest.raises(CannotOpen, match=r"took no init bytes: .*timed out"):
            serial_reader.open_scanner(ScannerSettings(str(scanner.path), False, init=INIT))
        # close(2) of such a UART waits for what is not sent yet, up to 30 s (closing_wait).
        assert done[:2] == ["reset_output_buffer", "close"]
    try_open(ScannerSettings(str(scanner.path), False))


@pytest.mark.parametrize("is_held_up", [False, True])
def test_a_port_is_free_once_its_reader_ended_while_it_opened(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch, is_held_up: bool
) -> None:
    settings = ScannerSettings(str(scanner.path), False, init=INIT)
    closed = threading.Event()

    def noted(opening: "asyncio.Task[serial.Serial]") -> None:
        close(opening)
        closed.set()

    close = device_reader._close_opened
    monkeypatch.setattr(device_reader, "_close_opened", noted)
    monkeypatch.setattr(device_reader, "CLOSE_S", 0.0 if is_held_up else 10.0)

    async def scenario() -> None:
        scanner.plug_in()
        reading = asyncio.create_task(scanner_of("door", settings, SystemClock(), FakeLog()).run())
        await asyncio.to_thread(scanner.hear, len(INIT))
        reading.cancel()
        await asyncio.wait({reading}, timeout=10)
        assert reading.cancelled()
        assert closed.is_set() is not is_held_up
        assert await asyncio.to_thread(closed.wait, 10)
        try_open(settings)

    asyncio.run(scenario())
