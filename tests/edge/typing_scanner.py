"""A scanner that types: what keys it presses for a text, and a named pipe that the edge opens as its keyboard.

Through the pipe go the kernel's own `struct input_event`s; evdev reads and parses them as from a device. Only what
a pipe cannot be asked (which keys it has, which are down, who has grabbed it) is answered here.
"""

import errno
import os
import struct
from collections.abc import Iterable
from pathlib import Path

import evdev
import pytest
from evdev.eventio import EventIO

from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layout import Layout

Stroke = tuple[int, int]
"""A key's number, and 1 down or 0 up."""
_MODIFIERS = ((), (keys.LEFT_SHIFT,), (keys.RIGHT_ALT,), (keys.RIGHT_ALT, keys.RIGHT_SHIFT))
_KEYPAD_DIGITS = {digit: key for key, digit in keys.KEYPAD.items()}


def tapped(key: int, *held: int) -> list[Stroke]:
    return [*((each, 1) for each in held), (key, 1), (key, 0), *((each, 0) for each in reversed(held))]


def alt_code(digits: str) -> list[Stroke]:
    typed = [stroke for digit in digits for stroke in tapped(_KEYPAD_DIGITS[digit])]
    return [(keys.LEFT_ALT, 1), *typed, (keys.LEFT_ALT, 0)]


def strokes_of(text: str, layout: Layout) -> list[Stroke]:
    """As a scanner that is set to `layout` types `text`; what the layout lacks, by Alt and the keypad."""
    return [stroke for character in text for stroke in _strokes(character, layout)]


def has_key(character: str, layout: Layout) -> bool:
    return _key_of(character, layout) is not None


def _strokes(character: str, layout: Layout) -> list[Stroke]:
    if character in "\r\n ":
        return tapped(keys.SPACE if character == " " else keys.ENTER)
    found = _key_of(character, layout)
    if found is None:
        return alt_code(f"0{ord(character)}")
    key, level, is_dead = found
    return tapped(key, *_MODIFIERS[level]) + (tapped(keys.SPACE) if is_dead else [])


def _key_of(character: str, layout: Layout) -> tuple[int, int, bool] | None:
    for level in range(4):
        for key in (*keys.WRITTEN, keys.RO):
            typed = layout.typed(key, bool(level & 1), bool(level & 2), False)
            if typed is not None and typed.character == character:
                return key, level, typed.is_dead
    return None


def event(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 0, 0, kind, code, value)


def packed(strokes: Iterable[Stroke]) -> bytes:
    report = event(keys.EV_SYN, keys.SYN_REPORT, 0)
    return b"".join(event(keys.EV_KEY, key, value) + report for key, value in strokes)


class PipedDevice(EventIO):
    """Stands for evdev.InputDevice where `path` is a pipe of a TypingScanner."""

    pressable: Iterable[int] = (*keys.WRITTEN, *keys.MODIFIERS, keys.ENTER, keys.SPACE)
    down: tuple[int, ...] = ()
    lit: tuple[int, ...] = ()
    grabbed: dict[str, "PipedDevice"] = {}

    def __init__(self, path: str) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def capabilities(self) -> dict[int, list[int]]:
        return {keys.EV_KEY: list(self.pressable)}

    def grab(self) -> None:
        if self.path in self.grabbed:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.grabbed[self.path] = self

    def active_keys(self) -> list[int]:
        return list(self.down)

    def leds(self) -> list[int]:
        return list(self.lit)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        if self.grabbed.get(self.path) is self:
            del self.grabbed[self.path]


class TypingScanner:
    """`path` is what the edge opens."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self._layout = layout
        self._pipe = -1

    def plug_in(self) -> None:
        os.mkfifo(self.path)
        self._pipe = os.open(self.path, os.O_RDWR)

    def pull_out(self) -> None:
        self.path.unlink()
        os.close(self._pipe)
        self._pipe = -1

    def type(self, text: str) -> None:
        self.send(self.events_of(text))

    def events_of(self, text: str) -> bytes:
        return packed(strokes_of(text, self._layout))

    def send(self, events: bytes) -> None:
        """Waits while the pipe is full."""
        view = memoryview(events)
        while view:
            view = view[os.write(self._pipe, view) :]

    def close(self) -> None:
        if self._pipe >= 0:
            self.pull_out()


@pytest.fixture
def piped_devices(monkeypatch: pytest.MonkeyPatch) -> type[PipedDevice]:
    """What stands for evdev's devices while a test runs; its attributes may be changed by the test."""

    class Devices(PipedDevice):
        grabbed: dict[str, PipedDevice] = {}

    monkeypatch.setattr(evdev, "InputDevice", Devices)
    return Devices
