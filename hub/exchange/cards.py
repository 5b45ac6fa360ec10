"""Files of cards that members carry already: whose, the code, and from when until when it is to work.

A card is known by its code, which no message, change or export tells. A file gives cards and changes their dates;
it moves none to somebody else and takes none away.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from contract.card import CardError, canonical_code
from hub.exchange.carried import check_held, code_in
from hub.exchange.drafts import Draft, Row, begin, fill
from hub.exchange.kinds import Kind, Mark, sorted_out
from hub.exchange.references import Known, reference_to
from hub.exchange.resources import CardColumns
from hub.exchange.widgets import NotUnderstood
from hub.members import codes, many_operations
from hub.members.models import Card, Customer


class Cards(Kind):
    name = "cards"
    columns_class = CardColumns
    is_exported = False

    @classmethod
    def marks(cls, row: Row) -> tuple[list[Mark], list[Mark]]:
        text = row.text("code")
        try:
            return [("code", canonical_code(text))], []
        except CardError:
            return [], []

    def draft(self, rows: Sequence[Row], at: datetime) -> list[Draft]:
        drafts = begin(rows)
        things = Customer.objects.annotate(email_lower=Lower("email"))
        known = Known(things, (draft.row.text("customer") for draft in drafts), "email")
        holders = [_holder(draft, known) for draft in drafts]
        found = [_code(draft) for draft in drafts]
        hashes = [codes.hash_of(code) if code else b"" for code in found]
        held = {bytes(each.lookup_hash): each for each in Card.objects.filter(lookup_hash__in=set(hashes))}
        for draft, holder, code, hashed in zip(drafts, holders, found, hashes, strict=True):
            if not draft.errors:
                _begin(draft, holder, code, held.get(hashed))
            fill(draft, self.columns)
            _check_dates(draft)
        return drafts

    def write(self, drafts: Sequence[Draft]) -> None:
        new, changed = sorted_out(drafts)
        many_operations.add_cards(each.thing for each in new)
        many_operations.change_cards([each.thing for each in changed])

    def all(self) -> QuerySet[Any]:
        """A file of cards without their codes would be of no use, and with them it opens doors."""
        return Card.objects.none()


def _holder(draft: Draft, known: Known) -> Any:
    text = draft.row.text("customer")
    if not text:
        draft.wrong("customer", _("This is missing."))
        return None
    try:
        return known.named(text)
    except NotUnderstood as error:
        draft.wrong("customer", error)
        return None


def _code(draft: Draft) -> str:
    """Empty: there is none that could be meant."""
    text = draft.row.text("code")
    if not text:
        draft.wrong("code", _("This is missing."))
    else:
        try:
            return code_in(text)
        except NotUnderstood as error:
            draft.wrong("code", error)
    return ""


def _begin(draft: Draft, holder: Customer, code: str, held: Card | None) -> None:
    if held is None:
        draft.thing, draft.is_new = many_operations.carried(holder, code), True
        draft.changes["customer"] = ("", reference_to(holder))
        return
    try:
        check_held(held, holder)
    except NotUnderstood as error:
        draft.wrong("code", error)
    else:
        draft.thing = copy(held)


def _check_dates(draft: Draft) -> None:
    """What the database would refuse of the whole piece, said of the row."""
    card = draft.thing
    if draft.errors or card.valid_from is None or card.valid_until is None:
        return
    if card.valid_until <= card.valid_from:
        draft.wrong("valid_until", _("The end has to lie after the start."))
