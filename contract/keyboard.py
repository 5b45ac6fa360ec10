"""The digits of a rotating code as a keyboard in the wrong layout typed them, folded back by the keys they lie on.

A scanner that types presses the keys of its own layout, and the computer reads them in another. The letters of a
code survive that (`contract.card`); the separator and the digits do not. What stands after a code is read as one
whole row of the table, separator and digits alike, and no two rows can give one tail different digits, so a guess
never arises. The table is what libxkbcommon types (`tests/golden/make_layouts.py`). This knows no codes, no time.
"""

from typing import Final

DIGITS: Final = 8
SEPARATOR: Final = "-"
TAIL_LETTERS: Final = len(SEPARATOR) + DIGITS

_DIGITS_IN_ORDER: Final = "1234567890"
ROWS: Final = {
    # Digits that stayed themselves, behind each character that any two layouts make of the separator.
    _DIGITS_IN_ORDER: "-/ß'+ö*;þ.§ž=°¡«ì\\!",
    # The digit row without Shift: French, Belgian, Czech, Slovak, Hungarian, Lithuanian.
    "&é\"'(-è_çà": ")!",
    "&é\"'(§è!çà": ")-",
    "+ěščřžýáíé": "=",
    "+ľščťžýáíé": "=",
    "123456789ö": "ü-ó",
    "ąčęėįšųū„“": "-/ž",
    # The other way about: a scanner set to French (6), Belgian (=), Czech or Slovak (/) holds Shift for digits,
    # one set to Hungarian has its 0 left of the 1; read in a layout that is American or nearly, or British.
    "!@#$%^&*()": "6=/",
    '!"£$%^&*()': "6=/",
    "123456789`": "/-",
}
"""What the keys 1 to 0 typed, and every character that stood for the separator before them.

Some pairs of layouts, both neither American nor British, are left out: another row would read their tails as
other digits.
"""

_FOLDS: Final = tuple(
    (frozenset(separators), dict(zip(row, _DIGITS_IN_ORDER, strict=True))) for row, separators in ROWS.items()
)


def digits_of(tail: str) -> str | None:
    """The eight ASCII digits with which `tail`, all that follows a code, begins behind a separator; None without.

    A ninth digit makes them none of ours; any other character may follow, as a URL's query does.
    """
    return next((digits for separators, keys in _FOLDS if (digits := _folded(tail, separators, keys))), None)


def _folded(tail: str, separators: frozenset[str], keys: dict[str, str]) -> str | None:
    # Caps Lock makes capitals of what has any; str.lower() keeps each of them one character.
    typed = [character.lower() for character in tail[: TAIL_LETTERS + 1]]
    row, end = typed[1:TAIL_LETTERS], "".join(typed[TAIL_LETTERS:])
    if len(row) < DIGITS or typed[0] not in separators or not all(character in keys for character in row):
        return None
    return None if end in keys or end.isdigit() else "".join(keys[character] for character in row)
