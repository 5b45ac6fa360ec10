"""What a scanner that types presses for a text, by the layout that it was set to; keys by QEMU's names (qcode).

Written by hand from the keyboards themselves, for the letters that codes and addresses are made of: what reads
them (edge/scanners/keyboard) has tables of its own.
"""

from typing import Final, NamedTuple


class Stroke(NamedTuple):
    """A key's name, which is that of its US letter; and whether Shift is held."""

    key: str
    shift: bool = False


ENTER: Final = Stroke("ret")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_US_SIGNS: Final = {
    **{digit: Stroke(digit) for digit in "0123456789"},
    **{"-": Stroke("minus"), ".": Stroke("dot"), "/": Stroke("slash"), ":": Stroke("semicolon", True)},
    **{"#": Stroke("3", True), "?": Stroke("slash", True), "=": Stroke("equal"), "_": Stroke("minus", True)},
}
_DE_SIGNS: Final = {
    **{digit: Stroke(digit) for digit in "0123456789"},
    **{"-": Stroke("slash"), ".": Stroke("dot"), "/": Stroke("7", True), ":": Stroke("dot", True)},
    **{"#": Stroke("backslash"), "?": Stroke("minus", True), "=": Stroke("0", True), "_": Stroke("slash", True)},
}
_FR_SIGNS: Final = {
    **{digit: Stroke(digit, True) for digit in "0123456789"},
    **{"-": Stroke("6"), ".": Stroke("comma", True), "/": Stroke("dot", True), ":": Stroke("dot")},
    **{"?": Stroke("m", True), "=": Stroke("equal"), "_": Stroke("8")},
}
_MOVED: Final = {
    "us": {},
    "de": {"y": "z", "z": "y"},
    "fr": {"a": "q", "q": "a", "z": "w", "w": "z", "m": "semicolon"},
}
_SIGNS: Final = {"us": _US_SIGNS, "de": _DE_SIGNS, "fr": _FR_SIGNS}


def strokes(text: str, layout: str = "us") -> list[Stroke]:
    """Of the text and Enter behind it. KeyError: a letter that the tables have not."""
    return [*(_stroke(letter, layout) for letter in text), ENTER]


def _stroke(letter: str, layout: str) -> Stroke:
    if letter.lower() in _LETTERS:
        low = letter.lower()
        return Stroke(_MOVED[layout].get(low, low), letter != low)
    return _SIGNS[layout][letter]
