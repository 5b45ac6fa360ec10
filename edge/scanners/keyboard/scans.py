"""The key events of one scanner become frames, the same that a serial scanner with the same text would give.

Pure. Knows what the kernel says of events that it lost; knows no device.
"""

from collections.abc import Iterable
from typing import Protocol

from edge.ports import Frame
from edge.scanners.framing import Framer, framing_of
from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layouts import layout_named
from edge.scanners.keyboard.typing import Typing
from edge.scanners.settings import ScannerSettings


class KeyEvent(Protocol):
    """The kernel's `struct input_event`, its instant left out."""

    @property
    def type(self) -> int: ...

    @property
    def code(self) -> int: ...

    @property
    def value(self) -> int: ...


class KeyScans:
    """One keyboard's, from when it was opened.

    A scan of which keys may be missing is no shorter scan: it is dropped up to its end, a terminator or a silence
    of `silence_s`. So are events that were lost, and keys that were down before anybody read.
    """

    def __init__(self, settings: ScannerSettings) -> None:
        """UnknownLayout."""
        self.must_look = False
        """Events were lost: `look` is due before the next `handle`."""
        self.broken_scans = 0
        """How many scans were dropped since the start because some of their keys were lost."""
        self._silence_s = settings.silence_s
        self._framing = framing_of(settings)
        self._framer = Framer(self._framing)
        self._typing = Typing(layout_named(settings.layout))
        self._dropped_bytes = 0
        self._last_s = 0.0
        self._is_losing = False
        self._is_skipping = False

    @property
    def dropped_bytes(self) -> int:
        """How many characters were dropped since the start, because their terminator never came."""
        return self._dropped_bytes + self._framer.dropped_bytes

    @property
    def has_begun(self) -> bool:
        """Whether characters wait for what ends them, or are passed over until then."""
        return self._framer.has_begun or self._is_skipping

    def handle(self, events: Iterable[KeyEvent], at_s: float) -> list[Frame]:
        """The frames that end with `events`, which were read at `at_s` (monotonic)."""
        if self._was_silent(at_s):
            self._typing.forget()
        # Keys that type nothing yet (Alt and its number, a Shift) are no silence either.
        frames = self._framer.feed(b"", at_s)
        self._last_s = at_s
        for event in events:
            frames += self._framed(self._typed(event), at_s)
        return frames

    def be_silent(self, at_s: float) -> list[Frame]:
        """The frame that ends with the silence which has lasted until `at_s`, if one does."""
        if self._was_silent(at_s):
            self._is_skipping = False
            self._typing.forget()
        return self._framer.be_silent(at_s)

    def look(self, held: set[int], caps_lock: bool, at_s: float) -> None:
        """The keys that are down and caps lock's lamp, by the device: as it was opened, or must be asked."""
        if held - keys.ENDS:
            self._skip()
        self._last_s = at_s
        self._typing.look(held, caps_lock)
        self._is_losing = self.must_look = False

    def _was_silent(self, at_s: float) -> bool:
        return at_s - self._last_s >= self._silence_s

    def _typed(self, event: KeyEvent) -> bytes:
        if event.type == keys.EV_SYN:
            self._mark(event.code)
        elif self._is_losing:
            self._pass_over(event)
        elif event.type == keys.EV_KEY:
            return self._typing.key(event.code, event.value)
        elif event.type == keys.EV_LED and event.code == keys.LED_CAPSL:
            self._typing.caps_lock = bool(event.value)
        return b""

    def _mark(self, code: int) -> None:
        if code == keys.SYN_DROPPED:
            self._is_losing = True
            self._skip()
        elif code == keys.SYN_REPORT and self._is_losing:
            self.must_look = True

    def _pass_over(self, event: KeyEvent) -> None:
        """Until `look`, what comes belongs to no known state; but what was broken ends, and another begins."""
        if event.type != keys.EV_KEY or event.value != keys.DOWN or event.code in keys.MODIFIERS:
            return
        if event.code in keys.ENDS:
            self._is_skipping = False
        else:
            self._skip()

    def _skip(self) -> None:
        if not self._is_skipping:
            self.broken_scans += 1
        self._is_skipping = True
        self._dropped_bytes = self.dropped_bytes
        self._framer = Framer(self._framing)

    def _framed(self, typed: bytes, at_s: float) -> list[Frame]:
        if not typed:
            return []
        if not self._is_skipping:
            return self._framer.feed(typed, at_s)
        self._is_skipping = not typed.endswith((b"\r", b"\n"))
        return []
