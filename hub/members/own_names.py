"""Names that people give themselves: they stand in letters to others, so none of them is a way to somewhere."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_WAY: Final = re.compile(r"@|://|www\.|[a-z0-9-]\.[a-z]{2,}(?![\w])", re.ASCII | re.IGNORECASE)
"""What mail programs make a link of. A dot before a space, or after one letter, is an abbreviation's."""
_ABBREVIATION: Final = re.compile(
    r"(?<![\w.-])(?:(?:Dr|Prof|St|Ing|Dipl|Mr|Mrs|Ms|Jr|Sr|Inc|Co|Ltd)\.-?)+", re.IGNORECASE
)
"""Where a word begins: as a part of a longer one it may be a host's."""


def check_own_name(name: str) -> None:
    """ValidationError: it has a web or e-mail address in it."""
    if _WAY.search(_ABBREVIATION.sub(" ", name)):
        raise ValidationError(_("Leave web and e-mail addresses out of a name."))
