"""Where in a configuration's text stands what is wrong with it, for whoever has to correct it. Pure.

Looks at lines, not at what they mean: a text that is no TOML has lines all the same.
"""

import re
from typing import Final, NamedTuple

_SECTION: Final = re.compile(r"\s*(\[{1,2})\s*([A-Za-z0-9_-]+)\s*\]{1,2}")
_PLACE: Final = re.compile(r'(?:([A-Za-z0-9_-]+)(?:\[(\d+)\])?(?: \(".*"\))?(?:\.|$))?([A-Za-z0-9_-]*)')
_AT_LINE: Final = re.compile(r"at line (\d+)")
_AROUND: Final = 2


class Line(NamedTuple):
    number: int
    text: str
    is_wrong: bool


def line_of(text: str, field: str, why: str) -> int | None:
    """The number of the line, from 1, that `field` of a contract.configuration.ConfigurationError means, or its
    section's first one; `why` is its text, which names the line where the text is no TOML. None: of no line."""
    if told := _AT_LINE.search(why):
        return min(int(told.group(1)), len(text.splitlines()) or 1)
    matched = _PLACE.fullmatch(field)
    if matched is None:
        return None
    section, index, word = matched.group(1) or "", int(matched.group(2) or 0), matched.group(3)
    if not word and section and not matched.group(2) and not _has_section(text, section):
        section, word = "", section
    return _find(text, section, index, word)


def excerpt(text: str, number: int | None) -> list[Line]:
    """That line, and those around it."""
    if number is None:
        return []
    lines = text.splitlines()
    first, last = max(1, number - _AROUND), min(len(lines), number + _AROUND)
    return [Line(each, lines[each - 1], each == number) for each in range(first, last + 1)]


def _has_section(text: str, name: str) -> bool:
    return any((found := _SECTION.match(line)) and found.group(2) == name for line in text.splitlines())


def _find(text: str, section: str, index: int, word: str) -> int | None:
    """`index` of several sections of one name. Nothing of the section: no line."""
    here, seen, begins = "", -1, None
    for number, line in enumerate(text.splitlines(), 1):
        if found := _SECTION.match(line):
            here = found.group(2)
            seen += here == section
            if here == section and seen == index:
                begins = number
        elif here == section and seen == (index if section else -1) and word and _says(line, word):
            return number
    return begins


def _says(line: str, word: str) -> bool:
    return re.match(rf'\s*"?{re.escape(word)}"?\s*=', line) is not None
