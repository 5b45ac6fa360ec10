"""Keys that go down and up become what a computer would have shown."""

import pytest

from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layouts import LAYOUTS, layout_named
from edge.scanners.keyboard.typing import Typing
from tests.edge.typing_scanner import Stroke, alt_code, has_key, strokes_of, tapped

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
A, DOT, SIX, RIGHT_BRACKET = (keys.NAMES[name] for name in "a.6]")
NUM_LOCK = 69
KEYPAD_1 = 79


def typed(strokes: list[Stroke], layout: str = "us", caps_lock: bool = False) -> str:
    typing = Typing(layout_named(layout), caps_lock)
    return b"".join(typing.key(*stroke) for stroke in strokes).decode()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_printable_character_is_typed_and_read(layout: str) -> None:
    for character in PRINTABLE:
        assert typed(strokes_of(character, LAYOUTS[layout]), layout) == character
    assert typed(strokes_of(PRINTABLE, LAYOUTS[layout]), layout) == PRINTABLE
    assert typed(strokes_of(PRINTABLE[::-1], LAYOUTS[layout]), layout) == PRINTABLE[::-1]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_keys_for_ascii(layout: str) -> None:
    missing = [each for each in PRINTABLE.strip() if not has_key(each, LAYOUTS[layout])]
    assert missing == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_shifted_twice_is_read_with_either_shift(layout: str) -> None:
    for shift in keys.SHIFTS:
        assert typed(tapped(keys.NAMES["b"], shift), layout) == "B"
    assert typed(tapped(keys.NAMES["b"], *keys.SHIFTS), layout) == "B"


def test_caps_lock_is_for_letters_alone() -> None:
    caps = tapped(keys.CAPS_LOCK)
    assert typed(caps + strokes_of("aA1!", LAYOUTS["us"]) + caps + strokes_of("a", LAYOUTS["us"])) == "Aa1!a"
    assert typed(strokes_of("öÖß?", LAYOUTS["de"]), "de", caps_lock=True) == "Ööß?"
    assert typed(strokes_of("ıIiİ", LAYOUTS["tr"]), "tr", caps_lock=True) == "Iıİi"  # noqa: RUF001
    assert typed(strokes_of("@", LAYOUTS["de"]), "de", caps_lock=True) == "@"
    assert typed(tapped(keys.RO), caps_lock=True) == ""


def test_the_keypad_types_with_num_lock_and_without() -> None:
    pad = [stroke for key in keys.KEYPAD for stroke in tapped(key)] + tapped(keys.KP_DECIMAL)
    for layout, text in (("us", "0123456789*-+/=,."), ("de", "0123456789*-+/=,,")):
        assert typed(pad, layout) == text
        assert typed(tapped(NUM_LOCK) + pad, layout) == text


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        *(("65", "A"), ("065", "A"), ("0065", "A"), ("29", "\x1d"), ("029", "\x1d"), ("013", "\r")),
        # Code page 437 without the 0, Windows-1252 with it; too large is modulo 256; 0x81 is no character there.
        *(("132", "ä"), ("0228", "ä"), ("128", "Ç"), ("0128", "€"), ("321", "A"), ("0129", ""), ("0", "\0")),
    ],
)
def test_alt_and_a_number_on_the_keypad(digits: str, text: str) -> None:
    assert typed(alt_code(digits)) == text
    assert typed(tapped(NUM_LOCK) + alt_code(digits), "fr") == text


def test_alt_with_anything_else_types_nothing() -> None:
    assert typed(tapped(A, keys.LEFT_ALT)) == ""
    assert typed(tapped(A, keys.RIGHT_ALT)) == ""
    assert typed(tapped(A, keys.LEFT_META)) == ""
    assert typed([(keys.LEFT_ALT, 1), (keys.LEFT_ALT, 0)]) == ""
    both = [(keys.LEFT_ALT, 1), (keys.RIGHT_ALT, 1), (keys.LEFT_ALT, 0), *tapped(KEYPAD_1), (keys.RIGHT_ALT, 0)]
    assert typed(both) == "\x01"


def test_control_characters() -> None:
    assert typed(tapped(RIGHT_BRACKET, keys.LEFT_CTRL)) == "\x1d"
    assert typed(tapped(RIGHT_BRACKET, keys.RIGHT_CTRL), "de") == "\x1d"
    assert typed(tapped(keys.NAMES["\\"], keys.LEFT_CTRL), "fr") == "\x1c"
    assert typed(tapped(SIX, keys.LEFT_CTRL)) == "\x1e"
    assert typed(tapped(SIX, keys.LEFT_CTRL, keys.LEFT_SHIFT)) == "\x1e"
    assert typed(tapped(keys.NAMES["-"], keys.LEFT_CTRL)) == "\x1f"
    assert typed(tapped(keys.NAMES["2"], keys.LEFT_CTRL)) == "\0"
    assert typed(tapped(keys.NAMES["m"], keys.LEFT_CTRL)) == "\r"
    assert typed(tapped(DOT, keys.LEFT_CTRL) + tapped(keys.SPACE, keys.LEFT_CTRL)) == ""


def test_altgr_is_also_ctrl_and_alt() -> None:
    assert typed(tapped(keys.NAMES["q"], keys.LEFT_CTRL, keys.LEFT_ALT), "de") == "@"
    assert typed(tapped(keys.NAMES["q"], keys.RIGHT_ALT), "de") == "@"
    assert typed(tapped(A, keys.RIGHT_ALT), "de") == ""
    assert typed(tapped(keys.NAMES["["], keys.RIGHT_SHIFT, keys.RIGHT_ALT), "it") == "{"


def test_dead_keys_wait_for_the_next() -> None:
    circumflex, acute = tapped(keys.NAMES["`"]), tapped(keys.NAMES["="])
    assert typed(circumflex, "de") == ""
    assert typed(circumflex + tapped(keys.SPACE), "de") == "^"
    assert typed(circumflex + tapped(keys.NAMES["e"]), "de") == "ê"
    assert typed(circumflex + tapped(keys.NAMES["x"]), "de") == "^x"
    assert typed(circumflex * 2 + tapped(keys.SPACE), "de") == "^^"
    assert typed(circumflex + acute + tapped(keys.NAMES["e"]), "de") == "^é"
    assert typed(circumflex + tapped(keys.ENTER), "de") == "^\r"
    assert typed(circumflex + alt_code("65"), "de") == "Â"


def test_french_accents_by_altgr_are_dead() -> None:
    for key, character in (("2", "~"), ("7", "`")):
        assert typed(tapped(keys.NAMES[key], keys.RIGHT_ALT) + tapped(keys.SPACE), "fr") == character


def test_what_ends_a_scan() -> None:
    enter, tab = tapped(keys.ENTER), tapped(keys.TAB)
    assert typed(enter + tapped(keys.KP_ENTER)) == "\r\r"
    assert typed(tab + tab) == "\r\r"
    assert typed(tab + enter) == "\r\n"
    assert typed(tab + tapped(A) + enter) == "\ra\r"


def test_keys_that_repeat_type_once() -> None:
    assert typed([(A, 1), (A, 2), (A, 2), (A, 0)]) == "a"
    assert typed([(keys.LEFT_SHIFT, 1), (keys.LEFT_SHIFT, 2), *tapped(A), (keys.LEFT_SHIFT, 0)]) == "A"
    assert typed([(A, 7), (A, -1)]) == ""
