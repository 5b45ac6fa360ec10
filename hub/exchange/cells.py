"""A cell of our files: how a text stands in it, and what it means when it comes back. Pure.

Spreadsheets calculate what begins like a formula, so an apostrophe stands before it; import takes that away again.
What has apostrophes there already gets one more: every text comes back as it was.
"""

import re
from typing import Final

CLEAR: Final = "(clear)"
"""Empties a field: an empty cell leaves it as it is."""
BETWEEN: Final = "|"
"""Between several things in one cell."""
_BEGINS: Final = r"(?:\A|(?<=[;\t\r\n]))"
"""A cell does, and what a spreadsheet that splits at other marks than commas, as a German one, takes for one."""
_FORMULA: Final = r"'*(?:[=+\-@\t\r]|\(clear\)\Z))"
_NEEDS_APOSTROPHE: Final = re.compile(f"{_BEGINS}(?={_FORMULA}")
_HAS_APOSTROPHE: Final = re.compile(f"{_BEGINS}'(?={_FORMULA}")


def escaped(text: str) -> str:
    return _NEEDS_APOSTROPHE.sub("'", text)


def unescaped(text: str) -> str:
    return _HAS_APOSTROPHE.sub("", text)


def parts_of(text: str) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(filter(None, (part.strip() for part in text.split(BETWEEN)))))
