"""Renews layouts.json: what a scanner that types as one country's keyboard gives under the layout of another.

Run by hand (`.venv/bin/python tests/golden/make_layouts.py`) where libxkbcommon0, xkb-data and libx11-data are
installed; tests only read the JSON. Keys go through libxkbcommon itself, as in any Linux desktop or terminal: a
dead key and the next key give what the Compose table of en_US.UTF-8 says, or nothing at all (`composed`); in a
program that does not compose a dead key gives nothing and the next key its character (`apart`).

A card's code is tried with a scanner set to American under every layout, a rotating code with every pair of them.
"""

import ctypes
import json
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final

from contract.card import check_letter

HOLDS: Final = (
    *("us", "gb", "de", "at", "ch", "fr", "be", "nl", "es", "pt", "br", "it", "dk", "no", "se"),
    *("fi", "is", "pl", "cz", "sk", "hu", "ro", "hr", "si", "rs+latin", "ee", "lv", "lt", "tr"),
)
"""The 29 layouts (a variant stands behind a plus) under which a card is read whole, bare and in its URL."""
FAILS: Final = {
    "us+dvorak": "its letters lie on other keys",
    "us+colemak": "its letters lie on other keys",
    "us+workman": "its letters lie on other keys",
    "de+neo": "its letters lie on other keys",
    "fr+bepo": "its letters lie on other keys",
    "tr+f": "its letters lie on other keys",
    "rs": "it types no Latin letters",
    "gr": "it types no Latin letters",
    "ru": "it types no Latin letters",
}
"""Layouts that the alphabet is not made for: there a scanner must be set to the layout, or be read by its keys."""
CODE_BODY: Final = "BCDFGHJKLNPRSTVXBCD"
HOSTS: Final = ("https://club.example", "http://192.168.1.20:8000", "https://my-club.example:8443")
ROTATING_DIGITS: Final = ("12345678", "34567890")
"""Every digit at least once."""
AMERICAN_OR_BRITISH: Final = ("us", "gb")
"""A computer nobody set up is one of these (a Raspberry Pi: British), a scanner nobody set up is American."""
_SHIFT_KEYCODE, _CAPS_LOCK_KEYCODE = 50, 66
_KEYCODES: Final = (*range(10, 22), *range(24, 36), *range(38, 50), *range(52, 62), 65)
"""The keys that carry characters: XKB's codes of AE01 to AE12, AD, AC, TLDE, AB and the space bar."""
_COMPOSING, _COMPOSED, _CANCELLED = 1, 2, 3

_xkb = ctypes.CDLL("libxkbcommon.so.0")
for _name in (
    *("xkb_context_new", "xkb_keymap_new_from_names", "xkb_state_new"),
    *("xkb_compose_table_new_from_locale", "xkb_compose_state_new"),
):
    getattr(_xkb, _name).restype = ctypes.c_void_p


