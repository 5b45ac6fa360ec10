"""The contract's errors in the reader's language, as far as people can cause them: it says them in English.

A text stands here as the contract writes it, with its figures as placeholders; another one is told as it is.
"""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from contract.errors import ContractError

TEXTS: Final[tuple[Promise, ...]] = (
    _("a limit's count is 1 to %(most)s, not %(said)s"),
    _("the gap between two uses is 0 to %(most)s seconds, not %(said)s"),
    _("only a rolling window has seconds; this one is %(said)s"),
    _("a limit's window is 1 to %(most)s seconds (10 years), not %(said)s"),
    _("only a limited benefit can be confirmed by the hub: give it a limit first"),
    _("only a limited benefit can be allowed a number of times offline: give it a limit first"),
    _("a benefit is allowed 1 to %(most)s times offline, not %(said)s"),
    _("a number of times offline says nothing where the offline rule is %(said)s"),
    _("a card's code is 1 to %(most)s printable characters"),
    _("a freeze ends after it begins"),
    _("freezes overlap: end one before the next begins"),
    _("grace is 0 to %(most)s seconds (90 days), not %(said)s"),
    _("%(said)s is no time zone: names are like Europe/Berlin or UTC"),
    _("there is no day %(day)s of month %(month)s (%(year)s)"),
)
_PLACE: Final = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def text_of(error: ContractError) -> str:
    english = str(error)
    for text in TEXTS:
        found = _pattern(text).fullmatch(english)
        if found is not None:
            return str(text) % found.groupdict()
    return english


def _pattern(text: Promise) -> re.Pattern[str]:
    with override("en"):
        return re.compile(_PLACE.sub(lambda place: f"(?P<{place[1] or place[2]}>.+)", re.escape(str(text))))
