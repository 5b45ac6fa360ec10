"""E-mail addresses as they are compared: one way for all, so that nobody proves one and gets another's.

Letters A to Z alone are the same in both cases. What else Unicode folds together (a Kelvin sign and a k) stays
apart here, whatever the database says, since mail to the one does not reach the other.
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.members.finding import is_same_address, with_email
from hub.members.models import Customer

FAMILY_MAX: Final = 8
"""So many customers with one address can sign in by it."""
_LETTERS_MAX: Final = 254
_LOWER: Final = {ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class NoSuchAddress(HubError):
    """It is no e-mail address."""


def canonical(text: str) -> str:
    """As it is kept, compared and written to. NoSuchAddress."""
    address = text.strip().translate(_LOWER)
    try:
        validate_email(address)
    except ValidationError as error:
        raise NoSuchAddress(_("Type your e-mail address.")) from error
    if len(address) > _LETTERS_MAX:
        raise NoSuchAddress(_("Type your e-mail address."))
    return address


def customers_at(address: str) -> list[Customer]:
    """By their numbers; a family has one address. `address` is canonical."""
    found = with_email(address).order_by("pk")
    return [each for each in found if is_same_address(each.email, address)][:FAMILY_MAX]
