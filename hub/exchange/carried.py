"""A card that a cell names by its code: what the code may be, and who may not have it. No message tells a code."""

import re
from typing import Final

from django.utils.translation import gettext as _

from contract.card import CardError, canonical_code
from hub.contract_errors import text_of
from hub.exchange.widgets import NotUnderstood
from hub.members.models import Card, Customer

_SHORTENED: Final = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
"""As in 4,00638E+12: a number that a spreadsheet took for one to calculate with. Its last digits are gone. Without
the plus it may be a number in hex, as 04E12345 is."""


def code_in(text: str) -> str:
    """As it is stored. NotUnderstood: none could be like this."""
    if _SHORTENED.fullmatch(text):
        raise NotUnderstood(
            _("A spreadsheet has shortened this number: format the column as text, and fill it in again.")
        )
    try:
        return canonical_code(text)
    except CardError as error:
        raise NotUnderstood(text_of(error)) from error


def check_held(held: Card, holder: Customer) -> None:
    """NotUnderstood: the card that has the code is not for them."""
    if held.customer_id != holder.pk:
        number = {"card": held.pk, "customer": held.customer_id}
        raise NotUnderstood(_("Customer %(customer)d has it, as card %(card)d.") % number)
    if held.revoked_at is not None:
        raise NotUnderstood(_("It was theirs and is revoked, for good: give them another one."))
