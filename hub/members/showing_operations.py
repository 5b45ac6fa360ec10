"""Whoever sees a card's code can copy the card: so each look is noted, in the name of whoever acts."""

from collections.abc import Iterable
from typing import Final

from django.db import transaction

from hub.audit import operations as audit
from hub.members.models import Card

SEE_CODES: Final = "members.see_card_code"
"""The permission of those who may."""


def note_codes_shown(cards: Iterable[Card]) -> None:
    """To be called before they are given out."""
    with transaction.atomic():
        audit.note_many("code shown", cards, None)
