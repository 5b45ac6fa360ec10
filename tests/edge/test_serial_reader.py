"""Scanners on real terminals: bytes, unplugging, replugging, floods."""

import asyncio
import contextlib
import termios
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contract.scanner_configuration import EndsWith, Parity
from edge.ports import Frame
from edge.scanners.device_reader import CannotOpen, DeviceReader
from edge.scanners.scan_queue import WAITING_MAX, ScanQueue
from edge.scanners.serial_reader import open_port, try_open
from edge.scanners.settings import ScannerSettings
from tests.edge.fakes import FakeLog, Scanner
from tests.edge.scanner_runs import reading, until


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path / "scanner")
    yield scanner
    scanner.close()


def test_scans_arrive_whole_and_in_order(scanner: Scanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        log = FakeLog()
        async with reading(scanner, log) as reader:
            frames = aiter(reader.frames())
            scanner.type(b"one\rtwo\r\n")
            for byte in b"three\n":
                scanner.type(bytes([byte]))
                await asyncio.sleep(0.001)
            assert [(await anext(frames)).raw for _ in range(3)] == [b"one", b"two", b"three"]
        assert log.all("reader_open") == [{"reader": "door", "device": str(scanner.path)}]

    asyncio.run(scenario())


def test_every_byte_passes_the_terminal(scanner: Scanner) -> None:
    """Raw: no echo, no signals on control characters, no translation."""

    async def scenario() -> None:
        scanner.plug_in()
        everything = bytes(byte for byte in range(256) if byte not in b"\r\n")
        async with reading(scanner, FakeLog()) as reader:
            scanner.type(everything + b"\r")
            assert (await anext(aiter(reader.frames()))).raw == everything

    asyncio.run(scenario())


def test_a_scanner_that_is_not_there_yet(scanner: Scanner) -> None:
    async def scenario() -> None:
        log = FakeLog()
        async with reading(scanner, log) as reader:
            await asyncio.sleep(0.1)
            scanner.plug_in()
            await until(log, "reader_open")
            scanner.type(b"CARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"
        assert len(log.all("reader_lost")) == 1

    asyncio.run(scenario())


def test_unplugged_and_plugged_in_again(scanner: Scanner) -> None:
    async def scenario() -> None:
        log = FakeLog()
        scanner.plug_in()
        async with reading(scanner, log) as reader:
            frames = aiter(reader.frames())
            for time in range(1, 4):
                scanner.type(b"CARD\r")
                assert (await anext(frames)).raw == b"CARD"
                scanner.type(b"begun")
                scanner.pull_out()
                await until(log, "reader_lost", time)
                scanner.plug_in()
                await until(log, "reader_open", time + 1)
            scanner.type(b"CARD\r")
            assert (await anext(frames)).raw == b"CARD"

    asyncio.run(scenario())


def test_a_port_that_somebody_else_holds(scanner: Scanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        first, second = FakeLog(), FakeLog()
        async with reading(scanner, first), reading(scanner, second):
            assert len(first.all("reader_open")) == 1
            assert str(second.all("reader_lost")[0]["why"]).endswith("is used by another program")

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_terminal(scanner: Scanner, kind: str) -> None:
    async def scenario() -> None:
        scanner.path.write_bytes(b"CARD\r") if kind == "file" else scanner.path.mkdir()
        log = FakeLog()
        async with reading(scanner, log):
            assert len(log.all("reader_lost")) == 1

    asyncio.run(scenario())


def test_bytes_without_a_terminator_are_dropped_after_silence_and_told_at_once(scanner: Scanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        log = FakeLog()
        async with reading(scanner, log, silence_s=0.1) as reader:
            scanner.type(b"noise")
            await until(log, "dropped")
            scanner.type(b"rest\rCARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"
        told = {"what": "bytes", "why": "no terminator came", "reader": "door"}
        assert log.all("dropped") == [told | {"count": 5}, told | {"count": 4}]

    asyncio.run(scenario())


@pytest.mark.parametrize("ends_with", EndsWith)
def test_an_event_loop_that_is_held_up_is_no_silence(scanner: Scanner, ends_with: EndsWith) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        async with reading(scanner, FakeLog(), ends_with=ends_with, silence_s=0.1) as reader:
            frames = aiter(reader.frames())
            scanner.type(b"1000")
            await asyncio.sleep(0.02)
            scanner.type(b"123\r")
            time.sleep(0.3)
            assert (await anext(frames)).raw == b"1000123"

    asyncio.run(scenario())


def test_a_scanner_without_a_terminator_ends_its_scan_with_silence(scanner: Scanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        async with reading(scanner, FakeLog(), ends_with=EndsWith.SILENCE, silence_s=0.05) as reader:
            frames = aiter(reader.frames())
            for code in (b"one", b"two"):
                scanner.type(code)
                assert (await anext(frames)).raw == code

    asyncio.run(scenario())


def test_what_was_begun_as_the_scanner_was_pulled_out_is_no_scan(scanner: Scanner) -> None:
    async def scenario() -> None:
        log = FakeLog()
        scanner.plug_in()
        async with reading(scanner, log, ends_with=EndsWith.SILENCE, silence_s=0.3) as reader:
            scanner.type(b"1000")
            await asyncio.sleep(0.05)
            scanner.pull_out()
            await until(log, "reader_lost")
            await asyncio.sleep(0.4)
            scanner.plug_in()
            await until(log, "reader_open", 2)
            scanner.type(b"CARD")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"

    asyncio.run(scenario())


def test_what_stands_around_a_code_is_taken_off(scanner: Scanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        async with reading(scanner, FakeLog(), prefix="é>", suffix="<") as reader:
            scanner.type("é>CARD<\r".encode())
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"

    asyncio.run(scenario())


def test_init_bytes_are_sent_whenever_the_port_opens_and_their_answer_is_no_code(scanner: Scanner) -> None:
    async def scenario() -> None:
        log = FakeLog()
        scanner.plug_in()
        async with answered(scanner), reading(scanner, log, init=b"\x16M\rABC!") as reader:
            scanner.type(b"CARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"
        async with answered(scanner), reading(scanner, log, init=b"\x16M\rABC!"):
            assert len(log.all("reader_open")) == 2

    asyncio.run(scenario())


@contextlib.asynccontextmanager
async def answered(scanner: Scanner) -> AsyncIterator[None]:
    """The scanner hears its init bytes, and answers them as some do: without a terminator."""
    heard = asyncio.create_task(asyncio.to_thread(scanner.hear, 7))
    try:
        yield
    finally:
        assert await heard == b"\x16M\rABC!"


def test_a_port_is_set_to_its_pace_and_parity(scanner: Scanner) -> None:
    scanner.plug_in()
    settings = ScannerSettings(str(scanner.path), is_keyboard=False, baud=9600, parity=Parity.EVEN)
    with open_port(settings) as port:
        assert termios.tcgetattr(port.fileno())[5] == termios.B9600
        # A pseudo-terminal's driver clears the parity bit of whoever sets it (drivers/tty/pty.c).
        assert port.parity == "E"
        # Nobody waits for ever for a device that takes no init bytes.
        assert port.write_timeout == 2.0


def test_a_flood_on_one_port_lets_the_other_have_its_turn(tmp_path: Path) -> None:
    async def scenario() -> None:
        noisy, quiet = Scanner(tmp_path / "noisy"), Scanner(tmp_path / "quiet")
        noisy.plug_in()
        quiet.plug_in()
        log = FakeLog()
        async with reading(noisy, log) as flooded, reading(quiet, log) as other:
            flood = asyncio.create_task(asyncio.to_thread(noisy.type, b"x\r" * 200_000))
            drain = asyncio.create_task(_drain(flooded))
            frames = aiter(other.frames())
            for number in range(20):
                await asyncio.to_thread(quiet.type, b"%d\r" % number)
                assert (await anext(frames)).raw == b"%d" % number
            await flood
            flooded.close()
            await drain
        assert sum(int(str(line["count"])) for line in log.all("dropped")) > 0
        noisy.close()
        quiet.close()

    asyncio.run(scenario())


async def _drain(reader: DeviceReader) -> None:
    async for _ in reader.frames():
        await asyncio.sleep(0.005)


def test_a_full_queue_drops_the_longest_waiting_and_says_so() -> None:
    async def scenario() -> None:
        log = FakeLog()
        queue = ScanQueue("door", log)
        queue.put([Frame(b"%d" % number, 1, 0.0) for number in range(WAITING_MAX - 1)])
        queue.put([Frame(b"late-%d" % number, 1, 0.0) for number in range(3)])
        queue.close()
        raws = [frame.raw async for frame in queue.frames()]
        assert len(raws) == WAITING_MAX
        assert raws[0] == b"2"
        assert raws[-1] == b"late-2"
        assert log.all("dropped") == [{"what": "scans", "why": "too many at once", "reader": "door", "count": 2}]

    asyncio.run(scenario())


def test_a_queue_is_taken_up_where_it_was_left() -> None:
    async def scenario() -> None:
        queue = ScanQueue("door", FakeLog())
        queue.put([Frame(b"one", 3, 0.0), Frame(b"two", 3, 0.0)])
        async for frame in queue.frames():
            assert frame.raw == b"one"
            break
        queue.close()
        assert [frame.raw async for frame in queue.frames()] == [b"two"]

    asyncio.run(scenario())


def test_what_is_not_there_is_told_once_and_with_what_to_do() -> None:
    with pytest.raises(CannotOpen) as refused:
        try_open(ScannerSettings("/dev/ttyNONE", is_keyboard=False))
    words = "/dev/ttyNONE is not there; is the scanner plugged in? ls /dev/serial/by-id shows those that are"
    assert str(refused.value) == words
