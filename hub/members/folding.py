"""How names and what else people are looked for by are written to be found: without case, accents and punctuation.

Pure. A name with an umlaut is found by both of its spellings, as in Müller, muller and mueller.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from django.db import models

_OF_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_NOT_TAKEN_APART: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŧ": "t"}
)
_SILENT: Final = re.compile("['’‘`´]")  # noqa: RUF001 (what people write for an apostrophe)
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015,;/()|]+")
_PHONE: Final = re.compile(r"[0-9+()/.\-\s]{3,}")
_DIGITS_MIN: Final = 3


def folded(text: str) -> str:
    """As in `josé o'hara-łuk` to `jose ohara-luk`."""
    return _plain(_silenced(text))


def searched_by(name: str, others: Iterable[str]) -> str:
    """What a thing of this name is found by: its words, a space before each. `others` stay whole; of a phone
    number there are the digits, too."""
    said = _silenced(name)
    names = dict.fromkeys([_plain(said), _plain(said.translate(_OF_TWO_LETTERS))])
    words = [word for each in names for word in _BETWEEN.split(each)]
    for other in filter(None, others):
        words += [folded(other).replace(" ", ""), *filter(None, [_digits_of_phone(other)])]
    return "".join(f" {word}" for word in dict.fromkeys(filter(None, words)))


def wanted_in(text: str) -> list[str]:
    """The parts of what somebody typed, which all have to be found; of a phone number the digits, without zeros in
    front."""
    digits = _digits_of_phone(text)
    if digits:
        return [digits.lstrip("0") or digits]
    return [word for word in _BETWEEN.split(folded(text)) if word]


class SearchTextField(models.TextField):
    """Follows `name` and the other fields by itself, however the thing is written."""

    def __init__(self, *others: str, **options: object) -> None:
        self.others = others
        super().__init__(**{"editable": False, "blank": True, "default": ""} | options)

    def deconstruct(self) -> tuple[str, str, list[str], dict[str, object]]:
        name, path, _, options = super().deconstruct()
        return name, path, list(self.others), options

    def pre_save(self, instance: models.Model, add: bool) -> str:
        text = searched_by(instance.name, [getattr(instance, each) or "" for each in self.others])
        setattr(instance, self.attname, text)
        return text


def _silenced(text: str) -> str:
    return _SILENT.sub("", unicodedata.normalize("NFC", text).casefold())


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_NOT_TAKEN_APART))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _digits_of_phone(text: str) -> str:
    digits = re.sub("[^0-9]", "", text)
    return digits if _PHONE.fullmatch(text.strip()) and len(digits) >= _DIGITS_MIN else ""
