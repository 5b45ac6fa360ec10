"""Scanners that type, through evdev's own reading of events: unplugging, replugging, floods, wrong devices."""

import asyncio
import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.scanner_configuration import EndsWith
from edge.clock import SystemClock
from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layouts import LAYOUTS
from edge.scanners.keyboard_reader import KeyboardReader
from edge.scanners.settings import ScannerSettings
from tests.edge.fakes import FakeLog
from tests.edge.scanner_runs import reading, until
from tests.edge.typing_scanner import PipedDevice, TypingScanner, event, packed, piped_devices, tapped

__all__ = ["piped_devices"]

pytestmark = pytest.mark.usefixtures("piped_devices")


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[TypingScanner]:
    scanner = TypingScanner(tmp_path / "scanner-event-kbd", LAYOUTS["us"])
    yield scanner
    scanner.close()


def test_scans_arrive_whole_and_in_order(scanner: TypingScanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        log = FakeLog()
        async with reading(scanner, log) as reader:
            frames = aiter(reader.frames())
            scanner.type("https://club.example/C/BCDF?a=1\rTWO\r")
            assert [(await anext(frames)).raw for _ in range(2)] == [b"https://club.example/C/BCDF?a=1", b"TWO"]
            for number in range(10):
                scanner.type(f"{number}\r")
                frame = await anext(frames)
                assert (frame.raw, frame.length) == (b"%d" % number, 1)
            assert reader.is_open
        assert log.all("reader_open") == [{"reader": "door", "device": str(scanner.path)}]
        assert not reader.is_open

    asyncio.run(scenario())


def test_prefix_suffix_and_layout_are_the_settings(tmp_path: Path) -> None:
    async def scenario() -> None:
        scanner = TypingScanner(tmp_path / "german", LAYOUTS["de"])
        scanner.plug_in()
        async with reading(scanner, FakeLog(), layout="de", prefix="]C1", suffix="#") as reader:
            scanner.type("]C1zy{ß}#\r")
            assert (await anext(aiter(reader.frames()))).raw == "zy{ß}".encode()
        scanner.close()

    asyncio.run(scenario())


def test_silence_ends_a_scan_where_it_is_to(scanner: TypingScanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        async with reading(scanner, FakeLog(), ends_with=EndsWith.SILENCE, silence_s=0.05) as reader:
            frames = aiter(reader.frames())
            for _ in range(3):
                scanner.type("CARD")
                assert (await anext(frames)).raw == b"CARD"
            scanner.type("begun")

    asyncio.run(scenario())


def test_keys_without_a_terminator_are_dropped_after_silence_and_told_at_once(scanner: TypingScanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        log = FakeLog()
        async with reading(scanner, log, silence_s=0.1) as reader:
            scanner.type("noise")
            await until(log, "dropped")
            scanner.type("rest\rCARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"
        told = {"what": "characters", "why": "no terminator came", "reader": "door"}
        assert log.all("dropped") == [told | {"count": 5}, told | {"count": 4}]

    asyncio.run(scenario())


def test_unplugged_and_plugged_in_again(scanner: TypingScanner) -> None:
    async def scenario() -> None:
        log = FakeLog()
        async with reading(scanner, log) as reader:
            assert "is not there; is the scanner plugged in?" in str(log.all("reader_lost")[0]["why"])
            frames = aiter(reader.frames())
            for time in range(1, 4):
                scanner.plug_in()
                await until(log, "reader_open", time)
                scanner.type("CARD\rbegun")
                assert (await anext(frames)).raw == b"CARD"
                scanner.pull_out()
                await until(log, "reader_lost", time + 1)
                assert not reader.is_open
            assert len(log.all("reader_lost")) == 4

    asyncio.run(scenario())


def test_a_keyboard_that_somebody_else_has_grabbed(scanner: TypingScanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        first, second = FakeLog(), FakeLog()
        async with reading(scanner, first), reading(scanner, second):
            assert len(first.all("reader_open")) == 1
            assert str(second.all("reader_lost")[0]["why"]).endswith("is grabbed by another program")

    asyncio.run(scenario())


def test_a_keyboard_is_lost_as_the_kernel_says_it(
    scanner: TypingScanner, piped_devices: type[PipedDevice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: PipedDevice) -> list[int]:
        raise OSError(errno.ENODEV, "No such device")

    async def scenario() -> None:
        scanner.plug_in()
        log = FakeLog()
        for what in ("read", "active_keys"):
            async with reading(scanner, log) as reader:
                with monkeypatch.context() as unplugging:
                    unplugging.setattr(piped_devices, what, gone)
                    scanner.send(event(keys.EV_SYN, keys.SYN_DROPPED, 0) + packed(tapped(keys.NAMES["3"])))
                    await until(log, "reader_lost")
                    log.lines.clear()
                await until(log, "reader_open")
                scanner.type("\rCARD\r")
                raws = [(await anext(aiter(reader.frames()))).raw]
                assert b"CARD" in (raws if raws[0] else [(await anext(aiter(reader.frames()))).raw])

    asyncio.run(scenario())


def test_a_keyboard_that_cannot_be_asked_is_told_once(
    scanner: TypingScanner, piped_devices: type[PipedDevice], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Semaphore(0)

    def refuses(_: PipedDevice) -> list[int]:
        asked.release()
        raise OSError(errno.EIO, "Input/output error")

    async def scenario() -> None:
        scanner.plug_in()
        monkeypatch.setattr(piped_devices, "active_keys", refuses)
        async with reading(scanner, log := FakeLog()):
            for _ in range(4):
                await asked.acquire()
        (told,) = log.all("reader_lost")
        assert str(told["why"]).startswith(f"{scanner.path} cannot be asked: ")
        assert log.all("reader_open") == []

    asyncio.run(scenario())


def test_a_keyboard_that_opens_for_nobody_is_closed(
    scanner: TypingScanner, piped_devices: type[PipedDevice], monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, may_open, closed = threading.Event(), threading.Event(), threading.Event()

    def slowly(self: PipedDevice) -> None:
        opening.set()
        may_open.wait()
        PipedDevice.grab(self)

    def noted(self: PipedDevice) -> None:
        PipedDevice.close(self)
        closed.set()

    async def scenario() -> None:
        scanner.plug_in()
        monkeypatch.setattr(piped_devices, "grab", slowly)
        monkeypatch.setattr(piped_devices, "close", noted)
        reader = KeyboardReader("door", ScannerSettings(str(scanner.path), True), SystemClock(), FakeLog())
        task = asyncio.create_task(reader.run())
        await asyncio.to_thread(opening.wait)
        task.cancel()
        await asyncio.wait({task})
        may_open.set()
        assert await asyncio.to_thread(closed.wait, 60)
        assert piped_devices.grabbed == {}

    asyncio.run(scenario())


def test_after_a_reader_ends_its_keyboard_is_free(scanner: TypingScanner) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        for _ in range(3):
            async with reading(scanner, log := FakeLog()):
                assert len(log.all("reader_open")) == 1

    asyncio.run(scenario())


def test_keys_that_the_kernel_lost_are_no_shorter_scan(
    scanner: TypingScanner, piped_devices: type[PipedDevice]
) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        log = FakeLog()
        async with reading(scanner, log) as reader:
            scanner.type("12")
            scanner.send(event(keys.EV_SYN, keys.SYN_DROPPED, 0) + packed(tapped(keys.NAMES["3"])))
            await until(log, "dropped")
            scanner.type("45\rCARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"
        why = "the kernel lost some of their keys"
        assert log.all("dropped") == [{"what": "scans", "why": why, "reader": "door", "count": 1}]

    asyncio.run(scenario())


def test_what_was_begun_before_anybody_read_is_no_scan(
    scanner: TypingScanner, piped_devices: type[PipedDevice]
) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        piped_devices.down = (keys.NAMES["3"],)
        async with reading(scanner, FakeLog()) as reader:
            scanner.type("45\rCARD\r")
            assert (await anext(aiter(reader.frames()))).raw == b"CARD"

    asyncio.run(scenario())


def test_caps_lock_is_as_its_lamp_says(scanner: TypingScanner, piped_devices: type[PipedDevice]) -> None:
    async def scenario() -> None:
        scanner.plug_in()
        piped_devices.lit = (keys.LED_CAPSL,)
        async with reading(scanner, FakeLog()) as reader:
            scanner.type("Ab\r")
            scanner.send(event(keys.EV_LED, keys.LED_CAPSL, 0))
            scanner.type("Ab\r")
            frames = aiter(reader.frames())
            assert [(await anext(frames)).raw for _ in range(2)] == [b"aB", b"Ab"]

    asyncio.run(scenario())


def test_scanners_that_type_at_once_do_not_mix(tmp_path: Path) -> None:
    async def scenario() -> None:
        one, other = (TypingScanner(tmp_path / name, LAYOUTS[name]) for name in ("us", "fr"))
        one.plug_in()
        other.plug_in()
        async with reading(one, FakeLog()) as first, reading(other, FakeLog(), layout="fr") as second:
            for character in "AZERTY-1!\r":
                one.type(character)
                other.type(character.swapcase())
                await asyncio.sleep(0.001)
            assert (await anext(aiter(first.frames()))).raw == b"AZERTY-1!"
            assert (await anext(aiter(second.frames()))).raw == b"azerty-1!"
        one.close()
        other.close()

    asyncio.run(scenario())


def test_a_flood_on_one_keyboard_lets_the_other_have_its_turn(tmp_path: Path) -> None:
    async def scenario() -> None:
        noisy, quiet = (TypingScanner(tmp_path / name, LAYOUTS["us"]) for name in ("noisy", "quiet"))
        noisy.plug_in()
        quiet.plug_in()
        log = FakeLog()
        async with reading(noisy, log) as flooded, reading(quiet, log) as other:
            flood = asyncio.create_task(asyncio.to_thread(noisy.type, "x\r" * 5_000))
            frames = aiter(other.frames())
            for number in range(20):
                quiet.type(f"{number}\r")
                assert (await anext(frames)).raw == b"%d" % number
            await flood
            flooded.close()
            assert len([frame async for frame in flooded.frames()]) <= 16
        assert sum(int(str(line["count"])) for line in log.all("dropped")) > 0
        noisy.close()
        quiet.close()

    asyncio.run(scenario())
