"""Keys as they go down and up become characters, as a computer would have shown them. Pure.

Knows modifiers, dead keys and Alt with the keypad; knows no scans and no device. Characters come as bytes, UTF-8.
"""

from dataclasses import dataclass, field
from typing import Final

from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layout import Layout, joined

_US: Final = {key: character for character, key in keys.NAMES.items()}
_CONTROL_BITS: Final = 0x1F
_CONTROLS: Final = frozenset("@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_abcdefghijklmnopqrstuvwxyz")
"""With Ctrl they are the 32 control characters. A scanner's GS is Ctrl+]."""
_US_CONTROLS: Final = {"2": "@", "6": "^", "-": "_"}
"""Keys that scanners hold Ctrl with for NUL, RS and US, without Shift."""
_FIRST_PRINTABLE: Final = 0x20
_OEM: Final = "cp437"
_ANSI: Final = "cp1252"
"""Windows reads Alt and a number by the first, but by the second when the number begins with 0."""


@dataclass(slots=True)
class _AltCode:
    """The number that is typed on the keypad while Alt is held."""

    number: int = 0
    digits: int = 0
    begins_with_zero: bool = False

    def add(self, digit: int) -> None:
        self.begins_with_zero |= self.digits == 0 and digit == 0
        # As Windows takes numbers that are too large: modulo 256.
        self.number = (self.number * 10 + digit) % 256
        self.digits += 1

    def character(self) -> str:
        if self.number < _FIRST_PRINTABLE:
            return chr(self.number)
        code = bytes([self.number])
        return code.decode(_ANSI if self.begins_with_zero else _OEM, errors="ignore")


@dataclass(slots=True)
class Typing:
    """One keyboard. `caps_lock` is as its lamp says; the key turns it."""

    layout: Layout
    caps_lock: bool = False
    _held: set[int] = field(default_factory=set)
    _dead: str = ""
    _alt_code: _AltCode = field(default_factory=_AltCode)
    _after_tab: bool = False

    def key(self, key: int, value: int) -> bytes:
        """What a key typed that went down (1) or up (0); any other value is a key that repeats: nothing.

        Enter and Tab both are CR; Enter right behind Tab is LF, so that the two are one terminator.
        """
        if value not in (keys.UP, keys.DOWN):
            return b""
        if key in keys.MODIFIERS:
            return self._modifier(key, value == keys.DOWN).encode()
        return self._down(key).encode() if value == keys.DOWN else b""

    def look(self, held: set[int], caps_lock: bool) -> None:
        """Go on from the keys that are down in truth, and nothing else."""
        self._held = held & keys.MODIFIERS
        self.caps_lock = caps_lock
        self.forget()

    def forget(self) -> None:
        """What waited for its next key will not be typed; the keys that are held, are."""
        self._dead = ""
        self._alt_code = _AltCode()
        self._after_tab = False

    # Modifiers

    def _modifier(self, key: int, is_down: bool) -> str:
        had_alt = self._alt
        (self._held.add if is_down else self._held.discard)(key)
        if not had_alt or self._alt:
            return ""
        code, self._alt_code = self._alt_code, _AltCode()
        return self._plain(code.character()) if code.digits else ""

    @property
    def _shift(self) -> bool:
        return not self._held.isdisjoint(keys.SHIFTS)

    @property
    def _ctrl(self) -> bool:
        return not self._held.isdisjoint(keys.CTRLS)

    @property
    def _alt(self) -> bool:
        """Whether an Alt is held that is no AltGr."""
        return keys.LEFT_ALT in self._held or (keys.RIGHT_ALT in self._held and not self.layout.has_altgr)

    @property
    def _altgr(self) -> bool:
        """Whether AltGr is held, or Ctrl and Alt, which Windows takes for it."""
        if not self.layout.has_altgr:
            return False
        return keys.RIGHT_ALT in self._held or (self._alt and self._ctrl)

    # Keys

    def _down(self, key: int) -> str:
        after_tab, self._after_tab = self._after_tab, key == keys.TAB
        if key == keys.CAPS_LOCK:
            self.caps_lock = not self.caps_lock
            return ""
        if key in keys.ENDS:
            return self._plain("\n" if after_tab and key != keys.TAB else "\r")
        if self._alt and not self._altgr:
            return self._alt_digit(key)
        if not self._held.isdisjoint(keys.METAS):
            return ""
        if self._ctrl and not self._altgr:
            return self._plain(self._control(key))
        return self._written(key)

    def _alt_digit(self, key: int) -> str:
        digit = keys.KEYPAD.get(key, "")
        if digit.isdigit():
            self._alt_code.add(int(digit))
        return ""

    def _control(self, key: int) -> str:
        """By the layout first, else by the key's place: on a German keyboard Ctrl and the key of ] is GS too."""
        typed = self.layout.typed(key, self._shift, False, False)
        by_place = _US.get(key, "")
        for character in (typed.character if typed else "", by_place, _US_CONTROLS.get(by_place, "")):
            if character and character in _CONTROLS:
                return chr(ord(character) & _CONTROL_BITS)
        return ""

    def _written(self, key: int) -> str:
        if key == keys.SPACE:
            return self._plain(" ")
        if key == keys.KP_DECIMAL:
            return self._plain(self.layout.decimal)
        if key in keys.KEYPAD:
            return self._plain(keys.KEYPAD[key])
        typed = self.layout.typed(key, self._shift, self._altgr, self.caps_lock)
        if typed is None:
            return ""
        if not typed.is_dead:
            return self._plain(typed.character)
        # Two dead keys: the first stands for itself, as on Windows.
        before, self._dead = self._dead, typed.character
        return before

    def _plain(self, character: str) -> str:
        if not character or not self._dead:
            return character
        dead, self._dead = self._dead, ""
        return joined(dead, character)
