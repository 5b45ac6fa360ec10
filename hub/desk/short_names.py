"""Short names, which machines know things by: made of a name where none is typed, else proposed."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from contract.topics import NAME_PATTERN

_MOST: Final = 32


def short_name(typed: str, name: str = "") -> str:
    """`typed`, or what `name` makes where that is empty. ValidationError: it cannot be one, and which could."""
    if re.fullmatch(NAME_PATTERN, typed):
        return typed
    proposed = _made_of(typed or name)
    if not typed and proposed:
        return proposed
    raise ValidationError(_rule() if not proposed else f"{_rule()} {_as_in(proposed)}")


def _made_of(name: str) -> str:
    return slugify(name.replace("_", "-"))[:_MOST].strip("-")


def _rule() -> str:
    return _("Use 1 to 32 lower-case letters, digits and hyphens, starting with a letter or digit.")


def _as_in(proposed: str) -> str:
    return _("“%(proposed)s” would do.") % {"proposed": proposed}