class _RuleNames(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


_context = ctypes.c_void_p(_xkb.xkb_context_new(0))
_compose_table = ctypes.c_void_p(_xkb.xkb_compose_table_new_from_locale(_context, b"en_US.UTF-8", 0))


class Keyboard:
    """One layout's keyboard, with its dead keys' state."""

    def __init__(self, layout: str, caps_lock: bool = False) -> None:
        name, _, variant = layout.partition("+")
        names = _RuleNames(b"evdev", b"pc105", name.encode(), variant.encode(), b"")
        keymap = _xkb.xkb_keymap_new_from_names(_context, ctypes.byref(names), 0)
        if not keymap:
            raise SystemExit(f"xkeyboard-config has no layout {layout}")
        self._state = ctypes.c_void_p(_xkb.xkb_state_new(ctypes.c_void_p(keymap)))
        self._compose = ctypes.c_void_p(_xkb.xkb_compose_state_new(_compose_table, 0))
        if caps_lock:
            _xkb.xkb_state_update_key(self._state, _CAPS_LOCK_KEYCODE, 1)
            _xkb.xkb_state_update_key(self._state, _CAPS_LOCK_KEYCODE, 0)

    def symbol(self, keycode: int, shifted: bool) -> int:
        """The keysym of a key at level 1 or, with Shift held, 2."""
        if shifted:
            _xkb.xkb_state_update_key(self._state, _SHIFT_KEYCODE, 1)
        symbol: int = _xkb.xkb_state_key_get_one_sym(self._state, keycode)
        if shifted:
            _xkb.xkb_state_update_key(self._state, _SHIFT_KEYCODE, 0)
        return symbol

    def composed(self, symbols: Iterable[int]) -> str:
        text = ""
        _xkb.xkb_compose_state_reset(self._compose)
        for symbol in symbols:
            _xkb.xkb_compose_state_feed(self._compose, symbol)
            status = _xkb.xkb_compose_state_get_status(self._compose)
            if status == _COMPOSED:
                buffer = ctypes.create_string_buffer(64)
                _xkb.xkb_compose_state_get_utf8(self._compose, buffer, len(buffer))
                text += buffer.value.decode()
            elif status not in (_COMPOSING, _CANCELLED):
                text += _character(symbol)
        return text


def _character(symbol: int) -> str:
    code_point = _xkb.xkb_keysym_to_utf32(symbol)
    return chr(code_point) if code_point else ""


def _keys(layout: str) -> dict[str, tuple[int, bool]]:
    scanner = Keyboard(layout)
    return {_character(scanner.symbol(key, shift)): (key, shift) for shift in (True, False) for key in _KEYCODES}


def _typed(keyboard: Keyboard, text: str, keys: dict[str, tuple[int, bool]]) -> Iterator[int]:
    return (keyboard.symbol(*keys[character]) for character in text)


def readings(layout: str, texts: Iterable[str]) -> list[dict[str, str]]:
    """What each of `texts` becomes when the scanner's keys are read in `layout`."""
    keyboard, keys = Keyboard(layout), _keys("us")
    entries = []
    for text in texts:
        symbols = list(_typed(keyboard, text, keys))
        apart = "".join(map(_character, symbols))
        entries.append({"scanned": text, "composed": keyboard.composed(symbols), "apart": apart})
    return entries


def scanned_texts(code: str) -> list[str]:
    """A code bare and in URLs, in both cases, with and without an AIM identifier."""
    urls = [f"{host}/c/{code}" for host in HOSTS]
    upper = [text.upper() for text in (code, *urls)]
    return [*upper, *(text.lower() for text in upper), f"]C1{code}", f"]Q3{upper[1]}"]


def rotating_texts(code: str) -> tuple[list[str], list[str]]:
    """A rotating code bare in upper and lower case; and in URLs, with what may stand behind it."""
    codes = [f"{code}-{digits}" for digits in ROTATING_DIGITS]
    ends = zip((*codes, *codes), ("", "", "/", "?FROM=WALLET"), strict=True)
    urls = [f"HTTPS://CLUB.EXAMPLE/C/{rotating}{end}" for rotating, end in ends]
    return [codes[0], codes[1].lower()], urls


def rotating_readings(code: str) -> list[dict[str, Any]]:
    """Every way in which a pair of layouts types a rotating code, with the pairs (scanner>computer) that do so."""
    bare, urls = rotating_texts(code)
    typed: dict[tuple[str, str, bool], set[str]] = {}
    for scanner, computer, caps_lock in product(HOLDS, HOLDS, (False, True)):
        keys, keyboard = _keys(scanner), Keyboard(computer, caps_lock)
        usual = {scanner, computer} & set(AMERICAN_OR_BRITISH)
        for text in (*bare, *urls) if usual else bare:
            if not set(text) <= set(keys):
                continue
            symbols = list(_typed(keyboard, text, keys))
            for reading in {keyboard.composed(symbols), "".join(map(_character, symbols))}:
                typed.setdefault((text, reading, caps_lock), set()).add(f"{scanner}>{computer}")
    return [
        {"scanned": text, "typed": reading, "caps_lock": caps_lock, "pairs": " ".join(sorted(pairs))}
        for (text, reading, caps_lock), pairs in typed.items()
    ]


def main() -> None:
    code = CODE_BODY + check_letter(CODE_BODY)
    texts = scanned_texts(code)
    golden = {
        "code": code,
        "holds": {layout: readings(layout, texts) for layout in HOLDS},
        "fails": {layout: {"why": why, "readings": readings(layout, texts)} for layout, why in FAILS.items()},
        "rotating": rotating_readings(code),
    }
    path = Path(__file__).with_name("layouts.json")
    path.write_text(json.dumps(golden, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
